"""Walks a JSON file of any size, one record at a time, and knows the bytes of each.

A streaming parser tells neither where a record stands nor goes on behind one that is broken, and evidence
needs both. So a window moves over the text; Python's own decoder reads each value out of it; what it refuses
is measured by matching brackets, reported, and passed. Records that nothing is wrong with are read many at a time
by `jsonbulk`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, NamedTuple, TypeAlias

from evidence_kit.chats.jsonbulk import ArrayElements
from evidence_kit.chats.message import UnreadReason

Path: TypeAlias = tuple[str | int, ...]

CHUNK_BYTES = 1 << 18
RECORD_CHARACTERS = 1 << 24
MOST_TORN = 10_000
_MOST_ALONE = 1000

_SPACE = re.compile(r"[\s\ufeff]*")
_SEPARATOR = re.compile(r"[\s\ufeff]*,?[\s\ufeff]*")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[{}\[\]]', re.DOTALL)
_SCALAR = re.compile(r'[^\s,:{}\[\]"]+')


class JsonPiece(NamedTuple):
    """A value that was taken whole; a tuple, because there are millions.

    Attributes:
        path: Keys and indices that lead to it; empty for the end of the file.
        value: Numbers with a fraction are strings, as are NaN and the infinities.
        start: Offset of its first byte; what separates it from the piece before is counted with it.
        end: Offset after its last byte.
    """

    path: Path
    value: object
    start: int
    end: int


class ElementRun(NamedTuple):
    """Elements of an array that were taken whole, one behind the other.

    Attributes:
        path: Keys and indices that lead to the array.
        first: Index of the first of them.
        values: As in `JsonPiece`.
        start: Offset of the first byte of the first of them.
        ends: Offset behind each; where one ends, the next begins.
    """

    path: Path
    first: int
    values: list[object]
    start: int
    ends: list[int]


@dataclass(frozen=True, slots=True)
class TornJson:
    """A stretch that is no JSON, or that no reader should hold in memory."""

    path: Path
    start: int
    end: int
    why: UnreadReason
    detail: str = ""


class _RepeatedKeyError(ValueError):
    """An object has the same key twice."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise _RepeatedKeyError
    return told


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_constant=str, strict=False)


def json_pointer(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def walk_values(
    export: BinaryIO, into: Callable[[Path], bool], skip: re.Pattern[str] | None = None
) -> Iterator[JsonPiece | TornJson]:
    """Yield the values of a JSON file in file order; their ranges follow each other without a gap.

    Args:
        export: Stands at the beginning of UTF-8 text; bytes that are none become U+DC80 to U+DCFF.
        into: Whether the object or array at a path is entered, or taken as one value; the same for all elements of
            an array.
        skip: What stands before the JSON, such as an assignment; counted with the first piece.
    """
    for step in walk_runs(export, into, skip):
        if not isinstance(step, ElementRun):
            yield step
            continue
        path, index, start = step.path, step.first, step.start
        for value, end in zip(step.values, step.ends, strict=True):
            yield JsonPiece((*path, index), value, start, end)
            index, start = index + 1, end


def walk_runs(
    export: BinaryIO, into: Callable[[Path], bool], skip: re.Pattern[str] | None = None
) -> Iterator[JsonPiece | ElementRun | TornJson]:
    """Yield the same as `walk_values`, the elements of an array that is not entered many at a time.

    Args:
        export: As for `walk_values`.
        into: As for `walk_values`.
        skip: As for `walk_values`.
    """
    yield from _Walk(_begun(export, skip), into, None).pieces()


def values_at_paths(
    export: BinaryIO,
    into: Callable[[Path], bool],
    wanted: Callable[[Path], bool],
    skip: re.Pattern[str] | None = None,
) -> Iterator[JsonPiece]:
    """Yield the values at wanted paths; others are passed without being read, so that this costs little.

    Args:
        export: As for `walk_values`.
        into: As for `walk_values`.
        wanted: Whether the value at a path is wanted; the same for all elements of an array.
        skip: As for `walk_values`.
    """
    for step in _Walk(_begun(export, skip), into, wanted).pieces():
        if isinstance(step, JsonPiece) and wanted(step.path):
            yield step
        elif isinstance(step, ElementRun):
            index, start = step.first, step.start
            for value, end in zip(step.values, step.ends, strict=False):
                yield JsonPiece((*step.path, index), value, start, end)
                index, start = index + 1, end


def _begun(export: BinaryIO, skip: re.Pattern[str] | None) -> _Window:
    window = _Window(export)
    if skip is not None and (found := skip.match(window.text)):
        window.at = found.end()
    return window


def decoded_json(text: str) -> tuple[object, UnreadReason | None]:
    """Return the one JSON value in a text, with None; or None, with why it is none.

    Line ends inside strings are taken: exports hold them.
    """
    try:
        return _DECODER.decode(text), None
    except (ValueError, RecursionError) as error:
        return None, _why(error)


def json_shape(head: bytes) -> frozenset[str]:
    """Return the JSON paths that hold a value at the beginning of a file; indices are `*`."""
    seen: set[str] = set()

    def note(path: Path) -> bool:
        seen.add("".join("/*" if isinstance(part, int) else f"/{part}" for part in path))
        return len(path) < 6

    for piece in walk_values(BytesIO(head), note):
        note(piece.path)
    return frozenset(seen - {""})


@dataclass(slots=True)
class _Frame:
    """An object or array that the walk is inside of."""

    path: Path
    close: str
    index: int = 0


class _Walk:
    """Where the walk is; no recursion, so depth costs nothing but memory for its path."""

    def __init__(self, window: _Window, into: Callable[[Path], bool], wanted: Callable[[Path], bool] | None) -> None:
        self._window, self._into, self._wanted = window, into, wanted
        self._frames: list[_Frame] = []
        self._torn = 0
        # How many elements are to be taken one by one, and for how many that was so the last time.
        self._alone = self._fruitless = 0

    def pieces(self) -> Iterator[JsonPiece | ElementRun | TornJson]:
        """Yield until the file ends."""
        window = self._window
        if first := window.move_past(_SPACE):
            yield from self._take((), first)
        while self._frames and not window.ran_out:
            frame = self._frames[-1]
            character = window.move_past(_SEPARATOR)
            if character == frame.close:
                window.at += 1
                self._frames.pop()
            elif not character:
                yield TornJson(frame.path, *window.run_out(), UnreadReason.TRUNCATED)
            elif frame.close == "]":
                yield from self._element(frame, character)
            else:
                yield from self._member(frame.path, character)
        if window.ran_out:
            return
        if window.move_past(_SPACE):
            yield TornJson((), *window.run_out(), UnreadReason.MALFORMED, "something stands behind the end")
        else:
            yield JsonPiece((), None, *window.claim())

    def _element(self, frame: _Frame, character: str) -> Iterator[JsonPiece | ElementRun | TornJson]:
        """Yield the next element, or with it as many behind it as can be read at once."""
        path = (*frame.path, frame.index)
        if character not in {"{", "["} or self._into(path):
            frame.index += 1
            yield from self._take(path, character)
            return
        if not self._alone:
            before = frame.index
            yield from self._together(frame, wanted=self._wanted is None or self._wanted(path))
            if frame.index > before:
                self._fruitless = 0
                return
            # Changing over costs more than an element: where it was for nothing, it is not tried again soon.
            self._fruitless = min(2 * self._fruitless + 1, _MOST_ALONE)
            self._alone = self._fruitless
        self._alone -= 1
        frame.index += 1
        yield from self._take_whole(path)

    def _together(self, frame: _Frame, *, wanted: bool) -> Iterator[ElementRun]:
        """Yield elements that can be read many at a time; none where the first is not among them."""
        found = self._window.elements()
        for stretch in found.stretches(wanted=wanted, decode_one=_DECODER.decode):
            if wanted:
                yield ElementRun(frame.path, frame.index, stretch.values, stretch.start, stretch.ends)
            frame.index += stretch.count
        self._window.resume(found)

    def _member(self, path: Path, character: str) -> Iterator[JsonPiece | TornJson]:
        window = self._window
        try:
            key = window.value() if character == '"' else None
        except _TornError as torn:
            yield TornJson(path, torn.start, torn.end, torn.why, torn.detail)
            return
        if isinstance(key, str) and window.move_past(_SPACE) == ":":
            window.at += 1
            yield from self._take((*path, key), window.move_past(_SPACE))
        else:
            yield TornJson(path, *window.run_out(), UnreadReason.MALFORMED, "no key and colon where one must stand")

    def _take(self, path: Path, character: str) -> Iterator[JsonPiece | TornJson]:
        if character in {"{", "["} and self._into(path):
            self._frames.append(_Frame(path, "}" if character == "{" else "]"))
            self._window.at += 1
            return
        yield from self._take_whole(path)

    def _take_whole(self, path: Path) -> Iterator[JsonPiece | TornJson]:
        try:
            value = self._window.value()
        except _TornError as torn:
            yield TornJson(path, torn.start, torn.end, torn.why, torn.detail)
            self._torn += 1
            if self._torn > MOST_TORN:
                yield TornJson(
                    path, *self._window.run_out(), UnreadReason.MALFORMED, f"more than {MOST_TORN} broken records"
                )
        else:
            yield JsonPiece(path, value, *self._window.claim())


class _TornError(Exception):
    """No value could be read here; the passed bytes have been claimed."""

    def __init__(self, why: UnreadReason, detail: str, start: int, end: int) -> None:
        super().__init__(why, detail, start, end)
        self.why, self.detail, self.start, self.end = why, detail, start, end


class _Window:
    """The part of the text that is in memory.

    Attributes:
        text: That part.
        at: Index in it of the next character to read.
        ran_out: Whether the rest of the file was given up.
    """

    def __init__(self, export: BinaryIO) -> None:
        self._export = export
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._taken, self._offset, self._ended = 0, 0, False
        self.text, self.at, self.ran_out = "", 0, False
        self._fill()

    def claim(self) -> tuple[int, int]:
        """Return the byte range from the last claim to here."""
        start, stretch = self._offset, self.text[self._taken : self.at]
        self._offset += len(stretch) if stretch.isascii() else len(stretch.encode("utf-8", "surrogateescape"))
        self._taken = self.at
        return start, self._offset

    def elements(self) -> ArrayElements:
        """Hand over the bytes from here on, until `resume`."""
        lead = self.text[self._taken : self.at].encode("utf-8", "surrogateescape")
        waiting = self._decoder.getstate()[0]
        data = self.text[self.at :].encode("utf-8", "surrogateescape") + waiting
        return ArrayElements(self._export, data, self._offset, self._offset + len(lead))

    def resume(self, elements: ArrayElements) -> None:
        """Go on behind the last element that was told, with the bytes that are left over."""
        self._ended = self._ended or elements.ended
        self._decoder.reset()
        rest = self._decoder.decode(elements.data, final=self._ended)
        # Where none was told, what separates it from the piece before is still to be claimed.
        lead = "" if elements.told else self.text[self._taken : self.at]
        if elements.told:
            self._offset = elements.offset
        self.text, self.at, self._taken = lead + rest, len(lead), 0

    def move_past(self, pattern: re.Pattern[str]) -> str:
        """Go past a match and return the character that follows, "" at the end of the file."""
        while True:
            found = pattern.match(self.text, self.at)
            end = found.end() if found else self.at
            if end < len(self.text) or not self._fill():
                self.at = end
                return self.text[end : end + 1]

    def value(self) -> object:
        """Return the value that begins here and go past it.

        Raises:
            _TornError: It is no JSON, or longer than a record may be.
        """
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                measured = self._measure()
                if measured is None and self._more():
                    continue
                raise self._torn(error, measured) from error
            if end < len(self.text) or not self._more():
                self.at = end
                return value

    def run_out(self) -> tuple[int, int]:
        """Go to the end of the file without holding it; return the byte range from the last claim."""
        start, self.ran_out = self._offset, True
        more = True
        while more:
            self.at = len(self.text)
            self.claim()
            more = self._fill()
        return start, self._offset

    def _fill(self) -> bool:
        """Extend the window and forget claimed bytes; say whether there was more."""
        if self._ended:
            return False
        data = self._export.read(max(CHUNK_BYTES, len(self.text) - self._taken))
        self._ended = not data
        self.text = self.text[self._taken :] + self._decoder.decode(data, final=self._ended)
        self.at -= self._taken
        self._taken = 0
        return True

    def _more(self) -> bool:
        return len(self.text) - self._taken < RECORD_CHARACTERS and self._fill()

    def _torn(self, error: Exception, end: int | None) -> _TornError:
        if end is not None:
            self.at = end
            return _TornError(_why(error), str(error)[:200], *self.claim())
        why = UnreadReason.TRUNCATED if self._ended else UnreadReason.TOO_LONG
        if self.text[self.at : self.at + 1] in {",", ":", "}", "]"}:
            why = UnreadReason.MALFORMED
        return _TornError(why, str(error)[:200], *self.run_out())

    def _measure(self) -> int | None:
        """Return the index behind the value that begins here; None when it cannot be told from the window."""
        if self.text[self.at : self.at + 1] not in {'"', "{", "["}:
            found = _SCALAR.match(self.text, self.at)
            return found.end() if found and (found.end() < len(self.text) or self._ended) else None
        depth = 0
        for token in _TOKEN.finditer(self.text, self.at):
            sign = token[0]
            if sign[0] != '"':
                depth += 1 if sign in "{[" else -1
            elif not token[1]:
                return None
            if depth <= 0:
                return token.end()
        return None


def _why(error: Exception) -> UnreadReason:
    if isinstance(error, RecursionError):
        return UnreadReason.TOO_DEEP
    return UnreadReason.REPEATED_KEY if isinstance(error, _RepeatedKeyError) else UnreadReason.MALFORMED
