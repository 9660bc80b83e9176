"""No plain byte of evidence is written anywhere: watched from outside with strace, and searched for afterwards."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PROGRAM, ROOT, Program

SAMPLES = ROOT / "samples"
WINDOW_BYTES = 32
OPENED = re.compile(r'\b(?:openat|open|creat)\((?:AT_FDCWD, |[0-9]+, )?"([^"]*)"(?:, ([A-Z_|0-9]+))?.*= ([0-9]+)')
# What belongs to the terminal and the system, not to us.
ELSEWHERE = ("/dev/", "/proc/")

# A build that leaks: every piece of an original is also written to the temporary folder.
LEAKING = """
import tempfile
from evidence_kit.hashing.exact import Tally
from evidence_kit.cli import main
count = Tally.add
def leak(self, piece):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(bytes(piece))
    count(self, piece)
Tally.add = leak
main()
"""

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def windows() -> Iterator[bytes]:
    """Yield 32 bytes from start, middle and end of every sample that has so many."""
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file() and path.suffix not in {".md", ".toml", ".py"}:
            data = path.read_bytes()
            if len(data) >= WINDOW_BYTES:
                middle = len(data) // 2
                yield from (data[:WINDOW_BYTES], data[middle : middle + WINDOW_BYTES], data[-WINDOW_BYTES:])


def watched(run: Program, temporary: Path, *arguments: str | Path, program: list[str] = PROGRAM) -> set[Path]:
    """Run a command under strace and return every path that any of its processes opened for writing."""
    trace = run.home / "trace"
    shutil.rmtree(trace, ignore_errors=True)
    trace.mkdir()
    calls = "trace=openat,open,creat,socket"
    command = [
        "strace",
        "-ff",
        "-qq",
        "-e",
        calls,
        "-s",
        "4096",
        "-o",
        str(trace / "t"),
        *program,
        *map(str, arguments),
    ]
    environment = run.environment(TMPDIR=str(temporary), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, env=environment, cwd=run.home, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 3}, done.stderr
    written: set[Path] = set()
    for part in trace.iterdir():
        text = part.read_text("utf-8", "replace")
        assert "AF_INET" not in text, "a socket was opened"
        for name, flags, _ in OPENED.findall(text):
            if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", flags):
                path = Path(run.home, name.encode("latin-1").decode("unicode_escape").encode("latin-1").decode())
                if not str(path).startswith(ELSEWHERE):
                    written.add(path)
    return written


def leaks(paths: set[Path], temporary: Path) -> list[str]:
    """Return every written file, and every file in the temporary folder, that holds a window of a sample."""
    looked_for = list(windows())
    files = {path for path in paths if path.is_file()} | {path for path in temporary.rglob("*") if path.is_file()}
    return [str(path) for path in sorted(files) if any(window in path.read_bytes() for window in looked_for)]


@pytest.fixture
def opened(station_program: Program, tmp_path: Path) -> tuple[Program, Path]:
    station_program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return station_program, temporary


def test_nothing_plain_is_written_outside_or_inside_the_case(opened: tuple[Program, Path]) -> None:
    run, temporary = opened
    key = ("--no-input", "--passphrase-file", run.passphrase)
    digits = run.home / "digits"
    written = watched(run, temporary, "ingest", "1", SAMPLES / "phone-export", *key)
    written |= watched(run, temporary, "chats", "1", "2", *key)
    written |= watched(run, temporary, "identifiers", "1", *key)
    written |= watched(run, temporary, "match", "1", SAMPLES / "candidates", *key)
    written |= watched(run, temporary, "seal", "1", "--for", "lawyer", "--all", "--passphrase-out", digits, *key)
    archive = next((run.home / "sealed").rglob("*.sealed.zip"))
    checked = watched(run, temporary, "verify", archive, "--archive-passphrase-file", digits)
    checked |= watched(run, temporary, "verify", "1", *key)
    assert checked == set(), "verify writes nothing"
    places = (run.home / "cases", run.home / "sealed", run.home / "station" / "heads", digits)
    assert {path for path in written if not path.resolve().is_relative_to(run.home)} == set()
    assert [path for path in written if not any(path == each or each in path.parents for each in places)] == []
    everything = written | {path for place in places[:2] for path in place.rglob("*")}
    assert leaks(everything, temporary) == []
    assert list(temporary.rglob("*")) == []


def test_the_watcher_sees_a_build_that_leaks(opened: tuple[Program, Path]) -> None:
    run, temporary = opened
    written = watched(
        run, temporary, "ingest", "1", SAMPLES / "phone-export", "--no-input", "--passphrase-file", run.passphrase,
        program=[sys.executable, "-c", LEAKING],
    )  # fmt: skip
    assert any(temporary in path.parents for path in written)
    assert leaks(written, temporary)
