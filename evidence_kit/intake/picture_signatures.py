"""Signatures of files that are not copied in the case of a minor, or of a person of unrecorded age.

Possessing sexual material of a minor is punishable in Morocco without an exemption for associations, and nobody
here has looked: so in such a case no picture, no film, and nothing that may hold one is copied.
"""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.model import Family, Kind

REASON: Final = "minor-media"
ADULT: Final = "adult"
# Text and sound are kept, unless a picture is packed into them: data URIs, MMS parts, attachments, cover art.
_KEPT_FAMILIES: Final = frozenset({Family.TEXT, Family.AUDIO, Family.EMPTY})
# Mails are texts here: what they carry is looked for in them like in any other text.
_MAILS: Final = frozenset({"eml", "mbox"})
_MARKS: Final = (
    # As they are, in base64 of either alphabet, quoted-printable, hexadecimal, uuencoded, and as lists of numbers.
    *(b"\xff\xd8\xff" + bytes([marker]) for marker in b"\xc0\xc4\xdb\xe0\xe1\xe2\xe8\xed\xee\xfe"),
    b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"WEBPVP8", b"\x80theora",
    *(b"ftyp" + brand for brand in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif", b"avis", b"qt  ")),
    b"/9j/4", b"_9j_4", b"\\/9j\\/4", b"iVBORw0KGgo", b"R0lGOD", b"UklGR", b"Z0eXB", b"GkXfo",
    b"=FF=D8=FF", b"=89PNG", b"ffd8ffe0", b"FFD8FFE0", b"ffd8ffe1", b"FFD8FFE1", b"ffd8ffdb", b"FFD8FFDB",
    b"89504e470d0a", b"89504E470D0A", b"M_]C_X", b"255,216,255", b"255, 216, 255", b"137,80,78,71", b"137, 80, 78, 71",
    # What says that a picture follows.
    b"data:image", b"data:video", b"APIC", b"covr", b"METADATA_BLOCK_PICTURE", b"metadata_block_picture", b"COVERART=",
    b"coverart=",
)  # fmt: skip
# The track of a film in what calls itself a recording.
_FILM: Final = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_LONGEST_MARK_BYTES: Final = 32


def may_hold_pictures(kind: Kind) -> bool:
    """Say whether this type is, or can carry, a picture or a film; an unknown type can."""
    return kind.family not in _KEPT_FAMILIES and kind.name not in _MAILS


def is_text(kind: Kind) -> bool:
    """Say whether files may be packed into this type as letters."""
    return kind.family is Family.TEXT or kind.name in _MAILS


class PictureMarks:
    """Looks for the marks of packed pictures in bytes that come piece by piece."""

    def __init__(self) -> None:
        self.found = False
        self._rest = b""

    def write(self, data: bytes | memoryview, /) -> int:
        """Look at the next piece; a mark may stand across two of them."""
        if not self.found:
            block = b"".join((self._rest, data))
            self.found = _marked(block) or (b"\0" in block and _marked(block.replace(b"\0", b"")))
            # Twice as much, because in UTF-16 every letter takes two bytes.
            self._rest = block[-2 * _LONGEST_MARK_BYTES :]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _marked(block: bytes) -> bool:
    return any(mark in block for mark in _MARKS) or _FILM.search(block) is not None
