"""Reading an unpacked stream anywhere: forward in one pass, backward from the nearest remembered state.

A container inside a packed container has to be read from its end, and its plain bytes may not be put on a disk. So
the unpacking goes on from copies of its own state, taken every so often on the way.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from typing import Protocol, Self

_FIRST_STEP_BYTES = 1 << 20
# A state of deflate takes about 40 KB.
_MOST_STATES = 256


class UnpackedStream(Protocol):
    """Unpacked content on its way."""

    def next_piece(self) -> bytes:
        """Return the next piece, of at most 1 MiB; empty at the end."""
        ...

    def copy(self) -> Self | None:
        """Return a second stream that goes on from here; None where this cannot be done."""
        ...


class SeekableStream:
    """Random access to a stream; several threads may ask, one at a time is served.

    Args:
        start: The stream at its beginning, which can be copied at least there.
    """

    def __init__(self, start: UnpackedStream) -> None:
        self._states: list[tuple[int, UnpackedStream]] = [(0, start)]
        self._step_bytes = _FIRST_STEP_BYTES
        self._turn = threading.Lock()
        self._stream = self._again(start)
        self._offset = 0
        self._piece = b""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return the bytes at an offset, fewer only at the end.

        Raises:
            MemberError: The stream is damaged somewhere on the way.
        """
        found = bytearray()
        with self._turn:
            while len(found) < size:
                at = offset + len(found)
                if not self._offset <= at < self._offset + len(self._piece) and not self._go(at):
                    break
                begin = at - self._offset
                found += self._piece[begin : begin + size - len(found)]
        return bytes(found)

    def _go(self, offset: int) -> bool:
        """Bring the piece in which an offset lies; say whether the stream is so long."""
        number = bisect_right(self._states, offset, key=lambda state: state[0]) - 1
        behind = self._offset + len(self._piece)
        # Reading on is cheaper than beginning again, unless a remembered state lies between here and there.
        if offset < self._offset or self._states[number][0] > behind:
            self._offset, state = self._states[number]
            self._stream, self._piece = self._again(state), b""
        while offset >= self._offset + len(self._piece):
            self._offset += len(self._piece)
            self._piece = b""
            if self._offset - self._states[-1][0] >= self._step_bytes:
                self._remember()
            self._piece = self._stream.next_piece()
            if not self._piece:
                return False
        return True

    def _remember(self) -> None:
        state = self._stream.copy()
        if state is None:
            return
        self._states.append((self._offset, state))
        if len(self._states) > _MOST_STATES:
            # Every second state goes and the steps double: memory stays bounded, and going back costs half a step on
            # average, whatever the length.
            self._states[1:] = self._states[2::2]
            self._step_bytes *= 2

    @staticmethod
    def _again(state: UnpackedStream) -> UnpackedStream:
        stream = state.copy()
        if stream is None:
            raise TypeError("a stream that cannot begin again")
        return stream
