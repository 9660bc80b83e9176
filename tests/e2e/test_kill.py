"""`kill -9` at random moments on a disk that forgets what was not synced: nothing acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Weight
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import NewCase
from tests.workflows.helpers import take_in, totals

ROOT = Path(__file__).parents[2]
FILES = 60


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    chance = random.Random(5)
    for number in range(FILES):
        (folder / f"{number:03}.bin").write_bytes(chance.randbytes(chance.randrange(1, 200_000)))
    return folder


def run_and_kill(station: Station, case: Path, source: Path, honesty: str, after: float | None) -> dict[str, str]:
    """Start the ingest, kill it after so many seconds, and return what it said was safe."""
    command = [sys.executable, "-m", "tests.e2e.forgetful", str(station.folder), str(case), str(source), honesty]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        if after is not None:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
        lines = [first, *process.stdout]
    whole = [line.split() for line in lines if line.endswith("\n") and line.startswith("E")]
    return {item: digest for item, digest in whole if digest != "again"}


def lost(case: Path, key: SigningKey, acknowledged: dict[str, str]) -> list[str]:
    """Return the acknowledged items that the case no longer has, or has otherwise."""
    manifest = read_case(CaseFolder(case), key).opened
    return [
        item
        for item, digest in acknowledged.items()
        if item not in manifest.items or manifest.items[item].sha256.hex != digest
    ]


# Each seed is the same check at other moments: some of them say whether it holds, the others are for `make deep`.
@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(8, 50))])
def test_nothing_acknowledged_is_lost(
    seed: int, new_case: NewCase, many: Path, station: Station, key: SigningKey, world: World
) -> None:
    case = new_case().case.folder.root
    chance = random.Random(seed)
    acknowledged: dict[str, str] = {}
    for _ in range(2):
        acknowledged |= run_and_kill(station, case, many, "honest", chance.uniform(0, 0.15))
        assert lost(case, key, acknowledged) == []
        findings = verify_case(case, key, station.remembered(case.name)).findings
        assert all(finding.weight is Weight.NOTE for finding in findings), findings
    with writing(CaseFolder(case), key, station, world) as writer:
        done = totals(take_in(writer, many))
        assert (done.kept + done.known, len(writer.manifest.items)) == (FILES, FILES)
    report = verify_case(case, key, station.remembered(case.name))
    assert (report.findings, report.items) == ([], FILES)


def test_the_harness_sees_it_when_syncing_does_nothing(
    new_case: NewCase, many: Path, station: Station, key: SigningKey, tmp_path: Path
) -> None:
    original = new_case().case.folder.root
    noticed = 0
    for attempt in range(3):
        case = tmp_path / "copies" / str(attempt) / original.name
        shutil.copytree(original, case)
        heads = station.folder / "heads" / f"{original.name}.json"
        remembered = heads.read_bytes()
        acknowledged = run_and_kill(station, case, many, "lying", 0.05)
        assert acknowledged
        noticed += bool(lost(case, key, acknowledged))
        heads.write_bytes(remembered)
    assert noticed == 3
