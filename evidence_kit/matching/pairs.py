"""Ranked pairs of similar pictures, by hash: similar, never same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidence_kit.hashing.nearby import ExactIndex, Index
from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.matching.description import Hashes

METHOD = "pdq"
SAME_PICTURE, CANDIDATE = "same-picture", "candidate"

MATCH_BITS = 31
"""PDQ's own guidance; no false match in the pairs that were measured."""

CANDIDATE_BITS = 80
"""Up to here a person may look. Passport-style portraits of different people lie 54 to 76 bits apart."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items whose hashes lie near each other.

    Attributes:
        query: Id of the item that was asked about.
        reference: Id of the item it was compared with.
        method: What compared them: `pdq`.
        orientation: Id of words: how the reference is turned to look like the query.
        distance_bits: How many of 256 bits differ, in that orientation.
        limit_bits: Up to how many the level allows.
        level: `same-picture` (recompressed, scaled, lightly changed) or `candidate`, for a person to judge.
        phash_bits: Distance of the 64-bit phashes, both upright; None where one is not recorded.
        dhash_bits: The same of the dhashes.
    """

    query: str
    reference: str
    method: str
    orientation: str
    distance_bits: int
    limit_bits: int
    level: str
    phash_bits: int | None
    dhash_bits: int | None


def pairs_between(
    queries: Iterable[Hashes],
    references: Sequence[Hashes],
    make_index: Callable[[Iterable[bytes]], Index] = ExactIndex,
) -> list[Pair]:
    """Return the pairs of a query and a reference within the candidate limit, nearest first.

    Args:
        queries: Streamed through; the larger side. An item is never paired with itself.
        references: Indexed in all orientations, 256 bytes each; the smaller side, such as the victim's originals.
        make_index: Makes the index of the references.
    """
    return sorted(_between(queries, references, make_index), key=_rank)


def pairs_within(items: Sequence[Hashes], make_index: Callable[[Iterable[bytes]], Index] = ExactIndex) -> list[Pair]:
    """Return the pairs among the items of a case, each once with the later item as the query, nearest first."""
    places = {hashes.item: place for place, hashes in enumerate(items)}
    found = _between(items, items, make_index)
    return sorted((pair for pair in found if places[pair.query] > places[pair.reference]), key=_rank)


def _between(
    queries: Iterable[Hashes], references: Sequence[Hashes], make_index: Callable[[Iterable[bytes]], Index]
) -> Iterator[Pair]:
    index = make_index(one for reference in references for one in reference.pdq)
    for query in queries:
        nearest: dict[int, tuple[int, int]] = {}
        for near in index.near([query.pdq[0]], CANDIDATE_BITS):
            reference, way = divmod(near.reference, len(ORIENTATIONS))
            nearest[reference] = min(nearest.get(reference, (CANDIDATE_BITS + 1, 0)), (near.distance_bits, way))
        for place, (distance_bits, way) in nearest.items():
            if references[place].item != query.item:
                yield _pair(query, references[place], ORIENTATIONS[way].name, distance_bits)


def _pair(query: Hashes, reference: Hashes, orientation: str, distance_bits: int) -> Pair:
    matches = distance_bits <= MATCH_BITS
    return Pair(
        query.item,
        reference.item,
        METHOD,
        orientation,
        distance_bits,
        MATCH_BITS if matches else CANDIDATE_BITS,
        SAME_PICTURE if matches else CANDIDATE,
        _distance(query.phash, reference.phash),
        _distance(query.dhash, reference.dhash),
    )


def _distance(one: str | None, other: str | None) -> int | None:
    return None if one is None or other is None else (int(one, 16) ^ int(other, 16)).bit_count()


def _rank(pair: Pair) -> tuple[int, str, str]:
    return pair.distance_bits, pair.query, pair.reference
