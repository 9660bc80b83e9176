"""A file of many mails, one behind the other, each after a line that begins with `From `."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.blocks import marked_blocks
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.mail.bodies import carried_files, mail_message
from evidence_kit.chats.message import Entry, Message, Metadata, Unread, UnreadReason

_LONGEST_BYTES = 1 << 27
_LINE = rb"From [^\r\n]{1,200}?\d\d:\d\d(?::\d\d)?[^\r\n]{0,40}\r?\n(?=[!-9;-~]{1,76}:)"
_MARK = re.compile(rb"(?:(?<=\n\n)|(?<=\n\r\n)|\A)" + _LINE)


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for the separating line at the very beginning."""
    if re.match(_LINE, head.data):
        return FormatVote.BY_CONTENT
    return FormatVote.BY_NAME if name.casefold().endswith((".mbox", ".mbx")) else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the mails in file order."""
    for data, place, marked in marked_blocks(export, _MARK, _LONGEST_BYTES):
        if data is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        elif not marked:
            yield Unread(place, UnreadReason.NOT_A_MESSAGE) if data.strip() else Metadata(place, "blank")
        else:
            made = mail_message(data.partition(b"\n")[2], place, "mbox", unescape=True)
            yield made if isinstance(made, Message) else Unread(place, UnreadReason.MALFORMED, made)


def _carried(record: bytes) -> Iterator[tuple[int, bytes]]:
    return carried_files(record.partition(b"\n")[2])


FORMAT = ChatFormat("mail-mbox", claims, read, _carried)
