"""`data.json` of signal-export, a program that reads Signal Desktop: one message a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import UTF8
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, object_members, other_facts, string_member
from evidence_kit.chats.json_window import decoded_json
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import (
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
    Metadata,
    Reaction,
    Unread,
    UnreadReason,
    WordsRole,
)
from evidence_kit.chats.segments import text_segments
from evidence_kit.chats.times import from_iso

_RECORD = re.compile(r"\n(?=[\ufeff]?\{)")
_FIRST = re.compile(r'\A\s*\{(?=[^\n]*"date"\s*:)(?=[^\n]*"sender"\s*:)(?=[^\n]*"body"\s*:)')
_KNOWN = frozenset({"date", "sender", "body", "attachments", "reactions", "quote", "deleted", "call", "missed"})
TECHNICAL: frozenset[str] = frozenset()
# The program does not say who wrote what is quoted; the sender of the message did not.
_NOT_NAMED = "?"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a first line with that program's keys."""
    return FormatVote.BY_CONTENT if _FIRST.match(head.text) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; the sender `Me` is the owner."""
    conversation = Conversation("signal", "signal-export-json", None, PurePosixPath(around.name).parent.name or None)
    for _, body, place in text_segments(export, UTF8, _RECORD):
        record, why = (None, UnreadReason.TOO_LONG) if body is None else decoded_json(body)
        if body is not None and not body.strip():
            yield Metadata(place, "blank")
        elif why is not None:
            yield Unread(place, why)
        elif isinstance(record, dict) and "date" in record:
            yield _message(record, place, conversation, around)
        else:
            yield Unread(place, UnreadReason.UNKNOWN_SHAPE)


FORMAT = ChatFormat("signal-export-json", claims, read)


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message:
    sender = string_member(record, "sender")
    attachments = tuple(_attachments(record, around))
    deleted, call = record.get("deleted") is True, record.get("call") is True
    quote = (string_member(record, "quote") or "").strip()
    return Message(
        place,
        conversation,
        MessageSender(sender, (), is_owner=sender == "Me") if sender else None,
        from_iso(record.get("date")),
        string_member(record, "body") or "",
        _kind(attachments, deleted=deleted, call=call),
        attachments,
        frozenset({MessageFlag.DELETED}) if deleted else frozenset(),
        reactions=tuple(_reactions(record)),
        details=other_facts(record, _KNOWN),
        words=(
            *((FurtherWords(WordsRole.QUOTE, quote, _NOT_NAMED),) if quote else ()),
            *other_words(record, _KNOWN, TECHNICAL),
        ),
        event=MessageEvent("call-missed" if record.get("missed") is True else "call") if call else None,
    )


def _kind(attachments: tuple[Attachment, ...], *, deleted: bool, call: bool) -> MessageKind:
    if deleted:
        return MessageKind.DELETED
    if call:
        return MessageKind.CALL
    if not attachments:
        return MessageKind.TEXT
    absent = all(each.status is AttachmentStatus.NOT_EXPORTED for each in attachments)
    return MessageKind.MEDIA_OMITTED if absent else MessageKind.MEDIA


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    """Yield the files of a message; of one that the program could not have, only its kind is told."""
    for each in object_members(record, "attachments"):
        name = string_member(each, "path") or string_member(each, "name")
        missing = string_member(each, "missing_kind")
        if name and not missing:
            yield Attachment(name, around.status(name))
        else:
            yield Attachment(name or None, AttachmentStatus.NOT_EXPORTED, missing)


def _reactions(record: Record) -> Iterator[Reaction]:
    """Yield the reactions: pairs of a name and a sign, objects in earlier versions of the program."""
    listed = record.get("reactions")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, list) and len(each) == 2:
            yield Reaction(str(each[1]), str(each[0]))
        elif isinstance(each, dict):
            yield Reaction(string_member(each, "emoji") or "", string_member(each, "name"))
