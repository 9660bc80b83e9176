"""Sealing and verifying beside programs that do a part of the same, on files that cannot be compressed.

`python -m benchmarks.sealing [--mib 2048] [--files 4] [--runs 3] [--work DIR]`. Goals, as ratios of one run: writing at
most 1.5 times `7z a -tzip -mem=AES256 -mx0`; with the re-read at most 1.5 times (`7z a` + `7z t` + `openssl dgst
-sha256`); `verify` at most 2.5 times (`7z t` + `openssl dgst -sha256`); memory under 100 MB. Seconds of writing and of
re-reading are taken inside the one process that does both; everything else is whole processes, start and end included.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.case import DIGITS, PROGRAM, Measured, measure

# The program, with the time of its two longest steps told.
TIMED = """
import sys, time
from evidence_kit.cli import run
from evidence_kit.workflows import seal

def told(name):
    act = getattr(seal, name)
    def timed(*given):
        begun, worked = time.perf_counter(), time.process_time()
        try:
            return act(*given)
        finally:
            print(name, time.perf_counter() - begun, time.process_time() - worked, file=sys.stderr)
    setattr(seal, name, timed)

told("_write")
told("_read_back")
sys.exit(run(sys.argv[1:]))
"""
WRITE, REREAD, SEAL, VERIFY = "seal: writing", "seal: re-read", "seal: the whole process", "verify"
PACK, TEST, DIGEST = "7z a -tzip -mem=AES256 -mx0", "7z t", "openssl dgst -sha256"


def main() -> None:
    """Print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=2048, help="size of all files together")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, default=None)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sealing-", dir=wanted.work) as name:
        bench = _Bench(Path(name), wanted.mib, wanted.files)
        for _ in range(wanted.runs):
            bench.run()
        bench.show()


class _Bench:
    def __init__(self, folder: Path, mib: int, files: int) -> None:
        self.folder, self.mib, self.files = folder, mib, files
        self.environment = dict(os.environ) | {"EVIDENCE_KIT_STATION": str(folder / "station")}
        self.rows: dict[str, list[Measured]] = {}
        self.source = folder / "source"
        self.source.mkdir()
        for number in range(files):
            with (self.source / f"{number:05}.bin").open("wb") as file:
                for _ in range(mib // files):
                    file.write(os.urandom(1 << 20))
        (folder / "pass").write_text("correct horse battery\n")
        facts = ("--association", "BENCH", "--name", "B", "--role", "b", "--place", "p", "--recovery-out", "rec")
        self._kit("setup", *facts, "--cases", str(folder / "cases"))
        self._kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", "CASE-1")
        self._kit("ingest", "CASE-1", str(self.source), "--no-describe")

    def run(self) -> None:
        """Do everything once, ours and the others in turn."""
        folder = self.folder
        out, digits, peer = folder / "sealed", folder / "digits", folder / "peer.zip"
        order = ("seal", "CASE-1", "--for", "lawyer", "--all", "--out", str(out), "--passphrase-out", str(digits))
        os.sync()
        whole = self._kit(*order, program=[PROGRAM[0], "-c", TIMED])
        self._note(SEAL, whole)
        lines = (line.split() for line in (folder / "output").read_text("utf-8").splitlines())
        told = {words[0]: words[1:] for words in lines if words and words[0].startswith("_")}
        for name, step in ((WRITE, "_write"), (REREAD, "_read_back")):
            wall, processor = map(float, told[step])
            self._note(name, Measured(wall, processor, whole.peak_mib))
        archive = str(out / "CASE-1.sealed.zip")
        os.sync()
        self._note(
            PACK, self._do("7z", "a", "-tzip", "-mem=AES256", "-mx0", f"-p{DIGITS}", str(peer), str(self.source))
        )
        os.sync()
        self._note(
            VERIFY, self._do(*PROGRAM, "verify", archive, "--archive-passphrase-file", str(digits), "--no-input")
        )
        self._note(TEST, self._do("7z", "t", f"-p{digits.read_text().strip()}", archive))
        self._note(DIGEST, self._do("openssl", "dgst", "-sha256", *map(str, sorted(self.source.iterdir()))))
        shutil.rmtree(out)
        digits.unlink()
        peer.unlink()
        Path(f"{out}.receipt.html").unlink()

    def show(self) -> None:
        """Print medians, and the ratios whose goals are above."""
        runs = len(self.rows[SEAL])
        print(f"{self.files} files, {self.mib} MiB together; medians of {runs}")
        print(f"{'':32} {'seconds':>8} {'cpu':>7} {'MB/s':>7} {'peak MiB':>9}")
        for name, measured in self.rows.items():
            wall, processor = (
                statistics.median(getattr(each, what) for each in measured) for what in ("wall", "processor")
            )
            peak = max(each.peak_mib for each in measured)
            print(f"{name:32} {wall:8.2f} {processor:7.2f} {self.mib * 1.048576 / wall:7.0f} {peak:9.0f}")
        for ours, goal, peers in (
            ((WRITE,), 1.5, (PACK,)),
            ((SEAL,), 1.5, (PACK, TEST, DIGEST)),
            ((VERIFY,), 2.5, (TEST, DIGEST)),
        ):
            found = [self._sum(ours, run) / self._sum(peers, run) for run in range(runs)]
            each = ", ".join(f"{ratio:.2f}" for ratio in found)
            print(f"{' + '.join(ours)} / ({' + '.join(peers)}): {statistics.median(found):.2f} ({each}); goal {goal}")

    def _sum(self, names: tuple[str, ...], run: int) -> float:
        return sum(self.rows[name][run].wall for name in names)

    def _kit(self, *arguments: str, program: list[str] | None = None) -> Measured:
        more = ("--passphrase-file", str(self.folder / "pass"), "--no-input", "--quiet")
        return self._do(*(program or PROGRAM), *arguments, *more)

    def _do(self, *command: str) -> Measured:
        return measure(command, self.environment, self.folder)

    def _note(self, name: str, done: Measured) -> None:
        self.rows.setdefault(name, []).append(done)


if __name__ == "__main__":
    main()
