"""iMessage as imessage-exporter writes it: a line with the date, one with the sender, then the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    ByteRange,
    Conversation,
    Entry,
    Flag,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Time,
    Unread,
    Why,
)
from evidence_kit.chats.segments import stretches
from evidence_kit.chats.times import from_words

_OPENING = re.compile(
    r"\n\ufeff?([A-Z][a-z]{2} \d{2}, \d{4} {1,2}\d{1,2}:\d{2}:\d{2} [AP]M)"
    r"(?: \(([^\n]*)\))?(?: ([^\n]*))?\r?(?=\n|\Z)"
)
_UNSENT = re.compile(r"^\S[^\n]{0,80} unsent (?:this|a) message", re.MULTILINE)
_EDITED = re.compile(r"^Edited [^\n]{1,60} later: ", re.MULTILINE)
_TAPBACKS = re.compile(r"^Tapbacks:$", re.MULTILINE)
_FILE = re.compile(r"^(?:/|~/|[A-Za-z]:\\|attachments/)[^\n]*\.[A-Za-z0-9]{2,5}$", re.MULTILINE)
_LOST = "Attachment missing!"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a first line that is such a date and a line behind it."""
    return FormatVote.BY_CONTENT if _OPENING.match("\n" + head.text.lstrip("\n")) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; answers that are quoted below a message stay in its text."""
    title = PurePosixPath(around.name).name.removesuffix(".txt") or None
    conversation = Conversation("imessage", "imessage-exporter-text", None, title)
    for opening, body, place in stretches(export, encoding_of(export), _OPENING):
        if body is None:
            yield Unread(place, Why.TOO_LONG)
        elif opening is None:
            yield Unread(place, Why.NOT_A_MESSAGE) if body.strip() else Metadata(place, "blank")
        else:
            yield _message(opening, body, place, conversation, around)


FORMAT = ChatFormat("imessage-text", claims, read)


def _message(
    opening: re.Match[str], body: str, place: ByteRange, conversation: Conversation, around: Surroundings
) -> Message:
    raw, read_at, announced = opening.groups()
    time: Time = from_words(raw)
    details = {"read": read_at} if read_at else None
    if announced:
        return Message(place, conversation, None, time, announced, MessageKind.SYSTEM, details=details)
    sender, _, text = body.removeprefix("\n").partition("\n")
    text = text.rstrip("\n")
    attachments = tuple(Attachment(path, around.status(path)) for path in _FILE.findall(text))
    unsent = _UNSENT.search(text) is not None
    flags = {Flag.DELETED} if unsent else set()
    if _EDITED.search(text):
        flags.add(Flag.EDITED)
    media = MessageKind.MEDIA if attachments else MessageKind.TEXT
    kind = MessageKind.DELETED if unsent else MessageKind.MEDIA_OMITTED if _LOST in text else media
    return Message(
        place,
        conversation,
        _person(sender.strip("\r")),
        time,
        text,
        kind,
        attachments,
        frozenset(flags),
        details=details,
    )


def _person(sender: str) -> MessageSender:
    """Return who wrote; `Me` is the owner, others are a number, an address, or a name of the book."""
    if sender == "Me":
        return MessageSender(sender, (), is_owner=True)
    kind = "email" if "@" in sender else "phone" if re.fullmatch(r"\+?[\d\s()\-]{5,}", sender) else None
    return MessageSender(sender, (AccountId(kind, sender),) if kind else (), is_owner=False)
