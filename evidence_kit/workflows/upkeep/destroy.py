"""Destroying items, or a whole case, with a reason and two names; the log goes on saying that they were there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, TypeVar

from evidence_kit.custody.errors import NoItemError
from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import LogEvent, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.model import Disk, Finding, Json
from evidence_kit.sealing.plan import item_number, numbers_in
from evidence_kit.vault.patience import discard_tree, remove_tree
from evidence_kit.workflows.case import recovered, removal
from evidence_kit.workflows.case.disk_errors import broken_error, own_disk
from evidence_kit.workflows.case.errors import UnfinishedError
from evidence_kit.workflows.case.read import Case, folded_manifest, opened_events
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.overview import evidence_of, item_id

# A line of the log holds 64 KiB; an item takes 12 bytes of it and a body about 95.
_OBJECTS_A_LINE: Final = 2000
_BODIES_A_LINE: Final = 300
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DoomedObjects:
    """The objects that would be destroyed, for two people to agree to.

    Attributes:
        items: Ids of items whose files go, members of containers among them.
        witnessed: Ids of what was only seen, whose hashes and names go.
        size_bytes: How many bytes of originals that is.
        lines: Event lines whose openings go.
        whole: The case itself goes.
        archives: Archives that were sealed with some of it and may be in other hands.
        recovered: What was put aside after an interruption and holds or names some of it.
    """

    items: tuple[str, ...]
    witnessed: tuple[str, ...]
    size_bytes: int
    lines: frozenset[int]
    whole: bool
    archives: tuple[str, ...]
    recovered: tuple[str, ...] = ()


def doomed_objects(case: Case, names: Sequence[str]) -> DoomedObjects:
    """Return the objects that go with these items, or with the whole case when none is named.

    Raises:
        NoItemError: The case has no such item.
        UsageError: A container that stays holds the same bytes.
    """
    manifest, whole = case.opened, not names
    chosen = {each.id for each in manifest.everything}
    if not whole:
        chosen = manifest.with_members(evidence_of(manifest, name, case.id).id for name in names)
        _refuse_copies_inside(manifest, chosen)
    told = (entry for entry in _opened(case) if entry.type != "destroyed")
    lines = {entry.line for entry in told if whole or _speaks_of(entry, chosen)}
    items = sorted(chosen & set(manifest.items))
    return DoomedObjects(
        items=tuple(items),
        witnessed=tuple(sorted(chosen & set(manifest.witnessed))),
        size_bytes=sum(manifest.items[item].size_bytes for item in items),
        lines=frozenset(lines),
        whole=whole,
        archives=tuple(_archives(manifest, set(items))),
        recovered=tuple(recovered.all_put_aside(manifest) if whole else _aside(case, chosen)),
    )


def destroy_evidence(writer: CaseWriter, what: DoomedObjects, reason: str, names: tuple[str, str]) -> int:
    """Destroy; return the line that records it. An interrupted destruction is finished when the case is opened again.

    Args:
        writer: The case, unlocked.
        what: The objects, as the two agreed to them.
        reason: Why, in their words; it stays in the log.
        names: The two who agreed.

    Raises:
        UsageError: The two names are one.
        DiskFullError: Nothing was destroyed.
    """
    first, second = (name.strip() for name in names)
    if not first or not second or first.casefold() == second.casefold():
        raise UsageError("two-names")
    case, disk = writer.case, writer.world.disk
    with own_disk(len(writer.manifest.items)):
        # What was computed from the items may be in the cache. It goes first: no line tells the next one who opens the
        # case that it was still to go.
        _forget(case)
        bodies = _new_bodies(writer, what)
        facts: dict[str, Json] = {"reason": reason, "agreed_by": [first, second], "whole": what.whole}
        signed = writer.commit(list(_events(what, bodies, facts)))
    try:
        removal.finish_removal(case.folder, case.custody, disk)
        recovered.finish_recovered(case.folder, writer.manifest, disk)
        _forget(case)
    except OSError as error:
        left = UnfinishedError("destroyed-not-gone", case=case.id, line=signed.first, errno=error.errno or 0)
        writer.world.left_to_do.append(left)
        return signed.first
    if what.whole:
        # Every file in it is gone; the folders say nothing.
        discard_tree(case.folder.recovered)
    if case.identity is not None:
        case.manifest = folded_manifest(case, case.identity)
    return signed.first


def destroyed_before(case: Case, names: Sequence[str]) -> int | None:
    """Return the line with which these items, or the whole case when none is named, were destroyed; None if not."""
    if not names:
        lines = [entry.line for entry in case.opened.entries.get("destroyed", ()) if entry.facts.get("whole")]
        return lines[-1] if lines else None
    gone = [case.opened.gone.get(item_id(name)) for name in names]
    return max((entry.line for entry in gone if entry is not None), default=None) if all(gone) else None


def _forget(case: Case) -> None:
    """Delete the cache of a case.

    Raises:
        OSError: Something of it is still there.
    """
    remove_tree(case.folder.cache)


def _aside(case: Case, chosen: set[str]) -> Iterator[str]:
    if case.identity is not None:
        those = [each for each in case.opened.everything if each.id in chosen]
        yield from recovered.gone_with(case.folder, case.opened, case.identity, those)


def _opened(case: Case) -> Iterator[LogEvent]:
    if case.identity is None:
        raise UsageError("key-needed")
    for entry in opened_events(case.folder, case.custody, case.identity):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        yield entry


def _refuse_copies_inside(manifest: Manifest, chosen: set[str]) -> None:
    """Refuse to call an object gone while a remaining container still holds its bytes."""
    for name in sorted(chosen):
        item = manifest.evidence(name)
        if item is None:
            raise NoItemError("item-unknown", item=name, case="")
        for place in (item.place, *item.also_at):
            if place.container is not None and place.container in manifest.items and place.container not in chosen:
                raise UsageError("destroy-container", item=name, container=place.container)


def _speaks_of(entry: LogEvent, chosen: set[str]) -> bool:
    """Say whether an opening tells a fact about a destroyed object: its name, its hash, its description.

    Events that merely name its id among others stay: the id says nothing.
    """
    facts = entry.facts
    listed: list[Mapping[str, Any]] = [each for each in facts.get("files", ()) if isinstance(each, Mapping)]
    named = [facts.get("item"), facts.get("container"), *(each.get("item") for each in listed)]
    return any(name in chosen for name in named if isinstance(name, str))


def _archives(manifest: Manifest, items: set[str]) -> Iterator[str]:
    """Yield the archives that were sealed with some of these items."""
    numbers = {item_number(item) for item in items}
    begun = manifest.entries.get("seal.begun", ())
    for number, sealed in enumerate(manifest.entries.get("sealed", ())):
        before = [each for each in begun if each.line < sealed.line]
        held = numbers_in(before[-1].facts["items"], sealed.line) if before else set()
        if numbers & held:
            yield f"{sealed.facts['archive']} ({sealed.time[:10]}, {number + 1})"


def _new_bodies(writer: CaseWriter, what: DoomedObjects) -> list[tuple[int, str]]:
    """Write, beside each body that says too much, its remaining openings; return lines and new hashes."""
    case, disk = writer.case, writer.world.disk
    made: list[tuple[int, str]] = []
    try:
        for signed in list(case.custody.commits):
            gone = what.lines & set(range(signed.first, signed.line))
            if gone and case.identity is not None:
                body = case.folder.body(signed.line).read_bytes()
                openings = age.decrypt_bytes(body, [case.identity.opener]).split(b"\n")
                kept = [b"" if number in gone else text for number, text in enumerate(openings, start=signed.first)]
                smaller = age.encrypt_bytes(b"\n".join(kept), [writer.recipient])
                made.append((signed.line, sha256(smaller).hex))
                _write(disk, removal.draft_of(case.folder, signed.line), smaller)
        disk.sync_folder(case.folder.bodies)
    except OSError:
        for line, _ in made:
            with suppress(OSError):
                disk.remove(removal.draft_of(case.folder, line))
        raise
    return made


def _write(disk: Disk, draft: Path, data: bytes) -> None:
    """Make a draft durable under its own name; only the log gives it the body's."""
    disk.remove(draft)
    file = disk.create(draft)
    try:
        file.write(data)
        file.sync()
    finally:
        file.close()


def _events(what: DoomedObjects, bodies: Sequence[tuple[int, str]], facts: Mapping[str, Json]) -> Iterator[Event]:
    """Yield as many events as it takes for their lines to be short enough, at least one."""
    objects = _parts(what.items, _OBJECTS_A_LINE)
    replaced = _parts(bodies, _BODIES_A_LINE)
    for number, (items, rewritten) in enumerate(zip_longest(objects, replaced)):
        clear: dict[str, Json] = {
            "objects": list(items or ()),
            "bodies": [{"line": line, "sha256": digest} for line, digest in rewritten or ()],
        }
        told: dict[str, Json] = {"witnessed": list(what.witnessed) if number == 0 else []}
        if what.recovered and number == 0:
            told["recovered"] = list(what.recovered)
        yield Event("destroyed", {**facts, **told}, clear=clear)


def _parts(whole: Sequence[_T], most: int) -> list[Sequence[_T]]:
    return [whole[at : at + most] for at in range(0, len(whole), most)] or [()]
