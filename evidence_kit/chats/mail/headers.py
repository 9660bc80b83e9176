"""Reads the header lines of a mail, each in its own try; the raw line is kept where that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Mail
from email.utils import getaddresses, parsedate_to_datetime

from evidence_kit.chats.message import NO_TIME, AccountId, MessageSender, MessageTime, Precision, TimeKind
from evidence_kit.chats.times import by_another_calendar
from evidence_kit.model import Json

_LONGEST_CHARACTERS = 20_000
_MOST_RECEIVERS = 200
_KEPT = (
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Return-Path",
    "X-Originating-IP",
    "X-Mailer",
    "User-Agent",
    "List-Id",
)
_NOT_READ = re.compile("[\udc80-\udcff]")
_SIGNATURE = re.compile(r"\b([a-z]{1,3})\s*=\s*([^;]*)")


def decoded_header(value: object) -> str:
    """Return a header as text; encoded words are decoded, and left as they are where they cannot be.

    A header may hold plain UTF-8 (RFC 6532), which the parser gives as bytes that it could not read.
    """
    raw = str(value)
    if not raw.isascii() and _NOT_READ.search(raw):
        raw = _as_utf8(raw)
    if len(raw) > _LONGEST_CHARACTERS:
        return raw
    try:
        parts = decode_header(raw)
    except (HeaderParseError, ValueError, UnicodeError):
        return raw
    told = ""
    for part, charset in parts:
        told += part if isinstance(part, str) else charset_text(part, charset)
    return re.sub(r"\r?\n[ \t]", " ", told)


def _as_utf8(raw: str) -> str:
    """Return a header whose bytes are UTF-8 as text; any other as it is, since nothing says in which letters it is."""
    try:
        return raw.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return raw


def charset_text(data: bytes, charset: str | None) -> str:
    """Return bytes as text; in UTF-8 or cp1252 when the charset is unknown."""
    for name in (charset, "utf-8"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def first_header(mail: Mail, name: str) -> str | None:
    """Return the first header of that name, decoded; None when there is none."""
    value = next((value for key, value in mail.raw_items() if key.casefold() == name.casefold()), None)
    return None if value is None else decoded_header(value)


def all_headers(mail: Mail, name: str) -> list[str]:
    """Return all headers of that name, decoded, from the top."""
    return [decoded_header(value) for key, value in mail.raw_items() if key.casefold() == name.casefold()]


def mail_sender(mail: Mail) -> MessageSender | None:
    """Return who the mail says it is from."""
    shown = first_header(mail, "From")
    if shown is None:
        return None
    try:
        addresses = getaddresses([shown[:_LONGEST_CHARACTERS]])
    except (ValueError, IndexError, TypeError):
        addresses = []
    name, address = addresses[0] if addresses else ("", "")
    return MessageSender(name or shown, (AccountId("email", address),) if "@" in address else ())


def mail_receivers(mail: Mail) -> tuple[MessageSender, ...]:
    """Return to whom the mail says it goes, openly or as a copy."""
    shown = [value[:_LONGEST_CHARACTERS] for name in ("To", "Cc", "Bcc") for value in all_headers(mail, name)]
    try:
        addresses = getaddresses(shown)
    except (ValueError, IndexError, TypeError):
        return ()
    return tuple(
        MessageSender(name or None, (AccountId("email", address),) if "@" in address else ())
        for name, address in addresses[:_MOST_RECEIVERS]
        if name or address
    )


def mail_time(raw: str | None) -> MessageTime:
    """Return a date as mail writes it; `-0000` says that the zone is not known."""
    if raw is None:
        return NO_TIME
    try:
        moment = parsedate_to_datetime(raw[:_LONGEST_CHARACTERS])
    except (ValueError, TypeError, IndexError, OverflowError):
        return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
    told = moment.isoformat(timespec="seconds")
    if moment.tzinfo is None:
        return by_another_calendar(MessageTime(raw, TimeKind.LOCAL, told, Precision.SECOND))
    if moment.tzinfo is UTC:
        return by_another_calendar(MessageTime(raw, TimeKind.UTC, told.replace("+00:00", "Z"), Precision.SECOND))
    return by_another_calendar(MessageTime(raw, TimeKind.OFFSET, told, Precision.SECOND))


def header_facts(mail: Mail) -> dict[str, Json]:
    """Return the other headers: receivers, servers on the way, findings about the sender."""
    told: dict[str, Json] = {"subject": first_header(mail, "Subject")}
    for name in _KEPT:
        if values := all_headers(mail, name):
            told[name.casefold()] = list(values)
    if chain := list(_received(mail)):
        told["received"] = [dict(hop) for hop in chain]
    if found := [dict(result) for result in _authentication(mail)]:
        told["authentication-results"] = list(found)
    if signatures := all_headers(mail, "DKIM-Signature"):
        told["dkim"] = [_signed(value) for value in signatures]
    return told


def _received(mail: Mail) -> Iterator[dict[str, Json]]:
    """Yield each hop as written, the last server first, with its date."""
    for value in all_headers(mail, "Received"):
        line = " ".join(value.split())
        stamp = mail_time(line.rpartition(";")[2].strip()) if ";" in line else NO_TIME
        yield {"line": line, "time": stamp.value}


def _authentication(mail: Mail) -> Iterator[dict[str, Json]]:
    from authres import AuthenticationResultsHeader
    from authres.core import AuthResError

    for value in all_headers(mail, "Authentication-Results"):
        line = " ".join(value.split())
        try:
            parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: {line[:_LONGEST_CHARACTERS]}")
        except (AuthResError, ValueError, AttributeError, IndexError, TypeError, RecursionError):
            yield {"line": line}
            continue
        results: list[Json] = [
            {"method": str(result.method), "result": str(result.result)} for result in parsed.results
        ]
        yield {"line": line, "server": str(parsed.authserv_id), "results": results}


def _signed(value: str) -> Json:
    tags = dict(_SIGNATURE.findall(value))
    return {key: tags[key].strip() for key in ("d", "s", "a") if key in tags}
