"""`evidence-kit log CASE`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._neutral_text import neutral_text
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.model import Json


@case_command
def log(
    setting: Setting,
    case: CaseArgument,
    checkpoint: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
    locked: Annotated[bool, typer.Option("--locked")] = False,
    follow: Annotated[bool, typer.Option("--follow")] = False,
) -> None:
    """Show the log, or write the files with which `ssh-keygen` checks its end."""
    from evidence_kit.workflows.case.read import ReadingDepth, read_case
    from evidence_kit.workflows.case.record import write_checkpoint
    from evidence_kit.workflows.reading.overview import follow_log, log_rows

    folder, station = case_folder(setting, case), setting.station_if_any()
    if checkpoint is not None:
        written = write_checkpoint(read_case(folder, None, setting.memory(station)), checkpoint, setting.world())
        for path in written:
            setting.screen.result(str(path))
        setting.screen.document({"written": [str(path) for path in written]})
        return
    closed = locked or station is None or (setting.passphrase_file is None and not setting.asks)
    key = None if closed or station is None else setting.unlocked_key(station)
    opened = read_case(folder, key, setting.memory(station), ReadingDepth.KEYS)
    if follow:
        _each(setting, chain(log_rows(opened), follow_log(opened, setting.screen.still_heard)))
    elif setting.screen.json:
        _each(setting, log_rows(opened))
    else:
        columns = ("column.line", "column.time", "column.event", "column.about")
        with setting.screen.listing():
            setting.screen.table(columns, [_cells(setting, row) for row in log_rows(opened)])


def _each(setting: Setting, rows: Iterable[Mapping[str, Json]]) -> None:
    """Show lines as they come."""
    for row in rows:
        setting.screen.document(row)
        if not setting.screen.json:
            setting.screen.result(neutral_text("  ".join(_cells(setting, row))))


def _cells(setting: Setting, row: Mapping[str, Json]) -> tuple[str, str, str, str]:
    kind = "·" if row["type"] is None else _event(setting, str(row["type"]))
    return str(row["line"]), str(row["time"])[:19].replace("T", " "), kind, _about(setting, row)


def _event(setting: Setting, kind: str) -> str:
    """Return the name of an event in the person's language; one of a later version stays as it is."""
    for sentence in (f"page.happened.{kind.replace('.', '-')}", f"log.{kind}"):
        if setting.screen.knows(sentence):
            return setting.screen.sentence(sentence)
    return kind


def _about(setting: Setting, row: Mapping[str, Json]) -> str:
    said = row.get("says")
    facts = said if isinstance(said, dict) else row
    parts = [str(facts[name]) for name in ("item", "path", "reason", "receipt") if facts.get(name)]
    if (purpose := facts.get("purpose")) and row["type"] not in {"transfer.out", "transfer.in"}:
        name = f"fact.value.{purpose}"
        parts.insert(0, setting.screen.sentence(name) if setting.screen.knows(name) else str(purpose))
    elif purpose:
        parts.append(str(purpose))
    return " · ".join(parts)
