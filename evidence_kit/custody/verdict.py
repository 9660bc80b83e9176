"""The verdict: one word, out of the findings and the anchors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from evidence_kit.custody.checkpoint import normalise_receipt
from evidence_kit.custody.established import SignedCommit
from evidence_kit.model import Finding, Weight


class ReceiptOrigin(Enum):
    """The origin of a receipt code, as the checker states it; a code fixes the lines written before it was held."""

    PAPER = "paper"
    TOLD = "told"
    ARCHIVE = "archive"


class Verdict(Enum):
    """The first word of every output."""

    BROKEN = "BROKEN"
    CONSISTENT = "CONSISTENT"
    ANCHORED = "ANCHORED"
    NOT_CHECKED = "NOT CHECKED"

    @property
    def limits(self) -> str:
        """Id of the sentence that says how far it goes.

        That nothing changed is said only where something outside fixes it: not by a check that failed, and not where
        whoever holds a key could have written everything anew.
        """
        return _LIMITS.get(self, "verify.limits-failed")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A fact from outside that fixes the first lines of a log.

    Attributes:
        through: Last line that is fixed.
        kind: `receipt`, `time-stamp` or `counter-signature`.
        since: Time of that line by the writer's own clock; of a time stamp, its own.
        origin: Of a receipt, where the code comes from.
    """

    through: int
    kind: str
    since: str
    origin: ReceiptOrigin | None = None

    @property
    def sentence(self) -> str:
        """Id of the sentence that names the fixed lines and their reason."""
        return f"verify.{self.kind}" if self.origin is None else f"verify.receipt-{self.origin.value}"


_LIMITS: Final = {Verdict.ANCHORED: "verify.limits", Verdict.CONSISTENT: "verify.limits-consistent"}


def match_receipt(
    typed: str, commits: Sequence[SignedCommit], origin: ReceiptOrigin = ReceiptOrigin.PAPER
) -> Anchor | None:
    """Return the lines that a receipt code fixes, None when no signature line has this code.

    Args:
        typed: The code as a person typed it.
        commits: The commits of the log whose signatures hold, in order.
        origin: Where the code came from; it decides what the anchor is worth.

    Raises:
        TypedWronglyError: It was typed wrongly; that is no verdict.
    """
    code = normalise_receipt(typed)
    for signed in commits:
        if signed.checkpoint.receipt_code == code:
            return Anchor(signed.checkpoint.lines, "receipt", signed.time, origin)
    return None


def judge_findings(findings: Iterable[Finding], anchors: Sequence[Anchor]) -> Verdict:
    """Return the verdict; a break outweighs everything, and an unchecked part outweighs agreement."""
    weights = {finding.weight for finding in findings}
    if Weight.BROKEN in weights:
        return Verdict.BROKEN
    if Weight.UNCHECKED in weights:
        return Verdict.NOT_CHECKED
    return Verdict.ANCHORED if anchors else Verdict.CONSISTENT
