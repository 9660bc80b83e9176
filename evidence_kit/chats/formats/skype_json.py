"""Skype, the export of an account: `messages.json`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import islice
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
from evidence_kit.chats.leaves import other_words, text_leaves
from evidence_kit.chats.markup import MarkupNode, parse_markup
from evidence_kit.chats.message import (
    NO_TIME,
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
    WordsRole,
)
from evidence_kit.chats.times import from_epoch, from_iso

_KNOWN = frozenset({"id", "displayName", "originalarrivaltime", "content", "from", "messagetype"})
# Keys whose texts are for machines: identifiers, times of changes, what a server notes.
TECHNICAL = frozenset(
    {
        "conversationid",
        "amsreferences",
        "deletetime",
        "edittime",
        "isserversidegenerated",
        "emotions",
        "onErrorFallback",
    }
    | {"albumId", "s2spartnername", "callLog", "version", "capabilities", "clientmessageid", "key", "language"}
)
_EVENTS = {
    "TopicUpdate": "renamed",
    "AddMember": "added",
    "DeleteMember": "removed",
    "PictureUpdate": "changed-photo",
}
_LONGEST_NAMES = 1000
_CARD_TECHNICAL = frozenset({"type", "contentType", "image", "images"})
_MOST_OF_A_CARD = 200
_ROLES = {
    "urlpreviews": WordsRole.LINK,
    "title": WordsRole.TITLE,
    "description": WordsRole.DESCRIPTION,
    "url": WordsRole.LINK,
}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for an account's number beside conversations."""
    return FormatVote.BY_CONTENT if {"/userId", "/conversations"} <= head.shape else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the messages of all conversations in file order."""
    wanted = {"id", "displayName"}
    told = values_in_file(export, _into, lambda path: path == ("userId",) or (len(path) == 3 and path[2] in wanted))
    owner = told.get(("userId",))

    def message(record: Record, path: Path, place: ByteRange) -> Message | None:
        number, title = (told.get((*path[:2], key)) for key in ("id", "displayName"))
        shown = title if isinstance(title, str) else None
        conversation = Conversation("skype", "export-json", None if number is None else str(number), shown)
        return _message(record, place, conversation, None if owner is None else str(owner))

    yield from record_entries(export, _into, lambda path: path[2:3] == ("MessageList",) and len(path) == 4, message)


FORMAT = ChatFormat("skype-json", claims, read)


def _into(path: Path) -> bool:
    return not path or (path[0] == "conversations" and (len(path) < 3 or path[2:] == ("MessageList",)))


def _message(record: Record, place: ByteRange, conversation: Conversation, owner: str | None) -> Message | None:
    if "id" not in record and "content" not in record:
        return None
    written, kind = string_member(record, "content") or "", string_member(record, "messagetype") or ""
    root = parse_markup(written) if kind != "Text" else None
    text, event = _own_text(root) if root else written, None
    if root is not None and kind.startswith("ThreadActivity/"):
        # A record for programs: numbers and names in a row are no text of anybody.
        text, event = "", _event(kind, root)
    sender, properties = string_member(record, "from"), object_member(record, "properties")
    attachments = tuple(_attachments(root)) if root else ()
    deleted = bool(properties.get("deletetime")) or properties.get("isserversidegenerated") == "deleted"
    flags = {MessageFlag.DELETED: deleted, MessageFlag.EDITED: bool(properties.get("edittime"))}
    return Message(
        place,
        conversation,
        _person(sender, string_member(record, "displayName"), owner) if sender else None,
        from_iso(record.get("originalarrivaltime")),
        text,
        MessageKind.DELETED if deleted else _kind(kind, attachments),
        attachments,
        frozenset(flag for flag, holds in flags.items() if holds),
        string_member(record, "id"),
        reactions=tuple(_reactions(properties)) if properties else (),
        details=other_facts(record, _KNOWN, {"messagetype": kind} | ({"content": written} if text != written else {})),
        words=tuple(
            dict.fromkeys((*_links(root), *_named(kind, root), *other_words(record, _KNOWN, TECHNICAL, _ROLES)))
        ),
        event=event,
    )


def _event(kind: str, root: MarkupNode) -> MessageEvent:
    names = [node.text().strip() for node in root.walk() if node.tag in {"target", "id"} and node.text().strip()]
    code = _EVENTS.get(kind.removeprefix("ThreadActivity/"))
    if code in {"added", "removed"} and names:
        return MessageEvent(code, {"names": ", ".join(dict.fromkeys(names))[:_LONGEST_NAMES]})
    return MessageEvent("service", {"action": kind}) if code in {None, "added", "removed"} else MessageEvent(str(code))


def _named(kind: str, root: MarkupNode | None) -> Iterator[FurtherWords]:
    """Yield the values of a record for programs: the name that a conversation was given."""
    if root is not None and kind.startswith("ThreadActivity/"):
        for node in root.walk():
            if node.tag == "value" and (shown := node.text().strip()):
                yield FurtherWords(WordsRole.TITLE, shown)


def _person(sender: str, name: str | None, owner: str | None) -> MessageSender:
    account = sender.rpartition("/")[2]
    is_owner = None if owner is None else account.removeprefix("8:") == owner.removeprefix("8:")
    return MessageSender(name, (AccountId("user-id", account),), is_owner)


def _kind(kind: str, attachments: tuple[Attachment, ...]) -> MessageKind:
    if kind.startswith("Event/Call"):
        return MessageKind.CALL
    if kind.startswith(("ThreadActivity/", "Notice", "Event/")):
        return MessageKind.SYSTEM
    for word, found in (
        ("Location", MessageKind.LOCATION),
        ("Contacts", MessageKind.CONTACT),
        ("Poll", MessageKind.POLL),
    ):
        if word in kind:
            return found
    return MessageKind.MEDIA if attachments or "Media" in kind or "UriObject" in kind else MessageKind.TEXT


def _reactions(properties: Record) -> Iterator[Reaction]:
    for each in object_members(properties, "emotions"):
        for user in object_members(each, "users"):
            when = from_epoch(user.get("time"), 1000) if "time" in user else NO_TIME
            yield Reaction(string_member(each, "key") or "", string_member(user, "mri"), when)


def _own_text(root: MarkupNode) -> str:
    """Return the text of a message without its quotations: these are another's."""
    quotes = [node for node in root.walk() if node.tag == "quote"]
    kept = [(node, list(node.children)) for node in quotes]
    for node in quotes:
        node.children.clear()
    text = root.text()
    for node, children in kept:
        node.children.extend(children)
    return text


def _links(root: MarkupNode | None) -> Iterator[FurtherWords]:
    """Yield the addresses under words, and quotations with their author."""
    for node in root.walk() if root is not None else ():
        yield from _in_attributes(node)
        href = node.attributes.get("href", "")
        if node.tag == "a" and href and href not in node.text():
            yield FurtherWords(WordsRole.LINK, href)
        if node.tag == "quote" and (said := node.text().strip()):
            yield FurtherWords(
                WordsRole.QUOTE, said, node.attributes.get("authorname") or node.attributes.get("author") or "?"
            )


def _in_attributes(node: MarkupNode) -> Iterator[FurtherWords]:
    """Yield the words in the attributes of an element: of a place, a contact, a card."""
    if node.tag == "location":
        shown = node.attributes.get("address")
        numbers = (node.attributes.get("latitude"), node.attributes.get("longitude"))
        yield from (FurtherWords(WordsRole.PLACE, shown) for _ in (0,) if shown)
        # In millionths of a degree.
        if all(number and re.fullmatch(r"-?\d{1,9}", number) for number in numbers):
            yield from (FurtherWords(WordsRole.PLACE, f"{Decimal(str(number)) / 10**6}") for number in numbers)
    elif node.tag == "c":
        yield from (
            FurtherWords(WordsRole.CONTACT, told) for name in ("f", "s", "p") if (told := node.attributes.get(name))
        )
    elif node.tag == "swift" and (coded := node.attributes.get("b64")):
        with suppress(ValueError, RecursionError):
            yield from (FurtherWords(WordsRole.NOTE, text) for text in _card(json.loads(base64.b64decode(coded))))


def _card(told: object) -> Iterator[str]:
    """Yield the texts of a card."""
    yield from islice((text for _, text in text_leaves(told, _CARD_TECHNICAL)), _MOST_OF_A_CARD)


def _attachments(root: MarkupNode) -> Iterator[Attachment]:
    for node in root.walk():
        if node.tag == "originalname" and (name := node.attributes.get("v")):
            yield Attachment(name, AttachmentStatus.UNKNOWN)
