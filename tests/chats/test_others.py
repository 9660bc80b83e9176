"""Signal, X, Snapchat, TikTok, iMessage, Discord, Google Chat, Skype, LINE, and what cannot be read."""

from __future__ import annotations

import json

import pytest

from evidence_kit.chats.message import AttachmentStatus, LineSpan, MessageFlag, MessageKind, TimeKind, UnreadReason
from evidence_kit.chats.registry import Contested, NoChat, Recognised, recognise_format
from tests.chats.reading import entries_of, messages_of, sample_bytes, sample_messages, unread_of


def kinds(path: str, name: str) -> list[str]:
    return [message.kind.value for message in sample_messages(path, name)]


def test_signal_frames_name_people_and_chats_before_messages() -> None:
    messages = sample_messages("signal/plaintext/main.jsonl", "signal-plaintext")
    assert messages[0].conversation.title == "Salma"
    assert [message.sender.is_owner for message in messages[:2] if message.sender] == [False, True]
    assert [(each.emoji, each.time.value) for each in messages[0].reactions] == [("👍", "2025-05-13T21:04:10.000Z")]


def test_signal_may_hold_line_ends_inside_strings() -> None:
    assert sample_messages("signal/plaintext/main.jsonl", "signal-plaintext")[1].text == "une ligne\net une autre"


def test_signal_keeps_deleted_view_once_edited_and_vanishing_messages() -> None:
    messages = sample_messages("signal/plaintext/main.jsonl", "signal-plaintext")
    assert [message.flags for message in messages[1:5]] == [
        {MessageFlag.SELF_DESTRUCT}, {MessageFlag.EDITED}, {MessageFlag.DELETED}, {MessageFlag.VIEW_ONCE},
    ]  # fmt: skip
    assert messages[5].kind is MessageKind.CALL


def test_a_broken_frame_costs_its_line_alone() -> None:
    item = b'{"chatItem":{"chatId":"1","dateSent":"1"}}\n'
    data = b'{"version":"1"}\n{"chat":{"id":"1"}}\n{"chatItem":{"chatId":"1","a\n' + item
    assert len(messages_of(data, "signal-plaintext")) == 1
    assert [(entry.why, entry.place.lines) for entry in unread_of(data, "signal-plaintext")] == [
        (UnreadReason.MALFORMED, LineSpan(3, 3))
    ]


def test_signal_export_is_read_as_json_and_as_text() -> None:
    first, second = sample_messages("signal/signal-export/Salma/data.json", "signal-export-json")
    assert (first.conversation.title, second.attachments[0].name_in_source) == ("Salma", "media/a.jpg")
    text = sample_messages("signal/signal-export/Salma/chat.md", "signal-export-text")
    assert [message.time.value for message in text] == ["2025-05-13T21:04:00", "2025-05-13T21:05"]
    assert text[1].sender is not None
    assert text[1].sender.is_owner


def test_a_whatsapp_chat_with_the_year_first_is_not_taken_for_markdown() -> None:
    chosen = recognise_format(b"[2025-05-13 21:04:00] Salma: salut\n[2025-05-13 21:05:00] Nour: oui\n", "_chat.txt")
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == "whatsapp-text"


def test_x_stands_behind_an_assignment_and_names_people_by_number() -> None:
    first = sample_messages("x/data/direct-messages.js", "x-archive", frozenset({"direct_messages_media/5-photo.jpg"}))[
        0
    ]
    assert first.sender is not None
    assert (first.sender.display, first.sender.ids[0].value) == (None, "1")
    assert first.attachments[0].status is AttachmentStatus.PRESENT
    assert first.conversation.id == "1-2"
    assert first.text == "paye &amp; vite"


def test_x_joins_and_renamings_are_messages_too() -> None:
    path = "x/data/direct-messages-group.js"
    assert kinds(path, "x-archive") == ["system", "system", "text"]
    details = sample_messages(path, "x-archive")[0].details
    assert details is not None
    assert (details["event"], details["name"]) == ("conversationNameUpdate", "Groupe")


def test_snapchats_microseconds_are_milliseconds() -> None:
    messages = sample_messages("snapchat/json/chat_history.json", "snapchat-json")
    assert messages[0].time.value == "2025-05-13T20:04:00.123Z"
    assert (messages[2].time.value, messages[2].time.kind) == ("2025-05-13T20:06:00Z", TimeKind.UTC)


def test_snapchats_entities_are_undone_and_the_original_kept() -> None:
    message = sample_messages("snapchat/json/chat_history.json", "snapchat-json")[0]
    assert message.text == "l'argent & vite"
    assert message.details is not None
    assert message.details["text-before-unescaping"] == "l&#39;argent &amp; vite"


def test_snapchat_does_not_export_text_that_was_not_saved() -> None:
    assert kinds("snapchat/json/chat_history.json", "snapchat-json") == ["text", "media", "unsupported"]


def test_older_snapchat_files_say_by_the_list_who_wrote() -> None:
    messages = sample_messages("snapchat/json-older/chat_history.json", "snapchat-json")
    assert [message.sender.is_owner for message in messages if message.sender] == [False, True]


@pytest.mark.parametrize("path", ["tiktok/user_data.json", "tiktok/user_data-older.json"])
def test_tiktok_dates_are_utc_by_the_format(path: str) -> None:
    message = sample_messages(path, "tiktok-json")[0]
    assert (message.time.kind, message.time.reason) == (TimeKind.UTC, "utc-by-the-format")
    assert message.conversation.title == "salma_b"


@pytest.mark.parametrize(
    "sections",
    [
        ("Direct Messages", "ChatHistory"),
        ("Direct Message", "ChatHistory"),
        ("Activity", "Direct Messages", "ChatHistory"),
    ],
)
def test_tiktok_has_moved_its_chats_and_changed_their_names(sections: tuple[str, ...]) -> None:
    told: object = {"salma_b": [{"Date": "2025-05-13 20:04:00", "From": "salma_b", "Content": "envoie"}]}
    for section in reversed(sections):
        told = {section: told}
    data = json.dumps(told).encode()
    assert isinstance(recognise_format(data, "user_data.json"), Recognised)
    assert [message.text for message in messages_of(data, "tiktok-json")] == ["envoie"]


def test_an_imessage_export_names_no_zone_and_none_is_invented() -> None:
    times = [message.time for message in sample_messages("imessage/+212612345678.txt", "imessage-text")]
    assert {time.kind for time in times} == {TimeKind.LOCAL}


def test_skype_tells_when_a_message_was_edited_or_deleted() -> None:
    first, *_, last = sample_messages("skype/messages.json", "skype-json")
    assert first.details is not None
    assert last.details is not None
    assert first.details["properties"] == {"edittime": "1747166700123"}
    assert last.details["properties"] == {"deletetime": "1747166900123"}
    assert MessageFlag.DELETED in last.flags


def test_imessage_blocks_have_date_sender_and_text() -> None:
    messages = sample_messages("imessage/+212612345678.txt", "imessage-text")
    assert messages[0].time.value == "2025-05-13T21:02:11"
    assert messages[0].text == "Salut"
    assert messages[0].sender is not None
    assert messages[0].sender.ids[0].type == "phone"
    assert [message.kind.value for message in messages] == ["text", "media", "text", "deleted", "system"]
    assert messages[2].flags == {MessageFlag.EDITED}


def test_discord_counts_its_messages() -> None:
    assert kinds("discord/exporter/general.json", "discord-exporter-json") == ["media", "system", "text"]
    wrong = unread_of(sample_bytes("discord/exporter/count-is-wrong.json"), "discord-exporter-json")
    assert [entry.why for entry in wrong] == [UnreadReason.WRONG_COUNT]


def test_discord_replies_edits_and_reactions_are_read() -> None:
    messages = sample_messages("discord/exporter/general.json", "discord-exporter-json")
    assert messages[0].flags == {MessageFlag.EDITED}
    assert messages[2].reply_to == "3"
    assert [(each.emoji, each.actor) for each in messages[0].reactions] == [("👍", "nour")]
    assert messages[0].attachments[0].status is AttachmentStatus.NOT_EXPORTED


def test_discords_package_holds_only_the_owners_words() -> None:
    path = "discord/package/messages/c22/messages.json"
    messages = sample_messages(path, "discord-package-json")
    assert all(message.sender and message.sender.is_owner for message in messages)
    assert messages[0].native_id == "123456789012345678"
    assert messages[0].conversation.id == "22"


def test_discords_older_package_is_a_table() -> None:
    messages = sample_messages("discord/package/messages/c23/messages.csv", "discord-package-csv")
    assert messages[0].text == 'deux\nlignes, et une "virgule"'
    assert messages[0].time.value == "2023-05-13T20:04:00.123+00:00"
    assert messages[1].attachments[0].status is AttachmentStatus.NOT_EXPORTED
    broken = b"ID,Timestamp,Contents,Attachments\n123456789012345680,x\n"
    assert UnreadReason.MALFORMED in {entry.why for entry in unread_of(broken, "discord-package-csv")}


def test_google_chat_dates_are_in_the_accounts_language_and_in_utc() -> None:
    messages = sample_messages("google-chat/Groups/DM abc/messages.json", "google-chat-json")
    assert [message.time.value for message in messages] == [
        "2025-05-13T21:02:11Z", "2025-05-13T21:03:11Z", "2025-05-13T21:04:11Z",
    ]  # fmt: skip


def test_a_deleted_google_message_names_nobody() -> None:
    message = sample_messages("google-chat/Groups/DM abc/messages.json", "google-chat-json")[2]
    assert (message.kind, message.sender) == (MessageKind.DELETED, None)


def test_skype_markup_is_shown_as_text_and_kept() -> None:
    message = sample_messages("skype/messages.json", "skype-json")[0]
    assert message.text == "l'argent vite :)"
    assert message.details is not None
    assert str(message.details["content"]).startswith("l&apos;argent <b")
    assert message.flags == {MessageFlag.EDITED}


def test_skype_knows_its_owner_files_calls_and_deletions() -> None:
    messages = sample_messages("skype/messages.json", "skype-json")
    assert [message.sender.is_owner for message in messages if message.sender] == [False, True, False, False]
    assert messages[1].text.startswith("To view this")
    assert messages[1].kind is MessageKind.MEDIA
    assert messages[1].attachments[0].name_in_source == "a.jpg"
    assert [message.kind for message in messages[2:]] == [MessageKind.CALL, MessageKind.DELETED]


def test_line_has_the_day_on_a_line_of_its_own_and_quotes_around_lines() -> None:
    messages = sample_messages("line/[LINE] Chat with Salma.txt", "line-text")
    assert [message.time.value for message in messages][::5] == ["2025-05-13T21:02", "2025-05-14T09:00"]
    assert messages[1].text == "deux\nlignes"
    assert [message.kind.value for message in messages] == [
        "text", "text", "media_omitted", "call", "deleted", "text",
    ]  # fmt: skip
    assert messages[0].conversation.title == "Salma"


@pytest.mark.parametrize(
    ("name", "data", "format_name"),
    [
        ("boite.pst", b"!BDN" + bytes(60), "outlook-pst"),
        ("x/signal-2025-05-13-21-02-11.backup", bytes(64), "signal-encrypted-backup"),
        ("Databases/msgstore.db.crypt15", bytes(64), "whatsapp-encrypted-database"),
        ("Databases/msgstore.db.crypt14", bytes(64), "whatsapp-older-encrypted-database"),
        ("msgstore-2024-01-02.1.db.crypt12", bytes(64), "whatsapp-older-encrypted-database"),
        ("viber_messages", b"SQLite format 3\0" + bytes(48), "viber-database"),
    ],
)
def test_what_cannot_be_read_is_named_for_what_it_is(name: str, data: bytes, format_name: str) -> None:
    chosen = recognise_format(data, name)
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == format_name
    assert [entry.why for entry in unread_of(data, format_name)] == [UnreadReason.UNSUPPORTED]


def test_two_formats_that_claim_one_file_are_a_recorded_outcome() -> None:
    both = b'{"userId":"8:a","conversations":[],"guild":{},"channel":{},"messages":[]}'
    chosen = recognise_format(both)
    assert isinstance(chosen, Contested)
    assert set(chosen.names) == {"skype-json", "discord-exporter-json"}


def test_a_picture_is_no_chat() -> None:
    assert isinstance(recognise_format(b"\xff\xd8\xff\xe0" + bytes(100), "IMG-20250503-WA0001.jpg"), NoChat)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("CALL", "call"),
        ("STATUSERASEDMESSAGE", "system"),
        ("STICKER", "media_omitted"),
        ("SHARE", "unsupported"),
    ],
)
def test_snapchats_types_are_kinds(media_type: str, kind: str) -> None:
    data = f'{{"a":[{{"From":"a","Media Type":"{media_type}","Created":"2025-05-13 20:04:00 UTC"}}]}}'.encode()
    assert [message.kind.value for message in messages_of(data, "snapchat-json")] == [kind]


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("media_call", "call"),
        ("media_location", "location"),
        ("media_poll", "poll"),
        ("media_contact", "contact"),
    ],
)
def test_telegram_pages_name_what_is_no_text(media: str, kind: str) -> None:
    reaction = '<p class="reaction"><b class="emoji">👍</b><b class="initials" title="Nour">N</b></p>'
    data = (
        '<div class="message default clearfix" id="message1"><div class="body">'
        '<div class="date details" title="soon"></div>'
        f'<div class="media_wrap"><div class="media {media}">x</div></div>{reaction}</div></div>'
    ).encode()
    message = messages_of(data, "telegram-html")[0]
    assert message.kind.value == kind
    assert message.time.value is None
    assert [(each.emoji, each.actor) for each in message.reactions] == [("👍", "Nour")]


@pytest.mark.parametrize(
    ("day", "clock", "value"),
    [
        ("2024.02.01 Thursday", "12:30 PM", "2024-02-01T12:30"),
        ("Sun, 26/04/2026", "04:35PM", "2026-04-26T16:35"),
        ("Mon, 11/03/2025", "8:15AM", "2025-11-03T08:15"),
        ("Wed, 11/03/2025", "8:15AM", None),
        ("11/03/2025", "8:15AM", None),
    ],
)
def test_line_writes_the_day_and_the_clock_in_several_ways(day: str, clock: str, value: str | None) -> None:
    data = f"[LINE] Chat history with A\nSaved on: x\n\n{day}\n{clock}\tA\thi\n".encode()
    assert [message.time.value for message in messages_of(data, "line-text")] == [value]


def test_every_reader_can_be_stopped_half_way() -> None:
    data = sample_bytes("skype/messages.json")
    assert entries_of(data, "skype-json")[:1]
