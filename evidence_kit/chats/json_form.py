"""Tells entries as JSON that every verifier takes, and gives messages an identifier."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import cast

from evidence_kit.chats.folding import fold_text
from evidence_kit.chats.message import Entry, LineSpan, Message
from evidence_kit.model import Json

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNFIT_KEY = re.compile("[\ud800-\udfff]|^[0-9]+$")
_EXACT_IN_JAVASCRIPT = 2**53


def message_id(message: Message, item: str = "", member: str = "") -> str:
    """Return the native identifier, or the SHA-256 of where the message stands.

    Args:
        message: The message.
        item: The case's item that the export is.
        member: Name of the export inside a container, when it came in one.
    """
    if message.native_id is not None:
        return message.native_id
    return place_id(item, member, message.place.start, message.place.end)


def place_id(item: str, member: str, start: int, end: int) -> str:
    """Return the SHA-256 of where a message stands, which names one that its platform gives no identifier.

    Args:
        item: Id of the item.
        member: Path within the item, empty for the item itself.
        start: Offset of the message's first byte.
        end: Offset behind its last byte.
    """
    if item.isalnum() and item.isascii() and not member:
        # As the encoder writes it, without the encoder: this is asked for millions of messages.
        return hashlib.sha256(f'["{item}", "", {start}, {end}]'.encode()).hexdigest()
    return hashlib.sha256(json.dumps([item, member, start, end]).encode()).hexdigest()


def entry_json(entry: Entry, item: str = "", member: str = "") -> dict[str, Json]:
    """Return an entry as JSON without floats, lone surrogates, integer-like keys or integers from 2^53 on.

    A mapping with such keys becomes a list of pairs, such an integer a string of digits. A string that is not
    Unicode becomes `{"text": …, "escaped": …}`: the first for display, with U+FFFD, the second exact, in
    ASCII with JSON escapes.

    Args:
        entry: What a reader yielded.
        item: The case's item that the export is.
        member: Name of the export inside a container, when it came in one.
    """
    told = cast("dict[str, Json]", _json(entry))
    place = told.pop("place")
    locator = {"item": _json(item), "member": _json(member), **cast("Mapping[str, Json]", place)}
    first: dict[str, Json] = {"entry": type(entry).__name__.lower()}
    if isinstance(entry, Message):
        # Said once of the whole conversation, and not with each of its messages.
        cast("dict[str, Json]", told["conversation"]).pop("members")
        first["id"] = _json(message_id(entry, item, member))
        told["text_search"] = _json(fold_text(entry.text))
    return {**first, **told, "locator": locator}


def _json(value: object) -> Json:  # noqa: PLR0911 - one return for each type
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) < _EXACT_IN_JAVASCRIPT else str(value)
        case str():
            return _string(value)
        case Enum():
            return cast("str", value.value)
        case Decimal() | float():
            return str(value)
        case frozenset():
            return sorted(cast("str", member.value) for member in value)
        case Mapping():
            return _mapping(value)
        case Sequence():
            return [_json(inner) for inner in value]
        case LineSpan():
            return [value.first, value.last]
    return {name: _json(getattr(value, name)) for name in cast("Message", value).__struct_fields__}


def _string(text: str) -> Json:
    if not _SURROGATE.search(text):
        return text
    return {"text": _SURROGATE.sub("\ufffd", text), "escaped": json.dumps(text)}


def _mapping(value: Mapping[str, object]) -> Json:
    if any(_UNFIT_KEY.search(key) or key.isdigit() for key in value):
        return [[_string(key), _json(inner)] for key, inner in value.items()]
    return {key: _json(inner) for key, inner in value.items()}
