"""Words outside of a text, events, owners, and from when to when messages go."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_kit.chats.identifiers.gathered import Gathering
from evidence_kit.chats.leaves import other_words, text_leaves
from evidence_kit.chats.message import (
    NO_TIME,
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    FurtherWords,
    Message,
    MessageEvent,
    MessageSender,
    MessageTime,
    Reaction,
    TimeKind,
    WordsRole,
)
from evidence_kit.chats.message_filter import MessageFilter
from evidence_kit.chats.span import MessageSpan
from evidence_kit.chats.told import OWNER, authored_texts, event_sentence, person_name, searched_texts
from evidence_kit.words import LANGUAGES, catalogue

POLL = Message(
    ByteRange(0, 9),
    Conversation("telegram", "x"),
    MessageSender("Anonyme"),
    NO_TIME,
    "",
    attachments=(Attachment("liste.pdf", AttachmentStatus.PRESENT),),
    words=(
        FurtherWords(WordsRole.QUESTION, "Je publie ? Ou 3000 dh"),
        FurtherWords(WordsRole.OPTION, "oui"),
        FurtherWords(WordsRole.QUOTE, "0612345678", "Nadia"),
    ),
    event=MessageEvent("took-screenshot"),
    reactions=(Reaction("😡", "Karim"),),
)


def test_words_outside_of_the_text_are_all_told_each_with_its_author() -> None:
    assert list(authored_texts(POLL)) == [("Je publie ? Ou 3000 dh", None), ("oui", None), ("0612345678", "Nadia")]


@pytest.mark.parametrize(
    "wanted",
    [
        "je publie",
        "oui",
        "0612345678",
        "liste.pdf",
        "karim",
        "😡",
        "took-screenshot",
        "capture d'écran",
        "screenshot of this",
        "التقط صورة",
    ],
)
def test_a_search_looks_through_everything_that_a_message_says(wanted: str) -> None:
    assert MessageFilter(search=wanted).wants(POLL, 0)
    assert not MessageFilter(search=wanted + "x").wants(POLL, 0)


def test_what_was_quoted_is_named_by_who_wrote_it() -> None:
    gathering = Gathering("MA")
    gathering.add(POLL)
    senders: dict[str, Any] = {value: gathering.row(kind, value, at)["senders"] for kind, value, at in gathering.rows()}
    assert senders["+212612345678"] == [{"name": "Nadia", "count": 1}]
    assert senders["3000 MAD"] == [{"name": "Anonyme", "count": 1}]


def test_a_code_has_the_services_of_all_its_places_and_none_besides() -> None:
    gathering = Gathering("MA")
    for text in ("code cash plus 12345678", "code wafacash 12345678", "code cash plus 12345678"):
        gathering.add(Message(ByteRange(0, 1), Conversation("whatsapp", "android"), MessageSender("A"), NO_TIME, text))
    found = gathering.row("transfer_code", "12345678", 0)
    assert found["details"] == {"services": ["cash plus", "wafacash"]}


def test_an_owner_without_a_name_is_a_person_all_the_same() -> None:
    assert person_name(MessageSender(None, (), is_owner=True)) == OWNER
    assert person_name(MessageSender(None, (AccountId("phone", "+212600000000"),), is_owner=True)) == "+212600000000"
    assert person_name(MessageSender("Nadia", (), is_owner=True)) == "Nadia"
    assert person_name(MessageSender(None)) is None
    owned = Message(ByteRange(0, 1), Conversation("sms", "x"), MessageSender(None, (), is_owner=True), NO_TIME, "non")
    assert MessageFilter(sender="(owner)").wants(owned, 0)


def test_every_event_has_a_sentence_in_every_language_that_names_the_same_values() -> None:
    events = [
        name.removeprefix("chats.event.") for name in catalogue("en").sentences if name.startswith("chats.event.")
    ]
    assert len(events) > 20
    values = dict.fromkeys(("name", "names", "duration", "amount", "file", "reason", "action"), "7")
    for language in LANGUAGES:
        assert all(event_sentence(language, code, values) != code for code in events)
    assert event_sentence("en", "no-such-event", {}) == "no-such-event"
    assert event_sentence("fr", "set-timer", {}) == "set-timer"


def test_every_place_of_words_has_a_name_in_every_language() -> None:
    for language in LANGUAGES:
        assert all(catalogue(language).knows(f"chats.word.{role.value}") for role in WordsRole)


def time(value: str | None, *readings: str) -> MessageTime:
    return MessageTime(value or "/".join(readings), TimeKind.LOCAL, value, readings=readings)


def spanned(*times: MessageTime) -> MessageSpan:
    span = MessageSpan()
    for each in times:
        span.add(each)
    return span


APRIL_5 = time(None, "2026-05-04", "2026-04-05")
MAY_5 = time("2026-05-05")
JUNE_5 = time(None, "2026-05-06", "2026-06-05")


def test_the_first_and_the_last_of_ambiguous_days_are_those_of_the_file() -> None:
    span = spanned(APRIL_5, MAY_5, JUNE_5)
    assert (span.first, span.last, span.newest_first) == (APRIL_5, JUNE_5, False)
    span = spanned(JUNE_5, MAY_5, APRIL_5)
    assert (span.first, span.last, span.newest_first) == (APRIL_5, JUNE_5, True)


def test_one_time_that_lies_elsewhere_does_not_turn_a_conversation() -> None:
    times = [time(f"2026-09-13T18:0{minute}") for minute in range(5)]
    span = spanned(*times, time("2025-02-01T10:00"))
    assert span.newest_first is False
    assert span.first is not None
    assert span.first.value == "2025-02-01T10:00"
    assert spanned(*reversed(times), time("2027-02-01T10:00")).newest_first is True


def test_messages_without_a_time_have_no_span() -> None:
    span = spanned(NO_TIME, MessageTime("?", TimeKind.NONE, None))
    assert (span.first, span.last, span.newest_first) == (None, None, False)


def test_texts_under_keys_that_nobody_knows_are_words_and_technical_ones_are_not() -> None:
    record = {"text": "a", "id": "7", "new": {"deep": ["b", {"link": "c", "id": "8"}]}, "flag": True, "number": 3}
    found = other_words(record, frozenset({"text"}), frozenset({"id"}), {"link": WordsRole.LINK})
    assert found == (FurtherWords(WordsRole.NOTE, "b"), FurtherWords(WordsRole.LINK, "c"))


def test_leaves_of_deep_nesting_take_no_recursion() -> None:
    deep: object = "found"
    for _ in range(5000):
        deep = [deep]
    assert list(text_leaves(deep, frozenset())) == [("", "found")]


def test_searched_texts_hold_no_event_where_there_is_none() -> None:
    plain = Message(ByteRange(0, 1), Conversation("sms", "x"), None, NO_TIME, "un")
    assert list(searched_texts(plain)) == ["un"]
