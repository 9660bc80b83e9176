"""Reads the JSON that "Download your information" makes of a Messenger or Instagram conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from evidence_kit.chats.format import FileHead, Surroundings
from evidence_kit.chats.json_records import Record, entries, facts, mapping, mappings, rest, string
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

_MEDIA = ("photos", "videos", "audio_files", "files", "gifs")
_KNOWN = frozenset({*_MEDIA, "sender_name", "timestamp_ms", "content", "sticker", "reactions", "is_unsent"})
_SYSTEM_TYPES = {"Subscribe", "Unsubscribe"}
_INSTAGRAM = re.compile(r"instagram", re.IGNORECASE)


def is_family(head: FileHead) -> bool:
    """Return whether this is that exporter's: participants are objects, messages name a sender."""
    shape = head.shape
    if "/messages/*/sender_name" in shape:
        return "/participants/*/name" in shape or "/thread_path" in shape or "/messages/*/timestamp_ms" in shape
    return {"/participants/*/name", "/messages"} <= shape and "/messages/*" not in shape


def names_instagram(head: FileHead, name: str) -> bool:
    """Return whether the path, or a path or link in the head, names Instagram; else it is Messenger."""
    return bool(_INSTAGRAM.search(name)) or "your_instagram_activity" in head.text or "www.instagram.com" in head.text


def read(export: BinaryIO, around: Surroundings, platform: str) -> Iterator[Entry]:
    """Yield the messages in the order of the file, which is newest first."""
    told = facts(export, _into, lambda path: path in {("title",), ("thread_path",)})
    title, thread = told.get(("title",)), told.get(("thread_path",))
    conversation = Conversation(
        platform,
        "download-json",
        thread if isinstance(thread, str) else None,
        (undone(title) or title) if isinstance(title, str) else None,
    )

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation, around)

    yield from entries(export, _into, lambda path: len(path) == 2 and path[0] == "messages", message)


def _into(path: Path) -> bool:
    return path in {(), ("messages",)}


def _message(source: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if "timestamp_ms" not in source and "sender_name" not in source:
        return None
    repair = Repair()
    record = cast("Record", repair.of(source))
    attachments = tuple(_attachments(record, around))
    flags = set()
    if repair.failed:
        flags.add(Flag.ENCODING_GUESS)
    if record.get("is_unsent") is True:
        flags.add(Flag.DELETED)
    name = string(record, "sender_name")
    more: dict[str, object] = {"text-before-repair": repair.originals} if repair.originals else {}
    return Message(
        place,
        conversation,
        MessageSender(name) if name is not None else None,
        from_epoch(record.get("timestamp_ms"), 1000),
        string(record, "content") or "",
        _kind(record, attachments),
        attachments,
        frozenset(flags),
        reactions=tuple(
            Reaction(
                string(reaction, "reaction") or "",
                string(reaction, "actor"),
                from_epoch(reaction.get("timestamp")),
            )
            for reaction in mappings(record, "reactions")
        ),
        details=rest(record, _KNOWN, more),
    )


def _kind(record: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
    if record.get("is_unsent") is True:
        return MessageKind.DELETED
    if "call_duration" in record or record.get("type") == "Call":
        return MessageKind.CALL
    if record.get("type") in _SYSTEM_TYPES:
        return MessageKind.SYSTEM
    if attachments:
        return MessageKind.MEDIA
    known = "content" in record or "share" in record
    return MessageKind.TEXT if known else MessageKind.UNSUPPORTED


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    listed = [media for key in _MEDIA for media in mappings(record, key)]
    for media in [*listed, mapping(record, "sticker")]:
        uri = string(media, "uri")
        if uri is None:
            continue
        elsewhere = uri.startswith(("http://", "https://"))
        yield Attachment(uri, AttachmentStatus.NOT_EXPORTED if elsewhere else around.status(uri))
