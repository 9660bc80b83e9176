"""`data.json` of signal-export, a program that reads Signal Desktop: one message a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import UTF8
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, mappings, rest, string
from evidence_kit.chats.jsontree import decoded
from evidence_kit.chats.message import (
    Attachment,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Reaction,
    Unread,
    Why,
)
from evidence_kit.chats.segments import stretches
from evidence_kit.chats.times import from_iso

_RECORD = re.compile(r"\n(?=[\ufeff]?\{)")
_FIRST = re.compile(r'\A\s*\{(?=[^\n]*"date"\s*:)(?=[^\n]*"sender"\s*:)(?=[^\n]*"body"\s*:)')
_KNOWN = frozenset({"date", "sender", "body", "attachments", "reactions"})


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a first line with that program's keys."""
    return FormatVote.BY_CONTENT if _FIRST.match(head.text) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; the sender `Me` is the owner."""
    conversation = Conversation("signal", "signal-export-json", None, PurePosixPath(around.name).parent.name or None)
    for _, body, place in stretches(export, UTF8, _RECORD):
        record, why = (None, Why.TOO_LONG) if body is None else decoded(body)
        if body is not None and not body.strip():
            yield Metadata(place, "blank")
        elif why is not None:
            yield Unread(place, why)
        elif isinstance(record, dict) and "date" in record:
            yield _message(record, place, conversation, around)
        else:
            yield Unread(place, Why.UNKNOWN_SHAPE)


FORMAT = ChatFormat("signal-export-json", claims, read)


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message:
    sender = string(record, "sender")
    paths = [string(each, "path") or string(each, "name") for each in mappings(record, "attachments")]
    attachments = tuple(Attachment(path, around.status(path)) for path in paths if path)
    return Message(
        place,
        conversation,
        MessageSender(sender, (), is_owner=sender == "Me") if sender else None,
        from_iso(record.get("date")),
        string(record, "body") or "",
        MessageKind.MEDIA if attachments else MessageKind.TEXT,
        attachments,
        reactions=tuple(
            Reaction(string(each, "emoji") or "", string(each, "name")) for each in mappings(record, "reactions")
        ),
        details=rest(record, _KNOWN),
    )
