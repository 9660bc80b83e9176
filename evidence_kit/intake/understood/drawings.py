"""Pictures drawn with letters: by their format, or as rows of signs that are no writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

Stretch = tuple[int, int]

# XPM, XBM, netpbm in digits, and a film of raw pictures.
_FORMAT: Final = re.compile(
    r"\s*(?:/\*\s*XPM\s*\*/|static\s+(?:const\s+)?char\s*\*\s*\w+\[\]\s*=\s*\{|#define\s+\w{1,64}_width\s+\d|YUV4MPEG2 "
    r"|P[1-7]\s+(?:#[^\n]*\s+)*(?:\d{1,6}\s+\d{1,6}\s|WIDTH\s))"
)
NARROWEST_GRID: Final = 16
"""Letters that the lines of a grid have at least."""
# A row of signs and blanks; the line break before it lets whole lines of words be passed over quickly.
_SIGNS: Final = re.compile(r"\n[^\w\n]{16,}(?=\n|$)")
_GRID: Final = re.compile(r"\n[\"' ]{0,4}[^\W\d_]{16,}[\"', ]{0,4}(?=\r?\n|$)")
FEWEST_SIGN_ROWS: Final = 6
"""Lines of signs from which on they may be a picture."""
FEWEST_GRID_ROWS: Final = 12
"""Lines of letters from which on they may be one."""


def is_drawing(text: str) -> bool:
    """Say whether a text begins as a picture in a format that consists of letters."""
    return _FORMAT.match(text) is not None


def drawn_spans(text: str, bound: float) -> list[Stretch]:
    """Return the spans of a text that are a picture drawn with letters.

    In a row without a word every change from one sign to another says something, a change to or from blanks too. A
    block of letters of equal width, without a blank, is no writing either.

    Args:
        text: The whole text.
        bound: How many changes a block of such rows may hold.
    """
    return [
        (rows[0][0], rows[-1][1])
        for row, fewest, alike in ((_SIGNS, FEWEST_SIGN_ROWS, False), (_GRID, FEWEST_GRID_ROWS, True))
        for rows in _blocks(text, row, alike=alike)
        if len(rows) >= fewest and _all_changes([text[start:end] for start, end in rows], alike=alike) > bound
    ]


def _all_changes(rows: list[str], *, alike: bool) -> int:
    """Return how many changes rows hold; a line of letters that somebody says again says nothing new."""
    return sum(map(_changes, {*rows} if alike else rows))


def _blocks(text: str, row: re.Pattern[str], *, alike: bool) -> Iterator[list[Stretch]]:
    """Yield the rows of each block: lines that follow each other, of one length where that is asked for."""
    rows: list[Stretch] = []
    for match in row.finditer(text):
        start, end = match.start() + 1, match.end()
        if rows and (text[rows[-1][1] : start].strip("\r\n") or (alike and end - start != rows[-1][1] - rows[-1][0])):
            yield rows
            rows = []
        rows.append((start, end))
    if rows:
        yield rows


def _changes(row: str) -> int:
    return sum(left != right for left, right in pairwise(row))
