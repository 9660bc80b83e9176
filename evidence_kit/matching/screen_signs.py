"""Signs of a screen or a page in a grey picture: even ground, lines of text on it, borders along its sides.

Its proportions say nothing: a telephone's photographs are as tall as its screen, and a plain wall is as even.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.thresholds import THRESHOLDS

_RANGE_PIXELS, _NEXT = np.ones((5, 5), np.uint8), np.ones((3, 3), np.uint8)
_BLOCK_PIXELS = 12
_TONE = np.ones(9)
# Of a line of text: how far its letters lie apart, how high it is by the picture's shorter side, how long by its
# height, how much of its rectangle it fills, and how much of the margin around it may bear anything.
_LETTER_GAP = np.ones((1, 9), np.uint8)
_HIGH_PIXELS, _HIGH_SHARE, _LONG, _WIDE_SHARE = 4, 0.07, 2.2, 0.97
_FILLED, _MARGIN_PIXELS, _MARGIN_SHARE = 0.45, 3, 0.12
# Of the strokes of text: contrast as a share of the strongest in the picture, and of its margin.
_CONTRAST, _STRONGEST, _LEAST_CONTRAST, _MARGIN_CONTRAST = 0.35, 97, 12.0, 0.6
# Of a border: how far off the axis, and how long by the picture's shorter side.
_ASLANT, _BORDER_LENGTH = 0.06, 0.15


class GreyTone(NamedTuple):
    """A tone, and how much of a picture has it.

    Attributes:
        level: Grey, 0 to 255.
        share: Of the pixels that have it, or nearly; 0 to 1.
    """

    level: int
    share: float


def is_screen_or_page(grey: NDArray[np.uint8]) -> bool:
    """Say whether a picture is a screen or a page: much of it is even, and it bears text or borders.

    A photograph of a screen is one too: its ground has grain, but its lines and borders stay.
    """
    if flat_share(grey) < THRESHOLDS.flat_share and _smooth_share(grey) < THRESHOLDS.smooth_share:
        return False
    lines = count_text_lines(grey)
    if lines >= THRESHOLDS.screen_lines:
        return True
    borders = border_share(grey)
    if borders >= THRESHOLDS.barred_border_share:
        return False
    least = THRESHOLDS.few_lines_border_share if lines else THRESHOLDS.screen_border_share
    return borders >= least


def is_paper(grey: NDArray[np.uint8]) -> bool:
    """Say whether most of a picture has one tone, as the paper of a form or a receipt has."""
    return commonest_tone(grey).share >= THRESHOLDS.page_share


def commonest_tone(grey: NDArray[np.uint8]) -> GreyTone:
    """Return the commonest tone of a picture."""
    around = np.convolve(np.bincount(grey.ravel(), minlength=256), _TONE, "same")
    tone = int(np.argmax(around))
    return GreyTone(tone, float(around[tone] / grey.size))


def flat_share(grey: NDArray[np.uint8]) -> float:
    """Return the share of the pixels around which there is one colour."""
    import cv2

    spread = cv2.dilate(grey, _RANGE_PIXELS) - cv2.erode(grey, _RANGE_PIXELS)
    return float((spread <= THRESHOLDS.flat_grey_levels).mean())


def count_text_lines(grey: NDArray[np.uint8]) -> int:
    """Return how many lines of text stand by themselves on even ground."""
    import cv2

    height, width = grey.shape
    change = np.asarray(cv2.dilate(grey, _NEXT) - cv2.erode(grey, _NEXT), np.uint8)
    contrast = max(_LEAST_CONTRAST, float(np.percentile(change, _STRONGEST)) * _CONTRAST)
    strokes = cv2.morphologyEx((change > contrast).astype(np.uint8), cv2.MORPH_CLOSE, _LETTER_GAP)
    # Sums over rectangles, so that each line's margin costs four look-ups.
    busy = np.asarray(cv2.integral((change > contrast * _MARGIN_CONTRAST).astype(np.uint8)), np.int32)
    _, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=4)
    found = 0
    for left, top, wide, high, area in stats[1:].tolist():
        slim = _HIGH_PIXELS <= high <= _HIGH_SHARE * min(height, width) and wide >= _LONG * high
        if not slim or wide > _WIDE_SHARE * width or area < _FILLED * wide * high:
            continue
        x, y = max(0, left - _MARGIN_PIXELS), max(0, top - _MARGIN_PIXELS)
        right, bottom = min(width, left + wide + _MARGIN_PIXELS), min(height, top + high + _MARGIN_PIXELS)
        margin = (right - x) * (bottom - y) - wide * high
        around = _summed(busy, x, y, right, bottom) - _summed(busy, left, top, left + wide, top + high)
        found += margin > 0 and around <= _MARGIN_SHARE * margin
    return found


def border_share(grey: NDArray[np.uint8]) -> float:
    """Return the length of all straight edges along the picture's sides, by its shorter side."""
    import cv2

    side = min(grey.shape)
    found: object = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return 0.0
    ends = np.asarray(found, np.float64).reshape(-1, 4)
    across, down = np.abs(ends[:, 0] - ends[:, 2]), np.abs(ends[:, 1] - ends[:, 3])
    length = np.hypot(across, down)
    along = np.minimum(across, down) <= _ASLANT * length
    return float(length[along & (length > _BORDER_LENGTH * side)].sum() / side)


def _summed(sums: NDArray[np.int32], left: int, top: int, right: int, bottom: int) -> int:
    return int(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def _smooth_share(grey: NDArray[np.uint8]) -> float:
    rows, columns = grey.shape[0] // _BLOCK_PIXELS, grey.shape[1] // _BLOCK_PIXELS
    if not rows or not columns:
        return 0.0
    cut = grey[: rows * _BLOCK_PIXELS, : columns * _BLOCK_PIXELS].astype(np.float32)
    blocks = cut.reshape(rows, _BLOCK_PIXELS, columns, _BLOCK_PIXELS)
    return float((blocks.std(axis=(1, 3)) < THRESHOLDS.smooth_grey_levels).mean())
