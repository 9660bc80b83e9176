"""Which reference pictures share keypoints with a query: an index of descriptors that vote."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.geometry import KeypointPairs
from evidence_kit.matching.keypoints import DESCRIPTOR_BYTES, one_handed
from evidence_kit.matching.thresholds import THRESHOLDS

EXACT_BELOW = 30_000
"""Descriptors up to which looking at all of them is as fast as an index."""

_SAMPLE_PER_LIST = 16
_ROUNDS = 3
_AT_ONCE = 64
_NONE = np.zeros((0, DESCRIPTOR_BYTES), np.uint8)


@dataclass(frozen=True, slots=True)
class IndexVote:
    """The votes of the index for one reference, or for its mirror image.

    Attributes:
        reference: Its place, in the order in which references were given.
        mirrored: The mirror image is meant.
        score: Sum over the query's descriptors; only good for ranking.
        pairs: Which keypoints voted.
    """

    reference: int
    mirrored: bool
    score: float
    pairs: KeypointPairs


class DescriptorIndex(Protocol):
    """Finds references by descriptors; every implementation passes `tests/contracts/test_descriptor_index.py`.

    A descriptor and its mirrored form are one entry, so one search asks for mirrored references too.
    """

    def votes(self, descriptors: NDArray[np.uint8], most: int) -> list[IndexVote]:
        """Return the references with most votes, best first; upright and mirrored ones apart.

        Args:
            descriptors: Of the query, one row of 128 bytes each.
            most: How many votes at most.
        """
        ...


class ExactDescriptors:
    """Compares with every descriptor; for a few dozen pictures."""

    def __init__(self, references: Iterable[NDArray[np.uint8]]) -> None:
        listed = list(references)
        whole = np.concatenate(listed) if listed else np.zeros((0, DESCRIPTOR_BYTES), np.uint8)
        turned, mirrored = one_handed(whole)
        self._owners = _Owners([len(each) for each in listed], mirrored)
        self._all = turned.astype(np.float32)
        self._squares = (self._all**2).sum(axis=1)

    def votes(self, descriptors: NDArray[np.uint8], most: int) -> list[IndexVote]:
        """See `DescriptorIndex.votes`."""
        count = min(THRESHOLDS.neighbours, len(self._all))
        if not count or not len(descriptors):
            return []
        turned, mirrored = one_handed(descriptors)
        near_rows, near_distances = [], []
        for start in range(0, len(turned), 256):
            block = turned[start : start + 256].astype(np.float32)
            distances = self._squares[None, :] - 2 * (block @ self._all.T)
            rows = np.argpartition(distances, count - 1, axis=1)[:, :count]
            found = np.take_along_axis(distances, rows, axis=1)
            order = np.argsort(found, axis=1, kind="stable")
            near_rows.append(np.take_along_axis(rows, order, axis=1))
            near_distances.append(np.take_along_axis(found, order, axis=1) + (block**2).sum(axis=1)[:, None])
        return self._owners.counted(np.concatenate(near_distances), np.concatenate(near_rows), mirrored, most)


class InvertedDescriptors:
    """Looks only into the lists of descriptors whose centres are nearest (faiss, 8 bits a value).

    Args:
        references: Descriptors of each reference; gone through twice.
        hand_over: The same list, to be emptied while its descriptors are taken over; None leaves them alone.
    """

    def __init__(
        self, references: Sequence[NDArray[np.uint8]], hand_over: list[NDArray[np.uint8]] | None = None
    ) -> None:
        import faiss

        counts = [len(each) for each in references]
        total = sum(counts)
        lists = lists_for(total)
        self._quantizer = faiss.IndexFlatL2(DESCRIPTOR_BYTES)
        self._index: Any = faiss.IndexIVFScalarQuantizer(
            self._quantizer,
            DESCRIPTOR_BYTES,
            lists,
            faiss.ScalarQuantizer.QT_8bit_direct,
            faiss.METRIC_L2,
            False,  # noqa: FBT003
        )
        self._index.cp.niter = _ROUNDS
        self._index.cp.max_points_per_centroid = _SAMPLE_PER_LIST
        # faiss prints a warning to the terminal where there are few points a list, which is no concern of a
        # volunteer's.
        self._index.cp.min_points_per_centroid = 1
        self._index.nprobe = THRESHOLDS.probed_lists
        self._index.train(one_handed(_sample(references, total, lists * _SAMPLE_PER_LIST))[0].astype(np.float32))
        mirrored = []
        for start in range(0, len(references), _AT_ONCE):
            part = references[start : start + _AT_ONCE]
            turned, which = one_handed(np.concatenate(part))
            self._index.add(turned.astype(np.float32))
            mirrored.append(which)
            if hand_over is not None:
                # Ten thousand pictures are a gigabyte: nothing is held twice.
                hand_over[start : start + _AT_ONCE] = [_NONE] * len(part)
        self._owners = _Owners(counts, np.concatenate(mirrored))

    def votes(self, descriptors: NDArray[np.uint8], most: int) -> list[IndexVote]:
        """See `DescriptorIndex.votes`."""
        if not len(descriptors):
            return []
        turned, mirrored = one_handed(descriptors)
        distances, rows = self._index.search(turned.astype(np.float32), THRESHOLDS.neighbours)
        return self._owners.counted(distances, rows, mirrored, most)


def make_descriptor_index(references: list[NDArray[np.uint8]]) -> DescriptorIndex:
    """Return the index that fits the number of descriptors; where they are many the list is emptied meanwhile."""
    total = sum(len(each) for each in references)
    return ExactDescriptors(references) if total < EXACT_BELOW else InvertedDescriptors(references, references)


def lists_for(total: int) -> int:
    """Return how many lists an index of so many descriptors has: a query then looks at about its square root."""
    return max(16, min(16_384, 1 << round(math.log2(1.5 * math.sqrt(max(1, total))))))


def _sample(references: Sequence[NDArray[np.uint8]], total: int, most: int) -> NDArray[np.uint8]:
    step = max(1, total // max(1, most))
    return np.concatenate([each[::step] for each in references])


class _Owners:
    """Whose each row of the index is, and how rows become votes.

    Args:
        counts: How many rows each reference has.
        mirrored: Which rows were mirrored.
    """

    def __init__(self, counts: Sequence[int], mirrored: NDArray[np.bool_]) -> None:
        self._ends = np.cumsum(counts, dtype=np.int64)
        self._counts = np.array(counts, np.int64)
        self._mirrored = mirrored

    def counted(
        self, distances: NDArray[np.float32], rows: NDArray[np.int64], mirrored: NDArray[np.bool_], most: int
    ) -> list[IndexVote]:
        """Return votes from the nearest rows of each query descriptor, nearest first.

        Args:
            distances: Squared, a row for each query descriptor.
            rows: Of the index, -1 where there is none.
            mirrored: Which of the query's descriptors were mirrored.
            most: How many votes at most.
        """
        valid = rows >= 0
        rows = np.where(valid, rows, 0)
        farthest = np.where(valid, distances, -np.inf).max(axis=1, keepdims=True)
        weights = np.sqrt(np.maximum(farthest, THRESHOLDS.near_square)) - np.sqrt(np.maximum(distances, 0))
        weights = np.where(valid, np.maximum(weights, 0), 0)
        # Two places for each reference: as it is, and mirrored where just one of the two descriptors was.
        owners = 2 * np.searchsorted(self._ends, rows, side="right") + (self._mirrored[rows] ^ mirrored[:, None])
        queries = np.repeat(np.arange(len(rows)), rows.shape[1])
        owner, row, weight = owners.ravel(), rows.ravel(), weights.ravel()
        keep = weight > 0
        queries, owner, row, weight = queries[keep], owner[keep], row[keep], weight[keep]
        places = 2 * len(self._counts)
        # Neighbours stand nearest first: of one picture a descriptor counts its nearest only.
        _, first = np.unique(queries * (places + 1) + owner, return_index=True)
        queries, owner, row, weight = queries[first], owner[first], row[first], weight[first]
        scores = np.bincount(owner, weights=weight, minlength=places)
        votes = []
        for place in np.argsort(-scores, kind="stable")[:most]:
            if scores[place] <= 0:
                break
            mine = owner == place
            reference = int(place) // 2
            begin = int(self._ends[reference] - self._counts[reference])
            pairs = KeypointPairs((row[mine] - begin).astype(np.intp), queries[mine].astype(np.intp))
            votes.append(IndexVote(reference, bool(place % 2), float(scores[place]), pairs))
        return votes
