"""Hangouts from Takeout: `Hangouts.json`, all conversations of an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    MessageKind,
    MessageSender,
    WordsRole,
)
from evidence_kit.chats.times import from_epoch
from evidence_kit.chats.told import duration_text

_KNOWN = frozenset({"sender_id", "timestamp", "event_id"})
# Keys whose texts are for machines, and those that the reader tells in the text.
TECHNICAL = frozenset(
    {"conversation_id", "self_event_state", "event_type", "type", "id", "segment", "gaia_id", "chat_id", "user_id"}
    | {
        "advances_sort_timestamp",
        "event_otr",
        "delivery_medium",
        "event_version",
        "image_url",
        "album_id",
        "photo_id",
        "hangout_duration_secs",
    }
    | {"media_type", "owner_obfuscated_id", "thumbnail", "stream_id", "participant_id", "leave_reason", "otr_status"}
)
_ROLES = {
    "url": WordsRole.LINK,
    "new_name": WordsRole.TITLE,
    "old_name": WordsRole.EARLIER,
    "name": WordsRole.PLACE,
    "address": WordsRole.PLACE,
}
_EVENTS = {"RENAME_CONVERSATION": "renamed", "HANGOUT_EVENT": "call"}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for conversations with events."""
    shape = head.shape
    states = "/conversation_state/*/event" in shape or "/conversations/*/events" in shape
    begun = {"/conversations/*/conversation/conversation_id"} <= shape
    return FormatVote.BY_CONTENT if states or begun else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the events of all conversations in file order."""
    told = values_in_file(export, _into, lambda path: len(path) == 3 and path[2] in _STATES)
    rooms: dict[Path, _Room] = {}

    def message(record: Record, path: Path, place: ByteRange) -> Message | None:
        if path[:2] not in rooms:
            state = next((told[(*path[:2], key)] for key in _STATES if (*path[:2], key) in told), None)
            rooms[path[:2]] = _Room(state if isinstance(state, Mapping) else {})
        return rooms[path[:2]].message(record, place)

    yield from record_entries(export, _into, lambda path: len(path) == 4 and path[2] in _LISTS, message)


FORMAT = ChatFormat("hangouts-json", claims, read)

_MOST_DIGITS = 9
_LISTS = frozenset({"events", "event"})
_STATES = ("conversation", "conversation_state")


def _into(path: Path) -> bool:
    top = not path or path[0] in {"conversations", "conversation_state"}
    return top and (len(path) < 3 or (len(path) == 3 and path[2] in _LISTS))


class _Room:
    """One conversation: who is who in it."""

    def __init__(self, state: Record) -> None:
        about = object_member(state, "conversation") or state
        people = object_members(about, "participant_data")
        self._names = {_account(object_member(each, "id")): string_member(each, "fallback_name") for each in people}
        own = object_member(object_member(about, "self_conversation_state"), "self_read_state")
        self._owner = _account(object_member(own, "participant_id"))
        number = string_member(object_member(state, "conversation_id"), "id") or string_member(
            object_member(about, "id"), "id"
        )
        names = tuple(name for name in self._names.values() if name)
        title = string_member(about, "name") or ", ".join(names) or None
        self._conversation = Conversation("hangouts", "takeout-json", number, title, names)

    def message(self, record: Record, place: ByteRange) -> Message | None:
        """Return an event as a message, None where it is none."""
        if "event_type" not in record and "timestamp" not in record:
            return None
        content = object_member(object_member(record, "chat_message"), "message_content")
        segments = object_members(content, "segment")
        attachments = tuple(_attachments(content))
        kind, event = self._kind(record, attachments)
        links = [string_member(object_member(each, "link_data"), "link_target") for each in segments]
        text = "".join(
            "\n" if each.get("type") == "LINE_BREAK" else string_member(each, "text") or "" for each in segments
        )
        account = _account(object_member(record, "sender_id"))
        found = [FurtherWords(WordsRole.LINK, link) for link in links if link and link not in text]
        return Message(
            place,
            self._conversation,
            self._person(account) if account else None,
            from_epoch(record.get("timestamp"), 1_000_000),
            text,
            kind,
            attachments,
            native_id=string_member(record, "event_id"),
            details=other_facts(record, _KNOWN),
            words=tuple(dict.fromkeys((*found, *other_words(record, _KNOWN, TECHNICAL, _ROLES)))),
            event=event,
        )

    def _person(self, account: str) -> MessageSender:
        is_owner = account == self._owner if self._owner else None
        return MessageSender(self._names.get(account), (AccountId("user-id", account),), is_owner)

    def _kind(self, record: Record, attachments: tuple[Attachment, ...]) -> tuple[MessageKind, MessageEvent | None]:
        kind = string_member(record, "event_type") or ""
        if kind in {"ADD_USER", "REMOVE_USER"}:
            listed = object_members(object_member(record, "membership_change"), "participant_id")
            names = [self._names.get(account := _account(each)) or account for each in listed]
            code = "added" if kind == "ADD_USER" else "removed"
            return MessageKind.SYSTEM, MessageEvent(code, {"names": ", ".join(names)})
        if kind == "HANGOUT_EVENT":
            seconds = string_member(object_member(record, "hangout_event"), "hangout_duration_secs") or ""
            if not (seconds.isdecimal() and len(seconds) < _MOST_DIGITS):
                return MessageKind.CALL, MessageEvent("call")
            return MessageKind.CALL, MessageEvent("called", {"duration": duration_text(int(seconds))})
        if kind not in {"REGULAR_CHAT_MESSAGE", "SMS", "VOICEMAIL", ""}:
            return MessageKind.SYSTEM, MessageEvent(_EVENTS[kind]) if kind in _EVENTS else MessageEvent(
                "service", {"action": kind}
            )
        return MessageKind.MEDIA if attachments else MessageKind.TEXT, None


def _account(identifier: Record) -> str:
    return string_member(identifier, "gaia_id") or string_member(identifier, "chat_id") or ""


def _attachments(content: Record) -> Iterator[Attachment]:
    """Yield pictures and films; Takeout puts them beside the file under names of their own, or leaves an address."""
    for each in object_members(content, "attachment"):
        item = object_member(each, "embed_item")
        photo = object_member(item, "plus_photo")
        if photo:
            url = string_member(photo, "url") or string_member(object_member(photo, "thumbnail"), "image_url")
            name = url.rpartition("/")[2] if url else None
            yield Attachment(name or None, AttachmentStatus.UNKNOWN, string_member(photo, "media_type"))
