"""One packed stream: gzip, bzip2 or xz, unpacked piece by piece under a limit."""

from __future__ import annotations

import bz2
import copy
import lzma
import zlib
from typing import Final

from evidence_kit.intake.inflate import GZIP, Inflater
from evidence_kit.intake.window import Window
from evidence_kit.intake.zip_stream import MemberError

PIECE_BYTES: Final = 1 << 20
RATIO_LIMIT: Final = 200
RATIO_FLOOR_BYTES: Final = 16 << 20
FORMS: Final = ("gzip", "bzip2", "xz")
_MEMORY_BYTES: Final = 256 << 20


class CompressedStream:
    """The plain bytes of a packed file on their way; several streams may stand one behind the other.

    Args:
        form: One of `FORMS`.
        window: The packed bytes.

    Attributes:
        ends_early: Other bytes stand behind the last stream; known once the end was reached.
    """

    def __init__(self, form: str, window: Window) -> None:
        self._form, self._window = form, window
        self._at = self.read_bytes = 0
        self._rest = b""
        self._unpacker = _unpacker(form)
        self._fresh = True
        self._ended = False
        self.ends_early = False

    def next_piece(self) -> bytes:
        """Return the next piece, of at most 1 MiB; empty at the end.

        Raises:
            MemberError: `damaged`, `truncated`, or `ratio` when it grows more than anything honest does.
        """
        while not self._ended:
            if self._unpacker.eof and not self._next():
                break
            given = self._given()
            try:
                piece = self._unpacker.decompress(given, PIECE_BYTES)
            except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:  # bz2 says OSError
                raise MemberError("damaged", self.read_bytes) from error
            self._fresh = self._fresh and not given
            if not piece and not given and not self._unpacker.eof:
                raise MemberError("truncated", self.read_bytes)
            self.read_bytes += len(piece)
            if self.read_bytes > max(RATIO_FLOOR_BYTES, RATIO_LIMIT * self._at):
                raise MemberError("ratio", self.read_bytes)
            if piece:
                return piece
        self._ended = True
        return b""

    def copy(self) -> CompressedStream | None:
        """Return a second stream that goes on from here, or None where the state cannot be copied."""
        if isinstance(self._unpacker, Inflater):
            again = copy.copy(self)
            again._unpacker = self._unpacker.copy()  # noqa: SLF001 - its own kind
            return again
        return None if self._at else CompressedStream(self._form, self._window)

    def _given(self) -> bytes:
        if not self._unpacker.needs_input:
            return b""
        if self._rest:
            given, self._rest = self._rest, b""
            return given
        self._window.seek(self._at)
        given = self._window.read(PIECE_BYTES)
        self._at += len(given)
        return given

    def _more(self, size: int) -> bytes:
        self._window.seek(self._at)
        more = self._window.read(size)
        self._at += len(more)
        return more

    def _next(self) -> bool:
        """Begin with the stream behind the one that has ended; of anything else behind it, that is noted."""
        rest = self._unpacker.unused_data
        if self._form == "xz":
            rest = self._padded(rest)
        if len(rest) < 8:
            rest += self._more(8 - len(rest))
        if not rest.startswith(_MAGIC[self._form]):
            self.ends_early = bool(rest)
            return False
        self._rest, self._unpacker = rest, _unpacker(self._form)
        return True

    def _padded(self, rest: bytes) -> bytes:
        """Return the bytes behind the zeros that may fill up an xz stream; source: the .xz file format, 2.2."""
        rest = rest.lstrip(b"\0")
        while not rest:
            self._window.seek(self._at)
            more = self._window.read(PIECE_BYTES)
            if not more:
                break
            self._at += len(more)
            rest = more.lstrip(b"\0")
        return rest


_MAGIC: Final = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0"}


def _unpacker(form: str) -> Inflater | bz2.BZ2Decompressor | lzma.LZMADecompressor:
    if form == "bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES) if form == "xz" else Inflater(GZIP)


def first_bytes(form: str, window: Window, most: int) -> bytes:
    """Return the first plain bytes, none where the stream is damaged from the start.

    Args:
        form: The packing, by the name of its kind, such as `gzip`.
        window: The packed file; its position stays where it is.
        most: How many plain bytes at most.
    """
    stream, head = CompressedStream(form, window.part()), b""
    try:
        while len(head) < most and (piece := stream.next_piece()):
            head += piece
    except MemberError:
        pass
    return head[:most]


def stated_name(window: Window) -> bytes | None:
    """Return the file name that a gzip header states (RFC 1952), None where it states none."""
    window.seek(0)
    header = window.read(1024)
    if header[:3] != b"\x1f\x8b\x08" or len(header) < 10 or not header[3] & 8:
        return None
    at = 10 + (2 + int.from_bytes(header[10:12], "little") if header[3] & 4 else 0)
    name, end, _ = header[at:].partition(b"\0")
    return name if end and name else None
