"""Messenger and Instagram: both JSON families, the pages, and the text that has to be undone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.format import FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import AttachmentStatus, MessageFlag, MessageKind, TimeKind, UnreadReason
from evidence_kit.chats.meta.repair import undone_mojibake
from evidence_kit.chats.parts import part_number
from evidence_kit.chats.registry import Recognised, recognise_format
from tests.chats.reading import messages_of, sample_messages, unread_of

INBOX = "messenger/your_facebook_activity/messages/inbox/salma_1/message_1.json"
GROUP = "messenger/messages/archived_threads/groupe_2/message_10.json"
SECURE = "messenger/e2ee/Salma_1.json"


def test_text_that_was_read_as_latin_1_is_undone_and_the_original_kept() -> None:
    message = sample_messages(INBOX, "messenger-json")[0]
    assert message.text == "Liké par ❤"
    assert message.details is not None
    assert message.details["text-before-repair"] == {
        "/content": "LikÃ© par â\x9d¤",
        "/reactions/0/actor": "Salma Ã\x89chouÃ©e",
        "/reactions/0/reaction": "â\x9d¤",
    }
    assert message.reactions[0].actor == "Salma Échouée"


def test_text_that_cannot_be_undone_is_left_alone_and_flagged() -> None:
    message = sample_messages(INBOX, "messenger-json")[6]
    assert message.text == "Café déjà propre"
    assert message.flags == {MessageFlag.ENCODING_GUESS}


@given(text=st.text(st.characters(codec="utf-8")))
def test_what_the_exporter_does_is_undone_for_any_text(text: str) -> None:
    assert undone_mojibake(text.encode().decode("latin-1")) == text


def test_the_order_of_the_file_is_kept_which_is_newest_first() -> None:
    times = [message.time.raw for message in sample_messages(INBOX, "messenger-json")]
    assert times == sorted(times, reverse=True)


def test_milliseconds_are_utc() -> None:
    time = sample_messages(INBOX, "messenger-json")[0].time
    assert (time.kind, time.value) == (TimeKind.UTC, "2025-05-13T21:04:00.123Z")


def test_a_title_that_stands_behind_the_messages_is_known_to_the_first() -> None:
    conversation = sample_messages(INBOX, "messenger-json")[0].conversation
    assert (conversation.title, conversation.id) == ("Salma Échouée", "inbox/salma_1")


def test_unsent_messages_calls_and_leavings_are_messages_too() -> None:
    kinds = [message.kind for message in sample_messages(INBOX, "messenger-json")]
    assert kinds[1:4] == [MessageKind.MEDIA, MessageKind.DELETED, MessageKind.CALL]
    assert sample_messages(GROUP, "messenger-json")[0].kind is MessageKind.SYSTEM


def test_a_record_without_anything_to_show_is_no_empty_text() -> None:
    assert sample_messages(GROUP, "messenger-json")[2].kind is MessageKind.UNSUPPORTED


def test_paths_are_relative_to_the_root_of_the_export() -> None:
    listed = frozenset({"export/your_facebook_activity/messages/inbox/salma_1/photos/1.jpg"})
    messages = sample_messages(INBOX, "messenger-json", listed)
    assert messages[1].attachments[0].status is AttachmentStatus.PRESENT
    assert messages[5].attachments[0].status is AttachmentStatus.MISSING


def test_what_is_not_understood_of_a_record_is_kept() -> None:
    details = sample_messages(INBOX, "messenger-json")[0].details
    assert details is not None
    assert details["is_geoblocked_for_viewer"] is False


@pytest.mark.parametrize("root", ["", "your_facebook_activity/", "your_activity_across_facebook/"])
@pytest.mark.parametrize(
    "folder", ["inbox", "archived_threads", "filtered_threads", "message_requests", "e2ee_cutover"]
)
def test_every_root_and_folder_that_the_exporter_has_had_is_read_alike(root: str, folder: str) -> None:
    uri = f"{root}messages/{folder}/salma_1/photos/1.jpg"
    record = {"sender_name": "Salma", "timestamp_ms": 1747166640123, "photos": [{"uri": uri}]}
    told = {"participants": [{"name": "Salma"}], "messages": [record], "thread_path": f"{folder}/salma_1"}
    data, path = json.dumps(told).encode(), f"export/{root}messages/{folder}/salma_1/message_1.json"
    chosen = recognise_format(data, path)
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == "messenger-json"
    (message,) = messages_of(data, "messenger-json", Surroundings(path, frozenset({f"export/{uri}"})))
    assert message.attachments[0].status is AttachmentStatus.PRESENT
    assert message.conversation.id == f"{folder}/salma_1"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"participants": [{"name": "a"}], "messages": [], "thread_path": "inbox/a"}, "messenger-json"),
        ({"participants": ["a"], "messages": [], "threadName": "a"}, "messenger-encrypted-json"),
    ],
)
def test_the_two_families_are_told_apart_by_what_a_participant_is(told: dict[str, object], name: str) -> None:
    chosen = recognise_format(json.dumps(told).encode(), "x.json")
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == name


def test_parts_are_sorted_as_numbers() -> None:
    names = ["a/message_10.json", "a/message_2.json", "a/message_1.json"]
    assert [part_number(name) for name in sorted(names, key=part_number)] == [1, 2, 10]
    pages = ["messages.html", "messages2.html", "messages10.html"]
    assert [part_number(name) for name in pages] == [0, 2, 10]
    assert part_number("direct-messages-part3.js") == 3


def test_secure_storage_has_names_for_participants_and_keeps_what_was_unsent() -> None:
    messages = sample_messages(SECURE, "messenger-encrypted-json")
    assert messages[0].text == "Écoute-moi bien"
    assert messages[1].kind is MessageKind.DELETED
    assert messages[0].sender is not None
    assert messages[0].sender.is_owner is None


def test_media_that_was_never_downloaded_is_said_so() -> None:
    messages = sample_messages(SECURE, "messenger-encrypted-json", frozenset({"x/media/a.jpg"}))
    assert messages[2].attachments[0].status is AttachmentStatus.PRESENT
    assert messages[3].attachments[0].status is AttachmentStatus.NOT_EXPORTED


def test_clean_and_unclean_text_may_stand_in_one_file() -> None:
    messages = sample_messages(SECURE, "messenger-encrypted-json")
    assert [messages[0].text, messages[4].text] == ["Écoute-moi bien", "déjà"]


@pytest.mark.parametrize("named", ["messenger", "instagram"])
def test_the_same_file_is_instagrams_when_its_path_says_so(named: str) -> None:
    data = json.dumps({"participants": [{"name": "a"}], "messages": [{"sender_name": "a", "timestamp_ms": 1}]}).encode()
    chosen = recognise_format(
        data, "your_instagram_activity/messages/inbox/a/message_1.json" if named == "instagram" else ""
    )
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == f"{named}-json"


def test_instagram_is_named_by_a_link_inside() -> None:
    share = b'"share":{"link":"https://www.instagram.com/p/1"}'
    data = b'{"participants":[{"name":"a"}],"messages":[{"sender_name":"a",' + share + b"}]}"
    chosen = recognise_format(data)
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == "instagram-json"


def test_pages_have_dates_in_words_in_three_languages_and_no_zone() -> None:
    path = "messenger/html/messages/inbox/salma_1/message_1.html"
    times = [message.time for message in sample_messages(path, "messenger-html")]
    assert [time.value for time in times] == ["2025-05-13T21:04", "2025-05-13T21:03:11", "2025-05-13T21:02"]
    assert {time.kind for time in times} == {TimeKind.LOCAL}


def test_pages_give_text_files_and_reactions() -> None:
    messages = sample_messages("messenger/html/messages/inbox/salma_1/message_1.html", "messenger-html")
    assert messages[0].text == "Chà\ndeux lignes"
    assert messages[0].conversation.title == "Salma & Nour"
    assert messages[1].attachments[0].name_in_source == "messages/inbox/salma_1/photos/1.jpg"
    assert messages[2].text == "avec une réaction"
    assert [(each.emoji, each.actor) for each in messages[2].reactions] == [("❤", "Nour")]


def test_a_box_without_a_date_lists_the_participants_and_is_no_message() -> None:
    box = '<div class="pam _2lej uiBoxWhite noborder"><div class="_2lel">{}</div>{}</div>'
    dated = box.format("Salma", '<div class="_2let">a</div><div class="_2lem">3 mai 2019</div>')
    data = (box.format("Participants: Salma, Nour", "") + dated).encode()
    assert [message.text for message in messages_of(data, "messenger-html")] == ["a"]
    assert not unread_of(data, "messenger-html")


def test_the_classes_of_2019_are_known_and_a_numeric_date_stays_undecided() -> None:
    first, second = sample_messages("messenger/html-2019/messages/inbox/salma_1/message_1.html", "messenger-html")
    assert (first.text, first.time.value) == ("ancien", "2019-04-03T21:04")
    assert second.time.value is None
    assert second.time.readings == ("2019-05-03T21:05", "2019-03-05T21:05")


ONE_PAGE = "messenger/html-2013/messages.htm"


def test_one_page_of_before_2018_has_every_thread_of_the_account() -> None:
    listed = frozenset({"export/messages/photos/1.jpg"})
    messages = sample_messages(ONE_PAGE, "messenger-one-page-html", listed)
    assert [message.text for message in messages] == [
        "خلص 500 درهم قبل غدا & vite", "Qui es-tu\u00a0?\nRéponds.", "", "salut",
    ]  # fmt: skip
    assert [message.conversation.title for message in messages] == [
        *["Salma Échouée, Inconnu Sept"] * 3, "Salma Échouée, Nour",
    ]  # fmt: skip
    assert [message.sender.is_owner for message in messages if message.sender] == [False, True, False, False]
    assert [each.status for each in messages[2].attachments] == [AttachmentStatus.PRESENT]


def test_a_zone_in_hours_is_an_offset_and_letters_are_none() -> None:
    first, *_, last = [message.time for message in sample_messages(ONE_PAGE, "messenger-one-page-html")]
    assert (first.kind, first.value) == (TimeKind.OFFSET, "2013-10-04T22:05+01:00")
    assert (last.kind, last.value) == (TimeKind.LOCAL, "2013-10-04T22:05")
    assert last.raw.endswith("PDT")


def test_the_same_boxes_about_logins_are_no_chat() -> None:
    page = b'<p class="uiBoxWhite noborder"><h2 class="_a6-h">x</h2><p class="_a6-p"/><p class="_a6-o"/></p>'
    chosen = recognise_format(page, "security_and_login_information/login_activity.html")
    assert not isinstance(chosen, Recognised)


def test_moroccan_month_names_are_known() -> None:
    path = "instagram/html/your_instagram_activity/messages/inbox/nour_9/message_1.html"
    assert sample_messages(path, "instagram-html")[1].time.value == "2025-08-14T21:04"


def test_a_broken_record_is_reported_and_the_next_is_read() -> None:
    data = b'{"thread_path":"x","messages":[{"sender_name":"a" "x"},{"sender_name":"b","timestamp_ms":1}]}'
    assert [message.sender.display for message in messages_of(data, "messenger-json") if message.sender] == ["b"]
    assert [(entry.why, entry.place.pointer) for entry in unread_of(data, "messenger-json")] == [
        (UnreadReason.MALFORMED, "/messages/0")
    ]


def test_a_record_with_a_key_twice_is_not_half_read() -> None:
    data = b'{"messages":[{"sender_name":"a","timestamp_ms":1,"content":"x","content":"y"}]}'
    assert UnreadReason.REPEATED_KEY in {entry.why for entry in unread_of(data, "messenger-json")}


def test_a_file_cut_short_gives_what_it_has_and_says_where_it_ends() -> None:
    data = b'{"participants":[{"name":"a"}],"messages":[{"sender_name":"a","timestamp_ms":1},{"sender_na'
    assert len(messages_of(data, "messenger-json")) == 1
    assert [entry.why for entry in unread_of(data, "messenger-json")] == [UnreadReason.TRUNCATED]


def test_neither_claims_a_file_of_another_shape() -> None:
    from evidence_kit.chats.formats import messenger_json

    assert messenger_json.FORMAT.claims(FileHead(b'{"participants":["a"],"messages":[]}'), "") is FormatVote.NO
