"""Mail: headers as facts, unknown charsets, many in one file, Outlook."""

from __future__ import annotations

import json
import struct
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.format import FileHead, FormatVote
from evidence_kit.chats.formats import mail_outlook
from evidence_kit.chats.mail.rtf import NoRtfError, decompressed_rtf, rtf_addresses, rtf_text
from evidence_kit.chats.message import AttachmentStatus, Message, MessageEvent, MessageKind, TimeKind
from tests.chats.reading import messages_of, named, sample_bytes, sample_messages, unread_of

THREAT = "mail/menace.eml"


def details(message: Message) -> dict[str, Any]:
    assert message.details is not None
    return dict(json.loads(json.dumps(message.details)))


def test_encoded_words_are_decoded_and_the_body_is_text() -> None:
    message = sample_messages(THREAT, "mail-eml")[0]
    assert message.sender is not None
    assert (message.sender.display, message.sender.ids[0].value) == ("Inconnu n°7", "inconnu7@example.com")
    assert details(message)["subject"] == "خلص بل نشر"
    assert message.text == "Payez 500 dh avant ce soir, c'est déjà tard."
    assert (message.native_id, message.reply_to) == ("<1@example.com>", "<0@example.net>")


def test_the_chain_of_servers_is_kept_from_the_last_to_the_first() -> None:
    chain = details(sample_messages(THREAT, "mail-eml")[0])["received"]
    assert [hop["time"] for hop in chain] == ["2025-05-13T21:04:05+01:00", "2025-05-13T20:04:01Z"]
    assert chain[1]["line"].startswith("from laptop (unknown [198.51.100.7])")


def test_what_a_server_found_out_about_the_sender_is_a_fact_and_no_verdict() -> None:
    told = details(sample_messages(THREAT, "mail-eml")[0])
    assert told["authentication-results"][0]["server"] == "mail.example.net"
    assert told["authentication-results"][0]["results"] == [
        {"method": "spf", "result": "fail"},
        {"method": "dkim", "result": "pass"},
    ]
    assert told["dkim"] == [{"d": "example.com", "s": "mail", "a": "rsa-sha256"}]


def test_an_attachment_stands_inside_and_says_where() -> None:
    message = sample_messages(THREAT, "mail-eml")[0]
    attachment = message.attachments[0]
    assert (attachment.name_in_source, attachment.status, attachment.size_bytes) == (
        "preuve.jpg", AttachmentStatus.PRESENT, 4,
    )  # fmt: skip
    assert (attachment.inside, attachment.part) == ((message.place.start, message.place.end), 2)


def test_a_charset_nobody_knows_and_bytes_in_a_header_break_nothing() -> None:
    message = sample_messages("mail/charset-nobody-knows.eml", "mail-eml")[0]
    assert message.text == "déjà\nvu"
    assert details(message)["subject"] == "caf\udce9"
    assert message.time.kind is TimeKind.NONE
    assert message.time.raw == "yesterday"


def test_mails_in_one_file_are_separated_by_from_lines_behind_an_empty_line() -> None:
    messages = sample_messages("mail/boite.mbox", "mail-mbox")
    assert [message.text for message in messages] == [
        "From maintenant, 500 dh.\n>From plus loin.\n\n",
        "non\nFrom here on a line that is no separator.\n",
    ]


def test_a_zone_of_minus_zero_is_not_known() -> None:
    first, second = sample_messages("mail/boite.mbox", "mail-mbox")
    assert (first.time.kind, second.time.kind) == (TimeKind.LOCAL, TimeKind.OFFSET)


def test_an_outlook_file_has_headers_a_body_and_attachments() -> None:
    message = sample_messages("mail/avertissement.msg", "mail-outlook")[0]
    assert message.text == "Payez 500 dh avant demain.\r\n"
    assert message.sender is not None
    assert message.sender.ids[0].value == "inconnu7@example.com"
    assert message.time.value == "2025-05-13T21:04:00+01:00"
    assert message.attachments[0].name_in_source == "preuve.jpg"
    assert details(message)["recipients"][0]["address"] == "nour@example.net"


def test_a_broken_outlook_file_is_unread() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    assert unread_of(data, "mail-outlook")
    assert named("mail-outlook").claims(FileHead(data), "x.msg") is FormatVote.BY_NAME


@pytest.mark.parametrize("depth", [10, 2000])
def test_parts_inside_parts_inside_parts_raise_nothing(depth: int) -> None:
    data = b"From: a@b.cc\nTo: c@d.ee\nSubject: x\nDate: x\n"
    for level in range(depth):
        data += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    data += b"Content-Type: text/plain\n\nhere\n"
    assert messages_of(data, "mail-eml") or unread_of(data, "mail-eml")


def test_bytes_in_a_header_that_are_utf8_are_text() -> None:
    message = sample_messages("mail/utf8-in-headers.eml", "mail-eml")[0]
    assert message.sender is not None
    assert message.sender.display == "مجهول الهوية"
    assert details(message)["subject"] == "آخر إنذار قبل النشر"
    assert [(each.role.value, each.text) for each in message.words] == [("subject", "آخر إنذار قبل النشر")]
    assert [each.ids[0].value for each in message.to] == ["nadia@example.org"]


def test_a_body_that_is_rtf_only_is_read() -> None:
    message = sample_messages("mail/outlook/rtf-only.msg", "mail-outlook")[0]
    assert message.text == "3000 dh avant ce soir ou je publie tout"
    assert message.event is None


def test_a_mail_in_a_mail_is_a_message_of_its_own() -> None:
    outer, inner = sample_messages("mail/outlook/mail-in-mail.msg", "mail-outlook")
    assert (outer.text, inner.text) == ("voir ci-joint", "3000 dh ou je publie")
    assert inner.sender is not None
    assert inner.sender.display == "Anonyme"
    assert inner.place.pointer == "/attachments/1"
    assert inner.place.start == inner.place.end == outer.place.end


def test_a_mail_in_a_mail_is_no_file_that_is_lacking() -> None:
    outer, _ = sample_messages("mail/outlook/mail-in-mail.msg", "mail-outlook")
    assert outer.attachments == ()
    assert [(each.role.value, each.text) for each in outer.words] == [("subject", "Fw: Menace"), ("file", "Menace.msg")]


def test_the_files_of_a_mail_in_a_mail_are_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import oxmsg
    from oxmsg.storage import Storage, Stream

    def stream(path: str, pid: int, kind: int, data: bytes) -> Stream:
        return Stream(f"{path}/__substg1.0_{pid:04X}{kind:04X}", data)

    def attached(path: str, name: str, data: bytes) -> Storage:
        listed = ((0x3707, 0x1F, name.encode("utf-16-le")), (0x3701, 0x102, data))
        properties = bytes(8) + b"".join(struct.pack("<HHIQ", kind, pid, 6, len(each)) for pid, kind, each in listed)
        streams = [stream(path, *each) for each in listed]
        return Storage(path, (Stream(f"{path}/__properties_version1.0", properties), *streams), ())

    data = sample_bytes("mail/outlook/mail-in-mail.msg")
    outer = cast("Storage", oxmsg.Message.load(data)._storage)
    held = outer.storages[0]
    folder = held.storages[0]
    inner = Storage(
        folder.path, folder.streams, (attached(f"{folder.path}/__attach_version1.0_#00000000", "p.jpg", b"two"),)
    )
    first = Storage(held.path, held.streams, (inner,))
    second = attached("__attach_version1.0_#00000001", "a.pdf", b"one")
    made = oxmsg.Message(Storage(outer.path, outer.streams, (first, second)))
    monkeypatch.setattr("oxmsg.Message.load", lambda _: made)
    told = [
        [(each.name_in_source, each.part, each.status.value) for each in mail.attachments]
        for mail in messages_of(data, "mail-outlook")
    ]
    assert told == [[("a.pdf", 2, "present")], [("p.jpg", 3, "present")]]
    assert list(mail_outlook.carried_files(data)) == [(2, b"one"), (3, b"two")]


def test_a_sender_of_exchange_has_the_address_that_reaches_them() -> None:
    sender = sample_messages("mail/outlook/exchange.msg", "mail-outlook")[0].sender
    assert sender is not None
    assert (sender.display, sender.ids[0].type) == ("Anonyme", "email")
    assert "@" in sender.ids[0].value


def test_a_mail_wrapped_in_smime_is_said_to_be_unread() -> None:
    message = sample_messages("mail/smime-opaque.eml", "mail-eml")[0]
    assert message.kind is MessageKind.UNSUPPORTED
    assert message.event == MessageEvent("unreadable", {"reason": "S/MIME"})


def test_an_address_under_a_word_is_told() -> None:
    data = (
        b"From: A <a@example.com>\nTo: b@example.com\nDate: Mon, 14 Sep 2026 18:00:00 +0000\nSubject: x\n"
        b"Content-Type: text/html\n\n<p>Payer <a href='https://pay.example/abc'>ici</a></p><p>vite</p>\n"
    )
    message = messages_of(data, "mail-eml")[0]
    assert message.text == "Payer ici\nvite"
    assert ("link", "https://pay.example/abc") in [(each.role.value, each.text) for each in message.words]


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (
            rb"{\rtf1\ansi\ansicpg1256{\fonttbl{\f0 Arial;}}\uc1 bonjour\par 3000 \u8364?\par \'d3\'e1}",
            "bonjour\n3000 €\nسل",
        ),
        (
            rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 3000 dh\htmlrtf }\htmlrtf0 "
            rb"{\*\htmltag72 </p>}"
            rb"{\*\htmltag84 <b>}vite \'e9 \u1587?{\*\htmltag92 </b>}}",
            "3000 dh\nvite é س",
        ),
        (rb"}}}{\rtf1 a\'zz\u999999999 ?b", "a'zz짿b"),
        (b"", ""),
    ],
)
def test_what_an_rtf_shows(rtf: bytes, text: str) -> None:
    assert rtf_text(rtf) == text


def test_addresses_under_words_of_an_rtf_are_found() -> None:
    field = rb'{\rtf1{\field{\*\fldinst HYPERLINK "https://pay.example/a"}{\fldrslt ici}}}'
    page = rb'{\rtf1\fromhtml1 {\*\htmltag84 <a href="https://pay.example/b">}ici{\*\htmltag92 </a>}}'
    assert (rtf_text(field), rtf_addresses(field)) == ("ici", ["https://pay.example/a"])
    assert (rtf_text(page), rtf_addresses(page)) == ("ici", ["https://pay.example/b"])


def test_compressed_rtf_that_is_none_or_too_long_is_an_error() -> None:
    whole = (20).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"MELA" + bytes(4) + b"{\\rtf"
    assert decompressed_rtf(whole) == b"{\\rtf"
    for data in (b"", b"x" * 20, bytes(4) + b"\xff\xff\xff\xff" + b"LZFu" + bytes(4)):
        with pytest.raises(NoRtfError):
            decompressed_rtf(data)
    cut = bytes(4) + (100).to_bytes(4, "little") + b"LZFu" + bytes(4) + b"\x01\xff"
    assert len(decompressed_rtf(cut)) <= 100


@given(data=st.binary(max_size=400))
def test_no_bytes_break_the_reading_of_rtf(data: bytes) -> None:
    rtf_text(data)
    decompressed_rtf(bytes(4) + (300).to_bytes(4, "little") + b"LZFu" + bytes(4) + data)
