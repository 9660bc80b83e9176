"""Takes files in on a disk that forgets whatever was not synced; run as a process of its own, to be killed.

`python -m tests.e2e.forgetful STATION CASE SOURCE honest|lying`: prints a line for every item once it counts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession import commit_group
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.outcome import Kept, SeenAgain
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing
from tests.conftest import SteppingClock
from tests.fakes import ForgetfulDisk, NoDescriber


def main(station_folder: str, case: str, source: str, honesty: str) -> None:
    commit_group.GROUP_ITEMS = 4
    station = stations.load_station(Path(station_folder))
    world = World(SteppingClock(), ForgetfulDisk(honest=honesty == "honest"), os.urandom, "0.0-test")
    key = SigningKey.from_seed(bytes(range(32)))
    with writing(CaseFolder(Path(case)), key, station, world) as writer:
        for outcome in ingest(writer, [Path(source)], Provenance(), NoDescriber()):
            if isinstance(outcome, Kept):
                print(outcome.item, outcome.sha256, flush=True)
            elif isinstance(outcome, SeenAgain):
                print(outcome.item, "again", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
