"""The part of a JSON file that is in memory: a window that moves on, value by value, and knows the bytes of each."""

from __future__ import annotations

import codecs
import json
import re
from typing import BinaryIO

from evidence_kit.chats.jsonbulk import ArrayElements
from evidence_kit.chats.message import UnreadReason
from evidence_kit.model import ByteSpan

CHUNK_BYTES = 1 << 18
RECORD_CHARACTERS = 1 << 24
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[{}\[\]]', re.DOTALL)
_SCALAR = re.compile(r'[^\s,:{}\[\]"]+')


class _RepeatedKeyError(ValueError):
    """An object has the same key twice."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise _RepeatedKeyError
    return told


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_constant=str, strict=False)


def decoded_json(text: str) -> tuple[object, UnreadReason | None]:
    """Return the one JSON value in a text, with None; or None, with why it is none.

    Line ends inside strings are taken: exports hold them.
    """
    try:
        return DECODER.decode(text), None
    except (ValueError, RecursionError) as error:
        return None, _why(error)


class TornError(Exception):
    """No value could be read here; the passed bytes have been claimed."""

    def __init__(self, why: UnreadReason, detail: str, start: int, end: int) -> None:
        super().__init__(why, detail, start, end)
        self.why, self.detail, self.start, self.end = why, detail, start, end


class JsonWindow:
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

    def claim_span(self) -> ByteSpan:
        """Return the byte range from the last claim to here."""
        start, stretch = self._offset, self.text[self._taken : self.at]
        self._offset += len(stretch) if stretch.isascii() else len(stretch.encode("utf-8", "surrogateescape"))
        self._taken = self.at
        return ByteSpan(start, self._offset)

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

    def read_value(self) -> object:
        """Return the value that begins here and go past it.

        Raises:
            TornError: It is no JSON, or longer than a record may be.
        """
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                measured = self._measure()
                if measured is None and self._more():
                    continue
                raise self._torn(error, measured) from error
            if end < len(self.text) or not self._more():
                self.at = end
                return value

    def claim_rest(self) -> ByteSpan:
        """Go to the end of the file without holding it; return the byte range from the last claim."""
        start, self.ran_out = self._offset, True
        more = True
        while more:
            self.at = len(self.text)
            self.claim_span()
            more = self._fill()
        return ByteSpan(start, self._offset)

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

    def _torn(self, error: Exception, end: int | None) -> TornError:
        if end is not None:
            self.at = end
            return TornError(_why(error), str(error)[:200], *self.claim_span())
        why = UnreadReason.TRUNCATED if self._ended else UnreadReason.TOO_LONG
        if self.text[self.at : self.at + 1] in {",", ":", "}", "]"}:
            why = UnreadReason.MALFORMED
        return TornError(why, str(error)[:200], *self.claim_rest())

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
