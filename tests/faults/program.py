"""Takes files in, as a process of its own that a harness kills, starves or lies to.

`python -m tests.faults.program STATION CASE SOURCE [deaf|hasty|reckless]`: prints a line for every item once it counts.

The last word makes it a broken build that a harness has to notice: `deaf` never syncs, `hasty` says that items are safe
before they are committed, `reckless` goes on when the disk refuses.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from evidence_kit.errors import EvidenceError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault import disk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession import commit_group
from evidence_kit.workflows.accession.commit_group import Undescribed
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.outcome import Kept
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from tests.conftest import SteppingClock


def say(text: str) -> None:
    """Write a line by another call than the one that faults are injected into."""
    os.writev(1, [text.encode() + b"\n"])


def _deaf() -> None:
    def nothing(*_: object) -> None:
        pass

    setattr(disk.RealFile, "sync", nothing)  # noqa: B010 - a broken build on purpose
    setattr(disk.RealDisk, "sync_folder", nothing)  # noqa: B010


def _hasty() -> None:
    def nothing(*_: object) -> None:
        pass

    setattr(CaseWriter, "commit", nothing)  # noqa: B010


def _reckless() -> None:
    for kind, name in ((disk.RealFile, "write"), (disk.RealFile, "sync"), (disk.RealDisk, "move")):
        setattr(kind, name, _careless(getattr(kind, name)))


def _careless(act: Callable[..., object]) -> Callable[..., object]:
    def tried(*given: object) -> object:
        with contextlib.suppress(OSError):
            return act(*given)
        return 0

    return tried


BROKEN = {"deaf": _deaf, "hasty": _hasty, "reckless": _reckless}


def main(station_folder: str, case: str, source: str, *how: str) -> int:
    commit_group.GROUP_ITEMS = 4
    for each in how:
        BROKEN[each]()
    station = stations.load_station(Path(station_folder))
    world = World(SteppingClock(), disk.RealDisk(), os.urandom, "0.0-test")
    key = SigningKey.from_seed(bytes(range(32)))
    try:
        with writing(CaseFolder(Path(case)), key, station, world, "test") as writer:
            for outcome in ingest(writer, [Path(source)], Provenance(), Undescribed()):
                if isinstance(outcome, Kept):
                    say(f"{outcome.item} {outcome.sha256}")
    except EvidenceError as error:
        say(f"stopped {error.message_id} {error.values.get('safe')}")
        return int(error.exit_code)
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
