"""`python -m benchmarks.corpora NAME=FOLDER[@COMMIT] ...`: what `ingest` makes of public collections of bad files.

Each folder is taken into a case of its own by the program itself, in a process of its own; what came of it is read from
the program's own JSON and from the signed log. Prints one row a collection in Markdown; `--slow` also clocks describing
file by file and lists the slowest. Files named `*.uu` are decoded first, as the collection's own tests do.
"""

from __future__ import annotations

import argparse
import binascii
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence_kit.intake.sniff import HEAD_BYTES, sniff
from evidence_kit.workflows.accession.describe import WorkerDescriber

PROGRAM = [sys.executable, "-c", "from evidence_kit.cli import main; main()"]
HANGS_AFTER_SECONDS = 3600
_ENDINGS = ("timeout", "cpu-time", "crashed", "memory", "bad-answer", "too-large", "not-started", "raised")


@dataclass(slots=True)
class Row:
    """What came of one collection."""

    name: str
    commit: str
    files: int
    kept: int = 0
    again: int = 0
    members: int = 0
    described: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    exit_code: int = 0
    seconds: float = 0.0
    hung: bool = False

    def cells(self) -> list[str]:
        """Return the row as a table shows it."""
        crashes = int(self.exit_code not in {0, 3} and not self.hung)
        return [
            self.name,
            f"`{self.commit[:12]}`",
            f"{self.kept + self.again} of {self.files} ({self.again} the same as another)",
            str(self.members),
            str(self.described),
            _listed(self.refused),
            _listed(self.problems),
            _listed(self.stopped),
            str(crashes),
            str(int(self.hung)),
            f"{self.seconds:.0f} s",
        ]


COLUMNS = (
    "collection", "commit", "files kept", "members kept", "described in full", "refused", "described in part",
    "describers stopped", "crashes of the program", "hangs", "took",
)  # fmt: skip


def main() -> None:
    """Take every collection in and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collections", nargs="+", metavar="NAME=FOLDER[@COMMIT]")
    parser.add_argument("--slow", type=int, default=0, metavar="N", help="also list the N slowest files of each")
    given = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    slowest: list[str] = []
    for text in given.collections:
        name, _, rest = text.partition("=")
        folder, _, commit = rest.partition("@")
        with tempfile.TemporaryDirectory() as home:
            source = _prepared(Path(folder), Path(home) / "source")
            row = _taken_in(name, commit, source, Path(home))
            if given.slow:
                slowest += [f"| {name} | {each} |" for each in _slowest(source, given.slow)]
        print("| " + " | ".join(row.cells()) + " |", flush=True)
    if slowest:
        print("\n| collection | file | kind | described in |\n| --- | --- | --- | --- |")
        print("\n".join(slowest))


def _prepared(folder: Path, source: Path) -> Path:
    """Copy a collection, its uuencoded files decoded."""
    shutil.copytree(folder, source, symlinks=True)
    for coded in source.rglob("*.uu"):
        lines = coded.read_bytes().split(b"\n")
        begin = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), None)
        if begin is None:
            continue
        try:
            body = b"".join(_decoded(line) for line in lines[begin + 1 :] if line and line != b"end")
        except binascii.Error:
            continue  # then it is taken in as it is
        coded.with_suffix("").write_bytes(body)
        coded.unlink()
    return source


def _decoded(line: bytes) -> bytes:
    """Return what a line of uuencoding stands for; some coders write more than the line says."""
    needed = (((line[0] - 32) & 63) * 4 + 5) // 3
    return binascii.a2b_uu(line[:needed])


def _taken_in(name: str, commit: str, source: Path, home: Path) -> Row:
    row = Row(name, commit, sum(path.is_file() and not path.is_symlink() for path in source.rglob("*")))
    (home / "pass").write_text("a passphrase that nobody uses\n")
    setup = ("--association", "COR", "--name", "Corpora", "--role", "test", "--place", "here")
    _run(home, "setup", *setup, "--cases", str(home / "cases"), "--recovery-out", str(home / "recovery"))
    _run(home, "new", "--age", "adult", "--age-known-by", "invented", "--consent", "lawyer")
    began = time.perf_counter()
    try:
        done = _run(home, "ingest", "1", str(source))
        row.exit_code = done.returncode
        for line in done.stdout.splitlines():
            _count(row, json.loads(line))
    except subprocess.TimeoutExpired:
        row.hung = True
    row.seconds = time.perf_counter() - began
    checked = _run(home, "verify", "1")
    if checked.returncode != 0:
        row.exit_code = checked.returncode
    for line in _run(home, "log", "1").stdout.splitlines():
        _why(row, json.loads(line))
    return row


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "EVIDENCE_KIT_STATION": str(home / "station"), "LC_ALL": "C.UTF-8"}
    command = [*PROGRAM, *arguments, "--json", "--no-input", "--passphrase-file", str(home / "pass")]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=HANGS_AFTER_SECONDS
    )


def _count(row: Row, outcome: dict[str, Any]) -> None:
    match outcome.get("outcome"):
        case "kept" if outcome.get("container"):
            row.members += 1
        case "kept":
            row.kept += 1
        case "seen-again" if not outcome.get("container"):
            row.again += 1
        case "refused" | "unreadable":
            row.refused[str(outcome.get("reason"))] += 1
    row.described += bool(outcome.get("described"))
    row.problems.update(set(outcome.get("problems", ())) - {"not-described"})


def _why(row: Row, line: dict[str, Any]) -> None:
    """Count why describers were stopped."""
    if line.get("type") == "item.described":
        for problem in line.get("says", {}).get("problems", ()):
            if problem["code"] == "not-described":
                reason = problem["detail"].partition(":")[0]
                row.stopped[reason if reason in _ENDINGS else "other"] += 1


def _slowest(source: Path, count: int) -> list[str]:
    """Return the files whose description took longest, one at a time."""
    clocked: list[tuple[float, str]] = []
    with WorkerDescriber(workers=1) as describer:
        for path, kind, data in _readable(source):
            if describer.describes(kind):
                began = time.perf_counter()
                describer.start_describing(kind, path.name, data).result()
                clocked.append((time.perf_counter() - began, f"{path.relative_to(source)} | {kind}"))
    return [f"{what} | {seconds:.1f} s" for seconds, what in sorted(clocked, reverse=True)[:count]]


def _readable(source: Path) -> Iterator[tuple[Path, str, bytes]]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= 64 << 20:
            data = path.read_bytes()
            yield path, sniff(data[:HEAD_BYTES], len(data)).name, data


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counted.most_common()) or "none"


if __name__ == "__main__":
    main()
