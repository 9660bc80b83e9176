"""Where the EXIF of a picture stands in its file: the bytes themselves, before any library has touched them.

Pillow's AVIF reader and the HEIF plug-in rewrite the orientation in what they hand out, because they hand out pixels
that are turned already; a statement about the file has to rest on the file.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO, Final

from PIL import Image

from evidence_kit.media import heif
from evidence_kit.media.jpeg_segments import APP1, jpeg_segments, segment_content

_LARGEST_BYTES: Final = 16 << 20
_MARK: Final = b"Exif\0\0"
_MOST_CHUNKS: Final = 4000


def find_exif(payload: BinaryIO, kind: str, picture: Image.Image | None) -> BinaryIO | None:
    """Return the block, beginning with its TIFF header; None where the file has none.

    Args:
        payload: The whole file.
        kind: Name of its content type.
        picture: As Pillow opened it, for texts of a PNG that hold a block in digits; None where it did not.
    """
    if kind == "tiff":
        return payload
    block: bytes | None = None
    if kind == "jpeg":
        block = _of_jpeg(payload)
    elif kind in {"heic", "avif"}:
        block = _of_heif(payload)
    elif kind == "png":
        block = _of_png(payload) or _in_digits(picture)
    elif kind == "webp":
        block = _of_webp(payload)
    return None if block is None else io.BytesIO(block)


def _of_jpeg(payload: BinaryIO) -> bytes | None:
    found = b""
    for segment in jpeg_segments(payload):
        if segment.marker == APP1 and len(found) < _LARGEST_BYTES:
            data = segment_content(payload, segment)
            # A block above 64 KiB goes on in the next segment, behind the same mark.
            if data.startswith(_MARK) and (not found or not _begins(data[6:])):
                found += data[6:]
    return found or None


def _of_heif(payload: BinaryIO) -> bytes | None:
    items = heif.read(payload)
    for data in heif.metadata_items(payload, items, b"Exif", most_bytes=_LARGEST_BYTES) if items else ():
        # Four bytes say how far behind them the TIFF header stands.
        start = 4 + int.from_bytes(data[:4])
        if _begins(data[start : start + 4]):
            return data[start:]
        at = _header_in(data)
        if at is not None:
            return data[at:]
    return None


def _of_png(payload: BinaryIO) -> bytes | None:
    at = 8
    for _ in range(_MOST_CHUNKS):
        payload.seek(at)
        head = payload.read(8)
        if len(head) < 8:
            return None
        length = int.from_bytes(head[:4])
        if head[4:] == b"eXIf":
            return payload.read(min(length, _LARGEST_BYTES)).removeprefix(_MARK)
        at += 12 + length
    return None


def _in_digits(picture: Image.Image | None) -> bytes | None:
    """Return the block that ImageMagick writes as digits into a text of a PNG."""
    texts = {} if picture is None else picture.info
    text = texts.get("Raw profile type exif") or texts.get("Raw profile type APP1")
    if not isinstance(text, str):
        return None
    match = re.fullmatch(r"\s*\w+\s+\d+\s+([0-9a-fA-F\s]+)", text)
    try:
        return None if match is None else bytes.fromhex(match[1]).removeprefix(_MARK)
    except ValueError:
        return None


def _of_webp(payload: BinaryIO) -> bytes | None:
    at = 12
    for _ in range(_MOST_CHUNKS):
        payload.seek(at)
        head = payload.read(8)
        if len(head) < 8:
            return None
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"EXIF":
            return payload.read(min(length, _LARGEST_BYTES)).removeprefix(_MARK)
        at += 8 + length + length % 2
    return None


def _begins(data: bytes) -> bool:
    return data[:4] in {b"II*\0", b"MM\0*"}


def _header_in(data: bytes) -> int | None:
    found = [at for at in (data[:64].find(mark) for mark in (b"II*\0", b"MM\0*")) if at >= 0]
    return min(found, default=None)
