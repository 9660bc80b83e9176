"""Key frames of a film as pixels, upright, for those who compare them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from evidence_kit.media import edits, key_frames
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.pixels import Pixels, UndecodedError, undecoded
from evidence_kit.media.recording import OPTIONS, WITHOUT_EDITS
from evidence_kit.media.sound_samples import rewind_container

MOST_KEY_FRAMES = 16
_LONGEST_SIDE_PIXELS = 800
_LARGEST_PIXELS = 40_000_000
_MILLISECONDS = 1000
# Before so many are decoded a film has shown what it has; one that is all key frames must not take forever.
_MOST_DECODED = 400
_MOST_BETWEEN_KEY_FRAMES = 900


def key_frames_of(payload: BinaryIO) -> Iterator[Pixels]:
    """Yield key frames spread over the film; `frame` of each is its time in milliseconds.

    Raises:
        UndecodedError: There is no frame to be had.
    """
    payload.seek(0)
    try:
        import av

        with av.open(payload, "r", options=OPTIONS, metadata_errors="replace") as container:
            yield from _frames(container)
    except UndecodedError:
        raise
    except Exception as error:
        raise undecoded(error) from error


def hidden_frames_of(payload: BinaryIO) -> Iterator[Pixels]:
    """Yield frames that the edit list of an MP4 or MOV hides; none where it hides nothing.

    Raises:
        UndecodedError: They cannot be decoded.
    """
    try:
        import av

        film = next((each for each in edits.hidden_parts(payload) if each.kind == "vide"), None)
        if film is None:
            return
        payload.seek(0)
        with av.open(payload, "r", options=WITHOUT_EDITS, metadata_errors="replace") as container:
            frames = key_frames.hidden_frames(container, container.streams.video[0], film.hides, TimeBudget())
            yield from map(_pixels, frames)
    except Exception as error:
        raise undecoded(error) from error


def _frames(container: Any) -> Iterator[Pixels]:  # noqa: ANN401 - PyAV's types say little
    if not container.streams.video:
        raise UndecodedError("no-film")
    stream = container.streams.video[0]
    if stream.codec_context.width * stream.codec_context.height > _LARGEST_PIXELS:
        raise UndecodedError("too-many-pixels")
    stream.codec_context.skip_frame = "NONKEY"
    stream.thread_type = "NONE"
    kept = _spread(container.decode(stream), _MOST_DECODED)
    if not kept:
        # Trimmed within its first group of pictures: no key frame is shown, and yet there is a film.
        stream.codec_context.skip_frame = "DEFAULT"
        rewind_container(container)
        kept = _spread(container.decode(stream), _MOST_BETWEEN_KEY_FRAMES)
    if not kept:
        raise UndecodedError("no-frame")
    yield from kept


def _spread(frames: Iterator[Any], most_decoded: int) -> list[Pixels]:
    kept: list[Pixels] = []
    step, at = 1, 0
    for number, frame in enumerate(frames):
        if number >= most_decoded:
            break
        if number == at:
            kept.append(_pixels(frame))
            at += step
        if len(kept) > MOST_KEY_FRAMES:
            # Every second one goes, and from here on only as many come.
            kept, step = kept[::2], step * 2
            at = number + step
    return kept


def _pixels(frame: Any) -> Pixels:  # noqa: ANN401
    factor = min(1.0, _LONGEST_SIDE_PIXELS / max(frame.width, frame.height))
    size = max(16, round(frame.width * factor)), max(16, round(frame.height * factor))
    rgb = frame.to_ndarray(format="rgb24", width=size[0], height=size[1])
    quarter_turns = round(int(frame.rotation or 0) / 90) % 4
    upright = np.ascontiguousarray(np.rot90(rgb, quarter_turns))
    width, height = (frame.width, frame.height) if quarter_turns % 2 == 0 else (frame.height, frame.width)
    when = 0 if frame.time is None else max(0, round(frame.time * _MILLISECONDS))
    return Pixels(when, width, height, upright)
