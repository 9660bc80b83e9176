"""Bytes that can be read anywhere, each reader with a position of its own: files, stretches of files, memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol, TypeAlias

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Returns the bytes at an offset, at most so many, and fewer only where they end."""

PIECE_BYTES: Final = 1 << 20

_HAS_PREAD = hasattr(os, "pread")
# Older systems that can read at a place cannot yet read into given memory there.
_HAS_PREADV = hasattr(os, "preadv")
# Reading into fresh memory takes longer than reading: buffers go from hand to hand, one for each stream that is open.
_spare: list[bytearray] = []


class Seekable(Protocol):
    """A seekable source of bytes, from which the records of a container are read."""

    def seek(self, offset: int, /) -> int:
        """Go to an offset from the start."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, fewer only at the end."""
        ...


class Window:
    """A read-only view with a position of its own.

    Args:
        read_at: Where the bytes come from.
        start: Offset there at which the view begins.
        size_bytes: How long it is; None when that shows only at its end.

    Attributes:
        size_bytes: The same.
    """

    def __init__(self, read_at: ReadAt, start: int = 0, size_bytes: int | None = None) -> None:
        self.size_bytes = size_bytes
        self._read_at = read_at
        self._start = start
        self._position = 0

    def seek(self, offset: int, /) -> int:
        """Go to an offset from the start; nothing is read."""
        self._position = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, fewer only at the end."""
        if self.size_bytes is not None:
            size = min(size, self.size_bytes - self._position)
        if size <= 0:
            return b""
        data = self._read_at(self._start + self._position, size)
        self._position += len(data)
        return data

    def part(self, start: int = 0, size_bytes: int | None = None) -> Window:
        """Return a view of a stretch of this one, from its start to its end when nothing else is said."""
        if size_bytes is None and self.size_bytes is not None:
            size_bytes = self.size_bytes - start
        return Window(self._read_at, self._start + start, size_bytes)


def bytes_window(data: bytes) -> Window:
    """Return a view of bytes in memory."""
    return Window(lambda offset, size: data[offset : offset + size], 0, len(data))


def file_window(file: BinaryIO, size_bytes: int) -> Window:
    """Return a view of an open file, which may be read from several threads at once."""
    return Window(_positioned(file) if _HAS_PREAD else _taking_turns(file), 0, size_bytes)


def file_stream(file: BinaryIO) -> Iterator[memoryview]:
    """Yield an open file from its start in pieces of at most 1 MiB, each to be used before the next is asked for.

    Like views, it has a position of its own: the file may be read elsewhere meanwhile.
    """
    fill = _filling(file) if _HAS_PREADV else _copying(file)
    try:
        buffer = _spare.pop()
    except IndexError:  # asking first whether there is one would let another thread take it meanwhile
        buffer = bytearray(PIECE_BYTES)
    try:
        offset = 0
        with memoryview(buffer) as whole:
            while size := fill(offset, whole):
                with whole[:size] as piece:
                    yield piece
                offset += size
    finally:
        _spare.append(buffer)


def _filling(file: BinaryIO) -> Callable[[int, memoryview], int]:
    descriptor = file.fileno()
    return lambda offset, target: os.preadv(descriptor, [target], offset)


def _copying(file: BinaryIO) -> Callable[[int, memoryview], int]:
    read_at = _positioned(file) if _HAS_PREAD else _taking_turns(file)

    def fill(offset: int, target: memoryview) -> int:
        data = read_at(offset, len(target))
        target[: len(data)] = data
        return len(data)

    return fill


def _positioned(file: BinaryIO) -> ReadAt:
    descriptor = file.fileno()

    def read_at(offset: int, size: int) -> bytes:
        data = os.pread(descriptor, size, offset)
        # A short read is no end: a file on a phone may come in pieces.
        while len(data) < size and (more := os.pread(descriptor, size - len(data), offset + len(data))):
            data += more
        return data

    return read_at


def _taking_turns(file: BinaryIO) -> ReadAt:
    turn = threading.Lock()

    def read_at(offset: int, size: int) -> bytes:
        with turn:
            file.seek(offset)
            data = file.read(size)
            while len(data) < size and (more := file.read(size - len(data))):
                data += more
        return data

    return read_at
