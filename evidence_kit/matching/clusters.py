"""Groups of pictures held together by matches alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evidence_kit.matching.pairs import SAME_PICTURE, Pair


@dataclass(frozen=True, slots=True)
class Cluster:
    """Items of which each matches at least one other; two at opposite ends may be further apart.

    Attributes:
        items: Their ids, sorted, two at least.
        widest_bits: The largest distance among the matches that hold it together.
    """

    items: tuple[str, ...]
    widest_bits: int


def clusters_of(pairs: Iterable[Pair]) -> list[Cluster]:
    """Return the groups that the matches among the pairs make, largest first; candidates join nothing."""
    above: dict[str, str] = {}
    matches = [pair for pair in pairs if pair.level == SAME_PICTURE]
    for pair in matches:
        one, other = _root(above, pair.query), _root(above, pair.reference)
        above[max(one, other)] = min(one, other)
    members: dict[str, list[str]] = {}
    for item in above:
        members.setdefault(_root(above, item), []).append(item)
    widest = dict.fromkeys(members, 0)
    for pair in matches:
        root = _root(above, pair.query)
        widest[root] = max(widest[root], pair.distance_bits)
    found = [Cluster(tuple(sorted(items)), widest[root]) for root, items in members.items()]
    return sorted(found, key=lambda cluster: (-len(cluster.items), cluster.items))


def _root(above: dict[str, str], item: str) -> str:
    """Return the first item of the group, and shorten the way there for the next who asks."""
    above.setdefault(item, item)
    while above[item] != item:
        above[item] = above[above[item]]
        item = above[item]
    return item
