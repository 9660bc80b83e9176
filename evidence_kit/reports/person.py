"""One calm page for the person: the secured files, the next steps, the receipt; never the matter."""

from __future__ import annotations

from datetime import datetime

from evidence_kit.model import Json
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.script import with_codes
from evidence_kit.words import catalogue, direction

_DAY = 10


def sheet(dossier: Dossier, language: str, qr: str | None) -> dict[str, Json]:
    """Return the page as the template reads it.

    Args:
        dossier: Of the case; only counts, days and the receipt are taken from it.
        language: In which language.
        qr: The receipt's picture as SVG, None where there is no receipt.
    """
    words = catalogue(language)
    right_to_left = direction(language) == "rtl"
    made = datetime.fromisoformat(dossier.checks.made)
    day = (dossier.intakes[-1].last if dossier.intakes else dossier.checks.made)[:_DAY]

    def paragraph(name: str, **values: str | int) -> dict[str, Json]:
        said = words.sentence(f"report.person.{name}", **values)
        return {"k": "p", "t": with_codes(said) if right_to_left else said}

    blocks: list[Json] = [{"k": "title", "t": words.sentence("report.person.title")}, {"k": "gap", "mm": 6}]
    blocks += [paragraph("secured", day=day, count=dossier.case.items_in), {"k": "gap", "mm": 3}]
    blocks += [paragraph("who"), {"k": "gap", "mm": 3}, paragraph("next"), {"k": "gap", "mm": 3}]
    blocks += [paragraph("not-alone"), {"k": "gap", "mm": 8}]
    if dossier.checks.receipt is not None and qr is not None:
        code = dossier.checks.receipt[0]
        blocks += [paragraph("receipt"), {"k": "mono", "t": code, "size": 12}]
        blocks.append({"k": "qr", "svg": qr, "alt": words.sentence("report.qr-alt", code=code)})
    contact = {"title": words.sentence("report.person.contact"), "lines": ["", ""]}
    blocks.append({"k": "sign", "boxes": [contact]})
    return {
        "title": words.sentence("report.person.title"),
        "date": [made.year, made.month, made.day],
        "lang": language,
        "dir": "r" if right_to_left else "l",
        "head": "",
        # The id begins with the association's code, which is nobody's business who finds this paper.
        "case": dossier.case.id.rpartition("-")[2],
        "page": words.sentence("report.page", page="{page}", pages="{pages}"),
        "foot": "",
        "blocks": blocks,
    }
