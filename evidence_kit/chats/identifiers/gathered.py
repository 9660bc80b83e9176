"""Findings of a whole export gathered by value: how often, when, from whom, and where each stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evidence_kit.chats.bounded import LONGEST_TITLE, shortened
from evidence_kit.chats.identifiers.accounts import defanged
from evidence_kit.chats.identifiers.find import identifiers_in
from evidence_kit.chats.identifiers.identifier import Confidence, Identifier, IdentifierType
from evidence_kit.chats.message import Message, MessageTime
from evidence_kit.chats.span import MessageSpan
from evidence_kit.chats.told import authored_texts, person_name
from evidence_kit.model import Json

MOST_VALUES = 100_000
# How many places one row tells; a value with more has more than one row.
PLACES_A_ROW = 2000
_MOST_SENDERS = 200
_SURE = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}
# How an account of a sender is called among the findings.
_ACCOUNTS = {
    "phone": IdentifierType.PHONE,
    "email": IdentifierType.EMAIL,
    "handle": IdentifierType.HANDLE,
    "profile-url": IdentifierType.PROFILE,
}


@dataclass(slots=True)
class _Value:
    """One value, while it is being gathered."""

    confidence: Confidence
    how: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)
    details: Json = None
    count: int = 0
    span: MessageSpan = field(default_factory=MessageSpan)
    senders: Counter[str] = field(default_factory=Counter)
    places: list[int | str] = field(default_factory=list)


class Gathering:
    """Gathers the findings of messages.

    Attributes:
        left_out: How many values came when there were too many already.
    """

    def __init__(self, region: str) -> None:
        self.left_out = 0
        self._region = region
        self._values: dict[tuple[str, str], _Value] = {}

    def add(self, message: Message) -> None:
        """Look through everything that is written in one message, and at who sent it."""
        for text, author in authored_texts(message):
            for each in identifiers_in(text, self._region):
                self._found(each, message, author)
        for account in message.sender.ids if message.sender is not None else ():
            kind = _ACCOUNTS.get(account.type)
            if kind is not None:
                self._account(kind, account.value, message)

    def _account(self, kind: IdentifierType, value: str, message: Message) -> None:
        """Take in who sent a message, in the spelling that a number or an address in a text gets."""
        if kind is IdentifierType.PROFILE:
            value = defanged(value)
        read = next((each for each in identifiers_in(value, self._region) if each.type is kind), None)
        found = Identifier(
            kind,
            value if read is None else read.value,
            value,
            0,
            len(value),
            Confidence.HIGH if read is None else read.confidence,
            "account-of-the-sender",
            None if read is None else read.assumed,
        )
        self._found(found, message)

    def _found(self, found: Identifier, message: Message, author: str | None = None) -> None:
        key = (found.type.value, shortened(found.value, LONGEST_TITLE * 10))
        value = self._values.get(key)
        if value is None:
            if len(self._values) >= MOST_VALUES:
                self.left_out += 1
                return
            value = self._values[key] = _Value(found.confidence)
        value.count += 1
        value.how[found.how] = None
        if found.assumed is not None:
            value.assumed[found.assumed] = None
        if _SURE[found.confidence] < _SURE[value.confidence]:
            value.confidence = found.confidence
        value.details = merged_details(value.details, found.details)
        value.span.add(message.time)
        name = author or person_name(message.sender)
        if name is not None and (name in value.senders or len(value.senders) < _MOST_SENDERS):
            value.senders[name] += 1
        # The message that a number stands in twice, or that its owner wrote, is one place.
        place = _place(message)
        if not value.places or value.places[-1] != place:
            value.places.append(place)

    def rows(self) -> list[tuple[str, str, int]]:
        """Return the rows that there are, by type and value: a value with many places has several."""
        return [
            (*key, at)
            for key in sorted(self._values)
            for at in range(0, max(1, len(self._values[key].places)), PLACES_A_ROW)
        ]

    def row(self, kind: str, value: str, at: int) -> dict[str, Json]:
        """Return one row: a value with its places from `at` on; only the first says how often and who.

        Args:
            kind: The type of the identifier, such as `phone`.
            value: The value, as normalised.
            at: How many of its places were told already; 0 for the first row.
        """
        each = self._values[kind, value]
        told = _told(kind, value, each)
        places: list[Json] = [_told_place(place) for place in each.places[at : at + PLACES_A_ROW]]
        return told | {"places": places} | ({"count": 0, "senders": []} if at else {})


def merged_details(before: Json, found: Json) -> Json:
    """Return the details of a value over all its places: of those that differ, each once."""
    if before is None or found is None or before == found:
        return found if before is None else before
    if not isinstance(before, Mapping) or not isinstance(found, Mapping):
        return before
    merged: dict[str, Json] = dict(before)
    for key, value in found.items():
        known = merged.get(key)
        if known is None or known == value:
            merged[key] = value
            continue
        listed = [*known] if isinstance(known, (list, tuple)) else [known]
        listed += [each for each in (value if isinstance(value, (list, tuple)) else [value]) if each not in listed]
        merged[key] = listed[:_MOST_SENDERS]
    return merged


def _place(message: Message) -> int | str:
    """Return a place in little memory: a line, a pointer, or `@` and an offset."""
    place = message.place
    if place.lines is not None:
        return place.lines.first
    return shortened(place.pointer) if place.pointer is not None else f"@{place.start}"


def _told_place(place: int | str) -> Json:
    if isinstance(place, int):
        return {"lines": [place, place]}
    return {"start": int(place[1:])} if place.startswith("@") else {"pointer": place}


def _told(kind: str, value: str, each: _Value) -> dict[str, Json]:
    return {
        "type": kind,
        "value": value,
        "confidence": each.confidence.value,
        "how": list(each.how),
        "assumed": list(each.assumed),
        "details": each.details,
        "count": each.count,
        "first": _time(each.span.first),
        "last": _time(each.span.last),
        "senders": [
            {"name": shortened(name, LONGEST_TITLE), "count": count} for name, count in each.senders.most_common()
        ],
    }


def _time(time: MessageTime | None) -> Json:
    if time is None:
        return None
    told: dict[str, Json] = {"raw": shortened(time.raw), "kind": time.kind.value, "value": time.value}
    return {**told, "readings": list(time.readings)} if time.readings and time.value is None else told
