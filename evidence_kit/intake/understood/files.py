"""Files that stand in a text as letters: decoded where it is sure where they begin and end."""

from __future__ import annotations

import base64
import binascii
import html
import re
import string
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Final

from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood.packings import framed, guesses, uu_line
from evidence_kit.model import Family

Found = tuple[str | None, Callable[[], bytes]]

_SHORTEST_BYTES: Final = 16
_SHORTEST_OTHER_BYTES: Final = 256
_SHORTEST_GUESSED: Final = 64
_SHORTEST_LETTERS: Final = 32
# Bytes that happen to be letters are no text: in one there are spaces.
_LONGEST_WORD_BYTES: Final = 24
_ADDRESS: Final = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:((?:;[\w=.\"-]{1,80}){0,3};base64),([A-Za-z0-9+/=_%\\\s!-]*)|((?:;[\w=.\"-]{1,80}){0,4}),([^\s\"'<>)]*))",
    re.IGNORECASE,
)
# Mail servers break lines that are too long for them.
_BROKEN_LINE: Final = re.compile(r"!\s+")
_RUN: Final = re.compile(r"(?:[A-Za-z0-9+/_-]|\\{1,3}/|%2[BbFf]|%3[Dd]|\\u002[bBfF]){32,}+={0,2}")
_QUOTES: Final = re.compile(r"(?m)^[ \t>|]+")
# A string of a program over several lines.
_LITERAL: Final = re.compile(r"(?m)^[ \t]*(?:\$?\w{1,20} *[.+]?= *)?[a-z]?['\"]([A-Za-z0-9+/=]+)['\"][ \t;+,.\\]*$")
_ESCAPED_BREAK: Final = re.compile(r"\\+[rnt]")
_FIRST_WORD: Final = re.compile(r"\s*\w{1,12}:?\s+")
_LAST_WORD: Final = re.compile(r"\s+\w{1,12}\s*$")
_SLASH: Final = re.compile(r"\\+/")
_HEX: Final = re.compile(r"(?:0[xX]|\\\\?x)?((?:[0-9A-Fa-f]{2}){16,})")
_UUENCODED: Final = re.compile(
    r"^begin(?: |-base64 )([0-7]{3,4}) ([^\r\n]{1,200})\r?\n(.*?)^(?:end|====)[ \t]*\r?$", re.MULTILINE | re.DOTALL
)
_BASE64_ALPHABET: Final = frozenset(string.ascii_letters + string.digits + "+/=")
_ESCAPES: Final = (("%2B", "+"), ("%2b", "+"), ("%2F", "/"), ("%2f", "/"), ("%3D", "="), ("%3d", "="),
                   ("\\u002B", "+"), ("\\u002b", "+"), ("\\u002F", "/"), ("\\u002f", "/"))  # fmt: skip


def files_in(text: str, *, guess: bool = True) -> list[Found]:
    """Return the files that a stretch of text holds in base64 or hexadecimal, uuencoded, or as a `data:` address.

    Only what decodes to its last letter, and is of a known type: what else a row of letters may stand for is a guess,
    and the hash of a guess belongs to no file.

    Args:
        text: The stretch.
        guess: Packings that do not say which they are are tried too.
    """
    found: list[Found] = []
    if len(text) < _SHORTEST_LETTERS and "data:" not in text.lower():
        return found
    taken: list[tuple[int, int]] = []
    for sort in (_addresses, _uuencoded, framed, _whole, _runs, *((_guessed,) if guess else ())):
        for start, end, name, content in sort(text):
            if not any(start < last and first < end for first, last in taken):
                taken.append((start, end))
                found.append((name, _same(content)))
    return found


def file_of_numbers(numbers: list[int]) -> list[Found]:
    """Return the file that a row of numbers is, one for each byte, signed or not; none where it is of no known type."""
    if len(numbers) < _SHORTEST_BYTES or not all(-128 <= number < 256 for number in numbers):
        return []
    content = bytes(number & 255 for number in numbers)
    return [(None, _same(content))] if _known(content) else []


def _same(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _known(content: bytes) -> bool:
    """Say whether bytes are a whole file of a known type: the beginning of one is told by its end that is missing."""
    if len(content) < _SHORTEST_BYTES:
        return False
    kind = sniff(content[:4096], len(content))
    if kind.family in {Family.UNKNOWN, Family.EMPTY}:
        return False
    if kind.family is Family.TEXT:
        return _is_utf8(content) and len(content.split()) * _LONGEST_WORD_BYTES >= len(content)
    ends = _ENDS.get(kind.name)
    return ends(content) if ends is not None else len(content) >= _SHORTEST_OTHER_BYTES


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except ValueError:
        return False
    return True


def _boxes_end(content: bytes) -> bool:
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        elif size == 0:
            return at > 0
        if size < 8:
            return False
        at += size
    return at == len(content)


def _riff_ends(content: bytes) -> bool:
    return abs(int.from_bytes(content[4:8], "little") + 8 - len(content)) <= 1


_ENDS: Final[dict[str, Callable[[bytes], bool]]] = {
    "jpeg": lambda content: content.rstrip(b"\0").endswith(b"\xff\xd9"),
    "png": lambda content: content.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"),
    "gif": lambda content: content.endswith(b";"),
    "bmp": lambda content: abs(int.from_bytes(content[2:6], "little") - len(content)) <= 4,
    **dict.fromkeys(("webp", "wav", "avi"), _riff_ends),
    **dict.fromkeys(("heic", "avif", "mp4", "mov", "3gp", "m4a"), _boxes_end),
    "pdf": lambda content: b"%%EOF" in content[-1024:],
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "epub"), lambda content: b"PK\5\6" in content[-65_600:]),
}


_Piece = tuple[int, int, str | None, bytes]


def _addresses(text: str) -> Iterator[_Piece]:
    for match in _ADDRESS.finditer(text) if "data:" in text.lower() else ():
        if match[1] is not None:
            letters = urllib.parse.unquote(_BROKEN_LINE.sub("", match[2]))
            content = bytes_of_base64(_plain_letters(letters))
        else:
            content = urllib.parse.unquote_to_bytes(match[4])
        if content:
            yield match.start(), match.end(), None, content


def _uuencoded(text: str) -> Iterator[_Piece]:
    at = 0
    # To look for the beginning of a line takes ten times as long as to look for some letters.
    while (at := _line_beginning(text, "begin", at)) >= 0:
        match = _UUENCODED.match(text, at)
        if match is None:
            at += 1
            continue
        at = match.end()
        try:
            packed = match[0].startswith("begin-base64")
            content: bytes = (
                (bytes_of_base64(match[3]) or b"") if packed else b"".join(map(uu_line, match[3].splitlines()))
            )
        except (binascii.Error, ValueError):
            continue
        if content:
            yield match.start(), match.end(), match[2].strip(), content


def _line_beginning(text: str, beginning: str, at: int) -> int:
    """Return the first line from some offset on that begins in a certain way; -1 where none does."""
    if at == 0 and text.startswith(beginning):
        return 0
    found = text.find(f"\n{beginning}", max(0, at - 1))
    return found if found < 0 else found + 1


def framed_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of files that say where they begin and end: uuencoded ones, BinHex, Ascii85, patches of git."""
    return [(start, end) for sort in (_uuencoded, framed) for start, end, _, _ in sort(text)]


def _whole(text: str) -> Iterator[_Piece]:
    """Yield the file that a whole value is, in letters broken into lines in any way, quoted or not."""
    for start, end in _trims(text):
        letters = _plain_letters(_QUOTES.sub("", _LITERAL.sub(r"\1", text[start:end])))
        if len(letters) < _SHORTEST_LETTERS or not set(letters[:200]) <= _BASE64_ALPHABET:
            continue
        content = bytes_of_base64(letters)
        if content and _known(content):
            yield start, end, None, content
            return
        match = _HEX.fullmatch(letters)
        if match is not None and _known(pairs := bytes.fromhex(match[1])):
            yield start, end, None, pairs
            return


def _trims(text: str) -> list[tuple[int, int]]:
    """Return a span of all of a text, and such without its first or last word: short ones belong to what is around."""
    spans = [(0, len(text))]
    if (last := _LAST_WORD.search(text)) is not None:
        spans.append((0, last.start()))
    if (first := _FIRST_WORD.match(text)) is not None:
        spans += [(first.end(), end) for _, end in spans]
    return spans


def _guessed(text: str) -> Iterator[_Piece]:
    """Yield the file that a whole value is in a packing that does not say which it is."""
    if len(text) < _SHORTEST_GUESSED:
        return
    for start, end in _trims(text):
        for content in guesses(text[start:end]):
            # Only a type that says itself where a file of it ends: anything else may be chance.
            if sniff(content[:4096], len(content)).name in _ENDS and _known(content):
                yield start, end, None, content
                return


def _plain_letters(text: str) -> str:
    """Return base64 without spaces, escapes and the other alphabet."""
    plain = html.unescape(text) if "&" in text else text
    letters = _SLASH.sub("/", "".join(_ESCAPED_BREAK.sub("", _BROKEN_LINE.sub("", plain)).split()))
    for escape, sign in _ESCAPES:
        letters = letters.replace(escape, sign)
    return letters.replace("-", "+").replace("_", "/")


def _runs(text: str) -> Iterator[_Piece]:
    """Yield the files that single rows of letters are; where several follow each other nobody knows where one ends."""
    rows = [*_RUN.finditer(text)]
    for number, match in enumerate(rows):
        beside = [text[rows[at].end() : rows[at + 1].start()] for at in (number - 1, number) if 0 <= at < len(rows) - 1]
        if any(len(between.strip()) < 2 for between in beside):
            continue
        letters = _plain_letters(match[0])
        hexadecimal = _HEX.fullmatch(letters)
        content = bytes.fromhex(hexadecimal[1]) if hexadecimal else bytes_of_base64(letters)
        if content and _known(content) and sniff(content[:4096], len(content)).family is not Family.TEXT:
            yield match.start(), match.end(), None, content


def bytes_of_base64(text: str) -> bytes | None:
    """Return the bytes of letters in base64 of either alphabet, spaces left out; None where they are none."""
    letters = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    if len(letters) % 4 == 1:
        return None
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
