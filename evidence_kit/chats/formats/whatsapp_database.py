"""Reads the database in which WhatsApp keeps its conversations: `msgstore.db` of Android, `ChatStorage.sqlite` of iOS.

The file is opened in memory, out of its bytes: nothing is written beside it, and what is in a write-ahead log is not
part of it. Only rows that the app itself would show are asked for; deleted ones are not dug up. A database has no
lines, so it is one stretch, and each message is named by its table and row.

Sources: the tables as public readers of them describe them (the form of Android since 2022, of iOS since 2015).
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from msgspec.structs import replace

from evidence_kit.chats.format import LOG_BESIDE, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Metadata,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.times import from_epoch, unless_none

_BEGINNING: Final = b"SQLite format 3\0"
_NAMES: Final = re.compile(r"msgstore[\w.\-]*\.db|ChatStorage\.sqlite", re.IGNORECASE)
LARGEST_BYTES: Final = 512 << 20
# Where the header says how the file is read and written: 2 for a write-ahead log beside it, which memory has not.
_WRITTEN_BY: Final = slice(18, 20)
# Seconds from 1970 to 2001, from which Apple counts.
_APPLE_SECONDS: Final = 978_307_200
_MOST_COLUMNS_BYTES: Final = 16 << 20
_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA}
)


@dataclass(frozen=True, slots=True)
class _Form:
    """One app's tables.

    Attributes:
        variant: The variant of the format.
        table: Where its messages stand.
        needed: Columns without which nothing can be read, by table.
        optional: Columns that are read where they are.
        query: Asks for the messages, conversation by conversation; `{…}` stands for a column or NULL.
        kinds: What the app's numbers for kinds mean; others are unsupported.
        per_second: Counts of its time a second, from 1970, or None for Apple's.
    """

    variant: str
    table: str
    needed: dict[str, frozenset[str]]
    optional: dict[str, frozenset[str]]
    query: str
    kinds: dict[int, MessageKind]
    per_second: int | None


_TEXT, _MEDIA, _CALL = MessageKind.TEXT, MessageKind.MEDIA, MessageKind.CALL
_ANDROID: Final = _Form(
    "android-database",
    "message",
    {
        "message": frozenset({"_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "timestamp"})
        | {"message_type", "text_data"},
        "chat": frozenset({"_id", "jid_row_id"}),
        "jid": frozenset({"_id", "user", "server", "raw_string"}),
    },
    {
        "chat": frozenset({"subject"}),
        "message_media": frozenset({"message_row_id", "file_path", "mime_type", "file_size", "media_name"}),
        "message_quoted": frozenset({"message_row_id", "key_id"}),
    },
    """
    SELECT m._id AS row, m.key_id AS key, m.from_me AS mine, CAST(m.timestamp AS TEXT) AS time,
           m.message_type AS kind, m.text_data AS text, who.raw_string AS sender, NULL AS name,
           talk.raw_string AS chat, {chat.subject} AS title, {message_media.file_path} AS path,
           {message_media.media_name} AS file, {message_media.mime_type} AS type,
           {message_media.file_size} AS size, {message_quoted.key_id} AS reply
    FROM message AS m
    LEFT JOIN chat ON chat._id = m.chat_row_id
    LEFT JOIN jid AS talk ON talk._id = chat.jid_row_id
    LEFT JOIN jid AS who ON who._id = m.sender_jid_row_id AND m.sender_jid_row_id > 0
    {join message_media ON message_media.message_row_id = m._id}
    {join message_quoted ON message_quoted.message_row_id = m._id}
    WHERE m.chat_row_id > 0
    ORDER BY m.chat_row_id, m.timestamp, m._id
    """,
    {
        0: _TEXT, 1: _MEDIA, 2: _MEDIA, 3: _MEDIA, 4: MessageKind.CONTACT, 5: MessageKind.LOCATION,
        7: MessageKind.SYSTEM, 9: _MEDIA, 10: _CALL, 13: _MEDIA, 15: MessageKind.DELETED, 16: MessageKind.LOCATION,
        20: _MEDIA, 42: _MEDIA, 43: _MEDIA, 64: MessageKind.DELETED, 66: MessageKind.POLL, 90: _CALL,
    },
    1000,
)  # fmt: skip
_IOS: Final = _Form(
    "ios-database",
    "ZWAMESSAGE",
    {
        "ZWAMESSAGE": frozenset({"Z_PK", "ZCHATSESSION", "ZISFROMME", "ZMESSAGEDATE", "ZMESSAGETYPE", "ZTEXT"})
        | {"ZFROMJID", "ZSTANZAID"},
        "ZWACHATSESSION": frozenset({"Z_PK", "ZCONTACTJID", "ZPARTNERNAME"}),
    },
    {
        "ZWAMESSAGE": frozenset({"ZPUSHNAME", "ZGROUPMEMBER"}),
        "ZWAMEDIAITEM": frozenset({"ZMESSAGE", "ZMEDIALOCALPATH", "ZTITLE", "ZFILESIZE"}),
        "ZWAGROUPMEMBER": frozenset({"Z_PK", "ZMEMBERJID", "ZCONTACTNAME"}),
    },
    """
    SELECT m.Z_PK AS row, m.ZSTANZAID AS key, m.ZISFROMME AS mine, CAST(m.ZMESSAGEDATE AS TEXT) AS time,
           m.ZMESSAGETYPE AS kind, m.ZTEXT AS text,
           COALESCE({ZWAGROUPMEMBER.ZMEMBERJID}, m.ZFROMJID) AS sender, {ZWAGROUPMEMBER.ZCONTACTNAME} AS name,
           talk.ZCONTACTJID AS chat, talk.ZPARTNERNAME AS title, {ZWAMEDIAITEM.ZMEDIALOCALPATH} AS path,
           {ZWAMEDIAITEM.ZTITLE} AS file, NULL AS type, {ZWAMEDIAITEM.ZFILESIZE} AS size, NULL AS reply
    FROM ZWAMESSAGE AS m
    LEFT JOIN ZWACHATSESSION AS talk ON talk.Z_PK = m.ZCHATSESSION
    {join ZWAMEDIAITEM ON ZWAMEDIAITEM.ZMESSAGE = m.Z_PK}
    {join ZWAGROUPMEMBER ON ZWAGROUPMEMBER.Z_PK = m.ZGROUPMEMBER}
    ORDER BY m.ZCHATSESSION, m.ZMESSAGEDATE, m.Z_PK
    """,
    {
        0: _TEXT, 1: _MEDIA, 2: _MEDIA, 3: _MEDIA, 4: MessageKind.CONTACT, 5: MessageKind.LOCATION,
        6: MessageKind.SYSTEM, 7: _TEXT, 8: _MEDIA, 10: MessageKind.SYSTEM, 11: _MEDIA, 14: MessageKind.DELETED,
        15: _MEDIA, 46: MessageKind.POLL, 59: _CALL,
    },
    None,
)  # fmt: skip
# How a database says that what is newest in it may stand in a log beside it.
_LOGGED: Final = b"\x02\x02"
_FORMS: Final = (_ANDROID, _IOS)
_PLACE: Final = re.compile(r"\{(?:join (?P<joined>\w+)(?P<on>[^}]*)|(?P<table>\w+)\.(?P<column>\w+))\}")


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for a database that is called as WhatsApp calls its own."""
    known = _NAMES.fullmatch(PurePosixPath(name).name) and head.data.startswith(_BEGINNING)
    return FormatVote.BY_NAME if known else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages, conversation by conversation, earliest first."""
    size_bytes = export.seek(0, os.SEEK_END)
    whole, behind = ByteRange(0, size_bytes), ByteRange(size_bytes, size_bytes)
    if size_bytes > LARGEST_BYTES:
        yield Unread(whole, UnreadReason.UNSUPPORTED, f"a database of more than {LARGEST_BYTES >> 20} MiB")
        return
    export.seek(0)
    database = sqlite3.connect(":memory:")
    try:
        data = export.read()
        logs = data[_WRITTEN_BY] == _LOGGED
        columns = _opened(database, data)
        form = next((each for each in _FORMS if each.table in columns), None)
        if form is None:
            yield Unread(whole, UnreadReason.UNSUPPORTED, "no table of messages of a form that is known")
            return
        if lacking := _lacking(form, columns):
            yield Unread(whole, UnreadReason.UNSUPPORTED, f"of another version: {lacking} is not there")
            return
        if logs:
            yield Metadata(ByteRange(0, 0), "decided:left-out", LOG_BESIDE)
        yield Metadata(whole, "database", form.variant)
        try:
            for row in database.execute(_query(form, columns)):
                yield _message(dict(zip(_COLUMNS, row, strict=True)), form, behind, around)
        except _TROUBLE as error:
            yield Unread(behind, UnreadReason.MALFORMED, str(error)[:200])
    except (*_TROUBLE, MemoryError) as error:
        yield Unread(whole, UnreadReason.UNSUPPORTED, f"a database that does not open: {error}"[:200])
    finally:
        database.close()


FORMAT = ChatFormat("whatsapp-database", claims, read)

# A message of SQLite that quotes a damaged schema is no UTF-8, and Python's module raises that instead of the message.
_TROUBLE: Final = (sqlite3.Error, UnicodeDecodeError)
_COLUMNS: Final = (
    "row", "key", "mine", "time", "kind", "text", "sender", "name", "chat", "title", "path", "file", "type", "size",
    "reply",
)  # fmt: skip


def _opened(database: sqlite3.Connection, data: bytes) -> dict[str, frozenset[str]]:
    """Open a database out of its bytes, for reading alone; return its tables with their columns.

    Raises:
        sqlite3.Error: It does not open.
    """
    if data[_WRITTEN_BY] == _LOGGED:
        data = data[: _WRITTEN_BY.start] + b"\x01\x01" + data[_WRITTEN_BY.stop :]
    database.deserialize(data)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_COLUMNS_BYTES)
    # What the file's own schema says is hostile too: no views, triggers or functions of its making are run.
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA cell_size_check = ON")
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    wanted = {table for form in _FORMS for table in (*form.needed, *form.optional)}
    return {
        name: frozenset(str(row[1]) for row in database.execute(f"PRAGMA table_info({name})"))
        for name in names
        if name in wanted
    }


def _lacking(form: _Form, columns: dict[str, frozenset[str]]) -> str | None:
    """Return the first column that is needed and not there."""
    return next(
        (
            f"{table}.{column}"
            for table, needed in form.needed.items()
            for column in sorted(needed)
            if column not in columns.get(table, ())
        ),
        None,
    )


def _query(form: _Form, columns: dict[str, frozenset[str]]) -> str:
    """Return the query with the columns of this database; the rest is NULL."""
    joins = {found["joined"]: found["on"] for found in _PLACE.finditer(form.query) if found["joined"]}
    usable = {table for table, on in joins.items() if _has_all(form, columns, on)}

    def filled(found: re.Match[str]) -> str:
        if table := found["joined"]:
            return f"LEFT JOIN {table}{found['on']}" if table in usable else ""
        table, column = found["table"], found["column"]
        there = column in columns.get(table, ()) and (table not in joins or table in usable)
        return f"{table}.{column}" if there else "NULL"

    return _PLACE.sub(filled, form.query)


def _has_all(form: _Form, columns: dict[str, frozenset[str]], on: str) -> bool:
    """Say whether the columns of a join are there; `m` is the table of messages."""
    named = [(form.table if table == "m" else table, column) for table, column in re.findall(r"(\w+)\.(\w+)", on)]
    return all(column in columns.get(table, ()) for table, column in named)


def _message(row: dict[str, Any], form: _Form, behind: ByteRange, around: Surroundings) -> Message:
    kind = form.kinds.get(row["kind"], MessageKind.UNSUPPORTED)
    chat = _text(row["chat"])
    title = _text(row["title"]) or _number(chat)
    attachments = tuple(_attachments(row, kind, around))
    deleted = frozenset({MessageFlag.DELETED}) if kind is MessageKind.DELETED else frozenset[MessageFlag]()
    if row["kind"] in {42, 43} and form is _ANDROID:
        deleted = frozenset({MessageFlag.VIEW_ONCE})
    return Message(
        replace(behind, pointer=f"/{form.table}/{row['row']}"),
        Conversation("whatsapp", form.variant, chat, title),
        _sender(row, chat, kind),
        _time(row["time"], form),
        _text(row["text"]) or "",
        kind,
        attachments,
        deleted,
        _text(row["key"]) or f"{form.table} {row['row']}",
        _text(row["reply"]),
        details=None if row["kind"] in form.kinds else {"type": str(row["kind"])},
    )


def _text(value: object) -> str | None:
    """Return a value as text; the app writes text, a forged file may hold anything."""
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(account: str | None) -> str | None:
    """Return the phone number of an account of WhatsApp, None of a group or another kind of account."""
    user, _, server = (account or "").partition("@")
    return f"+{user}" if server == "s.whatsapp.net" and user.isdecimal() else None


def _sender(row: dict[str, Any], chat: str | None, kind: MessageKind) -> MessageSender | None:
    if row["mine"] == 1:
        return MessageSender(None, (), is_owner=True)
    # Of a talk between two only the talk names the other one.
    account = _text(row["sender"]) or (None if (chat or "").endswith("@g.us") else chat)
    if account is None or (kind is MessageKind.SYSTEM and _text(row["sender"]) is None):
        return None
    number = _number(account)
    known = AccountId("user-id", account) if number is None else AccountId("phone", number)
    name = _text(row["name"]) or (_text(row["title"]) if account == chat else None)
    return MessageSender(name, (known,), is_owner=False)


def _time(value: object, form: _Form) -> MessageTime:
    """Return a time; its raw value stays, and Apple's count is told from 1970."""
    raw = _text(value)
    if raw is None:
        return from_epoch(None)
    if form.per_second is not None:
        return from_epoch(raw, form.per_second)
    whole, _, fraction = raw.partition(".")
    if not re.fullmatch(r"-?\d{1,12}", whole) or not (fraction == "" or fraction.isdecimal()):
        return from_epoch(raw)
    counted = from_epoch(f"{int(whole) + _APPLE_SECONDS}{'.' + fraction[:3] if fraction else ''}")
    return unless_none(replace(counted, raw=raw), apple=True)


def _attachments(row: dict[str, Any], kind: MessageKind, around: Surroundings) -> Iterator[Attachment]:
    path = _text(row["path"]) or _text(row["file"])
    size = row["size"] if isinstance(row["size"], int) and row["size"] > 0 else None
    if path:
        yield Attachment(path, around.status(path), _text(row["type"]), size)
    elif kind is MessageKind.MEDIA:
        yield Attachment(None, AttachmentStatus.NOT_EXPORTED, _text(row["type"]), size)
