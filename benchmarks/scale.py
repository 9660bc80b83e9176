"""Memory and size: many files, one very large file, and a log of many events. Prints peaks and seconds.

`python -m benchmarks.scale [--files 50000] [--gib 10] [--events 100000] [--work DIR]`

The peak is that of the process that takes in, as it reads it itself at its end (`VmHWM`): what the system tells its
parent would begin with the memory of that parent. Describing processes are apart. Each part can be run by itself:
`--only many`, `large`, `events`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.case import Measured, measure
from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Json
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.world import SystemClock, World
from evidence_kit.workflows.case.write import writing

PROGRAM = [
    sys.executable,
    "-c",
    """
import atexit, re
from pathlib import Path
def peak():
    Path("peak").write_text(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
atexit.register(peak)
from evidence_kit.cli import main
main()
""",
]

READ = """
import sys, time
from pathlib import Path
from evidence_kit.workflows.case import read, station
from evidence_kit.vault.folder import CaseFolder
home = station.load(Path(sys.argv[1]))
key = home.unlock(Path(sys.argv[3]).read_bytes().strip())
begun = time.perf_counter()
opened = read.read(CaseFolder(Path(sys.argv[2])), key, home)
print(opened.custody.signed_lines, len(opened.opened.items), round(time.perf_counter() - begun, 2))
"""


def main() -> None:
    """Print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--gib", type=int, default=10)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--describe", action="store_true", help="describe too, in processes of their own")
    parser.add_argument("--only", choices=("many", "large", "events"), default=None)
    parser.add_argument("--work", type=Path, default=None)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-", dir=wanted.work) as name:
        folder = Path(name)
        more = () if wanted.describe else ("--no-describe",)
        bench = _Bench(folder)
        if wanted.only in {None, "many"}:
            _many(folder / "many", wanted.files)
            _print(f"{wanted.files} files of 1 KiB", bench.ingest("MANY-1", folder / "many", *more))
            _print("the same again", bench.ingest("MANY-1", folder / "many", *more))
            shutil.rmtree(folder / "many")
        if wanted.only in {None, "large"}:
            (folder / "large").mkdir()
            _large(folder / "large" / "film.bin", wanted.gib)
            _print(f"one file of {wanted.gib} GiB", bench.ingest("LARGE-1", folder / "large", *more))
            shutil.rmtree(folder / "large")
            shutil.rmtree(folder / "cases" / "LARGE-1")
        if wanted.only in {None, "events"}:
            bench.events("EVENTS-1", wanted.events)
            for _ in range(5):
                begun = time.perf_counter()
                done = bench.read("EVENTS-1")
                whole = time.perf_counter() - begun
                print(f"open: lines, items, seconds: {done}; whole process {whole:.2f} s", flush=True)


def _kept(number: int) -> Event:
    """Return what `ingest` writes of a plain file, as long as it writes it."""
    digest = hashlib.sha256(number.to_bytes(8, "big"))
    facts: dict[str, Json] = {
        "item": f"E{number:06d}",
        "path": f"phone/DCIM/Camera/IMG_20250503_{number:06d}.jpg",
        "size": 400_000 + number,
        "sha256": digest.hexdigest(),
        "crc32": digest.hexdigest()[:8],
        "kind": {"name": "jpeg", "family": "picture", "media_type": "image/jpeg"},
        "name_agrees": True,
        "times": {
            name: str(1_746_300_000_000_000_000 + number) for name in ("modified_ns", "changed_ns", "accessed_ns")
        },
        "provenance": {"how": "phone-export", "handed_by": "Nadia", "device": "Samsung A52", "place": "Larache"},
        "sensitivity": "unknown",
    }
    return Event("item.kept", facts, object=f"E{number:06d}", stored=sha256(digest.digest()))


def _many(folder: Path, count: int) -> None:
    for number in range(count):
        place = folder / f"{number // 1000:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.bin").write_bytes(os.urandom(1024))


def _large(path: Path, gib: int) -> None:
    with path.open("wb") as file:
        for _ in range(gib << 10):
            file.write(os.urandom(1 << 20))


def _print(what: str, done: Measured) -> None:
    print(f"{what:28} {done.wall:8.1f} s, cpu {done.processor:7.1f} s, peak {done.peak_mib:6.0f} MiB", flush=True)


class _Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = dict(os.environ) | {"EVIDENCE_KIT_STATION": str(folder / "station")}
        (folder / "passphrase").write_text("correct horse battery\n")
        facts = ("--association", "BENCH", "--name", "B", "--role", "b", "--place", "p", "--recovery-out", "rec")
        self._kit("setup", *facts, "--cases", str(folder / "cases"))

    def ingest(self, case: str, source: Path, *more: str) -> Measured:
        """Take a folder in, into a new case or the one that is there."""
        if not (self.folder / "cases" / case).exists():
            self._kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", case)
        return self._kit("ingest", case, str(source), *more)

    def events(self, case: str, count: int) -> None:
        """Write a log of so many items, 128 a commit, without their files: opening a case does not read these."""
        self._kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", case)
        station = stations.load_station(self.folder / "station")
        key = station.unlock((self.folder / "passphrase").read_bytes().strip())
        world = World(SystemClock(), RealDisk(), os.urandom, "benchmark")
        with writing(CaseFolder(self.folder / "cases" / case), key, station, world) as writer:
            for first in range(1, count + 1, 128):
                writer.commit([_kept(number) for number in range(first, min(count, first + 127) + 1)])

    def read(self, case: str) -> str:
        """Open a case in a process of its own and return what that printed."""
        where = (str(self.folder / "station"), str(self.folder / "cases" / case), str(self.folder / "passphrase"))
        measure((PROGRAM[0], "-c", READ, *where), self.environment, self.folder)
        return (self.folder / "output").read_text("utf-8").strip()

    def _kit(self, *arguments: str) -> Measured:
        more = ("--passphrase-file", str(self.folder / "passphrase"), "--no-input", "--quiet")
        done = measure((*PROGRAM, *arguments, *more), self.environment, self.folder)
        return replace(done, peak_mib=int((self.folder / "peak").read_text("ascii")) / 1024)


if __name__ == "__main__":
    main()
