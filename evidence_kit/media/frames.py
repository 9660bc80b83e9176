"""Hashes of some frames of an animation, so that a match finds a picture that appears only in its middle."""

from __future__ import annotations

from PIL import Image

from evidence_kit.hashing.perceptual import WORKING_SIDE_PIXELS, pdq
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.model import Json

MOST = 12
_MOST_PIXELS = 400_000_000


def read(picture: Image.Image, notes: DescriptionNotes) -> list[Json]:
    """Return `frame` (from 0), `quality` and `hashes` of up to `MOST` frames, evenly spread, beginning with the second.

    Args:
        picture: An animation, just opened.
        notes: Takes the problem where a frame cannot be decoded; those before it are still there.
    """
    count = int(getattr(picture, "n_frames", 1))
    wanted = set(spread_numbers(count, MOST)) - {0}
    found: list[Json] = []
    left = _MOST_PIXELS
    try:
        # One after the other: every frame builds on the ones before it.
        for number in range(1, max(wanted, default=0) + 1):
            left -= picture.width * picture.height
            if left < 0:
                notes.problem("facts-cut", f"frame {number} of {count}")
                break
            picture.seek(number)
            if number in wanted:
                hashed = pdq(_small(picture))
                if hashed is not None:
                    found.append({"frame": number, "quality": hashed.quality, "hashes": dict(hashed.hashes)})
    except Exception as error:  # noqa: BLE001
        notes.problem("frame-not-decoded", error)
    return found


def spread_numbers(count: int, most: int) -> list[int]:
    """Return at most `most` numbers below `count`, the first, the last, and between them in even steps."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def _small(picture: Image.Image) -> Image.Image:
    frame = picture.convert("RGBA") if picture.mode in {"P", "PA", "LA"} else picture.copy()
    frame.thumbnail((2 * WORKING_SIDE_PIXELS, 2 * WORKING_SIDE_PIXELS), Image.Resampling.BOX)
    return frame
