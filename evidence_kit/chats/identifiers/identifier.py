"""A finding in a text, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, TypeAlias

from evidence_kit.chats.folding import fold_with_origins
from evidence_kit.model import Json


class IdentifierType(Enum):
    """The kind of a finding."""

    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    PROFILE = "profile"
    HANDLE = "handle"
    RIB = "rib"
    IBAN = "iban"
    BITCOIN = "bitcoin"
    TRON = "tron"
    ETHEREUM = "ethereum"
    TRANSFER_CODE = "transfer_code"
    AMOUNT = "amount"


class Confidence(Enum):
    """How sure a reading of the text is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class TextSpan(NamedTuple):
    """A stretch of a text.

    Attributes:
        start: Index of its first character.
        end: Index after its last.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Identifier:
    """One finding.

    Attributes:
        type: What it is.
        value: In one spelling, to compare: `+212612345678`, an address without spaces, `2000 MAD`.
        raw: As in the text, character for character.
        start: Index of its first character in the text.
        end: Index after its last.
        confidence: How sure it is.
        how: How it was found: a stable code such as `valid-number` or `checksum`.
        assumed: What had to be assumed, such as the region of a number; None when nothing was.
        details: What else follows from it, such as the bank.
    """

    type: IdentifierType
    value: str
    raw: str
    start: int
    end: int
    confidence: Confidence
    how: str
    assumed: str | None = None
    details: Mapping[str, Json] | None = None


# Stands for a character that was read already; one that no pattern knows.
_MASK = "\u00b7"


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text beside its copy for matching.

    Attributes:
        text: As in the source.
        folded: As `evidence_kit.chats.folding.fold_text` gives it.
        origins: For each character of the copy, where it stood in the text; one more for the end.
    """

    text: str
    folded: str
    origins: Sequence[int]

    def finding_at(  # noqa: PLR0913 - the facts of a finding
        self,
        span: TextSpan,
        kind: IdentifierType,
        value: str,
        confidence: Confidence,
        how: str,
        assumed: str | None = None,
        details: Mapping[str, Json] | None = None,
    ) -> Identifier:
        """Return a finding at a span of the copy.

        Args:
            span: Where it stands in the copy; not empty.
            kind: The type of the identifier.
            value: The value, normalised for comparing.
            confidence: How sure the reading is.
            how: The id of the rule that found it.
            assumed: What the value rests on beyond the text, such as a region; None where nothing was assumed.
            details: More about the value, such as a bank; None where there is no more.
        """
        start, end = self.origins[span.start], self.origins[span.end - 1] + 1
        return Identifier(kind, value, self.text[start:end], start, end, confidence, how, assumed, details)

    def without(self, findings: Iterable[Identifier]) -> FoldedText:
        """Return the text with the characters of findings masked, so that nothing else is read in them.

        "0612345678 500 dh" is a number and a sum, not a sum of 78,500 dirhams.
        """
        inside = bytearray(len(self.text))
        for each in findings:
            inside[each.start : each.end] = b"\1" * (each.end - each.start)
        if not any(inside):
            return self
        letters = zip(self.folded, self.origins, strict=False)
        return replace(self, folded="".join(_MASK if inside[origin] else letter for letter, origin in letters))


Find: TypeAlias = Callable[[FoldedText], Iterator[Identifier]]


def folded_copy(text: str) -> FoldedText:
    """Return a text with its copy for matching."""
    copy, origins = fold_with_origins(text)
    return FoldedText(text, copy, origins)
