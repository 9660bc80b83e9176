"""A library of reference pictures in which one asks for a picture, whole, in part, or inside another."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evidence_kit.hashing.nearby import make_index as make_hash_index
from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.matching.compare import Placement, compare_boxes, compare_filling, compare_keypoints
from evidence_kit.matching.differences import lay_over
from evidence_kit.matching.features import Features, PictureView
from evidence_kit.matching.geometry import agreeing_on_a_similarity
from evidence_kit.matching.index import IndexVote, make_descriptor_index
from evidence_kit.matching.keypoints import Keypoints, mirrored_points
from evidence_kit.matching.levels import (
    INSIDE,
    MATCHES,
    SAME_PICTURE,
    TO_JUDGE,
    level_by_pixels,
    level_of,
    worth_a_look,
)
from evidence_kit.matching.screens import indexed_views, is_drawn_page, only_the_application
from evidence_kit.matching.shared_ground import is_only_the_ground, is_written_otherwise
from evidence_kit.matching.stoplist import StopList
from evidence_kit.matching.thresholds import THRESHOLDS

_HELD = 32


@dataclass(frozen=True, slots=True)
class LibraryMatch:
    """A reference that the query resembles.

    Attributes:
        reference: Its name.
        level: One of `levels`.
        method: `pdq`, `pdq-region` or `keypoints`.
        query_view: Place of the view in the query.
        reference_view: Place of the view in the reference.
        orientation: Place in `ORIENTATIONS`, by hash; None where keypoints said so.
        placed: Where the reference lies in the query; None where only a hash said so.
        distance_bits: Of PDQ; None where keypoints said so.
    """

    reference: str
    level: str
    method: str
    query_view: int
    reference_view: int
    orientation: int | None
    placed: Placement | None
    distance_bits: int | None

    @property
    def strength(self) -> float:
        """For ranking: within a level, hashes by nearness, then keypoints by how much agrees."""
        if self.distance_bits is not None and self.distance_bits <= THRESHOLDS.match_distance_bits:
            return 2000.0 - self.distance_bits
        seen = self.placed.evidence if self.placed is not None else None
        if seen is None:
            return 0.0 if self.distance_bits is None else (THRESHOLDS.judged_distance_bits - self.distance_bits) / 100
        return min(1000.0, seen.agreeing * seen.agreement + seen.inliers * seen.ratio)


def indexed_keypoints(references: int) -> int:
    """Return how many of its strongest keypoints each of so many references has in the index."""
    return max(
        THRESHOLDS.least_indexed_keypoints,
        min(THRESHOLDS.most_indexed_keypoints, THRESHOLDS.most_indexed_in_all // max(1, references)),
    )


class Library:
    """The smaller side of a comparison, such as a person's originals.

    Args:
        names: Of the references.
        load: Returns the features of one; called once for each while the index is made, and again for those that
            a query may resemble: they need not fit into memory.
    """

    def __init__(self, names: Sequence[str], load: Callable[[str], Features]) -> None:
        self._names = list(names)
        self._load = load
        self._held: OrderedDict[str, Features] = OrderedDict()
        self._holding = threading.Lock()
        self._views: list[tuple[int, int]] = []
        self._spots: list[tuple[NDArray[np.float32], NDArray[np.float32], int]] = []
        self._hashed: list[tuple[int, int]] = []
        self._drawn: dict[tuple[str, int], bool] = {}
        descriptors: list[NDArray[np.uint8]] = []
        hashes: list[bytes] = []
        most = indexed_keypoints(len(self._names))
        for place, name in enumerate(self._names):
            features = load(name)
            for number in indexed_views(features):
                view = features.views[number]
                self._views.append((place, number))
                kept = view.keypoints.strongest(most)
                # A copy: a part of an array keeps all of it in memory.
                descriptors.append(kept.descriptors.copy())
                self._spots.append((kept.points.copy(), kept.scales.copy(), view.size.width))
            for number, view in enumerate(features.views):
                if view.quality is not None and view.quality >= THRESHOLDS.least_quality:
                    self._hashed.append((place, number))
                    hashes.extend(view.pdq)
        self._hash_index = make_hash_index(hashes)
        self.stop_list = StopList(_grouped(descriptors, [place for place, _ in self._views], self._copies(hashes)))
        self._index = make_descriptor_index(descriptors)

    def __len__(self) -> int:
        """Return how many references there are."""
        return len(self._names)

    def find(self, query: Features, leave_out: Iterable[str] = ()) -> list[LibraryMatch]:
        """Return the references that a query resembles, each once and at its best, strongest first.

        Args:
            query: The picture asked about.
            leave_out: Names that are no answer, such as its own.
        """
        best: dict[str, LibraryMatch] = {}
        left_out = set(leave_out)
        drawn: dict[int, bool] = {}

        def take(found: LibraryMatch) -> None:
            if found.level in MATCHES and (
                self._between_screens(query, drawn, found) or self._on_one_ground(query, found)
            ):
                found = replace(found, level=TO_JUDGE)
            held = best.get(found.reference)
            if found.reference not in left_out and (held is None or _rank(found) < _rank(held)):
                best[found.reference] = found

        near = [(number, *each) for number, view in enumerate(query.views) for each in self._near(view)]
        for number, place, theirs, bits, way in near:
            if bits <= THRESHOLDS.match_distance_bits:
                take(self._same(number, query.views[number], place, theirs, bits, way))
        sure = {name for name, found in best.items() if found.level in MATCHES}
        for number, view in enumerate(query.views):
            for found in self._by_keypoints(number, view, sure):
                take(found)
        sure = {name for name, found in best.items() if found.level in MATCHES}
        for number, place, theirs, bits, way in near:
            if bits > THRESHOLDS.match_distance_bits and self._names[place] not in sure | left_out:
                unsure = self._perhaps(number, query.views[number], place, theirs, bits, way)
                if unsure is not None:
                    take(unsure)
        return sorted(best.values(), key=_rank)

    def _between_screens(self, query: Features, drawn: dict[int, bool], found: LibraryMatch) -> bool:
        reference = self.features(found.reference)
        seen, of = query.views[found.query_view], reference.views[found.reference_view]

        def both_drawn() -> bool:
            if seen.frame not in drawn:
                drawn[seen.frame] = is_drawn_page(query, seen.frame)
            return drawn[seen.frame] and self._is_drawn(found.reference, reference, of.frame)

        return only_the_application(seen, of, None if found.placed is None else found.placed.evidence, both_drawn)

    def _on_one_ground(self, query: Features, found: LibraryMatch) -> bool:
        if found.placed is None:
            return False
        seen, of = query.views[found.query_view], self.features(found.reference).views[found.reference_view]
        laid = lay_over(seen.grey, of.grey, found.placed.onto_grey(seen, of))
        if laid is not None and is_only_the_ground(laid):
            return True
        if seen.fine is None or of.fine is None:
            return False
        papers = lay_over(seen.fine, of.fine, found.placed.onto_fine(seen, of))
        return papers is not None and is_written_otherwise(papers)

    def _is_drawn(self, name: str, reference: Features, frame: int) -> bool:
        if (name, frame) not in self._drawn:
            self._drawn[name, frame] = is_drawn_page(reference, frame)
        return self._drawn[name, frame]

    def _near(self, view: PictureView) -> list[tuple[int, int, int, int]]:
        """Return reference, view, distance in bits and orientation of near hashes, nearest first."""
        if view.quality is None or view.quality < THRESHOLDS.least_quality or not self._hashed:
            return []
        nearest: dict[tuple[int, int], tuple[int, int]] = {}
        for near in self._hash_index.near([view.pdq[0]], THRESHOLDS.judged_distance_bits):
            place, way = divmod(near.reference, len(ORIENTATIONS))
            held = nearest.get(self._hashed[place], (THRESHOLDS.judged_distance_bits + 1, 0))
            nearest[self._hashed[place]] = min(held, (near.distance_bits, way))
        ranked = sorted((bits, way, *place) for place, (bits, way) in nearest.items())
        matches = sum(bits <= THRESHOLDS.match_distance_bits for bits, *_ in ranked)
        return [
            (place, theirs, bits, way) for bits, way, place, theirs in ranked[: matches + THRESHOLDS.compared_by_pixels]
        ]

    def _same(self, number: int, view: PictureView, place: int, theirs: int, bits: int, way: int) -> LibraryMatch:  # noqa: PLR0913
        reference = self.features(self._names[place]).views[theirs]
        whole = not view.region and not reference.region
        placed = compare_filling(view, reference, ORIENTATIONS[way], bits)
        level, method = (SAME_PICTURE, "pdq") if whole else (INSIDE, "pdq-region")
        return LibraryMatch(self._names[place], level, method, number, theirs, way, placed, bits)

    def _perhaps(  # noqa: PLR0913
        self, number: int, view: PictureView, place: int, theirs: int, bits: int, way: int
    ) -> LibraryMatch | None:
        """Return the pixels' answer on a hash that is near and not near enough: dark and soft pictures have no more."""
        reference = self.features(self._names[place]).views[theirs]
        whole = not view.region and not reference.region
        if bits > THRESHOLDS.pixels_distance_bits and not whole:
            return None
        placed = compare_boxes(view, reference, ORIENTATIONS[way], bits)
        level = level_by_pixels(placed.evidence) if bits <= THRESHOLDS.pixels_distance_bits else None
        if level is None and whole and worth_a_look(placed.evidence):
            level = TO_JUDGE
        if level is None:
            return None
        return LibraryMatch(
            self._names[place], level, "pdq" if whole else "pdq-region", number, theirs, way, placed, bits
        )

    def _by_keypoints(self, number: int, view: PictureView, sure: set[str]) -> Iterator[LibraryMatch]:
        asked = _kept(view.keypoints, self.stop_list.rare(view.keypoints.descriptors))
        view = replace(view, keypoints=asked)
        voting = asked.strongest(THRESHOLDS.asked_keypoints if view.region else voting_keypoints(view))
        quick = []
        for vote in self._index.votes(voting.descriptors, THRESHOLDS.voted_references):
            place, theirs = self._views[vote.reference]
            if self._names[place] in sure:
                continue
            quick.append((self._agreeing(voting, vote), vote.mirrored, place, theirs))
        chosen = [each for each in quick if each[0] >= THRESHOLDS.quick_inliers] or quick[:1]
        for _, mirrored, place, theirs in sorted(chosen, key=lambda each: -each[0])[: THRESHOLDS.fully_compared]:
            reference = self.features(self._names[place]).views[theirs]
            placed = compare_keypoints(view, reference, mirrored=mirrored)
            level = None if placed is None else level_of(placed.evidence)
            if level == SAME_PICTURE and (view.region or reference.region):
                level = INSIDE
            if level is not None:
                yield LibraryMatch(self._names[place], level, "keypoints", number, theirs, None, placed, None)

    def _agreeing(self, voting: Keypoints, vote: IndexVote) -> int:
        """Return how many of the keypoints that voted agree; for this no features need be loaded."""
        points, scales, width = self._spots[vote.reference]
        points = points[vote.pairs.reference]
        if vote.mirrored:
            points = mirrored_points(points, width)
        growth = voting.scales[vote.pairs.query] / np.maximum(scales[vote.pairs.reference], 1e-6)
        return agreeing_on_a_similarity(points, voting.points[vote.pairs.query], growth.astype(np.float32))

    def features(self, name: str) -> Features:
        """Return the features of a reference; those that were asked for last are held."""
        with self._holding:
            if name in self._held:
                self._held.move_to_end(name)
                return self._held[name]
        loaded = self._load(name)
        with self._holding:
            self._held[name] = loaded
            if len(self._held) > _HELD:
                self._held.popitem(last=False)
        return loaded

    def _copies(self, hashes: Sequence[bytes]) -> dict[int, int]:
        """Return for each reference the first one that is its copy by hash."""
        upright = [hashes[place * len(ORIENTATIONS)] for place in range(len(self._hashed))]
        first: dict[int, int] = {}
        for near in self._hash_index.near(upright, THRESHOLDS.match_distance_bits):
            one, other = self._hashed[near.query][0], self._hashed[near.reference // len(ORIENTATIONS)][0]
            first[max(one, other)] = min(first.get(max(one, other), one), one, other)
        return first


def voting_keypoints(view: PictureView) -> int:
    """Return how many keypoints of a whole picture vote: a tall one is mostly text and buttons."""
    tall = max(view.size) > THRESHOLDS.tall_ratio * min(view.size)
    return 2 * THRESHOLDS.asked_keypoints if tall else THRESHOLDS.asked_keypoints


def _kept(keypoints: Keypoints, keep: NDArray[np.bool_]) -> Keypoints:
    if keep.all():
        return keypoints
    return Keypoints(keypoints.points[keep], keypoints.scales[keep], keypoints.descriptors[keep])


def _grouped(
    descriptors: Sequence[NDArray[np.uint8]],
    owners: Sequence[int],
    copies: dict[int, int],
) -> list[NDArray[np.uint8]]:
    """Return one set of descriptors for each picture that is no copy of another."""
    return [each for each, owner in zip(descriptors, owners, strict=True) if copies.get(owner, owner) == owner]


_ORDER = {SAME_PICTURE: 0, INSIDE: 1, TO_JUDGE: 2}


def _rank(found: LibraryMatch) -> tuple[int, float, str]:
    return _ORDER[found.level], -found.strength, found.reference
