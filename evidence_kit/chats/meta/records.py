"""Reads the JSON that Messenger and Instagram make of a conversation.

"Download your information" writes it, and so does the app's own secure storage for end-to-end encrypted chats, which
says the same under other keys: one reader, two sets of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from evidence_kit.chats.format import FileHead, Surroundings
from evidence_kit.chats.json_records import (
    Record,
    object_member,
    object_members,
    other_facts,
    record_entries,
    string_member,
    values_in_file,
)
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import (
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
    Reaction,
    WordsRole,
)
from evidence_kit.chats.meta.repair import RepairedRecord, undone_mojibake
from evidence_kit.chats.times import from_epoch
from evidence_kit.chats.told import duration_text
from evidence_kit.model import Json

MEDIA: Final = ("photos", "videos", "audio_files", "files", "gifs", "media")
_SYSTEM_TYPES: Final = {"Subscribe", "Unsubscribe"}
_INSTAGRAM: Final = re.compile(r"instagram", re.IGNORECASE)
_NOT_DOWNLOADED: Final = "failed to download"
_MOST_REMEMBERED: Final = 4096
# Keys whose texts are for machines.
TECHNICAL: Final = frozenset(
    {"uri", "type", "creation_timestamp", "backup_uri", "thumbnail", "text-before-repair", "magic_words", "ip"}
)
ROLES: Final[Mapping[str, WordsRole]] = {
    "link": WordsRole.LINK,
    "share_text": WordsRole.TITLE,
    "original_content_owner": WordsRole.ORIGIN,
    "profile_share_name": WordsRole.CONTACT,
    "profile_share_username": WordsRole.CONTACT,
    "ai_stickers": WordsRole.FILE,
    "title": WordsRole.TITLE,
    "description": WordsRole.DESCRIPTION,
    "name": WordsRole.CONTACT,
}


# Keys that make a record more than a text, whatever stands under them.
_CALLED_FOR: Final = frozenset({*MEDIA, "sticker", "reactions", "call_duration", "type", "share", "missed"})


@dataclass(frozen=True, slots=True)
class MetaKeys:
    """The keys under which one exporter writes the parts of a message.

    Attributes:
        variant: The variant of the format.
        sender: Who wrote.
        time: Milliseconds since 1970.
        text: What was written.
        unsent: Whether it was taken back.
        title: What the conversation is called, in the file.
        thread: Where its identifier stands.
        mostly_right: This exporter writes most texts rightly: one that needs no repair is a guess only beside another
            that does.
    """

    variant: str
    sender: str
    time: str
    text: str
    unsent: str
    title: str
    thread: str
    mostly_right: bool = False

    @property
    def read_keys(self) -> frozenset[str]:
        """Keys that the reader tells itself."""
        return frozenset({*MEDIA, self.sender, self.time, self.text, self.unsent, "sticker", "reactions"})


DOWNLOADED: Final = MetaKeys(
    "download-json", "sender_name", "timestamp_ms", "content", "is_unsent", "title", "thread_path"
)
ENCRYPTED: Final = MetaKeys(
    "encrypted-json", "senderName", "timestamp", "text", "isUnsent", "threadName", "threadName", mostly_right=True
)


def is_meta_export(head: FileHead) -> bool:
    """Return whether this is that exporter's: participants are objects, messages name a sender."""
    shape = head.shape
    if "/messages/*/sender_name" in shape:
        return "/participants/*/name" in shape or "/thread_path" in shape or "/messages/*/timestamp_ms" in shape
    return {"/participants/*/name", "/messages"} <= shape and "/messages/*" not in shape


def names_instagram(head: FileHead, name: str) -> bool:
    """Return whether the path, or a path or link in the head, names Instagram; else it is Messenger."""
    return bool(_INSTAGRAM.search(name)) or "your_instagram_activity" in head.text or "www.instagram.com" in head.text


def read_meta_records(
    export: BinaryIO, around: Surroundings, platform: str, keys: MetaKeys = DOWNLOADED
) -> Iterator[Entry]:
    """Yield the messages in the order of the file.

    Args:
        export: Stands at its beginning.
        around: What is known of the file beyond its bytes.
        platform: `messenger` or `instagram`.
        keys: What the exporter calls what a message consists of.
    """
    told = values_in_file(
        export, _into, lambda path: path in {(keys.title,), (keys.thread,)} or path[:1] == ("participants",)
    )
    title, thread = told.get((keys.title,)), told.get((keys.thread,))
    reader = _Reader(
        Conversation(
            platform,
            keys.variant,
            thread if isinstance(thread, str) else None,
            (undone_mojibake(title) or title) if isinstance(title, str) else None,
            tuple(_members(told)),
        ),
        around,
        keys,
    )
    yield from record_entries(export, _into, lambda path: len(path) == 2 and path[0] == "messages", reader.message)


def _into(path: Path) -> bool:
    return path in {(), ("messages",)}


def _members(told: Mapping[Path, object]) -> Iterator[str]:
    listed = told.get(("participants",))
    for each in listed if isinstance(listed, list) else ():
        name = each.get("name") if isinstance(each, Mapping) else each
        if isinstance(name, str):
            yield undone_mojibake(name) or name


class _Reader:
    """Makes messages of records of one conversation."""

    def __init__(self, conversation: Conversation, around: Surroundings, keys: MetaKeys) -> None:
        self._conversation, self._around, self._keys = conversation, around, keys
        self._known = keys.read_keys
        self._named = (keys.sender, keys.time, keys.text)
        self._shapes: dict[tuple[str, ...], tuple[str, ...] | None] = {}
        self._people: dict[str, tuple[MessageSender, dict[str, str]]] = {}

    def message(self, source: Record, _path: Path, place: ByteRange) -> Message | None:
        """Return a record as a message, None where it is none.

        Args:
            source: The record as the file has it; its strings may be UTF-8 that was read as Latin-1.
            _path: Where it stands in the JSON; every reader of records is given it.
            place: Where it lies in the file, in bytes.
        """
        return self._plain(source, place) or self._any(source, place)

    def _plain(self, source: Record, place: ByteRange) -> Message | None:
        """Return a record that is a name, a time, a text and marks of yes or no; None for any other.

        Nearly all are; each takes a third of the time of `_any`, and says the same.
        """
        shape = tuple(source)
        if shape not in self._shapes:
            self._learn(shape)
        marks = self._shapes[shape]
        if marks is None:
            return None
        sender, when, text = map(source.__getitem__, self._named)
        if type(sender) is not str or type(text) is not str:
            return None
        if sender not in self._people:
            self._meet(sender)
        person, originals = self._people[sender]
        if not text.isascii():
            repaired = undone_mojibake(text)
            if repaired is None:
                return None
            originals = {**originals, f"/{self._named[2]}": text}
            text = repaired
        details: dict[str, Json] = {}
        for name in marks:
            value = source[name]
            if value is not False and value is not True and value is not None:
                return None
            details[name] = value
        if originals:
            if originals.get("failed") is sender:
                return None
            details["text-before-repair"] = originals
        time = from_epoch(when, 1000)
        return Message(place, self._conversation, person, time, text, MessageKind.TEXT, details=details or None)

    def _learn(self, shape: tuple[str, ...]) -> None:
        """Remember the marks among the keys of a record; None where it holds more than `_plain` tells."""
        if len(self._shapes) >= _MOST_REMEMBERED:
            self._shapes.clear()
        others = tuple(key for key in shape if key not in self._named)
        plain = all(key in shape for key in self._named) and _CALLED_FOR.isdisjoint(others)
        in_order = plain and shape.index(self._named[0]) < shape.index(self._named[2])
        self._shapes[shape] = others if in_order and self._keys.unsent not in others else None

    def _meet(self, name: str) -> None:
        """Remember a sender, and how the file spells the name where that is repaired."""
        if len(self._people) >= _MOST_REMEMBERED:
            self._people.clear()
        repaired = name if name.isascii() else undone_mojibake(name)
        originals = {"failed": name} if repaired is None else {}
        if repaired is not None and repaired != name:
            originals = {f"/{self._named[0]}": name}
        self._people[name] = MessageSender(name if repaired is None else repaired), originals

    def _any(self, source: Record, place: ByteRange) -> Message | None:
        keys = self._keys
        if keys.time not in source and keys.sender not in source:
            return None
        repair = RepairedRecord()
        record = cast("Record", repair.repaired_value(source))
        attachments = tuple(self._attachments(record))
        flags = set()
        if repair.failed and (repair.originals or not keys.mostly_right):
            flags.add(MessageFlag.ENCODING_GUESS)
        if record.get(keys.unsent) is True:
            flags.add(MessageFlag.DELETED)
        name = string_member(record, keys.sender)
        more: dict[str, object] = {"text-before-repair": repair.originals} if repair.originals else {}
        return Message(
            place,
            self._conversation,
            MessageSender(name) if name is not None else None,
            from_epoch(record.get(keys.time), 1000),
            string_member(record, keys.text) or "",
            self._kind(record, attachments),
            attachments,
            frozenset(flags),
            reactions=tuple(_reactions(record)) if "reactions" in record else (),
            details=other_facts(record, self._known, more),
            words=other_words(record, self._known, TECHNICAL, ROLES),
            event=_event(record),
        )

    def _kind(self, record: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
        if record.get(self._keys.unsent) is True:
            return MessageKind.DELETED
        kind = string_member(record, "type") or ""
        if "call_duration" in record or "call" in kind.casefold():
            return MessageKind.CALL
        if kind in _SYSTEM_TYPES:
            return MessageKind.SYSTEM
        if attachments:
            return MessageKind.MEDIA
        known = record.get(self._keys.text) or "share" in record or self._keys.text in record
        return MessageKind.TEXT if known else MessageKind.UNSUPPORTED

    def _attachments(self, record: Record) -> Iterator[Attachment]:
        for key in MEDIA:
            if key in record:
                yield from map(self._attachment, object_members(record, key))
        if "sticker" in record:
            yield self._attachment(object_member(record, "sticker"))

    def _attachment(self, media: Record) -> Attachment:
        uri = string_member(media, "uri")
        elsewhere = uri is None or uri.startswith(("http://", "https://"))
        if uri is None or elsewhere or uri.casefold().startswith(_NOT_DOWNLOADED):
            return Attachment(uri, AttachmentStatus.NOT_EXPORTED)
        return Attachment(uri, self._around.status(uri))


def _reactions(record: Record) -> Iterator[Reaction]:
    for each in object_members(record, "reactions"):
        yield Reaction(
            string_member(each, "reaction") or "", string_member(each, "actor"), from_epoch(each.get("timestamp"))
        )


def _event(record: Record) -> MessageEvent | None:
    """Return a call, which the record tells in numbers only."""
    seconds = record.get("call_duration")
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    if record.get("missed") is True or seconds == 0:
        return MessageEvent("call-missed")
    return MessageEvent("called", {"duration": duration_text(seconds)})
