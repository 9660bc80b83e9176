"""What tests share: a station, a world whose clock stands still, a small case."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case
from evidence_kit.workflows.case.station import Station, StationUser, write_station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter
from tests.forked_workers import ForkedWorkers, started_anew

# How long a test takes says something about the machine and nothing about us.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PASSPHRASE = b"correct horse battery"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Let `--dist loadfile` take the files that last longest first."""
    from tests.scheduling import ByFile

    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one process more than there are cores: browsers, disks and people who wait leave a core idle."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put tests in one order in every process, the longest first."""
    if hasattr(config, "workerinput"):
        from tests.scheduling import in_order

        items[:] = in_order(items)


class SteppingClock:
    """Moves on by one second whenever somebody looks."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 18, 48, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class Numbered:
    """Randomness that counts, so that two runs write the same log."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def __call__(self, size: int) -> bytes:
        return next(self._count).to_bytes(size, "big")


@pytest.fixture(scope="session", autouse=True)
def quick_keys() -> Iterator[None]:
    """Locking a key costs half a second on purpose; a thousand tests do not have to pay it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evidence_kit.keys.station.KDF_ROUNDS", 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def _forked_workers() -> Iterator[None]:
    """Fork isolated processes instead of starting each of a thousand."""
    if sys.platform != "linux":
        yield
        return
    forks = ForkedWorkers()
    with started_anew():
        forks.take_place()
        yield
    forks.close()


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.from_seed(bytes(range(32)))


@pytest.fixture(scope="session")
def recovery() -> SigningKey:
    return SigningKey.from_seed(bytes(range(32, 64)))


def still_world() -> World:
    """Return a world whose clock moves on by looks, and whose randomness counts."""
    return World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")


@pytest.fixture
def world() -> World:
    return still_world()


def made_station(folder: Path, key: SigningKey, recovery: SigningKey, world: World) -> Station:
    """Set a station up in a folder; its cases lie beside it."""
    made = Station(
        folder=folder / "station",
        association="LRC",
        person=StationUser("Salma B.", "volunteer", "Larache"),
        public=key.public,
        recovery=recovery.public,
        recovery_to_file=False,
        cases=folder / "cases",
    )
    write_station(made, key, PASSPHRASE, world)
    return made


@pytest.fixture
def station(tmp_path: Path, key: SigningKey, recovery: SigningKey, world: World) -> Station:
    return made_station(tmp_path, key, recovery, world)


NewCase = Callable[..., CaseWriter]


def opens_cases(station: Station, key: SigningKey, world: World) -> NewCase:
    """Return what opens a case at a station."""

    def make(age: str = "adult", purposes: tuple[str, ...] = ("lawyer",)) -> CaseWriter:
        today = world.clock.now().date()
        consents = [ConsentGiven(purpose, given=True, on=today, said_by="person") for purpose in purposes]
        about = CaseOpening(age, "told", consents if age == "adult" else ())
        return create_case(station, key, about, world)

    return make


@pytest.fixture
def new_case(station: Station, key: SigningKey, world: World) -> NewCase:
    return opens_cases(station, key, world)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small folder to take in: a text, bytes, an empty file, a name in Arabic."""
    folder = tmp_path / "phone"
    (folder / "DCIM").mkdir(parents=True)
    (folder / "DCIM" / "a.bin").write_bytes(bytes(range(256)) * 40)
    (folder / "note.txt").write_text("bonjour\n", "utf-8")
    (folder / "رسالة.txt").write_text("سلام\n", "utf-8")
    (folder / "empty").write_bytes(b"")
    return folder
