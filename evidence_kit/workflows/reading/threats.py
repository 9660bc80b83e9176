"""The threat ledger: demand, deadline and means of each threat, as a person recorded it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item, LogEvent, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reading.identifiers import ACCOUNTS, NamedIdentifier
from evidence_kit.workflows.reading.overview import item_of
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry

FACTS = ("demand", "deadline", "amount", "channel", "account", "kind")
_MESSAGE = re.compile(r"[Ee]?(\d{1,9}):(.+)")
_MOST_ACCOUNTS = 5
_MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Threat:
    """One threat as a person records it, in their own words.

    Attributes:
        demand: What is demanded, and what is threatened.
        deadline: Until when.
        amount: How much.
        channel: Over what, such as WhatsApp or a call.
        account: The account, number or profile it came from or money is to go to.
        kind: What is demanded in one word, one of `tallies.dimensions.KINDS`; for counts.
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
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sum of money named in a message, as a place to look at; whether it is a threat, a person decides.

    Attributes:
        amount: The sum.
        accounts: Accounts and numbers that the same people named in the same exports.
    """

    amount: NamedIdentifier
    accounts: tuple[NamedIdentifier, ...]


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """The items that the ledger cites; those excluded since are not among them.

    Attributes:
        items: Ids of the items that its entries name, exports in which cited messages stand among them.
        conversations: The conversations that cited messages belong to, as `chats` lists them.
        attachments: Ids of the items that came with cited messages; what may be a picture is among them.
    """

    items: tuple[str, ...]
    conversations: tuple[CaseConversation, ...]
    attachments: tuple[str, ...]

    @property
    def scope(self) -> tuple[str, ...]:
        """Ids of everything that an archive about the threats has to hold, in ascending order.

        A conversation that an exporter cut into several files goes in whole: half of one proves little.
        """
        parts = {part.item.id for conversation in self.conversations for part in conversation.parts}
        return tuple(sorted(parts | set(self.items) | set(self.attachments)))


def cited_evidence(manifest: Manifest) -> CitedEvidence:
    """Return the items and messages that the threats of a case cite; empty tuples when none was recorded."""
    included = {item.id for item in manifest.included}
    entries = recorded_threats(manifest)
    messages = [each for entry in entries for each in entry.facts.get("messages", ())]
    items = {str(each) for entry in entries for each in entry.facts.get("items", ())}
    attachments = {str(each) for message in messages for each in message.get("attachments", ())}
    talks = {(str(each["item"]), each.get("conversation")) for each in messages}
    return CitedEvidence(
        tuple(sorted(items & included)),
        tuple(each for each in conversations(manifest) if any(_holds(each, *talk) for talk in talks)),
        tuple(sorted(attachments & included)),
    )


def _holds(conversation: CaseConversation, item: str, number: object) -> bool:
    """Say whether a conversation is the one of that number in an item; without a number, any of the item's."""
    return any(part.item.id == item and number in {None, part.talk.number} for part in conversation.parts)


def record_threat(writer: CaseWriter, threat: Threat, reading: ExportReader) -> int:
    """Record a threat; return its line.

    Args:
        writer: The case, unlocked.
        threat: As the person says it.
        reading: Reads the exports, to see that each cited message is there.

    Raises:
        NoItemError: The case has no such item.
        UsageError: There is no message at such a place.
        ChatNotReadError: The export of a cited message cannot be read.
    """
    manifest, case = writer.manifest, writer.case.id
    items = [item_of(manifest, each, case).id for each in threat.items]
    messages = [_message(reading, manifest, each, case) for each in threat.messages]
    facts: dict[str, Json] = {name: getattr(threat, name) for name in FACTS if getattr(threat, name)}
    items += [said.item.id for said in messages]
    facts["items"] = list(dict.fromkeys(items))
    facts["messages"] = [_facts(said) for said in messages]
    return writer.commit([Event("threat.recorded", facts)]).first


def recorded_threats(manifest: Manifest) -> list[LogEvent]:
    """Return the threats of a case, in the order in which they were recorded."""
    return manifest.entries.get("threat.recorded", [])


def threat_row(entry: LogEvent) -> dict[str, Json]:
    """Return a recorded threat as a script wants it."""
    facts = entry.facts
    messages = [f"{each['item']}:{each['at']}" for each in facts.get("messages", ())]
    told: dict[str, Json] = {name: facts.get(name) for name in FACTS}
    items = list(facts.get("items", ()))
    return {"line": entry.line, "time": entry.time, "by": facts.get("by"), **told, "items": items, "messages": messages}


def suggestions(found: Iterable[NamedIdentifier]) -> list[Suggestion]:
    """Return the sums that were named, each with the accounts that the same people named in the same exports."""
    listed = list(found)
    accounts = [each for each in listed if each.type in ACCOUNTS]
    return [
        Suggestion(amount, tuple(each for each in accounts if _together(amount, each))[:_MOST_ACCOUNTS])
        for amount in listed
        if amount.type == "amount" and amount.confidence != "low"
    ]


def completed_threat(threat: Threat, suggested: Sequence[Suggestion], number: int) -> Threat:
    """Return a threat completed by a suggestion, wherever the person left a field open.

    Args:
        threat: As the person told it.
        suggested: As they were shown.
        number: Which of them, from 1.

    Raises:
        UsageError: There is none of this number.
    """
    if not 1 <= number <= len(suggested):
        raise UsageError("suggestion-unknown", number=number)
    chosen = suggested[number - 1]
    account = chosen.accounts[0].value if chosen.accounts else None
    return replace(
        threat,
        amount=threat.amount or chosen.amount.value,
        account=threat.account or account,
        messages=threat.messages or chosen.amount.places[:_MOST_MESSAGES],
    )


def _together(one: NamedIdentifier, other: NamedIdentifier) -> bool:
    exports = {place.partition(":")[0] for place in one.places} & {place.partition(":")[0] for place in other.places}
    return bool(exports) and not set(one.senders).isdisjoint(other.senders)


def _facts(said: TranscriptEntry) -> dict[str, Json]:
    """Return a message as the log names it, with the items that surely came with it."""
    facts: dict[str, Json] = {"item": said.item.id, "at": said.at, "id": said.id}
    if said.conversation is not None:
        facts["conversation"] = said.conversation
    if tied := [each.items[0].id for each in said.attachments if len(each.items) == 1]:
        facts["attachments"] = list(tied)
    return facts


def _message(reading: ExportReader, manifest: Manifest, place: str, case: str) -> TranscriptEntry:
    found = _MESSAGE.fullmatch(place.strip())
    if found is None:
        raise UsageError("message-unknown", place=place)
    item = item_of(manifest, found[1], case)
    said = _at(reading, manifest, item, found[2])
    if said is None:
        raise UsageError("message-unknown", place=place)
    return said


def _at(reading: ExportReader, manifest: Manifest, item: Item, at: str) -> TranscriptEntry | None:
    for conversation in conversations(manifest):
        if any(part.item.id == item.id for part in conversation.parts):
            for entry in reading.wanted_messages(conversation, ConversationRequest()):
                if isinstance(entry, TranscriptEntry) and entry.item.id == item.id and entry.at == at:
                    return entry
    return None
