"""The hand-over sheet beside an archive: a page with room for two signatures and a stamp."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from typing import Final

from evidence_kit.words import LANGUAGES, catalogue

_ROWS: Final = ("file", "size", "sha256", "items", "receipt", "fingerprint", "day")
_LINES: Final = ("name", "date", "signature")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sheet says about an archive; nothing that names the matter.

    Attributes:
        file: Name of the sealed zip.
        size_bytes: Its length.
        sha256: Its digest.
        items: Such as `3 / 20`.
        receipt: Receipt code of its end.
        fingerprint: Of the key that signed it.
        day: When it was sealed.
    """

    file: str
    size_bytes: int
    sha256: str
    items: str
    receipt: str
    fingerprint: str
    day: date


def pdf(facts: Facts) -> bytes:
    """Return the sheet as PDF/A; the same facts give the same bytes."""
    import typst

    values = {
        "file": facts.file,
        "size": f"{facts.size_bytes:,}".replace(",", "\u2009"),
        "sha256": facts.sha256,
        "items": facts.items,
        "receipt": facts.receipt,
        "fingerprint": facts.fingerprint,
        "day": facts.day.isoformat(),
    }
    data = {
        "title": catalogue("fr").say("sheet.title"),
        "year": facts.day.year,
        "month": facts.day.month,
        "day": facts.day.day,
        "rows": [{"words": _words(name), "value": values[name]} for name in _ROWS],
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
