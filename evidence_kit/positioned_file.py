"""A file that keeps its own position over bytes which others read too."""

from __future__ import annotations

import io
import os
from typing import Any, Protocol


class Bytes(Protocol):
    """Bytes of a known length that are read at any place, such as behind a descriptor that a program shares."""

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        """Return up to so many bytes from an offset on, none behind the end."""
        ...

    def length(self) -> int:
        """Return the length in bytes."""
        ...

    def close(self) -> None:
        """Let go of them."""
        ...


class PositionedFile(io.RawIOBase):
    """Reads bytes front to back, or from anywhere, at a position that nobody else moves."""

    def __init__(self, source: Bytes) -> None:
        super().__init__()
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Return True: this file is readable."""
        return True

    def seekable(self) -> bool:
        """Return True: positions are numbers of its own."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as io.RawIOBase has it
        """Fill the buffer as far as the file goes and return how many bytes that was."""
        piece = self._source.read_at(self._at, len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position and return it.

        Raises:
            OSError: It lies before the beginning.
        """
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        base = self._source.length() if base is None else base
        if base + offset < 0:
            raise OSError("before the beginning of the file")
        self._at = base + offset
        return self._at

    def close(self) -> None:
        """Let go of the bytes."""
        if not self.closed:
            self._source.close()
        super().close()
