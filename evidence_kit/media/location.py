"""Places that recordings carry: as written, and in degrees.

FFmpeg writes the 3GPP box `loci` as a text with four decimals, with the name of the place behind it; what the box says
besides (which role the place plays, and on which body in space) is read from the box itself.

Source: ISO 6709:2008, annex H; 3GPP TS 26.244, 8.9 (loci).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import BinaryIO

from evidence_kit.media.boxes import box_content, boxes_at_path
from evidence_kit.media.facts import DescriptionNotes, rounded_decimal
from evidence_kit.model import Json

KEYS = re.compile(
    r"(com\.apple\.quicktime\.)?location([-.](?!accuracy|body|date|facing|name|note|role).*)?", re.IGNORECASE
)
_PLACES = 7
# Degrees, degrees and minutes, or degrees, minutes and seconds, each with decimals; FFmpeg puts a name behind.
_POINT = re.compile(
    r"([+-]\d{2,6}(?:\.\d{1,12})?)([+-]\d{3,7}(?:\.\d{1,12})?)([+-]\d{1,9}(?:\.\d{1,12})?)?(?:CRS([^/]{1,60}))?"
    r"(?:/(.{0,400}))?",
    re.ASCII | re.DOTALL,
)
_PATHS = ((b"moov", b"udta", b"loci"), (b"moov", b"trak", b"udta", b"loci"))
_ROLES = ("shooting", "real", "fictional")
_LONGEST_BOX = 4096
_MOST_BOXES = 8


def read(tags: list[tuple[str, str]], notes: DescriptionNotes) -> list[Json]:
    """Return every place among tags: `tag`, `raw`, `latitude_degrees`, `longitude_degrees`, `altitude_raw`, `name`."""
    found: list[Json] = []
    for tag, value in tags:
        if KEYS.fullmatch(tag) and value not in {each["raw"] for each in found if isinstance(each, dict)}:
            found.append({"tag": tag[:200], "raw": notes.text(value), **_degrees(value, notes)})
    return found


def box_places(payload: BinaryIO, notes: DescriptionNotes) -> list[Json]:
    """Return every place in a box `loci` of an MP4, MOV or 3GP.

    Returns:
        As `read` gives them, and `role` (`shooting`, `real`, `fictional`, or None where the box has another number) and
        `body` (empty means the Earth).
    """
    payload.seek(0, 2)
    end = payload.tell()
    found: list[Json] = []
    for path in _PATHS:
        for box in boxes_at_path(payload, 0, end, *path):
            if len(found) < _MOST_BOXES:
                found.append(_loci(box_content(payload, box, _LONGEST_BOX), notes))
    return found


def _loci(raw: bytes, notes: DescriptionNotes) -> Json:
    name, rest = _text(raw[6:])
    if len(rest) < 13:
        notes.problem("gps-not-read", "a box loci that is too short")
        return {"tag": "loci", "raw": notes.text(raw.hex()[:400]), "latitude_degrees": None, "longitude_degrees": None}
    role, numbers = rest[0], [int.from_bytes(rest[at : at + 4], signed=True) for at in (1, 5, 9)]
    longitude, latitude, altitude = (Fraction(number, 1 << 16) for number in numbers)
    body = _text(rest[13:])[0]
    within = abs(latitude) <= 90 and abs(longitude) <= 180
    if not within:
        notes.problem(
            "gps-out-of-range", f"{rounded_decimal(latitude, _PLACES)}, {rounded_decimal(longitude, _PLACES)}"
        )
    return {
        "tag": "loci",
        "raw": notes.text(", ".join(map(str, numbers))),
        "latitude_degrees": rounded_decimal(latitude, _PLACES) if within else None,
        "longitude_degrees": rounded_decimal(longitude, _PLACES) if within else None,
        "altitude_raw": rounded_decimal(altitude, 2),
        "name": notes.text(name or None),
        "role": _ROLES[role] if role < len(_ROLES) else None,
        "body": notes.text(body or None),
    }


def _text(raw: bytes) -> tuple[str, bytes]:
    """Return a text up to its end, and the bytes behind it; UTF-16 begins with its mark."""
    if raw[:2] in {b"\xfe\xff", b"\xff\xfe"}:
        end = next((at for at in range(2, len(raw) - 1, 2) if raw[at : at + 2] == b"\0\0"), len(raw))
        return raw[:end].decode("utf-16", "replace"), raw[end + 2 :]
    text, _, rest = raw.partition(b"\0")
    return text.decode("utf-8", "replace"), rest


def _degrees(text: str, notes: DescriptionNotes) -> dict[str, Json]:
    match = _POINT.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError("not ISO 6709")
        latitude, longitude = _angle(match[1], 2, 90), _angle(match[2], 3, 180)
    except _BeyondError as error:
        notes.problem("gps-out-of-range", error)
        return {"latitude_degrees": None, "longitude_degrees": None, "altitude_raw": None, "name": None}
    except ValueError as error:
        notes.problem("gps-not-read", error)
        return {"latitude_degrees": None, "longitude_degrees": None, "altitude_raw": None, "name": None}
    return {
        "latitude_degrees": rounded_decimal(latitude, _PLACES),
        "longitude_degrees": rounded_decimal(longitude, _PLACES),
        "altitude_raw": match[3],
        "name": notes.text(match[5] or None),
    }


class _BeyondError(ValueError):
    """A number beyond its range."""


def _angle(text: str, digits: int, most: int) -> Fraction:
    """Return signed degrees.

    Args:
        text: Sign, digits and decimals.
        digits: How many digits whole degrees have; two more are minutes, four more minutes and seconds.
        most: Largest angle.

    Raises:
        ValueError: It is no angle, or one that there is not.
    """
    whole, _, rest = text[1:].partition(".")
    value = Fraction(0)
    parts = [whole[:digits], *(whole[at : at + 2] for at in range(digits, len(whole), 2))]
    if len(whole) not in {digits, digits + 2, digits + 4}:
        raise ValueError("no angle")
    for number, part in enumerate(parts):
        if number and int(part) >= 60:
            raise _BeyondError("minutes and seconds are below 60")
        last = Fraction(int(rest or 0), 10 ** len(rest)) if number == len(parts) - 1 else 0
        value += (int(part) + last) / 60**number
    if value > most:
        raise _BeyondError(f"beyond {most} degrees")
    return -value if text[0] == "-" else value
