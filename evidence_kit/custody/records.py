"""Records of a case: opened events, items, witnessed files, consents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from evidence_kit.model import Digest

# The one way in which a recording comes about that needs no lawyer's eye.
RECEIVED: Final = "received-voice-note"


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


def place_key(place: FoundAt) -> Spot:
    """Return the key under which two places are the same place."""
    return (place.path, place.path_bytes, place.container, place.member)
