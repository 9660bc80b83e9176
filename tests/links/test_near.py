"""The search for near hashes, beside the slow and obvious one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from evidence_kit.links import near
from evidence_kit.links.near import FARTHEST_BITS, NearIndex


def _all_pairs(queries: NDArray[np.uint8], hashes: NDArray[np.uint8], farthest: int) -> list[list[int]]:
    apart = np.bitwise_count(queries[:, None, :] ^ hashes[None, :, :]).sum(axis=2, dtype=np.int64)
    return [[int(one), int(two), int(apart[one, two])] for one, two in np.argwhere(apart <= farthest)]


def _turned(rows: NDArray[np.uint8], bits: int, random: np.random.Generator) -> NDArray[np.uint8]:
    each = np.unpackbits(rows, axis=1)
    for row in each:
        row[random.choice(256, bits, replace=False)] ^= 1
    return np.packbits(each, axis=1)


@pytest.mark.parametrize("bits", [0, 1, 16, 30, 31, 32, 40])
def test_every_pair_within_the_distance_is_found_and_no_other(bits: int) -> None:
    random = np.random.default_rng(bits)
    hashes = random.integers(0, 256, (400, 32), dtype=np.uint8)
    queries = _turned(hashes[:60], bits, random)
    found = NearIndex(hashes).near(queries)
    assert found.tolist() == _all_pairs(queries, hashes, FARTHEST_BITS)
    assert (len(found) >= 60) is (bits <= FARTHEST_BITS)


def test_bits_that_differ_in_every_piece_are_found() -> None:
    # The worst case of the promise: two bits in fifteen pieces and one in the last.
    bits = np.zeros((1, 256), np.uint8)
    for piece in range(16):
        bits[0, 16 * piece : 16 * piece + (1 if piece == 15 else 2)] = 1
    found = NearIndex(np.zeros((1, 32), np.uint8)).near(np.packbits(bits, axis=1))
    assert found.tolist() == [[0, 0, 31]]


def test_hashes_that_are_all_alike_are_looked_at_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "_CANDIDATES_AT_ONCE", 50)
    hashes = np.zeros((300, 32), np.uint8)
    found = NearIndex(hashes).near(hashes[:3])
    assert len(found) == 900


def test_a_distance_that_the_index_cannot_promise_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        NearIndex(np.zeros((1, 32), np.uint8)).near(np.zeros((1, 32), np.uint8), 32)
