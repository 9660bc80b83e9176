"""Telegram Desktop, "Export chat history" of one chat or of all, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from msgspec.structs import replace

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import (
    Record,
    object_members,
    other_facts,
    record_entries,
    string_member,
    values_in_file,
)
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Reaction,
)
from evidence_kit.chats.telegram.events import CALLS, telegram_event
from evidence_kit.chats.telegram.words import WORDED, joined_text, telegram_words
from evidence_kit.chats.times import from_epoch, from_iso
from evidence_kit.model import Json

_KNOWN = frozenset(
    {
        "id",
        "date_unixtime",
        "from",
        "from_id",
        "actor",
        "actor_id",
        "text",
        "photo",
        "file",
        "file_name",
        "mime_type",
    }
    | {"file_size", "photo_file_size", "reply_to_message_id", "reactions", "contact_vcard"}
)
_TOLD = _KNOWN | WORDED
# What a record must have to be nothing but a text.
_PLAIN = frozenset({"id", "type", "date_unixtime", "from", "from_id", "text"})
_NO_FLAGS: frozenset[MessageFlag] = frozenset()
_MOST_REMEMBERED = 4096
# What stands above the messages of a single chat, and nowhere in the export of an account.
_ONE_CHAT: frozenset[Path] = frozenset({("name",), ("type",), ("id",)})
_OWNER = ("personal_information", "user_id")


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for one chat with its name, type and id, or for the whole account with its list of chats."""
    shape = head.shape
    one = {"/type", "/id", "/messages"} <= shape and not any(part.startswith("/guild") for part in shape)
    one = one and ("/messages/*/type" in shape or "/messages/*" not in shape)
    account = "/chats/list" in shape or "/left_chats/list" in shape
    bare = {"/messages/*/date_unixtime", "/messages/*/text"} <= shape
    early = {"/about", "/personal_information/user_id"} <= shape
    return FormatVote.BY_CONTENT if one or bare or account or early else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages of all chats in file order."""
    told = values_in_file(
        export, _into, lambda path: path[-1:] in {("name",), ("type",), ("id",)} or path == _OWNER, enough=_ONE_CHAT
    )
    owner = told.get(_OWNER)
    account = None if owner is None else f"user{owner}"
    conversations: dict[Path, Conversation] = {}
    plain = _Plain(account)

    def message(record: Record, path: Path, place: ByteRange) -> Message | None:
        chat = path[:-2]
        if chat not in conversations:
            conversations[chat] = _conversation(told, chat)
        conversation = conversations[chat]
        return plain.message(record, place, conversation) or _message(record, place, conversation, around, account)

    yield from record_entries(export, _into, lambda path: path[-2:-1] == ("messages",), message)


FORMAT = ChatFormat("telegram-json", claims, read)


def _into(path: Path) -> bool:
    if path in {
        (),
        ("messages",),
        ("chats",),
        ("left_chats",),
        ("chats", "list"),
        ("left_chats", "list"),
        _OWNER[:1],
    }:
        return True
    inside = path[:1] in {("chats",), ("left_chats",)} and path[1:2] == ("list",)
    return inside and (len(path) == 3 or (len(path) == 4 and path[3] == "messages"))


def _conversation(told: dict[Path, object], chat: Path) -> Conversation:
    name, kind, number = (told.get((*chat, key)) for key in ("name", "type", "id"))
    variant = f"desktop-json:{kind}" if isinstance(kind, str) else "desktop-json"
    return Conversation(
        "telegram", variant, None if number is None else str(number), name if isinstance(name, str) else None
    )


class _Plain:
    """Makes messages of records that are a sender, a time and a text, which nearly all are.

    Each takes a third of the time of `_message`, and says the same.

    Args:
        owner: The account whose export it is, None where it does not say.
    """

    def __init__(self, owner: str | None) -> None:
        self._owner = owner
        self._shapes: dict[tuple[str, ...], tuple[str, ...] | None] = {}
        self._people: dict[tuple[str, str], MessageSender | None] = {}

    def message(self, record: Record, place: ByteRange, conversation: Conversation) -> Message | None:
        """Return a plain record as a message; None for any other.

        Args:
            record: The record, its keys in the order of the file.
            place: Where it lies in the file, in bytes.
            conversation: The conversation that it stands in.
        """
        shape = tuple(record)
        if shape not in self._shapes:
            self._learn(shape)
        others = self._shapes[shape]
        if others is None or record["type"] != "message":
            return None
        name, account, text, number = record["from"], record["from_id"], record["text"], record["id"]
        if type(name) is not str or type(account) is not str or type(text) is not str or type(number) is not int:
            return None
        entities = record.get("text_entities")
        if entities is not None and (type(entities) is not list or not all(map(_is_without_link, entities))):
            return None
        person = self._people.get((name, account)) or self._meet(record, name, account)
        time, details = from_epoch(record["date_unixtime"]), {key: record[key] for key in others}
        return Message(
            place, conversation, person, time, text, MessageKind.TEXT, (), _NO_FLAGS, str(number),
            details=cast("dict[str, Json]", details),
        )  # fmt: skip

    def _learn(self, shape: tuple[str, ...]) -> None:
        """Remember which keys of a record are told as details; None where it holds more than a plain one."""
        if len(self._shapes) >= _MOST_REMEMBERED:
            self._shapes.clear()
        plain = _PLAIN <= set(shape) <= _PLAIN | {"date", "text_entities"}
        self._shapes[shape] = tuple(key for key in shape if key not in _KNOWN) if plain else None

    def _meet(self, record: Record, name: str, account: str) -> MessageSender | None:
        if len(self._people) >= _MOST_REMEMBERED:
            self._people.clear()
        person = self._people[name, account] = _sender(record, self._owner)
        return person


def _is_without_link(entity: object) -> bool:
    return type(entity) is dict and "href" not in entity


def _message(
    record: Record, place: ByteRange, conversation: Conversation, around: Surroundings, owner: str | None
) -> Message | None:
    if not record.keys() & {"id", "date", "date_unixtime", "text"}:
        return None
    attachments = tuple(_attachments(record, around))
    return Message(
        place,
        conversation,
        _sender(record, owner),
        _time(record),
        joined_text(record.get("text")),
        _kind(record, attachments),
        attachments,
        _flags(record),
        string_member(record, "id"),
        string_member(record, "reply_to_message_id"),
        tuple(_reactions(record)) if "reactions" in record else (),
        other_facts(record, _KNOWN),
        telegram_words(record, _TOLD),
        telegram_event(record),
    )


def _sender(record: Record, owner: str | None) -> MessageSender | None:
    """Return who wrote or did it; a bare number (before 2021) is a user, a deleted account has no name."""
    name = string_member(record, "from") or string_member(record, "actor")
    number = record.get("from_id", record.get("actor_id"))
    if number is None:
        return None if name is None else MessageSender(name)
    account = f"user{number}" if isinstance(number, int) else str(number)
    is_owner = None if owner is None else account == owner
    return MessageSender(name, (AccountId("user-id", account),), is_owner)


def _time(record: Record) -> MessageTime:
    """Return `date_unixtime`, which is UTC; before 2022 there is only `date`, the computer's own clock."""
    if "date_unixtime" in record:
        return from_epoch(record["date_unixtime"])
    return from_iso(record.get("date"))


def _kind(record: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
    if record.get("action") in CALLS:
        return MessageKind.CALL
    if record.get("type") == "service":
        return MessageKind.SYSTEM
    if record.get("type") == "unsupported":
        return MessageKind.UNSUPPORTED
    for key, kind in (
        ("location_information", MessageKind.LOCATION),
        ("poll", MessageKind.POLL),
        ("contact_information", MessageKind.CONTACT),
    ):
        if key in record:
            return kind
    if not attachments:
        return MessageKind.TEXT
    absent = all(attachment.status is AttachmentStatus.NOT_EXPORTED for attachment in attachments)
    return MessageKind.MEDIA_OMITTED if absent else MessageKind.MEDIA


def _attachments(record: Record, around: Surroundings) -> Iterator[Attachment]:
    for key in ("photo", "file", "contact_vcard"):
        name = string_member(record, key)
        if name is None:
            continue
        if name.startswith("(File "):
            found = Attachment(string_member(record, "file_name") or name, AttachmentStatus.NOT_EXPORTED)
        else:
            found = Attachment(name, around.status(name))
        size = record.get("photo_file_size" if key == "photo" else "file_size")
        size_bytes = size if isinstance(size, int) and not isinstance(size, bool) else None
        yield replace(found, media_type=string_member(record, "mime_type"), size_bytes=size_bytes)


def _flags(record: Record) -> frozenset[MessageFlag]:
    flags = {
        MessageFlag.EDITED: "edited" in record or "edited_unixtime" in record,
        MessageFlag.FORWARDED: "forwarded_from" in record,
        MessageFlag.SELF_DESTRUCT: "self_destruct_period_seconds" in record,
    }
    return frozenset(flag for flag, holds in flags.items() if holds)


def _reactions(record: Record) -> Iterator[Reaction]:
    for reaction in object_members(record, "reactions"):
        emoji = (
            string_member(reaction, "emoji")
            or string_member(reaction, "document_id")
            or string_member(reaction, "type")
            or ""
        )
        recent = object_members(reaction, "recent")
        for who in recent:
            yield Reaction(
                emoji, string_member(who, "from") or string_member(who, "from_id"), from_iso(who.get("date"))
            )
        if not recent:
            yield Reaction(emoji, None)
