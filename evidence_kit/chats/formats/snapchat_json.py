"""Snapchat, "My Data": `chat_history.json`, new and old."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, other_facts, record_entries, string_member
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageEvent,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    WordsRole,
)
from evidence_kit.chats.times import from_epoch, from_iso

_KNOWN = frozenset({"From", "To", "Content", "Text", "Created(microseconds)", "Media IDs", "IsSender"})
# Keys whose texts are for machines; a conversation's title is told once.
TECHNICAL = frozenset({"Media Type", "Created", "Conversation Title", "text-before-unescaping", "SaveStatus"})
_ROLES = {"Link": WordsRole.LINK, "URL": WordsRole.LINK}
_COUNT = "Created(microseconds)"
_ERASED = MessageEvent("deleted-message")
_EVENTS = {
    "STATUSCONVERSATIONCAPTURESCREENSHOT": MessageEvent("took-screenshot"),
    "STATUSCONVERSATIONCAPTURERECORD": MessageEvent("recorded-screen"),
    "STATUSSAVETOCAMERAROLL": MessageEvent("saved-media"),
    "STATUSERASEDMESSAGE": _ERASED,
    "STATUSERASEDSNAPMESSAGE": _ERASED,
    "STATUSCALLMISSEDAUDIO": MessageEvent("call-missed"),
    "STATUSCALLMISSEDVIDEO": MessageEvent("call-missed"),
}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for records with a media type and a sender or receiver, in lists under names."""
    keys = {part.split("/*/", 1)[1] for part in head.shape if part.count("/*/") == 1}
    return FormatVote.BY_CONTENT if "Media Type" in keys and keys & {"From", "To"} else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order."""
    yield from record_entries(export, lambda path: len(path) < 2, lambda path: len(path) == 2, _message)


FORMAT = ChatFormat("snapchat-json", claims, read)


def _message(record: Record, path: Path, place: ByteRange) -> Message | None:
    if "Media Type" not in record:
        return None
    group = str(path[0])
    is_old = "Chat History" in group
    sender, is_owner = _sender(record, group)
    receiver = string_member(record, "To")
    other = (receiver if is_owner else sender) if is_old else group
    written = string_member(record, "Content") or string_member(record, "Text") or ""
    text = html.unescape(written)
    kind, title = string_member(record, "Media Type"), string_member(record, "Conversation Title")
    attachments = tuple(_attachments(record, kind))
    event = _EVENTS.get(kind.upper()) if kind else None
    status = bool(kind and kind.upper().startswith("STATUS"))
    if event is None and status:
        event = MessageEvent("service", {"action": str(kind)})
    return Message(
        place,
        Conversation("snapchat", "my-data-old" if is_old else "my-data", other, title),
        MessageSender(sender, (AccountId("handle", sender),) if sender else (), is_owner),
        _time(record),
        text,
        _kind(kind, attachments, record),
        attachments,
        frozenset({MessageFlag.DELETED}) if event == _ERASED else frozenset(),
        details=other_facts(record, _KNOWN, {"text-before-unescaping": written} if written != text else {}),
        words=other_words(record, _KNOWN, TECHNICAL, _ROLES),
        event=event,
        to=(MessageSender(receiver, (AccountId("handle", receiver),)),) if receiver else (),
    )


def _sender(record: Record, group: str) -> tuple[str | None, bool | None]:
    """Return who wrote; old exports name only the other side, and say by the list which one wrote."""
    if group.startswith("Sent "):
        return None, True
    stated = record.get("IsSender")
    is_owner = stated if isinstance(stated, bool) else False if group.startswith("Received ") else None
    return string_member(record, "From"), is_owner


def _time(record: Record) -> MessageTime:
    """Return the time; the microseconds of the key are milliseconds."""
    count = record.get(_COUNT)
    if isinstance(count, int) and count > 0:
        return from_epoch(count, 1_000_000 if count > 10**14 else 1000)
    return from_iso(record.get("Created"))


def _kind(kind: str | None, attachments: tuple[Attachment, ...], record: Record) -> MessageKind:
    if kind and "CALL" in kind.upper():
        return MessageKind.CALL
    if kind and kind.upper().startswith("STATUS"):
        return MessageKind.SYSTEM
    if attachments:
        return MessageKind.MEDIA
    if kind and kind.upper() not in {"TEXT", "SHARE"}:
        return MessageKind.MEDIA_OMITTED
    return MessageKind.TEXT if record.get("Content") or record.get("Text") else MessageKind.UNSUPPORTED


def _attachments(record: Record, kind: str | None) -> Iterator[Attachment]:
    """Yield media; files bear a date and this identifier, which says not whether they were exported."""
    for native in (string_member(record, "Media IDs") or "").split(" | "):
        if native.strip():
            yield Attachment(native.strip(), AttachmentStatus.UNKNOWN, kind)
