"""Reads the elements of a long JSON array many at a time: their ends from their brackets, their values in C.

The walk of `jsontree` hands over the bytes at an element of an array, and takes back what stands behind the last
element that could be read so. Nothing is decided here that the walk would decide otherwise: a stretch of elements
counts only when a strict decoder takes all of it, as many values come out as elements were seen, and as many keys as
there are colons outside of strings, so that no key stood twice. Whatever is not so, the walk looks at, one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BULK_BYTES: Final = 1 << 18

_QUOTE, _BACKSLASH, _COLON = 0x22, 0x5C, 0x3A
# `[` and `{`, `]` and `}` differ in this bit alone, and an opening one from a closing one in the other.
_BRACE_BIT, _OPENS_BIT = 0x20, 0x02
_OPENING, _CLOSING = 0x7B, 0x7D
# Backslashes before a quote that are counted one by one; a longer run is measured with all others at once.
_FEW_BACKSLASHES = 8
# As the walk takes separators: a comma may be missing, and two of them are something else.
_SEPARATOR = re.compile(rb"[ \t\r\n]*,?[ \t\r\n]*(?=[\[{])")
_DECODER = msgspec.json.Decoder(list, float_hook=str)


@dataclass(slots=True)
class BulkStretch:
    """Elements that stand one behind the other.

    Attributes:
        values: What each says; numbers with a fraction are strings. Empty where nobody wants it.
        ends: The offset behind each, from the beginning of the file.
        start: Offset of the first byte; what separates an element from the one before is counted with it.
        count: How many elements there are.
    """

    values: list[object]
    ends: list[int]
    start: int
    count: int


class ArrayElements:
    """The elements of one array, from one of them on.

    Args:
        export: Gives the bytes that follow `data`.
        data: Begins with an element's first byte.
        start: Offset of the first byte that belongs to that element, separators included.
        offset: Offset of `data`.

    Attributes:
        data: What was read and is not told; it begins behind the last element that was told.
        offset: Its offset.
        ended: Whether the file has no more bytes.
        told: Whether any element was told.
    """

    def __init__(self, export: BinaryIO, data: bytes, start: int, offset: int) -> None:
        self.data, self.offset, self.ended, self.told = data, offset, False, False
        self._export, self._start = export, start

    def stretches(self, *, wanted: bool, decode_one: Callable[[str], object]) -> Iterator[BulkStretch]:
        """Yield the elements as far as they can be read so.

        Args:
            wanted: Whether anybody asks what they say; otherwise they are only passed.
            decode_one: Decodes one element that the strict decoder refuses; raises ValueError or RecursionError for
                one that is no JSON.
        """
        lead = 0
        while True:
            self._fill()
            found = _boundaries(self.data, lead)
            if not found.ends:
                return
            reached = found.ends[-1]
            values = self._values(found, lead, decode_one) if wanted else []
            if wanted and len(values) < len(found.ends):
                # The walk takes the one behind these; what it makes of it decides how this goes on.
                if values:
                    reached = found.ends[len(values) - 1]
                    yield self._told(values, found.ends[: len(values)])
                    self._pass(reached)
                return
            yield self._told(values, found.ends)
            # Let go of these before the next are made: memory holds one stretch, not two.
            del values, found.ends[:]
            self._pass(reached)
            separator = _SEPARATOR.match(self.data)
            if separator is None:
                self._fill()
                separator = _SEPARATOR.match(self.data)
            if found.closed or separator is None:
                return
            lead = separator.end()

    def _fill(self) -> None:
        if len(self.data) < BULK_BYTES and not self.ended:
            more = self._export.read(BULK_BYTES)
            self.ended = not more
            self.data += more

    def _pass(self, reached: int) -> None:
        self.data = self.data[reached:]
        self.offset += reached

    def _told(self, values: list[object], ends: list[int]) -> BulkStretch:
        self.told = True
        start, base = self._start, self.offset
        self._start = base + ends[-1]
        return BulkStretch(values, [base + end for end in ends] if values else [], start, len(ends))

    def _values(self, found: _Boundaries, lead: int, decode_one: Callable[[str], object]) -> list[object]:
        """Return the values of the elements; fewer where one of them is not for this way of reading."""
        stretch = self.data[lead : found.ends[-1]]
        try:
            values: list[object] = _DECODER.decode(b"[" + stretch + b"]")
        except (msgspec.DecodeError, ValueError, RecursionError):
            values = []
        # The decoder keeps the last of two members of one name and says nothing: there are more colons than keys then,
        # and the words of the first would be lost.
        if len(values) == len(found.ends) and _keys(values, flat=found.flat) == found.colons:
            return values
        return self._one_by_one(found.ends, lead, decode_one)

    def _one_by_one(self, ends: list[int], lead: int, decode_one: Callable[[str], object]) -> list[object]:
        values: list[object] = []
        begin = lead
        for end in ends:
            try:
                values.append(decode_one(self.data[begin:end].decode("utf-8", "surrogateescape")))
            except (ValueError, RecursionError):
                break
            separator = _SEPARATOR.match(self.data, end)
            if separator is None:
                break
            begin = separator.end()
        return values


@dataclass(slots=True)
class _Boundaries:
    """Where the elements of a stretch end.

    Attributes:
        ends: Index behind each that ends in the stretch.
        colons: How many colons outside of strings stand before the last of these ends.
        flat: Whether no element has another inside.
        closed: Whether the array ends in the stretch.
    """

    ends: list[int]
    colons: int
    flat: bool
    closed: bool


def _boundaries(data: bytes, lead: int) -> _Boundaries:
    """Return where the elements end that begin at `lead`, by brackets outside of strings."""
    import numpy as np

    signs = np.frombuffer(data, np.uint8)
    quotes = _unescaped(signs, np.flatnonzero(signs == _QUOTE))
    # Square brackets and braces differ in one bit: with it set, one comparison finds both.
    folded = signs | _BRACE_BIT
    brackets = _outside(np.flatnonzero((folded == _OPENING) | (folded == _CLOSING)), quotes)
    if lead:
        brackets = brackets[np.searchsorted(brackets, lead) :]
    # This bit is set in opening brackets alone: the sum goes up at each of them and down at a closing one.
    depth = np.cumsum((signs[brackets] & _OPENS_BIT).astype(np.int64) - 1)
    # Below the depth at which the elements stand: the bracket that closes the array itself.
    below = np.flatnonzero(depth < 0)
    closed = bool(below.size)
    if closed:
        brackets, depth = brackets[: below[0]], depth[: below[0]]
    whole = np.flatnonzero(depth == 0)
    if not whole.size:
        return _Boundaries([], 0, flat=True, closed=closed)
    ends = brackets[whole] + 1
    colons = _outside(np.flatnonzero(signs[: ends[-1]] == _COLON), quotes)
    return _Boundaries(ends.tolist(), len(colons), flat=int(whole[-1]) + 1 == 2 * len(whole), closed=closed)


def _outside(places: NDArray[np.intp], quotes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the places that are in no string: an even number of quotes stands before each."""
    import numpy as np

    outside: NDArray[np.intp] = places[np.searchsorted(quotes, places) & 1 == 0]
    return outside


def _unescaped(signs: NDArray[np.uint8], quotes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the quotes that begin or end a string: an even number of backslashes stands before each."""
    import numpy as np

    escaped = quotes[(quotes > 0) & (signs[quotes - 1] == _BACKSLASH)]
    if not escaped.size:
        return quotes
    run = np.ones(len(escaped), np.int64)
    growing = np.arange(len(escaped))
    for length in range(1, _FEW_BACKSLASHES):
        before = escaped[growing] - length - 1
        growing = growing[(before >= 0) & (signs[before] == _BACKSLASH)]
        if not growing.size:
            break
        run[growing] += 1
    else:
        run = _runs(signs, escaped)
    return np.setdiff1d(quotes, escaped[run & 1 == 1], assume_unique=True)


def _runs(signs: NDArray[np.uint8], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many backslashes stand directly before each place."""
    import numpy as np

    backslashes = np.flatnonzero(signs == _BACKSLASH)
    begins = np.ones(len(backslashes), bool)
    begins[1:] = np.diff(backslashes) != 1
    first = backslashes[np.maximum.accumulate(np.where(begins, np.arange(len(backslashes)), 0))]
    lengths: NDArray[np.intp] = places - first[np.searchsorted(backslashes, places - 1)]
    return lengths


def _keys(values: list[object], *, flat: bool) -> int:
    """Return how many members all objects have together."""
    if flat:
        return sum([len(value) for value in values if type(value) is dict])
    return sum(map(_keys_within, values))


def _keys_within(value: object) -> int:
    if type(value) is dict:
        count = len(value)
        for inner in value.values():
            if type(inner) is dict or type(inner) is list:
                count += _keys_within(inner)
        return count
    if type(value) is list:
        return sum([_keys_within(inner) for inner in value])
    return 0
