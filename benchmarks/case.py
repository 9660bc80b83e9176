"""Taking in, sealing and verifying, beside programs that do a part of the same: medians and ratios of one run.

`python -m benchmarks.case [--mib 512] [--runs 3]`. Peers: `cp -r && sync -f` and `openssl dgst -sha256` for taking in,
`7z a -tzip -mem=AES256 -mx0` for sealing, `7z t` for verifying. What is missing is left out and said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from evidence_kit.cli import main; main()"]
DIGITS = "1234567890123456789012345678"


@dataclass(frozen=True)
class Measured:
    """One whole process: seconds on the wall, processor seconds, and the most memory it had."""

    wall: float
    processor: float
    peak_mib: float


def measure(command: Sequence[str], environment: dict[str, str], folder: Path) -> Measured:
    """Run a command to its end and ask the system what it took."""
    begun = time.perf_counter()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        said = (folder / "output").read_text("utf-8", "replace")
        raise SystemExit(f"{command}: exit {process.returncode}\n{said}")
    return Measured(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512, help="size of the one large file")
    parser.add_argument("--files", type=int, default=1000, help="how many small files of 100 KiB beside it")
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        _Bench(Path(name), wanted.mib, wanted.files, wanted.runs).run()


class _Bench:
    def __init__(self, folder: Path, mib: int, files: int, runs: int) -> None:
        self.folder, self.mib, self.files, self.runs = folder, mib, files, runs
        self.environment = dict(os.environ) | {"EVIDENCE_KIT_STATION": str(folder / "station")}
        self.rows: dict[str, list[Measured]] = {}

    def run(self) -> None:
        self._prepare()
        for number in range(1, self.runs + 1):
            self._ingest(number)
            self._seal(number)
        self._print()

    def _prepare(self) -> None:
        large, small = self.folder / "large", self.folder / "small"
        large.mkdir()
        small.mkdir()
        with (large / "film.bin").open("wb") as file:
            for _ in range(self.mib):
                file.write(os.urandom(1 << 20))
        for number in range(self.files):
            (small / f"{number:05}.bin").write_bytes(os.urandom(100 << 10))
        (self.folder / "passphrase").write_text("correct horse battery\n")
        facts = [
            "setup",
            "--association",
            "BENCH",
            "--name",
            "B",
            "--role",
            "b",
            "--place",
            "p",
            "--recovery-out",
            "rec",
            "--no-input",
        ]
        self._kit(*facts, "--cases", str(self.folder / "cases"))

    def _kit(self, *arguments: str) -> Measured:
        command = [*PROGRAM, *arguments]
        if arguments[0] != "verify":
            command += ["--passphrase-file", str(self.folder / "passphrase"), "--no-input", "--quiet"]
        return measure(command, self.environment, self.folder)

    def _ingest(self, number: int) -> None:
        for what in ("large", "small"):
            case = f"{what.upper()}-{number}"
            self._kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", case)
            source = str(self.folder / what)
            self._note(f"{what}: ingest", partial(self._kit, "ingest", case, source))
            copy = self.folder / f"copy-{what}"
            shell = f"cp -r {source} {copy} && sync -f {copy}"
            self._note(f"{what}: cp -r && sync -f", partial(self._other, "sh", "-c", shell))
            shutil.rmtree(copy)
            shell = f"find {source} -type f -print0 | xargs -0 openssl dgst -sha256"
            self._note(f"{what}: openssl dgst -sha256", partial(self._other, "sh", "-c", shell), "openssl")

    def _seal(self, number: int) -> None:
        out, digits = self.folder / f"sealed-{number}", self.folder / f"digits-{number}"
        case = f"LARGE-{number}"
        seal = ("seal", case, "--for", "lawyer", "--all", "--out", str(out), "--passphrase-out", str(digits))
        self._note("large: seal, read back", lambda: self._kit(*seal))
        zipped = str(self.folder / "peer.zip")
        pack = ("7z", "a", "-tzip", "-mem=AES256", "-mx0", f"-p{DIGITS}", zipped, str(self.folder / "large"))
        self._note("large: 7z a -mem=AES256 -mx0", lambda: self._other(*pack), "7z")
        archive = str(out / f"{case}.sealed.zip")
        verify = ("verify", archive, "--archive-passphrase-file", str(digits))
        self._note("large: verify archive", lambda: self._kit(*verify))
        secret = digits.read_text().strip()
        self._note("large: 7z t, the same archive", lambda: self._other("7z", "t", f"-p{secret}", archive), "7z")
        self._note("large: verify case", lambda: self._kit("verify", case))
        shutil.rmtree(out)
        Path(zipped).unlink(missing_ok=True)

    def _other(self, *command: str) -> Measured:
        return measure(command, self.environment, self.folder)

    def _note(self, name: str, act: Callable[[], Measured], needs: str | None = None) -> None:
        if needs is None or shutil.which(needs) is not None:
            self.rows.setdefault(name, []).append(act())

    def _print(self) -> None:
        print(f"one file of {self.mib} MiB; {self.files} files of 100 KiB; medians of {self.runs}")
        print(f"{'':38} {'seconds':>8} {'cpu':>7} {'MiB/s':>7} {'peak MiB':>9}")
        for name, runs in self.rows.items():
            wall = statistics.median(run.wall for run in runs)
            processor = statistics.median(run.processor for run in runs)
            size = self.mib if name.startswith("large") else self.files * 100 / 1024
            peak = max(run.peak_mib for run in runs)
            print(f"{name:38} {wall:8.2f} {processor:7.2f} {size / wall:7.0f} {peak:9.0f}")
        for one, other in (
            ("large: ingest", "large: cp -r && sync -f"),
            ("large: ingest", "large: openssl dgst -sha256"),
            ("small: ingest", "small: cp -r && sync -f"),
            ("large: seal, read back", "large: 7z a -mem=AES256 -mx0"),
            ("large: verify archive", "large: 7z t, the same archive"),
        ):
            if one in self.rows and other in self.rows:
                pairs = zip(self.rows[one], self.rows[other], strict=True)
                print(f"{one} / {other}: {statistics.median(a.wall / b.wall for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
