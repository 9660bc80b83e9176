"""Two views compared: where the one lies in the other, and how well keypoints and pixels agree on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_kit.hashing.orientations import Orientation
from evidence_kit.matching import geometry
from evidence_kit.matching.features import PictureView
from evidence_kit.matching.geometry import KeypointPairs, PlaneFit, mapped_points, rectangle_corners
from evidence_kit.matching.levels import MATCHES, MatchScore, level_of
from evidence_kit.matching.photometry import GreyArea, PixelAgreement, pixel_agreement
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import PixelSize

_REFINED_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Placement:
    """A reference laid over a query.

    Attributes:
        evidence: The numbers.
        matrix: 3 x 3, from pixels of the upright reference original to those of the query original; a mirrored
            reference is mirrored in it.
        mirrored: Left and right have changed places.
        agreed: The part of the reference in which the pixels agree: left, top, right, bottom in pixels of the
            original; None where they agree nowhere.
    """

    evidence: MatchScore
    matrix: NDArray[np.float64]
    mirrored: bool
    agreed: GreyArea | None

    def onto_grey(self, seen: PictureView, of: PictureView) -> NDArray[np.float64]:
        """Return the 3 x 3 matrix from the grey pixels of the reference's view to those of the query's."""
        back = of.to_original() @ np.linalg.inv(of.to_grey())
        return np.asarray(seen.to_grey() @ np.linalg.inv(seen.to_original()) @ self.matrix @ back)

    def onto_fine(self, seen: PictureView, of: PictureView) -> NDArray[np.float64]:
        """Return the 3 x 3 matrix from the pixels of the reference's keypoints to those of the query's."""
        return np.asarray(np.linalg.inv(seen.to_original()) @ self.matrix @ of.to_original())


def compare_keypoints(
    query: PictureView, reference: PictureView, pairs: KeypointPairs | None = None, *, mirrored: bool
) -> Placement | None:
    """Return how the reference lies in the query, None where the keypoints agree on nothing.

    Args:
        query: The picture that is asked about.
        reference: The one that may be in it.
        pairs: What resembles what, where an index has said so; only good for a quick look.
        mirrored: Compare with the reference's mirror image.
    """
    keypoints = reference.keypoints.mirrored(reference.size.width) if mirrored else reference.keypoints
    if pairs is None:
        pairs = geometry.similar_pairs(query.keypoints, keypoints)
    best: Placement | None = None
    for fit in (geometry.fit_plane, geometry.fit_similarity):
        each = fit(query.keypoints, keypoints, pairs, reference.size)
        # Fewer keypoints are no level whatever the pixels say: most references that are looked at end here.
        if each is None or each.agreeing_pairs < THRESHOLDS.few_inliers:
            continue
        if geometry.is_reasonable(each.matrix, reference.size):
            placed = _placed(query, reference, each, mirrored=mirrored)
            best = placed if best is None or _merit(placed) > _merit(best) else best
            if best.evidence.agreement >= THRESHOLDS.sure_agreeing_share and level_of(best.evidence) in MATCHES:
                break
    return best


def compare_filling(query: PictureView, reference: PictureView, way: Orientation, distance_bits: int) -> Placement:
    """Return how the reference lies in a query that it fills, turned as its hash says.

    Args:
        query: The picture in which the other is looked for.
        reference: The picture that is looked for.
        way: How the reference is turned or mirrored, by the orientation of the hash that was near.
        distance_bits: How far the two PDQ hashes are apart, of 256 bits.
    """
    matrix = _filling(query, reference, way)
    seen = pixel_agreement(query.grey, reference.grey, _onto_grey(matrix, query, reference))
    mirrored = bool(np.linalg.det(matrix[:2, :2]) < 0)
    return _told(query, reference, matrix, seen, (distance_bits, 0, 0), mirrored=mirrored, flipped=False)


def compare_boxes(query: PictureView, reference: PictureView, way: Orientation, distance_bits: int) -> Placement:
    """Return how the reference lies in the query if it fills it, turned as its hash says, then moved to fit.

    It helps where there are hardly any keypoints: dark, soft and plain pictures.

    Args:
        query: The picture in which the other is looked for.
        reference: The picture that is looked for.
        way: How the reference is turned or mirrored, by the orientation of the hash that was near.
        distance_bits: How far the two PDQ hashes are apart, of 256 bits.
    """
    start = _filling(query, reference, way)
    grey = _onto_grey(start, query, reference)
    refined = _refined(query.grey, reference.grey, grey)
    seen = pixel_agreement(query.grey, reference.grey, refined)
    mirrored = bool(np.linalg.det(refined[:2, :2]) < 0)
    matrix = np.linalg.inv(query.to_grey()) @ refined @ reference.to_grey()
    return _told(query, reference, matrix, seen, (distance_bits, 0, 0), mirrored=mirrored, flipped=False)


def _placed(query: PictureView, reference: PictureView, fit: PlaneFit, *, mirrored: bool) -> Placement:
    grey = reference.grey[:, ::-1] if mirrored else reference.grey
    matrix = _onto_grey(fit.matrix, query, reference)
    seen = pixel_agreement(query.grey, np.ascontiguousarray(grey), matrix)
    numbers = (None, fit.agreeing_pairs, fit.inside)
    return _told(query, reference, fit.matrix, seen, numbers, mirrored=mirrored, flipped=mirrored)


def _told(  # noqa: PLR0913
    query: PictureView, reference: PictureView, matrix: NDArray[np.float64], seen: PixelAgreement,
    numbers: tuple[int | None, int, int], *, mirrored: bool, flipped: bool,
) -> Placement:  # fmt: skip
    """Return the comparison in pixels of the originals.

    Args:
        query: The picture asked about.
        reference: The one in it.
        matrix: From the reference's keypoint pixels, flipped or not, to the query's.
        seen: How the pixels agree.
        numbers: Distance in bits, inliers, pairs.
        mirrored: What is told.
        flipped: The matrix and the blocks are those of the flipped reference.
    """
    wide, high = reference.size
    turn = np.array([(-1, 0, wide - 1), (0, 1, 0), (0, 0, 1)], np.float64) if flipped else np.eye(3)
    whole = query.to_original() @ matrix @ turn @ np.linalg.inv(reference.to_original())
    outline = mapped_points(matrix, rectangle_corners(wide, high))
    covered = _area_within(outline, query.size) / (query.size.width * query.size.height)
    agreed = None
    if seen.outline is not None:
        left, top, right, bottom = seen.outline
        if flipped:
            left, right = reference.grey.shape[1] - right, reference.grey.shape[1] - left
        back = reference.to_original() @ np.linalg.inv(reference.to_grey())
        (x0, y0), (x1, y1) = mapped_points(back, np.array([(left, top), (right, bottom)]))
        agreed = GreyArea(float(x0), float(y0), float(x1), float(y1))
    evidence = MatchScore(
        *numbers, seen.blocks, seen.agreeing, seen.overlap, covered, seen.either, seen.patch, seen.hole
    )
    return Placement(evidence, whole, mirrored, agreed)


def _onto_grey(matrix: NDArray[np.float64], query: PictureView, reference: PictureView) -> NDArray[np.float64]:
    return query.to_grey() @ matrix @ np.linalg.inv(reference.to_grey())


def _filling(query: PictureView, reference: PictureView, way: Orientation) -> NDArray[np.float64]:
    """Return the map of a reference that fills the query, turned as an orientation says."""
    wide, high = reference.size
    # From the corner of the picture, not from the middle of its first pixel.
    corner = np.array([(1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)], np.float64)
    square = np.diag((1 / wide, 1 / high, 1.0)) @ corner
    turn = np.eye(3)
    if way.transposed:
        turn = np.array([(0, 1, 0), (1, 0, 0), (0, 0, 1)], np.float64) @ turn
    if way.mirrored:
        turn = np.array([(-1, 0, 1), (0, 1, 0), (0, 0, 1)], np.float64) @ turn
    if way.flipped:
        turn = np.array([(1, 0, 0), (0, -1, 1), (0, 0, 1)], np.float64) @ turn
    size = np.diag((float(query.size.width), float(query.size.height), 1.0))
    return np.asarray(np.linalg.inv(corner) @ size @ turn @ square)


def _refined(
    query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the map moved, turned and stretched a little until the pixels agree best; as it was where that fails."""
    import cv2

    start = matrix[:2].astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _REFINED_ROUNDS, 1e-4)
    try:
        _, found = cv2.findTransformECC(reference, query, start, cv2.MOTION_AFFINE, criteria)
    except cv2.error:
        return matrix
    if not np.isfinite(found).all():
        return matrix
    return np.vstack([np.asarray(found, np.float64), (0.0, 0.0, 1.0)])


def _area_within(outline: NDArray[np.float64], size: PixelSize) -> float:
    import cv2

    frame = rectangle_corners(*size).astype(np.float32)
    found, _ = cv2.intersectConvexConvex(outline.astype(np.float32), frame)
    return float(found)


def _merit(placed: Placement) -> tuple[float, float]:
    seen = placed.evidence
    return seen.agreeing * seen.agreement, seen.inliers
