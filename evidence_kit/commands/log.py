"""`evidence-kit log CASE`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder
from evidence_kit.model import Json


@case_command
def log(
    setting: Setting,
    case: CaseArgument,
    checkpoint: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
    locked: Annotated[bool, typer.Option("--locked")] = False,
) -> None:
    """Show the log, or write the files with which `ssh-keygen` checks its end."""
    from evidence_kit.workflows.case import read
    from evidence_kit.workflows.look import log_rows
    from evidence_kit.workflows.record import write_checkpoint

    folder, station = case_folder(setting, case), setting.station_if_any()
    if checkpoint is not None:
        written = write_checkpoint(read(folder, None, setting.memory(station)), checkpoint, setting.world())
        for path in written:
            setting.screen.result(str(path))
        setting.screen.document({"written": [str(path) for path in written]})
        return
    closed = locked or station is None or (setting.passphrase_file is None and not setting.asks)
    key = None if closed or station is None else setting.key(station)
    rows = log_rows(read(folder, key, setting.memory(station)))
    if setting.screen.json:
        for row in rows:
            setting.screen.document(row)
        return
    shown = [
        (str(row["line"]), str(row["time"])[:19].replace("T", " "), str(row["type"] or "·"), _about(row))
        for row in rows
    ]
    setting.screen.table(("column.line", "column.time", "column.event", "column.about"), shown, right=(0,))


def _about(row: Mapping[str, Json]) -> str:
    said = row.get("says")
    facts = said if isinstance(said, dict) else row
    parts = [str(facts[name]) for name in ("item", "path", "purpose", "reason", "receipt") if facts.get(name)]
    return " · ".join(parts)
