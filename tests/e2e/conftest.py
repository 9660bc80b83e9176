"""The program as a person runs it: a process of its own, a station of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.forks import MAIN, QUICK, Forks
from tests.schemas import held

ROOT = Path(__file__).parents[2]
# As everybody starts it, but for the rounds that its passphrase costs; `AS_INSTALLED` pays them.
PROGRAM = [sys.executable, "-c", QUICK + MAIN]
AS_INSTALLED = [sys.executable, "-c", MAIN]
FORKS = Forks() if hasattr(os, "fork") and sys.platform == "linux" else None


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
        environment = self.environment(**more)
        if FORKS is not None and _is_plain(command, environment, more):
            done = FORKS.run(command[len(PROGRAM) :], environment, self.home, stdin)
        else:
            done = subprocess.run(
                command, input=stdin, capture_output=True, check=False, env=environment, cwd=self.home
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


def _is_plain(command: Sequence[str], environment: Mapping[str, str], more: Mapping[str, str]) -> bool:
    """Say whether nothing about a call concerns how the program starts: no other language, no environment."""
    told = any(each.startswith(("--lang", "--help", "-h", "--version")) for each in command[len(PROGRAM) :])
    return not told and not more and "COVERAGE_PROCESS_START" not in environment


@pytest.fixture(scope="session", autouse=True)
def _no_forks_left() -> Iterator[None]:
    yield
    if FORKS is not None:
        FORKS.close()


def copied(made: Program, home: Path) -> Program:
    """Copy a station with its cases, as if it had been set up there; where sources lay stays what it was.

    Args:
        made: What is copied; nothing in it changes.
        home: An empty folder.
    """
    shutil.copytree(made.home, home, dirs_exist_ok=True, symlinks=True)
    settings = home / "station" / "station.json"
    settings.write_text(settings.read_text("utf-8").replace(str(made.home), str(home)), "utf-8")
    return Program(home)


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


@pytest.fixture(scope="session")
def made_case(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A station with one case, id 1, that holds a text and other bytes; made once, and copied."""
    made = Program(tmp_path_factory.mktemp("made"))
    set_up(made)
    return _taken_in(made)


@pytest.fixture
def case_program(made_case: Program, tmp_path: Path) -> Program:
    """With a case of two items, and the folder `phone` that they came from; where that lay is not here."""
    return copied(made_case, tmp_path)


@pytest.fixture
def fresh_case_program(station_program: Program) -> Program:
    """The same, taken in here: for what looks for its sources again."""
    return _taken_in(station_program)


def _taken_in(made: Program) -> Program:
    made.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    folder = made.home / "phone"
    folder.mkdir()
    (folder / "a.txt").write_text("a threat\n", "utf-8")
    (folder / "b.bin").write_bytes(bytes(range(256)))
    made.keyed("ingest", "1", folder)
    return made
