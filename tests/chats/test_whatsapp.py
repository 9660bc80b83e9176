"""WhatsApp: every variant, every trap."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    AttachmentStatus,
    DateOrder,
    LineSpan,
    Message,
    MessageFlag,
    MessageKind,
    Precision,
    TimeKind,
)
from evidence_kit.chats.registry import read_export
from tests.chats.reading import (
    assert_nothing_is_lost,
    decided,
    entries_of,
    messages_of,
    named,
    sample_bytes,
    sample_messages,
    unread_of,
)

NAME = "whatsapp-text"


def kinds(path: str) -> list[str]:
    return [message.kind.value for message in sample_messages(path, NAME)]


def test_a_moroccan_phone_writes_latin_digits_with_direction_marks_inside_the_date() -> None:
    path = "whatsapp/android-ar-MA/دردشة واتساب مع سلمى.txt"
    messages = sample_messages(path, NAME)
    assert messages[1].text == "السلام عليكم"
    assert messages[1].sender is not None
    assert messages[1].sender.display == "سلمى"
    assert messages[1].time.raw == "\u200f3\u200f/5\u200f/2025، 21:02"
    assert messages[1].time.value == "2025-05-03T21:02"
    assert messages[1].conversation.title == "سلمى"
    assert kinds(path) == [
        "system", "text", "text", "media", "media_omitted", "deleted", "deleted", "text", "unsupported",
    ]  # fmt: skip


def test_arabic_digits_and_a_twelve_hour_clock_are_read() -> None:
    times = [message.time.value for message in sample_messages("whatsapp/android-ar/دردشة واتساب مع كريم.txt", NAME)]
    assert times == ["2025-05-03T20:16", "2025-05-13T20:16", "2025-05-13T00:05", "2025-05-14T12:05"]


def test_an_evening_mark_beside_a_24_hour_clock_leaves_the_hour_alone() -> None:
    message = sample_messages("whatsapp/android-ar/دردشة واتساب مع كريم.txt", NAME)[1]
    assert message.time.raw.endswith("20:16 م")
    assert message.time.value == "2025-05-13T20:16"
    assert message.time.reason == "half-of-day-beside-a-24-hour-clock"


def test_a_mark_that_contradicts_its_hour_is_named_and_not_obeyed() -> None:
    message = messages_of("13/05/2025، 20:16 ص - سلمى: a\n".encode(), NAME)[0]
    assert message.time.value == "2025-05-13T20:16"
    assert message.time.reason == "half-of-day-contradicts-the-hour"


@pytest.mark.parametrize(
    "path", ["whatsapp/android-fr/Discussion WhatsApp avec Salma.txt", "whatsapp/android-fr-older/chat.txt"]
)
def test_french_headers_have_a_comma_an_a_or_a_space(path: str) -> None:
    messages = sample_messages(path, NAME)
    assert {message.time.date_order for message in messages} == {DateOrder.DAY_FIRST}
    assert all(message.time.value for message in messages)


def test_french_wording_is_known() -> None:
    path = "whatsapp/android-fr/Discussion WhatsApp avec Salma.txt"
    assert kinds(path) == ["system", "text", "media_omitted", "media", "deleted", "location", "system"]
    assert kinds("whatsapp/android-fr-older/chat.txt")[-1] == "media_omitted"


def test_american_phones_write_the_month_first_and_a_narrow_space() -> None:
    path = "whatsapp/android-en-US/WhatsApp Chat with Salma.txt"
    messages = sample_messages(path, NAME)
    assert messages[2].time.value == "2025-05-13T00:05"
    assert messages[2].time.date_order is DateOrder.MONTH_FIRST
    assert messages[2].sender is not None
    assert [account.type for account in messages[2].sender.ids] == ["phone"]
    assert kinds(path) == ["system", "text", "text", "contact", "poll", "deleted", "text", "system"]
    assert messages[6].flags == {MessageFlag.EDITED}


def test_a_system_line_with_a_colon_inside_quotes_has_no_sender() -> None:
    message = sample_messages("whatsapp/android-en-US/WhatsApp Chat with Salma.txt", NAME)[-1]
    assert message.sender is None
    assert message.text == 'Nour changed the subject from "a: b" to "c"'


@pytest.mark.parametrize(
    ("kind", "phrases"),
    [
        (
            "media",
            ["F.jpg (file attached)", "F.jpg (fichier joint)", "F.jpg (الملف مرفق)", "F.jpg (ملف مرفق)"],
        ),
        (
            "media",
            [
                "\u200e<attached: F.jpg>",
                "\u200e<pièce jointe : F.jpg>",
                "\u200f<المُرفق: F.jpg>",
                "<مرفق: F.jpg>",
            ],
        ),
        ("media", ["F.jpg <attached>", "\u200eF.jpg (file attached)\nwith a caption"]),
        ("contact", ["X.vcf (file attached)", "\u200f<المُرفق: X.vcf>"]),
        ("media_omitted", ["<Media omitted>", "<Médias omis>", "<Fichier omis>", "<تم استبعاد الوسائط>"]),
        ("media_omitted", ["\u200eimage omitted", "\u200eimage absente", "\u200fلم يتم إدراج الصورة"]),
        ("media_omitted", ["\u200evideo omitted", "\u200evidéo absente", "\u200fلم يتم إدراج الفيديوهات"]),
        ("media_omitted", ["\u200eaudio omitted", "\u200eaudio omis", "\u200fلم يتم إدراج المقاطع الصوتية"]),
        ("media_omitted", ["\u200esticker omitted", "\u200esticker omis", "\u200fتم حذف الملصقات"]),
        ("media_omitted", ["\u200eGIF omitted", "\u200eGIF retiré", "\u200fلم يتم إدراج صورة GIF"]),
        (
            "media_omitted",
            ["Contact card omitted", "Fiche contact manquante", "لم يتم إدراج بطاقة جهة اتصال"],
        ),
        (
            "media_omitted",
            ["\u200ef.pdf • \u200e1 page \u200edocument omitted", "\u200ff.pdf • لم يتم إدراج المستند"],
        ),
        ("deleted", ["This message was deleted", "Ce message a été supprimé", "تم حذف هذه الرسالة"]),
        ("deleted", ["You deleted this message.", "Vous avez supprimé ce message", "أنت حذفت هذه الرسالة"]),
        ("deleted", ["\u200fلقد حذَفت هذه الرسالة", "\u200eThis message was deleted."]),
        (
            "location",
            ["location: https://maps.google.com/?q=1,2", "localisation : https://maps.google.com/?q=1,2"],
        ),
        ("location", ["الموقع: https://maps.google.com/?q=1,2"]),
        ("poll", ["POLL:\nQ\nOPTION: A (1 vote)", "SONDAGE :\nQ\nOPTION : A", "استطلاع رأي:\nQ\nخيار: A"]),
        (
            "call",
            ["Missed voice call", "Appel vocal manqué", "مكالمة صوتية فائتة", "\u200eMissed video call"],
        ),
        ("call", ["Appel vidéo manqué", "مكالمة فيديو فائتة", "\u200eVoice call, \u200e3 min"]),
        ("unsupported", ["null"]),
        (
            "text",
            ["the image omitted here", "nullify", "he deleted: This message was deleted", "(file)", "a < b"],
        ),
    ],
)
def test_the_apps_own_words_are_known_in_three_languages(kind: str, phrases: list[str]) -> None:
    for phrase in phrases:
        message = messages_of(f"13/05/2025, 21:02 - Nour: {phrase}\n".encode(), NAME)[0]
        assert (phrase, message.kind.value) == (phrase, kind)
        assert message.text == phrase


def test_a_colon_in_a_senders_name_is_cut_at_the_first_and_nothing_is_lost() -> None:
    message = messages_of(b"13/05/2025, 21:02 - Nour: work: hello\n", NAME)[0]
    assert message.sender is not None
    assert (message.sender.display, message.text) == ("Nour", "work: hello")


def test_an_iphone_writes_brackets_and_seconds() -> None:
    messages = sample_messages("whatsapp/ios-en/_chat.txt", NAME)
    assert messages[1].time.value == "2025-05-13T21:02:15"
    assert messages[1].time.precision is Precision.SECOND
    assert messages[1].time.kind is TimeKind.LOCAL
    assert kinds("whatsapp/ios-en/_chat.txt") == [
        "system", "text", "media", "media_omitted", "media_omitted", "call", "deleted", "location", "text",
    ]  # fmt: skip


def test_what_an_iphone_app_says_itself_begins_with_a_direction_mark() -> None:
    data = "[13/05/2025, 21:02:11] Chat: \u200eEtwas, das niemand hier versteht\n".encode()
    message = messages_of(data, NAME)[0]
    assert message.kind is MessageKind.SYSTEM
    assert MessageFlag.APP_GENERATED in message.flags


def test_unsaved_numbers_and_contacts_keep_their_marks_and_are_understood() -> None:
    messages = sample_messages("whatsapp/ios-en/_chat.txt", NAME)
    contact, number = messages[4].sender, messages[8].sender
    assert contact is not None
    assert number is not None
    assert contact.display == "~\u202fNour"
    assert [(account.type, account.value) for account in contact.ids] == [("own-chosen-name", "Nour")]
    assert number.display == "\u202a+212\u00a0612\u2011345678\u202c"
    assert [(account.type, account.value) for account in number.ids] == [("phone", "+212 612-345678")]


def test_the_arabic_sticker_placeholder_says_deleted_and_is_none() -> None:
    assert kinds("whatsapp/ios-ar/_chat.txt") == [
        "system", "text", "media", "media_omitted", "deleted", "call", "media_omitted",
    ]  # fmt: skip


def test_arabic_wording_is_known_with_its_vowel_marks() -> None:
    messages = sample_messages("whatsapp/ios-ar/_chat.txt", NAME)
    assert messages[2].attachments[0].name_in_source == "00000003-PHOTO-2025-05-03-21-02-40.jpg"
    assert messages[4].flags == {MessageFlag.DELETED, MessageFlag.DELETED_BY_SELF, MessageFlag.APP_GENERATED}


def test_who_deleted_a_message_as_you_is_the_owner() -> None:
    messages = sample_messages("whatsapp/android-ar-MA/دردشة واتساب مع سلمى.txt", NAME)
    assert messages[6].sender is not None
    assert messages[6].sender.is_owner
    assert messages[5].sender is not None
    assert messages[5].sender.is_owner is None


def test_french_iphones_put_a_hard_space_before_the_colon() -> None:
    messages = sample_messages("whatsapp/ios-fr/_chat.txt", NAME)
    assert messages[2].attachments[0].name_in_source == "00000003-PHOTO-2025-05-13-21-02-20.jpg"
    assert messages[4].attachments[0].name_in_source == "facture.pdf"
    assert [message.kind.value for message in messages[3:]] == ["media_omitted"] * 3 + ["call"]


def test_old_iphones_write_dots_and_a_second_colon() -> None:
    messages = sample_messages("whatsapp/ios-old/_chat.txt", NAME)
    assert messages[0].time.value == "2013-08-26T19:55:38"
    assert messages[1].attachments[0].name_in_source == "photo.jpg"
    assert messages[1].text == "photo.jpg <attached>\nsecond line"


def test_attachments_are_looked_for_beside_the_file() -> None:
    path = "whatsapp/android-fr/Discussion WhatsApp avec Salma.txt"
    there = sample_messages(path, NAME, frozenset({"x/PTT-20250513-WA0003.opus"}))[3].attachments[0]
    gone = sample_messages(path, NAME, frozenset({"x/other.opus"}))[3].attachments[0]
    untold = sample_messages(path, NAME)[3].attachments[0]
    assert [each.status for each in (there, gone, untold)] == [
        AttachmentStatus.PRESENT, AttachmentStatus.MISSING, AttachmentStatus.UNKNOWN,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("whatsapp/android-fr-older/chat.txt", "day, month, year (a-number-above-12)"),
        ("whatsapp/android-en-US/WhatsApp Chat with Salma.txt", "month, day, year (a-number-above-12)"),
        ("whatsapp/order-from-media-names/chat.txt", "month, day, year (dates-in-media-names)"),
        ("whatsapp/order-from-monotony/chat.txt", "day, month, year (time-never-goes-back)"),
        ("whatsapp/both-orders/chat.txt", "ambiguous (both-orders-in-one-file)"),
        ("whatsapp/no-day-above-12/_chat.txt", "ambiguous (nothing-decides)"),
    ],
)
def test_the_order_of_dates_is_decided_once_and_says_why(path: str, order: str) -> None:
    assert decided(entries_of(sample_bytes(path), NAME))["decided:date-order"] == order


def test_an_undecided_date_keeps_both_readings_unless_they_agree() -> None:
    first, _, third = sample_messages("whatsapp/no-day-above-12/_chat.txt", NAME)
    assert first.time.value is None
    assert first.time.readings == ("2025-03-05T21:02:11", "2025-05-03T21:02:11")
    assert third.time.value == "2025-05-05T21:02:15"
    assert third.time.reason == "only-one-day-is-possible-here"


def test_a_file_with_both_orders_reads_each_date_that_can_be_read() -> None:
    values = [message.time.value for message in sample_messages("whatsapp/both-orders/chat.txt", NAME)]
    assert values == ["2025-05-13T21:02", "2025-05-13T21:03", None]


def test_an_impossible_date_is_kept_raw_and_becomes_no_other_date() -> None:
    message = messages_of(b"99/99/2025, 29:61 - Nour: a\n13/05/2025, 21:03 - Nour: b\n", NAME)[0]
    assert message.time.raw == "99/99/2025, 29:61"
    assert message.time.value is None


def test_a_chat_pasted_into_a_message_is_flagged_where_time_goes_back() -> None:
    messages = sample_messages("whatsapp/pasted-chat/chat.txt", NAME)
    assert [MessageFlag.TIME_GOES_BACK in message.flags for message in messages] == [
        False,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("path", ["whatsapp/utf-16/chat.txt", "whatsapp/cp1256/chat.txt"])
def test_files_saved_again_by_windows_are_read(path: str) -> None:
    messages = sample_messages(path, NAME)
    assert messages[1].sender is not None
    assert messages[1].sender.display == "سلمى"
    assert messages[1].text.startswith("سلام")


def test_a_guessed_encoding_is_flagged_on_every_message() -> None:
    messages = sample_messages("whatsapp/cp1256/chat.txt", NAME)
    assert messages[0].text == "déjà vu"
    assert all(MessageFlag.ENCODING_GUESS in message.flags for message in messages)


def test_a_few_broken_bytes_do_not_make_utf_8_something_else() -> None:
    data = "13/05/2025, 21:02 - سلمى: سلام \n".encode() + b"13/05/2025, 21:03 - Nour: \xff\xfe\n"
    assert encoding_of(io.BytesIO(data)).codec == "utf-8"
    message = messages_of(data, NAME)[1]
    assert message.text.encode("utf-8", "surrogateescape") == b"\xff\xfe"


def test_lines_end_at_line_feeds_only_and_a_byte_order_mark_is_no_text() -> None:
    messages = sample_messages("whatsapp/byte-order-mark/chat.txt", NAME)
    assert messages[0].text == "mark before the first line"
    assert messages[1].text == "a\u2028b\x85c\x0cd"


def test_an_export_without_a_message_is_recognised_by_name_and_says_so() -> None:
    assert named(NAME).claims(FileHead(b""), "x/_chat.txt") is FormatVote.BY_NAME
    assert [entry.why.name for entry in unread_of(b"", NAME)] == ["NO_MESSAGES"]


def test_what_stands_before_the_first_message_is_unread_and_has_its_lines() -> None:
    unread = unread_of(b"something\nelse\n13/05/2025, 21:02 - Nour: a\n", NAME)
    assert [(entry.place.lines, entry.why.name) for entry in unread] == [(LineSpan(1, 2), "NOT_A_MESSAGE")]


def test_dates_in_prose_make_no_chat() -> None:
    prose = b"\n".join([b"Meeting notes", b"", b"one", b"two", b"three", b"four", b"13/05/2025, 21:02 - a: b"])
    assert named(NAME).claims(FileHead(prose), "notes.txt") is FormatVote.NO


@given(text=st.text())
def test_no_line_of_an_export_is_ever_lost(text: str) -> None:
    data = ("13/05/2025, 21:02 - Nour: a\n" + text).encode("utf-8", "replace")
    placed = [entry.place for entry in entries_of(data, NAME) if entry.place.end > entry.place.start]
    seen = [number for place in placed if place.lines for number in range(place.lines.first, place.lines.last + 1)]
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    assert seen == list(range(1, count + 1))


@given(bodies=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r:"), max_size=30), max_size=8))
def test_bodies_come_back_character_for_character(bodies: list[str]) -> None:
    data = "".join(f"13/05/2025, 21:02 - Nour: x{body}x\n" for body in bodies).encode()
    assert [message.text for message in messages_of(data, NAME)] == [f"x{body}x" for body in bodies]


def test_memory_does_not_grow_with_the_file() -> None:
    line = "13/05/2025, 21:02 - سلمى: السلام عليكم khouya\n".encode()
    peaks = []
    for count in (20_000, 60_000):
        export = io.BytesIO(line * count)
        tracemalloc.start()
        assert sum(isinstance(entry, Message) for entry in read_export(export, named(NAME))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2


def test_a_message_longer_than_any_is_passed_over_and_the_next_is_read() -> None:
    before, after = b"13/05/2025, 21:02 - Nour: a\n", b"\n13/05/2025, 21:03 - Nour: b\n"
    data = before + b"13/05/2025, 21:02 - Nour: " + b"x" * 40_000_000 + after
    entries = entries_of(data, NAME)
    assert [entry.text for entry in entries if isinstance(entry, Message)] == ["a", "b"]
    assert_nothing_is_lost(entries, len(data))


def test_the_folder_of_an_iphone_export_names_the_chat() -> None:
    around = Surroundings("WhatsApp Chat - Salma.zip/_chat.txt")
    message = messages_of(sample_bytes("whatsapp/ios-en/_chat.txt"), NAME, around)[0]
    assert message.conversation.title == "Salma"


@pytest.mark.parametrize("piece", ["\u200e", " • ", "(", "<", "a: ", "12/05/2025", "\n1", "<attached: ", " (file"])
def test_a_message_made_to_take_long_does_not(piece: str) -> None:
    data = ("13/05/2025, 21:02 - Nour: (" + piece * (1_000_000 // len(piece))).encode()
    assert len(messages_of(data, NAME)) == 1


def test_an_identifier_is_where_a_message_stands() -> None:
    data = b"13/05/2025, 21:02 - Nour: a\n13/05/2025, 21:02 - Nour: a\n"
    first, second = (json.dumps(entry.place.start) for entry in messages_of(data, NAME))
    assert first != second
    assert Surroundings("x").beside is None


def test_no_clock_is_moved_when_morocco_leaves_its_zone_for_ramadan() -> None:
    # In 2025 Morocco went back to UTC+0 on 23 February and forward again on 6 April.
    lines = [f"{day}/2025, 02:30 - A: x\n" for day in ("22/02", "23/02", "01/03", "05/04", "06/04", "07/04")]
    times = [message.time for message in messages_of("".join(lines).encode(), "whatsapp-text")]
    assert {time.kind for time in times} == {TimeKind.LOCAL}
    assert {(time.value or "")[10:] for time in times} == {"T02:30"}
