"""Hangouts from Takeout: `Hangouts.json`, all conversations of an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    Message,
    MessageKind,
    MessageSender,
    Role,
    Words,
)
from evidence_kit.chats.times import from_epoch

_KNOWN = frozenset({"sender_id", "timestamp", "event_id"})
# Keys whose texts are for machines, and those that the reader tells in the text.
TECHNICAL = frozenset(
    {"conversation_id", "self_event_state", "event_type", "type", "id", "segment", "gaia_id", "chat_id", "user_id"}
    | {"advances_sort_timestamp", "event_otr", "delivery_medium", "event_version", "image_url", "album_id", "photo_id"}
    | {"media_type", "owner_obfuscated_id", "thumbnail", "stream_id", "participant_id", "leave_reason", "otr_status"}
)
_ROLES = {"url": Role.LINK, "new_name": Role.TITLE, "old_name": Role.EARLIER, "name": Role.PLACE, "address": Role.PLACE}
_EVENTS = {"RENAME_CONVERSATION": "renamed", "HANGOUT_EVENT": "call"}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for conversations with events."""
    shape = head.shape
    states = "/conversation_state/*/event" in shape or "/conversations/*/events" in shape
    begun = {"/conversations/*/conversation/conversation_id"} <= shape
    return FormatVote.BY_CONTENT if states or begun else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the events of all conversations in file order."""
    told = facts(export, _into, lambda path: len(path) == 3 and path[2] in _STATES)
    rooms: dict[Path, _Room] = {}

    def message(record: Record, path: Path, place: ByteRange) -> Message | None:
        if path[:2] not in rooms:
            state = next((told[(*path[:2], key)] for key in _STATES if (*path[:2], key) in told), None)
            rooms[path[:2]] = _Room(state if isinstance(state, Mapping) else {})
        return rooms[path[:2]].message(record, place)

    yield from entries(export, _into, lambda path: len(path) == 4 and path[2] in _LISTS, message)


FORMAT = ChatFormat("hangouts-json", claims, read)

_LISTS = frozenset({"events", "event"})
_STATES = ("conversation", "conversation_state")


def _into(path: Path) -> bool:
    top = not path or path[0] in {"conversations", "conversation_state"}
    return top and (len(path) < 3 or (len(path) == 3 and path[2] in _LISTS))


class _Room:
    """One conversation: who is who in it."""

    def __init__(self, state: Record) -> None:
        about = mapping(state, "conversation") or state
        people = mappings(about, "participant_data")
        self._names = {_account(mapping(each, "id")): string(each, "fallback_name") for each in people}
        own = mapping(mapping(about, "self_conversation_state"), "self_read_state")
        self._owner = _account(mapping(own, "participant_id"))
        number = string(mapping(state, "conversation_id"), "id") or string(mapping(about, "id"), "id")
        names = tuple(name for name in self._names.values() if name)
        title = string(about, "name") or ", ".join(names) or None
        self._conversation = Conversation("hangouts", "takeout-json", number, title, names)

    def message(self, record: Record, place: ByteRange) -> Message | None:
        """Return an event as a message, None where it is none."""
        if "event_type" not in record and "timestamp" not in record:
            return None
        content = mapping(mapping(record, "chat_message"), "message_content")
        segments = mappings(content, "segment")
        attachments = tuple(_attachments(content))
        kind, event = self._kind(record, attachments)
        links = [string(mapping(each, "link_data"), "link_target") for each in segments]
        text = "".join("\n" if each.get("type") == "LINE_BREAK" else string(each, "text") or "" for each in segments)
        account = _account(mapping(record, "sender_id"))
        found = [Words(Role.LINK, link) for link in links if link and link not in text]
        return Message(
            place,
            self._conversation,
            self._person(account) if account else None,
            from_epoch(record.get("timestamp"), 1_000_000),
            text,
            kind,
            attachments,
            native_id=string(record, "event_id"),
            details=rest(record, _KNOWN),
            words=tuple(dict.fromkeys((*found, *other_words(record, _KNOWN, TECHNICAL, _ROLES)))),
            event=event,
        )

    def _person(self, account: str) -> MessageSender:
        is_owner = account == self._owner if self._owner else None
        return MessageSender(self._names.get(account), (AccountId("user-id", account),), is_owner)

    def _kind(self, record: Record, attachments: tuple[Attachment, ...]) -> tuple[MessageKind, Event | None]:
        kind = string(record, "event_type") or ""
        if kind in {"ADD_USER", "REMOVE_USER"}:
            listed = mappings(mapping(record, "membership_change"), "participant_id")
            names = [self._names.get(account := _account(each)) or account for each in listed]
            code = "added" if kind == "ADD_USER" else "removed"
            return MessageKind.SYSTEM, Event(code, {"names": ", ".join(names)})
        if kind == "HANGOUT_EVENT":
            return MessageKind.CALL, Event("call")
        if kind not in {"REGULAR_CHAT_MESSAGE", "SMS", "VOICEMAIL", ""}:
            return MessageKind.SYSTEM, Event(_EVENTS[kind]) if kind in _EVENTS else Event("service", {"action": kind})
        return MessageKind.MEDIA if attachments else MessageKind.TEXT, None


def _account(identifier: Record) -> str:
    return string(identifier, "gaia_id") or string(identifier, "chat_id") or ""


def _attachments(content: Record) -> Iterator[Attachment]:
    """Yield pictures and films; Takeout puts them beside the file under names of their own, or leaves an address."""
    for each in mappings(content, "attachment"):
        item = mapping(each, "embed_item")
        photo = mapping(item, "plus_photo")
        if photo:
            url = string(photo, "url") or string(mapping(photo, "thumbnail"), "image_url")
            name = url.rpartition("/")[2] if url else None
            yield Attachment(name or None, AttachmentStatus.UNKNOWN, string(photo, "media_type"))
