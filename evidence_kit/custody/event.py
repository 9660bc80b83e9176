"""The kinds of event a case can have, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from evidence_kit.model import Digest, Json

TYPES: Final = frozenset(
    {
        "case.opened",
        "consent.recorded",
        "case.updated",
        "item.kept",
        "item.described",
        "item.witnessed",
        "item.redacted",
        "source.read",
        "item.seen-again",
        "item.refused",
        "item.marked",
        "item.excluded",
        "item.viewed",
        "container.read",
        "chat.parsed",
        "match.found",
        "threat.recorded",
        "note",
        "transfer.out",
        "transfer.in",
        "reader.granted",
        "signer.added",
        "signer.removed",
        "recipient.changed",
        "anchored",
        "receipt.issued",
        "report.made",
        "seal.begun",
        "sealed",
        "exported",
        "recovered",
        "destroyed",
        "tidied",
    }
)

# Types whose line also says something in clear, because a verifier without a key has to know it.
CLEAR_TYPES: Final = frozenset(
    {
        "case.opened",
        "signer.added",
        "signer.removed",
        "recipient.changed",
        "reader.granted",
        "anchored",
        "destroyed",
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event that is to be written.

    Attributes:
        type: One of `TYPES`.
        fields: What it says, in the order in which it is written.
        object: Item whose file in `store/` the event vouches for.
        stored: SHA-256 of that encrypted file.
        clear: What the line says in clear, without its type; only for `CLEAR_TYPES`.
    """

    type: str
    fields: Mapping[str, Json]
    object: str | None = None
    stored: Digest | None = None
    clear: Mapping[str, Json] | None = field(default=None)

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"{self.type} is no event")
        if (self.clear is not None) != (self.type in CLEAR_TYPES):
            raise ValueError(f"{self.type} and clear do not fit")
