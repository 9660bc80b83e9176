"""iMessage as imessage-exporter writes it: a line with the date, one with the sender, then the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Reaction,
    WordsRole,
)
from evidence_kit.chats.segments import segment_entries
from evidence_kit.chats.times import from_words, unless_none
from evidence_kit.model import Json

_OPENING = re.compile(
    r"\n\ufeff?([A-Z][a-z]{2} \d{2}, \d{4} {1,2}\d{1,2}:\d{2}:\d{2} [AP]M)"
    r"(?: \(([^\n]*)\))?(?: ([^\n]*))?\r?(?=\n|\Z)"
)
_UNSENT = re.compile(r"^\S[^\n]{0,80} (?:unsent (?:this|a) message|deleted a message\.$)", re.MULTILINE)
_EDITED = re.compile(r"^Edited [^\n]{1,60} later: ", re.MULTILINE)
_TAPBACK = re.compile(r"\s*(?P<sign>[^\n]{1,60}?) (?:by|from) (?P<name>[^\n]+?)\s*")
_NESTED = re.compile(r"\s+[A-Z][a-z]{2} \d{2}, \d{4} {1,2}\d{1,2}:\d{2}:\d{2} [AP]M(?: \([^\n]*\))?\s*")
_RESPONDED = "This message responded to an earlier message."
_FILE = re.compile(r"^(?:/|~/|[A-Za-z]:\\|attachments/)[^\n]*\.[A-Za-z0-9]{2,5}$", re.MULTILINE)
_LOST = "Attachment missing!"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a first line that is such a date and a line behind it."""
    return FormatVote.BY_CONTENT if _OPENING.match("\n" + head.text.lstrip("\n")) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; answers that stand below a message are words of others in it."""
    title = PurePosixPath(around.name).name.removesuffix(".txt") or None
    conversation = Conversation("imessage", "imessage-exporter-text", None, title)
    make = partial(_message, conversation=conversation, around=around)
    yield from segment_entries(export, encoding_of(export), _OPENING, make)


FORMAT = ChatFormat("imessage-text", claims, read)


def _message(
    opening: re.Match[str], body: str, place: ByteRange, conversation: Conversation, around: Surroundings
) -> Message:
    raw, read_at, announced = opening.groups()
    # The program counts from 2001, and writes the first moment of that year where it knows no time.
    time: MessageTime = unless_none(from_words(raw), apple=True)
    details: dict[str, Json] | None = {"read": read_at} if read_at else None
    if announced:
        return Message(place, conversation, None, time, announced, MessageKind.SYSTEM, details=details)
    sender, _, whole = body.removeprefix("\n").partition("\n")
    whole = whole.rstrip("\n")
    parts = _parted(whole)
    attachments = tuple(Attachment(path, around.status(path)) for path in _FILE.findall(parts.text))
    unsent = _UNSENT.search(parts.text) is not None
    flags = {MessageFlag.DELETED} if unsent else set()
    if _EDITED.search(parts.text):
        flags.add(MessageFlag.EDITED)
    media = MessageKind.MEDIA if attachments else MessageKind.TEXT
    kind = MessageKind.DELETED if unsent else MessageKind.MEDIA_OMITTED if _LOST in parts.text else media
    if parts.text != whole:
        details = {**(details or {}), "text-before-parting": whole}
    return Message(
        place,
        conversation,
        _person(sender.strip("\r")),
        time,
        parts.text,
        kind,
        attachments,
        frozenset(flags),
        reactions=parts.reactions,
        details=details,
        words=parts.replies,
    )


class _Parts(NamedTuple):
    """A message parted: its sender's text, and reactions and answers of others below it."""

    text: str
    reactions: tuple[Reaction, ...]
    replies: tuple[FurtherWords, ...]


def _parted(whole: str) -> _Parts:
    """Part a message from the tapbacks and the answers that the program writes below it; none is the sender's word."""
    lines = whole.split("\n")
    kept: list[str] = []
    reactions: list[Reaction] = []
    replies: list[FurtherWords] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.strip() == "Tapbacks:":
            at += 1
            while at < len(lines) and (found := _TAPBACK.fullmatch(lines[at])):
                reactions.append(Reaction(found["sign"].strip(), found["name"].strip()))
                at += 1
            continue
        if _NESTED.fullmatch(line):
            author = lines[at + 1].strip() if at + 1 < len(lines) else ""
            end = at + 2
            while end < len(lines) and not _NESTED.fullmatch(lines[end]) and _indented(lines[end]):
                end += 1
            said = "\n".join(each.strip() for each in lines[at + 2 : end]).strip()
            if said:
                replies.append(FurtherWords(WordsRole.REPLY, said, author or None))
            at = end
            continue
        if line.strip() != _RESPONDED:
            kept.append(line)
        at += 1
    return _Parts("\n".join(kept).rstrip("\n"), tuple(reactions), tuple(replies))


def _indented(line: str) -> bool:
    return not line.strip() or line[:1] in {" ", "\t"}


def _person(sender: str) -> MessageSender:
    """Return who wrote; `Me` is the owner, others are a number, an address, or a name of the book."""
    if sender == "Me":
        return MessageSender(sender, (), is_owner=True)
    kind = "email" if "@" in sender else "phone" if re.fullmatch(r"\+?[\d\s()\-]{5,}", sender) else None
    return MessageSender(sender, (AccountId(kind, sender),) if kind else (), is_owner=False)
