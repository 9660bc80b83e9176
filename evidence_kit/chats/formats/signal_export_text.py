"""`chat.md` of signal-export, a program that reads Signal Desktop: `[date] sender: text`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
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
    Reaction,
    WordsRole,
)
from evidence_kit.chats.segments import segment_entries
from evidence_kit.chats.times import from_iso

_OPENING = re.compile(
    r"\n\ufeff?\[(\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?)\] ((?:[^:\n]++|:(?!\s))*+):(?: |(?=\r?(?:\n|\Z)))"
)
_FILE = re.compile(r"!?\[[^\[\]\n]*+\]\((?P<path>[^()\n]++)\)")

_MARKDOWN = re.compile(r"^\ufeff?\[\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?\] [^\n]*  \r?$", re.MULTILINE)
_LOOKED_AT = 20_000
# `(- Me: 😡, Karim: 👎 -)` below a message, and `> ` before the lines of another that it answers.
_REACTIONS = re.compile(r"^[^\S\n]*\(- ?((?:[^\n]*?: ?[^\n]*?)) ?-\)[^\S\n]*$", re.MULTILINE)
_REACTION = re.compile(r"([^:,]+): ?([^,]+)")
_QUOTED = re.compile(r"(?:^[^\S\n]*>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_DELETED = "(This message was deleted)"
_CALL = re.compile(r"(?:Missed |Declined )?(?:[Vv]oice|[Vv]ideo|[Gg]roup)[^\n]{0,20} call")
# The program does not say who wrote what is quoted; the sender of the message did not.
_NOT_NAMED = "?"


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for a first line with a date in brackets, the year first, and Markdown's two spaces at the end of messages.

    The first message may have several lines, a quotation, or be deleted: then only a later one ends so.
    """
    if not _OPENING.match("\n" + head.text.lstrip("\n")):
        return FormatVote.NO
    is_markdown = PurePosixPath(name).suffix.casefold() == ".md"
    return FormatVote.BY_CONTENT if is_markdown or _MARKDOWN.search(head.text[:_LOOKED_AT]) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; the sender `Me` is the owner."""
    conversation = Conversation("signal", "signal-export-text", None, PurePosixPath(around.name).parent.name or None)
    make = partial(_message, conversation=conversation, around=around)
    yield from segment_entries(export, encoding_of(export), _OPENING, make)


FORMAT = ChatFormat("signal-export-text", claims, read)


def _message(
    opening: re.Match[str], body: str, place: ByteRange, conversation: Conversation, around: Surroundings
) -> Message:
    """Return a message with its reactions and quotations parted from its text."""
    reactions = tuple(
        Reaction(emoji.strip(), name.strip())
        for line in _REACTIONS.findall(body)
        for name, emoji in _REACTION.findall(line)
    )
    written = _QUOTED.sub("", _REACTIONS.sub("", body)).strip()
    quoted = "\n".join(line.removeprefix(">").strip() for found in _QUOTED.findall(body) for line in found.split("\n"))
    local = [path for found in _FILE.finditer(body) if "://" not in (path := found["path"])]
    deleted, call = written == _DELETED, _CALL.fullmatch(written)
    text = body
    if reactions or quoted:
        # What others wrote is no word of the sender's.
        text = written
    kind = MessageKind.MEDIA if local else MessageKind.TEXT
    return Message(
        place,
        conversation,
        MessageSender(opening[2], (), is_owner=opening[2] == "Me"),
        from_iso(opening[1].replace(",", "")),
        text,
        MessageKind.DELETED if deleted else MessageKind.CALL if call else kind,
        tuple(Attachment(path.removeprefix("./"), around.status(path)) for path in local),
        frozenset({MessageFlag.DELETED}) if deleted else frozenset(),
        reactions=reactions,
        words=(FurtherWords(WordsRole.QUOTE, quoted.strip(), _NOT_NAMED),) if quoted.strip() else (),
        event=MessageEvent("call-missed" if call[0].startswith("Missed") else "call") if call else None,
        details={"text-before-parting": body} if text != body else None,
    )
