"""Files of a case folder that no signed line vouches for: leavings of a cut-off commit, or foreign ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.established import Custody
from evidence_kit.model import Finding, Weight
from evidence_kit.vault.disk import is_held, open_regular, read_regular
from evidence_kit.vault.folder import DRAFT_ENDING, LOG, CaseFolder, is_litter
from evidence_kit.workflows.case import readme
from evidence_kit.workflows.case.disk_errors import is_gone, unread_finding


@dataclass(frozen=True, slots=True)
class Unlogged:
    """The files of a folder beside those of its log.

    Attributes:
        findings: One each, and one for a log that ends before files that were signed once.
        being_written: A writer is at work; its newest files accuse nobody.
    """

    findings: list[Finding]
    being_written: bool


def unlogged(folder: CaseFolder, custody: Custody, expected: set[str], *, opened: bool) -> Unlogged:
    """Return the files that no signed line vouches for; the leavings of a cut-off commit look the same.

    Args:
        folder: The case.
        custody: The facts that its log establishes.
        expected: Paths below the folder that the log, or an event in it, does name.
        opened: Whether the events were read: only they name what lies in `recovered/`.
    """
    findings: list[Finding] = []
    unread: list[OSError] = []
    left = list(folder.strangers(expected, unread.append))
    findings += [unread_finding(error, _shown(folder, error)) for error in unread]
    written = custody.tail_unfinished or bool(left)
    if written and (written := _being_written(folder, custody)):
        left = [path for path in left if not _newest(folder, custody, path)]
    # An interrupted commit leaves one body behind the last signature; more than one was signed once.
    if sum(folder.body_line(path) > custody.signed_lines for path in left) > 1:
        findings.append(Finding("log-cut", Weight.BROKEN, LOG, custody.signed_lines + 1))
    for path in left:
        if path.startswith("recovered/") and not opened:
            continue
        code = "file-of-the-system" if is_litter(path.rpartition("/")[2]) else "file-not-in-log"
        findings.append(Finding(code, Weight.NOTE, path))
    return Unlogged([*findings, *_readme(folder, custody)], written)


def _shown(folder: CaseFolder, error: OSError) -> str:
    return folder.relative(Path(error.filename)) if error.filename is not None else folder.root.name


def _readme(folder: CaseFolder, custody: Custody) -> list[Finding]:
    """Name a README.txt that is not the kit's own: nothing signs it, and people read it first."""
    path = folder.readme
    if custody.case is None or not os.path.lexists(path):
        return []
    try:
        ours = readme.is_ours(read_regular(path), custody.case)
    except OSError as error:
        if not is_gone(error):
            return [unread_finding(error, folder.relative(path))]
        ours = False
    return [] if ours else [Finding("readme-changed", Weight.NOTE, folder.relative(path))]


def _being_written(folder: CaseFolder, custody: Custody) -> bool:
    """Say whether the case is being written, or has grown by a commit since its log was read here."""
    with open_regular(folder.log) as file:
        file.seek(0, 2)
        grown = file.tell() > custody.end_bytes + custody.tail_bytes
    return grown or is_held(folder.lock)


def _newest(case: CaseFolder, custody: Custody, path: str) -> bool:
    """Say whether a file may belong to a commit that is newer than the log was when it was read here."""
    found = case.number_of(path)
    if found is None:
        return path.startswith("recovered/")
    if path.endswith(DRAFT_ENDING):
        return True
    folder, number = found
    known = {
        "store": max((int(item[1:]) for item in custody.objects), default=0),
        "bodies": custody.signed_lines,
        "keys": max((int(name[1:]) for name in custody.readers), default=0),
    }
    return number > known[folder]
