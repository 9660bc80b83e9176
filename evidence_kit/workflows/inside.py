"""Looking into a container that was taken in: its members become items of their own, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Place
from evidence_kit.intake.containers import Member, Unreadable, Verdict, ZipPlan, examine_all
from evidence_kit.intake.read import Original
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Json, Kind
from evidence_kit.workflows import members
from evidence_kit.workflows.accession import Accession
from evidence_kit.workflows.outcome import ContainerRead, Outcome, Unopened
from evidence_kit.workflows.stretch import Reader, Stretch


def zips_in(file: BinaryIO, size_bytes: int, kind: Kind) -> list[ZipPlan | Unreadable]:
    """Return what there is to say about the zips in a file: also about one that other bytes stand before."""
    if kind.name not in {"zip", "unknown"}:
        return []
    plans = list(examine_all(file, size_bytes))
    return plans if kind.name == "zip" or isinstance(plans[0], ZipPlan) else []


class Inside:
    """Takes the members of containers in.

    Args:
        accession: Admits them.
        reader: Reads them.
    """

    def __init__(self, accession: Accession, reader: Reader) -> None:
        self._accession = accession
        self._reader = reader

    def container(
        self, item: str, place: Place, plans: Sequence[ZipPlan | Unreadable], original: Original
    ) -> Iterator[Outcome]:
        """Take every member in; yields what was committed on the way.

        Args:
            item: The container.
            place: Where it was found.
            plans: The zips in it, the last one first.
            original: The open file.
        """
        accession = self._accession
        read = {entry.facts["item"] for entry in accession.writer.manifest.entries.get("container.read", ())}
        if item in read:
            return
        first = plans[0]
        if isinstance(first, Unreadable):
            facts: dict[str, Json] = {"item": item, "unreadable": first.reason, "members": 0}
            accession.group.add(Unopened(item, place, first.reason), Event("container.read", facts))
            accession.totals.unreadable += 1
            return
        kept = count = 0
        beside = members.names(plans)
        for number, member in members.numbered(plans):
            count += 1
            kept += self._member(Place(place.path, None, item, number), member, original.file, beside)
            if accession.group.full:
                yield from accession.settle()
        if original.changed():
            accession.refuse(Place(place.path, place.path_bytes, item), "container-changed")
        notes = tuple(dict.fromkeys(note for plan in plans if isinstance(plan, ZipPlan) for note in plan.notes))
        facts = {"item": item, "members": count, "kept": kept, "refused": count - kept}
        facts["parts"] = [members.facts(plan) for plan in plans if isinstance(plan, ZipPlan)]
        outcome = ContainerRead(item, place, count, kept, count - kept, notes)
        accession.group.add(outcome, Event("container.read", facts))

    def _member(self, within: Place, member: Member, file: BinaryIO, beside: Sequence[str] | None) -> bool:
        """Keep one member under an item id of its own; say whether it could be read.

        Args:
            within: Path and item of the container, and the member's number.
            member: The member.
            file: The container.
            beside: Names of all members.
        """
        accession = self._accession
        name, name_bytes = members.shown_name(member)
        place = Place(name, name_bytes, within.container, within.member)
        if member.verdict is not Verdict.READABLE:
            accession.refuse(place, f"member-{member.verdict.value}", None, member.size_bytes)
            return False
        try:
            stretch = Stretch(
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
            kind = sniff(stretch.head, member.size_bytes)
            reading = self._reader.read(stretch, accession.known(place), keep=accession.looked_at(kind))
        except MemberError as error:
            accession.refuse(place, f"member-{error.reason}", None, member.size_bytes)
            return False
        accession.admit(stretch, kind, reading)
        return True
