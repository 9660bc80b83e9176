"""Pictures and films inside one file besides the one that a viewer shows: each with a number, and never passed over.

The picture shown is number 1; the others count from 2 in an order that only depends on the bytes. One that is not
compared on purpose, or cannot be, is listed with its reason.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from PIL import Image

from evidence_kit.hashing.perceptual import pdq_of_rgb
from evidence_kit.media import edits, heif, inner_documents, inner_jpeg, tags
from evidence_kit.media.boxes import box_content, iso_boxes
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.inner import InnerPicture
from evidence_kit.media.picture import formats, limited_pixels
from evidence_kit.media.pixels import Pixels, UndecodedError, frames_of, page_of
from evidence_kit.model import Json

MOST: Final = 48
"""How many are looked at; the one behind them stands for the rest and says so."""

_LARGEST_FILM_BYTES: Final = 64 << 20
_MOST_FRAMES_HASHED: Final = 8
_GAIN_MAPS: Final = ("hdrgainmap", "gainmap")
_DEPTHS: Final = ("depth", "disparity", "portraiteffectsmatte", "semantic", "skin", "hair", "teeth", "glasses", "sky")
_COVERED: Final = frozenset({"mp3", "m4a", "mp4", "mov", "3gp", "flac", "ogg", "opus", "aac", "wav"})
_HIDING: Final = frozenset({"mp4", "mov", "3gp"})


@dataclass(frozen=True, slots=True)
class NumberedInner:
    """An inner picture with its number in the file."""

    number: int
    inner: InnerPicture


def inner_of(payload: BinaryIO, kind: str) -> Iterator[NumberedInner]:
    """Yield every further picture or film in a file, numbered from 2; lazy, nothing is decoded.

    Args:
        payload: The whole file.
        kind: Name of its content type.
    """
    seen: set[str] = set()
    for number, inner in enumerate(_all(payload, kind), start=2):
        if number >= MOST + 2:
            yield NumberedInner(number, InnerPicture("further", reason="too-many-inner"))
            return
        told = inner
        if told.data is not None and told.reason is None:
            digest = hashlib.sha256(told.data).hexdigest()
            if digest in seen:
                told = replace(told, reason="same-as-another")
            seen.add(digest)
        yield NumberedInner(number, told)


def _all(payload: BinaryIO, kind: str) -> Iterator[InnerPicture]:
    if kind == "jpeg":
        yield from inner_jpeg.inner_of(payload)
    elif kind in {"heic", "avif"}:
        yield from _of_heif(payload, kind)
    elif kind == "tiff":
        yield from _frames(payload, [], "page")
    elif kind in _COVERED:
        yield from _of_recording(payload, kind)
    else:
        yield from inner_documents.inner_of(payload, kind)


def _of_heif(payload: BinaryIO, kind: str) -> Iterator[InnerPicture]:
    """Yield further pictures of a HEIF, their auxiliaries, and the film that a phone puts behind."""
    items = heif.read(payload)
    if items is not None:
        others = items.pictures()[1:]
        if kind == "heic":
            yield from _frames(payload, [f"item {item.number}" for item in others], "picture")
        else:
            for item in others:
                yield InnerPicture("picture", f"item {item.number}", reason="form-not-decoded")
        small, apart = set(items.referring(b"thmb")), set(items.referring(b"auxl"))
        # Tiles and layers of another picture.
        parts = {number for each in items.references if each.type == b"dimg" for number in each.to}
        for item in items.items.values():
            if item.is_picture and (item.number in small or item.number in apart):
                yield _belonging(item, is_thumbnail=item.number in small)
            elif item.is_picture and item.hidden and item.number not in parts:
                yield InnerPicture("hidden-picture", f"item {item.number}", reason="form-not-decoded")
    payload.seek(0, 2)
    for box in iso_boxes(payload, 0, payload.tell()):
        if box.type == b"mpvd":
            reason = "too-large" if box.size_bytes > _LARGEST_FILM_BYTES else None
            data = None if reason else box_content(payload, box, box.size_bytes)
            yield InnerPicture("film", "mpvd", data, "mp4", reason=reason)


def _belonging(item: heif.HeifItem, *, is_thumbnail: bool) -> InnerPicture:
    where = f"item {item.number}"
    if is_thumbnail:
        return InnerPicture("thumbnail", where, reason="form-not-decoded")
    use = (item.auxiliary or "").casefold()
    if any(name in use for name in _GAIN_MAPS):
        return InnerPicture("gain-map", where, reason="gain-map")
    if "alpha" in use:
        return InnerPicture("alpha", where, reason="alpha")
    if any(name in use for name in _DEPTHS):
        return InnerPicture("depth", where, reason="depth")
    return InnerPicture("auxiliary", where, reason="form-not-decoded")


def _frames(payload: BinaryIO, places: list[str], role: str) -> Iterator[InnerPicture]:
    """Yield those frames of a file that Pillow does not show first."""
    with limited_pixels():
        try:
            payload.seek(0)
            with Image.open(payload, formats=formats()) as picture:
                shown, count = picture.tell(), int(getattr(picture, "n_frames", 1))
        except Exception:  # noqa: BLE001 - then the first one is a problem already
            return
    others = [number for number in range(count) if number != shown]
    for place, number in enumerate(others):
        yield InnerPicture(role, places[place] if place < len(places) else f"{role} {number + 1}", frame=number)


def _of_recording(payload: BinaryIO, kind: str) -> Iterator[InnerPicture]:
    for data in tags.cover_pictures(payload, kind):
        yield InnerPicture("cover", "tags", data, "cover")
    if kind in _HIDING:
        try:
            hides = any(each.kind == "vide" for each in edits.hidden_parts(payload))
        except Exception:  # noqa: BLE001 - said where the recording is described
            return
        if hides:
            yield InnerPicture("hidden-film", "edit list", frame=0)


def decoded_inner(payload: BinaryIO, inner: InnerPicture) -> Iterator[Pixels]:
    """Return the pixels of an inner picture or film, upright.

    Args:
        payload: The file around it.
        inner: Which one.

    Raises:
        UndecodedError: There are none.
    """
    from evidence_kit.media.film import hidden_frames_of, key_frames_of

    if inner.reason is not None:
        raise UndecodedError(inner.reason)
    if inner.role == "hidden-film":
        return hidden_frames_of(payload)
    if inner.data is not None:
        return key_frames_of(io.BytesIO(inner.data)) if inner.role == "film" else frames_of(io.BytesIO(inner.data))
    if inner.frame is None:
        raise UndecodedError("not-decoded")
    return iter([page_of(payload, inner.frame)])


def described_inner(payload: BinaryIO, kind: str, notes: DescriptionNotes) -> list[Json]:
    """Return the facts of every further picture.

    Args:
        payload: The whole file.
        kind: Name of its content type.
        notes: Takes `inner-took-too-long`.

    Returns:
        For each `number`, `role`, `where`; `size_bytes` and `sha256` where it is a file by itself; `width_pixels`,
        `height_pixels` and `pdq` (`quality`, `upright`) of what could be decoded, of a film `frames` with their
        `milliseconds`; and `not_compared`, the reason, of what is not compared.
    """
    found: list[Json] = []
    budget = TimeBudget()
    for each in inner_of(payload, kind):
        told = each.inner.facts(each.number)
        try:
            budget.check()
            told |= _seen(list(decoded_inner(payload, each.inner)), film="film" in each.inner.role)
        except UndecodedError as error:
            told["not_compared"] = error.reason
        except TimeoutError:
            notes.problem("inner-took-too-long", f"after {len(found)} pictures")
            told["not_compared"] = "worker-timeout"
        found.append(told)
    return found


def _seen(frames: list[Pixels], *, film: bool) -> dict[str, Json]:
    if not frames:
        return {"not_compared": "no-frame"}
    hashed = [(each, pdq_of_rgb(each.rgb)) for each in frames[:_MOST_FRAMES_HASHED]]
    told: dict[str, Json] = {"width_pixels": frames[0].width, "height_pixels": frames[0].height}
    if film:
        listed: list[Json] = [
            {"milliseconds": each.frame, "quality": one.quality, "upright": one.hashes["upright"]}
            for each, one in hashed
            if one is not None
        ]
        return told | {"frames": listed}
    one = hashed[0][1]
    return told if one is None else told | {"pdq": {"quality": one.quality, "upright": one.hashes["upright"]}}
