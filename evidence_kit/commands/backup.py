"""`evidence-kit backup CASE DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import UsageError


@case_command
def backup(
    setting: Setting,
    case: CaseArgument,
    into: Annotated[Path | None, typer.Argument(metavar="DIR", show_default=False)] = None,
) -> None:
    """Copy a case onto another disk, or bring the copy there up to date, and read it back."""
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.upkeep import backup as backups

    setting.need("DIR", None if into is None else str(into))
    if into is not None and not into.is_dir():
        raise UsageError("backup-nowhere", path=str(into))
    folder, station = case_folder(setting, case), setting.station()
    key = setting.unlocked_key(station)
    into = into or _asked_for(setting)
    with (
        writing(folder, key, station, setting.world(), setting.accept_older) as writer,
        setting.screen.progress("backup.progress") as on_bytes,
    ):
        done = backups.back_up_case(writer, into, on_bytes)
    setting.screen.show("backup.done", path=str(done.path), count=done.copied, size=byte_count(done.copied_bytes))
    setting.screen.document(
        {
            "case": folder.root.name,
            "path": str(done.path),
            "lines": done.lines,
            "copied": done.copied,
            "size": done.copied_bytes,
            "line": done.line,
        }
    )


def _asked_for(setting: Setting) -> Path:
    """Ask for the folder of the backup until one is there."""
    while not (into := Path(setting.screen.ask("ask.backup-folder").strip("'\"")).expanduser()).is_dir():
        setting.screen.warn("intake.no-path", path=str(into))
    return into
