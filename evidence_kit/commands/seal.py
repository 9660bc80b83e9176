"""`evidence-kit seal CASE --for police|lawyer`."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._archives import (
    holds_secret,
    receipt_slip,
    refuse_existing,
    secret_bytes,
    show_passphrase,
    shows_receipt,
    write_recorded,
)
from evidence_kit.commands._declarations import chosen_pictures, chosen_provisions, purpose_of
from evidence_kit.commands._neutral_text import byte_count, readable_text
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError
from evidence_kit.model import Json
from evidence_kit.words import OFFERED

if TYPE_CHECKING:
    from evidence_kit.model import Disk
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.handover.scope import SealCounts, SealOrder
    from evidence_kit.workflows.handover.sealed import SealResult

_SIZE = re.compile(r"([1-9][0-9]{0,14})\s*(?:(K|M|G|T)(i)?)?B?", re.IGNORECASE)
_FEW = 20
_MOST_ABSENT = 1000


def _one_language(setting: Setting, *, report: bool) -> None:
    """Refuse several languages where no paper is made in them.

    Raises:
        UsageError: Several were asked for, and no report.
    """
    if len(setting.languages) > 1 and not report:
        raise UsageError("language-unknown", language=",".join(setting.languages), offered=", ".join(OFFERED))


def _refuse_unused(told: Mapping[str, object], *, report: bool) -> None:
    """Refuse an option of the report in a seal without one.

    Args:
        told: What was typed, by option.
        report: Whether a report is wanted.

    Raises:
        UsageError: One was typed.
    """
    for flag, value in told.items():
        if value and not report:
            raise UsageError("report-not-wanted", flag=flag)


def _authorised(setting: Setting, by: str | None) -> str:
    return setting.given_or_asked(by, "ask.authorised-by", "--authorised-by")


@case_command
def seal(
    setting: Setting,
    case: CaseArgument,
    purpose: Annotated[str | None, typer.Option("--for", metavar="police|lawyer")] = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
    items: Annotated[str | None, typer.Option("--items", metavar="ID,ID…")] = None,
    redacted: Annotated[bool, typer.Option("--redacted")] = False,
    note: Annotated[list[int] | None, typer.Option("--note", metavar="LINE")] = None,
    threats: Annotated[bool, typer.Option("--threats")] = False,
    report: Annotated[bool, typer.Option("--report")] = False,
    law: Annotated[list[str] | None, typer.Option("--law", metavar="PROVISION")] = None,
    conversation: Annotated[list[int] | None, typer.Option("--conversation", metavar="N")] = None,
    redact_names: Annotated[bool, typer.Option("--redact-names")] = False,
    pictures: Annotated[str | None, typer.Option("--pictures", metavar="blurred|none")] = None,
    split: Annotated[str | None, typer.Option("--split", metavar="SIZE")] = None,
    to_key: Annotated[list[str] | None, typer.Option("--to-key", metavar="NAME=KEY")] = None,
    without_consent: Annotated[str | None, typer.Option("--without-consent", metavar="REASON")] = None,
    authorised_by: Annotated[str | None, typer.Option("--authorised-by", metavar="NAME")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    receipt_out: Annotated[Path | None, typer.Option("--receipt-out", metavar="FILE")] = None,
    passphrase_out: Annotated[Path | None, typer.Option("--passphrase-out", metavar="FILE")] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Make the archive for the police or the lawyer."""
    from evidence_kit.sealing import passphrase as digits
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover.scope import PURPOSES, SealOrder
    from evidence_kit.workflows.handover.seal import make_seal as make
    from evidence_kit.workflows.handover.seal_estimate import planned_counts
    from evidence_kit.workflows.handover.seal_reports import ReportWanted
    from evidence_kit.workflows.handover.sealed_folders import newest_folder, next_folder, slip_beside

    purpose_of(setting, purpose, PURPOSES)
    if everything and items is not None:
        raise UsageError("seal-scope")
    _one_language(setting, report=report)
    told = {
        "--law": law,
        "--conversation": conversation,
        "--redact-names": redact_names,
        "--pictures": pictures,
    }
    _refuse_unused(told, report=report)
    provisions, pictures = chosen_provisions(law), chosen_pictures(pictures)
    readers = _readers(to_key or [])
    if not readers:
        setting.need("--passphrase-out", None if passphrase_out is None else str(passphrase_out))
    if without_consent is not None:
        setting.need("--authorised-by", authorised_by)
    limit = None if split is None else _bytes(split)
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.unlocked_key(station)
    wanted = setting.choose(purpose, "ask.purpose", "--for", "purpose", PURPOSES)
    authorised_by = authorised_by if without_consent is None else _authorised(setting, authorised_by)
    cited = not everything and items is None
    by = station.person.name
    wish = ReportWanted(setting.languages, provisions, by, tuple(conversation or ()), redact_names, pictures)
    with (
        writing(folder, key, station, world, setting.accept_older) as writer,
        isolated_worker() as worker,
    ):
        today = world.clock.now().astimezone().date().isoformat()
        where = (writer.case, station.cases.parent / "sealed", wanted, today)
        order = SealOrder(
            purpose=wanted,
            items=_ids(items),
            readers=readers,
            without_consent=without_consent,
            out=out or next_folder(*where),
            cited=cited,
            redacted=redacted,
            notes=tuple(note or ()),
            threats=threats,
            split_bytes=limit,
            authorised_by=authorised_by,
            report=wish if report else None,
        )
        plan = planned_counts(writer.case, order, worker, setting.screen.first_reading)
        sealed = _made_before(writer, order, plan, None if out is not None else newest_folder(*where), passphrase_out)
        if sealed is None:
            _agree(setting, plan, order.out, (passphrase_out, receipt_out), yes=yes)
            secret = digits.generate_passphrase()
            with (
                _room_for_digits(world.disk, passphrase_out),
                setting.screen.progress("seal.progress", 2 * plan.size_bytes) as on_bytes,
            ):
                sealed = make(writer, key, order, secret, on_bytes, worker)
        else:
            secret = sealed.digits or ""
            setting.screen.show("again.done", line=sealed.line)
        _hand_digits_over(setting, folder.root.name, secret, passphrase_out, sealed.line)
    paper = receipt_out or slip_beside(sealed.folder)
    _write_receipt(setting, folder.root.name, sealed, paper)
    _tell(setting.screen, sealed, plan, folder.root.name, paper)


def _agree(
    setting: Setting, plan: SealCounts, folder: Path, out: tuple[Path | None, Path | None], *, yes: bool
) -> None:
    """Show the plan and ask; nothing that lies where digits, receipt or slip are to go is ever overwritten.

    Raises:
        PathTakenError: Something lies there.
        Exit: The person does not want it.
    """
    from evidence_kit.custody.errors import PathTakenError
    from evidence_kit.workflows.handover.sealed_folders import slip_beside

    passphrase_out, receipt_out = out
    refuse_existing(passphrase_out, receipt_out)
    # Beside the folder and not in it: the slip is for paper, and does not travel with the archive.
    if os.path.lexists(paper := slip_beside(folder)) and receipt_out is None:
        raise PathTakenError("file-exists", path=str(paper))
    _tell_plan(setting.screen, plan)
    if setting.asks and not yes and not setting.screen.agree("ask.seal"):
        raise typer.Exit(Exit.DONE)


def _write_receipt(setting: Setting, case: str, sealed: SealResult, paper: Path) -> None:
    """Write the receipt's slip, unless an interrupted run of the same command did."""
    if sealed.digits is not None and shows_receipt(paper, sealed.receipt_code, case, sealed.lines):
        return
    data = receipt_slip(setting, sealed.receipt_code, case, sealed.lines)
    write_recorded(setting, paper, data, case, sealed.line)


def _hand_digits_over(setting: Setting, case: str, secret: str, out: Path | None, line: int) -> None:
    """Write the digits where they were asked for, or show them to a person.

    They are in the log by now: whatever happens from here on, `passphrase` shows them again.
    """
    if out is not None and not holds_secret(out, secret):
        write_recorded(setting, out, secret_bytes(secret), case, line)
    if out is None and setting.asks:
        show_passphrase(setting, secret)


@contextmanager
def _room_for_digits(disk: Disk, path: Path | None) -> Iterator[None]:
    """Check the place of the digits before an hour of sealing; no digit is written yet."""
    if path is None:
        yield
        return
    from evidence_kit.vault.disk import draft_beside, write_new

    draft = draft_beside(path)
    disk.remove(draft)
    write_new(disk, draft, bytes(64))
    try:
        yield
    finally:
        with suppress(OSError):
            disk.remove(draft)


def _made_before(
    writer: CaseWriter, order: SealOrder, plan: SealCounts, newest: Path | None, passphrase_out: Path | None
) -> SealResult | None:
    """Return the seal of an interrupted run of the same command, None in the first run.

    Where nobody named a folder, the newest one is that run's if the digits that it made lie where they are to go now.
    """
    from dataclasses import replace

    from evidence_kit.workflows.handover.sealed import sealed_before

    found = sealed_before(writer, order, plan)
    if found is None and newest is not None and passphrase_out is not None and os.path.lexists(passphrase_out):
        found = sealed_before(writer, replace(order, out=newest), plan)
    if found is not None and passphrase_out is not None and os.path.lexists(passphrase_out):
        return found if holds_secret(passphrase_out, found.digits or "") else None
    return found


def _ids(items: str | None) -> list[str] | None:
    if items is None:
        return None
    from evidence_kit.workflows.reading.overview import item_id

    return [item_id(each) for each in items.split(",") if each.strip()]


def _readers(given: list[str]) -> dict[str, str]:
    from evidence_kit.workflows.case.public_keys import named_reader

    return dict(named_reader(each) for each in given)


def _bytes(text: str) -> int:
    """Return the number of bytes of a size such as 4G or 700MiB; G is 10^9, as disks and sticks are sold."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError("size-malformed", size=text)
    unit = 1024 if found[3] else 1000
    return int(found[1]) * int(unit ** " KMGT".index((found[2] or " ").upper()))


def _tell_plan(screen: Screen, plan: SealCounts) -> None:
    from evidence_kit.workflows.handover.seal_estimate import FAT32_MOST_BYTES

    screen.show(f"seal.scope-{plan.scope}")
    screen.show("seal.plan", items_in=plan.items_in, items_of=plan.items_of, size=byte_count(plan.size_bytes))
    if plan.conversations:
        screen.show("seal.conversations", count=plan.conversations, others=plan.other_conversations)
    if plan.report_bytes:
        screen.show("seal.reported")
    if plan.blurred:
        screen.show("seal.blurred", count=plan.blurred)
    if plan.left_out:
        screen.show("seal.left-out", count=len(plan.left_out), items=_few(plan.left_out))
    screen.show(
        "seal.absent",
        items=plan.items_of - plan.items_in,
        items_of=plan.items_of,
        events=plan.events_of - plan.events_in,
        events_of=plan.events_of,
    )
    _tell_absent(screen, plan)
    if plan.notes_closed:
        screen.show("seal.notes-closed", count=plan.notes_closed)
    if plan.parts > 1:
        screen.show("seal.parts", count=plan.parts, size=byte_count(plan.largest_bytes))
    if plan.largest_bytes > FAT32_MOST_BYTES:
        screen.warn("seal.fat32", size=byte_count(plan.largest_bytes))


def _tell_absent(screen: Screen, plan: SealCounts) -> None:
    """Name the files that messages mention and the archive will not hold, before a person agrees to it."""
    cited = [each for each in plan.absent if each.cited]
    if cited:
        screen.warn("seal.cited-absent", count=len(cited))
    for each in cited[:_FEW]:
        name = readable_text(each.name) if each.name else screen.sentence("chats.unnamed")
        screen.warn(f"seal.absent-{each.status}", where=each.where, name=name, items=", ".join(each.perhaps))
    others = Counter(each.status for each in plan.absent if not each.cited)
    for status, count in sorted(others.items()):
        screen.show("seal.others-absent", count=count, status=screen.sentence(f"seal.status.{status}"))
    for item in plan.wording_unknown:
        screen.warn("chats.wording-unknown", item=item)


def _few(items: tuple[str, ...]) -> str:
    return ", ".join(items[:_FEW]) + (" …" if len(items) > _FEW else "")


def _tell(screen: Screen, sealed: SealResult, plan: SealCounts, case: str, paper: Path) -> None:
    screen.show("seal.done", path=str(sealed.folder), size=byte_count(sealed.size_bytes))
    screen.show(
        "seal.absent",
        items=sealed.items_of - sealed.items_in,
        items_of=sealed.items_of,
        events=sealed.events_of - sealed.events_in,
        events_of=sealed.events_of,
    )
    screen.show("seal.receipt", code=sealed.receipt_code)
    screen.show("receipt.written", path=str(paper))
    screen.show("seal.next")
    archives: list[Json] = [
        {
            "archive": str(sealed.folder / each.name),
            "sha256": each.sha256.hex,
            "size": each.size_bytes,
            "items": each.items,
        }
        for each in sealed.archives
    ]
    screen.document(
        {
            "case": case,
            "archive": str(sealed.archive),
            "folder": str(sealed.folder),
            "sha256": sealed.sha256,
            "size": sealed.size_bytes,
            "archives": archives,
            "items_in": sealed.items_in,
            "items_of": sealed.items_of,
            "items_absent": sealed.items_of - sealed.items_in,
            "events_in": sealed.events_in,
            "events_of": sealed.events_of,
            "events_absent": sealed.events_of - sealed.events_in,
            "blurred": sealed.blurred,
            "left_out": list(sealed.left_out),
            "absent": [
                {
                    "where": each.where,
                    "name": each.name,
                    "status": each.status,
                    "perhaps": list(each.perhaps),
                    "cited": each.cited,
                }
                for each in plan.absent[:_MOST_ABSENT]
            ],
            "absent_count": len(plan.absent),
            "wording_unknown": list(plan.wording_unknown),
            "receipt": sealed.receipt_code,
            "receipt_slip": str(paper),
        }
    )
