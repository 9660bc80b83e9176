"""Signal's own plaintext export: `main.jsonl`, one frame a line, beside `metadata.json` and `files/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from evidence_kit.chats.encoding import UTF8
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, mapping, mappings, rest, string
from evidence_kit.chats.jsontree import decoded
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
    Metadata,
    Reaction,
    Unread,
    Why,
)
from evidence_kit.chats.segments import stretches
from evidence_kit.chats.times import from_epoch
from evidence_kit.model import Json

_FRAME = re.compile(r"\n(?=[\ufeff]?\{)")
_FRAMES = re.compile(r'\A\s*\{\s*"(?:version|account|recipient|chat|chatItem|backupInfo|stickerPack|adHocCall)"\s*:')
_TELLING = re.compile(r'^\{\s*"(?:recipient|chat|chatItem)"\s*:\s*\{', re.MULTILINE)
_KNOWN = frozenset({"chatId", "authorId", "dateSent"})
_KINDS = {
    "contactMessage": MessageKind.CONTACT,
    "stickerMessage": MessageKind.MEDIA,
    "remoteDeletedMessage": MessageKind.DELETED,
    "viewOnceMessage": MessageKind.MEDIA_OMITTED,
    "updateMessage": MessageKind.SYSTEM,
    "poll": MessageKind.POLL,
    "paymentNotification": MessageKind.SYSTEM,
    "giftBadge": MessageKind.SYSTEM,
}
_CALLS = ("individualCall", "groupCall")


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for frames of a backup, one a line."""
    return FormatVote.BY_CONTENT if _FRAMES.match(head.text) and _TELLING.search(head.text) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield chat items in file order; recipients and chats stand before them and are remembered."""
    reader = _Reader(around)
    for _, body, place in stretches(export, UTF8, _FRAME):
        if body is None:
            yield Unread(place, Why.TOO_LONG)
        elif not body.strip():
            yield Metadata(place, "blank")
        else:
            yield reader.entry(body, place)


FORMAT = ChatFormat("signal-plaintext", claims, read)


class _Reader:
    """Remembers who is who."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._people: dict[str, MessageSender] = {}
        self._chats: dict[str, Conversation] = {}

    def entry(self, text: str, place: ByteRange) -> Entry:
        """Return what a frame is."""
        frame, why = decoded(text)
        if why is not None:
            return Unread(place, why)
        if not isinstance(frame, dict):
            return Unread(place, Why.UNKNOWN_SHAPE, type(frame).__name__)
        if item := mapping(frame, "chatItem"):
            return self._message(item, place)
        if recipient := mapping(frame, "recipient"):
            self._people[str(recipient.get("id"))] = _person(recipient)
        if chat := mapping(frame, "chat"):
            number = str(chat.get("id"))
            other = self._people.get(str(chat.get("recipientId")))
            self._chats[number] = Conversation("signal", "plaintext", number, other.display if other else None)
        return Metadata(place, next(iter(frame), "frame"), cast("Json", frame))

    def _message(self, item: Record, place: ByteRange) -> Message:
        number, author = str(item.get("chatId")), str(item.get("authorId"))
        standard = mapping(item, "standardMessage")
        content = next((mapping(item, key) for key in ("directStoryReplyMessage", *_KINDS) if key in item), standard)
        attachments = tuple(self._attachments(standard or content))
        reactions = mappings(standard or content, "reactions")
        quoted = string(mapping(standard, "quote"), "targetSentTimestamp")
        return Message(
            place,
            self._chats.get(number, Conversation("signal", "plaintext", number)),
            self._people.get(author, MessageSender(None, (AccountId("recipient-id", author),))),
            from_epoch(item.get("dateSent"), 1000),
            _text(standard or content),
            _kind(item, attachments),
            attachments,
            _flags(item),
            reply_to=quoted,
            reactions=tuple(
                Reaction(
                    string(each, "emoji") or "",
                    self._name(string(each, "authorId")),
                    from_epoch(each.get("sentTimestamp"), 1000) if "sentTimestamp" in each else NO_TIME,
                )
                for each in reactions
            ),
            details=rest(item, _KNOWN),
        )

    def _name(self, number: str | None) -> str | None:
        person = self._people.get(str(number))
        return person.display if person and person.display else number

    def _attachments(self, content: Record) -> Iterator[Attachment]:
        for each in [
            *mappings(content, "attachments"),
            *([mapping(content, "attachment")] if "attachment" in content else []),
        ]:
            pointer = mapping(each, "pointer") or each
            name = string(pointer, "fileName") or string(pointer, "path")
            size = string(pointer, "size") or string(mapping(pointer, "locatorInfo"), "size")
            status = self._around.status(name) if name else AttachmentStatus.UNKNOWN
            size_bytes = int(size) if size and size.isdecimal() else None
            yield Attachment(name, status, string(pointer, "contentType"), size_bytes)


def _person(recipient: Record) -> MessageSender:
    contact, group = mapping(recipient, "contact"), mapping(recipient, "group")
    if "self" in recipient:
        return MessageSender(None, (), is_owner=True)
    title = mapping(mapping(group, "snapshot"), "title")
    if group:
        return MessageSender(string(title, "title") or string(mapping(group, "snapshot"), "title"))
    names = (
        " ".join(filter(None, (string(contact, f"{kind}GivenName"), string(contact, f"{kind}FamilyName"))))
        for kind in ("system", "profile")
    )
    ids = [
        AccountId(kind, value)
        for key, kind in (("e164", "phone"), ("username", "handle"), ("aci", "user-id"))
        if (value := string(contact, key))
    ]
    return MessageSender(next(filter(None, names), None), tuple(ids), is_owner=False)


def _text(content: Record) -> str:
    text = content.get("text")
    if isinstance(text, str):
        return text
    reply = mapping(mapping(content, "textReply"), "text")
    question = string(content, "question")
    return string(mapping(content, "text"), "body") or string(reply, "body") or question or ""


def _kind(item: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
    if any(call in mapping(item, "updateMessage") for call in _CALLS):
        return MessageKind.CALL
    found = next((kind for key, kind in _KINDS.items() if key in item), None)
    if found is not None:
        return found
    if attachments:
        return MessageKind.MEDIA
    known = "standardMessage" in item or "directStoryReplyMessage" in item
    return MessageKind.TEXT if known else MessageKind.UNSUPPORTED


def _flags(item: Record) -> frozenset[Flag]:
    flags = {
        Flag.DELETED: "remoteDeletedMessage" in item,
        Flag.EDITED: bool(item.get("revisions")),
        Flag.VIEW_ONCE: "viewOnceMessage" in item,
        Flag.SELF_DESTRUCT: bool(item.get("expiresInMs")),
    }
    return frozenset(flag for flag, holds in flags.items() if holds)
