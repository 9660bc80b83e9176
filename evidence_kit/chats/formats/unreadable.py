"""Files that hold conversations and cannot be read here: named for what they are, and kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import ByteRange, Entry, Unread, Why

_SQLITE = b"SQLite format 3\0"


def _by_beginning(beginning: bytes) -> Callable[[FileHead, str], FormatVote]:
    return lambda head, _name: FormatVote.BY_CONTENT if head.data.startswith(beginning) else FormatVote.NO


def _by_name(pattern: str, beginning: bytes = b"") -> Callable[[FileHead, str], FormatVote]:
    matcher = re.compile(pattern, re.IGNORECASE)

    def claims(head: FileHead, name: str) -> FormatVote:
        known = matcher.fullmatch(PurePosixPath(name).name) and head.data.startswith(beginning)
        return FormatVote.BY_NAME if known else FormatVote.NO

    return claims


def _unreadable(name: str, claims: Callable[[FileHead, str], FormatVote], reason: str) -> ChatFormat:
    def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
        yield Unread(ByteRange(0, export.seek(0, os.SEEK_END)), Why.UNSUPPORTED, reason)

    return ChatFormat(name, claims, read)


FORMATS = (
    _unreadable("outlook-pst", _by_beginning(b"!BDN"), "a mailbox of Outlook"),
    _unreadable(
        "signal-encrypted-backup",
        _by_name(r"signal-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.backup"),
        "an encrypted backup of Signal; it opens with its passphrase only",
    ),
    _unreadable(
        "whatsapp-encrypted-database",
        _by_name(r"(?:msgstore|wa)[\w.\-]*\.crypt\d{1,2}"),
        "an encrypted database of WhatsApp; the phone holds its key",
    ),
    _unreadable(
        "whatsapp-database",
        _by_name(r"msgstore[\w.\-]*\.db|ChatStorage\.sqlite", _SQLITE),
        "a database of WhatsApp; its text export can be read",
    ),
    _unreadable(
        "viber-database",
        _by_name(r"viber(?:_messages|_data)?\.db|viber_messages", _SQLITE),
        "a database of Viber, which has no text export",
    ),
)
