"""A file whose bytes are brought anew in the middle of reading, as the same bytes under another handle."""

from __future__ import annotations

import io
import os
from typing import BinaryIO

from evidence_kit.positioned_file import PositionedFile

_BUFFER_BYTES = 1 << 18


class Exchanged(io.BufferedReader):
    """Reads on where it was after `exchange`.

    Args:
        payload: The bytes, until they are exchanged.
    """

    def __init__(self, payload: BinaryIO) -> None:
        # Apart from this object: a circle of references would keep a whole export in memory until it is collected.
        self._payload = _Payload(payload)
        super().__init__(PositionedFile(self._payload), _BUFFER_BYTES)

    def exchange(self, payload: BinaryIO) -> None:
        """Go on reading from another handle of the same bytes."""
        self._payload.file = payload


class _Payload:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(size_bytes)

    def length(self) -> int:
        return self.file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Leave it open: it belongs to the caller."""
