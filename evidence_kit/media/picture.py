"""Description of pictures: frame, EXIF, tables, signs and perceptual hashes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import BinaryIO, TypeVar

import PIL
from PIL import Image, ImageOps, features

from evidence_kit.libraries import library_version
from evidence_kit.media import (
    colours,
    credentials,
    exif,
    heif,
    inner_jpeg,
    iptc,
    jpeg,
    orientation,
    xmp,
)
from evidence_kit.media.facts import DescriptionNotes, blob_facts, safe_integer
from evidence_kit.media.origin_hints import naming_signs, screenshot_signs
from evidence_kit.model import Json, PixelSize

_T = TypeVar("_T")

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
"""What Pillow may open, HEIF through its plug-in. No EPS: Pillow runs Ghostscript on it."""

MAX_PIXELS = 100_000_000
DRAFT_PIXELS = 1024
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")
_NO_TEXTS = {*_XMP_KEYS, "icc_profile", "exif", "transparency", "background", "version"}
_MOST_TEXTS = 60
_MOST_THUMBNAILS = 8
ANIMATED = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
"""Forms whose frames follow each other in time; the pictures of other forms stand beside each other."""

_JPEG_BEGINS = b"\xff\xd8"


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts of one picture; an unreadable part is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for; `kind`, its content type; `pixels`,
            false when nothing may be decoded, no thumbnail either.
        notes: Takes the problems.

    Returns:
        `format`, `width_pixels`, `height_pixels` (as stored, not turned), `orientation`, `mode`, `frames`, `animation`,
        `colours`, `exif`, `xmp`, `iptc`, `texts`, `quantisation`, `thumbnails`, `screenshot_signs`, `naming_signs`,
        `c2pa`, `pdq`, `phash`, `dhash`, `frame_hashes`; those that need what could not be, or was not, decoded are
        missing.
    """
    pixels = arguments.get("pixels") is not False
    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", "")))}
    with limited_pixels():
        kind = str(arguments.get("kind"))
        picture = _opened(payload, kind, notes)
        if picture is not None:
            facts |= _frame(payload, kind, picture, notes)
        found, embedded = exif.read(payload, kind, picture, notes)
        facts["exif"] = found
        turned = found["orientation"]
        if picture is not None:
            facts |= _tried(
                "orientation-not-read",
                notes,
                lambda: orientation.read(
                    payload, kind, PixelSize(*picture.size), turned if isinstance(turned, int) else None
                ),
            ) or {"width_pixels": picture.width, "height_pixels": picture.height}
        facts["c2pa"] = _tried(
            "c2pa-not-read", notes, lambda: credentials.read(payload, kind, notes, credentials.trust_anchors(arguments))
        )
        if picture is not None:
            facts["screenshot_signs"] = screenshot_signs(
                *picture.size, camera_tags=exif.has_camera(found), texts=_said(facts)
            )
        seen = _seen(payload, facts, notes) if picture is not None and pixels else None
        if pixels:
            facts["thumbnails"] = _thumbnails(embedded, seen, notes)
    return facts


def versions() -> dict[str, Json]:
    """Return the versions of the libraries that read pictures; a decoder decides bits of a hash."""
    return {
        "pillow": PIL.__version__,
        "libjpeg": features.version("libjpeg_turbo") or features.version("jpg"),
        "pi_heif": library_version("pi-heif"),
        "libheif": _libheif_version(),
        "libavif": features.version("avif"),
        "libwebp": features.version("webp"),
        "exifread": library_version("exifread"),
        "defusedxml": library_version("defusedxml"),
        "numpy": library_version("numpy"),
        "c2pa": credentials.library_version(),
    }


def parameters() -> dict[str, Json]:
    """Return the parameters that the hashes were made with."""
    told: dict[str, Json] = {
        "max_pixels": MAX_PIXELS,
        "draft_pixels": DRAFT_PIXELS,
        "phash_bits": 64,
        "dhash_bits": 64,
        "transparency": "on white",
    }
    with suppress(ImportError):
        # What is hashed with numpy; without it there are no hashes either.
        from evidence_kit.hashing.perceptual import WORKING_SIDE_PIXELS
        from evidence_kit.media import frames, thumbnail

        told |= {
            "pdq_working_side_pixels": WORKING_SIDE_PIXELS,
            "thumbnail_differs_below": thumbnail.DIFFERS_BELOW,
            "most_frames_hashed": frames.MOST,
        }
    return told


@contextmanager
def limited_pixels() -> Iterator[None]:
    """Let Pillow raise where a picture claims more than `MAX_PIXELS`."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


@cache
def formats() -> list[str]:
    """Return the picture formats that Pillow may open here; no HEIF where its plug-in cannot be loaded."""
    Image.init()
    with suppress(ImportError):
        import pi_heif

        # Bombs, too: Pillow's limit holds only for what goes through Pillow.
        pi_heif.register_heif_opener(depth_images=False, aux_images=False, thumbnails=False, decode_threads=1)
    return [name for name in FORMATS if name in Image.OPEN]


def _libheif_version() -> str | None:
    try:
        import pi_heif
    except ImportError:
        return None
    return str(pi_heif.libheif_version())


def _opened(payload: BinaryIO, kind: str, notes: DescriptionNotes) -> Image.Image | None:
    payload.seek(0)
    try:
        if kind == "heic" and "HEIF" not in formats():
            # Once more, for its reason: Pillow would call the file damaged.
            import pi_heif  # noqa: F401
        return Image.open(payload, formats=formats())
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        notes.problem("too-many-pixels", error)
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
    return None


def _tried(code: str, notes: DescriptionNotes, read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except Exception as error:  # noqa: BLE001
        notes.problem(code, error)
        return None


def _frame(payload: BinaryIO, kind: str, picture: Image.Image, notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts beside the pixels, which are not decoded for it."""
    return {
        "format": picture.format,
        "mode": picture.mode,
        "frames": _tried("frames-not-counted", notes, lambda: _count(payload, picture)),
        "colours": _tried("colours-not-read", notes, lambda: colours.read(picture, notes)),
        "quantisation": _tried("quantisation-not-read", notes, lambda: jpeg.read(picture, notes)),
        "xmp": _tried("xmp-not-read", notes, lambda: _xmp(payload, kind, picture, notes)),
        "iptc": _tried("iptc-not-read", notes, lambda: iptc.read(picture, notes)),
        "texts": _tried("texts-not-read", notes, lambda: _texts(picture, notes)) or [],
    }


def _count(payload: BinaryIO, picture: Image.Image) -> int | None:
    """Return how many pictures there are; of those that a JPEG only lists, none that is gone."""
    if picture.format == "MPO":
        return 1 + sum(each.data is not None and each.role != "thumbnail" for each in inner_jpeg.inner_of(payload))
    return safe_integer(getattr(picture, "n_frames", 1))


def _xmp(payload: BinaryIO, kind: str, picture: Image.Image, notes: DescriptionNotes) -> dict[str, Json] | None:
    if kind in {"heic", "avif"}:
        # The HEIF plug-in takes the orientation out of the packet that it hands on.
        items = heif.read(payload)
        packets = heif.metadata_items(payload, items, b"mime", "application/rdf+xml") if items else []
        return xmp.read(packets[0], notes) if packets else None
    for key in _XMP_KEYS:
        found = picture.info.get(key)
        if found:
            return xmp.read(found if isinstance(found, bytes) else str(found).encode("utf-8", "replace"), notes)
    return None


def _texts(picture: Image.Image, notes: DescriptionNotes) -> list[Json]:
    """Return the texts that PNG and GIF carry beside the picture, XMP apart; programs that make pictures sign there."""
    if picture.format not in {"PNG", "GIF"}:
        return []
    found = [
        (name, value if isinstance(value, str) else value.decode("utf-8", "replace"))
        for name, value in picture.info.items()
        if isinstance(name, str) and isinstance(value, (str, bytes)) and name not in _NO_TEXTS
    ]
    return notes.entries(found[:_MOST_TEXTS])


def _said(facts: Mapping[str, Json]) -> str:
    """Return everything that the file says in words, to look for one in it."""
    return json.dumps([facts.get(name) for name in ("exif", "xmp", "texts")], ensure_ascii=False)


def _seen(payload: BinaryIO, facts: dict[str, Json], notes: DescriptionNotes) -> Image.Image | None:
    """Decode the picture, put its hashes into the facts, and return it small, as it is stored."""
    payload.seek(0)
    try:
        with Image.open(payload, formats=formats()) as picture:
            picture.draft("RGB", (DRAFT_PIXELS, DRAFT_PIXELS))
            picture.load()
            small = _reduced(picture)
            facts |= _hashes(small, notes)
            if getattr(picture, "is_animated", False) and picture.format in ANIMATED:
                facts["frame_hashes"] = _tried("frames-not-hashed", notes, lambda: _frame_hashes(picture, notes)) or []
            return small
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
        return None


def _frame_hashes(picture: Image.Image, notes: DescriptionNotes) -> list[Json]:
    from evidence_kit.media import frames

    return frames.read(picture, notes)


def _thumbnails(embedded: Sequence[tuple[str, bytes]], seen: Image.Image | None, notes: DescriptionNotes) -> list[Json]:
    found: list[Json] = []
    for tag, data in embedded[:_MOST_THUMBNAILS]:
        if "Thumbnail" in tag and data[:2] == _JPEG_BEGINS:
            facts = _tried("thumbnail-not-read", notes, partial(_thumbnail, data, seen))
            found.append({"tag": tag[:200], **(facts or blob_facts(data))})
    return found


def _thumbnail(data: bytes, seen: Image.Image | None) -> dict[str, Json]:
    from evidence_kit.media import thumbnail

    return thumbnail.read(data, seen)


def _hashes(small: Image.Image, notes: DescriptionNotes) -> dict[str, Json]:
    try:
        upright = ImageOps.exif_transpose(small)
    except Exception as error:  # noqa: BLE001
        notes.problem("orientation-not-read", error)
        upright = small
    return {
        "pdq": _tried("not-hashed", notes, lambda: _pdq(upright)),
        "phash": _tried("not-hashed", notes, lambda: _by_name("phash", upright)),
        "dhash": _tried("not-hashed", notes, lambda: _by_name("dhash", upright)),
    }


def _pdq(picture: Image.Image) -> dict[str, Json] | None:
    from evidence_kit.hashing.perceptual import pdq

    hashed = pdq(picture)
    return None if hashed is None else {"quality": hashed.quality, "hashes": dict(hashed.hashes)}


def _by_name(hashing: str, picture: Image.Image) -> str:
    from evidence_kit.hashing import perceptual

    return str(getattr(perceptual, hashing)(picture))


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
