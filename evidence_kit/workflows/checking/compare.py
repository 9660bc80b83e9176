"""Comparing two copies of a case, or archives of it: how far they are one log, and who signed after they part."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.verdict import Verdict, judge_findings
from evidence_kit.errors import UsageError
from evidence_kit.model import Finding, Weight
from evidence_kit.sealing.check import check_archive
from evidence_kit.vault.disk import open_regular
from evidence_kit.vault.folder import LOG
from evidence_kit.workflows.case.read import file_pieces


@dataclass(slots=True)
class ComparedLog:
    """One log, read for comparing.

    Attributes:
        name: Name of the folder or archive.
        custody: What it establishes; None when nothing could be read.
        findings: What is wrong with it by itself.
        lines: SHA-256 of every line, in order.
    """

    name: str
    custody: Custody | None = None
    findings: list[Finding] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def add_line(self, _number: int, raw: bytes) -> None:
        """Note one line."""
        self.lines.append(hashlib.sha256(raw).digest())

    @property
    def signed(self) -> int:
        """How many lines are signed."""
        return 0 if self.custody is None else self.custody.signed_lines

    def after(self, line: int) -> list[SignedCommit]:
        """Return the commits whose signature stands behind a line."""
        return [each for each in (self.custody.commits if self.custody else ()) if each.line > line]


@dataclass(frozen=True, slots=True)
class LogComparison:
    """Two logs beside each other.

    Attributes:
        first: One.
        second: The other.
        common: Through which line they are the same, byte for byte.
        relation: `same`, `first-longer`, `second-longer`, `fork`, or `not-compared`.
        findings: What is wrong.
        verdict: BROKEN for a fork or a broken log, NOT CHECKED where one could not be read, else CONSISTENT.
    """

    first: ComparedLog
    second: ComparedLog
    common: int
    relation: str
    findings: tuple[Finding, ...]
    verdict: Verdict


def folder_log(root: Path) -> ComparedLog:
    """Read the log of a case folder."""
    log = ComparedLog(root.name)
    with open_regular(root / LOG) as file:
        replayed = replay_log(file_pieces(file), log.add_line)
    log.custody, log.findings = replayed.custody, [*replayed.findings]
    return log


def archive_log(path: Path, passphrase: str, on_bytes: Callable[[int], None] | None = None) -> ComparedLog:
    """Read the log of an archive; everything else in it is checked too.

    Args:
        path: The archive.
        passphrase: Its digits, without spaces.
        on_bytes: Told how many bytes were read, again and again; None where nobody watches.

    Raises:
        OSError: The file cannot be opened or read.
    """
    log = ComparedLog(path.name)
    with open_regular(path, follow=True) as file:
        contents = check_archive(file, path.stat().st_size, path.name, passphrase, on_bytes, log.add_line)
    log.custody, log.findings = contents.custody, contents.findings
    return log


def compare_logs(first: ComparedLog, second: ComparedLog) -> LogComparison:
    """Hold two logs against each other.

    Raises:
        UsageError: They are of two different cases.
    """
    cases = [log.custody.case for log in (first, second) if log.custody is not None and log.custody.case is not None]
    if len(cases) == 2 and cases[0] != cases[1]:
        raise UsageError("compare-other-case", first=cases[0], second=cases[1])
    findings = [*first.findings, *second.findings]
    common = _common(first.lines[: first.signed], second.lines[: second.signed])
    relation = "not-compared"
    if first.signed and second.signed:
        behind = (first.signed > common, second.signed > common)
        relation = {
            (False, False): "same",
            (True, False): "first-longer",
            (False, True): "second-longer",
            (True, True): "fork",
        }[behind]
    if relation == "fork":
        findings.append(Finding("log-forked", Weight.BROKEN, LOG, line=common + 1, values={"parts": common + 1}))
    return LogComparison(first, second, common, relation, tuple(findings), judge_findings(findings, ()))


class CommitSigner(NamedTuple):
    """A key, and the commits that it signed.

    Attributes:
        by: Fingerprint of the key.
        commits: How many.
        since: Time of the first, by the writer's own clock.
    """

    by: str
    commits: int
    since: str


def commit_signers(commits: Iterable[SignedCommit]) -> list[CommitSigner]:
    """Return who signed commits: fingerprint, how many, and when first by the writer's own clock."""
    listed = list(commits)
    counts = Counter(each.by for each in listed)
    return [
        CommitSigner(by, count, next(each.time for each in listed if each.by == by)) for by, count in counts.items()
    ]


def same_log(one: Custody, other: Custody) -> int | None:
    """Return the line from which, at the latest, two signed logs differ; None when one continues the other."""
    shorter, longer = sorted((one, other), key=lambda each: each.signed_lines)
    heads = {each.line: each.head for each in longer.commits}
    if not shorter.commits or heads.get(shorter.signed_lines) == shorter.head:
        return None
    return shorter.signed_lines


def _common(first: list[bytes], second: list[bytes]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
