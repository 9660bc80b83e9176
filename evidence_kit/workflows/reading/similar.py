"""Two similar files: the method, its numbers, and the transformation from one to the other."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Self

from evidence_kit.matching import levels
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.matching.features import Features
    from evidence_kit.matching.levels import MatchScore
    from evidence_kit.matching.library import LibraryMatch
    from evidence_kit.matching.transformation import Transformation
    from evidence_kit.workflows.reading.features import ComparedFile

METHOD: Final = "pdq+keypoints/4"
_LIBRARIES: Final = ("opencv-python-headless", "faiss-cpu", "numpy", "pillow", "av")
_ORDER: Final = (levels.SAME_PICTURE, levels.INSIDE, levels.TO_JUDGE)


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """A file of the case, and one that shows the same or has it inside.

    Attributes:
        item: Id of the item that was found in the other.
        other: An item's id, a name among the candidates, or `CASE/ITEM` of another case.
        level: One of `matching.levels`.
        method: `sha256`, `pdq`, `pdq-region`, `keypoints`, `sound-samples` or `sound-packets`.
        evidence: The numbers; None where bytes or samples are equal.
        transformation: What was done; None where that is nothing, or is not known.
        strength: For ranking within a level.
        item_frame: Which frame of the item, in milliseconds for a film.
        other_frame: Which frame of the other.
        item_picture: Which picture in the item's file, 1 for the one that is shown.
        other_picture: Which picture in the other file.
    """

    item: str
    other: str
    level: str
    method: str
    evidence: MatchScore | None = None
    transformation: Transformation | None = None
    strength: float = 1e6
    item_frame: int = 0
    other_frame: int = 0
    item_picture: int = 1
    other_picture: int = 1

    @classmethod
    def from_resemblance(cls, found: LibraryMatch, other: str, query: Features, reference: Features) -> Self:
        """Return the library's finding, in the pixels of the originals.

        Args:
            found: What the library found.
            other: Name of the query: an item, or a file from outside.
            query: Features of the query.
            reference: Features of the reference.
        """
        from evidence_kit.matching.levels import MatchScore
        from evidence_kit.matching.transformation import transformation_of

        seen, of = query.views[found.query_view], reference.views[found.reference_view]
        placed = found.placed
        told = None if placed is None else transformation_of(placed, query, seen, reference, of)
        evidence = None if placed is None else placed.evidence
        if evidence is None and found.distance_bits is not None:
            evidence = MatchScore(found.distance_bits, 0, 0, 0, 0, 0.0, 0.0)
        return cls(
            found.reference, other, found.level, found.method, evidence, told, found.strength, of.frame, seen.frame
        )

    def between(self, reference: ComparedFile, query: ComparedFile) -> Self:
        """Return the pair under the names of the two files, with the numbers of their pictures."""
        return replace(
            self,
            item=reference.file, item_picture=reference.picture, other=query.file, other_picture=query.picture,
        )  # fmt: skip

    def facts(self, candidates: Container[str], other_case: str | None) -> dict[str, Json]:
        """Return the pair as the log and a script want it."""
        elsewhere = other_case is not None and self.other.startswith(f"{other_case}/")
        where = "candidate" if self.other in candidates else "other_item" if elsewhere else "other"
        told: dict[str, Json] = {"item": self.item, where: self.other.removeprefix(f"{other_case}/")}
        told |= {"level": self.level, "method": self.method}
        if self.evidence is not None:
            seen = self.evidence
            if seen.distance_bits is not None:
                told |= {"distance_bits": seen.distance_bits, "limit_bits": THRESHOLDS.match_distance_bits}
            if seen.pairs:
                told |= {"inliers": seen.inliers, "keypoint_pairs": seen.pairs}
            if seen.blocks:
                told |= {"blocks_agreeing": seen.agreeing, "blocks": seen.blocks}
        if self.item_picture > 1 or self.other_picture > 1:
            told |= {"item_picture": self.item_picture, "other_picture": self.other_picture}
        if self.item_frame or self.other_frame:
            told |= {"item_frame": self.item_frame, "other_frame": self.other_frame}
        if self.transformation is not None:
            told["transformation"] = _listed(self.transformation)
        return told


def ranked_pairs(pairs: Iterable[SimilarPair]) -> list[SimilarPair]:
    """Return the pairs strongest first, two pictures once, at their best."""
    best: dict[frozenset[tuple[str, int]], SimilarPair] = {}
    for pair in pairs:
        both = frozenset(((pair.item, pair.item_picture), (pair.other, pair.other_picture)))
        held = best.get(both)
        if held is None or _rank(pair) < _rank(held):
            best[both] = pair
    return sorted(best.values(), key=_rank)


def method_facts() -> dict[str, Json]:
    """Return method, parameters and versions, as they go into the log."""
    return {
        "method": METHOD,
        "parameters": {
            "match_bits": THRESHOLDS.match_distance_bits,
            "candidate_bits": THRESHOLDS.judged_distance_bits,
            "orientations": 8,
            "least_inliers": THRESHOLDS.least_inliers,
            "least_inlier_percent": round(100 * THRESHOLDS.least_inlier_share),
            "least_agreeing_percent": round(100 * THRESHOLDS.least_agreeing_share),
            "least_of_either_percent": round(100 * THRESHOLDS.sure_share_of_either),
            "most_other_shade_blocks": THRESHOLDS.screen_patch_blocks,
            "most_indexed_keypoints": THRESHOLDS.most_indexed_keypoints,
            "most_indexed_in_all": THRESHOLDS.most_indexed_in_all,
        },
        "versions": {name: version(name) for name in _LIBRARIES},
    }


def _listed(told: Transformation) -> Json:
    facts = asdict(told)
    facts["outline"] = [list(point) for point in told.outline]
    facts["area"] = list(told.area)
    facts["agreed"] = None if told.agreed is None else list(told.agreed)
    facts["differs"] = None if told.differs is None else [list(each) for each in told.differs]
    return facts


def _rank(pair: SimilarPair) -> tuple[int, bool, float, str, str]:
    # Of two ways to tell a pair, the one in which the whole of the one lies in the other is clearer.
    partly = pair.transformation is not None and pair.transformation.lies_in is not None
    return _ORDER.index(pair.level), partly, -pair.strength, pair.item, pair.other
