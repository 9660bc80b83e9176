"""The report of a check: one verdict, and everything that was found on the way to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evidence_kit.custody.established import Custody
from evidence_kit.custody.verdict import Anchor, Verdict, judge_findings
from evidence_kit.errors import Exit
from evidence_kit.model import Finding, Weight
from evidence_kit.workflows.handover.timestamps import ShownStamp

if TYPE_CHECKING:
    from evidence_kit.workflows.checking.register import ProvenRegister, RegisteredLog

# It is named; but a stick that was once in a Mac has one for every file, and nothing is to be done about them.
_OF_NO_WEIGHT = "file-of-the-system"


def exit_of(findings: Iterable[Finding]) -> Exit:
    """Return the exit code for findings: never 0, unless a computer's own files in the folder are all there is."""
    weights = {each.weight for each in findings if each.code != _OF_NO_WEIGHT}
    if Weight.BROKEN in weights:
        return Exit.BROKEN
    if Weight.UNCHECKED in weights:
        return Exit.NOT_CHECKED
    return Exit.INCOMPLETE if weights else Exit.DONE


@dataclass(slots=True)
class Report:
    """The result of a check.

    Attributes:
        verdict: One of four words.
        path: What was checked, its name alone.
        kind: `case` or `archive`.
        case: Case id, where it is known.
        findings: Everything there is to say, worst things not sorted out.
        anchors: What fixes the log from outside.
        lines: How many lines the log has up to its last valid signature.
        items: How many items were checked and are intact.
        items_here: How many items there should be here.
        items_of: How many items the case has, where that is known.
        events_closed: How many events cannot be read here.
        destroyed: Ids of items that a signed line says were destroyed.
        wholly_destroyed: The whole case was.
        signers: Fingerprints that signed.
        with_key: The contents were checked too, and not only the encrypted files.
        part: Which part of a seal an archive is, from 1.
        parts: How many parts the seal has.
        blurred: How many items of the seal are blurred copies.
        time_stamps: Those in the log, and what each proves.
        items_behind: How many of the items here were taken in behind everything that is fixed from outside.
        being_written: A writer was at work: what is newer than the last signature seen here was not judged.
        earlier_of: It is a copy, whole as it was made, and ends before the log that this station remembers; how many
            lines that one has. None where the log goes as far as anybody remembers.
        register: The register's word on the log, where a register was given.
        custody: What the log establishes; for whoever compares it with another.
    """

    verdict: Verdict
    path: str
    kind: str
    case: str | None = None
    findings: list[Finding] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    lines: int = 0
    items: int = 0
    items_here: int = 0
    items_of: int | None = None
    events: int = 0
    events_closed: int = 0
    destroyed: tuple[str, ...] = ()
    wholly_destroyed: bool = False
    signers: tuple[str, ...] = ()
    with_key: bool = False
    part: int = 1
    parts: int = 1
    blurred: int = 0
    time_stamps: list[ShownStamp] = field(default_factory=list)
    items_behind: int = 0
    being_written: bool = False
    earlier_of: int | None = None
    register: RegisteredLog | None = None
    custody: Custody | None = field(default=None, repr=False)

    @property
    def exit(self) -> Exit:
        """The exit code."""
        code = exit_of(self.findings)
        lost = self.register is not None and bool(self.register.lost)
        return Exit.REGISTER if lost and code is not Exit.BROKEN else code

    def hold_against(self, register: ProvenRegister) -> None:
        """Add the register's word on the log that was checked."""
        if self.custody is not None:
            from evidence_kit.workflows.checking.register import registered_log

            self.register = registered_log(register, self.custody)
            self.anchors += self.register.anchors
            self.verdict = judge_findings(self.findings, self.anchors)

    def establish(self, custody: Custody) -> None:
        """Take over the facts that a replayed log establishes."""
        self.custody = custody
        self.case, self.lines = custody.case, custody.signed_lines
        self.events = len(custody.commitments)
        self.destroyed, self.wholly_destroyed = tuple(custody.destroyed), custody.wholly_destroyed
        self.signers = tuple(dict.fromkeys(signed.by for signed in custody.commits))

    def count_behind(self, lines: Iterable[int]) -> None:
        """Count the items that were taken in on a line behind everything that is fixed from outside."""
        through = max((each.through for each in self.anchors), default=None)
        self.items_behind = 0 if through is None else sum(line > through for line in lines)
