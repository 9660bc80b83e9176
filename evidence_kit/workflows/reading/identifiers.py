"""Identifiers of persons, accounts and money in the conversations of a case, gathered over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evidence_kit.chats.identifiers.gathered import merged_details
from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.custody.manifest import Item, Manifest
from evidence_kit.model import Json
from evidence_kit.workflows.reading.conversation_rows import moment_row
from evidence_kit.workflows.reading.conversations import newest_readings
from evidence_kit.workflows.reading.coverage import CoverageError, count_fact, text_fact, time_fact
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reading.messages import place_in

FIND: Final = "evidence_kit.chats.worker:find_identifiers"
TYPES: Final = (
    "phone", "email", "handle", "profile", "url", "rib", "iban", "bitcoin", "tron", "ethereum", "transfer_code",
    "amount",
)  # fmt: skip
ACCOUNTS: Final = frozenset(TYPES) - {"url", "amount"}
COLUMNS: Final = (
    "type", "value", "confidence", "how", "assumed", "count", "first", "first_as_written", "last", "last_as_written",
    "senders", "where", "bank_code", "bank",
)  # fmt: skip
_SURE: Final = ("high", "medium", "low")
_PAGE: Final = 5000


@dataclass(slots=True)
class NamedIdentifier:
    """One value, over all conversations.

    Attributes:
        type: One of `TYPES`.
        value: In one spelling; web addresses in one that nothing opens.
        confidence: The best of all findings: `high`, `medium` or `low`.
        how: Codes of how it was found.
        assumed: What had to be assumed.
        details: What else follows from it.
        count: How often.
        first: The earliest time.
        last: The latest.
        senders: Who wrote it, and how often.
        places: Every message that names it, such as `E000012:5`.
    """

    type: str
    value: str
    confidence: str
    how: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)
    details: Json = None
    count: int = 0
    first: StatedTime | None = None
    last: StatedTime | None = None
    senders: dict[str, int] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)

    def row(self) -> dict[str, Json]:
        """Return it as a script wants it."""
        return {
            "type": self.type,
            "value": self.value,
            "confidence": self.confidence,
            "how": list(self.how),
            "assumed": list(self.assumed),
            "details": self.details,
            "count": self.count,
            "first": moment_row(self.first),
            "last": moment_row(self.last),
            "senders": [{"name": name, "count": times} for name, times in self.senders.items()],
            "where": list(self.places),
        }

    def flat(self) -> dict[str, Json]:
        """Return it as a row of a table."""
        return {
            **self.row(),
            "first": None if self.first is None else self.first.value,
            "first_as_written": None if self.first is None else self.first.raw,
            "last": None if self.last is None else self.last.value,
            "last_as_written": None if self.last is None else self.last.raw,
            "senders": [f"{name} ({times})" for name, times in self.senders.items()],
            "bank_code": self.bank("bank-code"),
            "bank": self.bank("bank"),
        }

    @property
    def services(self) -> tuple[str, ...]:
        """The services named beside a transfer code, over all its places."""
        told = self.details.get("services") if isinstance(self.details, Mapping) else None
        return tuple(map(str, told)) if isinstance(told, (list, tuple)) else ()

    def bank(self, name: str) -> str | None:
        """Return `bank` or `bank-code` of a bank account; None for anything else, and for a bank that is unknown."""
        told = self.details.get(name) if isinstance(self.details, Mapping) else None
        return told if isinstance(told, str) else None


def exports_of(manifest: Manifest) -> list[tuple[Item, str]]:
    """Return the items that hold messages, with the name of their format."""
    return [
        (manifest.items[item], str(entry.facts["format"]))
        for item, entry in newest_readings(manifest).items()
        if entry.facts.get("recognition") == "recognised" and entry.facts.get("messages")
    ]


def export_identifiers(reading: ExportReader, item: Item, chosen: str, region: str) -> Iterator[NamedIdentifier]:
    """Yield the identifiers in the messages of one export.

    Args:
        reading: Reads the exports of the case.
        item: The export.
        chosen: Name of its chat format.
        region: Country of phone numbers without a prefix, two letters.

    Raises:
        ChatNotReadError: The worker failed.
        ItemDamagedError: The item is not any more what was taken in.
    """
    offset: int | None = 0
    while offset is not None:
        answer = reading.run_on_item(FIND, item, chosen, {"offset": offset, "count": _PAGE, "region": region})
        found, following = answer.get("found"), answer.get("next")
        try:
            if not isinstance(found, list):
                raise CoverageError("found")
            yield from [_named(each, item) for each in found]
        except CoverageError as error:
            raise ChatNotReadError("chat-not-read", item=item.id, reason=f"bad-answer: {error}") from error
        offset = following if isinstance(following, int) and following > offset else None


def gathered_identifiers(found: Iterator[NamedIdentifier]) -> list[NamedIdentifier]:
    """Return the findings of many exports, equal values together, the most frequent first."""
    values: dict[tuple[str, str], NamedIdentifier] = {}
    for each in found:
        known = values.setdefault((each.type, each.value), NamedIdentifier(each.type, each.value, each.confidence))
        known.confidence = min(known.confidence, each.confidence, key=_SURE.index)
        known.how |= each.how
        known.assumed |= each.assumed
        known.details = merged_details(known.details, each.details)
        known.count += each.count
        if known.first is None or _value(each.first, "~") < _value(known.first, "~"):
            known.first = each.first
        if known.last is None or _value(each.last, "") > _value(known.last, ""):
            known.last = each.last
        for name, times in each.senders.items():
            known.senders[name] = known.senders.get(name, 0) + times
        known.places += each.places
    return sorted(values.values(), key=lambda each: (TYPES.index(each.type), -each.count, each.value))


def _value(time: StatedTime | None, unknown: str) -> str:
    return unknown if time is None or time.value is None else time.value


def _named(facts: Any, item: Item) -> NamedIdentifier:  # noqa: ANN401 - from a worker
    if not isinstance(facts, Mapping) or facts.get("type") not in TYPES or facts.get("confidence") not in _SURE:
        raise CoverageError("finding")
    details = facts.get("details")
    return NamedIdentifier(
        type=text_fact(facts, "type"),
        value=text_fact(facts, "value"),
        confidence=text_fact(facts, "confidence"),
        how=dict.fromkeys(map(str, _items(facts, "how"))),
        assumed=dict.fromkeys(map(str, _items(facts, "assumed"))),
        details=details if isinstance(details, Mapping) else None,
        count=count_fact(facts, "count"),
        first=time_fact(facts.get("first")),
        last=time_fact(facts.get("last")),
        senders={text_fact(each, "name"): count_fact(each, "count") for each in _items(facts, "senders")},
        places=[f"{item.id}:{place_in(each)}" for each in _items(facts, "places")],
    )


def _items(facts: Mapping[str, Any], name: str) -> list[Any]:
    listed = facts.get(name)
    if not isinstance(listed, list):
        raise CoverageError(name)
    return listed
