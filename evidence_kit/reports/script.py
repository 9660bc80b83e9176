"""Texts out of evidence as a page can bear them: characters without a glyph by their numbers, steering ones visible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, TypeAlias

from evidence_kit.model import Json
from evidence_kit.sealing.typesetting import covered

Piece: TypeAlias = Json
"""A run of text as the template reads it."""

# Marks without width that app writers strew; they hide nothing, and the full text travels in the attachment.
_SILENT: Final = re.compile("[\u200e\u200f\u061c\ufeff\u00ad]")
_STEERING: Final = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
# Joiners and selectors shape their neighbours, and have no glyph of their own.
_SHAPING: Final = frozenset((0x200C, 0x200D, 0xFE0E, 0xFE0F))
_MOST_MARKS: Final = 6
# A longer word may be broken, between pieces of which the widest fits into the narrowest column.
_LONGEST_TOKEN: Final = 28
BREAK: Final = "\ue000"
"""Marks in a run where a word may be broken; a text of another hand bears none, for no font has a glyph for it."""
NARROW: Final = 12
"""The longest word of a narrow column."""
_PIECE: Final = 12
_LONGEST_TEXT: Final = 8000
_LONGEST_NAME: Final = 200
# Words, codes and dates from left to right with the spaces and commas between them, such as a name and a role, or the
# title of a source. A full stop belongs to an initial where a bracket or a comma follows.
_LATIN: Final = re.compile(
    r"([A-Za-zÀ-ɏ0-9](?:[A-Za-zÀ-ɏ0-9_./:+@#=–’'-]|,(?=\d)|[,;]? (?=[A-Za-zÀ-ɏ0-9])|\., (?=[A-Za-zÀ-ɏ]))*"
    r"[A-Za-zÀ-ɏ0-9+](?:\.(?=[),]))?)"
)
_TOKEN: Final = re.compile(r"\S+")


def printable(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text in which every character has a glyph: others stand as `[U+4E2D]`, line ends stay.

    Args:
        text: As its source writes it.
        longest: How many characters are printed; the rest is counted, and stands in the attachment.
    """
    more = len(text) - longest
    shown = "".join(_shown(_SILENT.sub("", text[:longest])))
    return f"{shown} […+{more}]" if more > 0 else shown


def _shown(text: str) -> Iterator[str]:
    fonts = covered()
    marks = 0
    for sign in text.replace("\r\n", "\n").replace("\r", "\n"):
        code = ord(sign)
        if unicodedata.combining(sign):
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            if marks > _MOST_MARKS:
                yield f"[+{marks - _MOST_MARKS}]"
            marks = 0
        if sign in "\n\t " or (code in _SHAPING) or (code in fonts and code not in _STEERING and code >= 0x20):
            yield " " if sign == "\t" else sign
        elif sign == "\u200b":
            continue
        else:
            yield f"[U+{code:04X}]"
    if marks > _MOST_MARKS:
        yield f"[+{marks - _MOST_MARKS}]"


def direction_of(text: str) -> str | None:
    """Return `r` or `l` by the first letter that has a direction, None where none has."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in {"R", "AL"}:
            return "r"
        if kind == "L":
            return "l"
    return None


def foreign(text: str, *, bold: bool = False, longest: int = _LONGEST_NAME, word: int = _LONGEST_TOKEN) -> Json:
    """Return a short text of another hand as runs, in its own direction.

    Args:
        text: A name, or a few words.
        bold: Whether it is printed bold.
        longest: How many characters are printed.
        word: How long a word may be that is not broken.
    """
    shown = " ".join(printable(text, longest).split())
    if not shown:
        return []
    run: dict[str, Json] = {"t": breakable(shown, word)}
    if (way := direction_of(shown)) is not None:
        run["d"] = way
    if bold:
        run["b"] = 1
    return [run]


def paragraphs(text: str, longest: int = _LONGEST_TEXT) -> list[dict[str, Json]]:
    """Return a text of another hand as paragraphs, each with its direction `d` where it has one, and its runs `t`."""
    found: list[dict[str, Json]] = []
    for line in printable(text, longest).split("\n"):
        if not line.strip():
            continue
        told: dict[str, Json] = {"t": [breakable(line)]}
        if (way := direction_of(line)) is not None:
            told["d"] = way
        found.append(told)
    return found


def code(text: str) -> dict[str, Json]:
    """Return an id, a hash or a path as a run: from left to right, every letter of the same width."""
    return {"t": printable(text, _LONGEST_TEXT), "m": 1}


def codes(text: str) -> Json:
    """Return a long code as a run that may be broken; no letter is put in."""
    return [{"t": breakable(printable(text, _LONGEST_TEXT)), "m": 1}]


def breakable(text: str, word: int = _LONGEST_TOKEN) -> str:
    """Return a text with a mark at each place where a word that is longer than `word` may be broken."""
    return _TOKEN.sub(lambda found: _pieces(found[0], word), text) if len(text) > word else text


def _pieces(token: str, word: int) -> str:
    if len(token) <= word:
        return token
    # Parts of a number would change places in a line from right to left, where letters keep theirs.
    mark = BREAK if direction_of(token) is not None else f"\u200e{BREAK}\u200e"
    return mark.join(token[start : start + _PIECE] for start in range(0, len(token), _PIECE))


def with_codes(text: str) -> list[Json]:
    """Return a sentence as runs; codes, dates and Latin words, read from left to right, have runs of their own."""
    parts = _LATIN.split(text)
    return [{"t": part, "d": "l"} if number % 2 else part for number, part in enumerate(parts) if part]
