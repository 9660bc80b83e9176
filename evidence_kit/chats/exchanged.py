"""A file whose bytes are brought anew in the middle of reading, as the same bytes under another handle."""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO


class Exchanged(io.BufferedReader):
    """Reads on where it was after `exchange`.

    Args:
        payload: The bytes, until they are exchanged.
    """

    def __init__(self, payload: BinaryIO) -> None:
        self._under = _Under(payload)
        super().__init__(self._under, _BUFFER_BYTES)

    def exchange(self, payload: BinaryIO) -> None:
        """Go on reading from another handle of the same bytes."""
        self._under.payload = payload


_BUFFER_BYTES = 1 << 18


class _Under(io.RawIOBase):
    def __init__(self, payload: BinaryIO) -> None:
        super().__init__()
        self.payload = payload
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        self.payload.seek(self._at)
        data = self.payload.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        if base is None:
            base = self.payload.seek(0, os.SEEK_END)
        self._at = base + offset
        return self._at
