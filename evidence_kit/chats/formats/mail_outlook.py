"""One mail as Outlook saves it: an OLE file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import message_from_string
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.mail.bodies import subject_words
from evidence_kit.chats.mail.headers import charset_text, first_header, header_facts, mail_time
from evidence_kit.chats.mail.rtf import NoRtfError, decompressed_rtf, rtf_addresses, rtf_text
from evidence_kit.chats.markup import parse_markup, shown_lines
from evidence_kit.chats.message import (
    NO_TIME,
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageEvent,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Precision,
    TimeKind,
    Unread,
    UnreadReason,
    WordsRole,
)
from evidence_kit.chats.times import unless_none
from evidence_kit.model import ByteSpan, Json

if TYPE_CHECKING:
    import oxmsg
    from oxmsg.attachment import Attachment as Attached
    from oxmsg.storage import Storage

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0".encode("utf-16-le")
_LONGEST_BYTES = 1 << 27
_TRANSPORT_HEADERS = 0x007D
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP, _RTF = 0x0C1A, 0x0C1F, 0x5D01, 0x1009
_DISPLAY_NAME = 0x3001
_EXCHANGE = re.compile(r"<?(/O=[^<>]+)>?", re.IGNORECASE)
_MAIL_FOLDER, _HEAD = "__substg1.0_3701000D", "__properties_version1.0"
_MOST_INSIDE = 50
_MOST_LINKS = 200
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
        yield Unread(place, UnreadReason.TOO_LONG)
        return
    try:
        import oxmsg

        behind = ByteRange(place.end, place.end)
        told = [
            _message(mail, replace(behind, pointer=pointer) if pointer else place, place, first)
            for pointer, mail, first in _mails(oxmsg.Message.load(data))
        ]
    except Exception as error:  # noqa: BLE001 - a decoder of others on hostile bytes: it fails in any way
        yield Unread(place, UnreadReason.MALFORMED, f"{type(error).__name__}: {error}"[:200])
        return
    yield from told


def _mails(mail: oxmsg.Message) -> Iterator[tuple[str, oxmsg.Message, int]]:
    """Yield a mail and the mails in it, each with where it is, and the number of its first attachment among all.

    A mail of Outlook's own is no file, but a folder in this one. Its bytes lie scattered in the file, so that its place
    is behind the whole, with the way to it.
    """
    import oxmsg
    from oxmsg.storage import Storage, Stream

    waiting: list[tuple[str, oxmsg.Message]] = [("", mail)]
    told, first = 0, 1
    while waiting and told <= _MOST_INSIDE:
        above, outer = waiting.pop(0)
        yield above, outer, first
        told += 1
        for number, part in enumerate(outer.attachments, start=1):
            first += 1
            folder = _mail_folder(part)
            if folder is None:
                continue
            # The head of a mail in a mail lacks the last eight bytes that the library expects (MS-OXMSG 2.4.1.2).
            streams = tuple(
                Stream(each.path, each.bytes_[:24] + bytes(8) + each.bytes_[24:]) if each.name == _HEAD else each
                for each in folder.streams
            )
            inner = oxmsg.Message(Storage(folder.path, streams, folder.storages))
            waiting.append((f"{above}/attachments/{number}", inner))


def _mail_folder(part: Attached) -> Storage | None:
    """Return the folder in which an attachment holds a mail; None where it is a file."""
    storages = getattr(part._storage, "storages", ())  # noqa: SLF001 - the library shows no way to it
    return next((each for each in storages if each.name == _MAIL_FOLDER), None)


def carried_files(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every attachment, those of mails in the mail too.

    One that is a mail of Outlook's own has no bytes.
    """
    import oxmsg

    try:
        files = [
            (number, part.file_bytes)
            for _, mail, first in _mails(oxmsg.Message.load(data))
            for number, part in enumerate(mail.attachments, start=first)
        ]
    except Exception:  # noqa: BLE001 - as in `read`
        return
    yield from ((number, content) for number, content in files if content is not None)


FORMAT = ChatFormat("mail-outlook", claims, read, carried_files)


def _message(mail: oxmsg.Message, place: ByteRange, whole: ByteRange, first: int) -> Message:
    """Return a mail; its attachments stand in the file as a whole, and are numbered from `first`."""
    transport = message_from_string(mail.properties.str_prop_value(_TRANSPORT_HEADERS) or "")
    attachments = tuple(_attachments(mail, whole, first))
    subject, doubted = _decoded(lambda: mail.subject)
    text, guessed = _decoded(lambda: mail.body)
    if not text:
        page, guessed = _decoded(lambda: mail.html_body)
        text = shown_lines(parse_markup(page).text()) if page else ""
    unread = None
    if not text:
        text, unread = _rtf_body(mail)
    details: dict[str, Json] = {**header_facts(transport), "subject": subject, "class": mail.message_class}
    details["recipients"] = [{"name": each.name, "address": each.email_address} for each in mail.recipients]
    native = first_header(transport, "Message-ID")
    return Message(
        place,
        Conversation("mail", "outlook", None, subject or None),
        _sender(mail),
        _time(mail, first_header(transport, "Date")),
        text,
        MessageKind.TEXT if text or not attachments else MessageKind.MEDIA,
        attachments,
        frozenset({MessageFlag.ENCODING_GUESS}) if doubted or guessed else frozenset(),
        native_id=native.strip() if native else None,
        details=details,
        words=(*subject_words(subject), *_links(mail, text), *_mails_named(mail)),
        event=None if unread is None else MessageEvent("unreadable", {"reason": unread}),
        to=tuple(MessageSender(each.name or None, _address(each.email_address)) for each in mail.recipients),
    )


def _rtf_body(mail: oxmsg.Message) -> tuple[str, str | None]:
    """Return the text of a body that is kept as RTF only; and `RTF` where it cannot be read."""
    compressed = mail.properties.binary_prop_value(_RTF)
    if compressed is None:
        return "", None
    try:
        return rtf_text(decompressed_rtf(compressed)), None
    except NoRtfError:
        return "", "RTF"


def _links(mail: oxmsg.Message, text: str) -> Iterator[FurtherWords]:
    """Yield the addresses under words of the body, as HTML and as RTF, where the text does not show them."""
    page, _ = _decoded(lambda: mail.html_body)
    found = [node.attributes.get("href", "") for node in parse_markup(page).walk() if node.tag == "a"] if page else []
    compressed = mail.properties.binary_prop_value(_RTF)
    if compressed is not None:
        with suppress(NoRtfError):
            found += rtf_addresses(decompressed_rtf(compressed))
    for href in list(dict.fromkeys(found))[:_MOST_LINKS]:
        if "://" in href and href not in text:
            yield FurtherWords(WordsRole.LINK, href)


def _mails_named(mail: oxmsg.Message) -> Iterator[FurtherWords]:
    """Yield the names of mails attached to a mail; these are messages of their own."""
    for part in mail.attachments:
        if _mail_folder(part) is not None:
            shown = part.properties.str_prop_value(_DISPLAY_NAME)
            yield FurtherWords(WordsRole.FILE, f"{shown}.msg" if shown else "*.msg")


def _address(address: str) -> tuple[AccountId, ...]:
    return (AccountId("email", address),) if "@" in address else ()


def _decoded(get: Callable[[], str | None]) -> tuple[str | None, bool]:
    """Return a text, and whether its encoding is a guess: the one that the mail states can be wrong."""
    try:
        return get(), False
    except UnicodeDecodeError as error:
        return charset_text(bytes(error.object), None), True


def _sender(mail: oxmsg.Message) -> MessageSender | None:
    """Return who sent it; inside of an organisation Exchange writes a name of its directory and no address."""
    shown = mail.sender
    properties = mail.properties
    name, address = (properties.str_prop_value(each) for each in (_SENDER_NAME, _SENDER_SMTP))
    if address is None:
        address = properties.str_prop_value(_SENDER_ADDRESS)
    if address is not None and "@" in address and (shown is None or "@" not in shown):
        return MessageSender(name or address, (AccountId("email", address),))
    if shown is None:
        return None
    if found := _EXCHANGE.search(shown):
        return MessageSender(name or shown[: found.start()].strip(' "') or shown, (AccountId("user-id", found[1]),))
    found = _ADDRESS.search(shown)
    return (
        MessageSender(found["name"] or shown, (AccountId("email", found["address"]),))
        if found
        else MessageSender(shown)
    )


def _time(mail: oxmsg.Message, written: str | None) -> MessageTime:
    """Return the date of the header; without one, when Outlook says it was submitted, which is UTC."""
    if written is not None:
        return mail_time(written)
    if mail.sent_date is None:
        return NO_TIME
    told = mail.sent_date.strftime("%Y-%m-%dT%H:%M:%SZ")
    time = MessageTime(str(mail.sent_date), TimeKind.UTC, told, Precision.SECOND, reason="utc-by-the-format")
    return unless_none(time)


def _attachments(mail: oxmsg.Message, place: ByteRange, first: int) -> Iterator[Attachment]:
    """Yield the attachments that are files; a mail among them is a message of its own."""
    for number, part in enumerate(mail.attachments, start=first):
        if _mail_folder(part) is not None:
            continue
        content = part.file_bytes
        status = AttachmentStatus.UNKNOWN if content is None else AttachmentStatus.PRESENT
        size = None if content is None else len(content)
        yield Attachment(part.file_name, status, part.mime_type, size, ByteSpan(place.start, place.end), number)
