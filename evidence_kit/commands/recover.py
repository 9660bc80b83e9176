"""`evidence-kit recover [CASE...]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._recovery_paper import typed_key
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_command, case_folder
from evidence_kit.errors import EvidenceError, Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.case.station import Station


@case_command
def recover(
    setting: Setting,
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    recovery_key: Annotated[Path | None, typer.Option("--recovery-key", metavar="FILE")] = None,
    lost: Annotated[list[str] | None, typer.Option(metavar="WHO")] = None,
) -> None:
    """Let this station into cases that it cannot open, with the association's recovery key."""
    from evidence_kit.workflows.case.disk_errors import file_refused

    screen, station = setting.screen, setting.station()
    if every == bool(cases):
        raise UsageError("recover-which")
    folders = _every(station) if every else [case_folder(setting, case) for case in cases or ()]
    key = typed_key(setting) if recovery_key is None else recovery_key_in(recovery_key)
    if key.public != station.recovery:
        raise UsageError("recovery-of-another", fingerprint=key.public.fingerprint)
    failed: list[EvidenceError] = []
    for folder in folders:
        try:
            _one(setting, station, key, folder, lost or [])
        except (EvidenceError, OSError) as trouble:
            if len(folders) == 1:
                raise
            error = trouble if isinstance(trouble, EvidenceError) else file_refused(trouble)
            screen.failed(error)
            failed.append(error)
    if failed:
        raise typer.Exit(max(failed, key=lambda error: error.exit_code == Exit.BROKEN).exit_code)


def _one(setting: Setting, station: Station, key: SigningKey, folder: CaseFolder, lost: list[str]) -> None:
    from evidence_kit.workflows.case import readers
    from evidence_kit.workflows.case.write import writing

    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        gone = {who: readers.left_before(writer.case, who, station.public) for who in lost}
        still = [who for who in lost if gone[who] is None]
        leaving = [each for who in still for each in readers.meant_holder(writer.case, who, station.public)]
        done = readers.recover_access(writer, station, leaving)
    screen = setting.screen
    screen.show("recover.done" if done else "recover.inside", case=folder.root.name)
    for line in gone.values():
        if line is not None:
            screen.show("again.done", line=line)
    for each in leaving:
        screen.show("recover.lost", name=each.name or each.role, fingerprint=each.fingerprint)
    screen.document(
        {
            "case": folder.root.name,
            "let_in": done,
            "revoked": [{"name": each.name, "fingerprint": each.fingerprint} for each in leaving],
        }
    )


def _every(station: Station) -> list[CaseFolder]:
    from evidence_kit.custody.errors import NoCaseError
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.reading.overview import overviews

    found = [CaseFolder(Path(each.path)) for each in overviews(station.cases)]
    if not found:
        raise NoCaseError("no-case", path=str(station.cases))
    return found


def recovery_key_in(file: Path) -> SigningKey:
    """Return the recovery key in a file.

    Raises:
        UsageError: The file cannot be read.
        KeyUnreadableError: It holds no such key.
    """
    from evidence_kit.keys.recovery import key_from_text

    try:
        return key_from_text(file.read_bytes())
    except OSError as error:
        from evidence_kit.workflows.case.disk_errors import file_refused, is_gone

        if is_gone(error) or isinstance(error, PermissionError):
            raise UsageError("passphrase-file-unreadable", path=str(file)) from error
        raise file_refused(error, str(file)) from error
