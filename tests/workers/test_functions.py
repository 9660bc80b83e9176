"""Functions that jobs name: a name of none would fail in the worker, where its failure may only mean "not shown"."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import evidence_kit
from evidence_kit.workers.worker import ALLOWED

PACKAGE = Path(evidence_kit.__file__).parent


def named() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(ALLOWED):
                module, colon, name = node.value.partition(":")
                if colon and name.isidentifier():
                    yield module, name


def test_names_of_functions_are_found() -> None:
    assert len(set(named())) >= 8


@pytest.mark.parametrize(("module", "name"), sorted(set(named())))
def test_a_function_that_a_job_names_is_there(module: str, name: str) -> None:
    assert callable(getattr(importlib.import_module(module), name))
