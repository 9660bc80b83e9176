"""Texts in EXIF: the characters of an entry's bytes, and the assumption behind them.

Source: Exif 2.32, 4.6.4 (UserComment), Exif 3.0 (type 129, UTF-8); Microsoft's XP tags are UTF-16, lowest byte first.
"""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from evidence_kit.media.tiff import TiffEntry

_ASCII, _UNDEFINED, _BYTE, _UTF8 = 2, 7, 1, 129
# UserComment; in the GPS directory GPSProcessingMethod and GPSAreaInformation.
_CODED: Final = {("EXIF", 0x9286), ("GPS", 0x001B), ("GPS", 0x001C)}
_CODE_BYTES: Final = 8
_XP: Final = range(0x9C9B, 0x9CA0)
_SHORTEST_TEXT: Final = 4
_COPYRIGHT: Final = 0x8298
_NO_TEXTS: Final = {0x927C, 0x02BC, 0x83BB, 0x8649, 0x8773, 0xCD41}
_COMMON_BELOW: Final = 0x3000


class ExifText(NamedTuple):
    """A text and how it was read.

    Attributes:
        value: Up to its end.
        encoding: `ascii`, `utf-8`, `utf-16`, `jis`, or one with `assumed`.
        rest: What stands in the entry behind the text's own end; usually nothing, or remains of a longer one.
    """

    value: str
    encoding: str
    rest: str = ""


def text_of(entry: TiffEntry) -> ExifText | None:
    """Return the text that an entry holds; None for one that holds none, or bytes that are no text."""
    if entry.type == _UTF8:
        return _as_utf8(_ended(entry.data))
    if entry.type == _ASCII:
        # Copyright holds two texts, of the photographer and of the editor.
        text, _, rest = (_ended(entry.data), b"", b"") if entry.tag == _COPYRIGHT else entry.data.partition(b"\0")
        return _eight_bits(text)._replace(rest=_eight_bits(rest.strip(b"\0 ")).value)
    return None if entry.tag in _NO_TEXTS or entry.type not in {_BYTE, _UNDEFINED} else _undeclared(entry)


def _undeclared(entry: TiffEntry) -> ExifText | None:
    if (entry.directory, entry.tag) in _CODED:
        return _coded(entry)
    if entry.tag in _XP:
        return ExifText(_without_end(entry.data.decode("utf-16-le", "replace")), "utf-16")
    return _looks_like_text(entry.data) if entry.type == _UNDEFINED or entry.values >= _SHORTEST_TEXT * 4 else None


def _coded(entry: TiffEntry) -> ExifText | None:
    """Return a text behind eight bytes that name its code."""
    code, data = entry.data[:_CODE_BYTES], entry.data[_CODE_BYTES:]
    if code == b"UNICODE\0":
        return _utf16(data, little=entry.little)
    if code == b"ASCII\0\0\0":
        return _eight_bits(_ended(data))
    if code == b"JIS\0\0\0\0\0":
        try:
            return ExifText(_ended(data).decode("iso2022_jp"), "jis")
        except UnicodeDecodeError:
            return _eight_bits(_ended(data))
    if code == bytes(_CODE_BYTES):
        found = _eight_bits(_ended(data))
        return ExifText(found.value, found.encoding if "assumed" in found.encoding else f"{found.encoding} assumed")
    # Some programs leave the code out.
    return _looks_like_text(entry.data)


def _utf16(data: bytes, *, little: bool) -> ExifText:
    """Return a text in 16-bit units: in the order of its mark, or of the block, or the other where that alone reads.

    Source: the standard says nothing of the order; programs that write big-endian blocks with little-endian texts are
    common.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ExifText(_without_end(data.decode("utf-16", "replace")), "utf-16")
    own, other = ("utf-16-le", "utf-16-be") if little else ("utf-16-be", "utf-16-le")
    first, second = (_without_end(data.decode(each, "replace")) for each in (own, other))
    if _strange(second) < _strange(first):
        return ExifText(second, "utf-16, other byte order than the block assumed")
    return ExifText(first, "utf-16")


def _strange(text: str) -> int:
    return sum(
        ord(each) >= _COMMON_BELOW or (unicodedata.category(each)[0] == "C" and each not in "\r\n\t\u200e\u200f")
        for each in text
    )


def _eight_bits(data: bytes) -> ExifText:
    if data.isascii():
        return ExifText(data.decode("ascii"), "ascii")
    found = _as_utf8(data)
    if "\ufffd" not in found.value:
        return ExifText(found.value, "utf-8 assumed")
    return ExifText(data.decode("cp1252", "replace"), "cp1252 assumed")


def _as_utf8(data: bytes) -> ExifText:
    return ExifText(data.decode("utf-8", "replace"), "utf-8")


def _looks_like_text(data: bytes) -> ExifText | None:
    """Return bytes of no declared kind as text where every one of them can be read: stickers carry JSON so."""
    plain = _ended(data)
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(text) < _SHORTEST_TEXT or not all(each.isprintable() or each in "\r\n\t" for each in text):
        return None
    return ExifText(text, "ascii" if plain.isascii() else "utf-8 assumed")


def _ended(data: bytes) -> bytes:
    """Return a text without the zeros behind it; those between two texts of one entry become a line."""
    return data.rstrip(b"\0").replace(b"\0", b"\n")


def _without_end(text: str) -> str:
    return text.rstrip("\0").replace("\0", "\n")
