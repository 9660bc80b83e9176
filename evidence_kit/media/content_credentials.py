"""Whether a file carries a content-credentials (C2PA) manifest, and where. Nothing of it is believed here.

A form in which nobody looks is not a form without: `present` is then None.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO, Final

from evidence_kit.media import jpeg_segments, tiff
from evidence_kit.media.boxes import box_content, iso_boxes
from evidence_kit.model import Json

# Source: C2PA Technical Specification 2.2, appendix A, embedding manifests into assets.
_UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BMFF: Final = frozenset({"heic", "avif", "mp4", "mov", "m4a", "3gp"})
_TAGGED: Final = frozenset({"mp3", "flac"})
_RIFF: Final = frozenset({"webp", "wav", "avi"})
ZIPPED: Final = frozenset({"docx", "xlsx", "pptx", "ooxml", "odt", "ods", "odp"})
_ZIP_MEMBER: Final = "META-INF/content_credential.c2pa"
# The first is the registered one; the C2PA project's own library writes the second.
_MEDIA_TYPES: Final = (b"application/x-c2pa-manifest-store", b"application/c2pa")
_TIFF_TAG: Final = 0xCD41
_GIF_NAME: Final = b"C2PA_GIF"
_MOST_PARTS: Final = 4000
_LARGEST_TAG_BYTES: Final = 32 << 20
_LARGEST_PDF_BYTES: Final = 256 << 20
_MARKS: Final = (b"jumb", b"c2pa")

Found = tuple[str, int]
"""Where a manifest stands, and its length in bytes."""


def read(payload: BinaryIO, kind: str) -> dict[str, Json]:
    """Return `present` (None where nobody looks in files of this kind), and where it is `where` and `size_bytes`.

    Args:
        payload: The whole file.
        kind: Name of its content type.
    """
    reader = next((look for kinds, look in _READERS if kind in kinds), None)
    if reader is None:
        return {"present": None}
    found = reader(payload)
    return {"present": False} if found is None else {"present": True, "where": found[0], "size_bytes": found[1]}


def _in_jpeg(file: BinaryIO) -> Found | None:
    total, marked = 0, False
    for segment in jpeg_segments.jpeg_segments(file):
        if segment.marker == jpeg_segments.APP11:
            body = jpeg_segments.segment_content(file, segment, 4096)
            # JPEG XT boxes: JP, instance, number, then the box itself, whose head is repeated in every part.
            if body[:2] == b"JP" and body[12:16] == b"jumb":
                total += segment.size_bytes
                marked = marked or b"c2pa" in body
    return ("APP11", total) if marked else None


def _in_png(file: BinaryIO) -> Found | None:
    at = 8
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return None
        length = int.from_bytes(head[:4])
        if head[4:] == b"caBX":
            return "caBX", length
        at += 12 + length
    return None


def _in_gif(file: BinaryIO) -> Found | None:
    """Look through the extensions before the first picture; source: GIF89a, sections 18 to 26."""
    file.seek(0)
    head = file.read(13)
    colours = 3 << ((head[10] & 7) + 1) if len(head) == 13 and head[10] & 0x80 else 0
    file.seek(13 + colours)
    for _ in range(_MOST_PARTS):
        if file.read(1) != b"!":
            return None
        label, name = file.read(1), b""
        first, total = True, 0
        while length := int.from_bytes(file.read(1)):
            part = file.read(length)
            if first:
                name, first = part, False
            else:
                total += len(part)
            if len(part) < length or total > _LARGEST_TAG_BYTES:
                break
        if label == b"\xff" and name.startswith(_GIF_NAME):
            return "C2PA_GIF", total
    return None


def _in_tiff(file: BinaryIO) -> Found | None:
    try:
        entries = tiff.read(file)
    except ValueError:
        return None
    return next((("tag 52545", entry.values) for entry in entries if entry.tag == _TIFF_TAG), None)


def _in_id3(file: BinaryIO) -> Found | None:
    """Look into the ID3 tag at the beginning; source: ID3v2.4.0, 3.1 (head) and 4.15 (GEOB)."""
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return None
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    tag = file.read(min(size, _LARGEST_TAG_BYTES))
    at = next((at for at in map(tag.find, _MEDIA_TYPES) if at >= 0), -1)
    begin = tag.rfind(b"GEOB", 0, at) if at >= 0 else -1
    if begin < 0:
        return None
    length = tag[begin + 4 : begin + 8]
    plain = head[3] < 4
    return "GEOB", int.from_bytes(length) if plain else sum(
        byte << shift for byte, shift in zip(length, (21, 14, 7, 0), strict=True)
    )


def _in_riff(file: BinaryIO) -> Found | None:
    at = 12
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return None
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"C2PA":
            return "C2PA", length
        at += 8 + length + length % 2
    return None


def _in_boxes(file: BinaryIO) -> Found | None:
    file.seek(0, 2)
    for box in iso_boxes(file, 0, file.tell()):
        if box.type == b"uuid" and box_content(file, box, 16) == _UUID:
            return "uuid", box.size_bytes - 16
    return None


def _in_zip(file: BinaryIO) -> Found | None:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        found = archive.NameToInfo.get(_ZIP_MEMBER)
    return None if found is None else (_ZIP_MEMBER, found.file_size)


def _in_pdf(file: BinaryIO) -> Found | None:
    """Look for the name that a manifest has among embedded files; how long it is stands in an object of its own."""
    file.seek(0)
    data = file.read(_LARGEST_PDF_BYTES)
    return ("C2PA_Manifest", 0) if b"C2PA_Manifest" in data or all(mark in data for mark in _MARKS) else None


_READERS: Final = (
    ({"jpeg"}, _in_jpeg),
    ({"png"}, _in_png),
    ({"gif"}, _in_gif),
    ({"tiff"}, _in_tiff),
    ({"pdf"}, _in_pdf),
    (_RIFF, _in_riff),
    (_BMFF, _in_boxes),
    (_TAGGED, _in_id3),
    (ZIPPED, _in_zip),
)
