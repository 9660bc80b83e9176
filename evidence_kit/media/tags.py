"""Tags of recordings as mutagen reads them: every frame that FFmpeg does not name, and embedded pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import Image

from evidence_kit.media.facts import DescriptionNotes, blob_facts, safe_integer
from evidence_kit.model import Json

# Names of mutagen's readers by content type; the file is never asked what it is.
_READERS = {
    "mp3": ("mp3", "MP3"), "aac": ("aac", "AAC"), "flac": ("flac", "FLAC"), "wav": ("wave", "WAVE"),
    "mp4": ("mp4", "MP4"), "m4a": ("mp4", "MP4"), "mov": ("mp4", "MP4"), "3gp": ("mp4", "MP4"),
    "ogg": ("oggvorbis", "OggVorbis"), "opus": ("oggopus", "OggOpus"),
}  # fmt: skip
_MOST_TAGS = 200
_MOST_PICTURES = 8
_LONGEST_BINARY = 64
_COVER_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


def read(payload: BinaryIO, kind: str, notes: DescriptionNotes, *, pixels: bool) -> dict[str, Json]:
    """Return `tags` and `pictures` (`size_bytes`, `sha256`, and where it may be decoded its size and `pdq`).

    Both are empty for types that mutagen does not read.

    Args:
        payload: The file; its position moves.
        kind: Content type by its bytes, such as `mp3`.
        notes: Takes the problems, and holds how much text may still be written down.
        pixels: Whether embedded pictures may be decoded.
    """
    try:
        found, pictures = _found(payload, kind)
    except Exception as error:  # noqa: BLE001
        notes.problem("tags-not-read", error)
        return {"tags": [], "pictures": []}
    if len(found) > _MOST_TAGS or len(pictures) > _MOST_PICTURES:
        notes.problem("facts-cut", f"{len(found)} tags, {len(pictures)} pictures")
    return {
        "tags": notes.entries(found[:_MOST_TAGS]),
        "pictures": [_seen(data, notes, pixels=pixels) for data in pictures[:_MOST_PICTURES]],
    }


def cover_pictures(payload: BinaryIO, kind: str) -> list[bytes]:
    """Return the bytes of embedded pictures; none where there are none or they cannot be read."""
    try:
        return _found(payload, kind)[1][:_MOST_PICTURES]
    except Exception:  # noqa: BLE001 - said where the recording is described
        return []


def _found(payload: BinaryIO, kind: str) -> tuple[list[tuple[str, str]], list[bytes]]:
    """Return tags and pictures, none for types that mutagen does not read."""
    if kind not in _READERS:
        return [], []
    import importlib

    module, name = _READERS[kind]
    payload.seek(0)
    try:
        opened = getattr(importlib.import_module(f"mutagen.{module}"), name)(payload)
    except Exception as error:
        if type(error).__name__.endswith(("NoHeaderError", "HeaderNotFoundError")):
            return [], []
        raise
    pictures: list[bytes] = []
    found: list[tuple[str, str]] = []
    for tag, value in _pairs(opened):
        data = _picture(tag, value)
        if data is not None:
            pictures.append(data)
        else:
            found.append((tag, _text(value)))
    return found, pictures + [each.data for each in getattr(opened, "pictures", ())]


def _pairs(opened: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    for tag, value in (opened.tags or {}).items() if hasattr(opened.tags or {}, "items") else opened.tags:
        for one in value if isinstance(value, list) else [value]:
            yield str(tag), one


def _picture(tag: str, value: Any) -> bytes | None:  # noqa: ANN401
    """Return an embedded picture's bytes, None for other tags."""
    if tag.startswith("APIC") or type(value).__name__ == "MP4Cover":
        return bytes(getattr(value, "data", value))
    if tag.casefold() == "metadata_block_picture":
        import base64

        from mutagen.flac import Picture

        try:
            return bytes(Picture(base64.b64decode(str(value))).data)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - then it stays a text
            return None
    return None


def _text(value: Any) -> str:  # noqa: ANN401
    data = getattr(value, "data", value)
    if isinstance(data, bytes):
        shown = data[:_LONGEST_BINARY].hex()
        return shown if len(data) <= _LONGEST_BINARY else f"{len(data)} bytes: {shown}…"
    return str(value)


def _seen(data: bytes, notes: DescriptionNotes, *, pixels: bool) -> Json:
    from evidence_kit.hashing.perceptual import pdq

    if not pixels:
        return {"size_bytes": len(data)}
    facts: dict[str, Json] = dict(blob_facts(data))
    try:
        with Image.open(io.BytesIO(data), formats=_COVER_FORMATS) as picture:
            facts |= {"width_pixels": safe_integer(picture.width), "height_pixels": safe_integer(picture.height)}
            picture.draft("RGB", (1024, 1024))
            hashed = pdq(picture)
    except Exception as error:  # noqa: BLE001
        notes.problem("cover-not-decoded", error)
        return facts
    return facts | {"pdq": None if hashed is None else {"quality": hashed.quality, "hashes": dict(hashed.hashes)}}
