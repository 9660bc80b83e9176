"""Contact cards and the rests of long messages: files of their own, whose words are those of messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Message,
    MessageEvent,
    MessageSender,
    MessageTime,
    TimeKind,
)
from evidence_kit.chats.side_texts import card_texts, carried_key, with_side_texts
from evidence_kit.model import ByteSpan

CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Test;Compte;;;\r\nFN:Compte Test\r\n"
    b"item1.TEL;waid=212600000033:+212 600-000033\r\nTEL;type=CELL;waid=212600000044:0600 00 00 33\r\n"
    b"EMAIL:x@example.com\r\nNOTE:RIB 0071\r\n  2\\, puis\\nle reste\r\n"
    b"PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\nREV:2026\r\nEND:VCARD\r\n"
)
OLD = (
    "BEGIN:VCARD\nVERSION:2.1\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D9=85=D8=AC=\n=D9=87=D9=88=D9=84\nTEL;CELL:0600000033\nEND:VCARD\n"
)


def carrying(*attachments: Attachment, event: MessageEvent | None = None) -> Message:
    time = MessageTime("", TimeKind.NONE, None)
    talk = Conversation("whatsapp", "android")
    return Message(ByteRange(0, 1), talk, MessageSender("A"), time, "", attachments=attachments, event=event)


def named(name: str) -> Attachment:
    return Attachment(name, AttachmentStatus.UNKNOWN)


def told(message: Message, texts: dict[str, bytes]) -> list[tuple[str, str]]:
    (entry,) = with_side_texts([message], texts)
    assert isinstance(entry, Message)
    return [(each.role.value, each.text) for each in entry.words]


def test_a_card_says_names_numbers_addresses_and_notes() -> None:
    assert card_texts(CARD) == [
        "Test Compte", "Compte Test", "+212 600-000033", "0600 00 00 33", "+212600000044", "x@example.com",
        "RIB 0071 2, puis\nle reste",
    ]  # fmt: skip


def test_a_card_of_an_old_phone_is_read() -> None:
    assert card_texts(OLD.encode()) == ["مجهول", "0600000033"]


@given(st.binary(max_size=300))
def test_a_card_may_be_anything(data: bytes) -> None:
    assert all(card_texts(b"BEGIN:VCARD\n" + data))


def test_a_card_beside_the_export_says_its_words_in_the_message_that_carries_it() -> None:
    assert ("contact", "+212 600-000033") in told(carrying(named("Compte.vcf")), {"x/Compte.vcf": CARD})
    assert told(carrying(named("Autre.vcf")), {"x/Compte.vcf": CARD}) == []
    assert told(carrying(named("Compte.vcf")), {"x/Compte.vcf": b"no card"}) == []


def test_of_two_cards_of_one_name_neither_is_taken() -> None:
    assert told(carrying(named("Compte.vcf")), {"a/Compte.vcf": CARD, "b/Compte.vcf": OLD.encode()}) == []


def test_a_card_inside_of_the_export_is_found_by_its_place() -> None:
    inside = Attachment("a.vcf", AttachmentStatus.PRESENT, inside=ByteSpan(7, 99), part=2)
    assert ("contact", "0600000033") in told(carrying(inside), {carried_key(7, 99, 2): OLD.encode()})
    assert told(carrying(inside), {carried_key(7, 99, 1): OLD.encode()}) == []


@pytest.mark.parametrize("ending", ["", ".txt", ".bin"])
def test_the_rest_of_a_long_message_is_its_words(ending: str) -> None:
    name = f"files/eb/{'eb' * 32}.txt"
    longer = MessageEvent("longer-text", {"file": name})
    texts = {f"x/files/eb/{'eb' * 32}{ending}": b"debut et 3000 dh"}
    assert told(carrying(named(name), event=longer), texts) == [("note", "debut et 3000 dh")]
    assert told(carrying(named(name)), texts) == []
