"""The table of traps, held against the tests, the samples and the formats that there are."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.chats.reading import LEDGER, NAMES

FOLDER = Path(__file__).parent
TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads((FOLDER / "traps.toml").read_text("utf-8"))
NAMED = sorted({test for kind in TABLE.values() for entry in kind for test in entry["tests"]})


@cache
def functions(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((FOLDER / f"{file}.py").read_text("utf-8"))
    return {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("test", NAMED)
def test_every_test_that_the_table_names_exists_and_asserts_something(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in functions(file), test
    asserted = [node for node in ast.walk(functions(file)[name]) if isinstance(node, ast.Assert)]
    called = [node for node in ast.walk(functions(file)[name]) if isinstance(node, ast.Call)]
    assert asserted or any("assert_nothing_is_lost" in ast.dump(call.func) for call in called)


def test_every_row_has_samples_that_are_in_the_ledger() -> None:
    known = {str(sample["path"]) for sample in LEDGER}
    for row in TABLE["row"]:
        assert row["samples"], row["name"]
        assert set(row["samples"]) <= known, row["name"]


def test_every_format_is_in_a_row() -> None:
    formats = {str(sample["path"]): str(sample["format"]) for sample in LEDGER}
    assert {formats[path] for row in TABLE["row"] for path in row["samples"]} == set(NAMES)


def test_every_trap_is_of_a_row_and_no_two_are_the_same() -> None:
    rows = {row["name"] for row in TABLE["row"]} | {"every format", "WhatsApp"}
    assert {trap["of"] for trap in TABLE["trap"]} <= rows
    told = [(trap["of"], trap["what"]) for trap in TABLE["trap"]]
    assert len(set(told)) == len(told)
    assert all(trap["tests"] for trap in TABLE["trap"])
