"""A search for a picture in bytes that were stored, by the standard library's decoders and none of ours."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import lzma
import quopri
import re
import sys
import urllib.parse
import warnings
import zlib
from collections.abc import Callable, Iterator

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STRETCH_BYTES = 24
_BEGINNING_BYTES = 8
_LABEL = re.compile("-----[A-Z ]+-----")


class Picture:
    """A picture and all its stretches, to be looked for in what stored bytes may stand for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        starts = range(len(data) - STRETCH_BYTES + 1)
        # A row of equal bytes is nobody's.
        self._stretches = {
            data[at : at + STRETCH_BYTES]
            for at in starts
            if len(set(data[at : at + STRETCH_BYTES])) > STRETCH_BYTES // 3
        }
        self._beginnings = {data[at : at + _BEGINNING_BYTES] for at in range(len(data) - _BEGINNING_BYTES + 1)}

    def in_bytes(self, found: bytes) -> bool:
        """Say whether a stretch of the picture stands in some bytes."""
        # Whatever stretch it is, one of the beginnings looked at lies in it whole.
        for near in range(0, len(found) - _BEGINNING_BYTES + 1, STRETCH_BYTES - _BEGINNING_BYTES + 1):
            if found[near : near + _BEGINNING_BYTES] in self._beginnings:
                first = max(0, near - STRETCH_BYTES + _BEGINNING_BYTES)
                if any(found[at : at + STRETCH_BYTES] in self._stretches for at in range(first, near + 1)):
                    return True
        return False

    def in_letters(self, stored: bytes, letters: str) -> bool:
        """Say whether a stretch of the picture stands in stored bytes as it was written, whatever spaces are there."""
        # The border of a certificate is none of the picture.
        squeezed = "".join(_LABEL.sub("", letters).split()).encode("utf-8", "surrogatepass")
        length = max(STRETCH_BYTES, len(squeezed) * STRETCH_BYTES // max(1, len(self.data)))
        there = b"".join(stored.split())
        if len(there) < length:
            return False
        beginnings = {there[at : at + _BEGINNING_BYTES] for at in range(len(there) - _BEGINNING_BYTES + 1)}
        for near in range(0, len(squeezed) - _BEGINNING_BYTES + 1, length - _BEGINNING_BYTES + 1):
            if squeezed[near : near + _BEGINNING_BYTES] in beginnings:
                first = max(0, near - length + _BEGINNING_BYTES)
                for at in range(first, min(near, len(squeezed) - length) + 1):
                    stretch = squeezed[at : at + length]
                    if len(set(stretch)) > 6 and stretch in there and self._says(at * len(self.data) // len(squeezed)):
                        return True
        return False

    def _says(self, at: int) -> bool:
        """Say whether a stretch of the picture around some offset is more than rows of equal bytes."""
        near = self.data[max(0, at - STRETCH_BYTES) : at + 3 * STRETCH_BYTES]
        return any(near[first : first + STRETCH_BYTES] in self._stretches for first in range(len(near)))

    def found_in(self, stored: bytes) -> str | None:
        """Return by which decoders the picture is found in stored bytes, None where it is not."""
        return next((way for way, data in decoded(stored, 2) if self.in_bytes(data)), None)


def decoded(data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """Yield what bytes may stand for, by one decoder after the other."""
    yield "", data
    if not depth:
        return
    seen = {data}
    for name, decode in _DECODERS.items():
        for found in _tried(decode, data):
            if len(found) >= STRETCH_BYTES and found not in seen:
                seen.add(found)
                for way, deeper in decoded(found, depth - 1):
                    yield f"{name} {way}".strip(), deeper


def _tried(decode: Callable[[bytes], Iterator[bytes]], data: bytes) -> Iterator[bytes]:
    try:
        yield from decode(data)
    except (ValueError, binascii.Error, zlib.error, lzma.LZMAError, zstd.ZstdError, OSError, EOFError):
        return


def _base64(data: bytes) -> Iterator[bytes]:
    plain = data.replace(b"-", b"+").replace(b"_", b"/").replace(b"\\/", b"/")
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    for text in (letters, *re.findall(rb"[A-Za-z0-9+/]{28,}", plain)):
        for shift in range(4):
            piece = text[shift:]
            yield base64.b64decode(piece[: len(piece) // 4 * 4])


def _hexadecimal(data: bytes) -> Iterator[bytes]:
    spaced = re.sub(rb"(?:\\x|0x|%|=|&#x|\\u00|:|[\s;,'])+", b"", data)
    for text in re.findall(rb"[0-9A-Fa-f]{40,}", spaced):
        for shift in range(2):
            piece = text[shift:]
            yield bytes.fromhex(piece[: len(piece) // 2 * 2].decode())


def _numbers(data: bytes) -> Iterator[bytes]:
    numbers = [int(found) for found in re.findall(rb"-?\d{1,3}", data)]
    yield bytes(number & 255 for number in numbers)
    yield bytes(number & 255 for number in numbers[1::2])


def _uuencoded(data: bytes) -> Iterator[bytes]:
    out = b""
    for line in data.splitlines():
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            continue
    yield out


def _letters(data: bytes) -> Iterator[bytes]:
    text = data.decode("utf-8", "replace")
    yield text.encode("latin-1", "ignore")
    yield text.encode("cp437", "ignore")
    yield text.encode("cp1256", "ignore")
    yield html.unescape(text).encode("utf-8", "surrogatepass")
    yield bytes(ord(character) & 255 for character in text if 0x2800 <= ord(character) < 0x2900)


def _escapes(data: bytes) -> Iterator[bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield data.decode("latin-1").encode().decode("unicode_escape").encode("latin-1", "ignore")


def _base32(data: bytes) -> Iterator[bytes]:
    for text in re.findall(rb"[A-Z2-7]{40,}", data.upper()):
        yield base64.b32decode(text[: len(text) // 8 * 8])


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "base64": _base64,
    "hexadecimal": _hexadecimal,
    "numbers": _numbers,
    "uuencode": _uuencoded,
    "letters": _letters,
    "escapes": _escapes,
    "base32": _base32,
    "base85": lambda data: (base64.b85decode(text) for text in re.findall(rb"[^\s\"'\\,;:.\[\]/]{40,}", data)),
    "Ascii85": lambda data: iter([base64.a85decode(b"".join(data.split()))]),
    "quoted-printable": lambda data: iter([quopri.decodestring(data)]),
    "percent": lambda data: iter([urllib.parse.unquote_to_bytes(data)]),
    "UTF-16": lambda data: iter([data.decode("utf-16").encode()]),
    "gzip": lambda data: iter([gzip.decompress(data)]),
    "zlib": lambda data: iter([zlib.decompress(data)]),
    "bzip2": lambda data: iter([bz2.decompress(data)]),
    "xz": lambda data: iter([lzma.decompress(data)]),
    "zstd": lambda data: iter([zstd.decompress(data)]),
}
