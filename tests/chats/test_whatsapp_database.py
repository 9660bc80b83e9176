"""WhatsApp's own databases, made here with the tables that the app has."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidence_kit.chats import registry
from evidence_kit.chats.format import HEAD_BYTES, LOG_BESIDE
from evidence_kit.chats.formats.whatsapp_database import FORMAT
from evidence_kit.chats.message import (
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    Metadata,
    TimeKind,
    Unread,
    UnreadReason,
)

ANDROID = """
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT,
    sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT);
CREATE TABLE message_media(message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT, file_size INTEGER,
    media_name TEXT);
CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, key_id TEXT);
INSERT INTO jid VALUES(1,'212612345678','s.whatsapp.net','212612345678@s.whatsapp.net'),
    (2,'1203630','g.us','1203630@g.us'),(3,'212600000001','s.whatsapp.net','212600000001@s.whatsapp.net');
INSERT INTO chat VALUES(1,1,NULL),(2,2,'العائلة');
INSERT INTO message VALUES(1,-1,0,'-1',0,0,-1,NULL),
    (2,1,0,'A1',0,1747166640123,0,'غادي نشر الصور'),(3,1,1,'A2',0,1747166700000,0,'s''il te plaît non'),
    (4,1,0,'A3',0,1747166760000,1,'regarde'),(5,1,0,'A4',0,1747166820000,15,NULL),(6,1,0,'A5',0,1747166880000,42,NULL),
    (7,2,0,'B1',3,1747166600000,0,'salam'),(8,2,0,'B2',0,1747166601000,7,NULL),(9,2,0,'B3',3,1747166602000,999,'new');
INSERT INTO message_media VALUES(4,'Media/WhatsApp Images/IMG-20250513-WA0001.jpg','image/jpeg',4321,NULL);
INSERT INTO message_quoted VALUES(3,'A1');
"""
IOS = """
CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID TEXT, ZPARTNERNAME TEXT);
CREATE TABLE ZWAGROUPMEMBER(Z_PK INTEGER PRIMARY KEY, ZMEMBERJID TEXT, ZCONTACTNAME TEXT);
CREATE TABLE ZWAMEDIAITEM(Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH TEXT, ZTITLE TEXT, ZFILESIZE INT);
CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZISFROMME INTEGER, ZMESSAGEDATE TIMESTAMP,
    ZMESSAGETYPE INTEGER, ZTEXT TEXT, ZFROMJID TEXT, ZSTANZAID TEXT, ZGROUPMEMBER INTEGER);
INSERT INTO ZWACHATSESSION VALUES(1,'212612345678@s.whatsapp.net','Nadia'),(2,'1203630@g.us','Lycée');
INSERT INTO ZWAGROUPMEMBER VALUES(5,'212600000001@s.whatsapp.net','Sami');
INSERT INTO ZWAMESSAGE VALUES(1,1,0,768859440.5,0,'3000 dh','212612345678@s.whatsapp.net','C1',NULL),
    (2,1,1,768859500,0,'non',NULL,'C2',NULL),(3,1,0,768859560,1,NULL,'212612345678@s.whatsapp.net','C3',NULL),
    (4,2,0,768859000,0,'salut','1203630@g.us','D1',5),(5,1,0,768859600,14,NULL,'212612345678@s.whatsapp.net','C4',NULL);
INSERT INTO ZWAMEDIAITEM VALUES(9,3,'Media/212612345678@s.whatsapp.net/a.jpg',NULL,99);
"""


def database(script: str, tmp_path: Path, *, log: bool = False) -> bytes:
    path = tmp_path / "made.db"
    path.unlink(missing_ok=True)
    made = sqlite3.connect(path)
    if log:
        made.execute("PRAGMA journal_mode = WAL")
    made.executescript(script)
    made.commit()
    made.close()
    return path.read_bytes()


def entries(data: bytes) -> list[Entry]:
    return list(registry.read_export(io.BytesIO(data), FORMAT))


def decided(read: list[Entry]) -> dict[str, object]:
    return {each.name: each.value for each in read if isinstance(each, Metadata) and each.name.startswith("decided:")}


def messages(data: bytes) -> list[Message]:
    return [entry for entry in entries(data) if isinstance(entry, Message)]


@pytest.mark.parametrize("log", [False, True])
def test_the_database_of_android_is_read_like_a_conversation(tmp_path: Path, log: bool) -> None:
    data = database(ANDROID, tmp_path, log=log)
    read = messages(data)
    # What is newest may stand in a log that is not here, and that is said.
    assert decided(entries(data)) == ({"decided:left-out": LOG_BESIDE} if log else {})
    assert [(each.conversation.title, each.text, each.kind) for each in read] == [
        ("+212612345678", "غادي نشر الصور", MessageKind.TEXT),
        ("+212612345678", "s'il te plaît non", MessageKind.TEXT),
        ("+212612345678", "regarde", MessageKind.MEDIA),
        ("+212612345678", "", MessageKind.DELETED),
        ("+212612345678", "", MessageKind.MEDIA),
        ("العائلة", "salam", MessageKind.TEXT),
        ("العائلة", "", MessageKind.SYSTEM),
        ("العائلة", "new", MessageKind.UNSUPPORTED),
    ]
    first, mine, picture, deleted, once, member, system, new = read
    assert first.sender is not None
    assert [each.value for each in first.sender.ids] == ["+212612345678"]
    assert first.sender.is_owner is False
    assert (first.time.value, first.time.kind) == ("2025-05-13T20:04:00.123Z", TimeKind.UTC)
    assert mine.sender is not None
    assert mine.sender.is_owner is True
    assert (mine.native_id, mine.reply_to) == ("A2", "A1")
    assert picture.attachments[0].name_in_source == "Media/WhatsApp Images/IMG-20250513-WA0001.jpg"
    assert deleted.flags == {MessageFlag.DELETED}
    assert once.flags == {MessageFlag.VIEW_ONCE}
    assert member.sender is not None
    assert member.sender.ids[0].value == "+212600000001"
    assert system.sender is None
    assert new.details == {"type": "999"}
    assert len({each.place.pointer for each in read}) == len(read)


def test_the_database_of_ios_counts_from_2001_and_names_who_wrote(tmp_path: Path) -> None:
    read = messages(database(IOS, tmp_path))
    assert next((each.conversation.title, each.text) for each in read) == ("Nadia", "3000 dh")
    first, mine, picture, deleted, member = read
    assert first.sender is not None
    assert (first.sender.display, first.sender.ids[0].value) == ("Nadia", "+212612345678")
    assert (first.time.raw, first.time.value) == ("768859440.5", "2025-05-13T20:04:00.500Z")
    assert mine.sender is not None
    assert mine.sender.is_owner is True
    assert picture.attachments[0].size_bytes == 99
    assert deleted.kind is MessageKind.DELETED
    assert member.sender is not None
    assert member.sender.display == "Sami"


def test_what_an_older_database_lacks_is_not_asked_for(tmp_path: Path) -> None:
    without = (
        ANDROID.replace(", media_name TEXT)", ")")
        .replace(",4321,NULL)", ",4321)")
        .replace("\n    media_name TEXT", "\n    x TEXT")
    )
    without = without.replace("CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, key_id TEXT);", "")
    without = without.replace("INSERT INTO message_quoted VALUES(3,'A1');", "").replace("4321)", "4321,NULL)")
    assert [each.reply_to for each in messages(database(without, tmp_path))] == [None] * 8


def test_a_database_of_another_version_is_unread_and_named(tmp_path: Path) -> None:
    later = ANDROID.replace("text_data TEXT", "body TEXT")
    (unread,) = entries(database(later, tmp_path))
    assert isinstance(unread, Unread)
    assert (unread.why, unread.detail) == (
        UnreadReason.UNSUPPORTED,
        "of another version: message.text_data is not there",
    )
    (older,) = entries(database("CREATE TABLE messages(_id INTEGER, data TEXT);", tmp_path))
    assert isinstance(older, Unread)


def test_a_view_that_is_called_like_a_table_is_not_run(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS _id FROM n"
    (unread,) = entries(database(f"CREATE VIEW message AS {endless};", tmp_path))
    assert isinstance(unread, Unread)


def test_deleted_rows_are_not_dug_up_and_nothing_is_written(tmp_path: Path) -> None:
    data = database(ANDROID, tmp_path)
    path = tmp_path / "made.db"
    made = sqlite3.connect(path)
    made.execute("PRAGMA secure_delete = OFF")
    made.execute("DELETE FROM message WHERE _id = 2")
    made.commit()
    made.close()
    after = path.read_bytes()
    assert "غادي نشر الصور".encode() in after
    assert len(messages(after)) == len(messages(data)) - 1
    assert [each.name for each in tmp_path.iterdir()] == ["made.db"]


def test_it_is_recognised_by_its_name_and_its_beginning(tmp_path: Path) -> None:
    data = database(ANDROID, tmp_path)
    found = registry.recognise_format(data[:HEAD_BYTES], "phone/Databases/msgstore.db")
    assert isinstance(found, registry.Recognised)
    assert found.format.name == "whatsapp-database"
    assert isinstance(registry.recognise_format(data[:HEAD_BYTES], "phone/other.db"), registry.NoChat)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 40_000), bits=st.integers(1, 255), cut=st.booleans())
@example(at=4007, bits=128, cut=False)
def test_a_damaged_database_ends_in_entries_that_cover_it(
    at: int, bits: int, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(database(ANDROID, tmp_path_factory.mktemp("db")))
    at %= len(data)
    data[at] ^= bits
    damaged = bytes(data[:at] if cut else data)
    reached = 0
    for entry in entries(damaged):
        assert isinstance(entry, (Message, Metadata, Unread))
        assert entry.place.start == reached
        reached = entry.place.end
    assert reached == len(damaged)
