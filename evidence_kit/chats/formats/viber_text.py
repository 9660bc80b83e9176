"""Viber, "Send messages backup by e-mail" and the export of its desktop program: a table, or lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AccountId,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageSender,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.segments import segment_entries
from evidence_kit.chats.times import from_words

_DAY = r'="?"?\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}"?'
_ROW = re.compile(rf"\n\ufeff?(?=(?:{_DAY}|\"?\d{{1,2}}/\d{{1,2}}/\d{{4}}\"?)[\t,;]\"?\d{{1,2}}:\d\d)")
_LINE = re.compile(r"\n\ufeff?\[ (?P<time>[^\]\n]{8,60}?) \] (?P<sender>(?:[^:\n]++|:(?!\s))*+):(?: |(?=\r?(?:\n|\Z)))")
_CELL = re.compile(r'=?"((?:[^"]|"")*)"(?=[\t,;]|\s*\Z)|([^\t,;]*)')
_TITLE = re.compile(r"(?:Messages - )?(?P<title>.+)\.(?:csv|txt)\Z")
_OWNER = "Me"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a first line that is a row of that table, or a time in brackets with blanks inside of them."""
    text = "\n" + head.text.lstrip("\n")
    row = _ROW.match(text)
    is_row = row is not None and text.count("\t", 0, text.find("\n", 1) if "\n" in text[1:] else len(text)) >= 4
    line = _LINE.match(text)
    is_line = line is not None and from_words(line["time"]).value is not None
    return FormatVote.BY_CONTENT if is_row or is_line else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; the sender `Me` is the owner."""
    found = _TITLE.match(PurePosixPath(around.name).name)
    encoding = encoding_of(export)
    is_table = _ROW.match("\n" + export.read(4096).decode(encoding.codec, "replace").lstrip("\n")) is not None
    export.seek(0)
    conversation = Conversation("viber", "table" if is_table else "text", None, found["title"] if found else None)

    def table_row(_: re.Match[str], body: str, place: ByteRange) -> Entry:
        return _row(body, place, conversation) or Unread(place, UnreadReason.MALFORMED)

    def line(opening: re.Match[str], body: str, place: ByteRange) -> Entry:
        person = MessageSender(opening["sender"], (), is_owner=opening["sender"] == _OWNER)
        return Message(place, conversation, person, from_words(opening["time"]), body)

    if is_table:
        yield from segment_entries(export, encoding, _ROW, table_row)
    else:
        yield from segment_entries(export, encoding, _LINE, line)


FORMAT = ChatFormat("viber-text", claims, read)


def _row(row: str, place: ByteRange, conversation: Conversation) -> Message | None:
    """Return a row as a message: day, time, name, number, and all that is left as text."""
    cells: list[str] = []
    at = 0
    while len(cells) < 4 and at < len(row):
        cell = _CELL.match(row, at)
        if cell is None:
            return None
        cells.append(cell[2] if cell[1] is None else cell[1].replace('""', '"'))
        at = cell.end() + 1
    if len(cells) < 4:
        return None
    day, clock, name, number = cells
    text = row[at:].strip("\r\n")
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    ids = (AccountId("phone", number),) if number else ()
    return Message(
        place,
        conversation,
        MessageSender(name or None, ids, is_owner=name == _OWNER),
        from_words(f"{day} {clock}"),
        text,
    )
