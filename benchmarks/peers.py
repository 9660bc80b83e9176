"""Taking in beside programs that back up: whole processes, one run after the other, medians and ratios of one run.

`python -m benchmarks.peers [--only small|large] [--files 5000] [--kib 400] [--mib 2048] [--runs 5] [--work DIR]`

Ours is `ingest --no-describe`: hashed, encrypted, durable, committed. Peers: `borg create` (repokey-blake2, its default
here, no compression), `restic backup` (no compression), `cp -r && sync -f`, `openssl dgst -sha256`. Every one reads
the same files out of the system's memory and writes into a new folder on the same disk. What is not installed is left
out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.case import PROGRAM, Measured, measure

OURS = "evidence-kit ingest --no-describe"


def main() -> None:
    """Print one table for the small files and one for the large one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--kib", type=int, default=400)
    parser.add_argument("--mib", type=int, default=2048, help="size of the one large file")
    parser.add_argument("--only", choices=("small", "large"), default=None)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", type=Path, default=None, help="where to write; the disk that is measured")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peers-", dir=wanted.work) as name:
        bench = _Bench(Path(name))
        small, large = bench.folder / "small", bench.folder / "large"
        for source, count, size in ((small, wanted.files, wanted.kib << 10), (large, 1, wanted.mib << 20)):
            if wanted.only not in {None, source.name}:
                continue
            _fill(source, count, size)
            os.sync()
            for number in range(wanted.runs):
                bench.run(source, number)
                bench.show(source, count * size)
            bench.rows.clear()
            shutil.rmtree(source)


def _fill(folder: Path, count: int, size: int) -> None:
    folder.mkdir()
    for number in range(count):
        with (folder / f"{number:05}.bin").open("wb") as file:
            for at in range(0, size, 1 << 20):
                file.write(os.urandom(min(1 << 20, size - at)))


class _Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        secrets = {"BORG_PASSPHRASE": "x", "RESTIC_PASSWORD": "x", "BORG_BASE_DIR": str(folder / "borg")}
        own = {"EVIDENCE_KIT_STATION": str(folder / "station"), "RESTIC_CACHE_DIR": str(folder / "restic-cache")}
        self.environment = dict(os.environ) | secrets | own
        self.rows: dict[str, list[Measured]] = {}
        (folder / "passphrase").write_text("correct horse battery\n")
        facts = ("--association", "BENCH", "--name", "B", "--role", "b", "--place", "p", "--recovery-out", "rec")
        self._kit("setup", *facts, "--cases", str(folder / "cases"))

    def run(self, source: Path, number: int) -> None:
        """Run everything once, each into a folder that is deleted afterwards."""
        case = f"CASE-{source.name.upper()}-{number}"
        self._kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", case)
        self._note(OURS, partial(self._kit, "ingest", case, str(source), "--no-describe"))
        shutil.rmtree(self.folder / "cases" / case)
        if shutil.which("borg"):
            self._other("borg", "init", "-e", "repokey-blake2", "peer")
            make = partial(self._other, "borg", "create", "--compression", "none", "peer::a", str(source))
            self._note("borg create, repokey-blake2", make)
            shutil.rmtree(self.folder / "peer")
        if shutil.which("restic"):
            self._other("restic", "init", "-q", "-r", "peer")
            make = partial(self._other, "restic", "-q", "-r", "peer", "backup", "--compression", "off", str(source))
            self._note("restic backup", make)
            shutil.rmtree(self.folder / "peer")
        self._note("cp -r && sync -f", partial(self._other, "sh", "-c", f"cp -r {source} peer && sync -f peer"))
        shutil.rmtree(self.folder / "peer")
        digest = f"find {source} -type f -print0 | xargs -0 openssl dgst -sha256"
        self._note("openssl dgst -sha256", partial(self._other, "sh", "-c", digest))

    def show(self, source: Path, size_bytes: int) -> None:
        """Print what was measured so far: the last table is the one that counts."""
        print(f"\n{source.name}: {size_bytes / 1e6:.0f} MB, medians of {len(self.rows[OURS])}", flush=True)
        print(f"{'':36} {'seconds':>8} {'cpu':>7} {'MB/s':>7} {'peak MiB':>9} {'ours / it':>10}")
        for name, runs in self.rows.items():
            wall = statistics.median(run.wall for run in runs)
            processor = statistics.median(run.processor for run in runs)
            peak = max(run.peak_mib for run in runs)
            ratio = statistics.median(a.wall / b.wall for a, b in zip(self.rows[OURS], runs, strict=True))
            print(f"{name:36} {wall:8.2f} {processor:7.2f} {size_bytes / wall / 1e6:7.0f} {peak:9.0f} {ratio:10.2f}")
        print(end="", flush=True)

    def _kit(self, *arguments: str) -> Measured:
        more = ("--passphrase-file", str(self.folder / "passphrase"), "--no-input", "--quiet")
        return self._other(*PROGRAM, *arguments, *more)

    def _other(self, *command: str) -> Measured:
        return measure(command, self.environment, self.folder)

    def _note(self, name: str, act: partial[Measured]) -> None:
        # What the one before left to be written must not be charged to the next.
        os.sync()
        self.rows.setdefault(name, []).append(act())


if __name__ == "__main__":
    main()
