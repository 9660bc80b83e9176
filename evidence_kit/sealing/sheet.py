"""The hand-over sheet beside an archive: a page with room for two signatures and a stamp."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from typing import BinaryIO, Final

from evidence_kit.model import Json
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workers.job import Result
from evidence_kit.workers.worker import Worker

_OF_A_FILE: Final = ("file", "size", "sha256")
_OF_ALL: Final = ("association", "purpose", "items", "fingerprint", "day", "handed")
# All other values are to be compared or copied, letter by letter.
_IN_WORDS: Final = frozenset({"association", "purpose"})
_LINES: Final = ("name", "date", "signature")
_LARGE_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class SheetArchive:
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
class HandOverFacts:
    """The facts that the sheet states about an archive; none of them names the matter.

    No receipt code: the sheet travels with the archive, and a code that comes along fixes nothing.

    Attributes:
        files: The archive, or the parts of it.
        items: Such as `3 / 20`.
        fingerprint: Of the key that signed it.
        day: When it was sealed.
        association: Code of the association that hands over.
        purpose: For whom: `lawyer` or `police`.
        handed: Names of all files that go along, archives among them.
    """

    files: Sequence[SheetArchive]
    items: str
    fingerprint: str
    day: date
    association: str = ""
    purpose: str = ""
    handed: Sequence[str] = ()


def sheet_pdf(facts: HandOverFacts) -> bytes:
    """Return the sheet as PDF/A; the same facts give the same bytes.

    Typst takes 30 MB for one page, for good. Behind a large archive it is set in a process of its own, which gives them
    back; where none can be started, and for a small archive, which is not worth a process, it is set here.
    """
    arguments: dict[str, Json] = {"data": _data(facts)}
    if sum(file.size_bytes for file in facts.files) >= _LARGE_BYTES:
        with Worker(allowed=(f"{__package__}.",)) as worker:
            answer = worker.call(f"{__name__}:draw_sheet", arguments)
        if isinstance(answer, Result):
            return base64.b64decode(str(answer.value))
    return base64.b64decode(draw_sheet(None, arguments))


def draw_sheet(_: BinaryIO | None, arguments: Mapping[str, Json]) -> str:
    """Return the page in base64; runs in a worker."""
    import typst

    template = files(__package__).joinpath("hand-over.typ").read_bytes()
    with as_file(files(__package__).joinpath("fonts")) as fonts, _hushed():
        made: object = typst.compile(  # type: ignore[misc]
            template,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={"data": str(arguments["data"])},
            pdf_standards=["a-2b"],
        )
    assert isinstance(made, bytes)  # noqa: S101 - one page, so one file
    return base64.b64encode(made).decode("ascii")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep a library that panics from printing places of its source onto the screen: that it broke is told anyway."""
    # A worker may open nothing for writing, and its screen is none already.
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        yield
        return
    try:
        screen = os.dup(2)
    except OSError:
        os.close(nothing)
        yield
        return
    try:
        os.dup2(nothing, 2)
        os.close(nothing)
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)


def _data(facts: HandOverFacts) -> str:
    rows = []
    for file in facts.files:
        values = (file.name, f"{file.size_bytes:,}".replace(",", "\u2009"), file.sha256)
        rows += [(name, value) for name, value in zip(_OF_A_FILE, values, strict=True)]
    purpose = " · ".join(_words(f"for.{facts.purpose}").values()) if facts.purpose else ""
    handed = "\n".join(facts.handed)
    of_all = (facts.association, purpose, facts.items, facts.fingerprint, facts.day.isoformat(), handed)
    rows += [(name, value) for name, value in zip(_OF_ALL, of_all, strict=True) if value]
    data = {
        "title": catalogue("fr").sentence("sheet.title"),
        "year": facts.day.year,
        "month": facts.day.month,
        "day": facts.day.day,
        "rows": [{"words": _words(name), "value": value, "code": name not in _IN_WORDS} for name, value in rows],
        "words": {name: _words(name) for name in ("title", "says", "giver", "receiver", "stamp")}
        | {"lines": [_words(name) for name in _LINES]},
    }
    return json.dumps(data, ensure_ascii=False)


def _words(name: str) -> dict[str, str]:
    return {language: catalogue(language).sentence(f"sheet.{name}") for language in LANGUAGES}
