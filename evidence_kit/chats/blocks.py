"""Cuts a file of markup or mail where a record begins, in memory that does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evidence_kit.chats.message import ByteRange

CHUNK_BYTES = 1 << 18
LONGEST_BYTES = 1 << 26
_MARK_BYTES = 1 << 10


class MarkedBlock(NamedTuple):
    """The bytes from one mark to the next.

    Attributes:
        data: Its bytes; None when they are more than a record may have.
        place: Where in the file.
        marked: Whether it begins with a mark; only the first of a file does not.
    """

    data: bytes | None
    place: ByteRange
    marked: bool


def marked_blocks(
    export: BinaryIO, mark: re.Pattern[bytes], longest_bytes: int = LONGEST_BYTES
) -> Iterator[MarkedBlock]:
    """Yield the blocks of a file in order; together they are the whole file.

    Args:
        export: Stands at its beginning.
        mark: Matches where a record begins: at most `_MARK_BYTES`, the same however much follows.
        longest_bytes: A block of more is passed over, and yielded in pieces without its bytes.
    """
    held, offset, marked, overflowing, searched = b"", 0, False, False, 0
    while True:
        data = export.read(CHUNK_BYTES)
        held += data
        begin = 0
        for found in mark.finditer(held, searched):
            if found.start() > begin:
                whole = None if overflowing else held[begin : found.start()]
                yield MarkedBlock(whole, ByteRange(offset + begin, offset + found.start()), marked)
            begin, marked, overflowing = found.start(), True, False
        held, offset = held[begin:], offset + begin
        if not data:
            break
        searched = max(len(held) - _MARK_BYTES, 1 if marked else 0)
        if len(held) > longest_bytes:
            kept = min(len(held), CHUNK_BYTES)
            yield MarkedBlock(None, ByteRange(offset, offset + len(held) - kept), marked)
            held, offset, overflowing, searched = held[-kept:], offset + len(held) - kept, True, 1
    if held:
        yield MarkedBlock(None if overflowing else held, ByteRange(offset, offset + len(held)), marked)
