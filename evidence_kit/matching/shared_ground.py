"""Whether two pictures share only a ground: a printed form, one wall behind other things, a picture with other words.

Something laid over a picture is on one side only, and what is left of the picture shows what it is of. Two pictures of
one ground differ on *both* sides of the same place: each bears an entry, a thing, a sentence of its own there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.differences import BLOCK_PIXELS, LaidOver, largest_place
from evidence_kit.matching.screen_signs import commonest_tone, is_paper
from evidence_kit.matching.thresholds import THRESHOLDS

_STROKE_PIXELS = np.ones((9, 9), np.uint8)
_WORD = np.ones((1, 3), np.uint8)
_LEAST_BLOCKS = 16


def is_only_the_ground(laid: LaidOver) -> bool:
    """Say whether what agrees may be no more than a ground that both stand on."""
    if not laid.differs.any():
        return False
    inside = _pixels(laid.differs)
    places = tuple(_cut(each, laid.differs)[inside] for each in (laid.ours, laid.theirs))
    # A place that is only lighter, as under a reflection, shows the same.
    foreign = laid.differs & (laid.correlation <= THRESHOLDS.ground_correlation)
    share = largest_place(foreign) / max(1, int(laid.visible.sum()))
    (own_tone, own_share), (other_tone, other_share) = (commonest_tone(each) for each in places)
    if max(own_share, other_share) < THRESHOLDS.painted_tone_share and (
        share >= THRESHOLDS.two_things_share or (share >= THRESHOLDS.other_thing_share and _is_one_texture(laid))
    ):
        return True
    papers = is_paper(laid.ours) and is_paper(laid.theirs)
    if not papers and laid.differs.sum() < THRESHOLDS.least_words_share * laid.visible.sum():
        return False
    one_paper = abs(own_tone - other_tone) <= THRESHOLDS.same_paper_grey_levels
    if one_paper and min(own_share, other_share) >= THRESHOLDS.paper_tone_share and _both_inscribed(laid):
        return True
    return _bear_other_words(laid, inside)


def is_written_otherwise(laid: LaidOver) -> bool:
    """Say whether two papers bear ink in one place that is not the same ink: another name, another sum.

    Args:
        laid: The one over the other, in their full size: entries are small.
    """
    import cv2

    ink = laid.visible & (np.minimum(laid.own_texture, laid.other_texture) > THRESHOLDS.ink_grey_levels)
    other = ink & (laid.correlation < THRESHOLDS.same_ink_correlation)
    # Letters leave gaps between the blocks of one word.
    count, labels = cv2.connectedComponents(cv2.dilate(other.astype(np.uint8), _WORD), connectivity=4)
    longest = np.bincount(labels[other], minlength=count).max(initial=0)
    return bool(longest >= THRESHOLDS.other_ink_blocks)


def _is_one_texture(laid: LaidOver) -> bool:
    """Say whether all that agrees has one strength of texture, as a wall has and no thing before it."""
    least = THRESHOLDS.textured_grey_levels
    agrees = laid.visible & ~laid.differs & (laid.correlation > THRESHOLDS.ground_correlation)
    agrees &= (laid.own_texture > least) & (laid.other_texture > least)
    if agrees.sum() < _LEAST_BLOCKS:
        return True
    return float(np.log(laid.own_texture[agrees]).std()) <= THRESHOLDS.one_texture_log


def _both_inscribed(laid: LaidOver) -> bool:
    """Say whether both bear something in the places that differ, as two copies of one form do."""
    return all(
        float((each[laid.differs] > THRESHOLDS.textured_grey_levels).mean()) >= THRESHOLDS.inscribed_share
        for each in (laid.own_texture, laid.other_texture)
    )


def _bear_other_words(laid: LaidOver, inside: NDArray[np.bool_]) -> bool:
    """Say whether both bear pale letters in the places that differ, and not the same ones."""
    import cv2

    strokes = []
    for grey in (laid.ours, laid.theirs):
        cut = _cut(grey, laid.differs)
        thin = cv2.morphologyEx(cut, cv2.MORPH_TOPHAT, _STROKE_PIXELS)
        strokes.append((thin > THRESHOLDS.stroke_grey_levels) & (cut > THRESHOLDS.pale_grey_levels) & inside)
    one, other = strokes
    if min(one.sum(), other.sum()) < THRESHOLDS.stroke_share * inside.sum():
        return False
    return float((one & other).sum() / (one | other).sum()) < THRESHOLDS.same_strokes_share


def _cut(grey: NDArray[np.uint8], blocks: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return grey[: blocks.shape[0] * BLOCK_PIXELS, : blocks.shape[1] * BLOCK_PIXELS]


def _pixels(blocks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.repeat(np.repeat(blocks, BLOCK_PIXELS, axis=0), BLOCK_PIXELS, axis=1)
