"""Cuts a text export where a message begins, in memory that does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from evidence_kit.chats.encoding import Encoding, decoded_text
from evidence_kit.chats.message import ByteRange, Entry, LineSpan, Metadata, Unread, UnreadReason

LONGEST_CHARACTERS = 1 << 24
_HEADER_CHARACTERS = 1 << 10

_LINE_START = "\n"
_MID_LINE = " "


class TextSegment(NamedTuple):
    """The bytes from one beginning to the next; a tuple, because there are millions.

    Attributes:
        opening: How the beginning matched; None for what stands before the first.
        body: Text behind what matched, without the last line end; None when too long to be held.
        place: Where in the file.
    """

    opening: re.Match[str] | None
    body: str | None
    place: ByteRange


# What `Stretch(…)` does, without the call in between.
_stretch: Callable[[tuple[re.Match[str] | None, str | None, ByteRange]], TextSegment] = partial(
    tuple.__new__, TextSegment
)


def text_segments(export: BinaryIO, encoding: Encoding, opening: re.Pattern[str]) -> Iterator[TextSegment]:
    """Yield the stretches of a text in file order; together they are the whole text.

    Lines end at LF only: a message may hold any other character that some call a line end.

    Args:
        export: Stands at its beginning.
        encoding: As `encoding_of` decided.
        opening: Matches where a message begins. It begins with the LF before, also for the first line, must
            match the same however much follows, and is the reason why the text is searched at the speed of
            `memchr`.
    """
    cutter = _Cutter(encoding, opening)
    for text in decoded_text(export, encoding):
        yield from cutter.add(text)
    yield from cutter.rest()


def segment_entries(
    export: BinaryIO,
    encoding: Encoding,
    opening: re.Pattern[str],
    message: Callable[[re.Match[str], str, ByteRange], Entry],
) -> Iterator[Entry]:
    """Yield an entry for each stretch of a text: the message that begins there, or why it is none.

    Args:
        export: As for `text_segments`.
        encoding: As for `text_segments`.
        opening: As for `text_segments`.
        message: Makes the entry of a match, the text behind it, and their place.
    """
    for begins, body, place in text_segments(export, encoding, opening):
        if body is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        elif begins is None:
            yield Unread(place, UnreadReason.NOT_A_MESSAGE) if body.strip() else Metadata(place, "blank")
        else:
            yield message(begins, body, place)


class _Cutter:
    """The text that is still to be cut, and where in the file it stands."""

    def __init__(self, encoding: Encoding, opening: re.Pattern[str]) -> None:
        self._encoding, self._opening = encoding, opening
        self._narrow = not encoding.codec.startswith("utf-16")
        self._text, self._offset, self._line, self._overflowing = _LINE_START, 0, 1, False
        self._searched = 1

    def add(self, text: str) -> Iterator[TextSegment]:
        """Yield the stretches that are complete, now that more text is known.

        What every message of millions goes through stands here in one loop, without a call that could be saved.
        """
        text = self._text = self._text + text
        codec, errors, narrow = self._encoding.codec, self._encoding.errors, self._narrow
        current, begin, behind = self._opening.match(text), 0, 0
        if current is not None:
            behind = current.end()
        for found in self._opening.finditer(text, self._searched):
            start, end = found.span()
            if current is None:
                yield self._stretch(None, 0, start)
            else:
                raw, body = text[begin + 1 : start + 1], text[behind:start]
                # ASCII has one byte a character in all but UTF-16: encoding every message to measure it costs more
                # than cutting it.
                size = len(raw) if narrow and raw.isascii() else len(raw.encode(codec, errors))
                first, offset = self._line, self._offset
                last = first + raw.count("\n") - 1
                self._offset, self._line = offset + size, last + 1
                if body[-1:] == "\r":
                    body = body[:-1]
                yield _stretch((current, body, ByteRange(offset, offset + size, LineSpan(first, last))))
            current, begin, behind = found, start, end
        if begin:
            self._overflowing = False
        self._text = text[begin:]
        if len(self._text) > LONGEST_CHARACTERS:
            yield self._overflow()
        # A header may be cut at the end of what is known: so many characters are searched again, and none before them:
        # a long message would be searched anew with every piece.
        self._searched = max(1, len(self._text) - _HEADER_CHARACTERS)

    def rest(self) -> list[TextSegment]:
        """Return the last segment, at the end of the file."""
        if len(self._text) <= 1:
            return []
        return [self._stretch(self._opening.match(self._text), 0, len(self._text) - 1)]

    def _stretch(self, opening: re.Match[str] | None, begin: int, end: int) -> TextSegment:
        raw = self._text[begin + 1 : end + 1]
        place = self._place(raw)
        if opening is not None:
            self._overflowing = False
            body = raw[opening.end() - begin - 1 :]
        elif self._overflowing:
            return TextSegment(None, None, place)
        else:
            body = raw
        if body[-1:] == "\n":
            body = body[:-2] if body[-2:-1] == "\r" else body[:-1]
        return TextSegment(opening, body, place)

    def _overflow(self) -> TextSegment:
        """Give up holding a segment: only bytes that may still begin a message are kept."""
        cut = self._text.rfind("\n", 1) if "\n" in self._text[-LONGEST_CHARACTERS // 2 :] else -1
        if cut <= 0:
            raw, self._text = self._text[1:], _MID_LINE
        else:
            raw, self._text = self._text[1 : cut + 1], self._text[cut:]
        self._overflowing = True
        return TextSegment(None, None, self._place(raw))

    def _place(self, raw: str) -> ByteRange:
        start, first = self._offset, self._line
        end = start + (len(raw) if self._narrow and raw.isascii() else self._encoding.size(raw))
        after = first + raw.count("\n")
        self._offset, self._line = end, after
        return ByteRange(start, end, LineSpan(first, after - 1 if raw[-1:] == "\n" else after))
