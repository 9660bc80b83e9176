"""A search for all hashes of 256 bits within a distance: exact, without looking at most of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Two hashes that differ in at most 31 bits differ, in one of 16 pieces of 16 bits, in at most one bit.
PIECES: Final = 16
FARTHEST_BITS: Final = 31
_PIECE_VALUES: Final = 1 << 16
_CANDIDATES_AT_ONCE: Final = 1 << 20


class NearIndex:
    """Finds hashes that differ in at most 31 bits.

    Args:
        hashes: One row of 32 bytes each.
    """

    def __init__(self, hashes: NDArray[np.uint8]) -> None:
        import numpy as np

        self._words = np.ascontiguousarray(hashes).view(np.uint64).reshape(len(hashes), 4)
        pieces = np.ascontiguousarray(hashes).view(np.uint16).reshape(len(hashes), PIECES)
        self._rows: list[NDArray[np.uint32]] = []
        self._starts: list[NDArray[np.int64]] = []
        for piece in range(PIECES):
            column = np.ascontiguousarray(pieces[:, piece])
            self._rows.append(np.argsort(column, kind="stable").astype(np.uint32))
            counts = np.bincount(column, minlength=_PIECE_VALUES)
            self._starts.append(np.concatenate(([0], np.cumsum(counts))))

    def near(self, queries: NDArray[np.uint8], farthest: int = FARTHEST_BITS) -> NDArray[np.int64]:
        """Return all pairs within a distance.

        Args:
            queries: One row of 32 bytes each.
            farthest: In how many bits a pair may differ, 31 at most.

        Returns:
            Rows of query, place in the index, distance in bits; in this order.

        Raises:
            ValueError: Farther than the index can promise to see.
        """
        import numpy as np

        if farthest > FARTHEST_BITS:
            raise ValueError(farthest)
        asked = np.ascontiguousarray(queries).view(np.uint64).reshape(len(queries), 4)
        pieces = np.ascontiguousarray(queries).view(np.uint16).reshape(len(queries), PIECES)
        turns = np.concatenate(([0], 1 << np.arange(PIECES))).astype(np.uint16)
        whose = np.repeat(np.arange(len(queries)), len(turns))
        found = [np.empty((0, 3), np.int64)]
        for piece in range(PIECES):
            probes = (pieces[:, piece, None] ^ turns).astype(np.int64).ravel()
            begins, ends = self._starts[piece][probes], self._starts[piece][probes + 1]
            for some in _stretches(ends - begins):
                rows, query = self._candidates(piece, begins[some], ends[some], whose[some])
                bits = np.bitwise_count(asked[query] ^ self._words[rows]).sum(axis=1, dtype=np.int64)
                close = bits <= farthest
                found.append(np.stack((query[close], rows[close].astype(np.int64), bits[close]), axis=1))
        return np.unique(np.concatenate(found), axis=0)

    def _candidates(
        self, piece: int, begins: NDArray[np.int64], ends: NDArray[np.int64], whose: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the places in the index that share a value of one piece, and the query of each."""
        import numpy as np

        sizes = ends - begins
        steps = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self._rows[piece][np.repeat(begins, sizes) + steps], np.repeat(whose, sizes)


def _stretches(sizes: NDArray[np.int64]) -> Iterator[slice]:
    """Yield stretches of probes with a bounded number of candidates: hashes that are all alike take time, not room."""
    import numpy as np

    start, sums = 0, np.cumsum(sizes)
    while start < len(sizes):
        before = int(sums[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(sums, before + _CANDIDATES_AT_ONCE, "right")))
        yield slice(start, stop)
        start = stop
