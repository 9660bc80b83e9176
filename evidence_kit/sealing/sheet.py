"""The hand-over sheet beside an archive: a page with room for two signatures and a stamp."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from typing import Final

from evidence_kit.words import LANGUAGES, catalogue

_OF_A_FILE: Final = ("file", "size", "sha256")
_OF_ALL: Final = ("items", "receipt", "fingerprint", "day")
_LINES: Final = ("name", "date", "signature")


@dataclass(frozen=True, slots=True)
class File:
    """One archive on a sheet.

    Attributes:
        name: Of the sealed zip.
        size_bytes: Its length.
        sha256: Its digest.
    """

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sheet says about an archive; nothing that names the matter.

    Attributes:
        files: The archive, or the parts of it.
        items: Such as `3 / 20`.
        receipt: Receipt code of its end.
        fingerprint: Of the key that signed it.
        day: When it was sealed.
    """

    files: Sequence[File]
    items: str
    receipt: str
    fingerprint: str
    day: date


def pdf(facts: Facts) -> bytes:
    """Return the sheet as PDF/A; the same facts give the same bytes."""
    import typst

    rows = []
    for file in facts.files:
        values = (file.name, f"{file.size_bytes:,}".replace(",", "\u2009"), file.sha256)
        rows += [(name, value) for name, value in zip(_OF_A_FILE, values, strict=True)]
    values_of_all = (facts.items, facts.receipt, facts.fingerprint, facts.day.isoformat())
    rows += list(zip(_OF_ALL, values_of_all, strict=True))
    data = {
        "title": catalogue("fr").say("sheet.title"),
        "year": facts.day.year,
        "month": facts.day.month,
        "day": facts.day.day,
        "rows": [{"words": _words(name), "value": value} for name, value in rows],
        "words": {name: _words(name) for name in ("title", "says", "giver", "receiver", "stamp")}
        | {"lines": [_words(name) for name in _LINES]},
    }
    template = files(__package__).joinpath("hand-over.typ").read_bytes()
    with as_file(files(__package__).joinpath("fonts")) as fonts:
        made: object = typst.compile(  # type: ignore[misc]
            template,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],
        )
    assert isinstance(made, bytes)  # noqa: S101 - one page, so one file
    return made


def _words(name: str) -> dict[str, str]:
    return {language: catalogue(language).say(f"sheet.{name}") for language in LANGUAGES}
