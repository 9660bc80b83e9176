"""Messenger's end-to-end encrypted chats, downloaded from the app's secure storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, entries, facts, mappings, rest, string
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Flag,
    Message,
    MessageKind,
    MessageSender,
    Reaction,
)
from evidence_kit.chats.meta.repair import Repair, undone
from evidence_kit.chats.times import from_epoch

_KNOWN = frozenset({"senderName", "timestamp", "text", "media", "reactions", "isUnsent"})
_NOT_DOWNLOADED = "failed to download"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a thread name, or for messages with the keys of this exporter."""
    shape = head.shape
    known = "/threadName" in shape or "/messages/*/senderName" in shape
    return FormatVote.BY_CONTENT if known and "/messages" in shape else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in the order of the file; who the owner is, the file does not say."""
    title = facts(export, _into, lambda path: path == ("threadName",)).get(("threadName",))
    shown = (undone(title) or title) if isinstance(title, str) else None
    conversation = Conversation("messenger", "encrypted-json", title if isinstance(title, str) else None, shown)

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation, around)

    yield from entries(export, _into, lambda path: len(path) == 2 and path[0] == "messages", message)


FORMAT = ChatFormat("messenger-encrypted-json", claims, read)


def _into(path: Path) -> bool:
    return path in {(), ("messages",)}


def _message(source: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if "timestamp" not in source and "senderName" not in source:
        return None
    repair = Repair()
    record = cast("Record", repair.of(source))
    attachments = tuple(_attachments(record, around))
    unsent = record.get("isUnsent") is True
    flags = {Flag.DELETED} if unsent else set()
    if repair.failed and repair.originals:
        flags.add(Flag.ENCODING_GUESS)
    name = string(record, "senderName")
    more: dict[str, object] = {"text-before-repair": repair.originals} if repair.originals else {}
    return Message(
        place,
        conversation,
        MessageSender(name) if name is not None else None,
        from_epoch(record.get("timestamp"), 1000),
        string(record, "text") or "",
        MessageKind.DELETED if unsent else _kind(record, attachments),
        attachments,
        frozenset(flags),
        reactions=tuple(
            Reaction(string(reaction, "reaction") or "", string(reaction, "actor"))
            for reaction in mappings(record, "reactions")
        ),
        details=rest(record, _KNOWN, more),
    )


def _kind(record: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
    if attachments:
        return MessageKind.MEDIA
    if "call" in (string(record, "type") or "").casefold():
        return MessageKind.CALL
    return MessageKind.TEXT if record.get("text") else MessageKind.UNSUPPORTED


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    for media in mappings(record, "media"):
        uri = string(media, "uri")
        if uri is None or uri.casefold().startswith(_NOT_DOWNLOADED):
            yield Attachment(uri, AttachmentStatus.NOT_EXPORTED)
        else:
            yield Attachment(uri, around.status(uri))
