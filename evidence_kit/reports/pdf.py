"""A dossier as PDF/A-3a, volume by volume, with the log and its own facts attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence_kit.model import Json
from evidence_kit.reports.dossier import Dossier, encoded
from evidence_kit.reports.errors import ReportFailedError
from evidence_kit.reports.paper import Paper
from evidence_kit.reports.person import sheet
from evidence_kit.reports.volumes import volumes
from evidence_kit.sealing.typesetting import Attached, TypesettingError, typeset, typesetter
from evidence_kit.words import catalogue

TEMPLATE = "dossier.typ"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report.

    Attributes:
        name: Without folders, such as `report.ar.pdf`.
        content: Its bytes.
    """

    name: str
    content: bytes


def pdfs(
    dossier: Dossier,
    language: str,
    log: bytes,
    only: str | None = None,
    pictures: Mapping[int, str | None] | None = None,
) -> Iterator[ReportFile]:
    """Yield the volumes of a paper; the first bears the attachments.

    Args:
        dossier: What it says.
        language: In which language.
        log: The signed log that the dossier rests on.
        only: One of `paper.SECTIONS`, None for everything.
        pictures: Blurred pictures as SVG by exhibit number; None for one that could not be blurred.

    Raises:
        ReportFailedError: The typesetter found no way to set it.
    """
    words = catalogue(language)
    attached = [
        Attached(
            "custody.jsonl",
            "application/jsonl",
            words.sentence("report.attachment.log"),
            log.decode("utf-8", "replace"),
        ),
        Attached(
            "dossier.json", "application/json", words.sentence("report.attachment.data"), encoded(dossier).decode()
        ),
    ]
    if dossier.case.purpose == "person":
        yield ReportFile(f"sheet.{language}.pdf", _set(sheet(dossier, language, _qr(dossier)), []))
        return
    paper = Paper(dossier, language, only, _qr(dossier), pictures)
    for volume in volumes(dossier, only):
        name = f"report.{language}.pdf" if volume.number == 1 else f"report.{language}.{volume.number}.pdf"
        yield ReportFile(name, _set(paper.data(volume), attached if volume.number == 1 else []))


def _set(data: Json, attached: list[Attached]) -> bytes:
    """Set one volume in a process of its own, which gives its memory back."""
    try:
        with typesetter() as worker:
            return typeset(TEMPLATE, data, attached, worker=worker)
    except TypesettingError as error:
        raise ReportFailedError("report-failed", reason=error.reason) from error


def _qr(dossier: Dossier) -> str | None:
    if dossier.checks.receipt is None:
        return None
    import segno

    picture: str = segno.make(dossier.checks.receipt[0], error="m").svg_inline(scale=4, border=2)
    return picture
