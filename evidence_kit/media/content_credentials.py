"""Whether a file carries a content-credentials (C2PA) manifest. Nothing in it is verified or believed."""

from __future__ import annotations

from typing import BinaryIO

from evidence_kit.media.boxes import boxes, content
from evidence_kit.model import Json

# Source: C2PA Technical Specification 2.1, appendix A, embedding manifests.
_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BMFF = {"heic", "avif", "mp4", "mov", "m4a", "3gp"}
_MOST_PARTS = 4000
_MARKS = (b"jumb", b"c2pa")


def read(payload: BinaryIO, kind: str) -> dict[str, Json]:
    """Return `present`, and where it is present `where` and `size_bytes`.

    Args:
        payload: The whole file.
        kind: Name of its content type.
    """
    payload.seek(0, 2)
    size = payload.tell()
    found: tuple[str, int] | None = None
    if kind == "jpeg":
        found = _in_jpeg(payload)
    elif kind == "png":
        found = _in_png(payload, size)
    elif kind in {"webp", "wav", "avi"}:
        found = _in_riff(payload, size)
    elif kind in _BMFF:
        found = _in_boxes(payload, size)
    return {"present": False} if found is None else {"present": True, "where": found[0], "size_bytes": found[1]}


def _in_jpeg(file: BinaryIO) -> tuple[str, int] | None:
    at, total = 2, 0
    marked = False
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in {0xD9, 0xDA}:
            break
        length = int.from_bytes(head[2:4])
        if length < 2:
            break
        if head[1] == 0xEB:
            body = file.read(min(length - 2, 4096))
            # JPEG XT boxes: JP, instance, number, then the box itself, whose head is repeated in every part.
            if body[:2] == b"JP" and body[12:16] == b"jumb":
                total += length - 2
                marked = marked or b"c2pa" in body
        at += 2 + length
    return ("APP11", total) if marked else None


def _in_png(file: BinaryIO, size: int) -> tuple[str, int] | None:
    at = 8
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or at > size:
            return None
        length = int.from_bytes(head[:4])
        if head[4:] == b"caBX":
            return "caBX", length
        at += 12 + length
    return None


def _in_riff(file: BinaryIO, size: int) -> tuple[str, int] | None:
    at = 12
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or at > size:
            return None
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"C2PA":
            return "C2PA", length
        at += 8 + length + length % 2
    return None


def _in_boxes(file: BinaryIO, size: int) -> tuple[str, int] | None:
    for box in boxes(file, 0, size):
        if box.type == b"uuid" and content(file, box, 16) == _UUID:
            return "uuid", box.size_bytes - 16
    return None


def in_pdf(data: bytes) -> bool:
    """Say whether the bytes of a PDF name a manifest among its embedded files."""
    return b"C2PA_Manifest" in data or all(mark in data for mark in _MARKS)
