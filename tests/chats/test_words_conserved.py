"""The conservation rule for words: every text that a source holds is told, or stands on a list with its reason."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from evidence_kit.chats.folding import fold_text
from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.formats import (
    discord_exporter,
    google_chat,
    hangouts_json,
    signal_export_json,
    signal_plaintext,
    skype_json,
    snapchat_json,
    x_archive,
)
from evidence_kit.chats.markup import MarkupNode, parse_markup
from evidence_kit.chats.message import Conversation, Message, Metadata
from evidence_kit.chats.meta import records as meta
from evidence_kit.chats.meta.repair import undone_mojibake
from evidence_kit.chats.telegram import words as telegram
from evidence_kit.chats.told import event_sentences, searched_texts
from tests.chats.reading import LEDGER, entries_of, sample_bytes

# Keys whose texts a person does not need, beside those that a reader names as technical: by format, with the reason.
TOLD_ELSEWHERE = {
    "date": "the time of the message",
    "date_unixtime": "the time of the message",
    "date_sent": "kept among the details",
}
NOT_FOR_PEOPLE: dict[str, frozenset[str]] = {
    # Names of actions and types become events and kinds; identifiers and paths lead to accounts and files.
    "telegram-json": telegram.TECHNICAL
    | {"name", "id", "personal_information", "about", "currency", "from_id", "actor_id"},
    "messenger-json": meta.TECHNICAL | {"thread_path", "thread_type", "title", "participants"},
    "messenger-encrypted-json": meta.TECHNICAL | {"threadName", "participants"},
    "instagram-json": meta.TECHNICAL | {"thread_path", "title", "participants"},
    "snapchat-json": snapchat_json.TECHNICAL | {"Media IDs"},
    "signal-plaintext": signal_plaintext.TECHNICAL
    | {"id", "aci", "recipientId", "version", "mediaRootBackupKey", "username", "backupTimeMs", "account"},
    "signal-export-json": signal_export_json.TECHNICAL | {"date", "missing_kind", "path", "name"},
    "discord-exporter-json": discord_exporter.TECHNICAL | {"guild", "channel", "dateRange", "exportedAt", "author"},
    "google-chat-json": google_chat.TECHNICAL | {"created_date", "message_id", "export_name"},
    "skype-json": skype_json.TECHNICAL
    | {"id", "userId", "exportDate", "originalarrivaltime", "messagetype", "from", "displayName", "threadProperties"},
    "x-archive": x_archive.TECHNICAL | {"id", "senderId", "createdAt", "reactionKey"},
    "hangouts-json": hangouts_json.TECHNICAL | {"timestamp", "event_id", "conversation", "fallback_name"},
    "tiktok-json": frozenset({"Date"}),
    "discord-package-json": frozenset({"Timestamp", "ID"}),
}
JSON_SAMPLES = [sample for sample in LEDGER if sample["format"] in NOT_FOR_PEOPLE and not sample["unread"]]


def strings(value: object, skip: frozenset[str], key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in skip and name not in TOLD_ELSEWHERE:
                yield from strings(inner, skip, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, skip, key)


def decoded(path: str, data: bytes) -> list[Any]:
    text = data.decode("utf-8-sig")
    if path.endswith(".js"):
        text = text.partition("=")[2]
    try:
        return [json.loads(text, strict=False)]
    except json.JSONDecodeError:
        return [json.loads(line, strict=False) for line in re.split(r"\n(?=\{)", text) if line.strip()]


def told(message: Message) -> Iterator[str]:
    yield from searched_texts(message)
    sender, conversation = message.sender, message.conversation
    for person in (*((sender,) if sender else ()), *message.to):
        yield person.display or ""
        yield from (account.value for account in person.ids)
    yield from (words.by or "" for words in message.words)
    yield from (reaction.actor or "" for reaction in message.reactions)
    yield from (conversation.title or "", conversation.id or "", *conversation.members)
    if message.event is not None:
        yield from event_sentences(message.event)


def squeezed(text: str) -> str:
    return "".join(html.unescape(undone_mojibake(text) or text).split()).casefold()


@pytest.mark.parametrize("sample", JSON_SAMPLES, ids=lambda sample: str(sample["path"]))
def test_every_text_of_a_json_export_is_told_or_named_as_no_text(sample: dict[str, Any]) -> None:
    data = sample_bytes(sample["path"])
    entries = entries_of(data, sample["format"], Surroundings(sample["path"]))
    shown = "\n".join(squeezed(text) for entry in entries if isinstance(entry, Message) for text in told(entry))
    skip = NOT_FOR_PEOPLE[sample["format"]]
    lost = [
        text
        for document in decoded(sample["path"], data)
        for text in strings(document, skip)
        if text.strip() and squeezed(text) not in shown and not _is_markup(text, shown)
    ]
    assert lost == []


def _is_markup(text: str, shown: str) -> bool:
    """Say whether a text is markup or JSON of which all that can be read is told."""
    if text[:1] in {"{", "["}:
        inner = json.loads(text)
        return all(squeezed(each) in shown for each in strings(inner, frozenset()))
    if "<" in text:
        return all(squeezed(part) in shown for part in parse_markup(text).text().split("\n"))
    return text.startswith("(File ") or text in {"null"}


def test_a_text_under_a_key_that_nobody_knows_is_told_in_every_json_format() -> None:
    records = {
        "telegram-json": {"name": "a", "type": "x", "id": 1, "messages": [{"id": 1, "type": "message", "date": "x"}]},
        "messenger-json": {"participants": [{"name": "a"}], "messages": [{"sender_name": "a", "timestamp_ms": 1}]},
        "messenger-encrypted-json": {"threadName": "a", "messages": [{"senderName": "a", "timestamp": 1}]},
        "snapchat-json": {"a": [{"From": "a", "Media Type": "TEXT"}]},
        "discord-exporter-json": {"guild": {}, "channel": {}, "messages": [{"id": "1", "timestamp": "x"}]},
        "google-chat-json": {"messages": [{"topic_id": "t", "message_id": "m"}]},
        "skype-json": {"userId": "a", "conversations": [{"id": "b", "MessageList": [{"id": "1"}]}]},
        "hangouts-json": {"conversations": [{"conversation": {}, "events": [{"event_type": "X", "timestamp": "1"}]}]},
    }
    for name, document in records.items():
        _innermost(document)["quite_new"] = {"deep": ["3000 ou je publie"]}
        messages = [entry for entry in entries_of(json.dumps(document).encode(), name) if isinstance(entry, Message)]
        assert [words.text for words in messages[0].words] == ["3000 ou je publie"], name


def _innermost(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [document]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
            found = next((each for each in value if isinstance(each, dict)), found)
        elif isinstance(value, dict):
            waiting += value.values()
    return found


def test_a_conversation_says_once_who_takes_part() -> None:
    assert Conversation("x", "y").members == ()


PAGES = [sample for sample in LEDGER if str(sample["format"]).endswith("-html") and not sample["unread"]]
# Dates are times, initials stand in place of a picture, and what is answered is told by its number.
NOT_WORDS = frozenset(
    {"date", "reply_to", "initials", "userpic_wrap", "_a6-o", "_2lem", "_a72d", "meta", "chatlog__timestamp"}
)


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: str(sample["path"]))
def test_every_text_of_a_page_is_told_or_stands_about_the_whole(sample: dict[str, Any]) -> None:
    data = sample_bytes(sample["path"])
    entries = entries_of(data, sample["format"], Surroundings(sample["path"]))
    shown = [squeezed(text) for entry in entries if isinstance(entry, Message) for text in told(entry)]
    shown += [squeezed(str(entry.value)) for entry in entries if isinstance(entry, Metadata)]
    shown += [squeezed(entry.time.raw) for entry in entries if isinstance(entry, Message)]
    page = "\n".join(shown)
    # A name and the bot by which it wrote are two things.
    parts = [part for text in _visible(parse_markup(data.decode("utf-8"))) for part in text.split(" via ")]
    lost = [part for part in parts if squeezed(part) not in page]
    assert lost == []


def _visible(root: MarkupNode) -> Iterator[str]:
    waiting: list[MarkupNode | str] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if item.strip():
                yield item
        elif item.tag not in {"script", "style", "head"} and not item.classes() & NOT_WORDS:
            waiting += reversed(item.children)


# Attributes of a text message that hold numbers, states and times; the rest are words, names and addresses.
MACHINES = frozenset(
    {"protocol", "date", "type", "toa", "sc_toa", "service_center", "read", "status", "locked", "date_sent", "sub_id"}
    | {
        "readable_date",
        "seq",
        "ct",
        "chset",
        "cd",
        "fn",
        "cid",
        "cl",
        "ctt_s",
        "ctt_t",
        "data",
        "rr",
        "ct_t",
        "msg_box",
    }
    | {"m_type", "m_id", "text_only", "charset", "count", "backup_set", "backup_date", "duration", "presentation"}
    | {"v", "m_size", "sim_slot", "exp", "pri", "tr_id", "resp_st", "retr_st", "d_tm", "d_rpt", "m_cls", "st", "ct_cls"}
    | {"sub_cs", "creator", "seen", "spam_report", "reserved", "deletable", "hidden", "app_id", "callback_set"}
    | {"subscription_id", "sim_imsi", "from_address", "msg_id", "safe_message", "ct_l", "resp_txt", "rpt_a", "name"}
)
MESSAGES = [sample for sample in LEDGER if sample["format"] == "sms-backup-restore" and not sample["unread"]]


@pytest.mark.parametrize("sample", MESSAGES, ids=lambda sample: str(sample["path"]))
def test_every_text_of_text_messages_is_told_or_named_as_no_text(sample: dict[str, Any]) -> None:
    data = sample_bytes(sample["path"])
    entries = entries_of(data, sample["format"])
    shown = "\n".join(squeezed(text) for entry in entries if isinstance(entry, Message) for text in told(entry))
    # What the program writes for nothing, and the layout of a picture message.
    nothing = re.compile(r"insert-address-token|null|\(Unknown\)||&lt;smil.*")
    found = re.findall(r'([\w-]+)="([^"]*)"', re.sub(r"<\?.*?\?>", "", data.decode("utf-8", "replace")))
    values = [part for name, value in found if name not in MACHINES for part in value.split("~")]
    words = [value for value in values if not nothing.fullmatch(value) and "&#" not in value]
    assert [value for value in words if squeezed(value) not in shown] == []


# What stands in a message of a text and is no word of a person's: by format, with the reason.
TEXT_FORMATS: dict[str, frozenset[str]] = {
    "whatsapp-text": frozenset(),
    "viber-text": frozenset(),
    "line-text": frozenset(),
    "signal-export-text": frozenset(),
    "tiktok-text": frozenset(),
    # The program's heading above reactions, and its line below a reply, whose author and text are told as a reply's.
    "imessage-text": frozenset({"Tapbacks", "This"}),
    # A fraction of a second.
    "discord-package-csv": frozenset({"123000"}),
}
TEXT_SAMPLES = [sample for sample in LEDGER if sample["format"] in TEXT_FORMATS and not sample.get("unread")]
_WORD = re.compile(r"\w{2,}")


def test_every_text_format_has_a_sample_to_walk() -> None:
    assert {sample["format"] for sample in TEXT_SAMPLES} == set(TEXT_FORMATS)


@pytest.mark.parametrize("sample", TEXT_SAMPLES, ids=lambda sample: str(sample["path"]))
def test_every_word_in_a_message_of_a_text_is_told_by_that_message(sample: dict[str, Any]) -> None:
    data = sample_bytes(sample["path"])
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    messages = [entry for entry in entries_of(data, sample["format"]) if isinstance(entry, Message)]
    assert messages
    for message in messages:
        source = data[message.place.start : message.place.end].decode(codec, "replace")
        untold = _words_of(source) - _words_of("\n".join(_everything_told(message)))
        assert untold <= TEXT_FORMATS[sample["format"]], (message.place, untold)


MAIL_SAMPLES = [sample for sample in LEDGER if sample["format"] in {"mail-eml", "mail-mbox"} and not sample["unread"]]


@pytest.mark.parametrize("sample", MAIL_SAMPLES, ids=lambda sample: str(sample["path"]))
def test_every_word_of_a_mails_subject_and_plain_text_is_told(sample: dict[str, Any]) -> None:
    """Walk a mail with the library's newer policy, which the reader does not use."""
    data = sample_bytes(sample["path"])
    for message in entries_of(data, sample["format"]):
        if not isinstance(message, Message):
            continue
        record = data[message.place.start : message.place.end]
        if record.startswith(b"From "):
            record = record.partition(b"\n")[2]
        mail = email.message_from_bytes(record, policy=email.policy.default)
        source = [str(mail["subject"] or "")]
        source += [
            str(part.get_content())
            for part in mail.walk()
            if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment"
        ]
        told = _words_of("\n".join(_everything_told(message)))
        assert _words_of("\n".join(source)) - told <= {"\ufffd"}, message.place


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(fold_text(text)))


def _everything_told(message: Message) -> Iterator[str]:
    """Yield every string with which a message is shown or exported."""
    yield from searched_texts(message)
    yield message.time.raw
    yield message.native_id or ""
    yield message.conversation.title or ""
    for person in (message.sender, *message.to):
        if person is not None:
            yield person.display or ""
            yield from (account.value for account in person.ids)
    for reaction in message.reactions:
        yield f"{reaction.actor or ''} {reaction.time.raw}"
    if message.details:
        yield json.dumps(message.details, ensure_ascii=False)
