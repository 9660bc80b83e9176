"""One mail as Outlook saves it: an OLE file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from email import message_from_string
from typing import TYPE_CHECKING, BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.mail.headers import facts, header, text_of, time_of
from evidence_kit.chats.markup import lines, parse
from evidence_kit.chats.message import (
    NO_TIME,
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Flag,
    Message,
    MessageKind,
    MessageSender,
    Precision,
    Time,
    TimeKind,
    Unread,
    Why,
)
from evidence_kit.model import Json

if TYPE_CHECKING:
    import oxmsg

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0".encode("utf-16-le")
_LONGEST_BYTES = 1 << 27
_TRANSPORT_HEADERS = 0x007D
_ADDRESS = re.compile(r"(?:\"?(?P<name>[^\"<]*?)\"?\s*)?<(?P<address>[^<>\s]+@[^<>\s]+)>")


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for an OLE file with a message's properties; by name where they stand behind the head."""
    if not head.data.startswith(_OLE):
        return FormatVote.NO
    if _PROPERTIES in head.data:
        return FormatVote.BY_CONTENT
    return FormatVote.BY_NAME if name.casefold().endswith(".msg") else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the mail."""
    data = export.read(_LONGEST_BYTES + 1)
    place = ByteRange(0, export.seek(0, io.SEEK_END))
    if len(data) > _LONGEST_BYTES:
        yield Unread(place, Why.TOO_LONG)
        return
    try:
        yield _message(data, place)
    except Exception as error:  # noqa: BLE001 - a decoder of others on hostile bytes: it fails in any way
        yield Unread(place, Why.MALFORMED, f"{type(error).__name__}: {error}"[:200])


def carried(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every attachment; one that is a mail of Outlook's own has none."""
    import oxmsg

    try:
        files = [(number, part.file_bytes) for number, part in enumerate(oxmsg.Message.load(data).attachments, start=1)]
    except Exception:  # noqa: BLE001 - as in `read`
        return
    yield from ((number, content) for number, content in files if content is not None)


FORMAT = ChatFormat("mail-outlook", claims, read, carried)


def _message(data: bytes, place: ByteRange) -> Message:
    import oxmsg

    mail = oxmsg.Message.load(data)
    transport = message_from_string(mail.properties.str_prop_value(_TRANSPORT_HEADERS) or "")
    attachments = tuple(_attachments(mail, place))
    subject, doubted = _decoded(lambda: mail.subject)
    text, guessed = _decoded(lambda: mail.body)
    if not text:
        page, guessed = _decoded(lambda: mail.html_body)
        text = lines(parse(page).text()) if page else ""
    details: dict[str, Json] = {**facts(transport), "subject": subject, "class": mail.message_class}
    details["recipients"] = [{"name": each.name, "address": each.email_address} for each in mail.recipients]
    native = header(transport, "Message-ID")
    return Message(
        place,
        Conversation("mail", "outlook", None, subject or None),
        _sender(mail.sender),
        _time(mail, header(transport, "Date")),
        text,
        MessageKind.TEXT if text or not attachments else MessageKind.MEDIA,
        attachments,
        frozenset({Flag.ENCODING_GUESS}) if doubted or guessed else frozenset(),
        native_id=native.strip() if native else None,
        details=details,
    )


def _decoded(get: Callable[[], str | None]) -> tuple[str | None, bool]:
    """Return a text, and whether its encoding is a guess: the one that the mail states can be wrong."""
    try:
        return get(), False
    except UnicodeDecodeError as error:
        return text_of(bytes(error.object), None), True


def _sender(shown: str | None) -> MessageSender | None:
    if shown is None:
        return None
    found = _ADDRESS.search(shown)
    return (
        MessageSender(found["name"] or shown, (AccountId("email", found["address"]),))
        if found
        else MessageSender(shown)
    )


def _time(mail: oxmsg.Message, written: str | None) -> Time:
    """Return the date of the header; without one, when Outlook says it was submitted, which is UTC."""
    if written is not None:
        return time_of(written)
    if mail.sent_date is None:
        return NO_TIME
    told = mail.sent_date.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Time(str(mail.sent_date), TimeKind.UTC, told, Precision.SECOND, reason="utc-by-the-format")


def _attachments(mail: oxmsg.Message, place: ByteRange) -> Iterator[Attachment]:
    for number, part in enumerate(mail.attachments, start=1):
        content = part.file_bytes
        status = AttachmentStatus.UNKNOWN if content is None else AttachmentStatus.PRESENT
        size = None if content is None else len(content)
        yield Attachment(part.file_name, status, part.mime_type, size, (place.start, place.end), number)
