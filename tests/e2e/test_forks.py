"""What the tests' own way of starting the program leaves out: it is the same program, and its keys are dear."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import AS_INSTALLED, FORKS, PROGRAM, Program

FACTS = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")


def rounds_of(key_file: bytes) -> int:
    """Return how many rounds of bcrypt an OpenSSH private key costs whoever guesses its passphrase."""
    body = base64.b64decode(b"".join(key_file.split(b"\n")[1:-2]))
    at, fields = len(b"openssh-key-v1\0"), []
    for _ in range(3):
        size = int.from_bytes(body[at : at + 4], "big")
        fields.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    assert fields[1] == b"bcrypt"
    return int.from_bytes(fields[2][-4:], "big")


@pytest.mark.parametrize(("program_as", "rounds"), [(AS_INSTALLED, 64), (PROGRAM, 1)], ids=["as installed", "here"])
def test_the_program_as_installed_locks_a_stations_key_with_64_rounds(
    program_as: list[str], rounds: int, program: Program
) -> None:
    program.passphrase.write_text("correct horse battery\n")
    setup = [*program_as, "setup", *FACTS, "--cases", str(program.home / "cases")]
    setup += ["--recovery-out", str(program.home / "rec"), "--no-input", "--passphrase-file", str(program.passphrase)]
    subprocess.run(setup, env=program.environment(), cwd=program.home, check=True, capture_output=True)
    assert rounds_of((program.home / "station" / "station.key").read_bytes()) == rounds


@pytest.mark.skipif(FORKS is None, reason="forks are used on Linux")
@pytest.mark.parametrize(
    "line", ["cases", "list 1", "show 1 E000001 --json", "list 99", "lsit", "list 1 --json --locked", "verify 1"]
)
def test_a_fork_does_what_a_start_does(line: str, case_program: Program) -> None:
    assert FORKS is not None
    run = case_program
    arguments = [*line.split(), "--no-input", "--passphrase-file", str(run.passphrase)]
    forked = FORKS.run(arguments, run.environment(), run.home, b"")
    started = subprocess.run(
        [*PROGRAM, *arguments], env=run.environment(), cwd=run.home, capture_output=True, check=False, input=b""
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


@pytest.mark.skipif(FORKS is None, reason="forks are used on Linux")
def test_a_fork_has_its_own_folder_environment_and_input(case_program: Program, tmp_path: Path) -> None:
    assert FORKS is not None
    run = case_program
    other = tmp_path / "elsewhere"
    other.mkdir()
    done = FORKS.run(["cases"], {"LC_ALL": "C.UTF-8", "EVIDENCE_KIT_STATION": "nowhere"}, other, b"")
    assert done.returncode == 25
    typed = FORKS.run(
        ["list", "1", "--no-input", "--passphrase-file", "-"], run.environment(), run.home, b"wrong one\n"
    )
    assert typed.returncode == 30
    right = run.passphrase.read_bytes()
    assert (
        FORKS.run(["list", "1", "--no-input", "--passphrase-file", "-"], run.environment(), run.home, right).returncode
        == 0
    )
