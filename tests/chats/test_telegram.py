"""Telegram: one chat, a whole account, pages."""

from __future__ import annotations

import io
import tracemalloc

from evidence_kit.chats.message import AttachmentStatus, Message, MessageFlag, MessageKind, TimeKind
from evidence_kit.chats.registry import read_export
from tests.chats.reading import named, sample_messages

ONE = "telegram/one-chat/result.json"
ACCOUNT = "telegram/account-2020/result.json"
PAGE = "telegram/html/messages.html"


def one() -> list[Message]:
    return sample_messages(ONE, "telegram-json", frozenset({"x/voice_messages/audio_1.ogg"}))


def test_seconds_since_1970_are_utc_and_the_computers_clock_is_kept() -> None:
    time = one()[1].time
    assert (time.kind, time.value) == (TimeKind.UTC, "2022-05-13T20:01:00Z")
    details = one()[1].details
    assert details is not None
    assert details["date"] == "2022-05-13T21:01:00"


def test_before_2022_there_is_only_the_computers_clock() -> None:
    time = sample_messages(ACCOUNT, "telegram-json")[0].time
    assert (time.kind, time.value) == (TimeKind.LOCAL, "2020-05-13T21:01:00")


def test_a_sender_is_a_number_before_2021_and_user_with_a_number_since() -> None:
    for message in (one()[1], sample_messages(ACCOUNT, "telegram-json")[0]):
        assert message.sender is not None
        assert [account.value for account in message.sender.ids] == ["user4711"]


def test_a_deleted_account_has_an_identifier_and_no_name() -> None:
    sender = one()[2].sender
    assert sender is not None
    assert (sender.display, sender.ids[0].value) == (None, "user99")


def test_text_is_a_string_or_a_list_of_strings_and_entities() -> None:
    assert [message.text for message in one()[1:3]] == ["voir https://example.com ok", "compte supprimé"]


def test_a_file_that_was_not_included_is_not_missing() -> None:
    photo, voice = one()[3], one()[4]
    assert photo.attachments[0].status is AttachmentStatus.NOT_EXPORTED
    assert photo.kind is MessageKind.MEDIA_OMITTED
    assert voice.attachments[0].status is AttachmentStatus.PRESENT


def test_vanishing_edited_and_forwarded_messages_are_flagged() -> None:
    messages = one()
    assert messages[3].flags == {MessageFlag.SELF_DESTRUCT}
    assert messages[1].flags == {MessageFlag.EDITED}
    assert messages[4].flags == {MessageFlag.FORWARDED}


def test_calls_places_replies_and_reactions_are_read() -> None:
    messages = one()
    assert messages[0].kind is MessageKind.CALL
    assert messages[5].kind is MessageKind.LOCATION
    assert messages[2].reply_to == "2"
    assert [(each.emoji, each.actor) for each in messages[4].reactions] == [("👍", "Nour")]


def test_a_coordinate_is_kept_as_written_and_not_as_a_float() -> None:
    details = one()[5].details
    assert details is not None
    assert details["location_information"] == {"latitude": "35.19", "longitude": "-6.15"}


def test_an_account_has_chats_and_left_chats_and_says_who_its_owner_is() -> None:
    messages = sample_messages(ACCOUNT, "telegram-json")
    assert [message.conversation.title for message in messages] == ["Salma", "Salma", "Groupe"]
    assert [message.sender.is_owner for message in messages if message.sender] == [False, True, False]


def test_a_page_gives_its_times_their_zone_where_they_have_one() -> None:
    times = [message.time for message in sample_messages(PAGE, "telegram-html")]
    assert (times[1].kind, times[1].value) == (TimeKind.OFFSET, "2025-05-13T21:02:11+01:00")
    assert (times[2].kind, times[2].value) == (TimeKind.LOCAL, "2025-05-13T21:03:11")


def test_a_joined_message_has_the_sender_of_the_one_before() -> None:
    messages = sample_messages(PAGE, "telegram-html")
    assert messages[2].sender is not None
    assert messages[2].sender.display == "Salma"


def test_a_joined_message_at_the_top_of_a_page_has_its_sender_elsewhere() -> None:
    message = sample_messages("telegram/html/messages2.html", "telegram-html")[0]
    assert message.sender is None
    assert message.details == {"sender": "stands in the part before"}


def test_a_forwarded_message_is_its_forwarders() -> None:
    message = sample_messages(PAGE, "telegram-html")[3]
    assert message.sender is not None
    assert (message.sender.display, message.text) == ("Nour", "transféré")
    assert message.flags == {MessageFlag.FORWARDED}
    assert message.details is not None
    assert str(message.details["forwarded_from"]).startswith("Karim")


def test_page_text_is_shown_text_and_files_are_named() -> None:
    messages = sample_messages(PAGE, "telegram-html")
    assert messages[1].text == "Salut\nécoute <b>"
    assert messages[2].attachments[0].name_in_source == "photos/photo_1.jpg"
    assert messages[2].reply_to == "1"
    assert messages[4].kind is MessageKind.MEDIA_OMITTED
    assert messages[1].conversation.title == "Salma"


def test_memory_does_not_grow_with_a_long_chat() -> None:
    record = b'{"id":1,"type":"message","date_unixtime":"1747166640","from":"a","from_id":"user1","text":"salam"}'
    peaks = []
    for count in (5_000, 20_000):
        head = b'{"name":"a","type":"personal_chat","id":1,"messages":['
        export = io.BytesIO(head + b",\n".join([record] * count) + b"]}")
        tracemalloc.start()
        assert sum(isinstance(entry, Message) for entry in read_export(export, named("telegram-json"))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
