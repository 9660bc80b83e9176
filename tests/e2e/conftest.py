"""The program as a person runs it: a process of its own, a station of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.schemas import held

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from evidence_kit.cli import main; main()"]


@dataclass(frozen=True)
class Program:
    """Runs `evidence-kit` with a station and a passphrase file in a folder of its own."""

    home: Path

    @property
    def passphrase(self) -> Path:
        return self.home / "passphrase"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ}
        return {**kept, "EVIDENCE_KIT_STATION": str(self.home / "station"), "LC_ALL": "C.UTF-8", **more}

    def __call__(
        self, *arguments: str | Path, expect: int | None = 0, stdin: bytes = b"", **more: str
    ) -> subprocess.CompletedProcess[str]:
        command = [*PROGRAM, *map(str, arguments)]
        done = subprocess.run(
            command, input=stdin, capture_output=True, check=False, env=self.environment(**more), cwd=self.home
        )
        text = subprocess.CompletedProcess(
            command, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        )
        assert expect in {None, done.returncode}, (arguments, text.stdout, text.stderr)
        assert "Traceback" not in text.stderr
        return text

    def keyed(self, *arguments: str | Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
        return self(*arguments, "--no-input", "--passphrase-file", self.passphrase, expect=expect)

    def json(self, *arguments: str | Path, expect: int = 0) -> list[dict[str, Any]]:
        done = self.keyed(*arguments, "--json", expect=expect)
        return held(str(arguments[0]), done.stdout)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def set_up(program: Program, *more: str) -> None:
    program.passphrase.write_text("correct horse battery\n")
    facts: Sequence[str] = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")
    program.keyed("setup", *facts, "--cases", program.home / "cases", "--recovery-out", program.home / "rec", *more)


@pytest.fixture
def station_program(program: Program) -> Program:
    set_up(program)
    return program


@pytest.fixture
def case_program(station_program: Program) -> Program:
    """With one case, id 1, that holds a text and a zip."""
    station_program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    folder = station_program.home / "phone"
    folder.mkdir()
    (folder / "a.txt").write_text("a threat\n", "utf-8")
    (folder / "b.bin").write_bytes(bytes(range(256)))
    station_program.keyed("ingest", "1", folder)
    return station_program
