"""Short words for what most of these tests do."""

from __future__ import annotations

from pathlib import Path

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import Outcome, Totals
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from tests.fakes import NoDescriber


def take_in(writer: CaseWriter, *sources: Path) -> list[Outcome]:
    return list(ingest(writer, sources, Provenance(), NoDescriber()))


def totals(outcomes: list[Outcome]) -> Totals:
    last = outcomes[-1]
    assert isinstance(last, Totals)
    return last


def reopen(folder: CaseFolder, key: SigningKey, station: Station, world: World, *sources: Path) -> list[Outcome]:
    with writing(folder, key, station, world) as writer:
        return take_in(writer, *sources)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, the lock aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }
