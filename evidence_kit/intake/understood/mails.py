"""Mails, mailboxes and saved pages in the form of mails: headers and texts written anew, attachments apart."""

from __future__ import annotations

import binascii
import email
import email.header
import email.message
import email.policy
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from evidence_kit.intake.understood import markup, plain
from evidence_kit.intake.understood.language import doubted, opaque_spans, without_spans
from evidence_kit.intake.understood.mail_headers import (
    DEEPEST,
    MailHeaders,
    raw_bytes,
    spoken,
    with_border,
    with_charset,
)
from evidence_kit.intake.understood.packings import in_base64
from evidence_kit.intake.understood.units import is_name
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "mail/1"
# Mails of Japan and Korea that do not say in what they are written.
_SWITCHED: Final = {b"\x1b$B": "iso2022_jp_ext", b"\x1b$@": "iso2022_jp_ext", b"\x1b$)C": "iso2022_kr"}
_LONGEST_EMPTY_BYTES: Final = 4
_MOST_NULS: Final = 8
_BORDER: Final = re.compile(rb"(?m)^From \S.*\d{1,2}:\d\d.*\r?$\n")
_LATIN: Final = "cp1252"
_READ_HERE: Final = frozenset({"text/plain", "text/html"})
_AS_IT_STANDS: Final = frozenset({b"", b"7bit", b"8bit", b"binary"})
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_HEADER_NAME: Final = re.compile(rb"(?m)^([!-9;-~]+):")
_PLAIN_HEAD: Final = re.compile(rb"(?:[!-9;-~]++:[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*+)++")
_CONTENT_TYPE: Final = re.compile(rb"(?m)^content-type:[ \t]*([^\r\n]*)")
_PLAIN_KIND: Final = re.compile(
    rb"text/plain(?:; ?(?:charset=\"?(?:utf-8|us-ascii)\"?|format=flowed|delsp=yes))*[ \t;]*"
)
_PACKING: Final = re.compile(rb"(?m)^content-transfer-encoding:[ \t]*([^\s;]*)")
_LETTERS64: Final = re.compile(rb"[A-Za-z0-9+/=\s]*")


def write_mail(data: bytes) -> WrittenAnew:
    """Return a mail, or a mailbox of several, written anew."""
    written = WrittenAnew(NAME)
    borders = [match.span() for match in _BORDER.finditer(data)] if data.startswith(b"From ") else []
    # A line that begins so inside of a text has no blank line before it.
    borders = [
        (a, b)
        for a, b in borders
        if a == 0 or data[max(0, a - 2) : a] in {b"\n\n", b"\r\n"} or data[a - 4 : a] == b"\r\n\r\n"
    ]
    if not borders:
        _mail(written, data, is_language=_languages([data])[0])
        return written
    ends = [start for start, _ in borders[1:]] + [len(data)]
    clear = _languages([data[start:end] for (start, _), end in zip(borders, ends, strict=True)])
    for number, ((start, body), end) in enumerate(zip(borders, ends, strict=True)):
        line = data[start:body]
        if not clear[number] and opaque_spans(line.decode("utf-8", "surrogateescape")):
            written.leave_out([], 1)
            line = b"From - Thu Jan  1 00:00:00 1970\n"
        written.write(line)
        _mail(written, data[body:end], is_language=clear[number])
    return written


def _is_plain(data: bytes) -> bool:
    """Say whether a mail is one plain text under its headers, with nothing in it that is to be decoded."""
    blank = _BLANK_LINE.search(data)
    if blank is None:
        return False
    head, body = data[: blank.start() + 1], data[blank.end() :]
    lower = head.lower()
    if b"=?" in head or b"content-disposition" in lower or _PLAIN_HEAD.fullmatch(head) is None:
        return False
    kinds, packings = _CONTENT_TYPE.findall(lower), _PACKING.findall(lower)
    if any(not _PLAIN_KIND.fullmatch(kind) for kind in kinds) or any(each not in _AS_IT_STANDS for each in packings):
        return False
    try:
        text = body.decode("ascii" if kinds and b"utf-8" not in kinds[0] else "utf-8")
    except ValueError:
        return False
    names = {name.decode("ascii") for name in _HEADER_NAME.findall(head)}
    return all(map(is_name, names)) and plain.write_plain(text, str.encode, is_language=True).whole


def _languages(mails: list[bytes]) -> list[bool]:
    """Return which mails are language from end to end as they stand: looked at all at once, for most are."""
    texts = [mail.decode("utf-8", "surrogateescape") for mail in mails]
    ends = [*accumulate(map(len, texts))]
    clear = [True] * len(mails)
    for start, end in doubted("".join(texts)):
        for number in range(bisect_right(ends, start), bisect_right(ends, end - 1) + 1):
            clear[number] = False
    return clear


def _mail(written: WrittenAnew, data: bytes, *, is_language: bool) -> None:
    if is_language and _is_plain(data):
        # Nothing is packed in it: what was judged is what it says.
        written.count("mail")
        written.count("text")
        written.write(data)
        return
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    written.count("mail")
    newline = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
    headers = MailHeaders(message, is_language=is_language)
    _Mail(written, newline, headers, is_language=is_language).part(message, 0)
    if not data.endswith(b"\n\n") and data.endswith(b"\n"):
        return
    if data.endswith(newline + newline):
        written.write(newline)


class _Mail:
    """Writes one mail anew, part by part.

    Args:
        written: Where to.
        newline: How its lines end.
        headers: Its headers and those of its parts.
        is_language: As it stands, all of it is language; what is packed in it is to be judged.
    """

    def __init__(self, written: WrittenAnew, newline: bytes, headers: MailHeaders, *, is_language: bool) -> None:
        self._written = written
        self._newline = newline
        self._headers_of = headers.of
        self._is_language = is_language
        self._borders = 0

    def part(self, message: email.message.Message, depth: int) -> None:
        """Write one part with all that is in it."""
        payload = message.get_payload()
        if depth > DEEPEST:
            self._written.leave_out([], 1)
            return
        if isinstance(payload, list) and message.get_content_maintype() == "multipart":
            self._several(message, payload, depth)
        elif isinstance(payload, list):
            self._headers(message, {})
            for inner in payload:
                if isinstance(inner, email.message.Message):
                    self.part(inner, depth + 1)
        else:
            self._leaf(message)

    def _several(self, message: email.message.Message, parts: list[Any], depth: int) -> None:
        border = (message.get_boundary() or "").encode("utf-8", "surrogateescape")
        if any(each.senseless for each in self._headers_of(message) if each.name.lower() == "content-type"):
            # The border would say again what was left out of the header.
            self._borders += 1
            border = f"border-{self._borders}".encode()
            self._headers(message, {"border": border.decode()})
        else:
            self._headers(message, {})
        for between in (message.preamble, message.epilogue):
            if between and between.strip() and opaque_spans(str(between)):
                self._written.leave_out([], 1)
        write, newline = self._written.write, self._newline
        if message.preamble and message.preamble.strip() and not opaque_spans(str(message.preamble)):
            write(raw_bytes(str(message.preamble)), newline)
        for inner in parts:
            write(b"--", border, newline)
            self.part(inner, depth + 1)
        write(b"--", border, b"--", newline)

    def _leaf(self, message: email.message.Message) -> None:
        self._strict(message)
        content = in_base64(self._content(message))
        kind = message.get_content_type()
        name = _file_name(message)
        attached = name is not None or str(message.get("content-disposition", "")).lower().startswith("attachment")
        if kind in _READ_HERE and not attached and (text := _text(content, message)) is not None:
            inner = self._text(text, kind, message)
            inner.exact &= "\0" in text or b"\0" not in content
            self._headers(message, {"content-transfer-encoding": "8bit", "charset": "utf-8"})
            self._written.add(inner)
            self._newline_behind(inner.size_bytes)
            return
        self._headers(message, {"content-transfer-encoding": "8bit"})
        # Of a file that was taken out a line break is left.
        if content.strip() or len(content) > _LONGEST_EMPTY_BYTES:
            self._written.count("attachment")
            self._written.leave_out([(name, lambda: content)])
        self._written.write(self._newline)

    def _text(self, text: str, kind: str, message: email.message.Message) -> WrittenAnew:
        def encode(piece: str) -> bytes:
            return piece.encode("utf-8", "surrogatepass")

        if kind == "text/html":
            return markup.write_markup(text, encode)
        packed = str(message.get("content-transfer-encoding", "")).strip().lower().encode() not in _AS_IT_STANDS
        charset = message.get_param("charset", "utf-8")
        as_judged = text.isascii() or (isinstance(charset, str) and charset.lower() in {"utf-8", "utf8"})
        return plain.write_plain(text, encode, is_language=self._is_language and not packed and as_judged)

    def _newline_behind(self, size_bytes: int) -> None:
        if size_bytes:
            self._written.write(self._newline)

    def _strict(self, message: email.message.Message) -> None:
        """Note when letters stand in an encoded part that stand for nothing."""
        payload = message.get_payload()
        if str(message.get("content-transfer-encoding", "")).strip().lower() == "base64" and isinstance(payload, str):
            letters = _LETTERS64.match(raw_bytes(payload))
            self._written.exact &= letters is not None and letters.end() == len(raw_bytes(payload))

    def _content(self, message: email.message.Message) -> bytes:
        try:
            content = message.get_payload(decode=True)
        except (ValueError, binascii.Error, AssertionError):
            content = None
        return content if isinstance(content, bytes) else raw_bytes(str(message.get_payload() or ""))

    def _headers(self, message: email.message.Message, changed: dict[str, str]) -> None:
        written, newline = self._written, self._newline
        for each in self._headers_of(message):
            raw = f"{each.name}: {each.value}"
            lower = each.name.lower()
            if lower == "content-transfer-encoding" and "content-transfer-encoding" in changed:
                continue
            if not each.named or each.senseless:
                written.stretches += 1
                kept = without_spans(each.value, each.senseless) if each.named and "=?" not in raw else ""
                if not kept.strip():
                    continue
                raw = f"{each.name}: {kept}"
            if lower == "content-type" and "charset" in changed:
                raw = with_charset(raw)
            if lower == "content-type" and "border" in changed:
                raw = with_border(raw, changed["border"])
            written.count("header")
            written.write(raw_bytes("\n".join(raw.splitlines())).replace(b"\n", newline), newline)
        if ("content-transfer-encoding" in changed and message.get("content-transfer-encoding") is not None) or (
            "charset" in changed and message.get("content-type") is not None
        ):
            written.write(b"Content-Transfer-Encoding: 8bit", newline)
        written.write(newline)


def _file_name(message: email.message.Message) -> str | None:
    try:
        name = message.get_filename()
    except (LookupError, ValueError, TypeError):
        return None
    return None if name is None else spoken(str(name))


def _text(content: bytes, message: email.message.Message) -> str | None:
    """Return a part as text; None where it is none."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff")) or next(_charsets(message)).startswith("utf-16")
    if b"\0" in content and not wide:
        # Some servers put one behind their words, and no program takes it for a letter.
        if content.count(b"\0") > _MOST_NULS:
            return None
        content = content.replace(b"\0", b"")
    switched = [name for mark, name in _SWITCHED.items() if mark in content]
    for charset in (*switched, *_charsets(message)):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape").decode("latin-1")


def _charsets(message: email.message.Message) -> Iterator[str]:
    try:
        charset = message.get_content_charset()
    except (LookupError, ValueError, TypeError):
        charset = None
    if charset and charset not in {"us-ascii", "ascii", "x-unknown", "unknown-8bit"}:
        yield charset
    yield from ("utf-8", _LATIN)
