"""The isolated processes that tests of workflows share, and a case that is made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.case.write import CaseWriter
from tests.conftest import made_station, opens_cases, still_world
from tests.workflows.phones import copied_case, take_phone


@pytest.fixture(scope="session")
def describer() -> Iterator[WorkerDescriber]:
    with WorkerDescriber(workers=1) as worker:
        yield worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


@pytest.fixture(scope="session")
def taken_phone(
    tmp_path_factory: pytest.TempPathFactory, key: SigningKey, recovery: SigningKey, describer: WorkerDescriber
) -> CaseWriter:
    """A case with the phone's two conversations, made once: whoever works with it gets a copy."""
    world = still_world()
    station = made_station(tmp_path_factory.mktemp("phone"), key, recovery, world)
    return take_phone(opens_cases(station, key, world)(), describer)


@pytest.fixture
def phone_case(taken_phone: CaseWriter, key: SigningKey, tmp_path: Path) -> CaseWriter:
    return copied_case(taken_phone, key, tmp_path)
