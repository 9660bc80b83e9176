"""The place in EXIF: raw, and in degrees only where hemisphere and range are stated as the standard wants them.

Source: Exif 2.32, 4.6.6; Exif 3.0 for references 2 and 3 of an altitude.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from evidence_kit.media.facts import DescriptionNotes, rounded_decimal
from evidence_kit.model import Json

_PLACES: Final = 7


class _Axis(NamedTuple):
    """One of the two angles of a place."""

    name: str
    tag: str
    signs: Mapping[str, int]
    most_degrees: int


_AXES: Final = (
    _Axis("latitude", "GPSLatitude", {"N": 1, "S": -1}, 90),
    _Axis("longitude", "GPSLongitude", {"E": 1, "W": -1}, 180),
)
_ABOVE: Final = {0: 1, 1: -1, 2: 1, 3: -1}
_SPEEDS: Final = {"K": "kilometres an hour", "M": "miles an hour", "N": "knots"}
_NORTHS: Final = {"T": "true north", "M": "magnetic north"}
_DAY: Final = re.compile(r"(\d{4}):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])", re.ASCII)

Tags = Mapping[str, tuple[str, Sequence[Any]]]


def read(tags: Tags, notes: DescriptionNotes) -> dict[str, Json] | None:
    """Return the facts of the place, None where EXIF has none.

    Args:
        tags: `GPS …` to its text and its values: numbers, or pairs of numerator and denominator.
        notes: Takes `gps-not-read` and `gps-out-of-range`.

    Returns:
        `assumption`, `datum_raw`; for each axis `…_raw`, `…_reference_raw`, `…_degrees` (signed; None where the
        hemisphere is not stated or something is out of range) and `…_unsigned_degrees`; `altitude_raw`,
        `altitude_metres` (None where it is not said whether above or below); `direction_raw`, `direction_degrees`,
        `direction_from`; `speed_raw`, `speed`, `speed_unit`; `time_utc` as the satellites gave it; `void` (the
        receiver itself says that it had no fix).
    """
    if not any(name.startswith("GPS ") for name in tags):
        return None
    place: dict[str, Json] = {
        "assumption": "degrees are in the datum named beside them, WGS 84 where none is",
        "datum_raw": notes.text(_text(tags, "GPSMapDatum")),
    }
    for axis in _AXES:
        place |= _degrees_of(tags, axis, notes)
    return place | _altitude(tags, notes) | _movement(tags, notes) | _time(tags, notes)


def _degrees_of(tags: Tags, axis: _Axis, notes: DescriptionNotes) -> dict[str, Json]:
    raw, reference = _text(tags, axis.tag), _text(tags, f"{axis.tag}Ref")
    degrees = None
    if raw is not None:
        try:
            degrees = _degrees(tags[f"GPS {axis.tag}"][1], axis.most_degrees)
        except (ZeroDivisionError, TypeError, OverflowError, IndexError) as error:
            notes.problem("gps-not-read", error)
        except ValueError as error:
            notes.problem("gps-out-of-range", f"{axis.tag}: {error}")
    sign = axis.signs.get((reference or "").strip(" \0")[:1].upper())
    return {
        f"{axis.name}_raw": notes.text(raw),
        f"{axis.name}_reference_raw": notes.text(reference),
        f"{axis.name}_degrees": None if degrees is None or sign is None else rounded_decimal(sign * degrees, _PLACES),
        f"{axis.name}_unsigned_degrees": None if degrees is None else rounded_decimal(degrees, _PLACES),
    }


def _degrees(values: Sequence[Any], most: int) -> Fraction:
    """Return degrees from degrees, minutes and seconds.

    Raises:
        ValueError: Not three numbers, minutes or seconds of 60 and more, or beyond `most` degrees.
        ZeroDivisionError: One of them is a fraction over 0.
    """
    if len(values) != 3:
        raise ValueError("a place has degrees, minutes and seconds")
    degrees, minutes, seconds = (exact_fraction(value) for value in values)
    whole = degrees + minutes / 60 + seconds / 3600
    if not (0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError("minutes and seconds are below 60")
    if not 0 <= whole <= most:
        raise ValueError(f"not between 0 and {most} degrees")
    return whole


def _altitude(tags: Tags, notes: DescriptionNotes) -> dict[str, Json]:
    raw = _text(tags, "GPSAltitude")
    if raw is None:
        return {}
    height, reference = _one(tags, "GPSAltitude", notes), _one(tags, "GPSAltitudeRef", None)
    sign = _ABOVE.get(int(reference)) if reference is not None else None
    return {
        "altitude_raw": notes.text(raw),
        "altitude_reference_raw": None if reference is None else str(int(reference)),
        "altitude_metres": None if height is None or sign is None else rounded_decimal(sign * height, 2),
    }


def _movement(tags: Tags, notes: DescriptionNotes) -> dict[str, Json]:
    found: dict[str, Json] = {}
    raw = _text(tags, "GPSImgDirection")
    if raw is not None:
        angle = _one(tags, "GPSImgDirection", notes)
        if angle is not None and not 0 <= angle <= 360:
            notes.problem("gps-out-of-range", f"GPSImgDirection: {rounded_decimal(angle, 2)}")
            angle = None
        found |= {
            "direction_raw": notes.text(raw),
            "direction_degrees": None if angle is None else rounded_decimal(angle, 2),
            "direction_from": _NORTHS.get((_text(tags, "GPSImgDirectionRef") or "").strip()[:1].upper()),
        }
    raw = _text(tags, "GPSSpeed")
    if raw is not None:
        speed = _one(tags, "GPSSpeed", notes)
        found |= {
            "speed_raw": notes.text(raw),
            "speed": None if speed is None else rounded_decimal(speed, 2),
            "speed_unit": _SPEEDS.get((_text(tags, "GPSSpeedRef") or "").strip()[:1].upper()),
        }
    status = _text(tags, "GPSStatus")
    return found if status is None else found | {"void": status.strip()[:1].upper() == "V"}


def _time(tags: Tags, notes: DescriptionNotes) -> dict[str, Json]:
    day, clock = _text(tags, "GPSDate") or _text(tags, "GPSDateStamp"), tags.get("GPS GPSTimeStamp")
    if day is None and clock is None:
        return {}
    found: dict[str, Json] = {
        "date_raw": notes.text(day),
        "time_raw": None if clock is None else notes.text(clock[0]),
        "time_utc": None,
    }
    match = _DAY.fullmatch((day or "").strip(" \0"))
    if match is None or clock is None:
        return found
    try:
        hours, minutes, seconds = (exact_fraction(value) for value in clock[1])
    except (ValueError, ZeroDivisionError, TypeError):
        notes.problem("gps-not-read", "GPSTimeStamp")
        return found
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61 and hours == int(hours)):
        notes.problem("gps-out-of-range", f"GPSTimeStamp: {clock[0]}")
        return found
    whole = f"{int(hours):02}:{int(minutes):02}:{int(seconds):02}"
    return found | {"time_utc": f"{match[1]}-{match[2]}-{match[3]}T{whole}Z"}


def _one(tags: Tags, name: str, notes: DescriptionNotes | None) -> Fraction | None:
    values = tags.get(f"GPS {name}", ("", ()))[1]
    try:
        return exact_fraction(values[0])
    except (ValueError, ZeroDivisionError, TypeError, IndexError) as error:
        if notes is not None:
            notes.problem("gps-not-read", error)
        return None


def _text(tags: Tags, name: str) -> str | None:
    found = tags.get(f"GPS {name}")
    return None if found is None else found[0]


def exact_fraction(value: Any) -> Fraction:  # noqa: ANN401 - a number, a pair, or a library's own ratio
    """Return a number exactly.

    Raises:
        ZeroDivisionError: It is a fraction over 0.
        TypeError: It is no number.
    """
    if isinstance(value, tuple):
        return Fraction(int(value[0]), int(value[1]))
    if isinstance(value, bytes):
        if len(value) != 1:
            raise TypeError("bytes")
        return Fraction(value[0])
    numerator, denominator = getattr(value, "numerator", value), getattr(value, "denominator", 1)
    return Fraction(int(numerator), int(denominator))
