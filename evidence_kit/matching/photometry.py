"""Whether the pixels agree once the one picture is laid over the other, block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK_PIXELS, FINE_BLOCK_PIXELS = 12, 6
_CLEARLY = 1.3
_SMALLER = 0.9
_SHADE, _VARIED = 4, 15.0
_LEAST_PAINTED, _MOST_PAINTED = 0.12, 0.6
AGREES = 0.8
_TEXTURED = 5.0
_SHARE_OF_BLOCK = 0.9


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the pixels agree.

    Attributes:
        blocks: How many blocks lie in both pictures and have texture enough to say anything.
        agreeing: How many of them correlate above `AGREES`.
        overlap: Share of the reference that lies within the query.
        outline: Where the agreeing blocks lie in the reference: left, top, right, bottom in its grey pixels.
    """

    blocks: int
    agreeing: int
    overlap: float
    outline: tuple[float, float, float, float] | None

    @property
    def share(self) -> float:
        """Share of the blocks that agree; 0 where there is none."""
        return self.agreeing / self.blocks if self.blocks else 0.0


def agreement(query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: NDArray[np.float64]) -> Agreement:
    """Return how the query looks where the reference is said to lie.

    Args:
        query: Grey.
        reference: Grey; mirrored already where that was tried.
        matrix: From the reference's pixels to the query's.

    Fine blocks count where they agree more than coarse ones: stripes and letters leave no coarse block whole.
    """
    import cv2

    height, width = reference.shape
    size = (width, height)
    warped = cv2.warpPerspective(query, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    everywhere = np.full(query.shape, 255, np.uint8)
    seen = cv2.warpPerspective(everywhere, matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    overlap = float(np.asarray(seen).mean() / 255)
    reference = _softened(reference, matrix)
    seen = np.where(_painted_over(np.asarray(warped), reference, np.asarray(seen)), 0, seen).astype(np.uint8)
    coarse = _agreement(reference, np.asarray(warped), np.asarray(seen), BLOCK_PIXELS, overlap)
    fine = _agreement(reference, np.asarray(warped), np.asarray(seen), FINE_BLOCK_PIXELS, overlap)
    return fine if fine.share > coarse.share * _CLEARLY else coarse


def _painted_over(
    warped: NDArray[np.uint8], reference: NDArray[np.uint8], seen: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Return which pixels bear the one colour of bars, letters or a sticker, where the reference shows many.

    They say nothing for or against. Where most is of one colour nothing is left out: that is no picture painted over.
    """
    import cv2

    inside = seen > 0
    nothing = np.zeros(inside.shape, bool)
    total = int(inside.sum())
    if not total:
        return nothing
    counts = np.bincount(warped[inside], minlength=256)
    around = np.convolve(counts, np.ones(2 * _SHADE + 1), "same")
    shade = int(np.argmax(around))
    share = around[shade] / total
    if not _LEAST_PAINTED <= share <= _MOST_PAINTED:
        return nothing
    paint = inside & (np.abs(warped.astype(np.int16) - shade) <= _SHADE)
    if reference[paint].std() < _VARIED:
        return nothing
    return np.asarray(cv2.dilate(paint.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _softened(reference: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the reference without the detail that a smaller copy of it cannot show."""
    import cv2

    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale >= _SMALLER or scale <= 0:
        return reference
    return np.asarray(cv2.GaussianBlur(reference, (0, 0), 0.45 / scale), np.uint8)


def _agreement(
    reference: NDArray[np.uint8], warped: NDArray[np.uint8], seen: NDArray[np.uint8], block: int, overlap: float
) -> Agreement:
    rows, columns = reference.shape[0] // block, reference.shape[1] // block
    if not rows or not columns:
        return Agreement(0, 0, overlap, None)
    ours, theirs = _blocks(reference, rows, columns, block), _blocks(warped, rows, columns, block)
    shown = _blocks(seen, rows, columns, block).mean(axis=2) / 255
    ours = ours - ours.mean(axis=2, keepdims=True)
    theirs = theirs - theirs.mean(axis=2, keepdims=True)
    ours_norm, theirs_norm = np.sqrt((ours**2).mean(axis=2)), np.sqrt((theirs**2).mean(axis=2))
    correlation = (ours * theirs).mean(axis=2) / np.maximum(ours_norm * theirs_norm, 1e-6)
    telling = (shown >= _SHARE_OF_BLOCK) & (ours_norm >= _TEXTURED)
    agreeing = telling & (correlation > AGREES)
    outline = None
    if agreeing.any():
        down, right = np.flatnonzero(agreeing.any(axis=1)), np.flatnonzero(agreeing.any(axis=0))
        edges = (right[0], down[0], right[-1] + 1, down[-1] + 1)
        left, top, last, bottom = (float(each * block) for each in edges)
        outline = (left, top, last, bottom)
    return Agreement(int(telling.sum()), int(agreeing.sum()), overlap, outline)


def _blocks(grey: NDArray[np.uint8], rows: int, columns: int, block: int) -> NDArray[np.float32]:
    cut = grey[: rows * block, : columns * block].astype(np.float32)
    return np.asarray(cut.reshape(rows, block, columns, block).transpose(0, 2, 1, 3).reshape(rows, columns, -1))
