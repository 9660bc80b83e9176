"""Exact digests of a stream, made in the one pass that reads it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from evidence_kit.model import ByteSink, Digest


def sha256(data: bytes) -> Digest:
    """Return the SHA-256 of bytes that are already in memory."""
    return Digest(hashlib.sha256(data).hexdigest())


class Tally:
    """SHA-256, CRC-32 and length of everything that passes by.

    MD5 and SHA-1 are left out on purpose: in the same pass they halve the speed of taking evidence in, so
    they are made when somebody asks for them.
    """

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self.size_bytes = 0

    def add(self, piece: bytes | memoryview) -> None:
        """Count one more piece of the stream."""
        self._sha256.update(piece)
        self._crc32 = zlib.crc32(piece, self._crc32)
        self.size_bytes += len(piece)

    @property
    def sha256(self) -> Digest:
        """SHA-256 of everything added so far."""
        return Digest(self._sha256.hexdigest())

    @property
    def crc32(self) -> str:
        """CRC-32 as zip archives use it, eight lower-case hexadecimal digits."""
        return f"{self._crc32:08x}"


def tally_stream(pieces: Iterable[bytes | memoryview]) -> Tally:
    """Read a stream to its end and return its digests."""
    total = Tally()
    for piece in pieces:
        total.add(piece)
    return total


class TallyingSink:
    """Counts and hashes the bytes that are written, and passes them on; without a sink they are forgotten."""

    def __init__(self, sink: ByteSink | None = None) -> None:
        self.tally = Tally()
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        """Count one more piece of the stream, and hand it on."""
        self.tally.add(data)
        return len(data) if self._sink is None else self._sink.write(data)

    def flush(self) -> None:
        """Flush the sink behind it."""
        if self._sink is not None:
            self._sink.flush()
