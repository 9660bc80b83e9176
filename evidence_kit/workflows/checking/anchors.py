"""Anchors of a report: a receipt code, time stamps and receivers' confirmations, held against the log."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.manifest import Manifest
from evidence_kit.custody.verdict import Anchor, ReceiptOrigin, match_receipt
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import RECEIVED_NAMESPACE, Signature
from evidence_kit.model import Finding, Weight
from evidence_kit.sealing.statement import Statement
from evidence_kit.vault.disk import read_regular
from evidence_kit.vault.folder import LOG
from evidence_kit.workflows.case.disk_errors import is_gone, unread_finding
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.handover.timestamps import OutsideFacts, judge_stamps, log_stamps


def anchor_receipt(report: Report, custody: Custody, typed: str | None, origin: ReceiptOrigin) -> None:
    """Take a typed receipt code for an anchor, when it fixes a commit of this log.

    Args:
        report: Takes the anchor, or a finding.
        custody: The log's signed commits.
        typed: The code; None where none was given.
        origin: Where the code came from.

    Raises:
        TypedWronglyError: It has a slip of the pen.
    """
    if typed is None:
        return
    anchor = match_receipt(typed, custody.commits, origin)
    if anchor is None:
        report.findings.append(Finding("receipt-not-found", Weight.BROKEN, LOG))
    elif origin is ReceiptOrigin.ARCHIVE:
        # Whoever wrote the archive could write this code beside it.
        report.findings.append(Finding("receipt-came-along", Weight.NOTE, LOG))
    else:
        report.anchors.append(anchor)


def anchor_stamps(
    report: Report, custody: Custody, outside: OutsideFacts, told: Mapping[int, Mapping[str, object]]
) -> None:
    """Take the time stamps of a log for anchors, as far as each proves a line's age.

    Args:
        report: Takes stamps, anchors and findings.
        custody: The log, which holds the tokens.
        outside: The roots that the checker trusts.
        told: By line, the facts of the opening of each stamp; empty where openings are not read.
    """
    report.time_stamps = list(log_stamps(custody, outside))
    findings, anchors = judge_stamps(report.time_stamps, told)
    report.findings += findings
    report.anchors += anchors


def anchor_companion(report: Report, path: Path, custody: Custody, outside: OutsideFacts) -> None:
    """Look at the receiver's counter-signature that lies beside an archive, if there is one.

    Args:
        report: Takes the anchor, or a finding.
        path: The archive; statement and signature lie beside it under its name.
        custody: The archive's log.
        outside: Whose keys the checker knows as receivers'.
    """
    stem = path.name.removesuffix(".sealed.zip")
    paper, confirmed = path.with_name(f"{stem}.statement.txt"), path.with_name(f"{stem}.received.sig")
    if not (confirmed.is_file() and paper.is_file()) or not custody.commits:
        return
    last = custody.commits[-1]
    try:
        found = receiver_fingerprint(read_regular(paper, follow=True), read_regular(confirmed, follow=True))
    except OSError as error:
        if not is_gone(error):
            report.findings.append(unread_finding(error, confirmed.name))
            return
        found = None
    if found is None:
        # Whoever carries an archive can lay a file beside it: that says nothing against the archive.
        report.findings.append(Finding("received-file-invalid", Weight.NOTE, confirmed.name))
        return
    _anchor_confirmation(report, found, custody, outside, (last, confirmed.name))


def anchor_confirmations(report: Report, manifest: Manifest, custody: Custody, outside: OutsideFacts) -> None:
    """Look at the confirmations that the case itself holds.

    Args:
        report: Takes anchors and findings.
        manifest: The case's opened events.
        custody: The case's log.
        outside: Whose keys the checker knows as receivers'.
    """
    commits = {(each.checkpoint.lines, each.checkpoint.head): each for each in custody.commits}
    for entry in manifest.entries.get("transfer.in", ()):
        if entry.facts.get("what") != "counter-signature":
            continue
        try:
            text = str(entry.facts["statement"]).encode("ascii")
            said = Statement.parse(text)
            by = receiver_fingerprint(text, sshsig.armour(base64.b64decode(entry.facts["signature"])))
        except (KeyError, TypeError, ValueError):
            by = None
        signed = commits.get((said.lines, said.head)) if by is not None else None
        if by is None or signed is None or said.case != custody.case:
            report.findings.append(Finding("received-signature-invalid", Weight.BROKEN, LOG, entry.line))
        else:
            _anchor_confirmation(report, by, custody, outside, (signed, LOG), entry.line)


def _anchor_confirmation(  # noqa: PLR0913 - who confirmed what, and where it stands
    report: Report,
    by: str,
    custody: Custody,
    outside: OutsideFacts,
    over: tuple[SignedCommit, str],
    line: int | None = None,
) -> None:
    """Take a confirmation for an anchor when the checker keeps its key as a receiver's, and the case does not."""
    signed, place = over
    if by in outside.receivers and by not in custody.known_keys:
        report.anchors.append(Anchor(signed.checkpoint.lines, "counter-signature", signed.time))
        return
    strange = by not in outside.known and by not in outside.receivers
    code = "received-key-unknown" if strange else "received-key-not-a-receiver"
    report.findings.append(Finding(code, Weight.NOTE, place, line, values={"key": by}))


def receiver_fingerprint(statement: bytes, armoured: bytes) -> str | None:
    """Return the fingerprint of the receiver who confirmed a statement, None when this is no such confirmation."""
    try:
        signature = Signature.parse(sshsig.unarmour(armoured))
    except ValueError:
        return None
    return signature.key.fingerprint if signature.holds(statement, RECEIVED_NAMESPACE) else None
