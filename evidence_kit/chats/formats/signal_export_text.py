"""`chat.md` of signal-export, a program that reads Signal Desktop: `[date] sender: text`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    Attachment,
    Conversation,
    Entry,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Unread,
    Why,
)
from evidence_kit.chats.segments import stretches
from evidence_kit.chats.times import from_iso

_OPENING = re.compile(
    r"\n\ufeff?\[(\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?)\] ((?:[^:\n]++|:(?!\s))*+):(?: |(?=\r?(?:\n|\Z)))"
)
_FILE = re.compile(r"!?\[[^\[\]\n]*+\]\((?P<path>[^()\n]++)\)")


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for a first line with a date in brackets, the year first, and Markdown's two spaces at its end."""
    if not _OPENING.match("\n" + head.text.lstrip("\n")):
        return FormatVote.NO
    if head.text.lstrip("\n").partition("\n")[0].endswith("  "):
        return FormatVote.BY_CONTENT
    return FormatVote.BY_NAME if PurePosixPath(name).name in {"chat.md", "index.md"} else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; the sender `Me` is the owner."""
    conversation = Conversation("signal", "signal-export-text", None, PurePosixPath(around.name).parent.name or None)
    for opening, body, place in stretches(export, encoding_of(export), _OPENING):
        if body is None:
            yield Unread(place, Why.TOO_LONG)
        elif opening is None:
            yield Unread(place, Why.NOT_A_MESSAGE) if body.strip() else Metadata(place, "blank")
        else:
            paths = [found["path"] for found in _FILE.finditer(body)]
            local = [path for path in paths if "://" not in path]
            yield Message(
                place,
                conversation,
                MessageSender(opening[2], (), is_owner=opening[2] == "Me"),
                from_iso(opening[1].replace(",", "")),
                body,
                MessageKind.MEDIA if local else MessageKind.TEXT,
                tuple(Attachment(path, around.status(path)) for path in local),
            )


FORMAT = ChatFormat("signal-export-text", claims, read)
