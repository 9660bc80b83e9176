"""The small picture that a camera hides in a photo's EXIF, and whether it still shows the same.

Editors that crop or cover a photo often leave it as it was; then it shows what somebody wanted gone. It is never
written anywhere: it is compared, and its length, size and digest are recorded.
"""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence_kit.hashing.perceptual import flat_picture
from evidence_kit.media.facts import blob_facts, rounded_decimal
from evidence_kit.model import Json

SIDE_PIXELS = 32
DIFFERS_BELOW = "0.80"
_FLAT_BELOW = 4.0
_LARGEST_PIXELS = 4_000_000


def read(data: bytes, picture: Image.Image | None) -> dict[str, Json]:
    """Return the facts of an embedded thumbnail.

    Args:
        data: Its bytes.
        picture: The decoded picture it should show, in any size; None when that could not be decoded.

    Returns:
        `size_bytes`, `sha256`, `width_pixels`, `height_pixels`; and where both could be decoded and show enough to
        compare, `likeness` (correlation of 32 x 32 grey squares in the best of eight orientations, bars cut off) and
        `differs`.

    Raises:
        Exception: Whatever the decoder says.
    """
    facts: dict[str, Json] = dict(blob_facts(data))
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as small:
        facts |= {"width_pixels": small.width, "height_pixels": small.height}
        if picture is None or small.width * small.height > _LARGEST_PIXELS or min(small.size) < 8:
            return facts
        small.load()
        likeness = _likeness(flat_picture(small), flat_picture(picture))
    if likeness is not None:
        facts |= {
            "likeness": rounded_decimal(Fraction(round(likeness * 1000), 1000), 3),
            "differs": likeness < float(DIFFERS_BELOW),
        }
    return facts


def shows_the_same(data: bytes, shown: NDArray[np.uint8]) -> bool:
    """Say whether an embedded thumbnail is known to show the same as the picture.

    Args:
        data: Its bytes.
        shown: The picture: rows, columns and three channels of 8 bits.
    """
    try:
        return read(data, Image.fromarray(shown)).get("differs") is False
    except Exception:  # noqa: BLE001 - then it is not known
        return False


def _likeness(small: Image.Image, large: Image.Image) -> float | None:
    best: float | None = None
    for turned in (False, True):
        whole = large.transpose(Image.Transpose.ROTATE_90) if turned else large
        wanted = _grid(whole)
        if wanted is None:
            return None
        for candidate in (small, _without_bars(small, whole.width / whole.height)):
            got = _grid(candidate)
            if got is None:
                continue
            for other in (got, got[::-1], got[:, ::-1], got[::-1, ::-1]):
                value = float((wanted * other).mean())
                best = value if best is None else max(best, value)
    return best


def _without_bars(small: Image.Image, ratio: float) -> Image.Image:
    """Return the middle of a thumbnail in the shape of its picture: cameras fill up 4:3 with black."""
    width, height = small.size
    if width / height > ratio:
        narrow = max(8, round(height * ratio))
        left = (width - narrow) // 2
        return small.crop((left, 0, left + narrow, height))
    low = max(8, round(width / ratio))
    top = (height - low) // 2
    return small.crop((0, top, width, top + low))


def _grid(picture: Image.Image) -> NDArray[np.float64] | None:
    """Return 32 x 32 grey squares with mean 0 and deviation 1; None where there is nothing to see."""
    grey = picture.convert("L").resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BOX)
    squares = np.asarray(grey, dtype=np.float64)
    deviation = float(squares.std())
    return None if deviation < _FLAT_BELOW else (squares - squares.mean()) / deviation
