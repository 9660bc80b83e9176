"""Transcripts: the cited conversations as they are printed, and the counts of all conversations by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.reports.exhibit import Demand, Exhibit
from evidence_kit.reports.transcript import Attachment, Line, Part, Transcript
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import (
    CaseConversation,
    conversation_at,
)
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reading.identifiers import (
    NamedIdentifier,
    export_identifiers,
    exports_of,
    gathered_identifiers,
)
from evidence_kit.workflows.reading.transcript_entries import TiedAttachment, TranscriptEntry, TranscriptGap

_REGION = "MA"
_DAY = 10


@dataclass(slots=True)
class DayCount:
    """Messages of one conversation on one day."""

    messages: int = 0
    attachments: int = 0
    first: str = "~"
    last: str = ""


@dataclass(slots=True)
class ReadTalk:
    """A conversation as it was read.

    Attributes:
        conversation: What it is.
        entries: Its messages in reading order, where it is to be printed; empty where it is only counted.
        printed: Whether it is to be printed.
        days: What was written, by day.
        calls: Messages that are calls.
        gaps: Places of stretches that could not be read.
    """

    conversation: CaseConversation
    printed: bool
    entries: list[TranscriptEntry | TranscriptGap] = field(default_factory=list)
    days: dict[str, DayCount] = field(default_factory=dict)
    calls: list[TranscriptEntry] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Read:
    """Everything that was read in the conversations of a case.

    Attributes:
        talks: Conversations, in the order of `chats`.
        cited_times: Time of every cited message, by its place.
        times: How many messages have a time of each kind.
        identifiers: What the messages name.
        failed: Ids of exports that could not be read, and why.
    """

    talks: list[ReadTalk] = field(default_factory=list)
    cited_times: dict[str, StatedTime | None] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    identifiers: list[NamedIdentifier] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def read(
    case: Case,
    listed: Sequence[CaseConversation],
    reading: ExportReader,
    cited: Collection[tuple[str, str]],
    more: Sequence[int],
) -> Read:
    """Read all conversations of a case, once each.

    Args:
        case: As it is disclosed.
        listed: Its conversations.
        reading: Reads its exports.
        cited: Item and place of every message that the ledger cites.
        more: Numbers of conversations that are printed although nothing cites them.

    Raises:
        UsageError: There is no conversation of such a number.
    """
    chosen = {conversation_at(listed, number, case.id).number for number in more}
    items = {item for item, _ in cited}
    found = Read()
    for conversation in listed:
        printed = conversation.number in chosen or any(part.item.id in items for part in conversation.parts)
        talk = ReadTalk(conversation, printed)
        try:
            _read(talk, reading, cited, found)
        except (ChatNotReadError, ItemDamagedError) as error:
            found.failed.append((conversation.parts[0].item.id, error.message_id))
        if printed and not _cites(talk, cited) and conversation.number not in chosen:
            # Another conversation of an export that holds a cited one.
            talk.entries, talk.printed = [], False
        found.talks.append(talk)
    found.identifiers = _identified(case, reading, found)
    return found


def _cites(talk: ReadTalk, cited: Collection[tuple[str, str]]) -> bool:
    return any((entry.item.id, entry.at) in cited for entry in talk.entries)


def _read(talk: ReadTalk, reading: ExportReader, cited: Collection[tuple[str, str]], found: Read) -> None:
    for entry in reading.in_order(talk.conversation, ConversationRequest()):
        if talk.printed:
            talk.entries.append(entry)
        if isinstance(entry, TranscriptGap):
            talk.gaps.append(entry.where)
            continue
        kind = "none" if entry.time is None else entry.time.kind
        found.times[kind] = found.times.get(kind, 0) + 1
        if (entry.item.id, entry.at) in cited:
            found.cited_times[entry.where] = entry.time
        if entry.kind == "call":
            talk.calls.append(entry)
        value = None if entry.time is None else entry.time.value
        day = talk.days.setdefault(value[:_DAY] if value else "", DayCount())
        day.messages += 1
        day.attachments += len(entry.attachments)
        if value:
            day.first, day.last = min(day.first, value), max(day.last, value)


def _identified(case: Case, reading: ExportReader, found: Read) -> list[NamedIdentifier]:
    failed = {item for item, _ in found.failed}
    values: list[NamedIdentifier] = []
    for item, chosen in exports_of(case.opened):
        if item.id in failed:
            continue
        try:
            values += list(export_identifiers(reading, item, chosen, _REGION))
        except (ChatNotReadError, ItemDamagedError) as error:
            found.failed.append((item.id, error.message_id))
    return gathered_identifiers(iter(values))


def transcripts(
    read: Read, ledger: Sequence[Demand], shown: Sequence[Exhibit], scope: Collection[str]
) -> list[Transcript]:
    """Return the conversations that are printed, demands marked and attachments under the exhibits' numbers.

    Args:
        read: The conversations, read once.
        ledger: The demands, whose numbers are put beside the messages they cite.
        shown: The exhibits, whose numbers stand for attachments.
        scope: Ids of the items that the report may speak of.
    """
    tell = LineTeller(ledger, shown, scope)
    return [
        replace(heading(talk.conversation, gaps=bool(talk.gaps)), lines=tuple(map(tell.line, talk.entries)))
        for talk in read.talks
        if talk.printed
    ]


class LineTeller:
    """Tells entries as lines of a transcript: demands marked, attachments by the exhibits' numbers."""

    def __init__(self, ledger: Sequence[Demand], shown: Sequence[Exhibit], scope: Collection[str]) -> None:
        self._marked: dict[str, tuple[int, ...]] = {}
        for demand in ledger:
            for place in demand.messages:
                self._marked[place] = (*self._marked.get(place, ()), demand.number)
        self._numbers = {each.item: each.number for each in shown}
        self._scope = scope

    def line(self, entry: TranscriptEntry | TranscriptGap) -> Line:
        """Return an entry as a line."""
        return _line(entry, self._marked, self._numbers, self._scope)


def heading(conversation: CaseConversation, *, gaps: bool) -> Transcript:
    """Return a transcript without its lines.

    Args:
        conversation: What it is of.
        gaps: Stretches of it could not be read.
    """
    notes = []
    if any(part.wording_unknown for part in conversation.parts):
        notes.append("wording-unknown")
    notes += sorted({part.left_out_note for part in conversation.parts if part.left_out_note is not None})
    notes += sorted({part.calendar_note for part in conversation.parts if part.calendar_note is not None})
    if gaps:
        notes.append("unread")
    zones = conversation.figures("times")
    if zones.get("none"):
        notes.append("untimed")
    return Transcript(
        number=conversation.number,
        platform=conversation.talk.platform,
        title=conversation.title,
        parts=tuple(
            Part(part.item.id, part.path or part.item.place.path, part.item.sha256.hex, part.talk.messages)
            for part in conversation.parts
        ),
        participants=tuple((each.name, each.messages, each.owner) for each in conversation.participants),
        zones=zones,
        order=next((part.date_order for part in conversation.parts if part.date_order), None),
        notes=tuple(notes),
        lines=(),
    )


def _line(
    entry: TranscriptEntry | TranscriptGap,
    marked: Mapping[str, tuple[int, ...]],
    numbers: Mapping[str, int],
    scope: Collection[str],
) -> Line:
    if isinstance(entry, TranscriptGap):
        return Line(entry.where, None, None, None, "", "unread", gap=entry.why)
    return Line(
        where=entry.where,
        sender=entry.sender,
        owner=entry.owner,
        time=entry.time,
        text=entry.text,
        kind=entry.kind,
        event=entry.event,
        words=tuple((each.role, each.text, each.by) for each in entry.words),
        attachments=tuple(_attachment(each, numbers, scope) for each in entry.attachments),
        to=entry.to,
        reactions=tuple((each.emoji, each.actor) for each in entry.reactions),
        flags=entry.flags,
        demands=marked.get(entry.where, ()),
    )


def _attachment(tied: TiedAttachment, numbers: Mapping[str, int], scope: Collection[str]) -> Attachment:
    """Return an attachment by its exhibit; an item that does not go along is withheld, and its number not told."""
    held = [item.id for item in tied.items or tied.perhaps]
    here = [item for item in held if item in scope or item.startswith("W")]
    status = "withheld" if held and not here else tied.status
    return Attachment(tied.name, status, tuple(here), tuple(numbers[item] for item in here if item in numbers))
