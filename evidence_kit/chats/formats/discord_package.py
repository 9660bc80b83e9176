"""Discord's own data package: `messages.json` of a channel, which holds the owner's messages only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, other_facts, record_entries, string_member
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
)
from evidence_kit.chats.times import from_iso

_OWNER = MessageSender(None, (), is_owner=True)
_KNOWN = frozenset({"ID", "Timestamp", "Contents", "Attachments"})


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the keys of its records."""
    return FormatVote.BY_CONTENT if {"/*/ID", "/*/Timestamp", "/*/Contents"} <= head.shape else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the owner's messages in file order; the other side's are not in it."""
    folder = PurePosixPath(around.name).parent.name
    conversation = Conversation("discord", "package-json", folder.removeprefix("c") or None)
    yield Metadata(ByteRange(0, 0), "decided:owner", "all messages: the package holds only one's own")

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation)

    yield from record_entries(export, lambda path: not path, lambda path: len(path) == 1, message)


FORMAT = ChatFormat("discord-package-json", claims, read)


def _message(record: Record, place: ByteRange, conversation: Conversation) -> Message | None:
    if "ID" not in record or "Timestamp" not in record:
        return None
    listed = (string_member(record, "Attachments") or "").split()
    attachments = tuple(Attachment(url, AttachmentStatus.NOT_EXPORTED) for url in listed)
    return Message(
        place,
        conversation,
        _OWNER,
        from_iso(record.get("Timestamp"), is_utc=True),
        string_member(record, "Contents") or "",
        MessageKind.MEDIA_OMITTED if attachments else MessageKind.TEXT,
        attachments,
        native_id=string_member(record, "ID"),
        details=other_facts(record, _KNOWN),
    )
