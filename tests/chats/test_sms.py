"""SMS Backup & Restore: emoji in halves, the word null, pictures, calls, counts."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from evidence_kit.chats.message import AttachmentStatus, Message, MessageKind, Unread, UnreadReason
from evidence_kit.chats.registry import read_export
from tests.chats.reading import messages_of, named, sample_bytes, sample_messages, unread_of

NAME = "sms-backup-restore"
PATH = "sms/sms-20250513.xml"


def test_an_emoji_in_two_entities_is_one_character() -> None:
    assert sample_messages(PATH, NAME)[0].text == "Salut 😉 paye 500 dh \nou <sinon>"


@pytest.mark.parametrize("written", ["&#55357;&#56841;", "&#xD83D;&#xDE09;", "&#xd83d;&#56841;"])
def test_halves_are_mended_however_they_are_written(written: str) -> None:
    data = f'<smses count="1"><sms address="1" date="1" type="1" body="{written}"/></smses>'.encode()
    assert messages_of(data, NAME)[0].text == "😉"


def test_half_an_emoji_breaks_nothing() -> None:
    assert sample_messages(PATH, NAME)[2].text == "moitié d'emoji \ufffd seule"


@pytest.mark.parametrize("written", ["&#0;", "&#x1F;", "&#1114112;", "&#xFFFE;"])
def test_entities_that_xml_forbids_cost_one_character(written: str) -> None:
    data = f'<smses count="1"><sms address="1" date="1" type="1" body="a{written}b"/></smses>'.encode()
    assert messages_of(data, NAME)[0].text == "a\ufffdb"


@pytest.mark.parametrize(
    ("box", "says", "is_owner"),
    [("1", "received", False), ("3", "draft", True), ("5", "failed", True), ("9", "type 9", None)],
)
def test_a_draft_is_no_sent_message(box: str, says: str, is_owner: bool | None) -> None:
    message = messages_of(f'<smses><sms address="1" date="soon" type="{box}" body="x"/></smses>'.encode(), NAME)[0]
    assert message.details is not None
    assert message.details["box"] == says
    assert message.sender is not None
    assert message.sender.is_owner is is_owner
    assert message.time.value is None


def test_the_word_null_is_no_value() -> None:
    message = sample_messages(PATH, NAME)[0]
    assert message.details is not None
    assert "subject" not in message.details
    assert sample_messages(PATH, NAME)[2].conversation.title is None


def test_received_and_sent_say_who_the_owner_is() -> None:
    senders = [message.sender for message in sample_messages(PATH, NAME)]
    assert [sender.is_owner for sender in senders if sender] == [False, True, False, False, True]


def test_a_sender_may_be_a_word_instead_of_a_number() -> None:
    sender = sample_messages(PATH, NAME)[2].sender
    assert sender is not None
    assert [(account.type, account.value) for account in sender.ids] == [("sender-name", "INWI")]


def test_a_picture_message_has_text_parts_a_sender_and_receivers() -> None:
    message = sample_messages(PATH, NAME)[3]
    assert (message.text, message.kind) == ("regarde", MessageKind.MEDIA)
    picture = message.attachments[0]
    assert (picture.name_in_source, picture.status, picture.size_bytes) == (
        "photo.jpg",
        AttachmentStatus.PRESENT,
        4,
    )
    assert picture.part == 2
    assert message.sender is not None
    assert message.sender.ids[0].value == "+212612345678"
    assert message.details is not None
    assert message.details["to"] == ["+212700000000"]


def test_the_place_holder_of_an_address_is_the_owner() -> None:
    message = sample_messages(PATH, NAME)[4]
    assert message.sender is not None
    assert message.sender.is_owner


def test_calls_are_messages_and_say_what_became_of_them() -> None:
    missed, made = sample_messages("sms/calls-20250513.xml", NAME)
    assert {missed.kind, made.kind} == {MessageKind.CALL}
    assert missed.details is not None
    assert made.details is not None
    assert (missed.details["call"], made.details["call"]) == ("missed", "made")
    assert made.details["duration"] == "63"


def test_a_count_that_does_not_hold_is_said() -> None:
    assert [entry.why for entry in unread_of(sample_bytes("sms/count-is-wrong.xml"), NAME)] == [
        UnreadReason.WRONG_COUNT
    ]


def test_a_broken_record_costs_itself_alone() -> None:
    data = b'<smses count="2"><sms date="1" type="1" body="a & b"/><sms date="2" type="1" body="c"/></smses>'
    assert [message.text for message in messages_of(data, NAME)] == ["c"]
    assert [entry.why for entry in unread_of(data, NAME)] == [UnreadReason.MALFORMED]


def test_a_document_type_is_never_obeyed() -> None:
    bomb = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/hosts">]>'
    data = bomb + b'<smses count="1"><sms address="1" date="1" type="1" body="&b;&x;"/></smses>'
    entries = list(read_export(io.BytesIO(data), named(NAME)))
    assert not any(isinstance(entry, Message) for entry in entries)
    assert UnreadReason.MALFORMED in {entry.why for entry in entries if isinstance(entry, Unread)}


def test_memory_does_not_grow_with_a_backup_of_pictures() -> None:
    part = f'<part seq="0" ct="image/jpeg" name="a.jpg" text="null" data="{"QUJD" * 100_000}" />'
    record = f'<mms address="1" date="1747166640123" msg_box="1"><parts>{part}</parts><addrs /></mms>\n'.encode()
    peaks = []
    for count in (10, 40):
        export = io.BytesIO(b"<smses>\n" + record * count + b"</smses>\n")
        tracemalloc.start()
        assert sum(isinstance(entry, Message) for entry in read_export(export, named(NAME))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
