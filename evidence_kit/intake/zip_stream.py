"""The content of one zip member, as a stream that is counted and summed while it flows."""

from __future__ import annotations

import bz2
import copy
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import Protocol

from evidence_kit.intake.containers import BZIP2, DEFLATED, LZMA, STORED, ZipMember, ZipVerdict
from evidence_kit.intake.inflate import RAW, Inflater
from evidence_kit.intake.window import Seekable

PIECE_BYTES = 1 << 20
_LZMA_MEMORY_BYTES = 256 << 20  # more than 7-Zip's highest level takes
_LZMA_END_MARK = 0x0002


class MemberError(Exception):
    """A member differs from its declaration in the zip; the bytes yielded before still stand in the file.

    Attributes:
        reason: `refused` (its verdict is not readable), `over-limit`, `size-lies` (more or less than is
            declared), `wrong-crc`, `truncated` (the packed bytes end too early), `damaged` (they cannot be
            unpacked), `bytes-behind` (content whole and right, but more packed bytes stand behind its end).
        read_bytes: How much content was yielded.
    """

    def __init__(self, reason: str, read_bytes: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.read_bytes = read_bytes


class _Unpacker(Protocol):
    """Decompressor as bz2 and lzma have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Stored:
    """Content that is not packed; its end is the end of the packed bytes."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return data[:max_length]

    def copy(self) -> _Stored:
        return self


class _Packed:
    """The packed bytes of a member, taken piece by piece."""

    def __init__(self, source: Seekable, offset: int, size_bytes: int) -> None:
        self.source, self._at, self.left_bytes = source, offset, size_bytes
        self._returned = b""

    def give_back(self, data: bytes) -> None:
        """Put bytes before those that come next."""
        self._returned = data

    def take(self, most: int) -> bytes:
        """The next bytes, at most so many; none when the packed bytes or the file end."""
        if self._returned:
            data, self._returned = self._returned, b""
            return data
        self.source.seek(self._at)
        piece = self.source.read(min(most, self.left_bytes))
        self._at += len(piece)
        self.left_bytes -= len(piece)
        return piece

    def copy(self) -> _Packed:
        return copy.copy(self)


class MemberStream:
    """The content of a member on its way; see `read_member`.

    Args:
        source: The zip; its position is moved before every read.
        member: What to read.
        limit: How many bytes of content are wanted at most.

    Raises:
        MemberError: It may not be read, or its packed bytes begin wrongly.
    """

    def __init__(self, source: Seekable, member: ZipMember, limit: int) -> None:
        if member.verdict is not ZipVerdict.READABLE or member.data_offset is None:
            raise MemberError("refused", 0)
        self._member, self._limit = member, limit
        self._packed = _Packed(source, member.data_offset, member.packed_bytes)
        self._unpacker = _unpacker(member, self._packed)
        self._read = self._crc = 0
        self._ended = False

    def next_piece(self) -> bytes:
        """Return the next piece, of at most 1 MiB; empty at the end.

        Raises:
            MemberError: Something does not fit.
        """
        packed, unpacker, member = self._packed, self._unpacker, self._member
        while not self._ended and not unpacker.eof:
            given = packed.take(PIECE_BYTES) if unpacker.needs_input else b""
            if not given and unpacker.needs_input:
                break
            try:
                piece = unpacker.decompress(given, PIECE_BYTES)
            except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:  # bz2 says OSError
                raise MemberError("damaged", self._read) from error
            read = self._read + len(piece)
            if read > min(member.size_bytes, self._limit):
                raise MemberError("over-limit" if read <= member.size_bytes else "size-lies", self._read)
            self._read = read
            self._crc = zlib.crc32(piece, self._crc)
            if piece:
                return piece
        if not self._ended:
            self._ended = True
            self._judge()
        return b""

    def copy(self) -> MemberStream | None:
        """Return a second stream that goes on from here, or None where the state cannot be copied."""
        if isinstance(self._unpacker, (Inflater, _Stored)):
            again = copy.copy(self)
            again._packed = self._packed.copy()  # noqa: SLF001 - its own kind
            again._unpacker = self._unpacker.copy()  # noqa: SLF001 - its own kind
            return again
        return None if self._read else MemberStream(self._packed.source, self._member, self._limit)

    def _judge(self) -> None:
        whole = self._unpacker.eof or (self._member.method == STORED and not self._packed.left_bytes)
        faults = {
            "truncated": not whole,
            "size-lies": self._read < self._member.size_bytes,
            "wrong-crc": self._crc != self._member.crc32,
            "bytes-behind": bool(self._packed.left_bytes or self._unpacker.unused_data),
        }
        for reason, present in faults.items():
            if present:
                raise MemberError(reason, self._read)


def read_member(source: Seekable, member: ZipMember, limit: int) -> Iterator[bytes]:
    """Yield the content of a member in pieces of at most 1 MiB; lazy.

    Args:
        source: The zip that `examine` looked at; its position is moved before every read, so that two members
            may be read in turns.
        member: What to read; two members of one name are two members.
        limit: How many bytes of content are wanted at most.

    Raises:
        MemberError: As soon as something does not fit. Nothing beyond the declared size is ever yielded.
    """
    content = MemberStream(source, member, limit)
    while piece := content.next_piece():
        yield piece


def _unpacker(member: ZipMember, packed: _Packed) -> _Unpacker:
    if member.method == DEFLATED:
        return Inflater(RAW)
    if member.method == BZIP2:
        return bz2.BZ2Decompressor()
    return _lzma(member, packed) if member.method == LZMA else _Stored()


def _lzma(member: ZipMember, packed: _Packed) -> _Unpacker:
    """LZMA behind the header of the old `.lzma` format, which the library reads with a limit on memory."""
    header = packed.take(9)
    if len(header) < 9 or header[2:4] != b"\x05\x00":
        raise MemberError("damaged", 0)
    size = -1 if member.flags & _LZMA_END_MARK else member.size_bytes
    packed.give_back(header[4:] + struct.pack("<q", size))
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY_BYTES)
