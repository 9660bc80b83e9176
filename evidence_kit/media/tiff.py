"""Directories of a TIFF or of an EXIF block: every entry with its own bytes, no offset believed.

Source: TIFF 6.0, section 2; Exif 2.32 (CIPA DC-008), 4.6.2.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import BinaryIO, Final, Literal, NamedTuple

LONGEST_VALUE_BYTES: Final = 1 << 20
_MOST_ENTRIES: Final = 2000
_MOST_DIRECTORIES: Final = 64
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_INTEGERS: Final = {1, 3, 4, 6, 8, 9, 13}
_SIGNED: Final = {6, 8, 9, 10}
_RATIONALS: Final = {5, 10}
# Directories that an entry points to, and what the readers call them.
_INNER: Final = {
    0x8769: "EXIF",
    0x8825: "GPS",
    0xA005: "Interoperability",
}


class Ratio(NamedTuple):
    """A rational number as the file writes it.

    Attributes:
        numerator: As it stands, not shortened.
        denominator: May be 0.
    """

    numerator: int
    denominator: int


class TiffEntry(NamedTuple):
    """One entry of a directory.

    Attributes:
        directory: `Image` for the first one, `Thumbnail` for the one behind it, `IFD n` for further ones (pages of a
            TIFF), `EXIF`, `GPS`, `Interoperability`.
        tag: Its number.
        type: Number of its type, 2 for ASCII, 7 for undefined, 129 for UTF-8.
        values: How many values it claims to have.
        data: Their bytes as they stand, at most 1 MiB.
        little: Numbers begin with their lowest byte.
    """

    directory: str
    tag: int
    type: int
    values: int
    data: bytes
    little: bool

    @property
    def whole(self) -> bool:
        """Whether all bytes that the entry claims are here."""
        return len(self.data) == self.values * _SIZES[self.type]

    @property
    def order(self) -> Literal["little", "big"]:
        """Which byte of a number comes first."""
        return "little" if self.little else "big"

    def integers(self) -> list[int]:
        """Return its values as whole numbers, none where it has others."""
        if self.type not in _INTEGERS:
            return []
        return self._numbers(_SIZES[self.type])

    def ratios(self) -> list[Ratio]:
        """Return its values as rational numbers; whole numbers over 1."""
        if self.type in _RATIONALS:
            flat = self._numbers(4)
            return list(map(Ratio, flat[::2], flat[1::2]))
        return [Ratio(number, 1) for number in self.integers()]

    def _numbers(self, width: int) -> list[int]:
        signed = self.type in _SIGNED
        whole = len(self.data) // width * width
        return [int.from_bytes(self.data[at : at + width], self.order, signed=signed) for at in range(0, whole, width)]


def read(file: BinaryIO, start: int = 0) -> list[TiffEntry]:
    """Return the entries of all directories, as far as they can be followed.

    Args:
        file: What holds the block.
        start: Where the block begins in it; all offsets count from there.

    Raises:
        ValueError: No block begins there, or it is a BigTIFF.
    """
    file.seek(start)
    head = file.read(8)
    if head[:4] not in {b"II*\0", b"MM\0*"}:
        raise ValueError("no TIFF header")
    return list(_Walk(file, start, little=head[:2] == b"II").entries(head))


class _Walk:
    """Follows directories of one block, each only once."""

    def __init__(self, file: BinaryIO, start: int, *, little: bool) -> None:
        self._file, self._start, self._little = file, start, little
        self._seen: set[int] = set()
        self._count = 0

    def entries(self, head: bytes) -> Iterator[TiffEntry]:
        at, number = self._number(head[4:8]), 0
        while at:
            name = ("Image", "Thumbnail")[number] if number < 2 else f"IFD {number}"
            at = yield from self._directory(at, name)
            number += 1

    def _directory(self, at: int, name: str) -> Generator[TiffEntry, None, int]:
        """Yield the entries of one directory and of those below it; returns where the next one stands, 0 for none."""
        if at in self._seen or len(self._seen) >= _MOST_DIRECTORIES:
            return 0
        self._seen.add(at)
        count = self._number(self._bytes(at, 2))
        raw = self._bytes(at + 2, 12 * count + 4)
        for place in range(0, min(12 * count, len(raw) // 12 * 12), 12):
            entry = self._entry(raw[place : place + 12], name)
            if entry is None:
                continue
            yield entry
            below = entry.integers()[:1] if entry.tag in _INNER and name in {"Image", "EXIF"} else []
            for inner in below:
                yield from self._directory(inner, _INNER[entry.tag])
        return self._number(raw[12 * count : 12 * count + 4])

    def _entry(self, raw: bytes, name: str) -> TiffEntry | None:
        tag, kind, count = self._number(raw[:2]), self._number(raw[2:4]), self._number(raw[4:8])
        self._count += 1
        if kind not in _SIZES or self._count > _MOST_ENTRIES:
            return None
        size = count * _SIZES[kind]
        data = raw[8 : 8 + size] if size <= 4 else self._bytes(self._number(raw[8:12]), min(size, LONGEST_VALUE_BYTES))
        return TiffEntry(name, tag, kind, count, data, self._little)

    def _bytes(self, at: int, size: int) -> bytes:
        self._file.seek(self._start + at)
        return self._file.read(size)

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, "little" if self._little else "big")
