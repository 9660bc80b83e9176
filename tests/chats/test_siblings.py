"""Kinds of trouble that were met in one format, in the others that have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_kit.chats.message import MessageEvent, MessageFlag, MessageKind
from evidence_kit.chats.registry import Recognised, recognise_format
from tests.chats.reading import messages_of


def words(message: Any) -> list[tuple[str, str, str | None]]:
    return [(each.role.value, each.text, each.by) for each in message.words]


def discord(**more: Any) -> bytes:
    record = {"id": "1", "type": "Default", "timestamp": "2026-09-14T18:00:00+00:00", "content": "", **more}
    record |= {"author": {"id": "9", "name": "anonyme"}}
    told = {"guild": {"id": "0", "name": "DM"}, "channel": {"id": "1", "name": "a"}, "messages": [record]}
    return json.dumps(told).encode()


def test_a_forward_of_discord_is_another_persons_words_and_brings_its_files() -> None:
    passed_on = {"content": "je publie demain", "attachments": [{"url": "g.json_Files/a.png", "fileName": "a.png"}]}
    (message,) = messages_of(
        discord(forwardedMessage=passed_on, reference={"messageId": "7", "type": "Forward"}), "discord-exporter-json"
    )
    assert message.flags == {MessageFlag.FORWARDED}
    assert [each.name_in_source for each in message.attachments] == ["g.json_Files/a.png"]
    assert words(message) == [("quote", "je publie demain", "?")]
    assert message.kind is MessageKind.MEDIA


def test_a_poll_of_discord_is_one() -> None:
    poll = {"question": {"text": "Je publie ?"}, "answers": [{"text": "oui"}, {"poll_media": {"text": "non"}}]}
    (message,) = messages_of(discord(poll=poll), "discord-exporter-json")
    assert message.kind is MessageKind.POLL
    assert words(message) == [("question", "Je publie ?", None), ("option", "oui", None), ("option", "non", None)]


def test_what_tiktok_puts_beside_the_content_is_told() -> None:
    record = {
        "Date": "2026-09-14 18:00:00",
        "From": "a",
        "Content": "",
        "SharedVideo": {"Title": "je publie", "Link": "l"},
    }
    told = {"Direct Message": {"Direct Messages": {"ChatHistory": {"Chat History with a:": [record]}}}}
    (message,) = messages_of(json.dumps(told).encode(), "tiktok-json")
    assert words(message) == [("title", "je publie", None), ("link", "l", None)]


@pytest.mark.parametrize(
    ("kind", "content", "expected", "event"),
    [
        ("RichText/Location", '<location latitude="35190000" longitude="-6150000" address="Larache"/>',
         [("place", "Larache"), ("place", "35.19"), ("place", "-6.15")], None),
        ("RichText/Contacts", '<contacts><c t="s" s="anon.7" f="Compte"/></contacts>',
         [("contact", "Compte"), ("contact", "anon.7")], None),
        ("RichText/Media_Card", '<URIObject><Swift b64="eyJ0aXRsZSI6IjMwMDAgZGgifQ=="/></URIObject>',
         [("note", "3000 dh")], None),
        ("ThreadActivity/TopicUpdate", "<topicupdate><eventtime>1</eventtime><initiator>8:b</initiator>"
         "<value>je publie</value></topicupdate>", [("title", "je publie")], MessageEvent("renamed")),
        ("ThreadActivity/AddMember", "<addmember><eventtime>1</eventtime><initiator>8:b</initiator>"
         "<target>8:c</target></addmember>", [], MessageEvent("added", {"names": "8:c"})),
    ],
)  # fmt: skip
def test_what_stands_in_skypes_elements_is_told(
    kind: str, content: str, expected: list[tuple[str, str]], event: MessageEvent | None
) -> None:
    record = {"id": "1", "originalarrivaltime": "2025-05-03T20:43:21Z", "messagetype": kind, "content": content}
    record |= {"from": "8:b", "displayName": "Lina"}
    told = {"userId": "8:a", "conversations": [{"id": "8:b", "displayName": "Lina", "MessageList": [record]}]}
    (message,) = messages_of(json.dumps(told).encode(), "skype-json")
    assert [(role, text) for role, text, _ in words(message)] == expected
    assert (message.text, message.event) == ("", event)


def test_who_left_a_conversation_of_x_is_named() -> None:
    left = {"participantsLeave": {"userIds": ["2", "3"], "createdAt": "2026-09-14T18:07:00.000Z"}}
    told = [{"dmConversation": {"conversationId": "1-2", "messages": [left]}}]
    (message,) = messages_of(b"window.YTD.direct_messages_group.part0 = " + json.dumps(told).encode(), "x-archive")
    assert message.event == MessageEvent("these-left", {"names": "2, 3"})


def test_a_group_of_x_is_called_by_its_name_and_who_leaves_it_by_themselves_left() -> None:
    left = {"participantsLeave": {"initiatingUserId": "2", "userIds": ["2"], "createdAt": "2026-09-14T18:07:00.000Z"}}
    told = [{"dmConversation": {"conversationId": "g", "name": "Je publie", "messages": [left]}}]
    (message,) = messages_of(b"window.YTD.direct_messages_group.part0 = " + json.dumps(told).encode(), "x-archive")
    assert message.conversation.title == "Je publie"
    assert message.event == MessageEvent("left")


def test_a_call_of_google_chat_and_one_of_hangouts_are_calls() -> None:
    record = {"created_date": "Monday, September 14, 2026 at 6:06:00 PM UTC", "topic_id": "t", "message_id": "m"}
    record["annotations"] = [{"gsuite_integration_metadata": {"call_data": {"call_status": "CALL_ENDED"}}}]  # type: ignore[assignment]
    (message,) = messages_of(json.dumps({"messages": [record]}).encode(), "google-chat-json")
    assert (message.kind, message.event, message.words) == (MessageKind.CALL, MessageEvent("call"), ())
    event = {"timestamp": "1789408900000000", "event_id": "b", "event_type": "HANGOUT_EVENT"}
    event["hangout_event"] = {"event_type": "END_HANGOUT", "hangout_duration_secs": "65"}  # type: ignore[assignment]
    told = {"conversations": [{"conversation": {"conversation_id": {"id": "x"}}, "events": [event]}]}
    (message,) = messages_of(json.dumps(told).encode(), "hangouts-json")
    assert (message.event, message.words) == (MessageEvent("called", {"duration": "0:01:05"}), ())


def test_what_line_left_out_is_an_attachment_that_is_lacking_and_a_place_is_one() -> None:
    text = "[LINE] Chat history with A\n\n2026/09/13(Sun)\n18:03\tA\t[Photo]\n18:04\tA\t[Location] Café 35.1,-6.1\n"
    photo, place = messages_of(text.encode(), "line-text")
    assert [each.status.value for each in photo.attachments] == ["omitted"]
    assert place.kind is MessageKind.LOCATION


def test_a_place_on_a_page_of_telegram_has_its_address() -> None:
    page = (
        '<div class="page_body chat_page"><div class="history"><div class="message default clearfix" id="message3">'
        '<div class="body"><div class="date details" title="14.09.2026 18:03:00 UTC+01:00">18:03</div>'
        '<div class="from_name">A</div><div class="media_wrap clearfix"><a class="media block_link media_location" '
        'href="https://maps.example/?q=35.1,-6.1"><div class="body"><div class="title bold">Location</div></div></a>'
        "</div></div></div></div></div>"
    )
    (message,) = messages_of(page.encode(), "telegram-html")
    assert ("link", "https://maps.example/?q=35.1,-6.1", None) in words(message)


def test_a_markdown_file_is_no_whatsapp_whatever_its_lines_end_with() -> None:
    found = recognise_format(b"[2026-09-14 18:00:00] A: a\n[2026-09-14 18:01:00] Me: b\n" * 9, "x/A/chat.md")
    assert isinstance(found, Recognised)
    assert found.format.name == "signal-export-text"
