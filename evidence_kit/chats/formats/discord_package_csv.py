"""Discord's own data package as it was until 2024: `messages.csv` of a channel."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import UTF8
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.segments import text_segments
from evidence_kit.chats.times import from_iso

_HEADER = "ID,Timestamp,Contents,Attachments"
_ROW = re.compile(r"\n(?=\d{15,21},)")
_OWNER = MessageSender(None, (), is_owner=True)


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the names of its columns."""
    return FormatVote.BY_CONTENT if head.text.startswith(_HEADER) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the owner's messages in file order; the other side's are not in it."""
    folder = PurePosixPath(around.name).parent.name
    conversation = Conversation("discord", "package-csv", folder.removeprefix("c") or None)
    yield Metadata(ByteRange(0, 0), "decided:owner", "all messages: the package holds only one's own")
    for opening, body, place in text_segments(export, UTF8, _ROW):
        if body is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        elif opening is None:
            known = body.lstrip("\ufeff").strip() in {"", _HEADER}
            yield Metadata(place, "header", body) if known else Unread(place, UnreadReason.NOT_A_MESSAGE)
        else:
            yield _message(body, place, conversation) or Unread(place, UnreadReason.MALFORMED)


FORMAT = ChatFormat("discord-package-csv", claims, read)


def _message(row: str, place: ByteRange, conversation: Conversation) -> Message | None:
    try:
        cells = list(csv.reader(io.StringIO(row, newline=""), strict=True))
    except csv.Error:
        return None
    if len(cells) != 1 or len(cells[0]) != 4:
        return None
    native, written, text, files = cells[0]
    attachments = tuple(Attachment(url, AttachmentStatus.NOT_EXPORTED) for url in files.split())
    return Message(
        place,
        conversation,
        _OWNER,
        from_iso(re.sub(r"(\.\d{3})\d*", r"\1", written)),
        text,
        MessageKind.MEDIA_OMITTED if attachments else MessageKind.TEXT,
        attachments,
        native_id=native,
    )
