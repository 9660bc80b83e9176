"""Looking into containers, and into those inside them: their members become items of their own, one by one."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import FoundAt, Item
from evidence_kit.intake.container import ContainerContents, ContainerMember
from evidence_kit.intake.kinds import kind_named
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Json
from evidence_kit.workflows.accession.prepare import Prepared, Preparing
from evidence_kit.workflows.accession.read_ahead import ComingObject, read_ahead
from evidence_kit.workflows.accession.reading import EvidenceSource, held_bytes
from evidence_kit.workflows.accession.register import Accession
from evidence_kit.workflows.accession.witness import entry_in_words, without_comments
from evidence_kit.workflows.case.outcome import ContainerRead, Outcome, Unopened

# A zip in a zip in a zip: an export of an export that somebody sent on.
DEEPEST: Final = 3
AHEAD: Final = 8
# What all that a file holds, however deep, may grow to.
_RATIO_LIMIT: Final = 200
_FLOOR_BYTES: Final = 64 << 20
_MEMBERS_LIMIT: Final = 100_000


@dataclass(slots=True)
class Allowance:
    """The number of bytes and members that may still come out of one file, over all levels.

    Attributes:
        members: How many members.
        size_bytes: How many bytes of them.
    """

    members: int
    size_bytes: int

    @classmethod
    def for_size(cls, size_bytes: int) -> Allowance:
        """Return the allowance of a file of this size."""
        return cls(_MEMBERS_LIMIT, max(_FLOOR_BYTES, _RATIO_LIMIT * size_bytes))

    def admits_member(self, entry: ContainerMember) -> bool:
        """Count one more member; say whether it may still be read."""
        self.members -= 1
        self.size_bytes -= entry.size_bytes or 0
        return self.members >= 0 and self.size_bytes >= 0


@dataclass(slots=True)
class _Level:
    """A container that is being looked into.

    Attributes:
        item: Its id, of an item or of what was witnessed; None when the log does not have it.
        stretch: Where and what it is.
        held: What it holds.
        depth: 1 for a file, 2 for a container in it.
        allowance: What may still come out of the file.
        members: How many members were met.
        kept: How many of them could be read.
        beyond: How many stood behind the last one that the file may hold; they are refused together.
    """

    item: str | None
    stretch: EvidenceSource
    held: ContainerContents
    depth: int
    allowance: Allowance
    members: int = 0
    kept: int = 0
    beyond: int = 0

    def place(self, entry: ContainerMember) -> FoundAt:
        """Return the place of a member: in its container, or below the path of one that is not in the case."""
        if self.item is not None:
            return FoundAt(entry.name, entry.name_bytes, self.item, entry.number)
        above = self.stretch.place
        shown = f"{above.path}/{entry.name}"
        if above.path_bytes is None and entry.name_bytes is None:
            return FoundAt(shown, None, above.container)
        raw = _bytes(above.path, above.path_bytes) + b"/" + _bytes(entry.name, entry.name_bytes)
        return FoundAt(shown, base64.b64encode(raw).decode("ascii"), above.container)


class ContainerIntake:
    """Takes the members of containers in.

    Args:
        accession: Admits them.
        preparing: Reads them.
        threads: Where that is done ahead of their turn.
    """

    def __init__(self, accession: Accession, preparing: Preparing, threads: Executor) -> None:
        self._accession = accession
        self._preparing = preparing
        self._threads = threads

    def take_in(self, prepared: Prepared, allowance: Allowance | None = None, depth: int = 1) -> Iterator[Outcome]:
        """Take in a prepared file and its members; yields the outcomes committed on the way.

        Args:
            prepared: The file or member, read and encrypted or only hashed.
            allowance: How much may still come out of the outermost file; None for an outermost file.
            depth: Level of nesting, from 1; nothing deeper than `DEEPEST` is opened.

        Raises:
            OSError: The container cannot be read any more; what was taken in of it stays.
            OwnDiskError: The case's disk failed.
        """
        accession, stretch, reading = self._accession, prepared.stretch, prepared.reading
        item = accession.withhold(stretch, prepared.seen) if reading is None else accession.admit(stretch, reading)
        # What was only witnessed is looked into again: meanwhile a member may have been declared harmless.
        if prepared.window is None or (reading is not None and item in accession.looked_into):
            return
        held = (
            prepared.holding()
            if depth <= DEEPEST
            else ContainerContents(stretch.kind.name, unreadable="container-too-deep")
        )
        if held is None:
            return
        level = _Level(item, stretch, held, depth, allowance or Allowance.for_size(stretch.size_bytes or 0))
        if held.unreadable is not None:
            self._unopened(level, held.unreadable)
            return
        yield from self._members(level)
        # Members are read later than their container was hashed: where it changed meanwhile, nobody knows of which
        # bytes they are.
        if stretch.original is not None and stretch.original.changed():
            accession.refuse(FoundAt(stretch.place.path, stretch.place.path_bytes, item), "container-changed")
        self._read(level)

    def take_members(self, item: Item, held: ContainerContents) -> Iterator[Outcome]:
        """Take in the members of an item that is in the case already."""
        level = _Level(item.id, _stretch(item), held, 1, Allowance.for_size(item.size_bytes))
        yield from self._members(level)
        self._read(level)

    def unopened(self, item: Item, reason: str) -> None:
        """Say that nobody could look into an item of the case; the next ingest tries again."""
        self._accession.totals.unreadable += 1
        self._accession.group.add_outcome(Unopened(item.id, item.place, reason))

    def _members(self, level: _Level) -> Iterator[Outcome]:
        def prepare(entry: ContainerMember) -> Prepared:
            if entry.refusal is not None:
                raise MemberError(entry.refusal, 0)
            place = level.place(entry)
            return self._preparing.member(entry, level.stretch, level.held, place, self._accession.known_digest(place))

        accession = self._accession
        wanted = ((entry, held_bytes(entry.size_bytes)) for entry in self._allowed(level))
        most = AHEAD if level.held.side_by_side else 1
        with contextlib.closing(read_ahead(self._threads, prepare, wanted, most, Prepared.discard)) as prepared:
            for entry, future in prepared:
                yield from self._member(level, entry, future)
                if accession.group.full:
                    yield from accession.commit_all()
        if level.beyond:
            place = FoundAt(level.stretch.place.path, level.stretch.place.path_bytes, level.item)
            accession.refuse(place, "members-beyond-limit", str(level.beyond))

    def _allowed(self, level: _Level) -> Iterator[ContainerMember]:
        """Yield every member; one that would unpack to more than the file may hold bears a refusal.

        Where there are too many, the others are counted and not yielded: a zip of a few hundred kilobytes can name a
        hundred thousand members, and an event for each would drown the log.
        """
        careful = self._accession.rule.careful
        for each in level.held.entries():
            entry = entry_in_words(each) if careful else each
            level.members += 1
            allowed = level.allowance.admits_member(entry) or entry.refusal is not None
            if level.allowance.members < 0:
                level.beyond += 1
            else:
                yield entry if allowed else replace(entry, refusal="over-allowance")

    def _member(self, level: _Level, entry: ContainerMember, future: ComingObject[Prepared]) -> Iterator[Outcome]:
        accession, place = self._accession, level.place(entry)
        try:
            prepared = future.result()
        except MemberError as error:
            accession.refuse(place, f"member-{error.reason}", None, entry.size_bytes)
            return
        level.kept += 1
        yield from self.take_in(prepared, level.allowance, level.depth + 1)

    def _unopened(self, level: _Level, reason: str) -> None:
        accession = self._accession
        accession.totals.unreadable += 1
        accession.totals.count_file(level.stretch.kind.family.value, "unclear")
        if level.item is None:
            return
        facts: dict[str, Json] = {"item": level.item, "unreadable": reason, "members": 0}
        event = None if level.item in accession.looked_into else Event("container.read", facts)
        accession.looked_into.add(level.item)
        accession.group.add_outcome(Unopened(level.item, level.stretch.place, reason), event)

    def _read(self, level: _Level) -> None:
        """Note the result of reading a container that the log has."""
        if level.item is None:
            return
        known = level.item in self._accession.looked_into
        self._accession.looked_into.add(level.item)
        refused = level.members - level.kept
        facts: dict[str, Json] = {"item": level.item, "members": level.members, "kept": level.kept, "refused": refused}
        if level.held.form == "zip":
            careful = self._accession.rule.careful
            facts["parts"] = without_comments(level.held.parts) if careful else level.held.parts
        else:
            facts |= {"form": level.held.form, "notes": list(level.held.notes)}
        notes = tuple(level.held.notes)
        outcome = ContainerRead(level.item, level.stretch.place, level.members, level.kept, refused, notes)
        self._accession.group.add_outcome(outcome, None if known else Event("container.read", facts))


def _bytes(shown: str, raw: str | None) -> bytes:
    return shown.encode("utf-8") if raw is None else base64.b64decode(raw)


def _stretch(item: Item) -> EvidenceSource:
    """Return an item as the container of its members; its own bytes are not asked for again."""
    return EvidenceSource(
        item.place, item.place.path, b"", kind_named(item.kind), item.size_bytes, lambda: iter(()), {}
    )
