"""Google Chat and Hangouts from Takeout: `messages.json` of a group."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from msgspec.structs import replace

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import (
    Record,
    object_member,
    object_members,
    other_facts,
    record_entries,
    string_member,
)
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import (
    NO_TIME,
    AccountId,
    Attachment,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageEvent,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Reaction,
    TimeKind,
    WordsRole,
)
from evidence_kit.chats.times import from_words

_KNOWN = frozenset({"creator", "created_date", "text", "message_id", "attached_files", "reactions"})
# Keys whose texts are for machines: states, identifiers, where in a text something stands.
TECHNICAL = frozenset(
    {"topic_id", "message_state", "deletion_type", "deleted_date", "updated_date", "user_type", "email", "mime_type"}
    | {
        "original_name",
        "attachment_id",
        "image_url",
        "should_not_render",
        "type",
        "space_id",
        "emoji_id",
        "call_status",
    }
)
_WRAPPED = "private_do_not_access_or_else_safe_url_wrapped_value"
_ROLES = {
    "title": WordsRole.TITLE,
    "snippet": WordsRole.DESCRIPTION,
    "url": WordsRole.LINK,
    _WRAPPED: WordsRole.LINK,
}

_INTEGRATION = "gsuite_integration_metadata"
_QUOTES = frozenset({"quoted_message_metadata"})


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for messages that belong to a topic."""
    return FormatVote.BY_CONTENT if "/messages/*/topic_id" in head.shape else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; one that was deleted may name nobody."""
    folder = PurePosixPath(around.name).parent.name or None
    conversation = Conversation("google-chat", "takeout-json", folder)

    def message(record: Record, _path: Path, place: ByteRange) -> Message | None:
        return _message(record, place, conversation, around)

    def into(path: Path) -> bool:
        return path in {(), ("messages",)}

    yield from record_entries(export, into, lambda path: len(path) == 2, message)


FORMAT = ChatFormat("google-chat-json", claims, read)


def _message(record: Record, place: ByteRange, conversation: Conversation, around: Surroundings) -> Message | None:
    if "message_id" not in record and "created_date" not in record and "topic_id" not in record:
        return None
    creator, deleted = object_member(record, "creator"), record.get("message_state") == "DELETED"
    files = [
        string_member(each, "export_name") or string_member(each, "original_name")
        for each in object_members(record, "attached_files")
    ]
    attachments = tuple(Attachment(name, around.status(name)) for name in files if name)
    kind = MessageKind.MEDIA if attachments else MessageKind.TEXT
    called = any("call_data" in object_member(each, _INTEGRATION) for each in object_members(record, "annotations"))
    if called:
        kind = MessageKind.CALL
    return Message(
        place,
        conversation,
        _person(creator) if creator else None,
        _when(record),
        string_member(record, "text") or "",
        MessageKind.DELETED if deleted else kind,
        attachments,
        frozenset({MessageFlag.DELETED}) if deleted else frozenset(),
        string_member(record, "message_id"),
        reactions=tuple(_reactions(record)) if "reactions" in record else (),
        details=other_facts(record, _KNOWN),
        words=tuple(dict.fromkeys((*_quoted(record), *other_words(record, _KNOWN | _QUOTES, TECHNICAL, _ROLES)))),
        event=MessageEvent("call") if called else None,
    )


def _quoted(record: Record) -> Iterator[FurtherWords]:
    quoted = object_member(record, "quoted_message_metadata")
    by = string_member(object_member(quoted, "creator"), "name") or "?"
    yield from (FurtherWords(WordsRole.QUOTE, text, by) for text in (string_member(quoted, "text"),) if text)


def _reactions(record: Record) -> Iterator[Reaction]:
    for each in object_members(record, "reactions"):
        emoji = (
            string_member(object_member(each, "emoji"), "unicode")
            or string_member(object_member(each, "emoji"), "name")
            or ""
        )
        listed = each.get("reactor_emails")
        for actor in listed if isinstance(listed, list) and listed else [None]:
            yield Reaction(emoji, actor if isinstance(actor, str) else None)


def _person(creator: Record) -> MessageSender:
    email = string_member(creator, "email")
    return MessageSender(string_member(creator, "name"), (AccountId("email", email),) if email else ())


def _when(record: Record) -> MessageTime:
    """Return when it was written; of a message that was deleted often only when that was done is left."""
    created, deleted = string_member(record, "created_date"), string_member(record, "deleted_date")
    if created is None and deleted is not None:
        return replace(_time(deleted), reason="time-of-the-deletion")
    return _time(created)


def _time(raw: str | None) -> MessageTime:
    """Return the date, which is in words of the account's language and ends with its zone: UTC, as a rule."""
    if raw is None:
        return NO_TIME
    time = from_words(raw)
    if time.value is None or not raw.rstrip().endswith("UTC"):
        return time
    return replace(time, kind=TimeKind.UTC, value=time.value + "Z")
