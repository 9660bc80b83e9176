"""Verifying a whole folder of cases, against the memory of an earlier check."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.custody.errors import CaseLockedError
from evidence_kit.custody.established import Custody
from evidence_kit.custody.verdict import Verdict, judge_findings
from evidence_kit.keys import age
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.errors import KeyUnreadableError, NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Disk, Finding, Json, Weight
from evidence_kit.vault.disk import open_regular, read_regular, write_durably
from evidence_kit.vault.folder import LOG, CaseFolder, is_litter
from evidence_kit.vault.links import tree
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.workflows.case.disk_errors import unread_finding
from evidence_kit.workflows.case.read import unwrap_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.checking.archive_parts import case_of, common_result
from evidence_kit.workflows.checking.compare import same_log
from evidence_kit.workflows.checking.copies import NEVER_EARLIER, earlier_states
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case

SEALED = ".sealed.zip"
# Another check holds the memory's lock for as long as one small file takes.
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """Where a case's log ended at an earlier check, and where the case lay."""

    lines: int
    head: Digest
    path: str

    def facts(self) -> Json:
        """Return the facts as they lie in a memory."""
        return {"lines": self.lines, "head": self.head.hex, "path": self.path}


@dataclass(slots=True)
class FolderTotal:
    """The result of a check of a folder.

    Attributes:
        verdict: The worst of all.
        cases: How many were checked.
        archives: How many archives were checked.
        archives_closed: How many archives nobody had the digits for.
        findings: What is wrong with the whole, such as a case that is gone.
    """

    verdict: Verdict = Verdict.CONSISTENT
    cases: int = 0
    archives: int = 0
    archives_closed: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify_below(
    root: Path, key: SigningKey | None, station: Station | None, remembered: Mapping[str, Remembered]
) -> Iterator[tuple[str, Report] | FolderTotal]:
    """Yield every case and archive below a folder with its path from there, then the total.

    Args:
        root: The folder.
        key: Opens cases, and archives whose digits lie beside them for the case.
        station: Whose memory cases are held against too.
        remembered: What an earlier check remembers, by case id.
    """
    total, seen = FolderTotal(), dict[str, Custody]()
    found: list[Report] = []
    split = dict[tuple[Path, int], list[Report]]()
    unread: dict[str, OSError] = {}

    def passed_over(error: OSError) -> None:
        unread[str(error.filename or root)] = error

    for path in _cases(root, passed_over):
        report = _case(path, key, station)
        _hold(report, path.relative_to(root).as_posix(), seen, remembered)
        total.cases += 1
        found.append(report)
        yield path.relative_to(root).as_posix(), report
    for path in _archives(root, passed_over):
        digits = _digits(path, root, key)
        if digits is None:
            total.archives_closed += 1
            continue
        report = verify_archive(path, digits)
        total.archives += 1
        found.append(report)
        if report.parts > 1:
            split.setdefault((path.parent, report.lines), []).append(report)
        yield path.relative_to(root).as_posix(), report
    for parts in split.values():
        total.findings += common_result(parts).findings
    total.findings += [unread_finding(error, _from(root, Path(place))) for place, error in unread.items()]
    for case, before in remembered.items():
        # What nobody could look into may hold it.
        if case not in seen and not unread:
            total.findings.append(Finding("case-gone", Weight.BROKEN, before.path))
    every = [finding for report in found for finding in report.findings]
    total.verdict = judge_findings([*total.findings, *every], ())
    yield total


def read_memory(path: Path) -> dict[str, Remembered]:
    """Return the memory of an earlier check; empty where there was none.

    Raises:
        KeyUnreadableError: The file is there and cannot be read; that is no reason to forget.
    """
    try:
        cases = json.loads(path.read_bytes())["cases"]
        return {
            str(case): Remembered(int(each["lines"]), Digest(each["head"]), str(each["path"]))
            for case, each in cases.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyUnreadableError("memory-unreadable", path=str(path)) from error


def write_memory(path: Path, before: Mapping[str, Remembered], reports: Mapping[str, Report], disk: Disk) -> None:
    """Remember the cases without findings; the memory of all others stays, and so does that of a check beside this one.

    Args:
        path: The memory.
        before: What it held when the check began.
        reports: What the check found, by place.
        disk: How it is written.

    Raises:
        CaseLockedError: Another check writes to it, and is not done yet.
        KeyUnreadableError: It cannot be read any more.
        OSError: It cannot be written.
    """
    try:
        with hold_lock(path.with_name(f".{path.name}.lock"), _PATIENCE_SECONDS):
            now = read_memory(path)
            for place, report in reports.items():
                sound = all(each.weight is Weight.NOTE for each in report.findings)
                if report.kind == "case" and sound and report.custody is not None and report.case is not None:
                    known = now.get(report.case)
                    # One that another check left meanwhile gives way to a log that goes on from it, and to no other.
                    if known is None or known == before.get(report.case) or _goes_on(report.custody, known):
                        now[report.case] = Remembered(report.lines, report.custody.head, place)
            facts: Json = {"v": 1, "cases": {case: each.facts() for case, each in sorted(now.items())}}
            data = json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
            write_durably(disk, path, data)
    except HeldError as error:
        raise CaseLockedError("memory-locked", path=str(path)) from error


def _goes_on(custody: Custody, known: Remembered) -> bool:
    return any(each.line == known.lines and each.head == known.head for each in custody.commits)


def _hold(report: Report, place: str, seen: dict[str, Custody], remembered: Mapping[str, Remembered]) -> None:
    """Hold a case against the memory of it, and against another copy that was met before."""
    custody = report.custody
    if custody is None or report.case is None:
        seen.setdefault(Path(place).name, Custody())
        return
    parts: int | None = None
    before = remembered.get(report.case)
    if before is not None and custody.signed_lines < before.lines:
        values = {"remembered": before.lines}
        report.findings.append(Finding("log-shorter", Weight.BROKEN, LOG, custody.signed_lines + 1, values=values))
    elif before is not None and {each.line: each.head for each in custody.commits}.get(before.lines) != before.head:
        parts = before.lines
    twin = seen.get(report.case)
    if twin is not None and parts is None:
        parts = same_log(twin, custody)
    if parts is not None:
        report.findings.append(Finding("log-forked", Weight.BROKEN, LOG, parts, values={"parts": parts}))
    report.verdict = judge_findings(report.findings, report.anchors)
    if twin is None or twin.signed_lines < custody.signed_lines:
        seen[report.case] = custody


def _case(path: Path, key: SigningKey | None, station: Station | None) -> Report:
    try:
        head = None if station is None else station.remembered(path.name)
        earlier = earlier_states(station, path)
    except OSError as error:
        head, earlier, trouble = None, NEVER_EARLIER, [unread_finding(error, path.name)]
    except KeyUnreadableError:
        head, earlier, trouble = None, NEVER_EARLIER, [unread_finding(OSError(errno.EINVAL, ""), path.name)]
    else:
        trouble = []
    try:
        report = verify_case(path, key, head, earlier=earlier)
    except NoReaderError:
        report = verify_case(path, None, head, earlier=earlier)
    report.findings += trouble
    report.verdict = judge_findings(report.findings, report.anchors)
    return report


def _from(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else root.name


def _cases(root: Path, unread: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    for here, names, files in tree(root, unread):
        if LOG in files and not here.name.startswith("."):
            names.clear()
            yield here
        names[:] = sorted(name for name in names if not (name.startswith(".") and name.endswith(".draft")))


def _archives(root: Path, unread: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    for here, names, files in tree(root, unread):
        if LOG in files:
            names.clear()
            continue
        names.sort()
        yield from (here / name for name in sorted(files) if name.endswith(SEALED) and not is_litter(name))


def _digits(archive: Path, root: Path, key: SigningKey | None) -> str | None:
    """Return an archive's passphrase where it lies beside it for the case, and the case is here to open it."""
    case = case_of(archive.name)
    letter = archive.with_name(f"{case}.key-case.age")
    if key is None or not letter.is_file():
        return None
    opener = _identity(root, case, key)
    try:
        return (
            None
            if opener is None
            else age.decrypt_bytes(read_regular(letter, follow=True), [opener]).decode("ascii").strip()
        )
    except (DamagedError, ValueError, OSError):
        return None


def _identity(root: Path, case: str, key: SigningKey) -> object | None:
    from evidence_kit.custody.chain import replay_log
    from evidence_kit.workflows.case.read import file_pieces

    # What cannot be looked into is told by the check itself.
    for path in _cases(root, lambda _: None):
        if path.name == case:
            folder = CaseFolder(path)
            try:
                with open_regular(folder.log) as file:
                    custody = replay_log(file_pieces(file)).custody
                return unwrap_case(folder, custody, [key.opener]).opener  # type: ignore[no-any-return]
            except (OSError, NoReaderError):
                return None
    return None
