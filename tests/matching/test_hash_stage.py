"""Pairs and clusters from recorded hashes: ranked, bounded, symmetric, nothing dropped."""

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.hashing.perceptual import QUALITY_LIMIT as PDQ_QUALITY_LIMIT
from evidence_kit.matching.clusters import Cluster, clusters_of
from evidence_kit.matching.description import QUALITY_LIMIT, Hashes, Unmatchable, hashes_of
from evidence_kit.matching.pairs import CANDIDATE, SAME_PICTURE, Pair, pairs_between, pairs_within
from evidence_kit.model import Json

DICE = random.Random(3)
EIGHT = tuple(DICE.randbytes(32) for _ in ORIENTATIONS)


def flipped(hashed: bytes, bits: int) -> bytes:
    return (int.from_bytes(hashed) ^ ((1 << bits) - 1)).to_bytes(32)


def item(name: str, upright: bytes = EIGHT[0], others: tuple[bytes, ...] = EIGHT[1:]) -> Hashes:
    return Hashes(name, 90, (upright, *others), "0" * 16, "f" * 16)


def unlike(name: str) -> Hashes:
    return Hashes(name, 90, tuple(DICE.randbytes(32) for _ in ORIENTATIONS), None, None)


@pytest.mark.parametrize(
    ("bits", "level", "limit"),
    [(0, SAME_PICTURE, 31), (31, SAME_PICTURE, 31), (32, CANDIDATE, 80), (80, CANDIDATE, 80), (81, None, None)],
)
def test_the_distance_decides_the_level(bits: int, level: str | None, limit: int | None) -> None:
    found = pairs_between([item("E2", flipped(EIGHT[0], bits))], [item("E1")])
    expected = [] if level is None or limit is None else [Pair("E2", "E1", "pdq", "upright", bits, limit, level, 0, 0)]
    assert found == expected


@pytest.mark.parametrize("place", range(8))
def test_the_orientation_says_how_the_reference_is_turned(place: int) -> None:
    query = Hashes("E2", 90, (flipped(EIGHT[place], 3), *unlike("x").pdq[1:]), None, None)
    [pair] = pairs_between([query], [unlike("E0"), item("E1")])
    assert (pair.reference, pair.orientation, pair.distance_bits) == ("E1", ORIENTATIONS[place].name, 3)
    assert pair.phash_bits is None


def test_pairs_are_ranked_and_an_item_is_never_its_own_pair() -> None:
    items = [item("E1"), item("E2", flipped(EIGHT[0], 40)), item("E3", flipped(EIGHT[0], 2)), unlike("E4")]
    found = pairs_within(items)
    assert [(pair.query, pair.reference, pair.distance_bits) for pair in found] == [
        ("E3", "E1", 2),
        ("E3", "E2", 38),
        ("E2", "E1", 40),
    ]


def test_clusters_are_built_from_matches_and_never_from_candidates() -> None:
    items = [item(f"E{n}", flipped(EIGHT[0], 25 * n)) for n in range(3)]
    assert clusters_of(pairs_within(items)) == [Cluster(("E0", "E1", "E2"), 25)]
    far = [item("E1"), item("E2", flipped(EIGHT[0], 32))]
    assert pairs_within(far)[0].level == CANDIDATE
    assert clusters_of(pairs_within(far)) == []


@given(edges=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda edge: edge[0] != edge[1])))
def test_clusters_are_the_connected_parts(edges: list[tuple[int, int]]) -> None:
    pairs = [Pair(f"E{a:02}", f"E{b:02}", "pdq", "upright", 1, 31, SAME_PICTURE, None, None) for a, b in edges]
    parts = {f"E{n:02}": {f"E{n:02}"} for edge in edges for n in edge}
    for a, b in edges:
        joined = parts[f"E{a:02}"] | parts[f"E{b:02}"]
        for member in joined:
            parts[member] = joined
    expected = {tuple(sorted(part)) for part in parts.values()}
    assert {cluster.items for cluster in clusters_of(pairs)} == expected


def recorded(**changes: Json) -> dict[str, Json]:
    hashes: dict[str, Json] = {way.name: one.hex() for way, one in zip(ORIENTATIONS, EIGHT, strict=True)}
    return {"pdq": {"quality": 90, "hashes": hashes}, "phash": "0" * 16, "dhash": "f" * 16, **changes}


def test_recorded_facts_become_hashes() -> None:
    assert hashes_of("E1", recorded()) == item("E1")
    assert hashes_of("E1", recorded(phash="<script>")) == Hashes("E1", 90, EIGHT, None, "f" * 16)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Unmatchable("E1", "no-hashes")),
        ({"pdq": None}, Unmatchable("E1", "no-hashes")),
        ({"pdq": {"quality": 49, "hashes": {}}}, Unmatchable("E1", "no-detail", 49)),
        ({"pdq": {"quality": True, "hashes": {}}}, Unmatchable("E1", "damaged-hashes")),
        ({"pdq": {"quality": 70, "hashes": {"upright": "00"}}}, Unmatchable("E1", "damaged-hashes", 70)),
        ({"pdq": {"quality": 70, "hashes": []}}, Unmatchable("E1", "damaged-hashes")),
    ],
)
def test_what_cannot_be_matched_says_why(facts: dict[str, Json], expected: Unmatchable) -> None:
    assert hashes_of("E1", facts) == expected


def test_the_limit_of_quality_is_that_of_the_hash() -> None:
    assert QUALITY_LIMIT == PDQ_QUALITY_LIMIT


def test_importing_the_parents_side_loads_nothing_heavy() -> None:
    script = (
        "import sys, evidence_kit.workers.pool, evidence_kit.matching.pairs, evidence_kit.matching.clusters;"
        "sys.exit(bool({'numpy', 'PIL', 'av', 'imagehash', 'scipy', 'exifread'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
