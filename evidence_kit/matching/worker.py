"""What runs in the isolated process: pixels become features, or two pictures one drawing."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import MOST_VIEWS, Features, View, pack
from evidence_kit.media.pixels import Pixels, UndecodedError, frames_of
from evidence_kit.media.registry import PICTURES
from evidence_kit.model import Json

_MOST_FRAME_KEYPOINTS = 500


def features(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return the features of a picture, an animated picture or a film.

    Args:
        payload: The whole file.
        arguments: `kind`, the name of its content type.

    Returns:
        `packed`: `features.pack` in base64, or `reason`: why there is none. Of a film's wrapping that holds nothing
        but sound: what `media.sound.hashes` returns.
    """
    import cv2

    cv2.setNumThreads(1)
    try:
        found = _views(_pixels(payload, str(arguments.get("kind"))))
    except UndecodedError as error:
        if error.reason == "no-film":
            from evidence_kit.media import sound

            return sound.hashes(payload, arguments)
        return {"reason": error.reason}
    return {"packed": base64.b64encode(pack(found)).decode("ascii")}


def side_by_side(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return a JPEG of two pictures beside each other, with the matching area outlined in both.

    Args:
        payload: The length of the first file in eight bytes, the first file, the second file.
        arguments: As `drawing.drawn` wants them, and `kinds` of both files and `frames` of both.

    Returns:
        `jpeg` in base64, or `reason`.
    """
    from evidence_kit.matching.drawing import drawn

    whole = payload.read()
    (first,) = struct.unpack(">Q", whole[:8])
    files = whole[8 : 8 + first], whole[8 + first :]
    kinds: Any = arguments["kinds"]
    frames: Any = arguments["frames"]
    try:
        both = [
            _frame(io.BytesIO(data), str(kind), int(frame))
            for data, kind, frame in zip(files, kinds, frames, strict=True)
        ]
    except UndecodedError as error:
        return {"reason": error.reason}
    return {"jpeg": base64.b64encode(drawn(both[0], both[1], arguments)).decode("ascii")}


def _pixels(payload: BinaryIO, kind: str) -> Iterator[Pixels]:
    if kind in PICTURES:
        return frames_of(payload)
    from evidence_kit.media.film import key_frames_of

    return key_frames_of(payload)


def _frame(payload: BinaryIO, kind: str, wanted: int) -> Pixels:
    found: Pixels | None = None
    for each in _pixels(payload, kind):
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
    views: list[View] = []
    for each in listed:
        made = features_of(each.rgb, (each.width, each.height), each.frame, inside=single)
        if single or not _repeats(made.views[0], views):
            views += made.views if single else [_fewer(made.views[0])]
    return Features(listed[0].width, listed[0].height, tuple(views[:MOST_VIEWS]))


def _repeats(view: View, earlier: list[View]) -> bool:
    same = (one.pdq[0] for one in earlier if one.pdq and view.pdq)
    return any((int.from_bytes(each) ^ int.from_bytes(view.pdq[0])).bit_count() <= 16 for each in same)


def _fewer(view: View) -> View:
    from dataclasses import replace

    return replace(view, keypoints=view.keypoints.strongest(_MOST_FRAME_KEYPOINTS))
