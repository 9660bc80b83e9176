"""Declarations about items and about a case: marks, changes, exclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item, Manifest, Witnessed
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.workflows.accession.provenance import Declarer, Posting, Screenshot
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.overview import evidence_of

SENSITIVITIES: Final = ("none", "intimate", "unknown")
# Who may say, for somebody who is not known to be an adult, that nothing intimate is in a file nobody here looks at.
ANSWERABLE: Final = frozenset({"minor-with-guardian", "guardian", "lawyer"})
NATURES: Final = ("original", "export", "screenshot", "derived")
RECORDINGS: Final = ("received-voice-note", "own-call-recording", "third-party-recording", "unknown")
_ADULT: Final = "adult"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on some items.

    Attributes:
        sensitivity: One of `SENSITIVITIES`.
        nature: One of `NATURES`.
        parent: The item that a derived one was made from.
        transformation: What was done to it.
        audio: One of `RECORDINGS`: how a recording came about.
        screenshot: About a screenshot.
        posting: Where on which platform it stood.
    """

    sensitivity: str | None = None
    nature: str | None = None
    parent: str | None = None
    transformation: str | None = None
    audio: str | None = None
    screenshot: Screenshot = field(default_factory=Screenshot)
    posting: Posting = field(default_factory=Posting)

    def facts(self) -> dict[str, Json]:
        """Return the declared facts, and only those."""
        said: dict[str, Json] = {
            "sensitivity": self.sensitivity,
            "nature": self.nature,
            "parent": self.parent,
            "transformation": self.transformation,
            "audio": self.audio,
            "screenshot": self.screenshot.facts() or None,
            "posting": self.posting.facts() or None,
        }
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class MarkResult:
    """The result of a mark.

    Attributes:
        items: Ids of what it is about.
        line: Line that says so.
        next_time: How many witnessed files the next ingest will take in because of it.
        lie_here: Ids of pictures and films that lie in the case although they are now said to be intimate and the
            person is not known to be an adult.
    """

    items: tuple[str, ...]
    line: int
    next_time: int
    lie_here: tuple[str, ...]


def check_sensitivity(age_band: str, sensitivity: str, saying: Declarer | None) -> None:
    """Refuse a declaration that the one who makes it cannot make.

    Args:
        age_band: Of the person: `adult`, `minor` or `unknown`.
        sensitivity: What is declared: `none`, `intimate` or `unknown`.
        saying: Who declares it; None where nobody is named.

    Raises:
        UsageError: Nobody is named for it, or in a case that is not an adult's it is not theirs to make.
    """
    if sensitivity != "unknown" and saying is None:
        raise UsageError("declaration-unsigned")
    if sensitivity == "none" and age_band != _ADULT and (saying is None or saying.role not in ANSWERABLE):
        raise UsageError("declaration-not-theirs", known=", ".join(sorted(ANSWERABLE)))


def chosen_items(manifest: Manifest, case: str, names: Sequence[str], folders: Sequence[str]) -> list[Item | Witnessed]:
    """Return items by their ids, and everything that was found below a path.

    Args:
        manifest: What the case says.
        case: Id of the case, for the error.
        names: Ids of items or witnessed files, as people type them.
        folders: Paths at the source; everything found below one is meant.

    Raises:
        NoItemError: The case has no such item.
        UsageError: Nothing was found below a path, or nothing was named.
    """
    found = {each.id: each for each in (evidence_of(manifest, name, case) for name in names)}
    for folder in folders:
        below = {each.id: each for each in _below(manifest, folder.rstrip("/"))}
        if not below:
            raise UsageError("folder-unknown", folder=folder)
        found |= below
    if not found:
        raise UsageError("needed", fact="ITEM", flag="ITEM")
    return list(found.values())


def _below(manifest: Manifest, folder: str) -> Iterator[Item | Witnessed]:
    """Yield the objects found at a path or below it, members of containers there included."""
    concerned = manifest.with_members(each.id for each in manifest.everything if _is_below(each, folder))
    yield from (each for each in manifest.everything if each.id in concerned)


def _is_below(each: Item | Witnessed, folder: str) -> bool:
    places = [place.path for place in (each.place, *each.also_at) if place.container is None]
    return any(path == folder or path.startswith(folder + "/") for path in places)


def record_mark(writer: CaseWriter, items: Sequence[Item | Witnessed], said: Mark, saying: Declarer) -> MarkResult:
    """Record a declaration about items.

    Args:
        writer: The case.
        items: The items or witnessed files that are meant, at least one.
        said: The declaration.
        saying: Who makes it.

    Raises:
        UsageError: It is not theirs to say, or it says nothing.
        NoItemError: The case has no such parent.
    """
    manifest = writer.manifest
    facts = said.facts()
    if not facts:
        raise UsageError("mark-empty")
    if said.sensitivity is not None:
        check_sensitivity(manifest.age_band, said.sensitivity, saying)
    if said.audio is not None and (wrong := [each.id for each in items if each.family != "audio"]):
        raise UsageError("mark-no-audio", item=wrong[0])
    if said.parent is not None:
        facts["parent"] = evidence_of(manifest, said.parent, writer.case.id).id
    # What is said of the sensitivity of a container is said of what is in it.
    named = [each.id for each in items]
    ids = tuple(sorted(manifest.with_members(named)) if said.sensitivity is not None else named)
    items = [each for each in manifest.everything if each.id in set(ids)]
    signed = writer.commit([Event("item.marked", {"items": list(ids), **facts, **saying.facts()})])
    waiting = [each for each in items if isinstance(each, Witnessed) and each.taken_in is None]
    careful = manifest.age_band != _ADULT and said.sensitivity == "intimate"
    return MarkResult(
        items=ids,
        line=signed.first,
        next_time=len(waiting) if said.sensitivity == "none" else 0,
        lie_here=tuple(each.id for each in items if careful and isinstance(each, Item)),
    )


def exclude_items(
    writer: CaseWriter, items: Sequence[Item | Witnessed], why: str, *, take_back: bool = False
) -> tuple[list[str], int]:
    """Take items out of every report and seal, or back in; return all ids that are concerned, and the line.

    What came out of a container goes with it.

    Args:
        writer: The case.
        items: The items or witnessed files that are meant.
        why: The reason, in words of whoever does it.
        take_back: Take them back in.
    """
    concerned = writer.manifest.with_members(each.id for each in items)
    facts: dict[str, Json] = {"items": sorted(concerned), "reason": why}
    if take_back:
        facts["taken_back"] = True
    return sorted(concerned), writer.commit([Event("item.excluded", facts)]).first


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """The result of a change of the case.

    Attributes:
        line: Line that says so.
        lie_here: Ids of pictures and films that lie in the case and are not said to be harmless, although its person
            is not known to be an adult.
    """

    line: int
    lie_here: tuple[str, ...]


def update_case(writer: CaseWriter, changes: Mapping[str, Json], why: str) -> UpdateResult:
    """Record a change of the facts about the case, and why.

    Args:
        writer: The case.
        changes: The new values, by the names of the facts of `case.opened`.
        why: The reason, in words of whoever does it.

    Raises:
        UsageError: Nothing changes, or pictures of somebody who is not known to be an adult are to be kept and
            nobody is named for it.
    """
    if not changes:
        raise UsageError("update-empty")
    if changes.get("minor_media") == "keep" and not changes.get("minor_media_by"):
        raise UsageError("keep-unsigned")
    signed = writer.commit([Event("case.updated", {"changes": dict(changes), "reason": why})])
    manifest = writer.manifest
    seen = [item for item in manifest.items.values() if item.family in {"picture", "video"}]
    careful = manifest.age_band != _ADULT and manifest.minor_media != "keep"
    return UpdateResult(signed.first, tuple(item.id for item in seen if careful and item.sensitivity != "none"))
