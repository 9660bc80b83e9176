"""Plain words in the bytes of a text: small Latin letters, or letters of Arabic, with at most a mark behind them.

Most words of most texts are such, and are told by a few passes over the bytes; what is not one is looked at by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GAP, _LOWER, _UPPER, _MARK, _ARABIC, _REST, _LATIN, _OTHER = range(8)
# Of a word no more bytes are counted than six bits hold.
_LONGEST_BYTES: Final = 60
_LONGEST_WORD: Final = 30
_SHORTEST_WORD: Final = 3
_FEWEST_DOUBLED: Final = 2
_BITS: Final = 6
# The bytes that go on with a character.
_BEHIND_FIRST: Final = bytes(range(0x80, 0xC0))
_COUNTED: Final = (_OTHER, _LATIN, _ARABIC, _REST)
_ALIKE_PLACE: Final = 4


@dataclass(frozen=True, slots=True)
class PlainWords:
    """What stands between the spaces of some bytes; arrays are parallel, one entry a word.

    Attributes:
        starts: Offset of the first byte.
        ends: Offset of the space behind.
        sure: It is a plain word of three letters or more.
        little: It is a plain word of one letter or two.
        letters: How many characters it has, with its mark.
        distinct: How many letters differ from the one before, never more than do; of plain words only.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sure: NDArray[np.bool_]
    little: NDArray[np.bool_]
    letters: NDArray[np.int64]
    distinct: NDArray[np.int64]


def plain_words(raw: bytes) -> PlainWords:
    """Return the words of UTF-8 that ends with a space or a line break."""
    import numpy as np

    data = np.frombuffer(raw, np.uint8)
    sorts = np.frombuffer(raw.translate(_sorts()), np.uint8)
    if not raw.isascii():
        sorts = _without_signs(data, sorts)
    gaps = np.flatnonzero(sorts == _GAP)
    starts = np.concatenate(([0], gaps[:-1] + 1))
    filled = gaps > starts
    starts, ends = starts[filled], gaps[filled]
    if not len(starts):
        none = np.zeros(0, bool)
        return PlainWords(starts, ends, none, none, starts, starts)
    gap = sorts == _GAP
    # A capital begins a word, and a mark ends it; anywhere else they are as odd as any other sign.
    inner = (sorts == _UPPER) & ~np.concatenate(([True], gap[:-1]))
    inner |= (sorts == _MARK) & ~np.concatenate((gap[1:], [True]))
    counted = _packed().take(sorts)
    counted[inner] = 1
    alike = np.zeros(len(data), bool)
    alike[1:] = (data[1:] == data[:-1]) & (sorts[1:] != _REST)
    if not raw.isascii():
        alike[2:] |= (data[2:] == data[:-2]) & (sorts[2:] == _REST)
    counted += alike.astype(np.uint32) << np.uint32(_BITS * _ALIKE_PLACE)
    sums = np.add.reduceat(counted, starts)
    other, latin, arabic, rest, again = (
        (sums >> np.uint32(_BITS * place) & np.uint32((1 << _BITS) - 1)).astype(np.int64) for place in range(5)
    )
    size = ends - starts
    marks = sorts[ends - 1] == _MARK
    plain = (other == 0) & (size <= _LONGEST_BYTES) & (latin <= 1)
    plain &= (arabic == 0) | (2 * arabic + marks == size)
    letters = size - rest
    long = np.flatnonzero(size > _LONGEST_BYTES)
    # Their counts ran over.
    letters[long] = [len(raw[starts[at] : ends[at]].translate(None, _BEHIND_FIRST)) for at in long.tolist()]
    spoken = letters - marks
    plain &= spoken >= 1
    distinct = np.maximum(spoken - again, 1)
    # Letters of which none may stand alone are looked at by themselves.
    plain &= (2 * distinct > spoken) | ((distinct < _FEWEST_DOUBLED) & (arabic == 0))
    sure = plain & (spoken >= _SHORTEST_WORD) & (spoken <= _LONGEST_WORD)
    little = plain & (spoken < _SHORTEST_WORD)
    return PlainWords(starts, ends, sure, little, letters, distinct)


def _without_signs(data: NDArray[np.uint8], sorts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the sorts of bytes with what is no letter among the Arabic and Latin ones as other."""
    import numpy as np

    sorts = sorts.copy()
    behind = np.concatenate((data[1:], np.zeros(1, np.uint8)))
    # Signs and marks below U+0620, digits and signs from U+0660 to U+066D; the signs of times and of division.
    sorts[(data == 0xD8) & (behind < 0xA0)] = _OTHER
    sorts[(data == 0xD9) & (behind >= 0xA0) & (behind <= 0xAD)] = _OTHER
    sorts[(data == 0xC3) & ((behind == 0x97) | (behind == 0xB7))] = _OTHER
    return sorts


@cache
def _sorts() -> bytes:
    """Return the sort of every byte."""
    found = bytearray([_OTHER]) * 256
    found[0x20] = found[0x0A] = _GAP
    found[0x61:0x7B] = bytes([_LOWER]) * 26
    found[0x41:0x5B] = bytes([_UPPER]) * 26
    for mark in b",.;:!?":
        found[mark] = _MARK
    found[0xD8:0xDB] = bytes([_ARABIC]) * 3
    found[0x80:0xC0] = bytes([_REST]) * 64
    found[0xC3] = _LATIN
    return bytes(found)


@cache
def _packed() -> NDArray[np.uint32]:
    """Return what a byte of each sort adds to the counts of its word, six bits each."""
    import numpy as np

    found = np.zeros(8, np.uint32)
    for place, sort in enumerate(_COUNTED):
        found[sort] = 1 << _BITS * place
    return found
