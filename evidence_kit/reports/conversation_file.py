"""Conversations as they lie in an archive: a JSON object a message, and one list of them all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.model import ByteSpan, Json
from evidence_kit.reports.transcript import Line, Part

FORM: Final = 1


@dataclass(frozen=True, slots=True)
class FiledConversation:
    """A conversation of an archive, as its list of them says it.

    Attributes:
        number: Among those that the archive discloses, in the order of `chats`.
        platform: Such as `whatsapp`.
        title: As the export shows it.
        parts: The items that hold it.
        participants: Who wrote, how many messages, and whether the export is theirs.
        zones: What its times can be compared with, and how many have each.
        order: How its dates are read and why, where that had to be decided.
        notes: Codes of what is to be known of it.
        messages: How many lines of its file are messages.
        unread: How many are stretches that could not be read.
        first: Time of its earliest message.
        last: Time of its latest.
        file: Where it lies in the bag.
    """

    number: int
    platform: str
    title: str | None
    parts: tuple[Part, ...]
    participants: tuple[tuple[str, int, bool | None], ...]
    zones: Mapping[str, int]
    order: str | None
    notes: tuple[str, ...]
    messages: int
    unread: int
    first: StatedTime | None
    last: StatedTime | None
    file: str


def encoded_line(line: Line, place: ByteSpan | None) -> bytes:
    """Return one line of a conversation's file.

    Args:
        line: The message, or the stretch that could not be read.
        place: Where in the item's file it stands; None where unknown.
    """
    said = _plain(line)
    if place is not None:
        said = {"where": said.pop("where"), "bytes": list(place), **said}
    told = {name: value for name, value in said.items() if value is not None and value != []}
    return _json(told) + b"\n"


def encoded_list(conversations: list[FiledConversation]) -> bytes:
    """Return the list of an archive's conversations."""
    return _json({"form": FORM, "conversations": [_plain(each) for each in conversations]}) + b"\n"


def _plain(value: object) -> dict[str, Any]:
    import msgspec

    made: dict[str, Any] = msgspec.to_builtins(value)
    # Lists and not tuples: an empty one is left out, whatever it was.
    return {name: list(each) if isinstance(each, tuple) else each for name, each in made.items()}


def _json(value: Mapping[str, Json | Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # Half a character out of a source that is no Unicode: escaped, as JSON allows it.
        return json.dumps(value, separators=(",", ":")).encode("ascii")
