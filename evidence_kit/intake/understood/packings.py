"""Packings of files as letters besides base64: yEnc, BinHex, Ascii85, base91, patches of git, dumps, numbers."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Final

Piece = tuple[int, int, str | None, bytes]

_MOST_BYTES: Final = 512 << 20
_YENC: Final = re.compile(
    rb"^=ybegin [^\r\n]{0,400}?size=(\d{1,10})(?: [^\r\n]{0,200}?)?(?:name=([^\r\n]{1,200}))?[ \t]*\r*\n"
    rb"(?:=ypart [^\r\n]{0,400}\r*\n)?(.*?)^=yend [^\r\n]{0,400}",
    re.MULTILINE | re.DOTALL,
)
_SHIFTED: Final = bytes((byte - 42) & 255 for byte in range(256))
_ESCAPED: Final = re.compile(rb"=(.)", re.DOTALL)
_BINHEX: Final = re.compile(r"\(This file must be converted with BinHex[^\r\n]{0,80}\)\s*:([!-~\s]+?):", re.IGNORECASE)
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_HQX_TO_BASE64: Final = str.maketrans("!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr", _BASE64)
_ADOBE: Final = re.compile(r"<~([!-uz\s]{16,}?)~>")
_GIT: Final = re.compile(r"^GIT binary patch\r?\nliteral (\d{1,10})\r?\n((?:[A-Za-z][!-~]{5,70}\r?\n)+)", re.MULTILINE)
_BASE91: Final = {
    letter: value
    for value, letter in enumerate(
        'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,./:;<=>?@[]^_`{|}~"'
    )
}
_XX: Final = str.maketrans(
    "+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "".join(map(chr, range(32, 96)))
)
_DUMPED: Final = re.compile(
    r"(?m)^[ \t>]*[0-9A-Fa-f]{6,16}:? +((?:[0-9A-Fa-f]{2,8} ?)+(?: (?:[0-9A-Fa-f]{2} )+(?= *\|))?)"
)
_PAIR_MARKS: Final = re.compile(r"\\+x|0[xX]|%|=(?:\r?\n)?|&#x|\\+u00|\\'|[\s,;:'\"]+")
_NUMBERS: Final = re.compile(r"(?:-?\d{1,3}(?:\s*[,;]\s*|\s+)){15,}-?\d{1,3}")
_NUMBER: Final = re.compile(r"-?\d{1,3}")


def in_base64(data: bytes) -> bytes:
    """Return a text with its blocks of yEnc, which are no text, packed in base64 instead.

    yEnc leaves most bytes as they are, so that no encoding of letters reads it; a block in base64 says the same and
    is read wherever it stands. A block that is shorter than it says stays as it is.
    """
    if b"=ybegin " not in data:
        return data

    def repacked(match: re.Match[bytes]) -> bytes:
        lines = match[3].replace(b"\r", b"").replace(b"\n", b"")
        content = _ESCAPED.sub(lambda escape: bytes([(escape[1][0] - 64) & 255]), lines).translate(_SHIFTED)
        if len(content) != int(match[1]):
            return match[0]
        name = (match[2] or b"file").strip()
        return b"begin-base64 644 %b\n%b====" % (name, base64.encodebytes(content))

    return _YENC.sub(repacked, data)


def framed(text: str) -> Iterator[Piece]:
    """Yield the files that say where they begin and end: BinHex, Ascii85 of Adobe, patches of git."""
    for match in _BINHEX.finditer(text) if "BinHex" in text else ():
        if (fork := _of_binhex(match[1])) is not None:
            yield match.start(), match.end(), *fork
    for match in _ADOBE.finditer(text) if "<~" in text else ():
        if content := _tried(base64.a85decode, "".join(match[1].split())):
            yield match.start(), match.end(), None, content
    for match in _GIT.finditer(text) if "GIT binary patch" in text else ():
        content = _tried(_of_git, match[2])
        if content is not None and len(content) == int(match[1]):
            yield match.start(), match.end(), None, content


def guesses(text: str) -> Iterator[bytes]:
    """Yield the bytes that a whole stretch may stand for in packings without a mark.

    Each is worth something only when it is a whole file of a known type.
    """
    squeezed = "".join(text.split())
    if not squeezed or len(squeezed) > _MOST_BYTES:
        return
    tried: tuple[tuple[Callable[[str], bytes], str], ...] = (
        *((decode, text) for decode in _OF_TEXT),
        (base64.a85decode, squeezed),
        (base64.b85decode, squeezed),
        (_of_base91, squeezed),
        (_of_base32, squeezed),
    )
    for decode, said in tried:
        if content := _tried(decode, said):
            yield content


def _tried(decode: Callable[[str], bytes], said: str) -> bytes | None:
    try:
        return decode(said)
    except (ValueError, zlib.error, IndexError, KeyError):
        return None


def _of_binhex(said: str) -> tuple[str | None, bytes] | None:
    """Return name and data fork of a BinHex file whose check sums are right."""
    letters = "".join(said.split()).translate(_HQX_TO_BASE64)
    packed = _tried(_from_base64, letters)
    if packed is None:
        return None
    whole = _repeated(packed)
    if not whole:
        return None
    behind = 1 + whole[0] + 1 + 4 + 4 + 2
    size = int.from_bytes(whole[behind : behind + 4], "big")
    start = behind + 10
    head, content = whole[: start - 2], whole[start : start + size]
    sums = (whole[start - 2 : start], whole[start + size : start + size + 2])
    if len(content) != size or sums != tuple(binascii.crc_hqx(each, 0).to_bytes(2, "big") for each in (head, content)):
        return None
    return whole[1 : 1 + whole[0]].decode("mac_roman"), content


def _from_base64(letters: str) -> bytes:
    # Six bits that are left over stand for nothing.
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)


def _repeated(packed: bytes) -> bytes:
    """Return bytes with those that a count stands for as often as it says."""
    out, at = bytearray(), 0
    while (mark := packed.find(b"\x90", at)) >= 0 and mark + 1 < len(packed):
        out += packed[at:mark]
        count = packed[mark + 1]
        if count == 0:
            out.append(0x90)
        elif out:
            out += out[-1:] * (count - 1)
        at = mark + 2
    return bytes(out + packed[at:])


def _of_git(lines: str) -> bytes:
    packed = bytearray()
    for line in lines.split():
        size = ord(line[0]) - 64 if line[0] <= "Z" else ord(line[0]) - 70
        packed += base64.b85decode(line[1:])[:size]
    unpack = zlib.decompressobj()
    content = unpack.decompress(bytes(packed), _MOST_BYTES)
    if not unpack.eof:
        raise ValueError("not whole")
    return content


def _of_pairs(text: str) -> bytes:
    """Return bytes of hexadecimal pairs, with any mark before or between them."""
    return bytes.fromhex(_PAIR_MARKS.sub("", text).rstrip("])}"))


def _of_dump(text: str) -> bytes:
    """Return bytes of a dump: an offset, pairs, and the same as letters."""
    return bytes.fromhex(" ".join(_DUMPED.findall(text)))


def _of_numbers(text: str) -> bytes:
    found = _NUMBERS.search(text)
    numbers = [int(each) for each in _NUMBER.findall(found[0])] if found else []
    if not all(-128 <= number < 256 for number in numbers):
        raise ValueError("no bytes")
    return bytes(number & 255 for number in numbers)


def _of_escapes(text: str) -> bytes:
    """Return bytes of a string with escapes, from its first to its last."""
    first = text.index("\\")
    escaped = text[first:].rstrip(" \t\r\n\"';,)]}").encode("latin-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return escaped.decode("unicode_escape").encode("latin-1")


def _of_percent(text: str) -> bytes:
    return urllib.parse.unquote_to_bytes(text[text.index("%") :].strip())


def _of_quoted(text: str) -> bytes:
    return binascii.a2b_qp(text[text.index("=") :].encode("ascii"))


def _of_latin(text: str) -> bytes:
    return text.encode("latin-1")


def _of_lines(text: str) -> bytes:
    """Return bytes of xxencode or uuencode without its first and last line."""
    lines = [line for line in text.splitlines() if line.strip()]
    if all(line[0] == "h" or line == lines[-1] for line in lines):
        lines = [line.translate(_XX) for line in lines]
    return b"".join(map(uu_line, lines))


def uu_line(line: str) -> bytes:
    """Return the bytes of one line of uuencode.

    Raises:
        ValueError: It is none.
    """
    data = line.encode("ascii", "strict")
    try:
        return binascii.a2b_uu(data)
    except binascii.Error:
        # Blanks at the end of a line were taken away on the way; how many bytes it holds, its first letter says.
        needed = ((data[0] - 32 & 63) * 4 + 5) // 3
        return binascii.a2b_uu(data[:needed])


def _of_base91(letters: str) -> bytes:
    out, held, bits, first = bytearray(), 0, 0, -1
    for letter in letters:
        value = _BASE91[letter]
        if first < 0:
            first = value
            continue
        number = first + value * 91
        held |= number << bits
        bits += 13 if number & 8191 > 88 else 14
        while bits > 7:
            out.append(held & 255)
            held >>= 8
            bits -= 8
        first = -1
    if first >= 0:
        out.append((held | first << bits) & 255)
    return bytes(out)


def _of_base32(letters: str) -> bytes:
    plain = letters.rstrip("=").upper()
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


_OF_TEXT: Final[tuple[Callable[[str], bytes], ...]] = (
    _of_pairs,
    _of_dump,
    _of_numbers,
    _of_escapes,
    _of_percent,
    _of_quoted,
    _of_latin,
    _of_lines,
)
