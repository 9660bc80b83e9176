"""Words of a Telegram record outside of its text: polls, lists, buttons, invoices, contacts, blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from evidence_kit.chats.json_records import Record, object_member, string_member
from evidence_kit.chats.json_window import decoded_json
from evidence_kit.chats.leaves import other_words, text_leaves
from evidence_kit.chats.message import FurtherWords, WordsRole

# Keys whose texts are for machines, or that the reader tells in another way.
TECHNICAL = frozenset(
    {"type", "date", "edited", "edited_unixtime", "media_type", "mime_type", "thumbnail", "action", "discard_reason"}
    | {"reply_to_peer_id", "text_entities", "language", "emoji_id", "custom_emoji_id", "document_id", "correct"}
)
_ROLES: Mapping[str, WordsRole] = {
    "question": WordsRole.QUESTION,
    "gift_text": WordsRole.GIFT,
    "title": WordsRole.TITLE,
    "description": WordsRole.DESCRIPTION,
    "forwarded_from": WordsRole.ORIGIN,
    "saved_from": WordsRole.ORIGIN,
    "place_name": WordsRole.PLACE,
    "address": WordsRole.PLACE,
    "performer": WordsRole.TITLE,
    "first_name": WordsRole.CONTACT,
    "last_name": WordsRole.CONTACT,
    "phone_number": WordsRole.CONTACT,
    "link": WordsRole.LINK,
    "url": WordsRole.LINK,
    "href": WordsRole.LINK,
    "latitude": WordsRole.PLACE,
    "longitude": WordsRole.PLACE,
    "file_name": WordsRole.FILE,
}
# Of a currency how many decimal places its smallest unit stands at, where these are not two (ISO 4217).
_PLACES = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF", "XPF", "XTR"), 0),
    **dict.fromkeys(("TND", "LYD", "KWD", "BHD", "OMR", "JOD", "IQD"), 3),
}
# Keys that hold words which nearly no message has.
WORDED = frozenset(
    {"poll", "todo_list", "inline_bot_buttons", "invoice_information", "rich_message", "contact_information"}
)


def telegram_words(record: Record, known: frozenset[str]) -> tuple[FurtherWords, ...]:
    """Return the words beside the text: of a poll, a list, buttons, an invoice, links, and all else.

    Args:
        record: The record.
        known: Keys that the reader tells itself, and `WORDED`.
    """
    found: list[FurtherWords] = []
    for key in ("text", "text_entities"):
        value = record.get(key)
        if isinstance(value, list):
            found += [
                FurtherWords(WordsRole.LINK, href)
                for part in value
                if isinstance(part, dict) and (href := part.get("href"))
            ]
    if not WORDED.isdisjoint(record):
        found += _special(record)
    found += other_words(record, known, TECHNICAL, _ROLES)
    return tuple(dict.fromkeys(found)) if found else ()


def _special(record: Record) -> Iterator[FurtherWords]:
    for key, value in record.items():
        match key:
            case "poll" | "todo_list":
                role = WordsRole.OPTION if key == "poll" else WordsRole.TASK
                for name, text in text_leaves(value, TECHNICAL):
                    yield FurtherWords(_ROLES.get(name, role), text)
            case "inline_bot_buttons":
                yield from (FurtherWords(WordsRole.BUTTON, text) for _, text in text_leaves(value, TECHNICAL))
            case "contact_information":
                contact = object_member(record, key)
                names = [string_member(contact, "first_name"), string_member(contact, "last_name")]
                shown = [" ".join(filter(None, names)), string_member(contact, "phone_number")]
                yield from (FurtherWords(WordsRole.CONTACT, text) for text in shown if text)
                named = frozenset({"first_name", "last_name", "phone_number"})
                yield from other_words(contact, named, TECHNICAL, _ROLES)
            case "invoice_information":
                yield from _invoice(value)
            case "rich_message":
                yield from (FurtherWords(WordsRole.NOTE, text) for text in _rich(value))


def _invoice(value: object) -> Iterator[FurtherWords]:
    """Yield the words of an invoice; it stands in the record as a text that is JSON itself."""
    told, why = decoded_json(value) if isinstance(value, str) else (value, None)
    if why is not None or not isinstance(told, Mapping):
        yield from (FurtherWords(WordsRole.INVOICE, text) for _, text in text_leaves(value, frozenset()))
        return
    yield from (
        FurtherWords(WordsRole.INVOICE, text) for key, text in text_leaves(told, frozenset()) if key != "currency"
    )
    amount, currency = told.get("amount"), string_member(told, "currency") or ""
    if isinstance(amount, int) and not isinstance(amount, bool):
        # Telegram counts in the smallest unit of a currency.
        places = _PLACES.get(currency, 2)
        yield FurtherWords(WordsRole.INVOICE, f"{Decimal(amount).scaleb(-places)} {currency}".strip())


def _rich(value: object) -> Iterator[str]:
    """Yield the texts of a message made of blocks; a text of pieces is put together, so that a number stays one."""
    waiting: list[object] = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            text = inner.get("text")
            if isinstance(text, (str, list)) and (shown := joined_text(text)).strip():
                yield shown
            waiting += [each for key, each in reversed(list(inner.items())) if key not in TECHNICAL and key != "text"]
        elif isinstance(inner, list):
            waiting += reversed(inner)
        elif isinstance(inner, str) and inner.strip():
            yield inner


def joined_text(value: object) -> str:
    """Return the text; a list is made of strings and of entities, each with its own text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    parts = (
        part if isinstance(part, str) else string_member(part, "text")
        for part in value
        if isinstance(part, (str, dict))
    )
    return "".join(part or "" for part in parts)
