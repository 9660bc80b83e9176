"""The three levels of similarity, and the rules by which numbers become one of them."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_kit.matching.thresholds import THRESHOLDS

SAME_PICTURE, INSIDE, TO_JUDGE = "same-picture", "picture-inside", "to-judge"
"""The same picture recompressed; the same picture inside another, or a part of it; for a person to judge."""

MATCHES = frozenset({SAME_PICTURE, INSIDE})
"""Levels that count as a match. `to-judge` never does."""


@dataclass(frozen=True, slots=True)
class MatchScore:
    """The numbers behind a level.

    Attributes:
        distance_bits: Of PDQ, out of 256; None where only keypoints were compared.
        inliers: Keypoints that agree on one way of lying.
        pairs: Keypoints that look alike, within the area in question.
        blocks: Blocks with texture that lie in both.
        agreeing: How many of them correlate above .8.
        shown: Share of the reference that lies within the other picture.
        covered: Share of the other picture that the reference covers.
        either: How many blocks have texture in either of the two.
        patch: How many blocks the largest place has that is clearly lighter or darker in one of the two.
        hole: How many of `blocks` the largest place has in which none agrees.
    """

    distance_bits: int | None
    inliers: int
    pairs: int
    blocks: int
    agreeing: int
    shown: float
    covered: float
    either: int = 0
    patch: int = 0
    hole: int = 0

    @property
    def ratio(self) -> float:
        """Share of the pairs that agree."""
        return self.inliers / self.pairs if self.pairs else 0.0

    @property
    def agreement(self) -> float:
        """Share of the blocks that agree."""
        return self.agreeing / self.blocks if self.blocks else 0.0


def level_of(evidence: MatchScore) -> str | None:
    """Return the level that keypoints and pixels justify, None for none."""
    many = evidence.inliers >= THRESHOLDS.least_inliers and evidence.ratio >= THRESHOLDS.least_inlier_share
    agree = evidence.agreement >= THRESHOLDS.least_agreeing_share and evidence.blocks >= THRESHOLDS.least_blocks
    agree = agree and (
        evidence.agreement >= THRESHOLDS.sure_agreeing_share
        or evidence.hole <= THRESHOLDS.largest_hole_share * evidence.blocks
    )
    agree = agree and not _something_else(evidence)
    whole = min(evidence.shown, evidence.covered) >= THRESHOLDS.whole_share
    sure = evidence.inliers >= THRESHOLDS.few_inliers and _by_far(evidence)
    barred = evidence.inliers >= THRESHOLDS.least_inliers and whole and _without_exception(evidence)
    if (many and agree) or sure or barred:
        return SAME_PICTURE if whole else INSIDE
    return TO_JUDGE if evidence.inliers >= THRESHOLDS.least_inliers and worth_a_look(evidence) else None


def level_by_pixels(evidence: MatchScore) -> str | None:
    """Return the level that pixels alone justify, where a hash has said how the one lies over the other."""
    if not _by_far(evidence):
        return None
    return SAME_PICTURE if min(evidence.shown, evidence.covered) >= THRESHOLDS.whole_share else INSIDE


def worth_a_look(evidence: MatchScore) -> bool:
    """Say whether a person should judge a pair that is no match: some of the pixels agree all the same."""
    return evidence.blocks >= THRESHOLDS.least_blocks and evidence.agreement >= THRESHOLDS.judged_agreeing_share


def _something_else(evidence: MatchScore) -> bool:
    both = evidence.agreeing >= THRESHOLDS.least_share_of_either * evidence.either
    return not both and evidence.patch > THRESHOLDS.other_shade_blocks


def _by_far(evidence: MatchScore) -> bool:
    if evidence.agreement < THRESHOLDS.sure_agreeing_share or evidence.agreeing < THRESHOLDS.sure_agreeing_blocks:
        return False
    return evidence.agreeing >= THRESHOLDS.sure_share_of_either * evidence.either


def _without_exception(evidence: MatchScore) -> bool:
    textured = max(evidence.blocks, evidence.either)
    return (
        evidence.agreeing >= THRESHOLDS.barred_agreeing_blocks
        and evidence.agreeing >= THRESHOLDS.barred_agreeing_share * textured
    )
