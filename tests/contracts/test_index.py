"""What every index of hashes must do."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.hashing import nearby
from evidence_kit.hashing.nearby import BinaryIndex, ExactIndex, NearIndex, NearPair, make_index

INDEXES = [ExactIndex, BinaryIndex]
HASHES = st.lists(st.binary(min_size=8, max_size=8), max_size=12)


def by_hand(references: list[bytes], queries: list[bytes], limit_bits: int) -> list[NearPair]:
    return [
        NearPair(q, r, bits)
        for q, query in enumerate(queries)
        for r, reference in enumerate(references)
        if (bits := (int.from_bytes(query) ^ int.from_bytes(reference)).bit_count()) <= limit_bits
    ]


@pytest.mark.parametrize("index", INDEXES)
@given(references=HASHES, queries=HASHES, limit_bits=st.integers(0, 64))
def test_no_pair_is_missed_and_none_invented(
    index: Callable[[Iterable[bytes]], NearIndex], references: list[bytes], queries: list[bytes], limit_bits: int
) -> None:
    assert list(index(references).near(iter(queries), limit_bits)) == by_hand(references, queries, limit_bits)


@pytest.mark.parametrize("index", INDEXES)
def test_blocks_do_not_show(index: Callable[[Iterable[bytes]], NearIndex], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "_BLOCK_DISTANCES", 6)
    monkeypatch.setattr(nearby, "_BLOCK_QUERIES", 4)
    hashes = [bytes([n] * 32) for n in range(11)]
    assert list(index(hashes).near(hashes, 64)) == by_hand(hashes, hashes, 64)


@pytest.mark.parametrize("index", INDEXES)
def test_lengths_that_differ_are_refused(index: Callable[[Iterable[bytes]], NearIndex]) -> None:
    with pytest.raises(ValueError, match="one length"):
        index([bytes(8), bytes(16)])
    with pytest.raises(ValueError, match="one length"):
        index([bytes(7)])
    with pytest.raises(ValueError, match="the length of the references"):
        list(index([bytes(8)]).near([bytes(16)], 3))


@pytest.mark.parametrize("index", INDEXES)
def test_an_empty_index_finds_nothing(index: Callable[[Iterable[bytes]], NearIndex]) -> None:
    assert list(index([]).near([bytes(32)], 256)) == []


def test_many_hashes_are_searched_by_the_one_and_few_by_the_other() -> None:
    assert isinstance(make_index([bytes(32)] * 3), ExactIndex)
    assert isinstance(make_index([bytes(32)] * nearby.MANY), BinaryIndex)
