"""TikTok, "Download your data" as text: direct messages, a line each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AccountId,
    Conversation,
    Entry,
    Message,
    MessageSender,
    Metadata,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.segments import text_segments
from evidence_kit.chats.times import from_iso

_OPENING = re.compile(
    r"\n\ufeff?(?:>>> Chat History with (?P<other>[^\n]*?):*[^\S\n]*(?=\r?(?:\n|\Z))"
    r"|(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?) (?P<sender>[^:\n]{1,100}):(?: |(?=\r?(?:\n|\Z))))"
)


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the line that begins the messages of a chat."""
    return (
        FormatVote.BY_CONTENT
        if re.search(r"^\ufeff?>>> Chat History with ", head.text, re.MULTILINE)
        else FormatVote.NO
    )


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the messages of all chats in file order; times are UTC by TikTok's own word."""
    conversation = Conversation("tiktok", "download-text")
    for opening, body, place in text_segments(export, encoding_of(export), _OPENING):
        if body is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        elif opening is None:
            yield Unread(place, UnreadReason.NOT_A_MESSAGE) if body.strip() else Metadata(place, "blank")
        elif opening["other"] is not None:
            other = opening["other"].strip() or None
            conversation = Conversation("tiktok", "download-text", other, other)
            known = not body.strip()
            yield (
                Metadata(place, "chat", other)
                if known
                else Unread(place, UnreadReason.NOT_A_MESSAGE, body.strip()[:200])
            )
        else:
            sender = opening["sender"].strip()
            person = MessageSender(sender, (AccountId("handle", sender),))
            time = from_iso(opening["time"], is_utc=True)
            yield Message(place, conversation, person, time, body.rstrip("\r\n"))


FORMAT = ChatFormat("tiktok-text", claims, read)
