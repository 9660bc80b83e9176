"""Verifying a case folder or a sealed archive: every byte that can be checked is, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evidence_kit.custody.established import Custody
from evidence_kit.custody.journal import LogHead
from evidence_kit.custody.verdict import Verdict, judge_findings
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE, Signature
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Finding, Weight
from evidence_kit.sealing.check import check_archive
from evidence_kit.sealing.statement import Statement
from evidence_kit.vault.disk import open_regular, read_regular
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.disk_errors import is_gone, unread_finding
from evidence_kit.workflows.checking.anchors import anchor_companion, anchor_receipt, anchor_stamps
from evidence_kit.workflows.checking.copies import NEVER_EARLIER, EarlierStates
from evidence_kit.workflows.checking.folder_check import FolderCheck
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.handover.timestamps import OutsideFacts

_NOTHING = OutsideFacts()
# How often a case is checked anew when somebody destroys something in it meanwhile.
_LOOKS = 4


def verify_case(  # noqa: PLR0913 - a folder, and what is known of it besides
    path: Path,
    key: SigningKey | None = None,
    remembered: LogHead | None = None,
    receipt: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
    outside: OutsideFacts = _NOTHING,
    earlier: EarlierStates = NEVER_EARLIER,
) -> Report:
    """Check a case folder; with a key also that every item and opening is the one the log commits to.

    Args:
        path: The folder.
        key: Opens the case, if at hand.
        remembered: Where the log ended when this station last saw it.
        receipt: The code on a paper, as typed.
        on_bytes: Told how many more bytes were read.
        outside: What the checker knows that does not come out of the case.
        earlier: At which earlier states of what is remembered the log may end.

    Raises:
        TypedWronglyError: The receipt code has a slip of the pen.
        NoReaderError: The key does not open this case.
    """
    folder, told = CaseFolder(path), on_bytes or (lambda _: None)
    for _ in range(_LOOKS):
        checking = FolderCheck(folder, told, outside, earlier)
        report = checking.check(key, remembered, receipt)
        # A destruction beside us takes away what the log named when we read it; the newer log says so.
        if report.verdict is not Verdict.BROKEN or not checking.overtaken():
            break
    return report


def verify_archive(
    path: Path,
    passphrase: str,
    receipt: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
    outside: OutsideFacts = _NOTHING,
) -> Report:
    """Check a sealed archive, and the statement beside it if there is one.

    Args:
        path: The archive.
        passphrase: Its digits, without spaces.
        receipt: A typed receipt code; None where there is none.
        on_bytes: Told how many bytes were read, again and again; None where nobody watches.
        outside: What the checker knows besides: roots, receivers, where the receipt came from.

    Raises:
        TypedWronglyError: The receipt code has a slip of the pen.
    """
    try:
        size_bytes = path.stat().st_size
        with open_regular(path, follow=True) as file:
            contents = check_archive(file, size_bytes, path.name, passphrase, on_bytes)
    except OSError as error:
        # A stick that was pulled, a sector that is worn out: nobody is accused.
        found = [unread_finding(error, path.name)]
        return Report(Verdict.NOT_CHECKED, path.name, "archive", findings=found, with_key=True)
    report = Report(Verdict.NOT_CHECKED, path.name, "archive", findings=contents.findings, with_key=True)
    custody = contents.custody
    if custody is not None:
        report.findings += _statement(path, custody, contents.sha256, size_bytes)
        report.establish(custody)
        report.events_closed = contents.withheld_events
        anchor_receipt(report, custody, receipt, outside.origin)
        anchor_stamps(report, custody, outside, contents.stamped)
        anchor_companion(report, path, custody, outside)
        report.count_behind(contents.kept_lines.get(item, 0) for item in contents.items)
    report.items, report.items_of = len(contents.items), contents.items_of
    report.part, report.parts, report.blurred = contents.part, contents.parts, len(contents.blurred)
    report.items_here = len(contents.items) + len(contents.broken_items)
    report.verdict = judge_findings(report.findings, report.anchors)
    return report


def _statement(path: Path, custody: Custody, sha256: Digest | None, size_bytes: int) -> list[Finding]:
    """Compare an archive with the statement that lies beside it; without one there is nothing to say."""
    case = custody.case or ""
    names = (f"{path.name.removesuffix('.sealed.zip')}.statement.txt", f"{case}.statement.txt")
    paper = next((found for name in names if (found := path.with_name(name)).is_file()), None)
    if paper is None:
        return []
    try:
        text = read_regular(paper, follow=True)
        statement = Statement.parse(text)
        armoured = read_regular(paper.with_name(paper.name + ".sig"), follow=True)
        signature = Signature.parse(sshsig.unarmour(armoured))
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not is_gone(error):
            return [unread_finding(error, paper.name)]
        return [Finding("statement-unreadable", Weight.BROKEN, paper.name)]
    if signature.key.fingerprint not in custody.signers or not signature.holds(text, ARCHIVE_NAMESPACE):
        return [Finding("statement-signature-invalid", Weight.BROKEN, paper.name)]
    last = custody.commits[-1].checkpoint if custody.commits else None
    agrees = last is not None and (statement.lines, statement.head) == (last.lines, last.head)
    if not agrees or (statement.sha256, statement.size_bytes, statement.case) != (sha256, size_bytes, case):
        return [Finding("statement-differs", Weight.BROKEN, paper.name)]
    return []
