"""Seals that lie in place: the result of an order, and the seal that an interrupted run left."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence_kit.custody.manifest import LogEvent
from evidence_kit.hashing.exact import tally_stream
from evidence_kit.keys import age
from evidence_kit.model import Digest
from evidence_kit.sealing import plan
from evidence_kit.vault.disk import draft_beside
from evidence_kit.workflows.case.disk_errors import is_regular
from evidence_kit.workflows.case.errors import not_in_place
from evidence_kit.workflows.case.read import Case, file_pieces
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.companions import WrittenArchive
from evidence_kit.workflows.handover.scope import SealCounts, SealOrder
from evidence_kit.workflows.handover.seal_reports import is_of


@dataclass(frozen=True, slots=True)
class SealResult:
    """Archives that lie in place, re-read and found as planned.

    Attributes:
        folder: Where they lie.
        archives: The parts; one, if the archive was not to be split.
        size_bytes: Length of all parts together.
        items_in: How many items went in.
        items_of: How many the case has.
        events_in: How many events are opened.
        events_of: How many the log has.
        blurred: How many of the items are blurred copies.
        left_out: Ids of items that were meant and stayed here because of what they may hold.
        receipt_code: Fixes the log up to the plan.
        lines: How many lines it fixes.
        line: The signature line behind the event `sealed`.
        digits: Its passphrase, where an earlier run made it; that run's is the one that opens it.
    """

    folder: Path
    archives: tuple[WrittenArchive, ...]
    size_bytes: int
    items_in: int
    items_of: int
    events_in: int
    events_of: int
    blurred: int
    left_out: tuple[str, ...]
    receipt_code: str
    lines: int
    line: int
    digits: str | None = None

    @property
    def archive(self) -> Path:
        """The archive, or the first part of it."""
        return self.folder / self.archives[0].name

    @property
    def sha256(self) -> str:
        """Digest of the archive, or of the first part of it."""
        return self.archives[0].sha256.hex


def put_in_place(writer: CaseWriter, draft: Path, out: Path, line: int) -> None:
    """Give a sealed draft its final name; on failure it waits, whole, for the next run of the command.

    Args:
        writer: The case; what could not be done is noted in its world.
        draft: The folder as it was made.
        out: Its final name.
        line: The line of the event `sealed`.
    """
    disk = writer.world.disk
    try:
        disk.move(draft, out)
        with suppress(OSError):
            disk.sync_folder(out.parent)
    except OSError as error:
        writer.world.left_to_do.append(not_in_place(writer.case.id, line, out, error))


def sealed_before(writer: CaseWriter, order: SealOrder, counts: SealCounts) -> SealResult | None:
    """Return the seal of an interrupted run of the same order, put in place; None without one.

    Args:
        writer: The case.
        order: What is to be sealed now.
        counts: What the archive would hold now.

    It is the newest seal of the case, its archives are those that the log names, and it holds what would be sealed now.
    """
    case, draft = writer.case, draft_beside(order.out)
    sealed: Sequence[LogEvent] = case.opened.entries.get("sealed", ())
    place = order.out if order.out.is_dir() else draft
    if not sealed or not place.is_dir() or case.identity is None:
        return None
    told = sealed[-1]
    listed = [told.facts, *told.facts.get("further", ())]
    begun = [each for each in case.opened.entries.get("seal.begun", ()) if each.line < told.line][-1].facts
    same = (begun["purpose"], begun["scope"], begun["items_in"]) == (counts.purpose, counts.scope, counts.items_in)
    same = same and (begun.get("threats") is True) == order.opens_threats
    same = same and _same_report(case, begun, order)
    if not same or not all(_is_there(place / str(each["archive"]), each) for each in listed):
        return None
    if place == draft:
        put_in_place(writer, draft, order.out, told.line)
    held = [len(plan.numbers_in(each["items"], told.line)) for each in begun.get("volumes", [begun])]
    archives = [
        WrittenArchive(str(each["archive"]), Digest(each["sha256"]), int(each["size"]), items)
        for each, items in zip(listed, held, strict=True)
    ]
    wrapped = base64.b64decode(told.facts["passphrase_wrapped"])
    return SealResult(
        folder=order.out,
        archives=tuple(archives),
        size_bytes=sum(each.size_bytes for each in archives),
        items_in=counts.items_in,
        items_of=int(begun["items_of"]),
        events_in=counts.events_in,
        events_of=counts.events_of,
        blurred=counts.blurred,
        left_out=counts.left_out,
        receipt_code=str(told.facts["receipt"]),
        lines=int(told.facts["lines"]),
        line=told.line,
        digits=age.decrypt_bytes(wrapped, [case.identity.opener]).decode("ascii").strip(),
    )


def _same_report(case: Case, begun: Mapping[str, Any], order: SealOrder) -> bool:
    """Say whether a plan holds the report that an order wants: of the same languages, conversations, pictures."""
    if not begun.get("reports") or order.report is None:
        return not begun.get("reports") and order.report is None
    digests = {str(each["sha256"]) for each in begun["reports"]}
    made = [
        each.facts
        for each in case.opened.entries.get("report.made", ())
        if {str(file["sha256"]) for file in each.facts.get("files", ())} == digests
    ]
    return any(is_of(each, order.report, order.purpose) for each in made)


def _is_there(path: Path, told: Mapping[str, Any]) -> bool:
    if not is_regular(path) or path.stat().st_size != told["size"]:
        return False
    with path.open("rb") as file:
        return tally_stream(file_pieces(file)).sha256.hex == str(told["sha256"])
