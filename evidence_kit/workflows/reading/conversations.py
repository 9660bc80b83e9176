"""Conversations of a case, as its log says they were understood: which there are, in which items, how many messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from evidence_kit.chats.format import LOG_BESIDE
from evidence_kit.chats.parts import part_number, whole_name
from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import Item, LogEvent, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.workflows.reading.coverage import (
    CoverageError,
    FileConversation,
    Participant,
    file_conversations,
)

# Calendars of which only the years are counted otherwise.
_COUNTED_OVER = frozenset({"buddhist", "reiwa", "heisei", "showa"})


@dataclass(frozen=True, slots=True)
class ConversationPart:
    """One conversation as one item holds it.

    Attributes:
        item: The item.
        format: Name of the format that reads it.
        talk: What `chat.parsed` says about it.
        date_order: How its dates are read and why, where that had to be decided: such as
            `day, month, year (a-number-above-12)`.
        wording: In which language the app speaks in it, where its reader says so; begins with `unknown` where the app
            does, in words that no table knows.
        left_out: What the app leaves out of such an export, where that is known.
        calendar: By which calendar its days are counted, where that is not the usual one: such as `hijri`; `no-year`
            where they have no year.
        path: Where it was found; of a member with the path of its container before it.
    """

    item: Item
    format: str
    talk: FileConversation
    date_order: str | None = None
    wording: str | None = None
    left_out: str | None = None
    path: str = ""
    calendar: str | None = None

    @property
    def left_out_note(self) -> str | None:
        """The code of the messages that are lacking: `left-out`, `log-beside`, None where nothing is."""
        return None if self.left_out is None else "log-beside" if self.left_out == LOG_BESIDE else "left-out"

    @property
    def calendar_note(self) -> str | None:
        """The code of the note about its days: `days-unread`, `days-counted-over`, `days-without-year`."""
        if self.calendar is None:
            return None
        if self.calendar == "no-year":
            return "days-without-year"
        return "days-counted-over" if self.calendar in _COUNTED_OVER else "days-unread"

    @property
    def wording_unknown(self) -> bool:
        """Say whether the app speaks in it in words that nobody here knows."""
        return (self.wording or "").startswith("unknown")


@dataclass(frozen=True, slots=True)
class CaseConversation:
    """One conversation of the case.

    Attributes:
        number: As a person names it, from 1, in the order of taking in.
        parts: The items that hold it, the earliest messages first; more than one where an exporter cuts.
    """

    number: int
    parts: tuple[ConversationPart, ...]

    @property
    def talk(self) -> FileConversation:
        """The facts that the first part states about it."""
        return self.parts[0].talk

    @property
    def title(self) -> str | None:
        """As the export shows it; None where it has none."""
        return next((part.talk.title for part in self.parts if part.talk.title), None)

    @property
    def messages(self) -> int:
        """How many messages all parts hold."""
        return sum(part.talk.messages for part in self.parts)

    @property
    def first(self) -> StatedTime | None:
        """The earliest time."""
        return next((part.talk.first for part in self.parts if part.talk.first), None)

    @property
    def last(self) -> StatedTime | None:
        """The latest time."""
        return next((part.talk.last for part in reversed(self.parts) if part.talk.last), None)

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Who wrote, over all parts; who wrote most comes first."""
        counted: dict[str, Participant] = {}
        for part in self.parts:
            for each in part.talk.participants:
                before = counted.get(each.name, Participant(each.name, 0, owner=None))
                owner = each.owner if before.owner is None else before.owner or each.owner
                counted[each.name] = Participant(each.name, before.messages + each.messages, owner)
        return tuple(sorted(counted.values(), key=lambda each: -each.messages))

    @property
    def members(self) -> tuple[str, ...]:
        """Names of those who take part, as the parts list them; empty where they list nobody."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.talk.members))

    def figures(self, name: str) -> dict[str, int]:
        """Return `kinds`, `flags`, `times` or `attachments`, counted over all parts."""
        counted: dict[str, int] = {}
        for part in self.parts:
            for each, count in part.talk.figures[name].items():
                counted[each] = counted.get(each, 0) + count
        return counted


def newest_readings(manifest: Manifest) -> dict[str, LogEvent]:
    """Return the newest `chat.parsed` of every item that is not excluded."""
    included = {item.id for item in manifest.included}
    newest = {str(entry.facts["item"]): entry for entry in manifest.entries.get("chat.parsed", ())}
    return {item: newest[item] for item in sorted(newest) if item in included}


def conversations(manifest: Manifest) -> list[CaseConversation]:
    """Return the conversations of a case, in the order in which their items were taken in."""
    grouped: dict[tuple[str | None, ...], list[ConversationPart]] = {}
    seen: dict[tuple[str | None, str], int] = {}
    for item_id, entry in newest_readings(manifest).items():
        item = manifest.items[item_id]
        if entry.facts.get("recognition") != "recognised":
            continue
        whole = whole_name(item.place.path)
        # A file that changed and was taken in again is a second item of the same path, and no further part.
        place = (item.place.container, item.place.path)
        again = seen[place] = seen.get(place, -1) + 1
        for talk in _talks(entry.facts):
            title = None if talk.id else talk.title
            key = (item.place.container, whole, str(again), talk.platform, talk.id, title)
            part = ConversationPart(
                item,
                str(entry.facts["format"]),
                talk,
                _decided(entry.facts, "date-order"),
                _decided(entry.facts, "wording"),
                _decided(entry.facts, "left-out"),
                export_name(item, manifest),
                _decided(entry.facts, "calendar"),
            )
            grouped.setdefault(key, []).append(part)
    return [
        CaseConversation(number, tuple(sorted(parts, key=_earliest_first)))
        for number, parts in enumerate(grouped.values(), start=1)
    ]


def _talks(facts: Mapping[str, Json]) -> list[FileConversation]:
    try:
        return file_conversations(facts)
    except CoverageError:
        return []


def _decided(facts: Mapping[str, Json], name: str) -> str | None:
    decided = facts.get("decided")
    told = decided.get(name) if isinstance(decided, Mapping) else None
    return told if isinstance(told, str) else None


def _earliest_first(part: ConversationPart) -> tuple[str, int]:
    first = part.talk.first
    return (first.value if first and first.value else "~", part_number(part.item.place.path))


def numbered_alike(shown: Sequence[CaseConversation], whole: Sequence[CaseConversation]) -> list[CaseConversation]:
    """Return the conversations of a part of a case under the numbers that they have in the whole of it.

    Args:
        shown: The conversations of the part.
        whole: Those of the case.
    """
    numbers = {(part.item.id, part.talk.number): each.number for each in whole for part in each.parts}
    found: dict[int, list[ConversationPart]] = {}
    for each in shown:
        # Exports of one path, of which the part lacks some, may fall apart in it: by the number they are one again.
        found.setdefault(numbers[each.parts[0].item.id, each.parts[0].talk.number], []).extend(each.parts)
    return [
        CaseConversation(number, tuple(sorted(parts, key=_earliest_first))) for number, parts in sorted(found.items())
    ]


def conversation_at(listed: Sequence[CaseConversation], number: int, case: str) -> CaseConversation:
    """Return the conversation of a number.

    Args:
        listed: The conversations, from `conversations`.
        number: As people count them, from 1.
        case: Id of the case, for the error.

    Raises:
        UsageError: There is none.
    """
    found = next((each for each in listed if each.number == number), None)
    if found is None:
        raise UsageError("chat-unknown", number=number, case=case)
    return found


def export_name(item: Item, manifest: Manifest) -> str:
    """Return the path of an item as chat formats want it: for a member, that of its container before it."""
    container = manifest.items.get(item.place.container or "")
    return item.place.path if container is None else f"{container.place.path}/{item.place.path}"


def conversation_file(conversation: CaseConversation) -> str:
    """Return the name of the file that holds a conversation."""
    return PurePosixPath(conversation.parts[0].item.place.path).name
