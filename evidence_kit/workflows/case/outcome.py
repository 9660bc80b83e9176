"""The outcomes that workflows yield: facts about one file each, for a screen, a script or a test."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from evidence_kit.custody.manifest import FoundAt
from evidence_kit.model import Json


@dataclass(frozen=True, slots=True)
class Kept:
    """An item is in the case, durably."""

    item: str
    place: FoundAt
    kind: str
    family: str
    size_bytes: int
    sha256: str
    name_agrees: bool | None
    described: bool
    problems: tuple[str, ...] = ()
    unstable: bool = False


@dataclass(frozen=True, slots=True)
class WitnessOutcome:
    """A file was read to be hashed and is NOT in the case: it is only where it was.

    Attributes:
        lies_in: Unless it is: the item that holds its bytes, since it was taken in under another rule.
        because: Why a text or a sound was not copied; None where its type says so.
    """

    item: str
    place: FoundAt
    kind: str
    family: str
    size_bytes: int
    sha256: str
    lies_in: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """The same bytes are in the case already and were found at one more place."""

    item: str
    place: FoundAt


@dataclass(frozen=True, slots=True)
class AlreadyInCase:
    """This place was read again and holds the bytes that the case has from there."""

    item: str
    place: FoundAt


@dataclass(frozen=True, slots=True)
class Refused:
    """A file was not kept; the reason is an id with a sentence in the catalogues."""

    place: FoundAt
    reason: str
    detail: str | None = None
    size_bytes: int | None = None

    @property
    def may_pass(self) -> bool:
        """Say whether another try may end otherwise: it could not be read then, and nothing is known against it."""
        return self.reason in {"unreadable", "container-changed"}


@dataclass(frozen=True, slots=True)
class ContainerRead:
    """A container was looked through."""

    item: str
    place: FoundAt
    members: int
    kept: int
    refused: int
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unopened:
    """A container is kept, but nobody could look into it."""

    item: str
    place: FoundAt
    reason: str


@dataclass(frozen=True, slots=True)
class ChatRead:
    """An item is an exported conversation, or may be one, and was read as far as it could be.

    Attributes:
        item: The export.
        place: Where it was found.
        recognition: `recognised`, `contested` (several formats claim it) or `failed`.
        format: Name of the format, None when none was chosen.
        messages: How many there are.
        conversations: Of how many conversations.
        unread: How many stretches could not be read as messages.
        reasons: Why: codes of the unread stretches, or of what went wrong.
        looks_cut: Signs that the exporter left the older part out.
        wording_unknown: The app speaks in it, in words that nobody here knows.
    """

    item: str
    place: FoundAt
    recognition: str
    format: str | None
    messages: int
    conversations: int
    unread: int
    reasons: tuple[str, ...]
    looks_cut: tuple[str, ...]
    wording_unknown: bool = False

    @property
    def whole(self) -> bool:
        """Say whether everything in it was understood."""
        return self.recognition == "recognised" and not self.unread


@dataclass(slots=True)
class Totals:
    """The totals of an ingest, counted over all sources; `kinds` is the same by family."""

    kept: int = 0
    kept_bytes: int = 0
    seen_again: int = 0
    known: int = 0
    refused: int = 0
    not_described: int = 0
    unreadable: int = 0
    withheld: int = 0
    witnessed: int = 0
    excluded: int = 0
    chats: int = 0
    messages: int = 0
    chats_unread: int = 0
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)

    def count_file(self, family: str, column: str) -> None:
        """Count one more file in the table.

        Args:
            family: What it is to a person, `none` for what was not opened.
            column: `kept`, `withheld`, `again`, `refused` or `unclear`.
        """
        counted = self.kinds.setdefault(family, {})
        counted[column] = counted.get(column, 0) + 1

    @property
    def complete(self) -> bool:
        """Say whether everything was copied and understood."""
        return not (self.refused or self.witnessed or self.not_described or self.unreadable or self.chats_unread)

    def facts(self) -> dict[str, Json]:
        """Return the counts as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class WouldKeep:
    """A file that would be taken in.

    Attributes:
        place: Where it is.
        kind: Name of its content type.
        family: Its family.
        size_bytes: Its length.
        members: How many files it holds, None when it is no container.
        member_bytes: Their length, as the container declares it.
    """

    place: FoundAt
    kind: str
    family: str
    size_bytes: int
    members: int | None
    member_bytes: int


ItemOutcome = Kept | WitnessOutcome | SeenAgain | AlreadyInCase | Refused | ContainerRead | Unopened | ChatRead
Outcome = ItemOutcome | Totals
