"""A small case and its archive, made once and then attacked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case
from evidence_kit.workflows.case.station import Station, StationUser, write_station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.sealed import SealResult
from tests.conftest import PASSPHRASE, Numbered, SteppingClock
from tests.workflows.helpers import take_in

DIGITS = "0123456789" * 2 + "01234567"


@dataclass(frozen=True)
class Material:
    """A station, a case of three items, and what was sealed from it."""

    station: Station
    world: World
    key: SigningKey
    case: Path
    receipt: str
    sealed: SealResult


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return made(tmp_path_factory.mktemp("attacked"), SigningKey.from_seed(bytes(range(32))))


def made(root: Path, key: SigningKey, edited: bytes | None = None) -> Material:
    """Make the case and its archive with a key; with other words in the first item if given."""
    recovery = SigningKey.from_seed(bytes(range(32, 64)))
    world = World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")
    person = StationUser("Salma B.", "volunteer", "Larache")
    station = Station(root / "station", "LRC", person, key.public, recovery.public, False, root / "cases")
    write_station(station, key, PASSPHRASE, world)
    consent = ConsentGiven("lawyer", given=True, on=world.clock.now().date(), said_by="person")
    writer = create_case(station, key, CaseOpening("adult", "told", [consent]), world)
    source = root / "phone"
    source.mkdir(parents=True)
    for name, content in (("a.txt", edited or b"a threat\n"), ("b.txt", b"another\n"), ("c.bin", bytes(range(200)))):
        (source / name).write_bytes(content)
    take_in(writer, source)
    record.record_note(writer, "for us alone", ["association"])
    receipt, _, _ = record.issue_receipt(writer)
    order = SealOrder("lawyer", None, {}, None, root / "sealed")
    sealed = make_seal(writer, key, order, DIGITS)
    return Material(station, world, key, writer.case.folder.root, receipt, sealed)


@pytest.fixture
def case(material: Material, tmp_path: Path) -> Path:
    """A copy of the case, to be damaged."""
    copy = tmp_path / material.case.name
    shutil.copytree(material.case, copy)
    return copy


@pytest.fixture
def archive(material: Material, tmp_path: Path) -> Path:
    """A copy of the archive and of what lies beside it, to be damaged."""
    copy = tmp_path / "sealed"
    shutil.copytree(material.sealed.folder, copy)
    return copy / material.sealed.archive.name


Check = Callable[[bytes], Report]


@pytest.fixture
def check(tmp_path: Path, material: Material) -> Check:
    """Check an archive without a statement beside it: the archive alone has to show what was done to it."""
    path = tmp_path / "alone" / material.sealed.archive.name
    path.parent.mkdir()

    def run(data: bytes) -> Report:
        path.write_bytes(data)
        return verify_archive(path, DIGITS)

    return run
