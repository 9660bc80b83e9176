"""Docstrings say what a reader needs: a verb and a noun of the field, arguments where there are many, errors by name.

The limits are what was counted when this began; they only ever go down, to 3, 0 and 0. A failing test lists the places.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# First lines that name nothing: the reader has to read the code to learn what is meant.
VAGUE = re.compile(r"\b(what|things?|something|somebody|anybody|whatever|whoever)\b", re.IGNORECASE)
# Of every hundred first lines, so many may be vague.
MOST_VAGUE_PERCENT = 1.0
# Public functions of three parameters and more that do not say what their parameters are.
MOST_WITHOUT_ARGS = 0
# Public functions that raise by name, in their own lines, an error that their docstring does not name.
MOST_WITHOUT_RAISES = 0
_MANY_PARAMETERS = 3


@dataclass(frozen=True, slots=True)
class Documented:
    """One definition with its docstring."""

    place: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
    text: str

    @property
    def first(self) -> str:
        return self.text.partition("\n")[0]


def definitions() -> Iterator[Documented]:
    """Yield every module, class and function of the package that has a docstring."""
    for path in sorted((ROOT / "evidence_kit").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
                text = ast.get_docstring(node)
                if text:
                    name = getattr(node, "name", "")
                    line = getattr(node, "lineno", 1)
                    yield Documented(f"{path.relative_to(ROOT)}:{line} {name}".strip(), node, text)


ALL = list(definitions())


def public_functions() -> Iterator[Documented]:
    """Yield public functions and methods; a command is called by typer, and its help says what its flags are."""
    for each in ALL:
        node = each.node
        ours = not each.place.startswith("evidence_kit/commands/")
        if ours and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield each


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return the names of the parameters that a caller gives."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    given += [each for each in (node.args.vararg, node.args.kwarg) if each is not None]
    return [each.arg for each in given if each.arg not in {"self", "cls"}]


def raised(node: ast.AST) -> set[str]:
    """Return the errors that the lines of a function raise by name; those that it catches itself are none."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(child, ast.Raise) and isinstance(child.exc, ast.Call):
            name = ast.unparse(child.exc.func).rpartition(".")[2]
            if name.endswith("Error"):
                found.add(name)
        elif isinstance(child, ast.Try):
            caught = {ast.unparse(each).rpartition(".")[2] for each in _caught(child)}
            inner = set().union(*(raised(ast.Module([each], [])) for each in child.body))
            found |= inner - caught
            rest = [*child.handlers, *child.orelse, *child.finalbody]
            found = found.union(*(raised(ast.Module([each], [])) for each in rest))  # type: ignore[list-item]
            continue
        found |= raised(child)
    return found


def _caught(node: ast.Try) -> Iterator[ast.expr]:
    for handler in node.handlers:
        if isinstance(handler.type, ast.Tuple):
            yield from handler.type.elts
        elif handler.type is not None:
            yield handler.type


def test_first_lines_name_things_of_the_field() -> None:
    vague = [f"{each.place}: {each.first}" for each in ALL if VAGUE.search(each.first)]
    percent = 100 * len(vague) / len(ALL)
    assert percent <= MOST_VAGUE_PERCENT, f"{percent:.1f} %\n" + "\n".join(vague)


def test_functions_of_many_parameters_say_what_they_are() -> None:
    missing = [
        each.place
        for each in public_functions()
        if isinstance(each.node, ast.FunctionDef)
        and len(parameters(each.node)) >= _MANY_PARAMETERS
        and "Args:" not in each.text
    ]
    assert len(missing) <= MOST_WITHOUT_ARGS, "\n".join(missing)


def test_errors_that_are_raised_by_name_are_named() -> None:
    missing = []
    for each in public_functions():
        said = each.text.partition("Raises:")[2]
        missing += [f"{each.place}: {name}" for name in sorted(raised(each.node)) if name not in said]
    assert len(missing) <= MOST_WITHOUT_RAISES, "\n".join(missing)


@pytest.mark.parametrize(
    ("line", "vague"),
    [
        ("Return what a case says.", True),
        ("Say whether something is there.", True),
        ("Return the message's attachments.", False),
        ("Whatever was found.", True),
        ("Somewhat slower reader.", False),
    ],
)
def test_the_words_that_name_nothing_are_known(line: str, vague: bool) -> None:
    assert bool(VAGUE.search(line)) is vague


def test_an_error_counts_where_it_leaves_the_function() -> None:
    tree = ast.parse(
        "def f():\n"
        "    try:\n        raise CaughtError('x')\n"
        "    except CaughtError as error:\n        raise OutError('y') from error\n"
        "    def inner():\n        raise InnerError('z')\n"
        "    raise module.FarError('w')\n"
    )
    assert raised(tree.body[0]) == {"OutError", "FarError"}


def test_every_package_says_what_comes_in_and_what_goes_out() -> None:
    for path in sorted((ROOT / "evidence_kit").rglob("__init__.py")):
        if path.parent.name == "evidence_kit":
            continue
        text = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").casefold()
        assert re.search(r"\b(comes )?in: ", text), path
        assert re.search(r"\b(goes )?out: ", text), path
