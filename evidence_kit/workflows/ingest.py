"""Taking files in: read once, hash and encrypt the very same bytes, describe in isolation, commit in groups."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Place, spot
from evidence_kit.hashing.exact import tally
from evidence_kit.intake import care
from evidence_kit.intake.containers import Member, Unreadable, Verdict, ZipPlan, examine_all
from evidence_kit.intake.errors import SourceMissingError
from evidence_kit.intake.kinds import name_agrees
from evidence_kit.intake.read import CountingSource, NotRegularError, Original, Trace, opened, pieces
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.walk import Found, Unfit, os_words, walk
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.keys import age
from evidence_kit.model import Json, Kind
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.vault.store import Draft
from evidence_kit.workflows import members
from evidence_kit.workflows.case import CaseWriter
from evidence_kit.workflows.coverage import chat_read
from evidence_kit.workflows.group import Describer, Group, OwnDiskError, Pending
from evidence_kit.workflows.group import Known as Settled
from evidence_kit.workflows.outcome import (
    ContainerRead,
    Kept,
    Known,
    Outcome,
    Refused,
    SeenAgain,
    Totals,
    Unopened,
)
from evidence_kit.workflows.trouble import LIMITS, disk_error

# Up to here the bytes that were hashed are themselves handed to the describer.
KEEP_BYTES = 64 << 20
WAYS = ("phone-export", "copy", "screenshot", "re-photograph", "download", "unknown")


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the files of one ingest came here.

    Attributes:
        how: `phone-export`, `copy`, `screenshot`, `re-photograph`, `download` or `unknown`.
        handed_by: Who handed them over, None when nobody said.
        device: From which device, None when nobody said.
        place: Where this was done.
        sensitivity: `none`, `intimate` or `unknown` for all of them.
        declared_by: Who said so; None only for `unknown`.
    """

    how: str = "unknown"
    handed_by: str | None = None
    device: str | None = None
    place: str | None = None
    sensitivity: str = "unknown"
    declared_by: str | None = None

    def facts(self, utc_offset: str) -> Json:
        """Return the facts as they go into the log."""
        return {
            "how": self.how,
            "handed_by": self.handed_by,
            "device": self.device,
            "place": self.place,
            "utc_offset": utc_offset,
        }


@dataclass(frozen=True, slots=True)
class _Bytes:
    """One stretch of evidence that can be read, once or twice.

    Attributes:
        place: Where it was found.
        name: Its last name, for the describer and for `name_agrees`.
        head: Its first bytes, up to `HEAD_BYTES`.
        size_bytes: Its length as the source declares it.
        pieces: Reads it from the start.
        times: What the source says about its dates.
        more: Further facts about where it stood.
        file: The open file, for what is too large to be handed over as bytes; None for members.
        inside: Path of the container before that of a member, as a chat's name may stand in either.
        beside: Names of everything in the container, where an export names its attachments; None for plain files.
    """

    place: Place
    name: str
    head: bytes
    size_bytes: int
    pieces: Callable[[], Iterator[bytes]]
    times: Json
    more: Mapping[str, Json] = field(default_factory=dict)
    file: BinaryIO | None = None
    inside: str | None = None
    beside: Sequence[str] | None = None


def ingest(
    writer: CaseWriter,
    sources: Sequence[Path],
    provenance: Provenance,
    describer: Describer,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Outcome]:
    """Take sources into a case; every outcome is yielded once it is durable, the totals last.

    Raises:
        SourceMissingError: A source does not exist; nothing was read.
        DiskFullError: The case's disk is full; what was yielded before is safe.
        DiskFailureError: The case's disk cannot be written.
        SystemLimitError: No memory or file handles are left.
    """
    for source in sources:
        if not os.path.lexists(source):
            raise SourceMissingError("source-missing", path=str(source))
    yield from _Ingest(writer, provenance, describer, on_bytes).run(sources)


def total_bytes(sources: Sequence[Path]) -> int:
    """Return how many bytes of files the sources hold, as the file system says."""
    return sum(found.size_bytes for source in sources for found in walk(source) if isinstance(found, Found))


def free_bytes(folder: CaseFolder) -> int:
    """Return how much room the case's disk has left."""
    return shutil.disk_usage(folder.root).free


class _Ingest:
    def __init__(
        self,
        writer: CaseWriter,
        provenance: Provenance,
        describer: Describer,
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self._writer = writer
        self._manifest = writer.manifest
        self._provenance = provenance
        self._describer = describer
        self._on_bytes = on_bytes
        self._group = Group(writer)
        self._totals = Totals()
        self._careful = self._manifest.age_band != care.ADULT
        self._own = frozenset(
            folder.resolve() for folder in (writer.case.folder.root, writer.station.folder, writer.station.cases)
        )

    def run(self, sources: Sequence[Path]) -> Iterator[Outcome]:
        try:
            for source in sources:
                for found in walk(source, self._own):
                    yield from self._found(found)
            yield from self._flush()
        except KeyboardInterrupt:
            self._settle()
            raise
        except (OwnDiskError, OSError) as error:
            raise self._stopped(error) from error
        finally:
            self._group.drop()
        yield self._totals

    def _found(self, found: Found | Unfit) -> Iterator[Outcome]:
        place = Place(found.shown, found.shown_bytes)
        if isinstance(found, Unfit):
            self._refuse(place, found.reason, found.detail)
        else:
            try:
                with opened(found.path) as original:
                    yield from self._original(original, place, found)
            except NotRegularError:
                self._refuse(place, "not-regular", None)
            except OSError as error:
                if error.errno in LIMITS:
                    raise
                self._refuse(place, "unreadable", os_words(error), found.size_bytes)
        if self._group.full:
            yield from self._flush()

    def _original(self, original: Original, place: Place, found: Found) -> Iterator[Outcome]:
        def from_start() -> Iterator[bytes]:
            original.file.seek(0)
            return pieces(original.file)

        size_bytes = original.before.size_bytes
        data = _Bytes(
            place,
            found.path.name,
            original.head,
            size_bytes,
            from_start,
            original.before.facts(),
            file=original.file,
        )
        kind = sniff(data.head, size_bytes)
        plans = _zips_in(original.file, size_bytes, kind)
        if self._careful and self._withhold(data, kind, plans, original.file):
            return
        item = self._keep(data, kind, original)
        if plans and item is not None:
            yield from self._container(item, place, plans, original)

    def _withhold(self, data: _Bytes, kind: Kind, plans: Sequence[ZipPlan | Unreadable], file: BinaryIO) -> bool:
        """In the case of a minor: refuse what is, or may hold, a picture or film. Say whether it was refused."""
        if plans and all(isinstance(plan, ZipPlan) for plan in plans):
            held = any(members.may_show(file, member) for _, member in members.numbered(plans))
        else:
            held = care.may_hold_pictures(kind) or care.picture_inside(data.pieces())
        if held:
            self._totals.withheld += 1
            self._refuse(data.place, care.REASON, kind.name, data.size_bytes)
        return held

    def _keep(self, data: _Bytes, kind: Kind, original: Original | None) -> str | None:
        """Keep a stretch of bytes, or find that the case has it; return its item id, None when refused."""
        known = self._manifest.places.get(spot(data.place))
        if known is not None:
            again = tally(self._counted(data.pieces()))
            if again.sha256 == known:
                item = self._manifest.by_digest[known.hex]
                self._group.add(Known(item, data.place))
                self._totals.known += 1
                return item
        for attempt in (1, 2):
            draft, source = self._encrypt(data, kind)
            changed = original is not None and original.changed()
            if not changed or attempt == 2:
                break
            draft.drop()
            assert original is not None  # noqa: S101 - only an original can change
            original.before = Trace.of(original.file.fileno())
        return self._admit(data, kind, draft, source, unstable=changed)

    def _encrypt(self, data: _Bytes, kind: Kind) -> tuple[Draft, CountingSource]:
        looked_at = self._describer.describes(kind.name) or self._describer.reads(kind.name)
        wanted = looked_at and data.size_bytes <= KEEP_BYTES
        source = CountingSource(data.pieces(), KEEP_BYTES if wanted else 0, self._on_bytes)
        try:
            draft = self._writer.store.draft(self._group.next_item)
        except OSError as error:
            raise OwnDiskError from error
        try:
            age.encrypt_stream(source, _Sink(draft), self._writer.recipient)
        except BaseException:
            draft.drop()
            raise
        return draft, source

    def _admit(self, data: _Bytes, kind: Kind, draft: Draft, source: CountingSource, *, unstable: bool) -> str:
        digest = source.tally.sha256
        twin = self._group.by_digest.get(digest.hex) or self._manifest.by_digest.get(digest.hex)
        if twin is not None:
            draft.drop()
            event = Event("item.seen-again", {"item": twin, **_place_facts(data.place)})
            self._group.add(SeenAgain(twin, data.place), event)
            self._totals.seen_again += 1
            return twin
        agrees = name_agrees(kind, data.name)
        facts = self._facts(data, kind, source, agrees=agrees, unstable=unstable)
        self._group.keep(draft, digest, source.tally.size_bytes, facts)
        self._totals.kept += 1
        self._totals.kept_bytes += source.tally.size_bytes

        def outcome(problems: tuple[str, ...] = ()) -> Kept:
            self._totals.not_described += bool(problems)
            return Kept(
                item=draft.item,
                place=data.place,
                kind=kind.name,
                family=kind.family.value,
                size_bytes=source.tally.size_bytes,
                sha256=digest.hex,
                name_agrees=agrees,
                described=self._describer.describes(kind.name) and not problems,
                problems=problems,
                unstable=unstable,
            )

        pending = self._describe(data, kind, source)
        if pending is None:
            self._group.add(outcome())
        else:
            self._group.describe(draft.item, pending, outcome)
        if self._describer.reads(kind.name):
            self._group.read_chat(draft.item, self._chat(data, source), self._chat_outcome(draft.item, data.place))
        return draft.item

    def _chat(self, data: _Bytes, source: CountingSource) -> Pending:
        """Let an item be read as a conversation; of a member too large for that only its beginning is looked at."""
        name = data.place.path if data.inside is None else f"{data.inside}/{data.place.path}"
        about: dict[str, Json] = {"name": name, "beside": data.beside}
        if source.kept is not None:
            return self._describer.begin_chat(about, bytes(source.kept))
        if data.file is not None:
            return Settled(self._describer.begin_chat(about, data.file).result())
        return self._describer.begin_chat({**about, "head_only": True}, data.head)

    def _chat_outcome(self, item: str, place: Place) -> Callable[[Mapping[str, Json]], Sequence[Outcome]]:
        def outcomes(facts: Mapping[str, Json]) -> Sequence[Outcome]:
            if not facts:
                return []
            read = chat_read(item, place, facts)
            self._totals.chats += read.recognition == "recognised"
            self._totals.messages += read.messages
            self._totals.chats_unread += not read.whole
            return [read]

        return outcomes

    def _facts(
        self,
        data: _Bytes,
        kind: Kind,
        source: CountingSource,
        *,
        agrees: bool | None,
        unstable: bool,
    ) -> dict[str, Json]:
        now = self._writer.world.clock.now()
        offset = now.astimezone().strftime("%z")
        facts: dict[str, Json] = {
            **_place_facts(data.place),
            "size": source.tally.size_bytes,
            "sha256": source.tally.sha256.hex,
            "crc32": source.tally.crc32,
            "kind": {"name": kind.name, "family": kind.family.value, "media_type": kind.media_type},
            "name_agrees": agrees,
            "times": data.times,
            **data.more,
            "provenance": self._provenance.facts(offset),
            "sensitivity": self._provenance.sensitivity,
        }
        if self._provenance.declared_by is not None:
            facts["declared_by"] = self._provenance.declared_by
        if unstable:
            facts["unstable"] = True
        return facts

    def _describe(self, data: _Bytes, kind: Kind, source: CountingSource) -> Pending | None:
        """Let an item be described, None when there is nothing to describe about its type."""
        if not self._describer.describes(kind.name):
            return None
        if source.kept is not None:
            return self._describer.begin(kind.name, data.name, bytes(source.kept))
        if data.file is not None:
            # The file is closed when its item is done, so this one is waited for.
            return Settled(self._describer.begin(kind.name, data.name, data.file).result())
        problem = {"code": "too-large-inside-container", "detail": ""}
        return Settled({"describer": kind.family.value, "facts": {}, "problems": [problem]})

    def _container(
        self, item: str, place: Place, plans: Sequence[ZipPlan | Unreadable], original: Original
    ) -> Iterator[Outcome]:
        read = {entry.facts["item"] for entry in self._manifest.entries.get("container.read", ())}
        if item in read:
            return
        first = plans[0]
        if isinstance(first, Unreadable):
            facts: dict[str, Json] = {"item": item, "unreadable": first.reason, "members": 0}
            self._group.add(Unopened(item, place, first.reason), Event("container.read", facts))
            self._totals.unreadable += 1
            return
        kept = count = 0
        beside = members.names(plans)
        for number, member in members.numbered(plans):
            count += 1
            kept += self._member(Place(place.path, None, item, number), member, original.file, beside)
            if self._group.full:
                yield from self._flush()
        if original.changed():
            self._refuse(Place(place.path, place.path_bytes, item), "container-changed", None)
        notes = tuple(dict.fromkeys(note for plan in plans if isinstance(plan, ZipPlan) for note in plan.notes))
        facts = {"item": item, "members": count, "kept": kept, "refused": count - kept}
        facts["parts"] = [members.facts(plan) for plan in plans if isinstance(plan, ZipPlan)]
        self._group.add(ContainerRead(item, place, count, kept, count - kept, notes), Event("container.read", facts))

    def _member(self, within: Place, member: Member, file: BinaryIO, beside: Sequence[str] | None) -> bool:
        """Keep one member under an item id of its own; say whether it could be read.

        Args:
            within: Path and item of the container, and the member's number.
            member: The member.
            file: The container.
            beside: Names of all members.
        """
        name, name_bytes = members.shown_name(member)
        place = Place(name, name_bytes, within.container, within.member)
        if member.verdict is not Verdict.READABLE:
            self._refuse(place, f"member-{member.verdict.value}", None, member.size_bytes)
            return False
        try:
            data = _Bytes(
                place=place,
                name=name.replace("\\", "/").rsplit("/", 1)[-1],
                head=members.head_of(members.content(file, member)),
                size_bytes=member.size_bytes,
                pieces=lambda: members.content(file, member),
                times={"local": member.time_local, "utc": member.time_utc},
                more={"name_from": member.name_from, "name_dangers": list(member.dangers)},
                inside=within.path,
                beside=beside,
            )
            return self._keep(data, sniff(data.head, member.size_bytes), None) is not None
        except MemberError as error:
            self._refuse(place, f"member-{error.reason}", None, member.size_bytes)
            return False

    def _refuse(self, place: Place, reason: str, detail: str | None, size_bytes: int | None = None) -> None:
        """Note a refusal; the same one is written into the log only once."""
        before = self._manifest.refused.get(spot(place))
        event = None
        if before is None or before.facts.get("reason") != reason:
            facts: dict[str, Json] = {**_place_facts(place), "reason": reason}
            if detail is not None:
                facts["detail"] = detail
            if size_bytes is not None:
                facts["size"] = size_bytes
            event = Event("item.refused", facts)
        self._group.add(Refused(place, reason, detail, size_bytes), event)
        self._totals.refused += 1

    def _counted(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        for piece in stream:
            if self._on_bytes is not None:
                self._on_bytes(len(piece))
            yield piece

    def _flush(self) -> Iterator[Outcome]:
        yield from self._settle()

    def _settle(self) -> list[Outcome]:
        """Commit the group; after this everything in it counts."""
        group, self._group = self._group, Group(self._writer)
        try:
            return group.settle()
        except BaseException:
            group.drop()
            raise

    def _stopped(self, error: OwnDiskError | OSError) -> Exception:
        """Return the error that a person sees; what could be committed still is."""
        cause = error.__cause__ if isinstance(error, OwnDiskError) else error
        with contextlib.suppress(OwnDiskError):
            self._settle()
        return disk_error(cause if isinstance(cause, OSError) else None, len(self._manifest.items))


def _zips_in(file: BinaryIO, size_bytes: int, kind: Kind) -> list[ZipPlan | Unreadable]:
    """Return what there is to say about the zips in a file: also about one that other bytes stand before."""
    if kind.name not in {"zip", "unknown"}:
        return []
    plans = list(examine_all(file, size_bytes))
    return plans if kind.name == "zip" or isinstance(plans[0], ZipPlan) else []


class _Sink:
    """Writes into a draft; tells trouble with our disk from trouble with the source."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def write(self, data: bytes, /) -> int:
        try:
            return self._draft.write(data)
        except OSError as error:
            raise OwnDiskError from error

    def flush(self) -> None:
        self._draft.flush()


def _place_facts(place: Place) -> dict[str, Json]:
    facts: dict[str, Json] = {"path": place.path}
    if place.path_bytes is not None:
        facts["path_bytes"] = place.path_bytes
    if place.container is not None:
        facts |= {"container": place.container}
    if place.member is not None:
        facts |= {"member": place.member}
    return facts
