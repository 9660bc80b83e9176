"""Places in which two pictures differ once the one is laid over the other: stickers, words, other entries in a form.

Compression, another size and other light change a block everywhere alike; a place that was altered stands out of the
rest. Only grey is compared, on 400 pixels or so: a change of colour alone, at the same lightness, is not seen, nor are
letters smaller than a fortieth of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.photometry import GreyArea
from evidence_kit.matching.thresholds import THRESHOLDS

BLOCK_PIXELS = 6
_FITTED_ROUNDS = 4
_TONE_STEPS = 24
_SHARE_OF_BLOCK = 0.95
_MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class LaidOver:
    """A query laid over a reference, block by block; all arrays have a row of blocks in a row.

    Attributes:
        visible: Blocks that lie in both.
        differs: Blocks in which the two look otherwise; lines one block wide are left out.
        ours: Grey of the reference, without the detail that the query cannot show.
        theirs: Grey of the query, in the reference's place.
        own_texture: Standard deviation of the reference in each block, in grey levels.
        other_texture: The same of the query.
        correlation: Of each block, -1 to 1.
    """

    visible: NDArray[np.bool_]
    differs: NDArray[np.bool_]
    ours: NDArray[np.uint8]
    theirs: NDArray[np.uint8]
    own_texture: NDArray[np.float32]
    other_texture: NDArray[np.float32]
    correlation: NDArray[np.float32]


def lay_over(query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: NDArray[np.float64]) -> LaidOver | None:
    """Return the query laid over the reference, None where too little of the two lies over each other.

    Args:
        query: Grey, any size.
        reference: Grey, any size.
        matrix: 3 x 3, from the reference's pixels to the query's.
    """
    import cv2

    height, width = reference.shape
    rows, columns = height // BLOCK_PIXELS, width // BLOCK_PIXELS
    if rows < 4 or columns < 4:
        return None
    smooth = _softened(reference, matrix)
    warped = _laid_over(query, matrix, reference, cv2.INTER_LINEAR)
    seen = _laid_over(np.full(query.shape, 255, np.uint8), matrix, reference, cv2.INTER_NEAREST)
    visible = _blocks(seen, rows, columns).mean(axis=2) >= _SHARE_OF_BLOCK * 255
    if visible.sum() < 16:
        return None
    ours, theirs = _blocks(_blurred(smooth), rows, columns), _blocks(_blurred(warped), rows, columns)
    # Two accounts of the light, a line and a curve: a place differs where neither explains it.
    means = ours.mean(axis=2), theirs.mean(axis=2)
    gain, offset = _line(*means, visible)
    residuals = gain * ours + offset - theirs, np.interp(ours, np.arange(256), _tones(*means, visible)) - theirs
    shade = np.minimum(*(np.abs(each.mean(axis=2)) for each in residuals))
    rough = np.minimum(*(np.sqrt((each**2).mean(axis=2)) for each in residuals))
    one, other = (each - each.mean(axis=2, keepdims=True) for each in (ours, theirs))
    own, its = (np.sqrt((each**2).mean(axis=2)) for each in (one, other))
    correlation = (one * other).mean(axis=2) / np.maximum(own * its, 1e-6)
    differs = visible & (
        (shade > THRESHOLDS.differing_shade_grey_levels)
        | ((rough > THRESHOLDS.differing_grey_levels) & (correlation <= THRESHOLDS.differing_correlation))
    )
    # Lines one block wide are edges that moved a little; letters leave gaps, which are closed first.
    closed = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    thick = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).astype(bool)
    return LaidOver(visible, thick, smooth, warped, own, its, correlation)


def differing_places(
    query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: NDArray[np.float64]
) -> list[GreyArea] | None:
    """Return the places of the reference that look otherwise in the query, largest first.

    Args:
        query: Grey, any size.
        reference: Grey, any size.
        matrix: 3 x 3, from the reference's pixels to the query's.

    Returns:
        Left, top, right, bottom of at most eight places, in pixels of `reference`; None where too little of the two
        lies over each other to say.
    """
    laid = lay_over(query, reference, matrix)
    return None if laid is None else _places(laid.differs)


def largest_place(differs: NDArray[np.bool_]) -> int:
    """Return how many blocks the largest place has."""
    return max((count for count, _ in _joined(differs)), default=0)


def _line(ours: NDArray[np.float32], theirs: NDArray[np.float32], visible: NDArray[np.bool_]) -> tuple[float, float]:
    """Return gain and offset by which the whole picture became lighter or darker, places that differ left out."""
    kept = visible
    gain, offset = 1.0, 0.0
    for _ in range(_FITTED_ROUNDS):
        if kept.sum() < 8 or float(np.ptp(ours[kept])) < 8:
            break
        gain, offset = (float(each) for each in np.polyfit(ours[kept], theirs[kept], 1))
        residual = np.abs(gain * ours + offset - theirs)
        kept = visible & (residual <= max(8.0, 1.5 * float(np.median(residual[visible]))))
    return gain, offset


def _tones(ours: NDArray[np.float32], theirs: NDArray[np.float32], visible: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the grey level that each level of the reference has in the query: 256 of them, never falling.

    A curve and not a line, since a lighter picture is cut off at white. It never falls, so that a place of one shade
    that was painted over does not pass for a change of light.
    """
    levels, order = ours[visible], np.argsort(ours[visible], kind="stable")
    sorted_ours, sorted_theirs = levels[order], theirs[visible][order]
    parts = [each for each in np.array_split(np.arange(len(order)), _TONE_STEPS) if len(each)]
    at = np.array([float(np.median(sorted_ours[each])) for each in parts])
    pools: list[tuple[float, int]] = []
    for each in parts:
        pools.append((float(np.median(sorted_theirs[each])), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, many), (other, more) = pools[-2:]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    tones = np.repeat([value for value, _ in pools], [count for _, count in pools])
    return np.asarray(np.interp(np.arange(256), at, tones), np.float64)


def _places(differs: NDArray[np.bool_]) -> list[GreyArea]:
    found = [each for each in _joined(differs) if each[0] >= THRESHOLDS.differing_share * differs.size]
    return [area for _, area in sorted(found, key=lambda each: -each[0])[:_MOST_PLACES]]


def _joined(differs: NDArray[np.bool_]) -> list[tuple[int, GreyArea]]:
    """Return each place, of blocks that lie next to each other or one apart, with how many they are."""
    import cv2

    joined = cv2.dilate(differs.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    found: list[tuple[int, GreyArea]] = []
    for label in range(1, count):
        inside = differs & (labels == label)
        down, right = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        edges = (right[0], down[0], right[-1] + 1, down[-1] + 1)
        left, top, last, bottom = (float(each * BLOCK_PIXELS) for each in edges)
        found.append((int(inside.sum()), GreyArea(left, top, last, bottom)))
    return found


def _laid_over(
    query: NDArray[np.uint8], matrix: NDArray[np.float64], reference: NDArray[np.uint8], how: int
) -> NDArray[np.uint8]:
    import cv2

    size = (reference.shape[1], reference.shape[0])
    return np.asarray(cv2.warpPerspective(query, matrix, size, flags=how | cv2.WARP_INVERSE_MAP), np.uint8)


def _softened(reference: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the reference without the detail that a smaller copy of it cannot show."""
    import cv2

    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale >= 0.9 or scale <= 0:
        return reference
    return np.asarray(cv2.GaussianBlur(reference, (0, 0), 0.45 / scale), np.uint8)


def _blurred(grey: NDArray[Any]) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.uint8)


def _blocks(grey: NDArray[Any], rows: int, columns: int) -> NDArray[np.float32]:
    cut = grey[: rows * BLOCK_PIXELS, : columns * BLOCK_PIXELS].astype(np.float32)
    return cut.reshape(rows, BLOCK_PIXELS, columns, BLOCK_PIXELS).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
