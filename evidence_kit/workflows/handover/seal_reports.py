"""The reports of a seal: made of the items in its plan, kept encrypted until they go in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from evidence_kit.workflows.reporting.make import ReportOrder


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """The wish for a report in an archive.

    Attributes:
        languages: One paper for each.
        provisions: Ids of the provisions that a person chose.
        by: Who makes it.
        conversations: Numbers of conversations that are printed beside those that are cited.
        redact_names: Labels stand for people's names in everything below `report/`; originals stay as they are.
        pictures: `none`, or `blurred` for copies in the papers.
    """

    languages: Sequence[str]
    provisions: Sequence[str] = ()
    by: str = ""
    conversations: Sequence[int] = ()
    redact_names: bool = False
    pictures: str = "none"


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
        UsageError: A conversation that was named does not go in.
    """
    from evidence_kit.workflows.reporting.make import facts
    from evidence_kit.workflows.reporting.travelling import travelling_files

    order = _order(wanted, scope.purpose, writer.world.kit)
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


def is_of(made: Mapping[str, Any], wanted: ReportWanted, purpose: str) -> bool:
    """Say whether the facts of `report.made` tell of such a report.

    Args:
        made: The facts.
        wanted: What a person asks for now.
        purpose: For whom.
    """
    from evidence_kit.workflows.reporting.make import facts

    asked = facts(_order(wanted, purpose, ""), [])
    return all(made.get(name) == value for name, value in asked.items() if name != "files")


def _order(wanted: ReportWanted, purpose: str, kit: str) -> ReportOrder:
    from evidence_kit.workflows.reporting.collect import ReportRequest
    from evidence_kit.workflows.reporting.make import ReportOrder

    request = ReportRequest(
        wanted.by, kit, conversations=tuple(wanted.conversations), provisions=tuple(wanted.provisions)
    )
    return ReportOrder(
        request,
        purpose,
        tuple(wanted.languages),
        redact_names=wanted.redact_names,
        pictures=wanted.pictures,
    )
