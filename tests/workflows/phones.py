"""The two conversations of the phone of the samples, taken in, and threats among their messages."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace
from pathlib import Path

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.commit_group import DescriptionService
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reading.threats import Threat, record_threat

PHONE = Path(__file__).parents[2] / "samples" / "phone-export"
WHATSAPP = next((PHONE / "Download").glob("*.zip"))
MESSENGER = PHONE / "Download" / "facebook-nadiaelmisal-2025-05-05"


def take_phone(writer: CaseWriter, describer: DescriptionService) -> CaseWriter:
    list(ingest(writer, [WHATSAPP, MESSENGER], Provenance("phone-export", device="A12"), describer))
    return writer


def copied_case(made: CaseWriter, key: SigningKey, folder: Path) -> CaseWriter:
    """Copy a case and its station, with a world that goes on from where it stood; nothing in `made` changes."""
    station = replace(made.station, folder=folder / "station", cases=folder / "cases")
    shutil.copytree(made.station.folder, station.folder)
    shutil.copytree(made.station.cases, station.cases)
    opened = read_case(CaseFolder(station.cases / made.case.folder.root.name), key)
    return CaseWriter(opened, key, station, copy.deepcopy(made.world))


def chat_of(writer: CaseWriter, ending: str) -> str:
    return next(item.id for item in writer.manifest.items.values() if item.place.path.endswith(ending))


def threaten(writer: CaseWriter, worker: Worker, *threats: Threat) -> None:
    with open_exports(writer.case, worker) as reading:
        for each in threats:
            record_threat(writer, each, reading)
