"""Comparison of several readers of one EXIF entry, with the reason why ours is shown where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from evidence_kit.media.exif_text import ExifText
from evidence_kit.media.facts import blob_facts
from evidence_kit.media.gps import exact_fraction
from evidence_kit.media.tiff import TiffEntry

_MOST_SHOWN: Final = 20
# From so many values on exifread gives none.
_LEFT_OUT_FROM: Final = 1000
_RATIONALS: Final = {5, 10}


class LibraryReading(NamedTuple):
    """One entry as a library reads it.

    Attributes:
        key: Directory and number of the tag.
        shown: As the library words it.
        values: As the library gives them.
    """

    key: tuple[str, int]
    shown: str
    values: Sequence[Any]


def own_value(entry: TiffEntry) -> str:
    """Return the values of an entry that is no text, as text."""
    if entry.type in _RATIONALS:
        listed = [f"{above}/{below}" if below != 1 else str(above) for above, below in entry.ratios()]
    else:
        listed = [str(number) for number in entry.integers()]
    if not listed or len(listed) > _MOST_SHOWN:
        size = blob_facts(entry.data)
        return f"{size['size_bytes']} bytes, SHA-256 {size['sha256']}"
    return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"


def differing_readings(
    entry: TiffEntry, text: ExifText | None, readings: Mapping[str, LibraryReading | None]
) -> dict[str, str]:
    """Return each library's reading that differs from the entry's bytes, and `why` ours is shown; else nothing.

    Args:
        entry: From the file.
        text: What it says, where it is a text.
        readings: By the name of the library; None where that gives no such tag.

    Returns:
        `exifread`, `pillow`, and `why`: `left-out` (a library gives no value for so many), `characters` (it takes the
        bytes for other characters), `numbers` (it gives other numbers; ours are those of the file).
    """
    said = {
        name: reading.shown
        for name, reading in readings.items()
        if reading is not None and not _agrees(entry, text, reading)
    }
    if not said:
        return {}
    if text is None:
        return said | {"why": "numbers"}
    empty = all(value in {"", "[]"} for value in said.values())
    return said | {"why": "left-out" if empty and entry.values >= _LEFT_OUT_FROM else "characters"}


def _agrees(entry: TiffEntry, text: ExifText | None, reading: LibraryReading) -> bool:
    if text is not None:
        plain = [value for value in reading.values if isinstance(value, str)]
        bare = [value for value in reading.values if isinstance(value, bytes)]
        if bare and entry.data.rstrip(b"\0") == bare[0].rstrip(b"\0"):
            # Handed on as bytes, which is no statement about characters.
            return True
        return _settled(text.value) in {_settled(reading.shown), *map(_settled, plain)}
    own = _numbers(entry.ratios())
    theirs = _numbers(reading.values)
    return own is None or theirs is None or own == theirs


def _settled(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())


def _numbers(values: Sequence[Any]) -> list[Fraction | None] | None:
    found: list[Fraction | None] = []
    for value in values:
        if isinstance(value, bytes):
            found += [Fraction(each) for each in value]
            continue
        try:
            found.append(exact_fraction(value))
        except ZeroDivisionError:
            found.append(None)
        except (TypeError, ValueError, OverflowError):
            return None
    return found or None
