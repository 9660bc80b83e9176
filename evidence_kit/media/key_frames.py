"""Hashes of key frames of a film: what a match between films, or of a still with a film, goes by."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from PIL import Image

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.media.budget import Budget
from evidence_kit.media.facts import Notes, decimal
from evidence_kit.model import Json

MOST = 12
_SIDE_PIXELS = 1024
_MOST_PIXELS = 100_000_000
_MOST_PACKETS = 3000
_PLACES = 6
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def read(container: Any, stream: Any, budget: Budget, notes: Notes) -> tuple[int | None, list[Json]]:  # noqa: ANN401
    """Decode up to `MOST` key frames, evenly spread over the film.

    Returns:
        By how many degrees counter-clockwise a player turns the film, None where no frame could be decoded; and for
        each frame `seconds` (from the film's own zero), `quality` and `hashes` of what a player shows.
    """
    context = stream.codec_context
    if context.width * context.height > _MOST_PIXELS:
        notes.problem("too-many-pixels", f"{context.width} x {context.height}")
        return None, []
    rotation: int | None = None
    found: list[Json] = []
    seen: set[int | None] = set()
    try:
        stream.thread_type = "NONE"
        context.skip_frame = "NONKEY"
        for wanted in _times(container):
            budget.check()
            frame = _frame_at(container, stream, wanted, budget)
            if frame is None or frame.pts in seen:
                continue
            seen.add(frame.pts)
            rotation = int(frame.rotation) if rotation is None else rotation
            hashed = pdq(_shown(frame))
            if hashed is not None:
                seconds = None if frame.pts is None else decimal(frame.pts * Fraction(frame.time_base), _PLACES)
                found.append({"seconds": seconds, "quality": hashed.quality, "hashes": dict(hashed.hashes)})
    except TimeoutError:
        notes.problem("film-took-too-long", f"after {len(found)} key frames")
    except Exception as error:  # noqa: BLE001
        notes.problem("frame-not-decoded", error)
    if not seen and not notes.has("frame-not-decoded", "film-took-too-long"):
        notes.problem("frame-not-decoded", "no frame")
    return rotation, found


def _times(container: Any) -> list[int]:  # noqa: ANN401
    """Return where to look, in microseconds; only the beginning where nobody knows how long the film is."""
    start, duration = container.start_time or 0, container.duration or 0
    return [start + duration * number // MOST for number in range(MOST)] if duration > 0 else [start]


def _frame_at(container: Any, stream: Any, at: int, budget: Budget) -> Any:  # noqa: ANN401
    """Return the key frame that a player would start from, None when there is none near."""
    container.seek(at)
    for number, packet in enumerate(container.demux(stream)):
        budget.check()
        for frame in packet.decode():
            return frame
        if number > _MOST_PACKETS:
            return None
    return None


def _shown(frame: Any) -> Image.Image:  # noqa: ANN401
    """Return a frame as a player shows it, no side above 1,024 pixels."""
    shrink = max(1.0, max(frame.width, frame.height) / _SIDE_PIXELS)
    size = max(1, round(frame.width / shrink)), max(1, round(frame.height / shrink))
    picture: Image.Image = frame.to_image(width=size[0], height=size[1], interpolation="AREA")
    turn = _TURNS.get(int(frame.rotation) % 360)
    return picture if turn is None else picture.transpose(turn)
