"""The ledger of threats: what was demanded, until when, over what, as a person recorded it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Entry, Item, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.workflows.case import CaseWriter
from evidence_kit.workflows.chats import Exports, Wish, conversations
from evidence_kit.workflows.identifiers import ACCOUNTS, Named
from evidence_kit.workflows.look import item_of
from evidence_kit.workflows.said import Said

FACTS = ("demand", "deadline", "amount", "channel", "account")
_MESSAGE = re.compile(r"[Ee]?(\d{1,9}):(.+)")
_MOST_ACCOUNTS = 5


@dataclass(frozen=True, slots=True)
class Threat:
    """What a person records about one threat, in their own words.

    Attributes:
        demand: What is demanded, and what is threatened.
        deadline: Until when.
        amount: How much.
        channel: Over what, such as WhatsApp or a call.
        account: The account, number or profile it came from or money is to go to.
        items: Ids of items that show it.
        messages: Places of messages that say it, such as `E000012:5`.
    """

    demand: str
    deadline: str | None = None
    amount: str | None = None
    channel: str | None = None
    account: str | None = None
    items: Sequence[str] = field(default_factory=tuple)
    messages: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sum of money that somebody named, as a place to look at; whether it is a threat, a person decides.

    Attributes:
        amount: The sum.
        accounts: Accounts and numbers that the same people named in the same exports.
    """

    amount: Named
    accounts: tuple[Named, ...]


def record(writer: CaseWriter, threat: Threat, reading: Exports) -> int:
    """Record a threat; return its line.

    Raises:
        NoItemError: The case has no such item.
        UsageError: There is no message at such a place.
    """
    manifest, case = writer.manifest, writer.case.id
    items = [item_of(manifest, each, case).id for each in threat.items]
    messages = [_message(reading, manifest, each, case) for each in threat.messages]
    facts: dict[str, Json] = {name: getattr(threat, name) for name in FACTS if getattr(threat, name)}
    items += [said.item.id for said in messages]
    facts["items"] = list(dict.fromkeys(items))
    facts["messages"] = [{"item": said.item.id, "at": said.at, "id": said.id} for said in messages]
    return writer.commit([Event("threat.recorded", facts)]).first


def recorded(manifest: Manifest) -> list[Entry]:
    """Return the threats of a case, in the order in which they were recorded."""
    return manifest.entries.get("threat.recorded", [])


def row(entry: Entry) -> dict[str, Json]:
    """Return a recorded threat as a script wants it."""
    facts = entry.facts
    messages = [f"{each['item']}:{each['at']}" for each in facts.get("messages", ())]
    told: dict[str, Json] = {name: facts.get(name) for name in FACTS}
    items = list(facts.get("items", ()))
    return {"line": entry.line, "time": entry.time, "by": facts.get("by"), **told, "items": items, "messages": messages}


def suggestions(found: Iterable[Named]) -> list[Suggestion]:
    """Return the sums that were named, each with the accounts that the same people named in the same exports."""
    listed = list(found)
    accounts = [each for each in listed if each.type in ACCOUNTS]
    return [
        Suggestion(amount, tuple(each for each in accounts if _together(amount, each))[:_MOST_ACCOUNTS])
        for amount in listed
        if amount.type == "amount" and amount.confidence != "low"
    ]


def _together(one: Named, other: Named) -> bool:
    exports = {place.partition(":")[0] for place in one.places} & {place.partition(":")[0] for place in other.places}
    return bool(exports) and not set(one.senders).isdisjoint(other.senders)


def _message(reading: Exports, manifest: Manifest, place: str, case: str) -> Said:
    found = _MESSAGE.fullmatch(place.strip())
    if found is None:
        raise UsageError("message-unknown", place=place)
    item = item_of(manifest, found[1], case)
    said = _at(reading, manifest, item, found[2])
    if said is None:
        raise UsageError("message-unknown", place=place)
    return said


def _at(reading: Exports, manifest: Manifest, item: Item, at: str) -> Said | None:
    for conversation in conversations(manifest):
        if any(part.item.id == item.id for part in conversation.parts):
            for entry in reading.each(conversation, Wish()):
                if isinstance(entry, Said) and entry.item.id == item.id and entry.at == at:
                    return entry
    return None
