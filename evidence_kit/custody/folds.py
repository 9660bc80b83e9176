"""Changes that each type of event makes to a manifest: one function a type, and a table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from evidence_kit.custody.opening import OpeningFacts
from evidence_kit.custody.records import Consent, FoundAt, Item, LogEvent, Witnessed, place_key
from evidence_kit.model import Digest

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Manifest

# Facts of an `item.marked` that say something of the items themselves.
_MARKS: Final = ("nature", "parent", "transformation", "audio", "screenshot", "posting")


def _place(facts: Mapping[str, Any]) -> FoundAt:
    return FoundAt(str(facts["path"]), facts.get("path_bytes"), facts.get("container"), facts.get("member"))


def _opened(manifest: Manifest, entry: LogEvent) -> None:
    manifest.opened = entry
    manifest.facts |= {key: value for key, value in entry.facts.items() if key not in {"salt", "type"}}


def _updated(manifest: Manifest, entry: LogEvent) -> None:
    manifest.facts |= dict(entry.facts["changes"])
    keep_event(manifest, entry)


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
    keep_event(manifest, entry)


def _excluded(manifest: Manifest, entry: LogEvent) -> None:
    why = None if entry.facts.get("taken_back") else str(entry.facts["reason"])
    for name in entry.facts["items"]:
        item = manifest.evidence(str(name))
        if item is not None:
            item.excluded = why
    keep_event(manifest, entry)


def _destroyed(manifest: Manifest, entry: LogEvent) -> None:
    """Note destroyed objects; their own events went with them, so they may never have been met."""
    for name in (*entry.facts["clear"]["objects"], *entry.facts.get("witnessed", ())):
        manifest.gone[str(name)] = entry
        number = int(str(name)[1:]) + 1
        if str(name).startswith("E"):
            manifest.next_item = max(manifest.next_item, number)
        else:
            manifest.next_witnessed = max(manifest.next_witnessed, number)
    keep_event(manifest, entry)


def _consent(manifest: Manifest, entry: LogEvent) -> None:
    facts = entry.facts
    manifest.consents.append(
        Consent(entry.line, str(facts["purpose"]), facts["given"] is True, str(facts["on"]), facts)
    )


def keep_event(manifest: Manifest, entry: LogEvent) -> None:
    """Keep an event as it is, among those of its type."""
    manifest.entries.setdefault(entry.type, []).append(_lean(entry))


FOLDS: Final[Mapping[str, Callable[[Manifest, LogEvent], None]]] = {
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
"""The functions by type; an event of another is kept as it is."""
