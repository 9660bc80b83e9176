"""The verdict: one word, out of what was found and what fixes the log from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from evidence_kit.custody.chain import Signed
from evidence_kit.custody.checkpoint import normalise_receipt
from evidence_kit.model import Finding, Weight


class Verdict(Enum):
    """The first word of every output."""

    BROKEN = "BROKEN"
    CONSISTENT = "CONSISTENT"
    ANCHORED = "ANCHORED"
    NOT_CHECKED = "NOT CHECKED"

    @property
    def limits(self) -> str:
        """Id of the sentence that says how far it goes: a check that failed must not say that nothing changed."""
        return "verify.limits" if self in {Verdict.CONSISTENT, Verdict.ANCHORED} else "verify.limits-failed"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something outside that fixes the first lines of a log.

    Attributes:
        through: Last line that is fixed.
        kind: `receipt`, later `time-stamp` or `counter-signature`.
        since: Time of that line by the writer's own clock.
    """

    through: int
    kind: str
    since: str


def match_receipt(typed: str, commits: Sequence[Signed]) -> Anchor | None:
    """Return what a receipt code fixes, None when no signature line has this code.

    Raises:
        TypedWronglyError: It was typed wrongly; that is no verdict.
    """
    code = normalise_receipt(typed)
    for signed in commits:
        if signed.checkpoint.receipt_code == code:
            return Anchor(signed.checkpoint.lines, "receipt", signed.time)
    return None


def judge(findings: Iterable[Finding], anchors: Sequence[Anchor]) -> Verdict:
    """Return the verdict; a break outweighs everything, and what was not checked outweighs what agrees."""
    weights = {finding.weight for finding in findings}
    if Weight.BROKEN in weights:
        return Verdict.BROKEN
    if Weight.UNCHECKED in weights:
        return Verdict.NOT_CHECKED
    return Verdict.ANCHORED if anchors else Verdict.CONSISTENT
