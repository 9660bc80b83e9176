"""`evidence-kit verify PATH`."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _verdict_view
from evidence_kit.commands._archives import outside_facts
from evidence_kit.commands._secrets import archive_digits
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder, command
from evidence_kit.errors import EvidenceError, Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.custody.verdict import ReceiptOrigin
    from evidence_kit.workflows.checking.case_folders import FolderTotal
    from evidence_kit.workflows.checking.register import ProvenRegister
    from evidence_kit.workflows.checking.report import Report
    from evidence_kit.workflows.handover.timestamps import OutsideFacts


_DAY = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}")


@command
def verify(
    setting: Setting,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", show_default=False)],
    receipt: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    archive_passphrase: Annotated[str | None, typer.Option("--archive-passphrase-file", metavar="FILE")] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE.html")] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r")] = False,
    remember: Annotated[Path | None, typer.Option("--remember", metavar="FILE")] = None,
    tsa_ca: Annotated[list[Path] | None, typer.Option("--tsa-ca", metavar="FILE.pem")] = None,
    receipt_from: Annotated[str | None, typer.Option("--receipt-from", metavar="paper|told|archive")] = None,
    register: Annotated[Path | None, typer.Option("--register", metavar="FILE")] = None,
) -> None:
    """Check a case or an archive, every byte of it, and change nothing."""
    path = paths[0]
    if recursive and len(paths) > 1:
        raise UsageError("verify-parts", path=paths[1])
    if recursive:
        if receipt is not None or report is not None:
            raise UsageError("verify-one", flag="--receipt" if receipt is not None else "--report")
        _many(setting, Path(path), remember, _register(setting, register, tsa_ca))
        return
    if remember is not None:
        raise UsageError("needed", fact="recursive", flag="--recursive")
    _free(report)
    parts = _parts_meant(paths)
    if parts and (report is not None or register is not None):
        raise UsageError("verify-one", flag="--report" if report is not None else "--register")
    opened = _register(setting, register, tsa_ca)
    sealed = bool(parts) or _verdict_view.archive_in(Path(path)).is_file()
    digits = archive_digits(setting, archive_passphrase) if sealed else ""
    outside = replace(outside_facts(setting, tsa_ca or []), origin=_origin(setting, receipt, receipt_from))
    if parts:
        _parts(setting, parts, Path(path) if len(paths) == 1 else None, receipt, digits, outside)
        return
    _one(setting, path, (receipt, digits), report, outside, opened)


def _register(setting: Setting, path: Path | None, tsa_ca: list[Path] | None) -> ProvenRegister | None:
    """Return the register of stations that was given, founded by a recovery key that is known here."""
    if path is None:
        return None
    from evidence_kit.workflows.checking.register import opened_register, proven_register

    station, known = setting.station_if_any(), _verdict_view.known_names(setting)
    if station is not None:
        # Whoever works here founds no register: the association does.
        known.pop(station.public.fingerprint, None)
    opened = opened_register(path, known, None if station is None else station.folder)
    roots = outside_facts(setting, tsa_ca or []).roots
    return proven_register(opened, known[opened.recovery.fingerprint], roots)


def _one(
    setting: Setting,
    path: str,
    typed: tuple[str | None, str],
    page: Path | None,
    outside: OutsideFacts,
    register: ProvenRegister | None,
) -> None:
    from evidence_kit.hashing.paper import TypedWronglyError

    file, (receipt, digits) = _verdict_view.archive_in(Path(path)), typed
    try:
        found = (
            _archive(setting, file, receipt, digits, outside)
            if file.is_file()
            else _case(setting, path, receipt, outside)
        )
    except TypedWronglyError as error:
        raise UsageError("receipt-typed-wrongly") from error
    if file.is_file() and file != Path(path):
        _with_folder(found, Path(path), file)
    if register is not None:
        found.hold_against(register)
    names = _verdict_view.known_names(setting)
    if page is not None:
        _write(setting, found, names, page, file if file.is_file() else None)
    _verdict_view.show_report(setting.screen, found, names)
    if page is not None:
        setting.screen.show("verify.page", path=str(page))
    if found.exit is not Exit.DONE:
        raise typer.Exit(found.exit)


def _with_folder(found: Report, folder: Path, archive: Path) -> None:
    """Add the findings about the other files of an archive's folder."""
    from evidence_kit.custody.verdict import judge_findings
    from evidence_kit.workflows.checking.archive_parts import unexpected_files

    found.findings += unexpected_files(folder, [archive])
    found.verdict = judge_findings(found.findings, found.anchors)


def _origin(setting: Setting, receipt: str | None, said: str | None) -> ReceiptOrigin:
    """Return the origin of a receipt code, as the checker states it: one out of the archive fixes nothing."""
    from evidence_kit.custody.verdict import ReceiptOrigin
    from evidence_kit.workflows.checking.outside import origin_of

    if receipt is None:
        return ReceiptOrigin.PAPER
    known = [each.value for each in ReceiptOrigin]
    return origin_of(setting.choose(said, "ask.receipt-from", "--receipt-from", "receipt-from", known))


def _parts_meant(paths: list[str]) -> list[Path]:
    """Return the archives that are to be checked together: several that were named, or the parts in a folder."""
    from evidence_kit.workflows.checking.archive_parts import parts_in

    if len(paths) == 1:
        folder = Path(paths[0])
        return parts_in(folder) if folder.is_dir() else []
    for path in paths:
        if not Path(path).is_file():
            raise UsageError("verify-parts", path=path)
    return list(map(Path, paths))


def _parts(
    setting: Setting,
    paths: list[Path],
    folder: Path | None,
    receipt: str | None,
    digits: str,
    outside: OutsideFacts,
) -> None:
    """Check the parts of a seal: one document a part, then one for the whole."""
    from evidence_kit.hashing.paper import TypedWronglyError
    from evidence_kit.workflows.checking.archive_parts import PartsResult, unexpected_files, verify_parts

    screen, names = setting.screen, _verdict_view.known_names(setting)
    total = sum(path.stat().st_size for path in paths)
    outcomes: list[tuple[Path, Report] | PartsResult] = []
    try:
        with screen.progress("verify.progress", total) as on_bytes:
            around = [] if folder is None else unexpected_files(folder, paths)
            outcomes.extend(verify_parts(paths, digits, receipt, on_bytes, outside, around))
    except TypedWronglyError as error:
        raise UsageError("receipt-typed-wrongly") from error
    for outcome in outcomes:
        if isinstance(outcome, PartsResult):
            _verdict_view.show_whole(screen, outcome, names)
            if outcome.exit is not Exit.DONE:
                raise typer.Exit(outcome.exit)
        else:
            _verdict_view.show_part(screen, outcome[1], names)


def _archive(setting: Setting, path: Path, receipt: str | None, digits: str, outside: OutsideFacts) -> Report:
    from evidence_kit.workflows.checking.verify import verify_archive

    with setting.screen.progress("verify.progress", path.stat().st_size) as on_bytes:
        return verify_archive(path, digits, receipt, on_bytes, outside)


def _case(setting: Setting, text: str, receipt: str | None, outside: OutsideFacts) -> Report:
    from evidence_kit.workflows.checking.copies import earlier_states
    from evidence_kit.workflows.checking.verify import verify_case

    folder, station = case_folder(setting, text), setting.station_if_any()
    remembered = None if station is None else station.remembered(folder.root.name)
    earlier = earlier_states(station, folder.root)
    key = setting.key_if_given(station)
    with setting.screen.progress("verify.progress", _size_of(folder.root)) as on_bytes:
        return verify_case(folder.root, key, remembered, receipt, on_bytes, outside, earlier)


def _size_of(folder: Path) -> int:
    """Return the bytes of a folder's files; files that come and go meanwhile raise nothing."""
    from evidence_kit.vault.links import tree

    total = 0
    for here, _, names in tree(folder):
        for name in names:
            with suppress(OSError):
                total += (here / name).stat().st_size
    return total


def _free(page: Path | None) -> None:
    from evidence_kit.custody.errors import PathTakenError

    if page is not None and os.path.lexists(page) and not page.is_file():
        raise PathTakenError("file-exists", path=str(page))


def _same_page(found: Report, names: dict[str, str], page: Path, digest: str | None) -> bool:
    """Return whether a page reports this very check, on any day.

    Raises:
        PathTakenError: It is another file.
    """
    from evidence_kit.custody.errors import PathTakenError

    held = page.read_bytes()
    days = {each.decode("ascii") for each in _DAY.findall(held)}
    if not any(_verdict_view.report_page(found, names, day, digest) == held for day in days):
        raise PathTakenError("file-exists", path=str(page))
    return True


def _write(setting: Setting, found: Report, names: dict[str, str], page: Path, archive: Path | None) -> None:
    """Write the page to print."""
    from evidence_kit.vault.disk import place_new

    digest = None
    if archive is not None:
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    world = setting.world()
    day = world.clock.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    if not (os.path.lexists(page) and _same_page(found, names, page, digest)):
        place_new(world.disk, page, _verdict_view.report_page(found, names, day, digest))


def _many(setting: Setting, root: Path, remember: Path | None, register: ProvenRegister | None = None) -> None:
    """Check every case below a folder; one document a case, then one for the whole."""
    from evidence_kit.custody.errors import NoCaseError
    from evidence_kit.workflows.case.disk_errors import file_refused
    from evidence_kit.workflows.checking.case_folders import FolderTotal, read_memory, verify_below, write_memory
    from evidence_kit.workflows.checking.report import exit_of

    if not root.is_dir():
        raise NoCaseError("no-case", path=str(root))
    station, screen = setting.station_if_any(), setting.screen
    names, key = _verdict_view.known_names(setting), setting.key_if_given(station)
    before = read_memory(remember) if remember is not None else {}
    reports: dict[str, Report] = {}
    lost = False
    for outcome in verify_below(root, key, station, before):
        if isinstance(outcome, FolderTotal):
            total = outcome
            continue
        place, found = outcome
        reports[place] = found
        if register is not None:
            found.hold_against(register)
            lost = lost or found.exit is Exit.REGISTER
        screen.document({"below": place, **_verdict_view.report_json(screen, found, names)})
        # The weekly check of a quiet computer says nothing when all is well: cron mails whatever is printed.
        if not (screen.json or (screen.quiet and found.exit is Exit.DONE)):
            word = screen.sentence(f"verdict.{found.verdict.name.lower()}.word")
            screen.result(f"{word}  {screen.sentence('verify.place', path=place, lines=found.lines)}")
            _verdict_view.show_losses(screen, found)
            for finding in found.findings:
                screen.result("  • " + _verdict_view.finding_sentence(screen, finding))
    every = [*total.findings, *(each for found in reports.values() for each in found.findings)]
    if screen.json or not screen.quiet or exit_of(every) is not Exit.DONE:
        _tell_total(setting, total, remembered=len(before))
    if remember is not None:
        # The verdict is told whatever becomes of the memory, and a broken case is broken all the same.
        try:
            write_memory(remember, before, reports, setting.world().disk)
        except (EvidenceError, OSError) as error:
            if exit_of(every) is not Exit.BROKEN:
                raise
            setting.screen.failed(error if isinstance(error, EvidenceError) else file_refused(error, str(remember)))
    code = exit_of(every)
    if lost and code is not Exit.BROKEN:
        code = Exit.REGISTER
    if code is not Exit.DONE:
        raise typer.Exit(code)


def _tell_total(setting: Setting, total: FolderTotal, remembered: int) -> None:
    screen = setting.screen
    screen.document(
        {
            "verdict": total.verdict.value,
            "kind": "folder",
            "cases": total.cases,
            "archives": total.archives,
            "archives_not_opened": total.archives_closed,
            "remembered": remembered,
            "findings": [_verdict_view.finding_json(screen, each) for each in total.findings],
        }
    )
    if screen.json:
        return
    for finding in total.findings:
        screen.result("• " + _verdict_view.finding_sentence(screen, finding))
    screen.result(screen.sentence(f"verdict.{total.verdict.name.lower()}.word"))
    screen.result(screen.sentence("verify.cases", count=total.cases))
    if total.archives_closed:
        screen.result(screen.sentence("verify.archives-closed", count=total.archives_closed))
