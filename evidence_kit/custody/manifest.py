"""The manifest: the contents of a case, as the fold of its openings. It is never stored; the log is the truth."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evidence_kit.custody.folds import FOLDS, keep_event
from evidence_kit.custody.records import (
    RECEIVED,
    CaseObject,
    Consent,
    FoundAt,
    Item,
    LogEvent,
    Spot,
    Witnessed,
    place_key,
)
from evidence_kit.model import Digest

__all__ = [
    "RECEIVED",
    "CaseObject",
    "Consent",
    "FoundAt",
    "Item",
    "LogEvent",
    "Manifest",
    "ManifestError",
    "Spot",
    "Witnessed",
    "fold_events",
    "place_key",
]


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
    places: dict[Spot, Digest] = field(default_factory=dict)
    witnessed_at: dict[Spot, Digest] = field(default_factory=dict)
    by_digest: dict[str, str] = field(default_factory=dict)
    witnessed_by_digest: dict[str, str] = field(default_factory=dict)
    refused: dict[Spot, LogEvent] = field(default_factory=dict)
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
            FOLDS.get(entry.type, keep_event)(self, entry)
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
