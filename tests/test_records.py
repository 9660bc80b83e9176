"""Numbers that stand beside each other have names: no public function or field has a bare tuple of numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "evidence_kit"
NUMBERS = {"int", "float", "complex", "Fraction", "Decimal"}
# Files or folders, or names in a file, that keep a bare tuple of two or more numbers, each with its reason.
EXCEPTIONS = {
    "intake/understood/": "spans of a text as `re` gives them, in loops over every character; they stay in this folder",
}


def is_number(node: ast.expr) -> bool:
    """Say whether a type is a number, perhaps or None."""
    if isinstance(node, ast.BinOp):
        return is_number(node.left) or is_number(node.right)
    return ast.unparse(node).rpartition(".")[2] in NUMBERS


def is_bare(node: ast.AST, aliases: frozenset[str] = frozenset()) -> bool:
    """Say whether a type holds, however deep, a tuple with two or more numbers at places of their own."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            try:
                if is_bare(ast.parse(each.value, mode="eval"), aliases):
                    return True
            except (SyntaxError, ValueError):
                continue
        if isinstance(each, ast.Name) and each.id in aliases:
            return True
        if isinstance(each, ast.Subscript) and ast.unparse(each.value).rpartition(".")[2] in {"tuple", "Tuple"}:
            places = each.slice.elts if isinstance(each.slice, ast.Tuple) else []
            if sum(map(is_number, places)) >= 2:
                return True
    return False


def bare_aliases(tree: ast.Module) -> frozenset[str]:
    """Return the names of a file that stand for such a tuple: `Span = tuple[int, int]`."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and is_bare(node.value):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.AnnAssign) and node.value is not None and is_bare(node.value):
            found.add(ast.unparse(node.target))
    return frozenset(found)


def public_types(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.expr]]:
    """Yield the name of each public function, method and field with each of its types."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_types(node.body, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_") and not node.name.startswith("__"):
                continue
            given = node.args
            arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            types = [each.annotation for each in arguments if each is not None]
            yield from ((f"{inside}{node.name}", each) for each in (*types, node.returns) if each is not None)
        elif isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield f"{inside}{ast.unparse(node.target)}", node.annotation


def bare_places(tree: ast.Module) -> list[str]:
    """Return the public names of a file that have a bare tuple of numbers, and its aliases for one."""
    aliases = bare_aliases(tree)
    named = [name for name, kind in public_types(tree.body) if is_bare(kind, aliases)]
    return sorted({*named, *(name for name in aliases if not name.startswith("_"))})


def test_no_public_name_has_a_bare_tuple_of_numbers() -> None:
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {name}"
        for path in PACKAGE.rglob("*.py")
        for name in bare_places(ast.parse(path.read_text("utf-8")))
    }
    left = {name for name in found if not name.startswith(tuple(EXCEPTIONS))}
    assert left == set(), "make it a NamedTuple whose fields say what each number is, with its unit"
    mended = {place for place in EXCEPTIONS if not any(name.startswith(place) for name in found)}
    assert mended == set(), "nothing is left there: take it off the list"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a: tuple[int, int] | None) -> None: ...", ["f"]),
        ("def f() -> list[tuple[float, str, int | None]]: ...", ["f"]),
        ("def f(*, a: 'Sequence[tuple[int, int]]') -> None: ...", ["f"]),
        ("class A:\n    spans: dict[str, tuple[Fraction, fractions.Fraction]]", ["A.spans"]),
        ("class A:\n    def m(self) -> tuple[int, int]: ...", ["A.m"]),
        ("Span = tuple[int, int]\ndef f(a: list[Span]) -> None: ...", ["Span", "f"]),
        ("Span: TypeAlias = tuple[int, int]\nclass A:\n    s: Span | None", ["A.s", "Span"]),
        ("def f(a: tuple[int, ...], b: tuple[str, int], c: Point) -> int: ...", []),
        ("def _f() -> tuple[int, int]: ...\nclass _A:\n    s: tuple[int, int]", []),
    ],
)
def test_a_bare_tuple_is_seen_wherever_it_stands(text: str, expected: list[str]) -> None:
    assert bare_places(ast.parse(text)) == expected
