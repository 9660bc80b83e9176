"""Walks a JSON file of any size, one record at a time, and knows the bytes of each.

A streaming parser tells neither where a record stands nor goes on behind one that is broken, and evidence
needs both. So a window moves over the text; Python's own decoder reads each value out of it; what it refuses
is measured by matching brackets, reported, and passed. Records that nothing is wrong with are read many at a time
by `jsonbulk`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, NamedTuple, TypeAlias

from evidence_kit.chats.json_window import DECODER, JsonWindow, TornError
from evidence_kit.chats.message import UnreadReason

Path: TypeAlias = tuple[str | int, ...]

MOST_TORN = 10_000
_MOST_ALONE = 1000

_SPACE = re.compile(r"[\s\ufeff]*")
_SEPARATOR = re.compile(r"[\s\ufeff]*,?[\s\ufeff]*")


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


def _begun(export: BinaryIO, skip: re.Pattern[str] | None) -> JsonWindow:
    window = JsonWindow(export)
    if skip is not None and (found := skip.match(window.text)):
        window.at = found.end()
    return window


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

    def __init__(self, window: JsonWindow, into: Callable[[Path], bool], wanted: Callable[[Path], bool] | None) -> None:
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
                yield TornJson(frame.path, *window.claim_rest(), UnreadReason.TRUNCATED)
            elif frame.close == "]":
                yield from self._element(frame, character)
            else:
                yield from self._member(frame.path, character)
        if window.ran_out:
            return
        if window.move_past(_SPACE):
            yield TornJson((), *window.claim_rest(), UnreadReason.MALFORMED, "something stands behind the end")
        else:
            yield JsonPiece((), None, *window.claim_span())

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
        for stretch in found.stretches(wanted=wanted, decode_one=DECODER.decode):
            if wanted:
                yield ElementRun(frame.path, frame.index, stretch.values, stretch.start, stretch.ends)
            frame.index += stretch.count
        self._window.resume(found)

    def _member(self, path: Path, character: str) -> Iterator[JsonPiece | TornJson]:
        window = self._window
        try:
            key = window.read_value() if character == '"' else None
        except TornError as torn:
            yield TornJson(path, torn.start, torn.end, torn.why, torn.detail)
            return
        if isinstance(key, str) and window.move_past(_SPACE) == ":":
            window.at += 1
            yield from self._take((*path, key), window.move_past(_SPACE))
        else:
            yield TornJson(path, *window.claim_rest(), UnreadReason.MALFORMED, "no key and colon where one must stand")

    def _take(self, path: Path, character: str) -> Iterator[JsonPiece | TornJson]:
        if character in {"{", "["} and self._into(path):
            self._frames.append(_Frame(path, "}" if character == "{" else "]"))
            self._window.at += 1
            return
        yield from self._take_whole(path)

    def _take_whole(self, path: Path) -> Iterator[JsonPiece | TornJson]:
        try:
            value = self._window.read_value()
        except TornError as torn:
            yield TornJson(path, torn.start, torn.end, torn.why, torn.detail)
            self._torn += 1
            if self._torn > MOST_TORN:
                yield TornJson(
                    path, *self._window.claim_rest(), UnreadReason.MALFORMED, f"more than {MOST_TORN} broken records"
                )
        else:
            yield JsonPiece(path, value, *self._window.claim_span())
