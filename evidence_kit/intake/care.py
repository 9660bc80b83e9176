"""What is not copied in the case of a minor, or of somebody whose age nobody has recorded.

Possessing sexual material of a minor is punishable in Morocco without an exemption for associations, and nobody
here has looked: so in such a case no picture, no film, and nothing that may hold one is copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_kit.model import Family, Kind

REASON: Final = "minor-media"
ADULT: Final = "adult"
# Text and sound are kept, unless a picture is packed into them: data URIs, MMS parts, cover art.
_KEPT_FAMILIES: Final = frozenset({Family.TEXT, Family.AUDIO, Family.EMPTY})
_MARKS: Final = (
    b"/9j/4", b"iVBORw0KGgo", b"R0lGOD", b"UklGR", b"data:image", b"data:video",
    b"APIC", b"covr", b"METADATA_BLOCK_PICTURE", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n",
)  # fmt: skip
_LONGEST_MARK_BYTES: Final = max(len(mark) for mark in _MARKS)


def may_hold_pictures(kind: Kind) -> bool:
    """Say whether this type is, or can carry, a picture or a film; an unknown type can."""
    return kind.family not in _KEPT_FAMILIES


class Marks:
    """Looks for the marks of packed pictures in bytes that come piece by piece."""

    def __init__(self) -> None:
        self.found = False
        self._rest = b""

    def write(self, data: bytes, /) -> int:
        """Look at the next piece; a mark may stand across two of them."""
        if not self.found:
            block = self._rest + data
            self.found = any(mark in block for mark in _MARKS)
            self._rest = block[-_LONGEST_MARK_BYTES:]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def picture_inside(stream: Iterator[bytes]) -> bool:
    """Say whether the bytes of a text or sound bear the mark of a picture packed into them, across pieces too."""
    marks = Marks()
    for piece in stream:
        marks.write(piece)
        if marks.found:
            return True
    return False
