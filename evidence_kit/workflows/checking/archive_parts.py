"""The parts of one seal, checked together: which of them are here, and whether they belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.custody.verdict import Verdict, judge_findings
from evidence_kit.errors import Exit
from evidence_kit.model import Finding, Weight
from evidence_kit.vault.folder import is_litter
from evidence_kit.vault.links import is_link
from evidence_kit.workflows.checking.report import Report, exit_of
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.timestamps import OutsideFacts

_ENDING = ".sealed.zip"
_PART = re.compile(r"\.part-([0-9]{1,6})-of-[0-9]{1,6}$")
_OF_A_PART = r"(?:\.part-[0-9]{1,6}-of-[0-9]{1,6})?"
_OF_AN_ARCHIVE = r"(?:\.statement\.txt(?:\.sig)?|\.received\.sig)"
_OF_A_HAND_OVER = frozenset({"LISEZ-MOI.txt", "covering-message.txt", "hand-over.pdf", "verify.html"})
_NOTHING = OutsideFacts()


@dataclass(slots=True)
class PartsResult:
    """The common result of the parts of a seal.

    Attributes:
        verdict: Of all that was checked; never ANCHORED while one part is not.
        case: Case id, where it is known.
        parts: How many parts the seal has, 0 where no part could say so.
        here: Which of them were checked, ascending.
        items: How many items were checked and are intact.
        items_here: How many items there should be in the parts that are here.
        items_of: How many items the case has, where that is known.
        events: How many events the log has.
        events_closed: How many of them cannot be read in this seal.
        signers: Fingerprints that signed.
        findings: What is wrong with the whole; what is wrong with a part stands in its own report.
        exit: The exit code for all of it.
    """

    verdict: Verdict
    case: str | None
    parts: int
    here: tuple[int, ...]
    items: int
    items_here: int
    items_of: int | None
    events: int = 0
    events_closed: int = 0
    signers: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    exit: Exit = Exit.DONE


def case_of(name: str) -> str:
    """Return the case id out of the file name of an archive, or of a part of one."""
    return _PART.sub("", name.removesuffix(_ENDING))


def parts_in(folder: Path) -> list[Path]:
    """Return the parts of archives that lie in a folder, by their number; none when no archive there is a part."""
    found = [(int(match[1]), path) for path in folder.glob(f"*{_ENDING}") if (match := _number(path))]
    return [path for _, path in sorted(found)]


def unexpected_files(folder: Path, checked: Sequence[Path]) -> list[Finding]:
    """Return a finding for every file in a folder that does not belong to the checked archives.

    Args:
        folder: What somebody was handed, on a stick for example.
        checked: The archives in it that are checked.

    Another archive is NOT CHECKED: nobody said what is in it. Anything else is named, so that nobody opens it in the
    belief that it came with the archive and was looked at.
    """
    names = {path.name for path in checked}
    # What was handed over with a part that is not here is no stranger: `part-not-here` says that it is missing.
    cases = "|".join(sorted({re.escape(case_of(name)) for name in names}))
    ours = re.compile(rf"(?:{cases})(?:{_OF_A_PART}{_OF_AN_ARCHIVE}|\.key-[0-9a-z]+\.age)")
    found = []
    for path in sorted(folder.iterdir()):
        name = path.name
        regular = path.is_file() and not is_link(path)
        if name in names or (regular and (name in _OF_A_HAND_OVER or ours.fullmatch(name))):
            continue
        if is_litter(name):
            found.append(Finding("file-of-the-system", Weight.NOTE, name))
        elif name.endswith(_ENDING):
            found.append(Finding("archive-beside-not-checked", Weight.UNCHECKED, name))
        else:
            found.append(Finding("file-beside-archive", Weight.NOTE, name))
    return found


def verify_parts(  # noqa: PLR0913 - the parts, what opens them, and what is known besides
    paths: Sequence[Path],
    passphrase: str,
    receipt: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
    outside: OutsideFacts = _NOTHING,
    found: Sequence[Finding] = (),
) -> Iterator[tuple[Path, Report] | PartsResult]:
    """Yield the report of every part, then their common result.

    Args:
        paths: The parts.
        passphrase: 28 digits, the same for all.
        receipt: The code on a paper, as typed.
        on_bytes: Told how many more bytes were read.
        outside: What the checker knows that does not come out of the archives.
        found: What there is to say of the folder in which they lie.

    Raises:
        TypedWronglyError: The receipt code has a slip of the pen.
    """
    reports = []
    for path in paths:
        report = verify_archive(path, passphrase, receipt, on_bytes, outside)
        reports.append(report)
        yield path, report
    yield common_result(reports, found)


def common_result(reports: Sequence[Report], found: Sequence[Finding] = ()) -> PartsResult:
    """Return the common result of archives as parts of one seal.

    Parts of one seal share one signed log end, because one plan lists them all. What is not here is not checked, and
    nobody is accused: a stick that was forgotten and two archives that were mixed up are no forgery.
    """
    read = [each for each in reports if each.custody is not None and each.custody.commits]
    ends = {(each.case, each.lines, each.custody.head) for each in read if each.custody is not None}
    findings = [*found]
    if len(ends) > 1:
        others = [each for each in read[1:] if _end(each) != _end(read[0])]
        findings += [Finding("parts-differ", Weight.UNCHECKED, each.path) for each in others]
    first = read[0] if read else None
    own = [each for each in read if first is not None and _end(each) == _end(first)]
    parts = first.parts if first is not None else 0
    here = tuple(sorted({each.part for each in own}))
    missing = [number for number in range(1, parts + 1) if number not in here]
    if parts > 1 and len(read) == len(reports):
        findings += [
            Finding("part-not-here", Weight.UNCHECKED, values={"part": number, "parts": parts}) for number in missing
        ]
    once = {each.part: each for each in own}.values()
    every = [*findings, *(finding for each in reports for finding in each.findings)]
    anchored = all(each.anchors for each in reports)
    return PartsResult(
        verdict=judge_findings(every, [each for report in reports for each in report.anchors] if anchored else ()),
        case=first.case if first is not None else None,
        parts=parts,
        here=here,
        items=sum(each.items for each in once),
        items_here=sum(each.items_here for each in once),
        items_of=first.items_of if first is not None else None,
        events=first.events if first is not None else 0,
        events_closed=first.events_closed if first is not None else 0,
        signers=first.signers if first is not None else (),
        findings=findings,
        exit=exit_of(every),
    )


def _end(report: Report) -> object:
    return (report.case, report.lines, None if report.custody is None else report.custody.head)


def _number(path: Path) -> re.Match[str] | None:
    return _PART.search(path.name.removesuffix(_ENDING))
