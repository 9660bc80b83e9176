"""X (Twitter), direct messages in the archive of an account: JSON behind an assignment."""

from __future__ import annotations

import re
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
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageEvent,
    MessageKind,
    MessageSender,
    Reaction,
    WordsRole,
)
from evidence_kit.chats.times import from_iso

_PREFIX = re.compile(r"\ufeff?\s*window\.YTD\.direct_messages?(?:_group)?(?:_chats)?\.part\d+\s*=\s*")
_KNOWN = frozenset({"id", "senderId", "createdAt", "text", "reactions"})
# Keys whose texts are for machines; media are attachments, and a shortened address stands in the text.
TECHNICAL = frozenset(
    {"recipientId", "initiatingUserId", "userIds", "participantsSnapshot", "mediaUrls", "url", "display", "eventId"}
    | {"conversationId", "editHistory"}
)
_ROLES = {"expanded": WordsRole.LINK, "name": WordsRole.TITLE}
# A group has a name; it stands beside its number.
_ABOUT = (("dmConversation", "conversationId"), ("dmConversation", "name"))
_EVENTS = {
    "conversationNameUpdate": "renamed",
    "conversationAvatarUpdate": "changed-photo",
    "joinConversation": "joined",
    "participantsLeave": "left",
}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the assignment."""
    return FormatVote.BY_CONTENT if _PREFIX.match(head.text) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield messages, joins, leavings, renamings in file order; people are numbers, names stand elsewhere."""
    told = values_in_file(export, _into, lambda path: path[1:] in _ABOUT, _PREFIX)

    def message(record: Record, path: Path, place: ByteRange) -> Message | None:
        number, name = (told.get((path[0], *about)) for about in _ABOUT)
        title = name if isinstance(name, str) and name.strip() else None
        conversation = Conversation("x", "archive", None if number is None else str(number), title)
        return _message(record, place, conversation, around)

    yield from record_entries(export, _into, lambda path: len(path) == 4 and path[2] == "messages", message, _PREFIX)


FORMAT = ChatFormat("x-archive", claims, read)


def _into(path: Path) -> bool:
    return len(path) < 2 or (path[1] == "dmConversation" and path[2:] in {(), ("messages",)})


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if len(record) != 1:
        return None
    kind, content = next(iter(record)), object_member(record, next(iter(record)))
    sender = string_member(content, "senderId") or string_member(content, "initiatingUserId")
    native = string_member(content, "id")
    is_message = kind == "messageCreate"
    attachments = tuple(_attachments(content, native, around))
    return Message(
        place,
        conversation,
        MessageSender(None, (AccountId("user-id", sender),)) if sender else None,
        from_iso(content.get("createdAt")),
        string_member(content, "text") or "",
        (MessageKind.MEDIA if attachments else MessageKind.TEXT) if is_message else MessageKind.SYSTEM,
        attachments,
        native_id=native,
        reactions=tuple(
            Reaction(
                string_member(each, "reactionKey") or "",
                string_member(each, "senderId"),
                from_iso(each.get("createdAt")),
            )
            for each in object_members(content, "reactions")
        ),
        details=other_facts(content, _KNOWN, {} if is_message else {"event": kind}),
        words=tuple(dict.fromkeys(other_words(content, _KNOWN, TECHNICAL, _ROLES))),
        event=None if is_message else _event(kind, content),
        to=_receivers(content) if is_message else (),
    )


def _event(kind: str, content: Record) -> MessageEvent:
    listed = content.get("userIds")
    names = ", ".join(map(str, listed)) if isinstance(listed, list) else ""
    if kind == "participantsJoin":
        return MessageEvent("added", {"names": names})
    if kind == "participantsLeave" and names and names != string_member(content, "initiatingUserId"):
        return MessageEvent("these-left", {"names": names})
    return MessageEvent(_EVENTS[kind]) if kind in _EVENTS else MessageEvent("service", {"action": kind})


def _receivers(content: Record) -> tuple[MessageSender, ...]:
    number = string_member(content, "recipientId")
    return (MessageSender(None, (AccountId("user-id", number),)),) if number else ()


def _attachments(content: Record, native: str | None, around: Surroundings) -> Iterator[Attachment]:
    """Yield media; in the archive a file is named `<message id>-<last part of its address>`."""
    listed = content.get("mediaUrls")
    for url in listed if isinstance(listed, list) else []:
        if isinstance(url, str):
            name = f"{native}-{url.rpartition('/')[2]}"
            yield Attachment(name, around.status(name))
