"""Whether the pixels agree once the one picture is laid over the other, block by block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.thresholds import THRESHOLDS

BLOCK_PIXELS, FINE_BLOCK_PIXELS = 12, 6
_FITTED_ROUNDS = 3
_MIDDLE_GREY = 128.0


class GreyArea(NamedTuple):
    """A rectangle in pixels of a grey picture, which may be smaller than its original.

    Attributes:
        left: From the left edge.
        top: From the top edge.
        right: From the left edge.
        bottom: From the top edge.
    """

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PixelAgreement:
    """How far the pixels agree.

    Attributes:
        blocks: How many blocks lie in both pictures and have texture enough to say anything.
        agreeing: How many of them correlate above `THRESHOLDS.block_correlation`.
        overlap: Share of the reference that lies within the query.
        outline: Where the agreeing blocks lie in the reference: left, top, right, bottom in its grey pixels.
        either: How many blocks have texture in the one picture or the other.
        patch: How many coarse blocks the largest place has that is clearly lighter or darker in one of the two.
        hole: How many of `blocks` the largest place has in which none agrees.
    """

    blocks: int
    agreeing: int
    overlap: float
    outline: GreyArea | None
    either: int
    patch: int
    hole: int

    @property
    def share(self) -> float:
        """Share of the blocks that agree; 0 where there is none."""
        return self.agreeing / self.blocks if self.blocks else 0.0


def pixel_agreement(
    query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: NDArray[np.float64]
) -> PixelAgreement:
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
    paint = _painted_over(np.asarray(warped), reference, np.asarray(seen))
    coarse = _agreement(reference, np.asarray(warped), np.asarray(seen), paint, BLOCK_PIXELS, overlap)
    fine = _agreement(reference, np.asarray(warped), np.asarray(seen), paint, FINE_BLOCK_PIXELS, overlap)
    told = fine if fine.share > coarse.share * THRESHOLDS.fine_by_coarse else coarse
    return replace(told, patch=_patch(reference, np.asarray(warped), np.asarray(seen)))


def _patch(reference: NDArray[np.uint8], warped: NDArray[np.uint8], seen: NDArray[np.uint8]) -> int:
    """Return how many blocks the largest place has that is lighter or darker than the rest of the picture says.

    Texture does not show a thing before white that is not in the other picture, nor survive in a small copy; how light
    a block is does both. A place that is nowhere wider than one block is an edge that moved a little.
    """
    rows, columns = reference.shape[0] // BLOCK_PIXELS, reference.shape[1] // BLOCK_PIXELS
    if not rows or not columns:
        return 0
    ours, theirs, shown = (_block_means(each, rows, columns, BLOCK_PIXELS) for each in (reference, warped, seen))
    visible = shown >= THRESHOLDS.visible_share_of_block * 255
    kept = visible
    residual = np.zeros_like(ours)
    for _ in range(_FITTED_ROUNDS):
        if kept.sum() < 2 or float(np.ptp(ours[kept])) < 1:
            return 0
        gain, offset = np.polyfit(ours[kept], theirs[kept], 1)
        residual = np.abs(gain * ours + offset - theirs)
        kept = visible & (residual <= THRESHOLDS.patch_grey_levels)
    differing = visible & (residual > THRESHOLDS.patch_grey_levels)
    return _largest_place(differing)


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
    around = np.convolve(counts, np.ones(2 * THRESHOLDS.paint_grey_levels + 1), "same")
    shade = int(np.argmax(around))
    share = around[shade] / total
    if not THRESHOLDS.least_painted_share <= share <= THRESHOLDS.most_painted_share:
        return nothing
    paint = inside & (np.abs(warped.astype(np.int16) - shade) <= THRESHOLDS.paint_grey_levels)
    if reference[paint].std() < THRESHOLDS.varied_grey_levels:
        return nothing
    return np.asarray(cv2.dilate(paint.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _softened(reference: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the reference without the detail that a smaller copy of it cannot show."""
    import cv2

    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale >= THRESHOLDS.detail_scale or scale <= 0:
        return reference
    return np.asarray(cv2.GaussianBlur(reference, (0, 0), 0.45 / scale), np.uint8)


def _agreement(  # noqa: PLR0913
    reference: NDArray[np.uint8], warped: NDArray[np.uint8], seen: NDArray[np.uint8], paint: NDArray[np.bool_],
    block: int, overlap: float,
) -> PixelAgreement:  # fmt: skip
    rows, columns = reference.shape[0] // block, reference.shape[1] // block
    if not rows or not columns:
        return PixelAgreement(0, 0, overlap, None, 0, 0, 0)
    ours, theirs = reference.astype(np.float32) - _MIDDLE_GREY, warped.astype(np.float32) - _MIDDLE_GREY
    visible = _block_means(seen, rows, columns, block) >= THRESHOLDS.visible_share_of_block * 255
    counted = np.ones((rows, columns), np.float32)
    if paint.any():
        clear = (~paint).astype(np.float32)
        counted = _block_means(clear, rows, columns, block)
        visible &= counted >= THRESHOLDS.clear_share_of_block
        ours, theirs = ours * clear, theirs * clear
    own, other, own_square, other_square, product = (
        _block_means(each, rows, columns, block) / np.maximum(counted, 1e-6)
        for each in (ours, theirs, ours * ours, theirs * theirs, ours * theirs)
    )
    ours_norm = np.sqrt(np.maximum(own_square - own * own, 0))
    theirs_norm = np.sqrt(np.maximum(other_square - other * other, 0))
    agrees = product - own * other > THRESHOLDS.block_correlation * np.maximum(ours_norm * theirs_norm, 1e-6)
    telling = visible & (ours_norm >= THRESHOLDS.textured_grey_levels)
    agreeing = telling & agrees
    either = visible & (
        (ours_norm >= THRESHOLDS.textured_grey_levels) | (theirs_norm >= THRESHOLDS.textured_grey_levels)
    )
    outline = None
    if agreeing.any():
        down, right = np.flatnonzero(agreeing.any(axis=1)), np.flatnonzero(agreeing.any(axis=0))
        edges = (right[0], down[0], right[-1] + 1, down[-1] + 1)
        left, top, last, bottom = (float(each * block) for each in edges)
        outline = GreyArea(left, top, last, bottom)
    hole = _largest_place(telling & ~agrees)
    return PixelAgreement(int(telling.sum()), int(agreeing.sum()), overlap, outline, int(either.sum()), 0, hole)


def _largest_place(blocks: NDArray[np.bool_]) -> int:
    """Return how many of these hang together in one place that is nowhere thinner than two."""
    import cv2

    thick = cv2.morphologyEx(blocks.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _block_means(grey: NDArray[Any], rows: int, columns: int, block: int) -> NDArray[np.float32]:
    """Return the mean of each block; a rest at the right and below is no block."""
    import cv2

    cut = np.ascontiguousarray(grey[: rows * block, : columns * block], np.float32)
    return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
