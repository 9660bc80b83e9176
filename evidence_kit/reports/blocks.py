"""Blocks of a paper as its template reads them, and the pieces of their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from evidence_kit.model import Json
from evidence_kit.reports.script import code, direction_of, foreign, printable

_MOST_PLACES: Final = 12
_LONGEST_NAME: Final = 120

Block = dict[str, Json]


def time_text(value: str) -> str:
    """Return an ISO time for people: a space for the T, no fraction, `UTC` for the Z, an offset as it stands."""
    day, _, clock = value.partition("T")
    if not clock:
        return day
    zone = ""
    for sign in "Z+-":
        if sign in clock:
            clock, _, rest = clock.partition(sign)
            zone = " UTC" if sign == "Z" else f" {sign}{rest}"
            break
    return f"{day} {clock.partition('.')[0]}{zone}"


def title(text: str) -> Block:
    """Return the title of a paper as a block."""
    return {"k": "title", "t": text}


def heading(level: int, text: Json) -> Block:
    """Return a heading as a block; level 1 begins a section."""
    return {"k": "h", "l": level, "t": text}


def paragraph(text: Json) -> Block:
    """Return a paragraph as a block."""
    return {"k": "p", "t": text}


def file_name(name: str) -> list[Json]:
    """Return a file name; of one that reads from right to left the ending stands apart, or it would change sides."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or direction_of(stem) != "r":
        told = foreign(name, bold=True, longest=_LONGEST_NAME)
        # From left to right, whatever its first letter is: it has an ending.
        return [each | {"d": "l"} if isinstance(each, dict) and "t" in each else each for each in runs(told)]
    return [*runs(foreign(stem)), " ", code(f".{printable(ending, _MOST_PLACES)}")]


def thin_number(number: int) -> str:
    """Return a number with spaces between groups of three digits, which no line is broken at."""
    return f"{number:,}".replace(",", "\u00a0")


def runs(pieces: Json) -> list[Json]:
    """Return the runs of a text, also where it is one run."""
    return pieces if isinstance(pieces, list) else [pieces]


def joined(several: Iterable[Json]) -> Iterator[Json]:
    """Yield the pieces of several texts, with commas between them."""
    for number, pieces in enumerate(several):
        if number:
            yield ", "
        yield from runs(pieces)
