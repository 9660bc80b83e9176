"""The small records of a case: consent, notes, receipts; and key fingerprints to compare by voice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evidence_kit.custody.event import Event
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.sealing import bag, slip
from evidence_kit.vault.disk import write_durably

if TYPE_CHECKING:
    from evidence_kit.workflows.case.new import ConsentGiven, Guardian
    from evidence_kit.workflows.case.read import Case
    from evidence_kit.workflows.case.world import World
    from evidence_kit.workflows.case.write import CaseWriter

_LARGEST_PAGE_BYTES = 1 << 20
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")
NOTE_READERS = ("association", "police", "lawyer", "psychologist")


def record_consent(writer: CaseWriter, given: ConsentGiven, guardian: Guardian | None = None) -> int:
    """Record a consent, a refusal or a withdrawal; return its line.

    Args:
        writer: The case.
        given: What was said, for which purpose, and on which day.
        guardian: Who answers for the person; None where the case names one, or the person is an adult.

    Raises:
        UsageError: It is not an adult's case and nobody answers for the person, or consented in their place.
    """
    # Checking an archive compares keys with the help of this module, and opens no case.
    from evidence_kit.workflows.case.new import check_guardian

    events = [given.event()]
    if guardian is not None:
        events.insert(0, Event("case.updated", {"changes": {"guardian": guardian.facts()}, "reason": "guardian named"}))
    if given.given and writer.manifest.age_band != "adult":
        check_guardian(guardian or writer.manifest.facts.get("guardian"), given)
    return writer.commit(events).first


def record_note(writer: CaseWriter, text: str, readers: Sequence[str], *, privileged: bool = False) -> int:
    """Record a note and who may read it; return its line. A privileged one leaves the house only when it is named.

    Args:
        writer: The case.
        text: The note.
        readers: Purposes for which it may leave the house; empty for the association alone.
        privileged: Whether it is a matter between lawyer and client.
    """
    facts: dict[str, Json] = {"text": text, "readers": list(readers)}
    return writer.commit([Event("note", facts | ({"privileged": True} if privileged else {}))]).first


class IssuedReceipt(NamedTuple):
    """A receipt that was handed out.

    Attributes:
        code: Nine groups, with hyphens.
        lines: How many lines of the log it fixes.
        line: The signature line that it stands for.
    """

    code: str
    lines: int
    line: int


def issue_receipt(writer: CaseWriter) -> IssuedReceipt:
    """Return the receipt code of the newest signature line, how many lines it fixes, and that line; note it."""
    signed = writer.case.custody.commits[-1]
    code = signed.checkpoint.receipt_code
    facts: dict[str, Json] = {"code": code, "lines": signed.checkpoint.lines, "signature_line": signed.line}
    writer.commit([Event("receipt.issued", facts)])
    return IssuedReceipt(code, signed.checkpoint.lines, signed.line)


def last_receipt(case: Case) -> IssuedReceipt:
    """Return the code that was issued last, how many lines it fixes, and its signature line; nothing is written.

    Raises:
        UsageError: None was ever issued.
    """
    issued = case.opened.entries.get("receipt.issued", ())
    if not issued:
        raise UsageError("no-receipt", case=case.id)
    facts = issued[-1].facts
    return IssuedReceipt(str(facts["code"]), int(facts["lines"]), int(facts["signature_line"]))


def receipt_in(case: Case, page: Path) -> IssuedReceipt | None:
    """Return the receipt that was issued last when a page shows it and nothing was written since, else None.

    Raises:
        OSError: The page cannot be read now.
    """
    issued = case.opened.entries.get("receipt.issued", ())
    if not issued or issued[-1].line != case.custody.commits[-1].first or page.stat().st_size > _LARGEST_PAGE_BYTES:
        return None
    receipt = last_receipt(case)
    return receipt if is_slip(page.read_bytes(), receipt.code, case.id, receipt.lines) else None


def is_slip(data: bytes, code: str, case: str, lines: int) -> bool:
    """Return whether a page is the slip of a receipt, of any day.

    Args:
        data: The page.
        code: Receipt code.
        case: Case id.
        lines: Number of lines that the code fixes.
    """
    days = {each.decode("ascii") for each in _DAY.findall(data)}
    return any(slip.slip_page(code, case, lines, day) == data for day in days)


def write_checkpoint(case: Case, folder: Path, world: World) -> list[Path]:
    """Write the files that let `ssh-keygen` check the end of the log; return their paths.

    Args:
        case: The case.
        folder: Where the files go; made where it is missing.
        world: The disk.
    """
    world.disk.make_folder(folder)
    written = []
    for name, content in bag.signed_files(case.custody).items():
        path = folder / f"{case.id}.{name}"
        write_durably(world.disk, path, content)
        written.append(path)
    return written
