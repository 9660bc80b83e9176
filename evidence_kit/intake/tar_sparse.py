"""Sparse members of a tar: files with holes, of which only the filled parts are stored.

Source: GNU tar manual, "Storing Sparse Files": the old GNU format, and formats 0.1 and 1.0 in pax records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

BLOCK_BYTES: Final = 512
RATIO_LIMIT: Final = 200
RATIO_FLOOR_BYTES: Final = 64 << 20
_MOST_PARTS: Final = 100_000
_LARGEST_MAP_BYTES: Final = 4 << 20
_LARGEST_BYTES: Final = 1 << 62
_PIECE_BYTES: Final = 1 << 20
_NUMBER: Final = re.compile(rb"[0-9]{1,19}")

ReadAt = Callable[[int, int], bytes]
"""Returns the bytes of the tar at an offset, at most so many."""


class StoredPart(NamedTuple):
    """A part of a file that a tar holds; before and behind it are holes.

    Attributes:
        offset: Where it stands in the file, in bytes.
        size_bytes: Its length.
    """

    offset: int
    size_bytes: int


class SparseMap(NamedTuple):
    """How a file with holes lies in a tar.

    Attributes:
        size_bytes: Length of the file.
        parts: The parts that are stored, in order, without overlap.
        data_offset: Where in the tar the first part begins.
        header_bytes: How many bytes of the map stand between the header and what it counts as content.
        name: The name of the file, where the member's own is only a stand-in.
    """

    size_bytes: int
    parts: tuple[StoredPart, ...]
    data_offset: int
    header_bytes: int = 0
    name: bytes | None = None

    @property
    def too_hollow(self) -> bool:
        """Whether it grows more than a file that is worth reading: a hole costs nothing to claim."""
        stored = sum(part.size_bytes for part in self.parts)
        return self.size_bytes > max(RATIO_FLOOR_BYTES, RATIO_LIMIT * stored)


def pax_sparse_map(
    records: Mapping[bytes, bytes], data_offset: int, size_bytes: int, read_at: ReadAt
) -> SparseMap | None:
    """Return the map that pax records give, None where they give none that fits.

    Args:
        records: Of this member.
        data_offset: Where its content begins, map included.
        size_bytes: Length of that content.
        read_at: Reads the tar.
    """
    name = records.get(b"GNU.sparse.name")
    if records.get(b"GNU.sparse.major") == b"1":
        size = _number(records.get(b"GNU.sparse.realsize", b""))
        raw = read_at(data_offset, min(size_bytes, _LARGEST_MAP_BYTES))
        numbers, length = _listed(raw)
        begin = -(-length // BLOCK_BYTES) * BLOCK_BYTES
        return _checked(size, numbers, data_offset + begin, size_bytes - begin, name)
    numbers = [_number(each) for each in records.get(b"GNU.sparse.map", b"").split(b",") if each]
    size = _number(records.get(b"GNU.sparse.size", b""))
    return _checked(size, numbers, data_offset, size_bytes, name) if numbers else None


def gnu_sparse_map(header: bytes, data_offset: int, size_bytes: int, read_at: ReadAt) -> SparseMap | None:
    """Return the map in an old GNU header and the blocks behind it, None where it does not fit.

    Args:
        header: The member's header, 512 bytes.
        data_offset: Where the blocks behind the header begin, in bytes from the start of the tar.
        size_bytes: The stored size that the header declares.
        read_at: Gives bytes of the tar from an offset.
    """
    raw, more, behind = header[386:482], header[482] != 0, 0
    while more and len(raw) < _LARGEST_MAP_BYTES:
        block = read_at(data_offset + behind, BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            return None
        raw, more, behind = raw + block[:504], block[504] != 0, behind + BLOCK_BYTES
    numbers = []
    for at in range(0, len(raw), 12):
        field = raw[at : at + 12].strip(b" \0")
        if not field:
            break
        numbers.append(int(field, 8) if re.fullmatch(rb"[0-7]{1,11}", field) else None)
    size = header[483:495].strip(b" \0")
    real = int(size, 8) if re.fullmatch(rb"[0-7]{1,11}", size) else None
    found = _checked(real, numbers, data_offset + behind, size_bytes, None)
    return None if found is None else found._replace(header_bytes=behind)


def sparse_pieces(sparse: SparseMap, read_at: ReadAt) -> Iterator[bytes]:
    """Yield the file, holes as zeros, in pieces of at most 1 MiB; ends early where the tar does."""
    at, stored = 0, sparse.data_offset
    for offset, length in sparse.parts:
        yield from _zeros(offset - at)
        left = length
        while left:
            piece = read_at(stored, min(_PIECE_BYTES, left))
            if not piece:
                return
            yield piece
            stored += len(piece)
            left -= len(piece)
        at = offset + length
    yield from _zeros(sparse.size_bytes - at)


def _zeros(count: int) -> Iterator[bytes]:
    while count > 0:
        yield bytes(min(_PIECE_BYTES, count))
        count -= _PIECE_BYTES


def _checked(
    size: int | None, numbers: list[int | None], data_offset: int, stored_bytes: int, name: bytes | None
) -> SparseMap | None:
    if size is None or size > _LARGEST_BYTES or len(numbers) % 2 or len(numbers) > 2 * _MOST_PARTS:
        return None
    reached, stored, parts = 0, 0, []
    for offset, length in zip(numbers[::2], numbers[1::2], strict=True):
        if offset is None or length is None or offset < reached or offset + length > size:
            return None
        reached, stored = offset + length, stored + length
        if length:
            parts.append(StoredPart(offset, length))
    return SparseMap(size, tuple(parts), data_offset, 0, name) if stored <= stored_bytes else None


def _listed(raw: bytes) -> tuple[list[int | None], int]:
    """Return the numbers of a map, one on a line behind their count, and how long the map is."""
    head, found, rest = raw.partition(b"\n")
    count = _number(head) if found else None
    if count is None or count > _MOST_PARTS:
        return [None], 0
    lines = rest.split(b"\n", 2 * count)
    if len(lines) < 2 * count + 1:
        return [None], 0
    numbers = lines[: 2 * count]
    return [_number(each) for each in numbers], len(head) + 1 + sum(len(each) + 1 for each in numbers)


def _number(field: bytes) -> int | None:
    return int(field) if _NUMBER.fullmatch(field) else None
