"""What is found in a picture: its frame, EXIF, tables, signs and perceptual hashes."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

import exifread
import numpy as np
import PIL
from PIL import Image, ImageOps, features

from evidence_kit.hashing.perceptual import WORKING_SIDE_PIXELS, dhash, pdq, phash
from evidence_kit.media import exif
from evidence_kit.media.facts import Notes, blob, integer
from evidence_kit.media.signs import naming_signs, screenshot_signs
from evidence_kit.model import Json

_T = TypeVar("_T")

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
"""What Pillow may open; HEIF counts only where a plug-in brought it. No EPS: Pillow runs Ghostscript on it."""

MAX_PIXELS = 100_000_000
DRAFT_PIXELS = 1024
_HEAD_BYTES = 1 << 20
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: Notes) -> dict[str, Json]:
    """Return the facts of one picture; what cannot be read is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for.
        notes: Takes the problems.

    Returns:
        `format`, `width_pixels`, `height_pixels` (as stored, not turned), `mode`, `frames`, `exif`, `xmp`,
        `quantisation`, `screenshot_signs`, `naming_signs`, `c2pa_mark_found`, `pdq`, `phash`, `dhash`; those that
        need what could not be decoded are missing.
    """
    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", "")))}
    with _limited_pixels():
        picture = _opened(payload, notes)
        if picture is not None:
            width, height = picture.size
            facts |= {
                "format": picture.format,
                "width_pixels": width,
                "height_pixels": height,
                "mode": picture.mode,
                "frames": _tried("frames-not-counted", notes, lambda: integer(getattr(picture, "n_frames", 1))),
                "quantisation": _tried("quantisation-not-read", notes, lambda: _quantisation(picture)),
                "xmp": _tried("xmp-not-read", notes, lambda: _xmp(picture)),
            }
        found, camera_tags = exif.read(payload, picture, notes)
        facts["exif"] = found
        facts["c2pa_mark_found"] = _c2pa(payload)
        if picture is not None:
            facts["screenshot_signs"] = screenshot_signs(*picture.size, camera_tags=camera_tags)
            payload.seek(0)
            facts |= _tried("not-decoded", notes, lambda: _hashes(payload, notes)) or {}
    return facts


def versions() -> dict[str, Json]:
    """Return the versions of what reads pictures; a library's decoder decides bits of a hash."""
    import imagehash

    return {
        "pillow": PIL.__version__,
        "libjpeg": features.version("libjpeg_turbo") or features.version("jpg"),
        "exifread": exifread.__version__,
        "imagehash": imagehash.__version__,
        "numpy": np.__version__,
    }


def parameters() -> dict[str, Json]:
    """Return what the hashes were made with."""
    return {
        "max_pixels": MAX_PIXELS,
        "draft_pixels": DRAFT_PIXELS,
        "pdq_working_side_pixels": WORKING_SIDE_PIXELS,
        "phash_bits": 64,
        "dhash_bits": 64,
        "transparency": "on white",
    }


@contextmanager
def _limited_pixels() -> Iterator[None]:
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _opened(payload: BinaryIO, notes: Notes) -> Image.Image | None:
    Image.init()
    payload.seek(0)
    try:
        return Image.open(payload, formats=[name for name in FORMATS if name in Image.OPEN])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        notes.problem("too-many-pixels", error)
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
    return None


def _tried(code: str, notes: Notes, read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except Exception as error:  # noqa: BLE001
        notes.problem(code, error)
        return None


def _quantisation(picture: Image.Image) -> dict[str, Json] | None:
    """Return the tables of a JPEG, which say who compressed it last, and one hash to compare them by."""
    tables: Mapping[int, list[int]] = getattr(picture, "quantization", None) or {}
    if not tables:
        return None
    listed: list[Json] = [{"table": number, "values": [int(step) for step in tables[number]]} for number in tables]
    text = json.dumps(listed, separators=(",", ":"))
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "tables": listed}


def _xmp(picture: Image.Image) -> dict[str, Json] | None:
    for key in _XMP_KEYS:
        found = picture.info.get(key)
        if found:
            return blob(found if isinstance(found, bytes) else str(found).encode("utf-8", "replace"))
    return None


def _c2pa(payload: BinaryIO) -> bool:
    """Return whether the first MiB bears the mark of a content-credentials manifest; nothing is verified."""
    payload.seek(0)
    head = payload.read(_HEAD_BYTES)
    return b"jumb" in head and b"c2pa" in head


def _hashes(payload: BinaryIO, notes: Notes) -> dict[str, Json]:
    with Image.open(payload, formats=[name for name in FORMATS if name in Image.OPEN]) as picture:
        picture.draft("RGB", (DRAFT_PIXELS, DRAFT_PIXELS))
        picture.load()
        small = _reduced(picture)
        try:
            upright = ImageOps.exif_transpose(small)
        except Exception as error:  # noqa: BLE001
            notes.problem("orientation-not-read", error)
            upright = small
    hashed = pdq(upright)
    return {
        "pdq": None if hashed is None else {"quality": hashed.quality, "hashes": dict(hashed.hashes)},
        "phash": phash(upright),
        "dhash": dhash(upright),
    }


def _reduced(picture: Image.Image) -> Image.Image:
    """Return the picture shrunk by a whole factor each way, to no less than the draft size: 100 Mpx must fit."""
    factor = max(1, picture.width // DRAFT_PIXELS), max(1, picture.height // DRAFT_PIXELS)
    if factor == (1, 1):
        return picture
    if picture.mode in {"1", "P", "PA"}:
        picture = _keeping_exif(picture, picture.convert("RGBA" if "transparency" in picture.info else "RGB"))
    elif picture.mode.startswith("I;16"):
        picture = _keeping_exif(picture, picture.convert("I"))
    return _keeping_exif(picture, picture.reduce(factor))


def _keeping_exif(before: Image.Image, after: Image.Image) -> Image.Image:
    after.info.update({key: before.info[key] for key in ("exif", "transparency") if key in before.info})
    if after.mode == "RGBA":
        after.info.pop("transparency", None)
    return after
