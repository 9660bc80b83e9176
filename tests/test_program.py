"""A line that a person is to type calls the program as this terminal finds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from evidence_kit.commands._program import program_name


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / ".venv" / "bin" / "evidence-kit"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.defpath)
    return program


def test_a_program_that_the_terminal_does_not_know_is_named_by_its_path(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for called in (installed, installed.relative_to(Path.cwd())):
        monkeypatch.setattr(sys, "argv", [str(called)])
        assert program_name() == str(Path(".venv", "bin", "evidence-kit"))


def test_a_program_that_the_terminal_knows_is_named(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installed.parent))
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program_name() == "evidence-kit"


def test_another_one_of_that_name_is_not_taken_for_it(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "evidence-kit"
    other.parent.mkdir()
    other.write_bytes(installed.read_bytes())
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program_name() == str(Path(".venv", "bin", "evidence-kit"))


def test_a_module_is_called_as_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "evidence_kit" / "__main__.py")])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "my python" / "python"))
    assert program_name() == f'"{Path("my python", "python")}" -m evidence_kit'
