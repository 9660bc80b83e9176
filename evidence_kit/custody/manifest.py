"""The manifest: the contents of a case, as the fold of its openings. It is never stored; the log is the truth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import Any, Final, NamedTuple, TypeAlias

from evidence_kit.custody.opening import OpeningFacts
from evidence_kit.model import Digest

# The one way in which a recording comes about that needs no lawyer's eye.
RECEIVED: Final = "received-voice-note"
# Facts of an `item.marked` that say something of the items themselves.
_MARKS: Final = ("nature", "parent", "transformation", "audio", "screenshot", "posting")


class LogEvent(NamedTuple):
    """One opened event; a tuple, because a case has a hundred thousand of them.

    Attributes:
        line: Number of its line.
        time: When the kit wrote it.
        type: Kind of event.
        facts: Everything the opening says, salt included.
        text: The opening's own bytes, where they are at hand.
    """

    line: int
    time: str
    type: str
    facts: Mapping[str, Any]
    text: bytes | None = None


class FoundAt(NamedTuple):
    """Where bytes were found.

    Attributes:
        path: Relative path, beginning with the name of the source, for display.
        path_bytes: The path's exact bytes in base64 where it is no Unicode, else None.
        container: Item id of the container, None for a plain file.
        member: Index in the container, from 0.
    """

    path: str
    path_bytes: str | None = None
    container: str | None = None
    member: int | None = None


Spot: TypeAlias = tuple[str, str | None, str | None, int | None]
"""What makes two places the same place."""


@dataclass(slots=True, kw_only=True)
class CaseObject:
    """The record of a file that a case knows by its bytes; an item or a witnessed file, never one by itself.

    Both are found, placed, marked and excluded in the same way, and one event tells of either in the same words.

    Attributes:
        id: Such as `E000003` or `W000003`.
        line: Line of the event that brought it in.
        time: When that was, by the kit's clock.
        place: Where it was found first.
        size_bytes: Length of the original.
        sha256: Digest of the original.
        kind: Name of the content type, from its first bytes.
        family: Family of the content type.
        facts: The whole event.
        also_at: Other places where the same bytes were found.
        also_within: Containers in which the same bytes stood inside of another record, and where in it.
        sensitivity: `none`, `intimate` or `unknown`, and nothing else.
        excluded: Why it was taken out of reports and seals, None while it is in.
        marks: What people said of it since: `nature`, `parent`, `audio` and what else `item.marked` may hold.
    """

    id: str
    line: int
    time: str
    place: FoundAt
    size_bytes: int
    sha256: Digest
    kind: str
    family: str
    facts: Mapping[str, Any]
    also_at: list[FoundAt] = field(default_factory=list)
    also_within: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    sensitivity: str = "unknown"
    excluded: str | None = None
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Item(CaseObject):
    """One item of evidence, from its `item.kept`: its bytes lie encrypted in the store.

    Attributes:
        crc32: CRC-32 of the original, eight hexadecimal digits.
        described: The newest `item.described` of each describer that found something, whatever its version; by the
            describer's name without it.
        descriptions: Every `item.described`, in order.
    """

    crc32: str
    described: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    descriptions: list[LogEvent] = field(default_factory=list)

    @property
    def audio(self) -> str | None:
        """The provenance of a recording, `unknown` until it is declared; None for other items."""
        return None if self.family != "audio" else str(self.marks.get("audio", "unknown"))

    @property
    def for_the_lawyer(self) -> bool:
        """Say whether the lawyer has to look at how it came about: every recording but a received voice note."""
        return self.audio not in {None, RECEIVED}


@dataclass(slots=True, kw_only=True)
class Witnessed(CaseObject):
    """A file that was seen and not copied, from its `item.witnessed`: its bytes lie in no store.

    Once its `sensitivity` is `none`, the next ingest takes it in.

    Attributes:
        taken_in: The item that has these bytes since, None while nothing was copied.
        lies_in: The item that held them before: the same bytes, or the container in which they stand, taken in under
            another rule. None where there is none.
    """

    taken_in: str | None = None
    lies_in: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent or a withdrawal, for one purpose."""

    line: int
    purpose: str
    given: bool
    on: str
    facts: Mapping[str, Any]


class ManifestError(ValueError):
    """An opening lacks a field that its type promises."""


@dataclass(slots=True)
class Manifest:
    """Everything the opened events of a case say, folded in order.

    Attributes:
        opened: The `case.opened` event, with later `case.updated` facts laid over it in `facts`.
        facts: Facts about the case as they stand.
        items: Items by id, in the order they were taken in.
        witnessed: What was seen and not copied, by id.
        absent: Ids of items of which the log says, before anything is opened, that they were destroyed.
        gone: Ids of what was destroyed, to the event that says so.
        places: Every place that is known, to the digest of what was found there.
        witnessed_at: Every place where something was witnessed, to the digest of what was found there.
        refused: Places that were refused, to the event.
        consents: Every consent event, in order.
        entries: Other events by type, in order.
        next_item: Number of the next item.
        next_witnessed: Number of the next thing that is seen and not copied.
        brief: Items keep nothing of what their events say beyond the fields that they have of their own.
    """

    opened: LogEvent | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    witnessed: dict[str, Witnessed] = field(default_factory=dict)
    absent: Collection[str] = ()
    gone: dict[str, LogEvent] = field(default_factory=dict)
    places: dict[tuple[str, str | None, str | None, int | None], Digest] = field(default_factory=dict)
    witnessed_at: dict[tuple[str, str | None, str | None, int | None], Digest] = field(default_factory=dict)
    by_digest: dict[str, str] = field(default_factory=dict)
    witnessed_by_digest: dict[str, str] = field(default_factory=dict)
    refused: dict[tuple[str, str | None, str | None, int | None], LogEvent] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    entries: dict[str, list[LogEvent]] = field(default_factory=dict)
    next_item: int = 1
    next_witnessed: int = 1
    brief: bool = False

    def apply(self, entry: LogEvent) -> None:
        """Take one event in.

        Raises:
            ManifestError: The event does not say what its type promises.
        """
        try:
            _FOLDS.get(entry.type, _keep)(self, entry)
        except (KeyError, TypeError, ValueError) as error:
            raise ManifestError(f"{entry.type}: {error}") from error

    def consent_for(self, purpose: str) -> Consent | None:
        """Return the newest consent event for a purpose."""
        return next((each for each in reversed(self.consents) if each.purpose == purpose), None)

    @property
    def age_band(self) -> str:
        """`adult`, `minor` or `unknown`; unknown counts as minor everywhere."""
        return str(self.facts.get("age_band", "unknown"))

    @property
    def minor_media(self) -> str:
        """The policy on pictures while the person is not known to be an adult: `witness`, `refuse` or `keep`."""
        return str(self.facts.get("minor_media") or "witness")

    @property
    def retention(self) -> date | None:
        """The day until which the case is to be kept, if one was recorded."""
        text = self.facts.get("retention")
        return None if text is None else date.fromisoformat(str(text))

    @property
    def goes_on_with(self) -> str | None:
        """Fingerprint of the one key that goes on with the case; None until it was handed to another station."""
        moved = [
            each
            for kind in ("transfer.out", "transfer.in")
            for each in self.entries.get(kind, ())
            if each.facts.get("what") == "case"
        ]
        return str(max(moved, key=lambda each: each.line).facts["station"]) if moved else None

    @property
    def included(self) -> list[Item]:
        """Items that no event has excluded."""
        return [item for item in self.items.values() if item.excluded is None]

    @property
    def everything(self) -> list[Item | Witnessed]:
        """Items, then witnessed files, excluded or not."""
        return [*self.items.values(), *self.witnessed.values()]

    @property
    def left_out(self) -> list[Witnessed]:
        """Witnessed files that no event has excluded."""
        return [each for each in self.witnessed.values() if each.taken_in is None and each.excluded is None]

    @property
    def not_copied(self) -> list[Witnessed]:
        """Witnessed files whose bytes lie in no item."""
        return [each for each in self.left_out if self.holder(each) is None]

    def holder(self, seen: Witnessed) -> str | None:
        """Return the item in which the bytes of a witnessed file lie all the same, None where there is none."""
        return next((each for each in (seen.taken_in, seen.lies_in) if each in self.items), None)

    def with_members(self, names: Iterable[str]) -> set[str]:
        """Return ids together with the ids of all members that came out of them, however deep."""
        found, grown = set(names), True
        while grown:
            inside = {each.id for each in self.everything if each.place.container in found}
            grown = not inside <= found
            found |= inside
        return found

    def evidence(self, name: str) -> Item | Witnessed | None:
        """Return an item, or a witnessed file, by its id; None when it was destroyed.

        Raises:
            KeyError: The case never had it.
        """
        found = self.items.get(name) or self.witnessed.get(name)
        # What was only witnessed has no file: the log does not say beforehand that its event is gone.
        if found is None and name not in self.gone and name not in self.absent and not name.startswith("W"):
            raise KeyError(name)
        return found


def fold_events(entries: Iterable[LogEvent]) -> Manifest:
    """Return the manifest of a sequence of opened events."""
    manifest = Manifest()
    for entry in entries:
        manifest.apply(entry)
    return manifest


def place_key(place: FoundAt) -> Spot:
    """Return the key under which two places are the same place."""
    return (place.path, place.path_bytes, place.container, place.member)


def _place(facts: Mapping[str, Any]) -> FoundAt:
    return FoundAt(str(facts["path"]), facts.get("path_bytes"), facts.get("container"), facts.get("member"))


def _opened(manifest: Manifest, entry: LogEvent) -> None:
    manifest.opened = entry
    manifest.facts |= {key: value for key, value in entry.facts.items() if key not in {"salt", "type"}}


def _updated(manifest: Manifest, entry: LogEvent) -> None:
    manifest.facts |= dict(entry.facts["changes"])
    _keep(manifest, entry)


def _told(manifest: Manifest, entry: LogEvent) -> Mapping[str, Any]:
    """Return the facts that an item keeps of its event."""
    if manifest.brief:
        return {}
    return entry.facts if entry.text is None else OpeningFacts(entry.text)


def _lean(entry: LogEvent) -> LogEvent:
    """Return an event that is kept as facts, without its bytes: nothing is held twice."""
    return entry._replace(text=None)


def _object_fields(manifest: Manifest, entry: LogEvent) -> dict[str, Any]:
    """Return the fields that `item.kept` and `item.witnessed` tell alike, as arguments of either record."""
    facts = entry.facts
    return {
        "id": str(facts["item"]),
        "line": entry.line,
        "time": entry.time,
        "place": _place(facts),
        "size_bytes": int(facts["size"]),
        "sha256": Digest(facts["sha256"]),
        "kind": intern(str(facts["kind"]["name"])),
        "family": intern(str(facts["kind"]["family"])),
        "facts": _told(manifest, entry),
        "sensitivity": str(facts.get("sensitivity", "unknown")),
    }


def _kept(manifest: Manifest, entry: LogEvent) -> None:
    item = Item(**_object_fields(manifest, entry), crc32=str(entry.facts["crc32"]))
    manifest.items[item.id] = item
    manifest.by_digest.setdefault(item.sha256.hex, item.id)
    seen = manifest.witnessed.get(manifest.witnessed_by_digest.get(item.sha256.hex, ""))
    if seen is not None:
        # What was said of it while it was only witnessed is said of its bytes.
        seen.taken_in = seen.taken_in or item.id
        item.marks |= seen.marks
        if item.sensitivity == "unknown":
            item.sensitivity = seen.sensitivity
    manifest.places[place_key(item.place)] = item.sha256
    manifest.next_item = max(manifest.next_item, int(item.id[1:]) + 1)


def _witnessed(manifest: Manifest, entry: LogEvent) -> None:
    seen = Witnessed(**_object_fields(manifest, entry))
    container = seen.place.container
    # A mail that was taken in under another rule holds what stands in it, whatever is decided about that today.
    above = manifest.witnessed.get(container or "")
    inside = container if container in manifest.items else None if above is None else above.lies_in
    seen.lies_in = manifest.by_digest.get(seen.sha256.hex) or inside
    manifest.witnessed[seen.id] = seen
    manifest.witnessed_by_digest.setdefault(seen.sha256.hex, seen.id)
    manifest.witnessed_at[place_key(seen.place)] = seen.sha256
    manifest.next_witnessed = max(manifest.next_witnessed, int(seen.id[1:]) + 1)


def _described(manifest: Manifest, entry: LogEvent) -> None:
    item, name = manifest.items[entry.facts["item"]], str(entry.facts["describer"]).partition("/")[0]
    if manifest.brief:
        return
    item.descriptions.append(_lean(entry))
    # A later attempt that failed says nothing against what an earlier one found.
    if entry.facts.get("facts") or not item.described.get(name, {}).get("facts"):
        item.described[name] = entry.facts


def _seen_again(manifest: Manifest, entry: LogEvent) -> None:
    item, place = manifest.evidence(str(entry.facts["item"])), _place(entry.facts)
    if item is None:
        return
    item.also_at.append(place)
    within = entry.facts.get("within")
    if place.container is not None and isinstance(within, Mapping):
        item.also_within.append((place.container, within))
    places = manifest.places if isinstance(item, Item) else manifest.witnessed_at
    places[place_key(place)] = item.sha256


def _refused(manifest: Manifest, entry: LogEvent) -> None:
    manifest.refused[place_key(_place(entry.facts))] = _lean(entry)


def _marked(manifest: Manifest, entry: LogEvent) -> None:
    facts = entry.facts
    for name in facts["items"]:
        item = manifest.evidence(str(name))
        if item is not None:
            item.sensitivity = str(facts.get("sensitivity") or item.sensitivity)
            item.marks |= {key: facts[key] for key in _MARKS if facts.get(key) is not None}
    _keep(manifest, entry)


def _excluded(manifest: Manifest, entry: LogEvent) -> None:
    why = None if entry.facts.get("taken_back") else str(entry.facts["reason"])
    for name in entry.facts["items"]:
        item = manifest.evidence(str(name))
        if item is not None:
            item.excluded = why
    _keep(manifest, entry)


def _destroyed(manifest: Manifest, entry: LogEvent) -> None:
    """Note destroyed objects; their own events went with them, so they may never have been met."""
    for name in (*entry.facts["clear"]["objects"], *entry.facts.get("witnessed", ())):
        manifest.gone[str(name)] = entry
        number = int(str(name)[1:]) + 1
        if str(name).startswith("E"):
            manifest.next_item = max(manifest.next_item, number)
        else:
            manifest.next_witnessed = max(manifest.next_witnessed, number)
    _keep(manifest, entry)


def _consent(manifest: Manifest, entry: LogEvent) -> None:
    facts = entry.facts
    manifest.consents.append(
        Consent(entry.line, str(facts["purpose"]), facts["given"] is True, str(facts["on"]), facts)
    )


def _keep(manifest: Manifest, entry: LogEvent) -> None:
    manifest.entries.setdefault(entry.type, []).append(_lean(entry))


_FOLDS: Final[Mapping[str, Callable[[Manifest, LogEvent], None]]] = {
    "case.opened": _opened,
    "case.updated": _updated,
    "item.kept": _kept,
    "item.witnessed": _witnessed,
    "item.described": _described,
    "item.seen-again": _seen_again,
    "item.refused": _refused,
    "item.marked": _marked,
    "item.excluded": _excluded,
    "consent.recorded": _consent,
    "destroyed": _destroyed,
}
