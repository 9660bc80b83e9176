"""Registering read sources: the next item, the same bytes at another place, or a refusal; then its description."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import FoundAt, place_key
from evidence_kit.hashing.exact import Tally
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.kinds import name_agrees
from evidence_kit.model import Digest, Json
from evidence_kit.vault.store import Draft
from evidence_kit.workflows.accession.commit_group import CommitGroup, DescriptionService, PendingDescription
from evidence_kit.workflows.accession.commit_group import KnownDescription as Settled
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.accession.reading import EvidenceSource, Reading, place_facts
from evidence_kit.workflows.accession.witness import HashedFile, rule_for
from evidence_kit.workflows.case.outcome import AlreadyInCase, Kept, Outcome, Refused, SeenAgain, Totals, WitnessOutcome
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.coverage import chat_read


class Accession:
    """The one that gives out item ids; everything goes through it in the order in which it was found.

    Attributes:
        writer: The case.
        describer: Looks into bytes somewhere else.
        group: What the next commit will hold.
        totals: What the ingest came to so far.
        rule: What is done with pictures.
        looked_into: Containers whose members were taken in; they need not be looked into again.
    """

    def __init__(self, writer: CaseWriter, provenance: Provenance, describer: DescriptionService) -> None:
        self.writer = writer
        self.describer = describer
        self.group = CommitGroup(writer)
        self.totals = Totals()
        self._manifest = writer.manifest
        self.looked_into = {str(entry.facts["item"]) for entry in self._manifest.entries.get("container.read", ())}
        self._provenance = provenance
        self.rule = rule_for(self._manifest, provenance.sensitivity)
        self._came = self._came_here()

    def holds(self, digest: Digest) -> bool:
        """Say whether the case holds these bytes already, from wherever; asked by the threads that read ahead.

        An item that is committed does not go while the case is being written to, so that a yes stays one.
        """
        return digest.hex in self._manifest.by_digest

    def known_digest(self, place: FoundAt) -> Digest | None:
        """Return the digest that the case holds from this very place."""
        return self._manifest.places.get(place_key(place))

    def admit(self, stretch: EvidenceSource, reading: Reading) -> str:
        """Register a read source; return the id of the item that holds its bytes.

        Raises:
            RuntimeError: A new item came without its encrypted bytes.
        """
        digest, where = reading.tally.sha256, place_key(stretch.place)
        # The group first: the manifest learns of an item with its commit, and the same picture often lies twice in one
        # folder.
        twin = self.group.by_digest.get(digest.hex) or self._manifest.by_digest.get(digest.hex)
        if twin is not None:
            reading.discard()
            # Of this very place; or read ahead before it was committed: the same source was named twice.
            if digest in {self._manifest.places.get(where), self.group.places.get(where)}:
                return self._met_again(twin, stretch)
            self.group.places[where] = digest
            event = Event("item.seen-again", {"item": twin, **place_facts(stretch.place), **_within(stretch)})
            self.group.add_outcome(SeenAgain(twin, stretch.place), event)
            self.totals.seen_again += 1
            self.totals.count_file(stretch.kind.family.value, "again")
            return twin
        if reading.draft is None:
            raise RuntimeError("what is not in the case was not written")
        return self._keep(stretch, reading, reading.draft)

    def withhold(self, stretch: EvidenceSource, seen: HashedFile | None) -> str | None:
        """Note a file not copied because of the person's age; return its id when it was witnessed.

        Args:
            stretch: What it is.
            seen: What is known of it; None when not even that is to be recorded.
        """
        self.totals.withheld += 1
        self.totals.count_file(stretch.kind.family.value, "withheld")
        if seen is None:
            self.totals.refused += 1
            self._refuse(stretch.place, picture_signatures.REASON, stretch.kind.name, stretch.size_bytes)
            return None
        self.totals.witnessed += 1
        digest, where = seen.tally.sha256, place_key(stretch.place)
        twin = self.group.witnessed.get(digest.hex) or self._manifest.witnessed_by_digest.get(digest.hex)
        if twin is not None:
            if digest in {self._manifest.witnessed_at.get(where), self.group.places.get(where)}:
                self.group.add_outcome(AlreadyInCase(twin, stretch.place))
                return twin
            self.group.places[where] = digest
            event = Event("item.seen-again", {"item": twin, **place_facts(stretch.place), **_within(stretch)})
            self.group.add_outcome(SeenAgain(twin, stretch.place), event)
            return twin
        return self._witness(stretch, seen)

    def _witness(self, stretch: EvidenceSource, seen: HashedFile) -> str:
        item, digest, kind = self.group.next_witnessed, seen.tally.sha256, stretch.kind
        agrees = name_agrees(kind, stretch.name)
        facts = self._facts(stretch, seen.tally, copied=False, agrees=agrees, unstable=seen.unstable)
        if seen.because is not None:
            facts["because"] = seen.because
        if seen.around:
            facts["around"] = [{"name": each.name, "text": each.text} for each in seen.around]
        self.group.places[place_key(stretch.place)] = digest
        self.group.witnessed[digest.hex] = item
        outcome = WitnessOutcome(
            item,
            stretch.place,
            kind.name,
            kind.family.value,
            seen.tally.size_bytes,
            digest.hex,
            because=seen.because,
        )
        self.group.add_outcome(outcome, Event("item.witnessed", {"item": item, **facts}))
        return item

    def refuse(self, place: FoundAt, reason: str, detail: str | None = None, size_bytes: int | None = None) -> None:
        """Note a file that was not kept.

        Args:
            place: Where the file was found.
            reason: Id of the reason, which has a sentence in the catalogues.
            detail: The system's own word; None where there is none.
            size_bytes: Its size, None where nobody could tell.
        """
        self.totals.count_file("none", "refused")
        self.totals.refused += 1
        self._refuse(place, reason, detail, size_bytes)

    def leave_out(self, place: FoundAt, pattern: str | None) -> None:
        """Note a file that was left out on request."""
        self.totals.excluded += 1
        self._refuse(place, "excluded", pattern, None)

    def _refuse(self, place: FoundAt, reason: str, detail: str | None, size_bytes: int | None) -> None:
        """Tell a refusal; the same one is written into the log only once."""
        before = self._manifest.refused.get(place_key(place))
        event = None
        # A second ingest of one source adds no line: what was refused before, for the same reason, is in the log.
        if before is None or before.facts.get("reason") != reason:
            facts: dict[str, Json] = {**place_facts(place), "reason": reason}
            if detail is not None:
                facts["detail"] = detail
            if size_bytes is not None:
                # JavaScript reads the log too, and rounds larger integers.
                facts["size"] = size_bytes if size_bytes < 1 << 53 else str(size_bytes)
            event = Event("item.refused", facts)
        self.group.add_outcome(Refused(place, reason, detail, size_bytes), event)

    def commit_all(self) -> Iterator[Outcome]:
        """Commit the group and yield its outcomes; after this everything in it counts.

        Raises:
            OwnDiskError: The case's disk failed; nothing of the group counts.
        """
        group, self.group = self.group, CommitGroup(self.writer)
        self._came = self._came_here()
        try:
            told = group.commit_all()
        except BaseException:
            group.discard_drafts()
            raise
        for outcome in told:
            yield self._checked(outcome) if isinstance(outcome, WitnessOutcome) else outcome

    def _checked(self, seen: WitnessOutcome) -> WitnessOutcome:
        """Return the announcement of an uncopied file, held against the case now that it is committed."""
        holder = self._manifest.holder(self._manifest.witnessed[seen.item])
        if holder is None:
            return seen
        self.totals.withheld -= 1
        self.totals.witnessed -= 1
        counted = self.totals.kinds[seen.family]
        counted["withheld"] -= 1
        counted["again"] = counted.get("again", 0) + 1
        return replace(seen, lies_in=holder)

    def _came_here(self) -> Json:
        """Return the provenance of the group, by the clock as it is set now; asked anew for every group."""
        return self._provenance.facts(self.writer.world.clock.now().astimezone().strftime("%z"))

    def _met_again(self, item: str, stretch: EvidenceSource) -> str:
        self.group.add_outcome(AlreadyInCase(item, stretch.place))
        self.totals.count_file(stretch.kind.family.value, "again")
        self.totals.known += 1
        return item

    def _keep(self, stretch: EvidenceSource, reading: Reading, draft: Draft) -> str:
        kind = stretch.kind
        draft.item = self.group.next_item
        agrees = name_agrees(kind, stretch.name)
        digest, size_bytes = reading.tally.sha256, reading.tally.size_bytes
        self.group.places[place_key(stretch.place)] = digest
        facts = self._facts(stretch, reading.tally, copied=True, agrees=agrees, unstable=reading.unstable)
        self.group.keep_item(draft, digest, size_bytes, facts)
        self.totals.kept += 1
        self.totals.kept_bytes += size_bytes
        self.totals.count_file(kind.family.value, "kept")

        def outcome(problems: tuple[str, ...] = ()) -> Kept:
            if problems:
                self.totals.not_described += 1
                self.totals.count_file(kind.family.value, "unclear")
            return Kept(
                item=draft.item,
                place=stretch.place,
                kind=kind.name,
                family=kind.family.value,
                size_bytes=size_bytes,
                sha256=digest.hex,
                name_agrees=agrees,
                described=self.describer.describes(kind.name) and not problems,
                problems=problems,
                unstable=reading.unstable,
            )

        pending = self._describe(stretch, reading)
        if pending is None:
            self.group.add_outcome(outcome())
        else:
            self.group.describe(draft.item, pending, outcome)
        if self.describer.reads(kind.name):
            chat = self._chat(stretch, reading)
            self.group.read_chat(draft.item, chat, self._chat_outcome(draft.item, stretch.place))
        return draft.item

    def _facts(
        self, stretch: EvidenceSource, seen: Tally, *, copied: bool, agrees: bool | None, unstable: bool
    ) -> dict[str, Json]:
        """Return the recorded facts of a file, copied or not; one that was not copied needs no CRC-32."""
        kind, said = stretch.kind, self._provenance
        facts: dict[str, Json] = {
            **place_facts(stretch.place),
            "size": seen.size_bytes,
            "sha256": seen.sha256.hex,
            **({"crc32": seen.crc32} if copied else {}),
            "kind": {"name": kind.name, "family": kind.family.value, "media_type": kind.media_type},
            "name_agrees": agrees,
            "times": stretch.times,
            **stretch.more,
            "provenance": self._came,
            "sensitivity": said.sensitivity,
        }
        declared = {"declared_by": said.declared_by, "declared_as": said.declared_as, "declared_words": said.words}
        facts |= {name: value for name, value in declared.items() if value is not None}
        if unstable:
            facts["unstable"] = True
        return facts

    def _describe(self, stretch: EvidenceSource, reading: Reading) -> PendingDescription | None:
        """Let an item be described, None when there is nothing to describe about its type."""
        kind = stretch.kind
        if not self.describer.describes(kind.name):
            return None
        if reading.payload is not None:
            return self.describer.start_describing(
                kind.name, stretch.name, reading.payload, pixels=self._decodes(reading)
            )
        if stretch.file is not None:
            return self.describer.start_describing(kind.name, stretch.name, stretch.file, pixels=self._decodes(reading))
        problem = {"code": "too-large-inside-container", "detail": ""}
        return Settled({"describer": kind.family.value, "facts": {}, "problems": [problem]})

    def _decodes(self, reading: Reading) -> bool:
        """Say whether a picture may be decoded: an adult's, or one that was declared harmless."""
        seen = self._manifest.witnessed_by_digest.get(reading.tally.sha256.hex)
        return self.rule.decodes or (seen is not None and self._manifest.witnessed[seen].sensitivity == "none")

    def _chat(self, stretch: EvidenceSource, reading: Reading) -> PendingDescription:
        """Let an item be read as a conversation; of a member too large for that only its beginning is looked at."""
        name = stretch.place.path if stretch.inside is None else f"{stretch.inside}/{stretch.place.path}"
        about: dict[str, Json] = {"name": name, "beside": stretch.beside}
        if reading.payload is not None:
            return self.describer.begin_chat(about, reading.payload)
        if stretch.file is not None:
            return self.describer.begin_chat(about, stretch.file)
        return self.describer.begin_chat({**about, "head_only": True}, stretch.head)

    def _chat_outcome(self, item: str, place: FoundAt) -> Callable[[Mapping[str, Json]], Sequence[Outcome]]:
        def outcomes(facts: Mapping[str, Json]) -> Sequence[Outcome]:
            if not facts:
                return []
            read = chat_read(item, place, facts)
            self.totals.chats += read.recognition == "recognised"
            self.totals.messages += read.messages
            if not read.whole:
                self.totals.chats_unread += 1
                self.totals.count_file("text", "unclear")
            return [read]

        return outcomes


def _within(stretch: EvidenceSource) -> dict[str, Json]:
    """Return the place of a part of a record in its container, so that the record finds it again."""
    within = stretch.more.get("within")
    return {} if within is None else {"within": within}
