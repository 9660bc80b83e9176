"""Marker segments of a JPEG up to its first scan, lengths not believed.

Source: ITU-T T.81, B.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

APP1: Final = 0xE1
APP2: Final = 0xE2
APP11: Final = 0xEB
_MOST_SEGMENTS: Final = 4000
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
# Markers without a length: fill, restarts, start of image.
_BARE: Final = {0x01, *range(0xD0, 0xD9)}


class JpegSegment(NamedTuple):
    """One segment.

    Attributes:
        marker: Its second byte, such as 0xE1 for APP1.
        start: Offset of its content in the file.
        size_bytes: Length of its content as declared.
    """

    marker: int
    start: int
    size_bytes: int


def jpeg_segments(file: BinaryIO, start: int = 0) -> Iterator[JpegSegment]:
    """Yield the segments of the JPEG that begins at `start`; ends at its first scan, or where none follows."""
    at = start + 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in {_END_OF_IMAGE, _START_OF_SCAN}:
            return
        if head[1] == 0xFF:
            at += 1
            continue
        if head[1] in _BARE:
            at += 2
            continue
        length = int.from_bytes(head[2:4])
        if length < 2:
            return
        yield JpegSegment(head[1], at + 4, length - 2)
        at += 2 + length


def segment_content(file: BinaryIO, segment: JpegSegment, most_bytes: int = 1 << 16) -> bytes:
    """Return the first bytes of a segment's content.

    Args:
        file: The whole file; its position moves.
        segment: A segment of this file.
        most_bytes: How many bytes at most; no segment is longer than the default.
    """
    file.seek(segment.start)
    return file.read(min(segment.size_bytes, most_bytes))
