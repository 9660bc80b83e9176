"""Reads the text of a body that Outlook keeps as compressed RTF only.

Sources: MS-OXRTFCP (the compression), MS-OXRTFEX (HTML inside of RTF), the RTF specification 1.9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from evidence_kit.chats.mail.headers import charset_text
from evidence_kit.chats.markup import parse_markup, shown_lines

MOST_BYTES: Final = 1 << 24
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
# What every compressed body begins its dictionary with (MS-OXRTFCP 2.1.2.1).
_DICTIONARY: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymb"
    rb"olArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW: Final = 4096
_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_HYPERLINK: Final = re.compile(rb'HYPERLINK\s+"([^"\\]{4,2000})"')
_MOST_ADDRESSES: Final = 200
_LINE_ENDS: Final = {b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS: Final = {b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’"} | {
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": " ",
    b"enspace": " ",
}
_ESCAPED: Final = {b"~": "\u00a0", b"_": "-", b"-": ""}
_UTF8_PAGE: Final = 65001
_UNSEEN: Final = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"listtable"}
)


class NoRtfError(ValueError):
    """The bytes are no compressed RTF, or more than a mail holds."""


def decompressed_rtf(data: bytes) -> bytes:
    """Return the RTF in a compressed body.

    Raises:
        NoRtfError: It is none, or breaks off.
    """
    if len(data) < 16 or data[8:12] not in {_COMPRESSED, _PLAIN}:
        raise NoRtfError("no compressed RTF")
    size = int.from_bytes(data[4:8], "little")
    if size > MOST_BYTES:
        raise NoRtfError("longer than a mail")
    if data[8:12] == _PLAIN:
        return data[16 : 16 + size]
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    at, told, position = len(_DICTIONARY), bytearray(), 16
    while position < len(data) and len(told) < size:
        control, position = data[position], position + 1
        for bit in range(8):
            if control >> bit & 1:
                pair = int.from_bytes(data[position : position + 2], "big")
                position += 2
                start, length = pair >> 4, (pair & 15) + 2
                # A reference to where the window is written marks the end.
                if start == at or position > len(data):
                    return bytes(told[:size])
            else:
                start, length = -1, 1
            for step in range(length):
                # A run may reach into what it is just writing.
                byte = window[(start + step) % _WINDOW] if start >= 0 else data[position] if position < len(data) else 0
                told.append(byte)
                window[at] = byte
                at = (at + 1) % _WINDOW
            position += start < 0
    return bytes(told[:size])


def rtf_addresses(rtf: bytes) -> list[str]:
    """Return the addresses under words of an RTF: of its fields, and of the HTML that it was made of."""
    fields = [found.decode("latin-1") for found in _HYPERLINK.findall(rtf)[:_MOST_ADDRESSES]]
    if b"\\fromhtml" not in rtf[:4000]:
        return fields
    anchors = (node.attributes.get("href", "") for node in parse_markup(_read(rtf).told()).walk() if node.tag == "a")
    return [*fields, *(href for href in anchors if "://" in href)]


def rtf_text(rtf: bytes) -> str:
    """Return the text that an RTF shows; of one that was made of HTML, the text of the HTML."""
    reading = _read(rtf)
    told = reading.told()
    return shown_lines(parse_markup(told).text()) if reading.from_html else told.strip("\n")


def _read(rtf: bytes) -> _Reading:
    codepage = re.search(rb"\\ansicpg(\d{1,5})", rtf[:2000])
    charset = f"cp{int(codepage[1])}" if codepage and int(codepage[1]) != _UTF8_PAGE else None
    reading = _Reading(charset or "cp1252", from_html=b"\\fromhtml" in rtf[:4000])
    for token in _TOKEN.finditer(rtf):
        reading.take(token)
    return reading


@dataclass(slots=True)
class _Group:
    """The state of one pair of braces.

    Attributes:
        unseen: Its text is no text of the mail.
        html: It holds the HTML that the mail was made of.
        skip: How many signs in the old code page follow one in Unicode.
    """

    unseen: bool = False
    html: bool = False
    skip: int = 1


@dataclass(slots=True)
class _Reading:
    """The text that has been read, and where in the braces the reading is.

    Attributes:
        charset: The old code page.
        from_html: The mail was made of HTML, which stands in groups of its own.
    """

    charset: str
    from_html: bool
    _groups: list[_Group] = field(default_factory=lambda: [_Group()])
    _hidden: bool = False
    _beside: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _parts: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return the text read so far."""
        self._flush()
        return "".join(self._parts)

    def take(self, token: re.Match[bytes]) -> None:
        """Take in one token: a word with its number, a sign in the old code page, an escaped sign, a brace, or text."""
        word, number, code, sign, brace, plain = token.groups()
        if code is not None:
            self._data(bytes.fromhex(code.decode()))
        elif plain is not None:
            self._data(plain)
        else:
            self._flush()
            if brace is not None:
                self._brace(brace)
            elif sign == b"*":
                self._groups[-1].unseen = True
            elif sign is not None:
                self._show(_ESCAPED.get(sign, sign.decode("latin-1")))
            elif word is not None:
                self._word(word, number)

    def _data(self, data: bytes) -> None:
        # Behind a sign in Unicode stand as many in the old code page, for old programs.
        cut = min(self._beside, len(data))
        self._beside -= cut
        if self._is_shown():
            self._pending += data[cut:]

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            group = self._groups[-1]
            self._groups.append(_Group(group.unseen, group.html, group.skip))
        elif len(self._groups) > 1:
            self._groups.pop()

    def _word(self, word: bytes, number: bytes | None) -> None:
        group = self._groups[-1]
        if word == b"htmltag":
            group.unseen, group.html = not self.from_html, self.from_html
        elif word == b"htmlrtf":
            self._hidden = self.from_html and number != b"0"
        elif word in _UNSEEN:
            group.unseen = True
        elif word == b"uc":
            group.skip = min(max(int(number or 1), 0), 8)
        elif word == b"u" and number is not None:
            self._show(_character(int(number)))
            self._beside = group.skip
        elif word in _SIGNS or not self.from_html:
            self._show(_SIGNS.get(word, "") or _LINE_ENDS.get(word, ""))

    def _is_shown(self) -> bool:
        group = self._groups[-1]
        return not group.unseen and (group.html or not self._hidden)

    def _show(self, text: str) -> None:
        if self._is_shown():
            self._parts.append(text)

    def _flush(self) -> None:
        if self._pending:
            self._parts.append(charset_text(bytes(self._pending), self.charset))
            self._pending.clear()


def _character(number: int) -> str:
    number %= 0x10000
    return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)
