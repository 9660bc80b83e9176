"""Isolated processes that a command starts, with the environment they get, and stops again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._language import environment
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workers.pool import Pool
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.accession.describe import WorkerDescriber
    from evidence_kit.workflows.batch.steps import BatchResources


@contextmanager
def describer() -> Iterator[WorkerDescriber]:
    """Start the isolated worker that looks into pictures and sound, and stop it again."""
    from evidence_kit.workflows.accession.describe import WorkerDescriber

    with WorkerDescriber(environment=_for_workers(), trust_anchors=_trust_anchors()) as worker:
        yield worker


def _trust_anchors() -> str | None:
    """Return the certificates by which signers of content credentials are vouched for, None where none were chosen.

    Raises:
        UsageError: The file that was chosen cannot be read.
    """
    path = environment().get("EVIDENCE_KIT_C2PA_TRUST")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("trust-list-unreadable", path=path) from error


@contextmanager
def batch_resources(station_folder: Path, openssh: bytes) -> Iterator[BatchResources]:
    """Open the resources that a process needs to carry out lines of a batch.

    Args:
        station_folder: Where the station lies.
        openssh: Its key, without a passphrase: it comes through a pipe and stays in memory.
    """
    from evidence_kit.keys.station import unlock
    from evidence_kit.workflows.batch.steps import BatchResources
    from evidence_kit.workflows.case import station
    from evidence_kit.workflows.case.world import this_computer

    with describer() as worker:
        yield BatchResources(
            station.load_station(station_folder),
            unlock(openssh, None),
            this_computer(),
            worker,
            worker.runner,
            isolated_worker,
        )


@contextmanager
def isolated_worker() -> Iterator[Worker]:
    """Start one isolated process that reads foreign bytes, and stop it again."""
    from evidence_kit.workers.worker import Worker

    with Worker(environment=_for_workers()) as worker:
        yield worker


@contextmanager
def worker_pool() -> Iterator[Pool]:
    """Start isolated processes, one a core, that decode and compare pictures, and stop them again."""
    from evidence_kit.workers.pool import Pool
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.accession.describe import usable_cores

    surroundings = _for_workers()
    with Pool(lambda: Worker(environment=surroundings), workers=usable_cores(), ahead=4) as pool:
        yield pool


def _for_workers() -> dict[str, str]:
    # Windows starts no process without it; nothing else of the environment reaches a worker.
    surroundings = environment()
    return {name: surroundings[name] for name in ("SystemRoot",) if name in surroundings}
