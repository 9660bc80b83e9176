"""The contents of an ingest's next commit: events, drafts, and descriptions still being made."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Spot
from evidence_kit.libraries import problem_code
from evidence_kit.model import Digest, Json
from evidence_kit.vault.store import Draft
from evidence_kit.workers.job import Answer, Failure, Job
from evidence_kit.workflows.case.outcome import Outcome
from evidence_kit.workflows.case.write import CaseWriter

# Fewer commits cost less waiting for the disk; more of them lose less when the cable is pulled.
GROUP_ITEMS = 128
GROUP_BYTES = 128 << 20
# What an event may want in the log and its body; on a disk that fills up, a commit is made while there is room for it.
_EVENT_BYTES = 16 << 10
# Small files that come before the disk is asked again take far less than this. A large one that fills it is dropped
# when it fails, and what it took is there again for the commit.
_MUCH_ROOM_BYTES = 4 << 30
_ASK_EVERY = 16


class PendingDescription(Protocol):
    """A description still being made."""

    def result(self) -> Mapping[str, Json]:
        """Wait for the facts of an `item.described`, without its item; trouble is among them, never raised."""
        ...


class DescriptionService(Protocol):
    """Looks into bytes somewhere else, where no key is."""

    def describes(self, kind: str) -> bool:
        """Say whether there is anything to say about this type."""
        ...

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        """Start to describe; an open file may be closed once this returns.

        Args:
            kind: Name of the content type.
            name: The file's own name, where naming habits are looked for.
            payload: The whole file.
            pixels: Whether pictures, films and what is embedded in other files may be decoded; without, no pixel,
                no thumbnail and no perceptual hash comes of it.
        """
        ...

    def reads(self, kind: str) -> bool:
        """Say whether a file of this type may be an exported conversation."""
        ...

    def begin_chat(self, about: Mapping[str, Json], payload: bytes | BinaryIO) -> PendingDescription:
        """Start to read a conversation; the result is the facts of a `chat.parsed`, none when it is no chat.

        Args:
            about: `name`, `beside` and `head_only`, as `evidence_kit.chats.worker.reading_facts` wants them.
            payload: The export; an open file may be closed once this returns.
        """
        ...

    def submit(self, job: Job) -> Future[Answer]:
        """Start any other job; its result is an answer, never an exception."""
        ...


class Undescribed:
    """Has nothing to say: everything is kept now and may be described later."""

    def describes(self, kind: str) -> bool:  # noqa: ARG002 - whatever it is
        """Say no."""
        return False

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        """Nobody calls this.

        Args:
            kind: Content type of the file.
            name: Its name.
            payload: Its bytes.
            pixels: Whether pixels may be decoded.

        Raises:
            NotImplementedError: Always: it describes nothing, so there is nothing to begin.
        """
        raise NotImplementedError

    def reads(self, kind: str) -> bool:  # noqa: ARG002 - whatever it is
        """Say no."""
        return False

    def begin_chat(self, about: Mapping[str, Json], payload: bytes | BinaryIO) -> PendingDescription:
        """Nobody calls this."""
        raise NotImplementedError

    def submit(self, job: Job) -> Future[Answer]:  # noqa: ARG002 - whatever it is
        """Say that nobody is there for it."""
        future: Future[Answer] = Future()
        future.set_result(Failure("not-started", "nobody looks into anything now"))
        return future


class OwnDiskError(Exception):
    """Writing into the case failed; the cause is an OSError."""


@dataclass(frozen=True, slots=True)
class KnownDescription:
    """A description that needs nobody's work."""

    facts: Mapping[str, Json]

    def result(self) -> Mapping[str, Json]:
        """Return the facts."""
        return self.facts


@dataclass(frozen=True, slots=True)
class _Later:
    """An event and outcomes that wait for a description; without facts there is no event."""

    type: str
    item: str
    pending: PendingDescription
    outcomes: Callable[[Mapping[str, Json]], Sequence[Outcome]]


@dataclass(slots=True)
class CommitGroup:
    """Everything since the last commit, in the order in which it happened.

    Attributes:
        writer: The case.
        by_digest: SHA-256 to item id, for what is not committed yet.
        witnessed: SHA-256 to id, of what was seen and not copied and is not committed yet.
        places: Where it was found, to the digest of what was found there.
        items: How many new items there are.
        size_bytes: How many bytes of originals they hold.
    """

    writer: CaseWriter
    by_digest: dict[str, str] = field(default_factory=dict)
    witnessed: dict[str, str] = field(default_factory=dict)
    places: dict[Spot, Digest] = field(default_factory=dict)
    items: int = 0
    size_bytes: int = 0
    _events: list[Event | _Later] = field(default_factory=list)
    _outcomes: list[Outcome | _Later] = field(default_factory=list)
    _drafts: list[Draft] = field(default_factory=list)
    _told: int = 0
    _room: int = 0
    _asked: int = 0

    @property
    def full(self) -> bool:
        """Say whether it is time to commit."""
        return self._told >= GROUP_ITEMS or self.size_bytes >= GROUP_BYTES or self._tight

    @property
    def _tight(self) -> bool:
        """Say whether the case's disk has hardly room for these events.

        A disk with much room is asked only now and then.
        """
        if self._room < _MUCH_ROOM_BYTES or self._told >= self._asked + _ASK_EVERY:
            self._room, self._asked = shutil.disk_usage(self.writer.case.folder.root).free, self._told
        return self._room < len(self._events) * _EVENT_BYTES

    @property
    def next_item(self) -> str:
        """The id of the next new item."""
        return f"E{self.writer.manifest.next_item + self.items:06d}"

    @property
    def next_witnessed(self) -> str:
        """The id of the next witnessed file."""
        return f"W{self.writer.manifest.next_witnessed + len(self.witnessed):06d}"

    def add_outcome(self, outcome: Outcome, event: Event | None = None) -> None:
        """Note an outcome and, unless the log has it already, its event."""
        if event is not None:
            self._events.append(event)
        self._outcomes.append(outcome)
        self._told += 1

    def keep_item(self, draft: Draft, digest: Digest, size_bytes: int, facts: Mapping[str, Json]) -> None:
        """Take a new item in; its outcome is told with its description, or by `add`.

        Args:
            draft: The encrypted item, durable, without its name yet.
            digest: SHA-256 of the plain bytes.
            size_bytes: Number of plain bytes.
            facts: Facts for `item.kept`, besides the id.
        """
        event = Event("item.kept", {"item": draft.item, **facts}, object=draft.item, stored=draft.stored)
        self._events.append(event)
        self._drafts.append(draft)
        self.by_digest[digest.hex] = draft.item
        self.items += 1
        self.size_bytes += size_bytes

    def describe(self, item: str, pending: PendingDescription, outcome: Callable[[tuple[str, ...]], Outcome]) -> None:
        """Note that an item is being described; `outcome` is told the problems there were.

        Args:
            item: Id of the item.
            pending: The description that is being made.
            outcome: Makes the outcome out of the codes of the problems.
        """
        self._wait(_Later("item.described", item, pending, lambda facts: [outcome(problems_of(facts))]))
        self._told += 1

    def read_chat(
        self, item: str, pending: PendingDescription, outcomes: Callable[[Mapping[str, Json]], Sequence[Outcome]]
    ) -> None:
        """Note that an item is being read as a conversation; `outcomes` is told the facts, none when it is none.

        It does not fill the group: most of what is looked at is no conversation.

        Args:
            item: Id of the item.
            pending: The reading that is under way.
            outcomes: Makes the outcomes out of the facts of `chat.parsed`.
        """
        self._wait(_Later("chat.parsed", item, pending, outcomes))

    def _wait(self, later: _Later) -> None:
        self._events.append(later)
        self._outcomes.append(later)

    def commit_all(self) -> list[Outcome]:
        """Commit everything and return the outcomes; they count from here on.

        Raises:
            OwnDiskError: The case's disk failed; nothing of the group counts.
        """
        results: dict[tuple[str, str], Mapping[str, Json]] = {}
        events: list[Event] = []
        for each in self._events:
            if isinstance(each, Event):
                events.append(each)
            else:
                facts = results[each.type, each.item] = each.pending.result()
                if facts:
                    events.append(Event(each.type, {"item": each.item, **facts}))
        if events:
            try:
                self.writer.commit(events, self._drafts)
            except OSError as error:
                raise OwnDiskError from error
        self._drafts.clear()
        told: list[Outcome] = []
        for outcome in self._outcomes:
            if isinstance(outcome, _Later):
                told += outcome.outcomes(results[outcome.type, outcome.item])
            else:
                told.append(outcome)
        return told

    def discard_drafts(self) -> None:
        """Forget the drafts that were never committed."""
        for draft in self._drafts:
            draft.discard()
        self._drafts.clear()


def problems_of(described: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the codes of the failures of a description."""
    listed = described.get("problems", ())
    problems = listed if isinstance(listed, (list, tuple)) else ()
    return tuple(problem_code(each) for each in problems if isinstance(each, Mapping))
