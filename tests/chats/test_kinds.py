"""Kinds of what was read wrongly: in every format that has them, the right value."""

from __future__ import annotations

import io
from typing import Any

import pytest

from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.message import (
    AttachmentStatus,
    Message,
    MessageEvent,
    MessageFlag,
    MessageKind,
    TimeKind,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.registry import Recognised, recognise_format
from evidence_kit.chats.told import person_name
from evidence_kit.chats.worker import find_identifiers, reading_facts
from tests.chats.reading import entries_of, messages_of, sample_bytes, sample_messages, unread_of


def words_of(message: Message) -> list[tuple[str, str]]:
    return [(each.role.value, each.text) for each in message.words]


def facts(path: str) -> Any:
    return reading_facts(io.BytesIO(sample_bytes(path)), {"name": path, "beside": None})


def found_in(path: str) -> dict[str, Any]:
    chosen = recognise_format(sample_bytes(path)[:65536], path)
    assert isinstance(chosen, Recognised)
    arguments: dict[str, Any] = {"name": path, "format": chosen.format.name, "count": 100}
    answer: Any = find_identifiers(io.BytesIO(sample_bytes(path)), arguments)
    return {each["value"]: each for each in answer["found"]}


def test_telegram_tells_what_stands_beside_the_text() -> None:
    messages = sample_messages("telegram/words/result.json", "telegram-json")
    assert [message.event.code for message in messages[:4] if message.event] == [
        "took-screenshot", "called", "set-timer", "gave-gift",
    ]  # fmt: skip
    assert messages[1].kind is MessageKind.CALL
    assert messages[2].event == MessageEvent("set-timer", {"duration": "24:00:00"})
    assert words_of(messages[3]) == [("gift", "demain 3000 ou je publie")]
    assert messages[4].event == MessageEvent("asked-to-pay", {"amount": "250 stars"})
    assert words_of(messages[5]) == [("title", "Ce que tu dois faire"), ("task", "payer 3000"), ("task", "te taire")]
    assert words_of(messages[6]) == [("question", "Je publie ?"), ("option", "oui"), ("option", "non")]
    assert words_of(messages[7]) == [("invoice", "Silence"), ("invoice", "3000 dh"), ("invoice", "3000.00 MAD")]
    assert words_of(messages[8]) == [("contact", "Compte Test"), ("contact", "+212 600 000000")]
    assert words_of(messages[10]) == [("button", "Payer ici"), ("button", "https://pay.example/abc")]
    assert ("place", "Café du Port") in words_of(messages[11])


def test_a_number_in_pieces_of_a_telegram_message_is_one_number() -> None:
    messages = sample_messages("telegram/blocks/result.json", "telegram-json")
    assert ("note", "Paie 3000 dh sur le RIB 007640001234567890123456.") in words_of(messages[1])
    assert "007640001234567890123456" in found_in("telegram/blocks/result.json")


def test_a_forward_on_a_page_of_telegram_is_flagged_with_its_origin() -> None:
    messages = sample_messages("telegram/forwarded/messages.html", "telegram-html")
    assert [MessageFlag.FORWARDED in message.flags for message in messages] == [
        False,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [person_name(message.sender) for message in messages[:5]] == ["Anonyme"] * 5
    assert words_of(messages[1]) == words_of(messages[2]) == [("origin", "Karim")]
    assert words_of(messages[4]) == [("note", "via @gif")]
    assert words_of(messages[5]) == [("button", "Payer 3000 ici"), ("button", "https://pay.example/abc")]
    assert [each["name"] for each in facts("telegram/forwarded/messages.html")["conversations"][0]["participants"]] == [
        "Anonyme"
    ]


def test_a_share_has_its_link_its_title_and_whose_it_is() -> None:
    path = "instagram/shares/your_instagram_activity/messages/inbox/anonyme_1/message_1.json"
    messages = sample_messages(path, "instagram-json")
    assert words_of(messages[1]) == [
        ("link", "https://www.instagram.com/reel/XYZ/"), ("title", "3000 ou je publie"), ("origin", "compte_test"),
    ]  # fmt: skip
    assert facts(path)["conversations"][0]["members"] == ["Nadia", "Anonyme"]


def test_snapchats_status_records_are_events() -> None:
    messages = sample_messages("snapchat/events/chat_history.json", "snapchat-json")
    assert [message.event.code if message.event else None for message in messages] == [
        "saved-media", "took-screenshot", "deleted-message", "call-missed", None, None,
    ]  # fmt: skip
    assert messages[2].flags == {MessageFlag.DELETED}


def test_old_snapchat_is_a_conversation_for_each_friend() -> None:
    messages = sample_messages("snapchat/old/chat_history.json", "snapchat-json")
    assert [message.conversation.id for message in messages] == ["lina_x", "omar_x", "lina_x", "omar_x"]
    assert [[each.display for each in message.to] for message in messages] == [[], [], ["lina_x"], ["omar_x"]]
    assert [message.sender.is_owner for message in messages if message.sender] == [False, False, True, True]
    told = [
        [each["name"] for each in talk["participants"]]
        for talk in facts("snapchat/old/chat_history.json")["conversations"]
    ]
    assert told == [["lina_x", "(owner)"], ["omar_x", "(owner)"]]


def test_of_a_group_message_the_number_that_wrote_is_the_sender() -> None:
    messages = sample_messages("sms/group/sms-20260914.xml", "sms-backup-restore")
    assert [person_name(message.sender) for message in messages] == ["+212600000000", "+212600000001", "(owner)"]
    assert len(messages[0].to) == 3
    assert messages[0].conversation.members == ("+212600000000", "+212600000001", "+212600000002")


def test_signals_files_lie_under_the_digest_of_digest_and_key() -> None:
    path = "signal/own/signal-backup-2026-09-14-18-00-00/main.jsonl"
    name = "files/eb/eb98f8a8edc7c3ef10bf8537f17c017184835c5ed50bfa09a5cb19925695f5e4.jpg"
    messages = sample_messages(path, "signal-plaintext", frozenset({f"x/{name}"}))
    assert [(each.name_in_source, each.status) for each in messages[0].attachments] == [
        (name, AttachmentStatus.PRESENT)
    ]
    assert ("file", "IMG_0001.jpg") in words_of(messages[0])
    assert (messages[2].kind, messages[2].flags) == (MessageKind.DELETED, frozenset({MessageFlag.DELETED}))
    assert words_of(messages[3]) == [("earlier", "3000 ou je publie")]
    assert words_of(messages[4]) == [("story", "🔥")]
    assert messages[5].event is not None
    assert messages[5].event.code == "longer-text"
    assert messages[6].event == MessageEvent("set-timer", {"duration": "1:00:00"})
    assert words_of(messages[7]) == [("contact", "Compte"), ("contact", "+212600000001")]
    assert "vanish" in facts(path)["decided"]["left-out"]


@pytest.mark.parametrize("folder", ["a", "b"])
def test_signals_markdown_is_no_whatsapp(folder: str) -> None:
    for name in (f"signal/export-3/{folder}/chat.md", ""):
        found = recognise_format(sample_bytes(f"signal/export-3/{folder}/chat.md"), name)
        assert isinstance(found, Recognised)
        assert found.format.name == "signal-export-text"


def test_reactions_deletions_and_calls_of_signals_export_program() -> None:
    text = sample_messages("signal/export-3/a/chat.md", "signal-export-text", frozenset({"Anonyme/media/photo.jpg"}))
    assert [(each.emoji, each.actor) for each in text[2].reactions] == [("😡", "Me")]
    assert "😡" not in text[2].text
    assert text[2].attachments[0].status is AttachmentStatus.PRESENT
    assert text[1].sender is not None
    assert text[1].sender.is_owner is True
    deleted, _, call = sample_messages("signal/export-3/b/chat.md", "signal-export-text")
    assert (deleted.kind, deleted.flags, call.kind) == (
        MessageKind.DELETED,
        frozenset({MessageFlag.DELETED}),
        MessageKind.CALL,
    )
    records = sample_messages("signal/export-3/c/data.json", "signal-export-json")
    assert [(each.emoji, each.actor) for each in records[0].reactions] == [("😡", "Me"), ("👎", "Karim")]
    assert [record.kind.value for record in records] == ["text", "deleted", "call", "media_omitted", "media", "text"]
    assert records[5].time.reason == "stands-for-none"
    assert facts("signal/export-3/c/data.json")["conversations"][0]["newest_first"] is False


def test_what_others_did_below_a_message_is_no_word_of_its_sender() -> None:
    path = "imessage/tapbacks/+212600000017.txt"
    messages = sample_messages(path, "imessage-text")
    assert [message.text for message in messages] == ["envoie 1500 dh", "je paie demain, mon numero 0600000099", "non"]
    assert [(each.text, each.by) for each in messages[0].words] == [("je paie demain, mon numero 0600000099", "Me")]
    assert [(each.emoji, each.actor) for each in messages[2].reactions] == [("Loved", "+212600000017")]
    assert found_in(path)["+212600000099"]["senders"] == [{"name": "Me", "count": 1}]


def test_a_first_moment_is_no_time_in_any_format() -> None:
    apple = b"Dec 31, 2000  4:00:00 PM\n+212600000000\n3000\n\n"
    signal = b'{"date": "1970-01-01T00:00:00", "sender": "A", "body": "a"}\n'
    for data, name in ((apple, "imessage-text"), (signal, "signal-export-json")):
        time = messages_of(data, name)[0].time
        assert (time.value, time.reason) == (None, "stands-for-none"), name


@pytest.mark.parametrize(
    ("name", "path", "text", "calendar"),
    [
        ("whatsapp-text", "_chat.txt", "[24/3/1448 AH, 18:02:11] Nadia: a\n[25/3/1448 AH, 9:03:40] A: b\n", "hijri"),
        ("whatsapp-text", "_chat.txt", "[24/3/1405 AP, 18:02:11] Nadia: a\n[25/3/1405 AP, 9:03:40] A: b\n", "persian"),
        ("whatsapp-text", "WhatsApp Chat with A.txt", "14/9/2569, 18:02 - A: a\n15/9/2569, 18:03 - B: b\n", "buddhist"),
        ("whatsapp-text", "WhatsApp Chat with A.txt", "21:02, 20 Aug - A: a\n21:03, 20 Aug - B: b\n", "no-year"),
        (
            "line-text",
            "a.txt",
            "[LINE] Chat history with A\nSaved on: 14/9/2569 18:00\n\n14/9/2569\n18:02\tA\ta\n",
            "buddhist",
        ),
        ("line-text", "a.txt", "[LINE] Chat history with A\nSaved on: 1448\n\n24/3/1448\n18:02\tA\ta\n", "not-known"),
        ("whatsapp-text", "WhatsApp Chat with A.txt", "14/9/2026, 18:02 - A: a\n15/9/2026, 18:03 - B: b\n", None),
    ],
)
def test_a_file_that_counts_its_days_otherwise_says_so(name: str, path: str, text: str, calendar: str | None) -> None:
    facts: Any = reading_facts(io.BytesIO(text.encode()), {"name": path})
    assert facts["format"] == name
    assert facts["decided"].get("calendar") == calendar
    times = [each.time for each in messages_of(text.encode(), name)]
    known = calendar in {None, "buddhist"}
    assert all((time.value is None) is not known and time.kind is TimeKind.LOCAL for time in times)
    assert not known or all(str(time.value).startswith("2026-09-1") for time in times)


def test_google_dates_of_other_languages_and_of_deletions() -> None:
    messages = sample_messages("google-chat/Groups/DM es/messages.json", "google-chat-json")
    assert [message.time.value for message in messages] == [
        "2026-09-14T18:00:00Z", "2026-03-03T18:00:00Z", "2026-09-14T18:05:00Z", "2026-09-14T20:44:40Z",
        "2026-09-14T18:54:36Z",
    ]  # fmt: skip
    assert messages[3].time.reason == "time-of-the-deletion"


@pytest.mark.parametrize(
    ("path", "name", "texts"),
    [
        ("viber/Messages - Anonyme.csv", "viber-text", ["3000 dh ou je publie", "qui es-tu"]),
        ("viber/Anonyme.txt", "viber-text", ["3000 dh ou je publie", "qui es-tu"]),
        ("hangouts/Hangouts.json", "hangouts-json", ["3000 ou je publie"]),
        ("discord/exporter-html/general.html", "discord-exporter-html", ["3000 ou je publie"]),
        ("tiktok/text/Chat History.txt", "tiktok-text", ["paie 500 dh", "non"]),
    ],
)
def test_exports_that_were_not_read_are_read(path: str, name: str, texts: list[str]) -> None:
    messages = sample_messages(path, name)
    assert [message.text for message in messages] == texts
    assert all(message.time.value and person_name(message.sender) for message in messages)


def test_vibers_table_has_numbers_and_texts_of_several_lines() -> None:
    row = '="14/09/2026"\t18:02:56\t="Anonyme"\t="+212600000000"\t"un ""deux""\n="15/09" trois"\n'
    message = messages_of((row + row).encode(), "viber-text")[0]
    assert message.text == 'un "deux"\n="15/09" trois'
    assert message.sender is not None
    assert [account.value for account in message.sender.ids] == ["+212600000000"]


def test_a_discord_page_keeps_the_author_of_messages_in_a_row() -> None:
    page = (
        "<div class=chatlog><div class=chatlog__message-group>"
        "<div class=chatlog__message-container data-message-id=1>"
        "<span class=chatlog__author title=lina data-user-id=7>"
        "Lina</span><span class=chatlog__timestamp title='14 September 2026 18:00'></span>"
        "<div class=chatlog__content>un</div><div class=chatlog__attachment><a href=a_Files/b.jpg>"
        "<img src=a_Files/b.jpg></a></div></div>"
        "<div class=chatlog__message-container data-message-id=2>"
        "<div class=chatlog__reply><div class=chatlog__reply-author>"
        "Omar</div><div class=chatlog__reply-content>salut</div></div><div class=chatlog__content>deux "
        "<a href='https://pay.example/abc'>ici</a></div></div></div></div>"
    )
    first, second = messages_of(
        page.encode(), "discord-exporter-html", Surroundings("x.html", frozenset({"a_Files/b.jpg"}))
    )
    assert [person_name(each.sender) for each in (first, second)] == ["Lina", "Lina"]
    assert [(each.name_in_source, each.status.value) for each in first.attachments] == [("a_Files/b.jpg", "present")]
    assert [(each.role.value, each.text, each.by) for each in second.words] == [
        ("quote", "salut", "Omar"), ("link", "https://pay.example/abc", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("unreadable/discord.csv", "discord-exporter-csv"),
        ("unreadable/discord.txt", "discord-exporter-txt"),
        ("unreadable/sigtop.json", "sigtop-json"),
        ("unreadable/sigtop.txt", "sigtop-text"),
        ("unreadable/sms-ie.json", "sms-ie-json"),
        ("unreadable/line-windows.txt", "line-windows-text"),
    ],
)
def test_exports_that_are_not_read_are_named(path: str, name: str) -> None:
    found = recognise_format(sample_bytes(path))
    assert isinstance(found, Recognised)
    assert found.format.name == name
    assert [(each.why, bool(each.detail)) for each in unread_of(sample_bytes(path), name)] == [
        (UnreadReason.UNSUPPORTED, True)
    ]


def test_a_hangouts_owner_link_and_renaming_are_told() -> None:
    data = (
        b'{"conversations":[{"conversation":{"conversation_id":{"id":"U"},"conversation":{"self_conversation_state":'
        b'{"self_read_state":{"participant_id":{"gaia_id":"2"}}},"participant_data":[{"id":{"gaia_id":"2"},'
        b'"fallback_name":"Nadia"}]}},"events":[{"sender_id":{"gaia_id":"2"},"timestamp":"1789408800000000","event_type":'
        b'"REGULAR_CHAT_MESSAGE","chat_message":{"message_content":{"segment":[{"type":"LINK","text":"ici","link_data":'
        b'{"link_target":"https://pay.example"}},{"type":"LINE_BREAK"},{"type":"TEXT","text":"vite"}]}}},'
        b'{"sender_id":{"gaia_id":"3"},"timestamp":"1789408800000001","event_type":"RENAME_CONVERSATION",'
        b'"conversation_rename":{"new_name":"Notfall","old_name":"a"}}]}]}'
    )
    first, second = messages_of(data, "hangouts-json")
    assert first.sender is not None
    assert (first.sender.display, first.sender.is_owner, first.text) == ("Nadia", True, "ici\nvite")
    assert words_of(first) == [("link", "https://pay.example")]
    assert (second.event, words_of(second)) == (MessageEvent("renamed"), [("title", "Notfall"), ("earlier", "a")])


def test_a_line_message_that_was_taken_back_names_who_did() -> None:
    data = b"[LINE] Chat history with A\n2025/05/13(Tue)\n10:00\tLina unsent a message.\n"
    message = messages_of(data, "line-text")[0]
    assert (person_name(message.sender), message.kind, message.flags) == (
        "Lina",
        MessageKind.DELETED,
        frozenset({MessageFlag.DELETED}),
    )


def test_what_skype_quotes_is_no_word_of_the_sender() -> None:
    content = '<quote authorname=\\"Nadia\\">mon numero 0612345678</quote>paie'
    data = (
        '{"userId":"8:a","conversations":[{"id":"8:b","MessageList":[{"id":"1","messagetype":"RichText","content":"'
        + content
        + '","from":"8:b","properties":{"emotions":[{"key":"angry","users":[{"mri":"8:a","time":1789408800000}]}]}}]}]}'
    ).encode()
    message = messages_of(data, "skype-json")[0]
    assert message.text == "paie"
    assert [(each.text, each.by) for each in message.words] == [("mon numero 0612345678", "Nadia")]
    assert [(each.emoji, each.actor) for each in message.reactions] == [("angry", "8:a")]


def test_nothing_is_unread_in_the_new_samples() -> None:
    for path, name in (("viber/Anonyme.txt", "viber-text"), ("hangouts/Hangouts.json", "hangouts-json")):
        assert not [entry for entry in entries_of(sample_bytes(path), name) if isinstance(entry, Unread)]
