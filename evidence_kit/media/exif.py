"""What EXIF says: every tag as text, the three dates, the place, the software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, BinaryIO

import exifread
from PIL import ExifTags, Image

from evidence_kit.media.facts import Notes, blob, decimal
from evidence_kit.model import Json

_DATES = {
    "taken": ("EXIF DateTimeOriginal", "EXIF OffsetTimeOriginal"),
    "digitised": ("EXIF DateTimeDigitized", "EXIF OffsetTimeDigitized"),
    "changed": ("Image DateTime", "EXIF OffsetTime"),
}
_CAMERA = ("Image Make", "Image Model", "EXIF ExposureTime", "EXIF FNumber", "EXIF ISOSpeedRatings", "EXIF LensModel")
_IFDS = {ExifTags.IFD.Exif: "EXIF", ExifTags.IFD.GPSInfo: "GPS"}
_POINTERS = {0x8769, 0x8825, 0xA005}
_DEGREES_PLACES = 7

Tags = Mapping[str, tuple[str, Sequence[Any]]]
"""Tag name, as exifread spells it, to its text and its values."""


def read(
    payload: BinaryIO, picture: Image.Image | None, notes: Notes
) -> tuple[dict[str, Json], Sequence[tuple[str, bytes]]]:
    """Return the EXIF facts, and the tags that are other files: thumbnails.

    exifread is asked first; where it fails (it raises five kinds of exceptions on damaged files) or finds nothing,
    Pillow is.

    Returns:
        `reader` (`exifread`, `pillow`, or None where there is no EXIF), `tags`, `embedded` (thumbnails and other
        bytes: tag, length, SHA-256), `dates`, `gps` (None without), `software`, `camera_tags` (whether there are any).
    """
    reader, tags, embedded = "exifread", {}, []  # type: str, Tags, Sequence[tuple[str, bytes]]
    try:
        payload.seek(0)
        tags, embedded = _by_exifread(payload)
    except Exception as error:  # noqa: BLE001
        notes.problem("exif-not-read", error)
    # Some HEIC and every AVIF are no files that exifread knows.
    if not tags and picture is not None:
        try:
            reader, tags = "pillow", _by_pillow(picture)
        except Exception as error:  # noqa: BLE001
            notes.problem("exif-not-read", error)
    facts: dict[str, Json] = {
        "reader": reader if tags or embedded else None,
        "software": notes.text(_text(tags, "Image Software")),
        "dates": {name: _date(tags, notes, *of) for name, of in _DATES.items() if of[0] in tags},
        "gps": _gps(tags, notes),
    }
    facts["embedded"] = [{"tag": name[:200], **blob(data)} for name, data in embedded[:20]]
    facts["tags"] = [
        {**entry, "cut": True} if shown.endswith("... ]") else entry
        for name, (shown, _) in tags.items()
        if (entry := notes.entry(name, shown)) is not None
    ]
    facts["camera_tags"] = any(name in tags for name in _CAMERA)
    return facts, embedded


def has_camera(facts: Mapping[str, Json]) -> bool:
    """Say whether a camera left tags."""
    return facts.get("camera_tags") is True


def _by_exifread(payload: BinaryIO) -> tuple[Tags, list[tuple[str, bytes]]]:
    tags: dict[str, tuple[str, Sequence[Any]]] = {}
    embedded: list[tuple[str, bytes]] = []
    for name, tag in exifread.process_file(payload).items():
        if isinstance(tag, bytes):
            embedded.append((name, tag))
        elif name == "EXIF MakerNote":
            embedded.append((name, bytes(value & 255 for value in tag.values)))
        else:
            values = tag.values
            tags[name] = (str(tag.printable), [values] if isinstance(values, str) else list(values))
    return tags, embedded


def _by_pillow(picture: Image.Image) -> Tags:
    exif = picture.getexif()
    tags = {f"Image {_name(ExifTags.TAGS, key)}": _shown(value) for key, value in exif.items() if key not in _POINTERS}
    for ifd, prefix in _IFDS.items():
        names = ExifTags.GPSTAGS if ifd is ExifTags.IFD.GPSInfo else ExifTags.TAGS
        tags |= {f"{prefix} {_name(names, key)}": _shown(value) for key, value in exif.get_ifd(ifd).items()}
    return tags


def _name(names: Mapping[int, str], key: int) -> str:
    return names.get(key, f"Tag 0x{key:04X}")


def _shown(value: object) -> tuple[str, Sequence[Any]]:
    if isinstance(value, bytes):
        size = blob(value)
        return f"{size['size_bytes']} bytes, SHA-256 {size['sha256']}", [value]
    return str(value), list(value) if isinstance(value, tuple) else [value]


def _text(tags: Tags, name: str) -> str | None:
    return tags[name][0] if name in tags else None


def _date(tags: Tags, notes: Notes, name: str, offset: str) -> dict[str, Json]:
    """Return the date as written and the offset as written; None says that there is no offset, not that it is UTC."""
    return {"raw": notes.text(_text(tags, name)), "offset_raw": notes.text(_text(tags, offset))}


def _gps(tags: Tags, notes: Notes) -> dict[str, Json] | None:
    if not any(name.startswith("GPS ") for name in tags):
        return None
    place: dict[str, Json] = {
        "assumption": "degrees are in the datum named beside them, WGS 84 where none is",
        "datum_raw": notes.text(_text(tags, "GPS GPSMapDatum")),
    }
    for axis, name, negative in (("latitude", "GPSLatitude", "S"), ("longitude", "GPSLongitude", "W")):
        raw, reference = _text(tags, f"GPS {name}"), _text(tags, f"GPS {name}Ref")
        place[f"{axis}_raw"] = notes.text(raw)
        place[f"{axis}_reference_raw"] = notes.text(reference)
        place[f"{axis}_degrees"] = None
        if raw is not None:
            try:
                degrees = _degrees(tags[f"GPS {name}"][1])
            except (ValueError, ZeroDivisionError, TypeError, OverflowError) as error:
                notes.problem("gps-not-read", error)
            else:
                sign = -1 if (reference or "").strip().upper().startswith(negative) else 1
                place[f"{axis}_degrees"] = decimal(sign * degrees, _DEGREES_PLACES)
    return place


def _degrees(values: Sequence[Any]) -> Fraction:
    """Return degrees from degrees, minutes and seconds.

    Raises:
        ValueError: Not three numbers, or beyond 180 degrees.
    """
    if len(values) != 3:
        raise ValueError("a place has degrees, minutes and seconds")
    degrees, minutes, seconds = (_fraction(value) for value in values)
    whole = degrees + minutes / 60 + seconds / 3600
    if not 0 <= whole <= 180:
        raise ValueError("beyond 180 degrees")
    return whole


def _fraction(value: Any) -> Fraction:  # noqa: ANN401
    numerator, denominator = getattr(value, "numerator", value), getattr(value, "denominator", 1)
    return Fraction(int(numerator), int(denominator))
