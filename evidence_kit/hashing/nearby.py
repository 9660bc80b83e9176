"""Which hashes lie near each other: an index by Hamming distance, with numpy for few and faiss for many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD_BYTES = 8
MANY = 20_000
"""References from which on faiss is faster than numpy although it has to be loaded: docs/MATCHING.md."""

_BLOCK_DISTANCES = 1 << 20
"""Distances in memory at once: 8 MiB for the XOR of a word, as much for the sums."""
_BLOCK_QUERIES = 64


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two hashes within a limit.

    Attributes:
        query: Position among the queries, from 0.
        reference: Position in the index, from 0.
        distance_bits: How many bits differ.
    """

    query: int
    reference: int
    distance_bits: int


class NearIndex(Protocol):
    """Finds the hashes near others; every implementation passes `tests/contracts/test_index.py`."""

    def near(self, queries: Iterable[bytes], limit_bits: int) -> Iterator[NearPair]:
        """Yield every pair at most `limit_bits` apart, by query, then by reference.

        Args:
            queries: Hashes as long as those of the index; read lazily.
            limit_bits: Largest distance that still counts.

        Raises:
            ValueError: A query of another length.
        """
        ...


class ExactIndex:
    """Compares with every reference: no pair is missed; 32 bytes of memory a PDQ hash.

    Args:
        references: Hashes of one length, a multiple of 8 bytes; read once.

    Raises:
        ValueError: Lengths differ, or are no multiple of 8.
    """

    def __init__(self, references: Iterable[bytes]) -> None:
        import numpy as np

        hashes = list(references)
        self._hash_bytes = _hash_bytes_of(hashes)
        # A column lies in one piece: each word of all references is read in a row.
        words = np.frombuffer(b"".join(hashes), dtype=np.uint64)
        self._words = np.asfortranarray(words.reshape(len(hashes), self._hash_bytes // _WORD_BYTES))

    def __len__(self) -> int:
        """Return the number of references."""
        return len(self._words)

    def near(self, queries: Iterable[bytes], limit_bits: int) -> Iterator[NearPair]:
        """Return all pairs within a distance; see `NearIndex.near`. Memory is bounded for any input.

        Raises:
            ValueError: A query has not the length of the references.
        """
        import numpy as np

        step = max(1, _BLOCK_DISTANCES // max(1, len(self)))
        for first, block in _blocks(queries, step):
            if any(len(one) != self._hash_bytes for one in block) and len(self):
                raise ValueError("a query has the length of the references")
            if not len(self):
                continue
            words = np.frombuffer(b"".join(block), dtype=np.uint64).reshape(len(block), -1)
            yield from self._near_block(first, words, limit_bits)

    def _near_block(self, first: int, queries: NDArray[np.uint64], limit_bits: int) -> Iterator[NearPair]:
        import numpy as np

        found: list[NearPair] = []
        step = max(1, _BLOCK_DISTANCES // len(queries))
        for start in range(0, len(self), step):
            part = self._words[start : start + step]
            # Two hashes of 256 bits may be 256 apart, which one byte would count as 0.
            distances = np.zeros((len(queries), len(part)), dtype=np.uint16)
            for word in range(part.shape[1]):
                distances += np.bitwise_count(queries[:, word, None] ^ part[None, :, word])
            rows, columns = np.nonzero(distances <= limit_bits)
            found.extend(
                NearPair(first + int(row), start + int(column), int(distances[row, column]))
                for row, column in zip(rows, columns, strict=True)
            )
        yield from sorted(found, key=lambda near: (near.query, near.reference))


class BinaryIndex:
    """The same with faiss: no pair is missed, and a large index is gone through several times as fast.

    Args:
        references: Hashes of one length, a multiple of 8 bytes; read once.

    Raises:
        ValueError: Lengths differ, or are no multiple of 8.
    """

    def __init__(self, references: Iterable[bytes]) -> None:
        import faiss
        import numpy as np

        hashes = list(references)
        self._hash_bytes = _hash_bytes_of(hashes)
        # faiss knows no hashes of no length.
        self._index = faiss.IndexBinaryFlat(8 * max(self._hash_bytes, _WORD_BYTES))
        if hashes:
            self._index.add(np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), -1))

    def __len__(self) -> int:
        """Return the number of references."""
        return int(self._index.ntotal)

    def near(self, queries: Iterable[bytes], limit_bits: int) -> Iterator[NearPair]:
        """See `NearIndex.near`; memory grows with the pairs of a block of queries.

        Raises:
            ValueError: A query has not the length of the references.
        """
        import numpy as np

        for first, block in _blocks(queries, _BLOCK_QUERIES):
            if any(len(one) != self._hash_bytes for one in block) and len(self):
                raise ValueError("a query has the length of the references")
            if not len(self):
                continue
            asked = np.frombuffer(b"".join(block), np.uint8).reshape(len(block), -1)
            ends, distances, places = self._index.range_search(asked, limit_bits + 1)
            for number in range(len(block)):
                mine = slice(int(ends[number]), int(ends[number + 1]))
                pairs = zip(places[mine].tolist(), distances[mine].tolist(), strict=True)
                yield from (NearPair(first + number, place, int(bits)) for place, bits in sorted(pairs))


def make_index(references: Iterable[bytes]) -> NearIndex:
    """Return the index that fits the number of hashes.

    Raises:
        ValueError: Lengths differ, or are no multiple of 8.
    """
    hashes = list(references)
    return ExactIndex(hashes) if len(hashes) < MANY else BinaryIndex(hashes)


def _hash_bytes_of(hashes: Sequence[bytes]) -> int:
    """Return the length that all hashes have, 0 where there is none.

    Raises:
        ValueError: Lengths differ, or are no multiple of 8.
    """
    size = len(hashes[0]) if hashes else 0
    if size % _WORD_BYTES or any(len(one) != size for one in hashes):
        raise ValueError("hashes of one index have one length, a multiple of 8 bytes")
    return size


def _blocks(queries: Iterable[bytes], size: int) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Yield lists of at most `size` queries, each with the position of its first."""
    first = 0
    block: list[bytes] = []
    for query in queries:
        block.append(query)
        if len(block) == size:
            yield first, block
            first, block = first + size, []
    if block:
        yield first, block
