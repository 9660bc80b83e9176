"""Whether keypoints of two pictures agree on one way in which the one lies in the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.keypoints import Keypoints
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import PixelSize

_ROUNDS = 3000
_CONFIDENCE = 0.999


@dataclass(frozen=True, slots=True)
class KeypointPairs:
    """Keypoints that look alike.

    Attributes:
        reference: Row in the reference's keypoints.
        query: Row in the query's.
    """

    reference: NDArray[np.intp]
    query: NDArray[np.intp]

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.reference)


@dataclass(frozen=True, slots=True)
class PlaneFit:
    """A plane-to-plane map from the reference onto the query.

    Attributes:
        matrix: 3 x 3, from the reference's grey pixels to the query's.
        inliers: Which of the pairs agree with it.
        pairs: All that looked alike.
        inside: How many of the pairs lie within the outline that the map draws.
    """

    matrix: NDArray[np.float64]
    inliers: NDArray[np.bool_]
    pairs: KeypointPairs
    inside: int

    @property
    def agreeing_pairs(self) -> int:
        """How many pairs agree."""
        return int(self.inliers.sum())

    @property
    def ratio(self) -> float:
        """Share of the pairs within the outline that agree."""
        return self.agreeing_pairs / max(1, self.inside)


def similar_pairs(query: Keypoints, reference: Keypoints, ratio: float = THRESHOLDS.nearest_by_second) -> KeypointPairs:
    """Return each query keypoint with the one it resembles clearly more than any other, each reference's once.

    Args:
        query: Keypoints of one view, m × 128 uint8 descriptors.
        reference: Keypoints of the other, n × 128 uint8 descriptors.
        ratio: How much nearer the nearest has to be than the second nearest, as a share of its distance.
    """
    none = np.zeros(0, np.intp)
    if len(query) < 2 or len(reference) < 2:
        return KeypointPairs(none, none)
    asked, known = query.descriptors.astype(np.float32), reference.descriptors.astype(np.float32)
    # One product of matrices; of bytes all these sums are whole numbers that a float holds exactly.
    squares = (known**2).sum(axis=1) - 2 * (asked @ known.T) + (asked**2).sum(axis=1)[:, None]
    rows = np.arange(len(squares))
    nearest = squares.argmin(axis=1)
    first = squares[rows, nearest]
    squares[rows, nearest] = np.inf
    clear = np.flatnonzero(first < ratio * ratio * squares.min(axis=1))
    # Of several that resemble one keypoint of the reference the nearest stands first, and is kept.
    order = clear[np.lexsort((clear, first[clear], nearest[clear]))]
    taken, at = np.unique(nearest[order], return_index=True)
    return KeypointPairs(taken.astype(np.intp), order[at].astype(np.intp))


def fit_plane(query: Keypoints, reference: Keypoints, pairs: KeypointPairs, size: PixelSize) -> PlaneFit | None:
    """Return the map that most pairs agree on, None where there is none.

    Args:
        query: Keypoints of the query.
        reference: Keypoints of the reference, mirrored already where that is to be tried.
        pairs: Which resemble each other.
        size: Width and height of the reference's grey picture.
    """
    import cv2

    if len(pairs) < THRESHOLDS.least_pairs:
        return None
    source = np.ascontiguousarray(reference.points[pairs.reference], np.float32)
    target = np.ascontiguousarray(query.points[pairs.query], np.float32)
    # The search draws at random: without a fixed seed two pictures could match today and not tomorrow.
    cv2.setRNGSeed(1)
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, THRESHOLDS.reprojection_pixels, maxIters=_ROUNDS, confidence=_CONFIDENCE
    )
    found: object = matrix
    if found is None or not np.isfinite(matrix).all():
        return None
    return _fitted(np.asarray(matrix, np.float64), mask.ravel().astype(bool), pairs, target, size)


def fit_similarity(query: Keypoints, reference: Keypoints, pairs: KeypointPairs, size: PixelSize) -> PlaneFit | None:
    """Return the best map that only moves, turns and scales: it needs two pairs, so few keypoints suffice.

    Args:
        query: Keypoints of one view, in its own pixels.
        reference: Keypoints of the other.
        pairs: Which of them look alike.
        size: Width and height of the reference in pixels; a map that folds it over is none.
    """
    target = query.points[pairs.query]
    found = _similarity(reference.points[pairs.reference], target)
    if found is None:
        return None
    return _fitted(*found, pairs, target, size)


def agreeing_on_a_similarity(
    source: NDArray[np.float32], target: NDArray[np.float32], growth: NDArray[np.float32]
) -> int:
    """Return how many points of the one lie where one similarity moves those of the other, and have grown as it says.

    Args:
        source: x and y, a row for each pair.
        target: The same.
        growth: How much larger each keypoint is in the target.
    """
    found = _similarity(source, target)
    if found is None:
        return 0
    matrix, mask = found
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    as_said = np.abs(np.log(np.maximum(growth, 1e-6) / max(scale, 1e-6))) <= THRESHOLDS.growth_log
    return int((mask & as_said).sum())


def _similarity(
    source: NDArray[np.float32], target: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    import cv2

    # Two points always agree on a similarity.
    if len(source) < 3:
        return None
    cv2.setRNGSeed(1)
    matrix, mask = cv2.estimateAffinePartial2D(
        np.ascontiguousarray(source, np.float32), np.ascontiguousarray(target, np.float32),
        method=cv2.RANSAC, ransacReprojThreshold=THRESHOLDS.quick_reprojection_pixels, maxIters=1000, confidence=0.99,
    )  # fmt: skip
    found: object = matrix
    if found is None or not np.isfinite(matrix).all():
        return None
    return np.vstack([np.asarray(matrix, np.float64), (0.0, 0.0, 1.0)]), mask.ravel().astype(bool)


def _fitted(
    matrix: NDArray[np.float64], inliers: NDArray[np.bool_], pairs: KeypointPairs, target: NDArray[np.float32],
    size: PixelSize,
) -> PlaneFit:  # fmt: skip
    outline = mapped_points(matrix, rectangle_corners(*size))
    if not np.isfinite(outline).all():
        return PlaneFit(matrix, inliers, pairs, len(pairs))
    inside = _count_inside(outline, target)
    # Keypoints that agree may lie just outside of the outline: a share of them above one would be none.
    return PlaneFit(matrix, inliers, pairs, max(inside, int(inliers.sum())))


def _count_inside(outline: NDArray[np.float64], points: NDArray[np.float32]) -> int:
    """Return how many points lie in a convex outline, on its edge included; a folded one is refused elsewhere."""
    ends = np.roll(outline, -1, axis=0) - outline
    (across, down), to = ends.T[:, :, None], points.T[:, None, :] - outline.T[:, :, None]
    side = across * to[1] - down * to[0]
    return int(((side >= 0).all(axis=0) | (side <= 0).all(axis=0)).sum())


def rectangle_corners(width: float, height: float) -> NDArray[np.float64]:
    """Return the corners of a rectangle at the origin, clockwise from the top left."""
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)


def mapped_points(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points moved by a 3 x 3 matrix; points at infinity are not finite."""
    whole = np.hstack([points, np.ones((len(points), 1))]) @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(whole[:, :2] / whole[:, 2:])


def is_reasonable(matrix: NDArray[np.float64], size: PixelSize) -> bool:
    """Say whether a rectangle of this size would still look like a picture: convex, not folded, not a sliver."""
    import cv2

    width, height = size
    whole = np.hstack([rectangle_corners(width, height), np.ones((4, 1))]) @ matrix.T
    if (whole[:, 2] <= 1e-9).any():
        return False
    outline = mapped_points(matrix, rectangle_corners(width, height))
    if not np.isfinite(outline).all() or not cv2.isContourConvex(outline.astype(np.float32)):
        return False
    sides = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    if sides.min() <= 1 or sides[0] / sides[2] >= 4 or sides[2] / sides[0] >= 4:
        return False
    if sides[1] / sides[3] >= 4 or sides[3] / sides[1] >= 4:
        return False
    stretch = (sides[0] + sides[2]) / (sides[1] + sides[3]) * height / width
    area = abs(float(cv2.contourArea(outline.astype(np.float32)))) / (width * height)
    return 0.25 < stretch < 4 and 0.03**2 < area < 12**2
