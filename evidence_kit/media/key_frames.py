"""Hashes of key frames of a film, for matches between films, or of a still with a film."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from PIL import Image

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes, rounded_decimal
from evidence_kit.media.sound_samples import rewind_container
from evidence_kit.model import Json

MOST = 12
_SIDE_PIXELS = 1024
_MOST_PIXELS = 100_000_000
_MOST_PACKETS = 3000
_PLACES = 6
# A film that is trimmed within its first group of pictures shows no key frame at all.
_MOST_FRAMES = 3000
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def read(container: Any, stream: Any, budget: TimeBudget, notes: DescriptionNotes) -> tuple[int | None, list[Json]]:  # noqa: ANN401
    """Decode up to `MOST` key frames, evenly spread over the film; other frames where it has no key frame to show.

    Args:
        container: The film, opened.
        stream: Which of its streams.
        budget: How long it may take.
        notes: Takes the problems.

    Returns:
        By how many degrees counter-clockwise a player turns the film, None where no frame could be decoded; and for
        each frame `seconds` (from the film's own zero), `quality` and `hashes` of what a player shows, and
        `between_key_frames` where it is no key frame.
    """
    context = stream.codec_context
    if context.width * context.height > _MOST_PIXELS:
        notes.problem("too-many-pixels", f"{context.width} x {context.height}")
        return None, []
    seen = _Seen()
    try:
        stream.thread_type = "NONE"
        context.skip_frame = "NONKEY"
        for wanted in _times(container):
            budget.check()
            frame = _frame_at(container, stream, wanted, budget)
            if frame is not None:
                seen.add(frame)
        # Not every container can be sought in; and where no key frame is shown, others are.
        for frames in ("NONKEY", "DEFAULT"):
            if not seen.times:
                context.skip_frame = frames
                for frame in spread_frames(_all_frames(container, stream, budget)):
                    seen.add(frame)
    except TimeoutError:
        notes.problem("film-took-too-long", f"after {len(seen.found)} key frames")
    except Exception as error:  # noqa: BLE001
        notes.problem("frame-not-decoded", error)
    if not seen.times and not notes.has("frame-not-decoded", "film-took-too-long"):
        notes.problem("frame-not-decoded", "no frame")
    return seen.rotation, seen.found


def hidden_frames(
    container: Any,  # noqa: ANN401
    stream: Any,  # noqa: ANN401
    hides: Callable[[Fraction], bool],
    budget: TimeBudget,
) -> list[Any]:
    """Return up to `MOST` frames that a player leaves out, key frames where there are some, upright.

    Args:
        container: The film, opened without regard to its edit list.
        stream: Which of its streams.
        hides: Says of a moment, in seconds, whether it is left out.
        budget: How long it may take.
    """
    if stream.codec_context.width * stream.codec_context.height > _MOST_PIXELS:
        return []
    stream.thread_type = "NONE"
    stream.codec_context.skip_frame = "NONKEY"
    return spread_frames(
        frame
        for frame in _all_frames(container, stream, budget)
        if frame.pts is not None and hides(frame.pts * Fraction(frame.time_base))
    )


def facts_of(frame: Any) -> dict[str, Json] | None:  # noqa: ANN401
    """Return `seconds`, `quality` and `hashes` of a frame, None where it shows too little."""
    hashed = pdq(_shown(frame))
    if hashed is None:
        return None
    seconds = None if frame.pts is None else rounded_decimal(frame.pts * Fraction(frame.time_base), _PLACES)
    return {"seconds": seconds, "quality": hashed.quality, "hashes": dict(hashed.hashes)}


def spread_frames(frames: Iterable[Any], most: int = MOST) -> list[Any]:
    """Return at most so many of the frames, in even steps, in memory for twice as many."""
    kept: list[Any] = []
    step, at = 1, 0
    for number, frame in enumerate(frames):
        if number >= _MOST_FRAMES:
            break
        if number == at:
            kept.append(frame)
            at += step
        if len(kept) > 2 * most:
            kept, step = kept[::2], step * 2
            at = number + step
    return kept if len(kept) <= most else kept[::2]


class _Seen:
    """Frames that were looked at, each once."""

    def __init__(self) -> None:
        self.rotation: int | None = None
        self.found: list[Json] = []
        self.times: set[int | None] = set()

    def add(self, frame: Any) -> None:  # noqa: ANN401
        if frame.pts in self.times:
            return
        self.times.add(frame.pts)
        self.rotation = int(frame.rotation) if self.rotation is None else self.rotation
        told = facts_of(frame)
        if told is not None:
            self.found.append(told if frame.key_frame else told | {"between_key_frames": True})


def _all_frames(container: Any, stream: Any, budget: TimeBudget) -> Iterator[Any]:  # noqa: ANN401
    rewind_container(container)
    for packet in container.demux(stream):
        budget.check()
        yield from packet.decode()


def _times(container: Any) -> list[int]:  # noqa: ANN401
    """Return where to look, in microseconds; only the beginning where nobody knows how long the film is."""
    start, duration = container.start_time or 0, container.duration or 0
    return [start + duration * number // MOST for number in range(MOST)] if duration > 0 else [start]


def _frame_at(container: Any, stream: Any, at: int, budget: TimeBudget) -> Any:  # noqa: ANN401
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
