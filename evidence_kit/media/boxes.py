"""Walking the boxes of ISO base media files (MP4, MOV, HEIC, AVIF) without believing a length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_MOST_BOXES = 10_000


class IsoBox(NamedTuple):
    """One box.

    Attributes:
        type: Four bytes.
        start: Offset of its content.
        size_bytes: Length of its content, as far as the file goes.
    """

    type: bytes
    start: int
    size_bytes: int


def iso_boxes(file: BinaryIO, start: int, end: int) -> Iterator[IsoBox]:
    """Yield the boxes between two offsets; ends where a length makes no sense.

    Args:
        file: The whole file; its position moves.
        start: Offset of the first box, in bytes.
        end: Offset behind the last; a box that says it is longer is cut there.

    Source: ISO/IEC 14496-12, 4.2.
    """
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        size, kind, header = int.from_bytes(head[:4]), head[4:8], 8
        if size == 1:
            size, header = int.from_bytes(head[8:16]), 16
        elif size == 0:
            size = end - at
        if size < header:
            return
        yield IsoBox(kind, at + header, min(size, end - at) - header)
        at += size


def boxes_at_path(file: BinaryIO, start: int, end: int, *path: bytes) -> Iterator[IsoBox]:
    """Yield every box at a path of types, such as `moov`, `udta`.

    Args:
        file: The whole file; its position moves.
        start: Offset of the first box of the outermost level.
        end: Offset behind the last.
        *path: Types from the outermost to the innermost, four bytes each; at least one.
    """
    for box in iso_boxes(file, start, end):
        if box.type == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from boxes_at_path(file, box.start, box.start + box.size_bytes, *path[1:])


def box_content(file: BinaryIO, box: IsoBox, most_bytes: int) -> bytes:
    """Return the first bytes of a box's content.

    Args:
        file: The whole file; its position moves.
        box: A box of this file.
        most_bytes: How many bytes at most.
    """
    file.seek(box.start)
    return file.read(min(box.size_bytes, most_bytes))
