"""Discord as DiscordChatExporter writes it: one channel as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, entries, facts, mapping, mappings, rest, string
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Event,
    Flag,
    Message,
    MessageKind,
    MessageSender,
    Reaction,
    Role,
    Unread,
    Why,
    Words,
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
    "title": Role.TITLE,
    "url": Role.LINK,
    "description": Role.DESCRIPTION,
    "text": Role.NOTE,
    "content": Role.QUOTE,
    "fileName": Role.FILE,
    "name": Role.TITLE,
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
    told = facts(export, _into, lambda path: path in {("channel",), ("guild",), ("messageCount",)})
    channel, guild = told.get(("channel",)), told.get(("guild",))
    number = string(channel, "id") if isinstance(channel, dict) else None
    names = [string(each, "name") for each in (guild, channel) if isinstance(each, dict)]
    title = " / ".join(name for name in names if name) or None
    conversation = Conversation("discord", "chat-exporter-json", number, title)

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation, around)

    records, end = 0, 0
    for entry in entries(export, _into, _is_record, message):
        records += entry.place.pointer is not None and entry.place.pointer.startswith("/messages/")
        end = entry.place.end
        yield entry
    stated = told.get(("messageCount",))
    if isinstance(stated, int) and stated != records:
        yield Unread(ByteRange(end, end), Why.WRONG_COUNT, f"{stated} stated, {records} found")


FORMAT = ChatFormat("discord-exporter-json", claims, read)


def _into(path: Path) -> bool:
    return path in {(), ("messages",)}


def _is_record(path: Path) -> bool:
    return len(path) == 2 and path[0] == "messages"


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if "id" not in record or "timestamp" not in record:
        return None
    author = mapping(record, "author")
    attachments = tuple(_attachments(record, around))
    kind = string(record, "type")
    return Message(
        place,
        conversation,
        _person(author) if author else None,
        from_iso(record.get("timestamp")),
        string(record, "content") or "",
        _kind(kind, attachments),
        attachments,
        frozenset({Flag.EDITED}) if record.get("timestampEdited") else frozenset(),
        string(record, "id"),
        string(mapping(record, "reference"), "messageId"),
        tuple(_reactions(record)),
        rest(record, _KNOWN, {"type": kind} if kind not in _TEXT_TYPES else {}),
        tuple(dict.fromkeys((*_addresses(record), *other_words(record, _KNOWN, TECHNICAL, _ROLES)))),
        _event(kind, record),
    )


def _addresses(record: Record) -> Iterator[Words]:
    """Yield from where attachments could be had that did not come with the export."""
    urls = (string(each, "url") or "" for each in mappings(record, "attachments"))
    yield from (Words(Role.LINK, url) for url in urls if url.startswith(("http://", "https://")))


def _event(kind: str | None, record: Record) -> Event | None:
    if kind is None or kind in _TEXT_TYPES:
        return None
    if kind == "Call":
        return Event("call" if record.get("callEndedTimestamp") else "call-missed")
    if kind in {"RecipientAdd", "RecipientRemove"}:
        names = [string(each, "nickname") or string(each, "name") or "?" for each in mappings(record, "mentions")]
        return Event(_EVENTS[kind], {"names": ", ".join(names)})
    return Event(_EVENTS[kind]) if kind in _EVENTS else Event("service", {"action": kind})


def _person(author: Record) -> MessageSender:
    kinds = (("id", "user-id"), ("name", "handle"))
    ids = tuple(AccountId(kind, value) for key, kind in kinds if (value := string(author, key)))
    return MessageSender(string(author, "nickname") or string(author, "name"), ids)


def _kind(kind: str | None, attachments: tuple[Attachment, ...]) -> MessageKind:
    if kind == "Call":
        return MessageKind.CALL
    if kind not in _TEXT_TYPES:
        return MessageKind.SYSTEM
    return MessageKind.MEDIA if attachments else MessageKind.TEXT


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    for each in mappings(record, "attachments"):
        url = string(each, "url") or ""
        elsewhere = url.startswith(("http://", "https://"))
        size = each.get("fileSizeBytes")
        yield Attachment(
            string(each, "fileName") if elsewhere else url or None,
            AttachmentStatus.NOT_EXPORTED if elsewhere else around.status(url),
            size_bytes=size if isinstance(size, int) and not isinstance(size, bool) else None,
        )


def _reactions(record: Record) -> Iterator[Reaction]:
    for each in mappings(record, "reactions"):
        emoji = string(mapping(each, "emoji"), "name") or ""
        users = mappings(each, "users")
        yield from (Reaction(emoji, string(user, "name")) for user in users)
        if not users:
            yield Reaction(emoji, None)
