"""Mails, mailboxes and saved pages in the form of mails: headers and texts written anew, attachments apart."""

from __future__ import annotations

import binascii
import email
import email.header
import email.message
import email.policy
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_kit.intake.understood import markup, plain
from evidence_kit.intake.understood.language import opaque_spans, without_spans
from evidence_kit.intake.understood.units import is_name
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "mail/1"
_DEEPEST: Final = 12
_BORDER: Final = re.compile(rb"(?m)^From \S.*\d{1,2}:\d\d.*\r?$\n")
_LATIN: Final = "cp1252"
_ENCODED: Final = frozenset({"base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue"})
_READ_HERE: Final = frozenset({"text/plain", "text/html"})
_CONTENT_HEADERS: Final = frozenset({"content-type", "content-transfer-encoding", "content-length", "lines"})
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
        _mail(written, data)
        return written
    for number, (start, body) in enumerate(borders):
        end = borders[number + 1][0] if number + 1 < len(borders) else len(data)
        line = data[start:body]
        if opaque_spans(line.decode("utf-8", "surrogateescape")):
            written.leave_out([], 1)
            line = b"From - Thu Jan  1 00:00:00 1970\n"
        written.write(line)
        _mail(written, data[body:end])
    return written


def _mail(written: WrittenAnew, data: bytes) -> None:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    written.count("mail")
    newline = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
    _Mail(written, newline).part(message, 0)
    if not data.endswith(b"\n\n") and data.endswith(b"\n"):
        return
    if data.endswith(newline + newline):
        written.write(newline)


class _Mail:
    """Writes one mail anew, part by part."""

    def __init__(self, written: WrittenAnew, newline: bytes) -> None:
        self._written = written
        self._newline = newline

    def part(self, message: email.message.Message, depth: int) -> None:
        """Write one part with all that is in it."""
        payload = message.get_payload()
        if depth > _DEEPEST:
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
        self._headers(message, {})
        border = (message.get_boundary() or "").encode("utf-8", "surrogateescape")
        for between in (message.preamble, message.epilogue):
            if between and between.strip() and opaque_spans(str(between)):
                self._written.leave_out([], 1)
        write, newline = self._written.write, self._newline
        if message.preamble and message.preamble.strip() and not opaque_spans(str(message.preamble)):
            write(_bytes(str(message.preamble)), newline)
        for inner in parts:
            write(b"--", border, newline)
            self.part(inner, depth + 1)
        write(b"--", border, b"--", newline)

    def _leaf(self, message: email.message.Message) -> None:
        self._strict(message)
        content = self._content(message)
        kind = message.get_content_type()
        name = _file_name(message)
        attached = name is not None or str(message.get("content-disposition", "")).lower().startswith("attachment")
        if kind in _READ_HERE and not attached and (text := _text(content, message)) is not None:
            writer: Callable[[str, plain.Encode], WrittenAnew] = (
                markup.write_markup if kind == "text/html" else plain.write_plain
            )
            inner = writer(text, lambda piece: piece.encode("utf-8", "surrogatepass"))
            self._headers(message, {"content-transfer-encoding": "8bit", "charset": "utf-8"})
            self._written.add(inner)
            self._newline_behind(inner.size_bytes)
            return
        self._headers(message, {"content-transfer-encoding": "8bit"})
        if content:
            self._written.count("attachment")
            self._written.leave_out([(name, lambda: content)])
        self._written.write(self._newline)

    def _newline_behind(self, size_bytes: int) -> None:
        if size_bytes:
            self._written.write(self._newline)

    def _strict(self, message: email.message.Message) -> None:
        """Note when letters stand in an encoded part that stand for nothing."""
        payload = message.get_payload()
        if str(message.get("content-transfer-encoding", "")).strip().lower() == "base64" and isinstance(payload, str):
            letters = _LETTERS64.match(_bytes(payload))
            self._written.exact &= letters is not None and letters.end() == len(_bytes(payload))

    def _content(self, message: email.message.Message) -> bytes:
        try:
            content = message.get_payload(decode=True)
        except (ValueError, binascii.Error, AssertionError):
            content = None
        return content if isinstance(content, bytes) else _bytes(str(message.get_payload() or ""))

    def _headers(self, message: email.message.Message, changed: dict[str, str]) -> None:
        written, newline = self._written, self._newline
        for name, held in message.raw_items():
            # The parser keeps bytes beyond ASCII as halves of surrogates.
            value = _bytes(str(held)).decode("utf-8", "surrogateescape")
            raw = f"{name}: {value}"
            lower = name.lower()
            if lower == "content-transfer-encoding" and "content-transfer-encoding" in changed:
                continue
            if lower == "content-type" and "charset" in changed:
                raw = _with_charset(raw)
            if not is_name(name) or opaque_spans(_spoken(value)) or (opaque_spans(raw) and "=?" not in raw):
                kept = "" if not is_name(name) else without_spans(value, opaque_spans(value))
                written.stretches += 1
                if not kept.strip() or "=?" in raw or not is_name(name):
                    continue
                raw = f"{name}: {kept}"
            written.count("header")
            written.write(_bytes("\n".join(raw.splitlines())).replace(b"\n", newline), newline)
        if ("content-transfer-encoding" in changed and message.get("content-transfer-encoding") is not None) or (
            "charset" in changed and message.get("content-type") is not None
        ):
            written.write(b"Content-Transfer-Encoding: 8bit", newline)
        written.write(newline)


def _with_charset(raw: str) -> str:
    """Return a content type that says UTF-8, in which its text is written."""
    replaced = re.sub(r"(?i)(charset\s*=\s*)(\"[^\"]*\"|[^\s;]+)", r"\1utf-8", raw)
    return replaced if "charset" in raw.lower() else f"{raw.rstrip()}; charset=utf-8"


def _spoken(value: str) -> str:
    """Return a header as a person reads it."""
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return value


def _file_name(message: email.message.Message) -> str | None:
    try:
        name = message.get_filename()
    except (LookupError, ValueError, TypeError):
        return None
    return None if name is None else _spoken(str(name))


def _text(content: bytes, message: email.message.Message) -> str | None:
    """Return a part as text; None where it is none."""
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    for charset in _charsets(message):
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


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
