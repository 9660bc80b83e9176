"""What every harness needs: a station and a case on some disk, a process that takes files in, and a judge."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Weight
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station, StationUser, write_station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import PASSPHRASE, Numbered, SteppingClock

ROOT = Path(__file__).parents[2]
KEY = SigningKey.from_seed(bytes(range(32)))
# What a clean stop may end with; 12 is a disk that cannot be written, 11 a full one, 13 no handles or memory.
CLEAN = {0, 11, 12, 13}


def fill(folder: Path, count: int, seed: int, largest: int = 120_000) -> Path:
    """Make files of random sizes and contents."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    for number in range(count):
        (folder / f"{number:03}.bin").write_bytes(chance.randbytes(chance.randrange(1, largest)))
    return folder


def new_case(home: Path, cases: Path) -> tuple[Station, Path]:
    """Make a station in one place and a case in another."""
    world = World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")
    recovery = SigningKey.from_seed(bytes(range(32, 64))).public
    person = StationUser("Salma B.", "volunteer", "Larache")
    station = Station(home / "station", "LRC", person, KEY.public, recovery, recovery_to_file=False, cases=cases)
    write_station(station, KEY, PASSPHRASE, world)
    consent = ConsentGiven("lawyer", given=True, on=world.clock.now().date(), said_by="person")
    return station, create_case(station, KEY, CaseOpening("adult", "told", [consent]), world).case.folder.root


@dataclass
class Run:
    """What a process said before it ended.

    Attributes:
        code: Its exit code; negative for a signal.
        acknowledged: Items it said were safe, to their digests.
        stopped: The error it ended with, None when there was none.
        said: Everything it wrote, for a person who has to understand a failure.
    """

    code: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None
    said: str = ""


def command(station: Station, case: Path, source: Path, *how: str) -> list[str]:
    return [sys.executable, "-m", "tests.faults.program", str(station.folder), str(case), str(source), *how]


def start(line: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], already: str = "") -> Run:
    """Read what a process says until it ends."""
    out, err = process.communicate()
    said = already + out
    stopped = [line.split()[1] for line in said.splitlines() if line.startswith("stopped ")]
    return Run(process.returncode, spoken(said), stopped[0] if stopped else None, said + err)


def spoken(said: str) -> dict[str, str]:
    """Return the items that were said to be safe; a line that was cut in the middle was not said."""
    lines = [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n") and line.startswith("E")]
    return {words[0]: words[1] for words in lines if len(words) == 2}


def lost(case: Path, acknowledged: dict[str, str]) -> list[str]:
    """Return acknowledged items whose original bytes the case can no longer give back."""
    opened = read_case(CaseFolder(case), KEY)
    missing = []
    for item, digest in acknowledged.items():
        held = opened.opened.items.get(item)
        if held is None or held.sha256.hex != digest or not _comes_out(opened, item, digest):
            missing.append(item)
    return missing


def _comes_out(opened: object, item: str, digest: str) -> bool:
    from evidence_kit.hashing.exact import sha256
    from evidence_kit.keys.age import DamagedError

    sink = io.BytesIO()
    try:
        opened.decrypt(item, sink)  # type: ignore[attr-defined]
    except (DamagedError, OSError):
        return False
    return sha256(sink.getvalue()).hex == digest


def broken(case: Path, station: Station | None) -> list[str]:
    """Return what a check of the folder finds, notes apart."""
    remembered = None if station is None else station.remembered(case.name)
    found = verify_case(case, KEY, remembered).findings
    return [f"{each.code} {each.file} {each.line}" for each in found if each.weight is not Weight.NOTE]


def complete(station: Station, case: Path, source: Path) -> None:
    """Run the same command again and see that the case then holds everything once."""
    run = finish(start(command(station, case, source)))
    assert run.code == 0, run.said
    opened = read_case(CaseFolder(case), KEY).opened
    assert sorted(item.place.path for item in opened.items.values()) == sorted(
        f"{source.name}/{path.name}" for path in source.iterdir()
    )
    assert broken(case, station) == []
