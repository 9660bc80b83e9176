"""The isolated processes that tests of workflows share, one of each a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber


@pytest.fixture(scope="module")
def describer() -> Iterator[WorkerDescriber]:
    with WorkerDescriber(workers=1) as worker:
        yield worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started
