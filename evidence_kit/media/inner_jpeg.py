"""Cargo of a JPEG besides its picture: further pictures (MPO), thumbnail, gain map, the film of a motion photo.

Source: CIPA DC-007 (multi-picture format); Google's motion photo format 1.0; ISO 21496-1 and Android's Ultra HDR 1.1
(gain maps).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from evidence_kit.media import exif_source, tiff
from evidence_kit.media.boxes import iso_boxes
from evidence_kit.media.inner import InnerPicture
from evidence_kit.media.jpeg_segments import APP2, jpeg_segments, segment_content

_MARK: Final = b"MPF\0"
_ENTRIES: Final = 0xB002
_ENTRY_BYTES: Final = 16
_MOST_ENTRIES: Final = 64
_LARGEST_FILE_BYTES: Final = 256 << 20
_MOST_LOOKS: Final = 32
_BEGINS: Final = b"\xff\xd8\xff"
_GAIN_MAP_MARKS: Final = (b"hdrgm", b"HDRGainMap", b"hdrgainmap", b"urn:iso:std:iso:ts:21496")
_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH = 0x0201, 0x0202


class _Place(NamedTuple):
    """Where a picture stands, by the file's own list."""

    offset: int
    size_bytes: int


def inner_of(payload: BinaryIO) -> Iterator[InnerPicture]:
    """Yield the inner pictures of the JPEG: listed pictures first, then its thumbnail, then a film behind it."""
    payload.seek(0, 2)
    size = payload.tell()
    reached = 0
    for place in listed_pictures(payload)[1:]:
        payload.seek(place.offset)
        data = payload.read(min(place.size_bytes, _LARGEST_FILE_BYTES)) if place.offset else b""
        where = f"offset {place.offset}"
        if not data.startswith(_BEGINS):
            yield InnerPicture("picture", where, reason="inner-gone")
        elif len(data) < place.size_bytes:
            yield InnerPicture("picture", where, data, "jpeg", reason="inner-cut")
        elif any(mark in data[:65536] for mark in _GAIN_MAP_MARKS):
            yield InnerPicture("gain-map", where, data, "jpeg", reason="gain-map")
        else:
            yield InnerPicture("picture", where, data, "jpeg")
        reached = max(reached, place.offset + len(data))
    thumbnail = _thumbnail(payload)
    if thumbnail is not None:
        yield InnerPicture("thumbnail", "EXIF", thumbnail, "jpeg")
    yield from _film(payload, size, reached)


def listed_pictures(payload: BinaryIO) -> list[_Place]:
    """Return where the file's own list (MPF) says its pictures stand, the first one included; empty without a list."""
    for segment in jpeg_segments(payload):
        if segment.marker != APP2:
            continue
        data = segment_content(payload, segment)
        if not data.startswith(_MARK):
            continue
        try:
            entries = tiff.read(io.BytesIO(data[len(_MARK) :]))
        except ValueError:
            return []
        raw = next((entry.data for entry in entries if entry.tag == _ENTRIES), b"")
        order = entries[0].order if entries else "big"
        places: list[_Place] = []
        for at in range(0, min(len(raw), _MOST_ENTRIES * _ENTRY_BYTES) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, offset = (int.from_bytes(raw[at + 4 * n : at + 4 * n + 4], order) for n in (1, 2))
            # Offsets count from the list's own header; that of the first picture is 0.
            places.append(_Place(segment.start + len(_MARK) + offset if places else 0, length))
        return places
    return []


def _thumbnail(payload: BinaryIO) -> bytes | None:
    block = exif_source.find_exif(payload, "jpeg", None)
    if block is None:
        return None
    try:
        found = {entry.tag: entry for entry in tiff.read(block) if entry.directory == "Thumbnail"}
    except ValueError:
        return None
    numbers = [
        next(iter(found[tag].integers()), 0) if tag in found else 0 for tag in (_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH)
    ]
    block.seek(numbers[0])
    data = block.read(numbers[1]) if numbers[0] else b""
    return data if data.startswith(_BEGINS[:2]) else None


def _film(payload: BinaryIO, size: int, reached: int) -> Iterator[InnerPicture]:
    """Yield the film that Google's and Samsung's phones put behind a picture: an MP4 with its own boxes."""
    if size > _LARGEST_FILE_BYTES:
        return
    payload.seek(0)
    data = payload.read(size)
    view = io.BytesIO(data)
    at = data.find(b"ftyp", max(4, reached))
    # Whoever writes these four letters a million times gets a few looks, and not a minute of them.
    for _ in range(_MOST_LOOKS):
        if at < 4:
            return
        start = at - 4
        kinds = {box.type for box in iso_boxes(view, start, size)}
        if {b"moov", b"mdat"} <= kinds and 8 <= int.from_bytes(data[start:at]) <= 4096:
            yield InnerPicture("film", f"offset {start}", data[start:], "mp4")
            return
        at = data.find(b"ftyp", at + 4)
