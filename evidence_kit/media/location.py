"""Places that recordings carry: as written, and in degrees."""

from __future__ import annotations

import re
from fractions import Fraction

from evidence_kit.media.facts import Notes, decimal
from evidence_kit.model import Json

KEYS = re.compile(
    r"(com\.apple\.quicktime\.)?location([-.](?!accuracy|body|date|facing|name|note|role).*)?", re.IGNORECASE
)
_PLACES = 7
# Degrees, degrees and minutes, or degrees, minutes and seconds, each with decimals. Source: ISO 6709:2008, annex H.
_POINT = re.compile(
    r"([+-]\d{2,6}(?:\.\d{1,12})?)([+-]\d{3,7}(?:\.\d{1,12})?)([+-]\d{1,9}(?:\.\d{1,12})?)?(?:CRS(.{1,60}))?/?",
    re.ASCII,
)


def read(tags: list[tuple[str, str]], notes: Notes) -> list[Json]:
    """Return every place among tags: `tag`, `raw`, `latitude_degrees`, `longitude_degrees`, `altitude_raw`."""
    found: list[Json] = []
    for tag, value in tags:
        if KEYS.fullmatch(tag) and value not in {each["raw"] for each in found if isinstance(each, dict)}:
            found.append({"tag": tag[:200], "raw": notes.text(value), **_degrees(value, notes)})
    return found


def _degrees(text: str, notes: Notes) -> dict[str, Json]:
    match = _POINT.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError("not ISO 6709")
        latitude, longitude = _angle(match[1], 2, 90), _angle(match[2], 3, 180)
    except ValueError as error:
        notes.problem("gps-not-read", error)
        return {"latitude_degrees": None, "longitude_degrees": None, "altitude_raw": None}
    return {
        "latitude_degrees": decimal(latitude, _PLACES),
        "longitude_degrees": decimal(longitude, _PLACES),
        "altitude_raw": match[3],
    }


def _angle(text: str, digits: int, most: int) -> Fraction:
    """Return signed degrees.

    Args:
        text: Sign, digits and decimals.
        digits: How many digits whole degrees have; two more are minutes, four more minutes and seconds.
        most: Largest angle.

    Raises:
        ValueError: No such angle.
    """
    whole, _, rest = text[1:].partition(".")
    value = Fraction(0)
    parts = [whole[:digits], *(whole[at : at + 2] for at in range(digits, len(whole), 2))]
    if len(whole) not in {digits, digits + 2, digits + 4}:
        raise ValueError("no angle")
    for number, part in enumerate(parts):
        last = Fraction(int(rest or 0), 10 ** len(rest)) if number == len(parts) - 1 else 0
        value += (int(part) + last) / 60**number
    if value > most:
        raise ValueError("beyond the globe")
    return -value if text[0] == "-" else value
