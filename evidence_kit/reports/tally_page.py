"""A release as a page to print: its counts as bars, for a training day or a partner."""

from __future__ import annotations

from evidence_kit.model import Json
from evidence_kit.reports.errors import ReportFailedError
from evidence_kit.reports.script import with_codes
from evidence_kit.sealing.typesetting import TypesettingError, typeset
from evidence_kit.tallies.dimensions import AGE, MONTH, PLATFORM, PLATFORMS
from evidence_kit.tallies.pooling import Cell
from evidence_kit.tallies.release import Release
from evidence_kit.words import Words, catalogue, direction

TEMPLATE = "counts.typ"


def tally_pdf(release: Release, language: str) -> bytes:
    """Return a release as PDF/A; the same release gives the same bytes.

    Args:
        release: What was told.
        language: In which language.

    Raises:
        ReportFailedError: The typesetter found no way to set it.
    """
    try:
        return typeset(TEMPLATE, tally_page(release, language))
    except TypesettingError as error:
        raise ReportFailedError("report-failed", reason=error.reason) from error


def tally_page(release: Release, language: str) -> dict[str, Json]:
    """Return a release as the template reads it.

    Args:
        release: What was told.
        language: In which language.
    """
    words = catalogue(language)
    rtl = direction(language) == "rtl"

    def own(text: str) -> Json:
        return with_codes(text) if rtl else text

    year, month = release.last.split("-")
    notes = [words.sentence("statistics.page.rule"), words.sentence("statistics.page.same")]
    if release.not_counted is not None:
        notes.append(not_counted(words, release.not_counted))
    return {
        "title": words.sentence("statistics.page.title"),
        "date": [int(year), int(month), 1],
        "lang": language,
        "dir": "r" if rtl else "l",
        "about": own(period_line(words, release)),
        "page": words.sentence("report.page", page="{page}", pages="{pages}"),
        "charts": [
            {
                "name": words.sentence(f"statistics.by.{name}"),
                "bars": [{"of": own(cell_name(words, name, cell)), "n": cell.cases} for cell in cells or ()],
                "none": words.sentence("statistics.page.nothing"),
            }
            for name, cells in release.tables.items()
        ],
        "crossed": _crossed(words, release, rtl=rtl),
        "all": release.cases,
        "notes": [own(each) for each in notes],
    }


def period_line(words: Words, release: Release) -> str:
    """Return the sentence of association, period and number of cases."""
    first, last = release.first, release.last
    return words.sentence(
        "statistics.period", association=release.association, first=first, last=last, count=release.cases
    )


def cell_name(words: Words, dimension: str, cell: Cell) -> str:
    """Return the name of a cell; of a pool, so many of its classes as there is room for.

    Args:
        words: The language.
        dimension: Such as `age`.
        cell: The cell.
    """
    named = [class_name(words, dimension, each) for each in cell.classes]
    most = 3
    if len(named) <= most:
        return " / ".join(named)
    return words.sentence("statistics.others", named=" / ".join(named[:most]), count=len(named) - most)


def class_name(words: Words, dimension: str, name: str) -> str:
    """Return the name of a class in a language.

    Args:
        words: The language.
        dimension: Such as `age`.
        name: The class.
    """
    if dimension == MONTH:
        return name
    if name in PLATFORMS and dimension in {PLATFORM, "channel"}:
        return words.sentence(f"platform.{name}")
    return words.sentence(f"statistics.class.{dimension}.{name}")


def not_counted(words: Words, number: int) -> str:
    """Return the sentence about cases that were not counted; 0 stands for one to four."""
    return (
        words.sentence("statistics.not-counted-few")
        if number == 0
        else words.sentence("statistics.not-counted", count=number)
    )


def _crossed(words: Words, release: Release, *, rtl: bool) -> Json:
    if release.crossed is None:
        return None

    def own(text: str) -> Json:
        return with_codes(text) if rtl else text

    ages, platforms = release.tables[AGE] or (), release.tables[PLATFORM] or ()
    head: list[Json] = ["", *(own(cell_name(words, PLATFORM, each)) for each in platforms)]
    rows: list[Json] = [
        [own(cell_name(words, AGE, age)), *(str(number) for number in counts)]
        for age, counts in zip(ages, release.crossed, strict=True)
    ]
    return {"name": words.sentence("statistics.by.age-by-platform"), "head": head, "rows": rows}
