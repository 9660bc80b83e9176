"""EXIF as facts: every tag as text, the three dates, the place, the software, how it is turned.

Three readers look at it: our own walk over its directories, exifread, and Pillow. exifread names values in words and
knows makers' notes and thumbnails, but leaves out texts of 1,000 characters and more, and both libraries misread some
texts. So texts and places are read from the entries' own bytes; where a library says otherwise, that is a fact too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from PIL import ExifTags, Image

from evidence_kit.media import exif_source, gps, tiff
from evidence_kit.media.exif_readers import LibraryReading, differing_readings, own_value
from evidence_kit.media.exif_text import text_of
from evidence_kit.media.facts import DescriptionNotes, blob_facts
from evidence_kit.model import Json

_DATES: Final = {
    "taken": ("EXIF DateTimeOriginal", "EXIF OffsetTimeOriginal"),
    "digitised": ("EXIF DateTimeDigitized", "EXIF OffsetTimeDigitized"),
    "changed": ("Image DateTime", "EXIF OffsetTime"),
}
_CAMERA: Final = (
    "Image Make", "Image Model", "EXIF ExposureTime", "EXIF FNumber", "EXIF ISOSpeedRatings", "EXIF LensModel",
)  # fmt: skip
_IFDS: Final = {ExifTags.IFD.Exif: "EXIF", ExifTags.IFD.GPSInfo: "GPS"}
_POINTERS: Final = {0x8769, 0x8825, 0xA005}
_MAKER_NOTE: Final = 0x927C
_ORIENTATION: Final = ("Image", 0x0112)
_MOST_DISAGREEMENTS: Final = 20
_LONGEST_DISAGREEMENT: Final = 200
_MOST_MINUTES_FROM_UTC: Final = 14 * 60

Tags = dict[str, tuple[str, Sequence[Any]]]
"""Tag name, as exifread spells it, to its text and its values."""


def read(
    payload: BinaryIO, kind: str, picture: Image.Image | None, notes: DescriptionNotes
) -> tuple[dict[str, Json], Sequence[tuple[str, bytes]]]:
    """Return the EXIF facts, and the tags that are other files: thumbnails.

    Args:
        payload: The whole file.
        kind: Name of its content type.
        picture: As Pillow opened it; None where it did not.
        notes: Takes the problems.

    Returns:
        `reader` (`exifread`, `pillow`, `own`: whose names the tags bear; None where there is no EXIF), `tags` (of a
        text that is not plain ASCII also its `encoding`), `disagreements` (`tag`, `shown`, what `exifread` or `pillow`
        says instead, `why` ours is shown), `embedded` (thumbnails and other bytes: tag, length, SHA-256), `dates`,
        `gps` (None without), `orientation` (1 to 8 as the file says, None where it says nothing or something else),
        `software`, `camera_tags` (whether there are any).
    """
    block = _tried(notes, lambda: exif_source.find_exif(payload, kind, picture))
    entries = [] if block is None else _tried(notes, lambda: tiff.read(block)) or []
    # What Pillow could not open and we could not find may still be something to exifread.
    source = block or (payload if picture is None else None)
    named, embedded = _tried(notes, lambda: _by_exifread(source)) or ({}, []) if source else ({}, [])
    pillow = _tried(notes, lambda: _by_pillow(block, kind, picture)) or {}
    tags, encodings, disagreements = _merged(entries, named, pillow)
    facts: dict[str, Json] = {
        "reader": "exifread" if named or embedded else "pillow" if pillow else "own" if tags else None,
        "software": notes.text(_text(tags, "Image Software")),
        "dates": {name: _date(tags, notes, *of) for name, of in _DATES.items() if of[0] in tags},
        "gps": gps.read(tags, notes),
        "orientation": _orientation(entries, notes),
    }
    embedded = _embedded(entries, embedded)
    facts["embedded"] = [{"tag": name[:200], **blob_facts(data)} for name, data in embedded[:20]]
    facts["tags"] = [
        {**entry, **({"encoding": encodings[name]} if name in encodings else {})}
        for name, (shown, _) in tags.items()
        if (entry := notes.entry(name, shown)) is not None
    ]
    facts["disagreements"] = [
        {"tag": name[:200], **{key: notes.text(value[:_LONGEST_DISAGREEMENT]) for key, value in said.items()}}
        for name, said in list(disagreements.items())[:_MOST_DISAGREEMENTS]
    ]
    facts["camera_tags"] = any(name in tags for name in _CAMERA)
    return facts, embedded


def has_camera(facts: Mapping[str, Json]) -> bool:
    """Say whether a camera left tags."""
    return facts.get("camera_tags") is True


def _tried(notes: DescriptionNotes, read: Any) -> Any:  # noqa: ANN401
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - exifread alone raises five kinds on damaged files
        notes.problem("exif-not-read", error)
        return None


def _by_exifread(source: BinaryIO) -> tuple[dict[str, LibraryReading], list[tuple[str, bytes]]]:
    import exifread

    source.seek(0)
    tags: dict[str, LibraryReading] = {}
    embedded: list[tuple[str, bytes]] = []
    for name, tag in exifread.process_file(source, truncate_tags=False).items():
        if isinstance(tag, bytes):
            embedded.append((name, tag))
        elif name == "EXIF MakerNote":
            embedded.append((name, bytes(value & 255 for value in tag.values)))
        else:
            values = tag.values
            key = (name.partition(" ")[0], int(tag.tag))
            tags[name] = LibraryReading(key, str(tag.printable), [values] if isinstance(values, str) else list(values))
    return tags, embedded


def _by_pillow(block: BinaryIO | None, kind: str, picture: Image.Image | None) -> dict[str, LibraryReading]:
    """Return Pillow's reading of the block itself; only a TIFF is its own block."""
    if kind == "tiff" and picture is not None:
        exif = picture.getexif()
    elif block is not None:
        block.seek(0)
        exif = Image.Exif()
        exif.load(b"Exif\0\0" + block.read())
    else:
        return {}
    tags = _named(exif, "Image", ExifTags.TAGS)
    for ifd, prefix in _IFDS.items():
        tags |= _named(exif.get_ifd(ifd), prefix, ExifTags.GPSTAGS if prefix == "GPS" else ExifTags.TAGS)
    return tags


def _named(directory: Any, prefix: str, names: Mapping[int, str]) -> dict[str, LibraryReading]:  # noqa: ANN401
    return {
        f"{prefix} {_name(names, key)}": LibraryReading((prefix, int(key)), *_shown(value))
        for key, value in directory.items()
        if key not in _POINTERS
    }


def _name(names: Mapping[int, str], key: int) -> str:
    return names.get(key, f"Tag 0x{key:04X}")


def _shown(value: object) -> tuple[str, Sequence[Any]]:
    if isinstance(value, bytes):
        return _bytes(value), [value]
    return str(value), list(value) if isinstance(value, tuple) else [value]


def _bytes(value: bytes) -> str:
    size = blob_facts(value)
    return f"{size['size_bytes']} bytes, SHA-256 {size['sha256']}"


def _merged(
    entries: Sequence[tiff.TiffEntry], named: Mapping[str, LibraryReading], pillow: Mapping[str, LibraryReading]
) -> tuple[Tags, dict[str, str], dict[str, dict[str, str]]]:
    """Return the tags under exifread's names, else Pillow's; encodings of texts; disagreements of the libraries."""
    readers = {"exifread": named, "pillow": pillow}
    names = {reading.key: name for reading_of in (pillow, named) for name, reading in reading_of.items()}
    tags: Tags = {name: (reading.shown, reading.values) for name, reading in (named or pillow).items()}
    encodings: dict[str, str] = {}
    disagreements: dict[str, dict[str, str]] = {}
    for entry in entries:
        key = (entry.directory, entry.tag)
        if entry.tag in _POINTERS or entry.tag == _MAKER_NOTE:
            continue
        name = names.get(key) or f"{entry.directory} {_name(_names_of(entry.directory), entry.tag)}"
        text = text_of(entry)
        if text is not None:
            tags[name] = (text.value, [text.value])
            if text.encoding != "ascii":
                encodings[name] = text.encoding
            if text.rest:
                tags[f"{name} (behind its end)"] = (text.rest, [text.rest])
        elif entry.directory == "GPS" or name not in tags:
            tags[name] = (tags[name][0] if name in tags else own_value(entry), entry.ratios())
        said = differing_readings(entry, text, {reader: found.get(name) for reader, found in readers.items()})
        if said:
            disagreements[name] = {"shown": tags[name][0], **said}
    return tags, encodings, disagreements


def _names_of(directory: str) -> Mapping[int, str]:
    return ExifTags.GPSTAGS if directory == "GPS" else ExifTags.TAGS


def _embedded(entries: Sequence[tiff.TiffEntry], found: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return embedded bytes, a maker's note by our own reading: exifread leaves out large ones."""
    notes = [("EXIF MakerNote", entry.data) for entry in entries if entry.tag == _MAKER_NOTE and entry.data]
    return [*(each for each in found if not notes or each[0] != "EXIF MakerNote"), *notes[:1]]


def _orientation(entries: Sequence[tiff.TiffEntry], notes: DescriptionNotes) -> int | None:
    for entry in entries:
        if (entry.directory, entry.tag) == _ORIENTATION:
            value = next(iter(entry.integers()), None)
            if value is not None and 1 <= value <= 8:
                return value
            notes.problem("orientation-out-of-range", f"{value}")
    return None


def _text(tags: Tags, name: str) -> str | None:
    return tags[name][0] if name in tags else None


def _date(tags: Tags, notes: DescriptionNotes, name: str, offset: str) -> dict[str, Json]:
    """Return a date and its offset as written, and whether there is such a moment; no offset is None, and not UTC."""
    raw, offset_raw = _text(tags, name), _text(tags, offset)
    facts: dict[str, Json] = {"raw": notes.text(raw), "offset_raw": notes.text(offset_raw)}
    if raw is not None and not _is_moment(raw):
        facts["no_such_time"] = True
    if offset_raw is not None and not _is_offset(offset_raw):
        facts["no_such_offset"] = True
    return facts


def _is_moment(raw: str) -> bool:
    try:
        datetime.strptime(raw.strip(" \0")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - no zone is ever added
    except ValueError:
        return False
    return True


def _is_offset(raw: str) -> bool:
    text = raw.strip(" \0")
    if text == "Z":
        return True
    sign, hours, colon, minutes = text[:1], text[1:3], text[3:4], text[4:]
    if sign not in {"+", "-"} or colon != ":" or not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        return False
    return int(minutes) < 60 and int(hours) * 60 + int(minutes) <= _MOST_MINUTES_FROM_UTC
