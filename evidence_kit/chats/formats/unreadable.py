"""Files that hold conversations and cannot be read here: named, and kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import ByteRange, Entry, Unread, UnreadReason

_SQLITE = b"SQLite format 3\0"


def _by_beginning(beginning: bytes) -> Callable[[FileHead, str], FormatVote]:
    return lambda head, _name: FormatVote.BY_CONTENT if head.data.startswith(beginning) else FormatVote.NO


def _by_name(pattern: str, beginning: bytes = b"") -> Callable[[FileHead, str], FormatVote]:
    matcher = re.compile(pattern, re.IGNORECASE)

    def claims(head: FileHead, name: str) -> FormatVote:
        known = matcher.fullmatch(PurePosixPath(name).name) and head.data.startswith(beginning)
        return FormatVote.BY_NAME if known else FormatVote.NO

    return claims


def _by_shape(*places: str) -> Callable[[FileHead, str], FormatVote]:
    return lambda head, _name: FormatVote.BY_CONTENT if set(places) <= head.shape else FormatVote.NO


def _by_text(pattern: str) -> Callable[[FileHead, str], FormatVote]:
    matcher = re.compile(pattern)
    return lambda head, _name: FormatVote.BY_CONTENT if matcher.match(head.text) else FormatVote.NO


def _unreadable(name: str, claims: Callable[[FileHead, str], FormatVote], reason: str) -> ChatFormat:
    def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
        yield Unread(ByteRange(0, export.seek(0, os.SEEK_END)), UnreadReason.UNSUPPORTED, reason)

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
        _by_name(r"(?:msgstore|wa)[\w.\-]*\.crypt(?:1[5-9]|[2-9]\d)"),
        "an encrypted database of WhatsApp; a .crypt15 opens with its 64-digit key (ingest --whatsapp-key-file)",
    ),
    _unreadable(
        "whatsapp-older-encrypted-database",
        _by_name(r"(?:msgstore|wa)[\w.\-]*\.crypt(?:\d|1[0-4])"),
        "an older encrypted database of WhatsApp; its key lies in the phone alone, out of its owner's reach",
    ),
    _unreadable(
        "viber-database",
        _by_name(r"viber(?:_messages|_data)?\.db|viber_messages", _SQLITE),
        "a database of Viber; the copy that its app sends by e-mail can be read",
    ),
    _unreadable(
        "discord-exporter-csv",
        _by_text(r"\ufeff?\"?AuthorID\"?,\"?Author\"?,\"?Date\"?,\"?Content\"?"),
        "a table of DiscordChatExporter; its JSON and its page can be read",
    ),
    _unreadable(
        "discord-exporter-txt",
        _by_text(r"\ufeff?={20,}\r?\n(?:Guild|Server): [^\n]*\n(?:Channel|Category)[^\n]*: "),
        "a text of DiscordChatExporter; its JSON and its page can be read",
    ),
    _unreadable(
        "sigtop-json",
        _by_shape("/*/conversationId", "/*/sent_at"),
        "messages of Signal as the program sigtop writes them; what signal-export and Signal itself write can be read",
    ),
    _unreadable(
        "sigtop-text",
        _by_text(r"\ufeff?Conversation: [^\n]+\n\s*\n?From: [^\n]+\nType: "),
        "messages of Signal as the program sigtop writes them; what signal-export and Signal itself write can be read",
    ),
    _unreadable(
        "sms-ie-json",
        lambda head, _name: (
            FormatVote.BY_CONTENT
            if {"/*/_id", "/*/thread_id"} <= head.shape and head.shape & {"/*/address", "/*/msg_box"}
            else FormatVote.NO
        ),
        "text messages as the program SMS Import/Export writes them; what SMS Backup & Restore writes can be read",
    ),
    _unreadable(
        "line-windows-text",
        _by_text(r"\ufeff?\d{4}\.\d\d\.\d\d \S+\r?\n\d\d:\d\d \S[^\n]*\n"),
        "a conversation of LINE for Windows; what its app on a phone writes can be read",
    ),
)
