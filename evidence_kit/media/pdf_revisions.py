"""How often a PDF was saved behind its first end: every time adds a table that points to the one before.

Marks of an end tell less: a file that is laid out for the web has two from the beginning, and a PDF that is packed into
another brings its own.

Source: ISO 32000-1:2008, 7.5.4 to 7.5.8 (tables, incremental updates) and annex F (linearised files).
"""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.model import Json

_HEAD_BYTES: Final = 1024
_TAIL_BYTES: Final = 2048
_DICTIONARY_BYTES: Final = 1 << 16
_MOST_TABLES: Final = 1000
_LARGEST_TABLE_BYTES: Final = 8 << 20
_LINEARISED: Final = re.compile(rb"\d+\s+\d+\s+obj\s*<<.{0,300}?/Linearized\b", re.DOTALL)
_LENGTH: Final = re.compile(rb"/L\s+(\d{1,15})\b")
_START: Final = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF")
_PREVIOUS: Final = re.compile(rb"/Prev\s+(\d{1,15})\b")
_STREAM_TABLE: Final = re.compile(rb"\d+\s+\d+\s+obj\b")


def read(data: bytes) -> dict[str, Json]:
    """Return `revisions`, None where the tables cannot be followed to the first, and `linearised`."""
    laid_out = _LINEARISED.search(data, 0, _HEAD_BYTES)
    length = None if laid_out is None else _LENGTH.search(data, laid_out.start(), _HEAD_BYTES)
    # Saved once more, a file is no longer what its first object says.
    linearised = length is not None and int(length[1]) == len(data)
    tables = _tables(data)
    # The first table of such a file is for its first page and points to its own main table.
    own = 1 if laid_out is None else 2
    return {"revisions": None if tables is None else max(0, tables - own), "linearised": linearised}


def _tables(data: bytes) -> int | None:
    """Return how many tables follow from the last one, None where one of them is not there."""
    # Numbers count from the header, before which other bytes may stand.
    base = max(0, data.find(b"%PDF-", 0, _HEAD_BYTES))
    ends = list(_START.finditer(data, max(0, len(data) - _TAIL_BYTES)))
    at = int(ends[-1][1]) if ends else 0
    seen: set[int] = set()
    while at and at not in seen and len(seen) < _MOST_TABLES:
        dictionary = _dictionary(data, base + at)
        if dictionary is None:
            return None
        seen.add(at)
        previous = _PREVIOUS.search(dictionary)
        at = int(previous[1]) if previous else 0
    return len(seen) or None


def _dictionary(data: bytes, at: int) -> bytes | None:
    """Return the dictionary that belongs to the table at an offset."""
    start = len(data[at : at + 32]) - len(data[at : at + 32].lstrip())
    if data.startswith(b"xref", at + start):
        trailer = data.find(b"trailer", at, at + _LARGEST_TABLE_BYTES)
        end = data.find(b"startxref", trailer, trailer + _DICTIONARY_BYTES)
        return data[trailer:end] if trailer >= 0 and trailer < end < trailer + _DICTIONARY_BYTES else None
    if _STREAM_TABLE.match(data, at + start):
        end = data.find(b"stream", at, at + _DICTIONARY_BYTES)
        return data[at:end] if at < end < at + _DICTIONARY_BYTES else None
    return None
