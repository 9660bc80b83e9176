"""Values of a command line are what typer makes of them, without what it loads for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import build
from evidence_kit.commands._values import TypedValue
from evidence_kit.words import catalogue

PROGRAM = build(catalogue("en"))
PARAMETERS = [(name, each) for name, command in PROGRAM.commands.items() for each in command.params]
TYPED = (
    "",
    "a text",
    "12",
    "-3",
    "007",
    "1e3",
    "61",
    "0",
    "list",
    "LIST",
    "/",
    "nowhere/at all",
    "here",
    "closed",
    "رسالة",
)


def _outcome(coerced: Any, value: Any, parameter: Any) -> object:
    context = PROGRAM.context_class(PROGRAM)
    try:
        return coerced.coerce(value, param=parameter, ctx=context)
    except Exception as error:  # noqa: BLE001 - whatever typer refuses it with
        return type(error).__name__, str(error)


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS, ids=lambda each: getattr(each, "name", each))
def test_a_value_is_what_typer_makes_of_it(
    command: str, parameter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").write_bytes(b"")
    (tmp_path / "closed").mkdir(0)
    usual = type(parameter).get_runtime_param(parameter)
    quick = parameter.get_runtime_param()
    assert isinstance(quick, TypedValue)
    many = parameter.multiple or parameter.nargs == -1
    values: list[Any] = [None, [], ["a", "12"], list(TYPED)] if many else [None, *TYPED, True, 5, Path("here")]
    for value in values:
        expected = _outcome(usual, value, parameter)
        found = _outcome(quick, value, parameter)
        assert (type(found), found) == (type(expected), expected), value


@pytest.mark.parametrize(
    "line", ["list 1 --no-input", "verify nowhere", "--help", "list --help", "session --minutes 5", "threats 1 list"]
)
def test_nothing_is_loaded_to_look_at_what_was_typed(line: str) -> None:
    code = "import sys; from evidence_kit.cli import run; run(sys.argv[1:]); sys.exit('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *line.split()], capture_output=True, check=False)
    assert done.returncode == 0
