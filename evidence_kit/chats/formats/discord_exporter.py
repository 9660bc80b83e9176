"""Discord as DiscordChatExporter writes it: one channel as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
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
    Reaction,
    Unread,
    UnreadReason,
    WordsRole,
)
from evidence_kit.chats.times import from_iso

_KNOWN = frozenset({"id", "type", "timestamp", "content", "author", "attachments", "reactions"})
# Keys whose texts are for machines: identifiers, colours, addresses of pictures that are shown, sizes.
TECHNICAL = frozenset(
    {"timestampEdited", "callEndedTimestamp", "color", "iconUrl", "avatarUrl", "thumbnail", "image", "images", "video"}
    | {"emojis", "isAnimated", "imageUrl", "sourceUrl", "format", "reference", "mentions", "roles", "timestamp", "type"}
    | {"code", "discriminator", "id", "inlineEmojis", "url-of-author"}
)
_ROLES = {
    "title": WordsRole.TITLE,
    "url": WordsRole.LINK,
    "description": WordsRole.DESCRIPTION,
    "text": WordsRole.NOTE,
    "content": WordsRole.QUOTE,
    "fileName": WordsRole.FILE,
    "name": WordsRole.TITLE,
}
_EVENTS = {
    "RecipientAdd": "added",
    "RecipientRemove": "removed",
    "ChannelNameChange": "renamed",
    "ChannelIconChange": "changed-photo",
    "ChannelPinnedMessage": "pinned",
    "GuildMemberJoin": "joined",
}
_TEXT_TYPES = {"Default", "Reply", "0", "19"}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a guild and a channel beside messages."""
    shape = head.shape
    known = {"/guild", "/channel"} <= shape and ("/messages" in shape or "/dateRange" in shape)
    return FormatVote.BY_CONTENT if known else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order, then whether there are as many as the file says."""
    told = values_in_file(export, _into, lambda path: path in {("channel",), ("guild",), ("messageCount",)})
    channel, guild = told.get(("channel",)), told.get(("guild",))
    number = string_member(channel, "id") if isinstance(channel, dict) else None
    names = [string_member(each, "name") for each in (guild, channel) if isinstance(each, dict)]
    title = " / ".join(name for name in names if name) or None
    conversation = Conversation("discord", "chat-exporter-json", number, title)

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation, around)

    records, end = 0, 0
    for entry in record_entries(export, _into, _is_record, message):
        records += entry.place.pointer is not None and entry.place.pointer.startswith("/messages/")
        end = entry.place.end
        yield entry
    stated = told.get(("messageCount",))
    if isinstance(stated, int) and stated != records:
        yield Unread(ByteRange(end, end), UnreadReason.WRONG_COUNT, f"{stated} stated, {records} found")


FORMAT = ChatFormat("discord-exporter-json", claims, read)


def _into(path: Path) -> bool:
    return path in {(), ("messages",)}


def _is_record(path: Path) -> bool:
    return len(path) == 2 and path[0] == "messages"


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if "id" not in record or "timestamp" not in record:
        return None
    author, forwarded = object_member(record, "author"), object_member(record, "forwardedMessage")
    attachments = (*_attachments(record, around), *_attachments(forwarded, around))
    kind = string_member(record, "type")
    return Message(
        place,
        conversation,
        _person(author) if author else None,
        from_iso(record.get("timestamp")),
        string_member(record, "content") or "",
        MessageKind.POLL if object_member(record, "poll") else _kind(kind, attachments),
        attachments,
        _flags(record),
        string_member(record, "id"),
        string_member(object_member(record, "reference"), "messageId"),
        tuple(_reactions(record)),
        other_facts(record, _KNOWN, {"type": kind} if kind not in _TEXT_TYPES else {}),
        tuple(dict.fromkeys((*_addresses(record), *_forwarded(forwarded), *_others(record)))),
        _event(kind, record),
    )


def _flags(record: Record) -> frozenset[MessageFlag]:
    """Return whether a message was changed, and whether it is another's, passed on: the export does not say whose."""
    forwarded = string_member(object_member(record, "reference"), "type") == "Forward" or "forwardedMessage" in record
    flags = {MessageFlag.EDITED: bool(record.get("timestampEdited")), MessageFlag.FORWARDED: forwarded}
    return frozenset(flag for flag, holds in flags.items() if holds)


def _addresses(record: Record) -> Iterator[FurtherWords]:
    """Yield from where attachments could be had that did not come with the export."""
    listed = (
        *object_members(record, "attachments"),
        *object_members(object_member(record, "forwardedMessage"), "attachments"),
    )
    urls = (string_member(each, "url") or "" for each in listed)
    yield from (FurtherWords(WordsRole.LINK, url) for url in urls if url.startswith(("http://", "https://")))


def _forwarded(forwarded: Record) -> Iterator[FurtherWords]:
    """Yield the words of a message that is passed on, which are not those of who passes it on."""
    if text := string_member(forwarded, "content"):
        yield FurtherWords(WordsRole.QUOTE, text, "?")
    yield from other_words(forwarded, _KNOWN, TECHNICAL, _ROLES)


def _others(record: Record) -> Iterator[FurtherWords]:
    """Yield the words of cards of links, of a poll and of stickers."""
    poll = object_member(record, "poll")
    if question := string_member(object_member(poll, "question"), "text") or string_member(poll, "question"):
        yield FurtherWords(WordsRole.QUESTION, question)
    for answer in object_members(poll, "answers"):
        text = string_member(answer, "text") or string_member(object_member(answer, "poll_media"), "text")
        yield from (FurtherWords(WordsRole.OPTION, each) for each in (text,) if each)
    yield from other_words(record, _KNOWN | {"forwardedMessage", "poll"}, TECHNICAL, _ROLES)


def _event(kind: str | None, record: Record) -> MessageEvent | None:
    if kind is None or kind in _TEXT_TYPES:
        return None
    if kind == "Call":
        return MessageEvent("call" if record.get("callEndedTimestamp") else "call-missed")
    if kind in {"RecipientAdd", "RecipientRemove"}:
        names = [
            string_member(each, "nickname") or string_member(each, "name") or "?"
            for each in object_members(record, "mentions")
        ]
        return MessageEvent(_EVENTS[kind], {"names": ", ".join(names)})
    return MessageEvent(_EVENTS[kind]) if kind in _EVENTS else MessageEvent("service", {"action": kind})


def _person(author: Record) -> MessageSender:
    kinds = (("id", "user-id"), ("name", "handle"))
    ids = tuple(AccountId(kind, value) for key, kind in kinds if (value := string_member(author, key)))
    return MessageSender(string_member(author, "nickname") or string_member(author, "name"), ids)


def _kind(kind: str | None, attachments: tuple[Attachment, ...]) -> MessageKind:
    if kind == "Call":
        return MessageKind.CALL
    if kind not in _TEXT_TYPES:
        return MessageKind.SYSTEM
    return MessageKind.MEDIA if attachments else MessageKind.TEXT


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    for each in object_members(record, "attachments"):
        url = string_member(each, "url") or ""
        elsewhere = url.startswith(("http://", "https://"))
        size = each.get("fileSizeBytes")
        yield Attachment(
            string_member(each, "fileName") if elsewhere else url or None,
            AttachmentStatus.NOT_EXPORTED if elsewhere else around.status(url),
            size_bytes=size if isinstance(size, int) and not isinstance(size, bool) else None,
        )


def _reactions(record: Record) -> Iterator[Reaction]:
    for each in object_members(record, "reactions"):
        emoji = string_member(object_member(each, "emoji"), "name") or ""
        users = object_members(each, "users")
        yield from (Reaction(emoji, string_member(user, "name")) for user in users)
        if not users:
            yield Reaction(emoji, None)
