"""Decides how the bytes of a text export become characters, so that every byte can be found again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK_BYTES = 1 << 16

_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are read as text.

    Attributes:
        codec: Python's name; one that leaves a byte order mark in the text as U+FEFF.
        errors: Python's name of what becomes of bytes that are no text: something that can be undone.
        reason: Why this one.
        guessed: Whether another one could be right.
    """

    codec: str
    errors: str
    reason: str
    guessed: bool = False

    def size(self, text: str) -> int:
        """Return how many bytes of the file a text from it takes."""
        return len(text.encode(self.codec, self.errors))


UTF8 = Encoding("utf-8", "surrogateescape", "valid-utf-8")


def encoding_of(export: BinaryIO) -> Encoding:
    """Return the encoding of a text; reads it to its end and back to its beginning.

    A byte order mark decides. Without one it is UTF-8, unless more of its bytes break UTF-8 than make letters
    of it: then it was saved again by a Windows program, as cp1256 (Arabic with French), which any bytes are.
    """
    export.seek(0)
    mark = export.read(2)
    export.seek(0)
    if mark in _MARKS:
        return Encoding(_MARKS[mark], "surrogatepass", "byte-order-mark")
    if _is_utf8(export):
        return UTF8
    broken = letters = 0
    for text in decoded_text(export, UTF8):
        broken += len(_NOT_UTF8.findall(text))
        letters += sum(map(len, _NOT_ASCII.findall(text)))
    export.seek(0)
    if broken <= letters:
        return Encoding("utf-8", "surrogateescape", "mostly-valid-utf-8")
    return Encoding("cp1256", "strict", "not-utf-8", guessed=True)


def _is_utf8(export: BinaryIO) -> bool:
    try:
        for _ in decoded_text(export, Encoding("utf-8", "strict", "")):
            pass
    except UnicodeDecodeError:
        return False
    finally:
        export.seek(0)
    return True


def decoded_text(export: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """Yield the text in pieces; an odd byte at the end of UTF-16 is left out."""
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    while data := export.read(CHUNK_BYTES):
        yield decoder.decode(data)
    if encoding.codec[:6] != "utf-16":
        yield decoder.decode(b"", final=True)
