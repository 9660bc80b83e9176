"""Screens: which views of one are searched, and when two agree only on the application around their photographs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.features import Features, PictureView
from evidence_kit.matching.levels import MatchScore
from evidence_kit.matching.thresholds import THRESHOLDS

_RANGE_PIXELS = np.ones((5, 5), np.uint8)
_BLOCK_PIXELS = 12


def indexed_views(features: Features) -> list[int]:
    """Return which views of a reference are looked for: in a screenshot only the photographs, never the frame.

    Everything else in it belongs to the application, and is in every other screenshot too.
    """
    regions = [number for number, view in enumerate(features.views) if view.region]
    whole = [number for number, view in enumerate(features.views) if not view.region]
    return regions if regions and is_tall(features) and is_drawn_page(features, 0) else whole + regions


def is_screen_like(features: Features) -> bool:
    """Say whether a picture has the proportions of a telephone's screen and photographs inside it."""
    return is_tall(features) and any(view.region for view in features.views)


def is_tall(features: Features) -> bool:
    """Say whether a picture has the proportions of a telephone's screen, upright or on its side."""
    return max(features.width, features.height) >= THRESHOLDS.tall_ratio * min(features.width, features.height)


def is_drawn_page(features: Features, frame: int) -> bool:
    """Say whether a frame is a screen or a page, of any proportions: much of it has one colour.

    A photograph of a tall screen is one too. No photograph inside need have been found: that it was not is the trap.
    """
    import cv2

    grey = next(view.grey for view in features.views if view.frame == frame)
    spread = cv2.dilate(grey, _RANGE_PIXELS) - cv2.erode(grey, _RANGE_PIXELS)
    if float((spread <= THRESHOLDS.flat_grey_levels).mean()) >= THRESHOLDS.flat_share:
        return True
    return is_tall(features) and _smooth_share(grey) >= THRESHOLDS.smooth_share


def only_the_application(
    query: Features, seen: PictureView, reference: Features, of: PictureView, evidence: MatchScore | None
) -> bool:
    """Say whether the agreement may be the application around two photographs, which is for a person to judge.

    Bubbles, words and buttons are alike in all its screens, whatever is shown there. So a part of one screen is never
    sure in another, and two screens are the same only where hardly any place disagrees.

    Args:
        query: The picture asked about.
        seen: The view of it that was compared.
        reference: The one that resembles it.
        of: The view of it that was compared.
        evidence: The numbers, None where no pixel was compared.
    """
    if seen.region and of.region:
        return True
    both_drawn = is_drawn_page(query, seen.frame) and is_drawn_page(reference, of.frame)
    if both_drawn and (seen.region or of.region):
        return True
    if evidence is None:
        return False
    if not both_drawn:
        same_by_hash = evidence.distance_bits is not None and evidence.distance_bits <= THRESHOLDS.match_distance_bits
        upright = (
            is_tall(query) and is_tall(reference) and query.height > query.width and reference.height > reference.width
        )
        return upright and not same_by_hash and evidence.agreement < THRESHOLDS.sure_agreeing_share
    textured = max(evidence.blocks, evidence.either, 1)
    return (
        evidence.agreeing < THRESHOLDS.sure_agreeing_share * textured or evidence.patch > THRESHOLDS.screen_patch_blocks
    )


def _smooth_share(grey: NDArray[np.uint8]) -> float:
    rows, columns = grey.shape[0] // _BLOCK_PIXELS, grey.shape[1] // _BLOCK_PIXELS
    if not rows or not columns:
        return 0.0
    cut = grey[: rows * _BLOCK_PIXELS, : columns * _BLOCK_PIXELS].astype(np.float32)
    blocks = cut.reshape(rows, _BLOCK_PIXELS, columns, _BLOCK_PIXELS)
    return float((blocks.std(axis=(1, 3)) < THRESHOLDS.smooth_grey_levels).mean())
