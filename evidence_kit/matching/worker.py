"""The functions of the isolated process: pixels become features, or two pictures one drawing."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import MOST_VIEWS, Features, PictureView, pack_features
from evidence_kit.media import sound, thumbnail
from evidence_kit.media.inner_pictures import decoded_inner, inner_of
from evidence_kit.media.pixels import Pixels, UndecodedError, frames_of
from evidence_kit.media.registry import PICTURES
from evidence_kit.model import Json, PixelSize

_MOST_FRAME_KEYPOINTS = 500
# All of an answer is one JSON document of at most 16 MiB.
_LARGEST_INNER_CHARACTERS = 8 << 20
_TOLD = {"number", "role", "sha256"}


def extract_features(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return the features of a picture, an animated picture or a film, and of every further picture in the file.

    Args:
        payload: The whole file.
        arguments: `kind`, the name of its content type; `family`, `audio` for what holds nothing to see but covers,
            `document` or `text` for what holds pictures only inside.

    Returns:
        `packed`: `features.pack` in base64, or `reason`: why there is none. Of a film's wrapping that holds nothing
        but sound, and of sound: what `media.sound` returns. `inner`: for each further picture `number`, `role`,
        `sha256` where it is a file by itself, and `packed` or `reason`.
    """
    kind, family = str(arguments.get("kind")), arguments.get("family")
    first: list[Pixels] = []
    if family == "audio":
        answer = sound.sound_hashes(payload, arguments)
    elif family in {"document", "text"}:
        answer = {"reason": "no-picture"}
    else:
        try:
            first = list(_pixels(payload, kind))
            answer = _packed(first)
        except UndecodedError as error:
            answer = sound.sound_hashes(payload, arguments) if error.reason == "no-film" else {"reason": error.reason}
    return answer | {"inner": _inner(payload, kind, first)}


def _packed(frames: list[Pixels]) -> dict[str, Json]:
    import cv2

    cv2.setNumThreads(1)
    return {"packed": base64.b64encode(pack_features(_views(iter(frames)))).decode("ascii")}


def _inner(payload: BinaryIO, kind: str, first: list[Pixels]) -> list[Json]:
    """Return every further picture, those that are not compared with their reason."""
    found: list[Json] = []
    left = _LARGEST_INNER_CHARACTERS
    try:
        for each in inner_of(payload, kind):
            told = {key: value for key, value in each.inner.facts(each.number).items() if key in _TOLD}
            try:
                frames = list(decoded_inner(payload, each.inner))
                if (
                    each.inner.role == "thumbnail"
                    and first
                    and thumbnail.shows_the_same(each.inner.data or b"", first[0].rgb)
                ):
                    raise UndecodedError("thumbnail-same")
                made = _packed(frames) if left > 0 else {"reason": "too-many-inner"}
                left -= len(str(made.get("packed", "")))
                found.append(told | made)
            except UndecodedError as error:
                found.append(told | {"reason": error.reason})
    except Exception as error:  # noqa: BLE001 - what was found before it stays
        found.append(
            {"number": len(found) + 2, "role": "further", "reason": "inner-not-read", "detail": str(error)[:200]}
        )
    return found


def draw_side_by_side(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return a JPEG of two pictures beside each other, with the matching area outlined in both.

    Args:
        payload: The length of the first file in eight bytes, the first file, the second file.
        arguments: As `drawing.drawn` wants them, and `kinds`, `pictures` (their numbers in the file, 1 for the one
            shown) and `frames` of both files.

    Returns:
        `jpeg` in base64, or `reason`.
    """
    from evidence_kit.matching.drawing import draw_pair

    whole = payload.read()
    (first,) = struct.unpack(">Q", whole[:8])
    files = whole[8 : 8 + first], whole[8 + first :]
    kinds: Any = arguments["kinds"]
    frames: Any = arguments["frames"]
    pictures: Any = arguments.get("pictures") or [1, 1]
    try:
        both = [
            _frame(_numbered(io.BytesIO(data), str(kind), int(picture)), int(frame))
            for data, kind, picture, frame in zip(files, kinds, pictures, frames, strict=True)
        ]
    except UndecodedError as error:
        return {"reason": error.reason}
    return {"jpeg": base64.b64encode(draw_pair(both[0], both[1], arguments)).decode("ascii")}


def _pixels(payload: BinaryIO, kind: str) -> Iterator[Pixels]:
    if kind in PICTURES:
        return frames_of(payload)
    from evidence_kit.media.film import key_frames_of

    return key_frames_of(payload)


def _numbered(payload: BinaryIO, kind: str, number: int) -> Iterator[Pixels]:
    if number == 1:
        return _pixels(payload, kind)
    found = next((each.inner for each in inner_of(payload, kind) if each.number == number), None)
    if found is None:
        raise UndecodedError("not-decoded")
    return decoded_inner(payload, found)


def _frame(frames: Iterator[Pixels], wanted: int) -> Pixels:
    found: Pixels | None = None
    for each in frames:
        found = each if found is None or each.frame == wanted else found
    if found is None:
        raise UndecodedError("not-decoded")
    return found


def _views(frames: Iterator[Pixels]) -> Features:
    """Return the views of all frames; of many frames the whole only, and one that repeats another not at all."""
    listed = list(frames)
    if not listed:
        raise UndecodedError("not-decoded")
    single = len(listed) == 1
    views: list[PictureView] = []
    for each in listed:
        made = features_of(each.rgb, PixelSize(each.width, each.height), each.frame, inside=single)
        if single or not _repeats(made.views[0], views):
            views += made.views if single else [_fewer(made.views[0])]
    return Features(listed[0].width, listed[0].height, tuple(views[:MOST_VIEWS]))


def _repeats(view: PictureView, earlier: list[PictureView]) -> bool:
    same = (one.pdq[0] for one in earlier if one.pdq and view.pdq)
    return any((int.from_bytes(each) ^ int.from_bytes(view.pdq[0])).bit_count() <= 16 for each in same)


def _fewer(view: PictureView) -> PictureView:
    from dataclasses import replace

    return replace(view, keypoints=view.keypoints.strongest(_MOST_FRAME_KEYPOINTS))
