"""The reports of a seal: made of the items in its plan, kept encrypted until they go in."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.model import Json
from evidence_kit.sealing import report_files
from evidence_kit.sealing.report_files import PlannedReport
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.write import CaseWriter

if TYPE_CHECKING:
    from evidence_kit.sealing.plan import Scope
    from evidence_kit.workers.worker import Worker


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """The wish for a report in an archive.

    Attributes:
        languages: One paper for each.
        provisions: Ids of the provisions that a person chose.
        by: Who makes it.
    """

    languages: Sequence[str]
    provisions: Sequence[str] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class SealedReport:
    """One file below `report/` as it will be written.

    Attributes:
        planned: Its path, length and digest.
        crc32: Of its bytes.
        path: Where it lies meanwhile, encrypted to the case.
    """

    planned: PlannedReport
    crc32: int
    path: Path


@dataclass(frozen=True, slots=True)
class SealReports:
    """Everything below `report/` of an archive, and the event that tells of it."""

    files: tuple[SealedReport, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def size_bytes(self) -> int:
        """How long all of it is."""
        return sum(each.planned.size_bytes for each in self.files)


def made_reports(writer: CaseWriter, scope: Scope, wanted: ReportWanted, worker: Worker, folder: Path) -> SealReports:
    """Make the reports of an archive.

    Args:
        writer: The case.
        scope: What the archive discloses.
        wanted: What a person asked for.
        worker: Reads conversations.
        folder: Takes the encrypted files.

    Raises:
        ReportFailedError: The typesetter failed.
    """
    from evidence_kit.workflows.reporting.collect import ReportRequest
    from evidence_kit.workflows.reporting.make import ReportOrder, facts
    from evidence_kit.workflows.reporting.travelling import travelling_files

    request = ReportRequest(wanted.by, writer.world.kit, provisions=tuple(wanted.provisions))
    order = ReportOrder(request, scope.purpose, tuple(wanted.languages))
    found: list[SealedReport] = []
    for number, each in enumerate(travelling_files(writer.case, scope, order, worker)):
        path = folder / f"{number}.age"
        write_durably(writer.world.disk, path, age.encrypt_bytes(each.content, [writer.recipient]))
        planned = PlannedReport(report_files.FOLDER + each.name, len(each.content), sha256(each.content).hex)
        found.append(SealedReport(planned, zlib.crc32(each.content), path))
    found.sort(key=lambda each: each.planned.path)
    told: list[Json] = [
        {"name": each.planned.path, "size": each.planned.size_bytes, "sha256": each.planned.sha256} for each in found
    ]
    return SealReports(tuple(found), (Event("report.made", facts(order, told)),))
