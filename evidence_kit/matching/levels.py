"""The three levels of similarity, and the thresholds of each."""

from __future__ import annotations

from dataclasses import dataclass

SAME_PICTURE, INSIDE, TO_JUDGE = "same-picture", "picture-inside", "to-judge"
"""The same picture recompressed; the same picture inside another, or a part of it; for a person to judge."""

MATCHES = frozenset({SAME_PICTURE, INSIDE})
"""Levels that count as a match. `to-judge` never does."""

INDEXED_KEYPOINTS = 800
INDEXED_IN_ALL = 4_500_000
"""Of more than 5,625 references fewer keypoints each are indexed, so that ten thousand take less than 1.5 GB."""
LEAST_INDEXED = 300

MATCH_BITS = 31
"""PDQ's own guidance; no false match in the pairs that were measured."""

CANDIDATE_BITS = 80
"""Up to here a person may look. Passport-style portraits of different people lie 54 to 76 bits apart."""

REGION_CANDIDATE_BITS = 60
LEAST_INLIERS = 10
LEAST_RATIO = 0.7
LEAST_AGREEING = 0.5
LEAST_BLOCKS = 8
# Where a third of the blocks disagree in one place, that place shows something else: two pictures before one wall.
LARGEST_HOLE = 0.25
# Where the pixels agree almost everywhere, fewer keypoints are needed: the two do not err together.
FEW_INLIERS = 5
# Drawn heads of different people agree on up to 60 blocks, all of them along the same few lines.
MOST_AGREEING, MANY_BLOCKS = 0.7, 64
# Where only a watermark or a button is drawn over a plain picture, nearly all that has texture in this one agrees; of
# what has texture in either, half at most does.
LEAST_OF_EITHER = 0.6
# Below that much it is something else, if moreover a place is lighter or darker: grain alone changes no shade.
NEARLY_HALF_OF_EITHER, MOST_OTHER_SHADE_BLOCKS = 0.45, 8
# Between bars few blocks are left, and these agree almost without exception.
BARRED_AGREEING, BARRED_BLOCKS = 0.9, 24
WHOLE_SHARE = 0.8
# Bubbles, words and buttons around two photographs agree on up to .83 of what is textured in either screen; but where
# the photographs are, a place of many blocks is lighter or darker. In copies of one screen, however small, none is.
SAME_SCREEN_PATCH_BLOCKS = 3
# Where this share of the blocks agrees a person should look: frames of one scene and two views of one thing reach .27
# to .52; one sentence, one application or one logo on different pictures stays below .16, however many keypoints agree.
JUDGED_AGREEING = 0.2


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
    many = evidence.inliers >= LEAST_INLIERS and evidence.ratio >= LEAST_RATIO
    agree = evidence.agreement >= LEAST_AGREEING and evidence.blocks >= LEAST_BLOCKS
    agree = agree and (evidence.agreement >= MOST_AGREEING or evidence.hole <= LARGEST_HOLE * evidence.blocks)
    agree = agree and not _something_else(evidence)
    whole = min(evidence.shown, evidence.covered) >= WHOLE_SHARE
    sure = evidence.inliers >= FEW_INLIERS and _by_far(evidence)
    barred = evidence.inliers >= LEAST_INLIERS and whole and _without_exception(evidence)
    if (many and agree) or sure or barred:
        return SAME_PICTURE if whole else INSIDE
    return TO_JUDGE if evidence.inliers >= LEAST_INLIERS and worth_a_look(evidence) else None


def level_by_pixels(evidence: MatchScore) -> str | None:
    """Return the level that pixels alone justify, where a hash has said how the one lies over the other."""
    if not _by_far(evidence):
        return None
    return SAME_PICTURE if min(evidence.shown, evidence.covered) >= WHOLE_SHARE else INSIDE


def worth_a_look(evidence: MatchScore) -> bool:
    """Say whether a person should judge a pair that is no match: some of the pixels agree all the same."""
    return evidence.blocks >= LEAST_BLOCKS and evidence.agreement >= JUDGED_AGREEING


def _something_else(evidence: MatchScore) -> bool:
    both = evidence.agreeing >= NEARLY_HALF_OF_EITHER * evidence.either
    return not both and evidence.patch > MOST_OTHER_SHADE_BLOCKS


def _by_far(evidence: MatchScore) -> bool:
    if evidence.agreement < MOST_AGREEING or evidence.agreeing < MANY_BLOCKS:
        return False
    return evidence.agreeing >= LEAST_OF_EITHER * evidence.either


def _without_exception(evidence: MatchScore) -> bool:
    textured = max(evidence.blocks, evidence.either)
    return evidence.agreeing >= BARRED_BLOCKS and evidence.agreeing >= BARRED_AGREEING * textured
