"""`evidence-kit list CASE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._retention import retention_due
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Item, Manifest, Witnessed
    from evidence_kit.workflows.case.read import Case


@case_command
def list_(
    setting: Setting,
    case: CaseArgument,
    locked: Annotated[bool, typer.Option("--locked")] = False,
) -> None:
    """List the items of a case; without a key only the public facts of the folder."""
    from evidence_kit.workflows.case.read import ReadingDepth, read_case

    folder, station = case_folder(setting, case), setting.station_if_any()
    closed = locked or station is None or (setting.passphrase_file is None and not setting.asks)
    key = None if closed or station is None else setting.unlocked_key(station)
    opened = read_case(folder, key, setting.memory(station), ReadingDepth.BRIEF)
    if closed:
        _locked(setting, opened)
    else:
        _items(setting, opened)


def _items(setting: Setting, opened: Case) -> None:
    from evidence_kit.workflows.reading.overview import item_row

    manifest, screen = opened.opened, setting.screen
    retention_due(setting, manifest)
    if screen.json:
        for item in manifest.everything:
            screen.document(item_row(item))
        return
    rows = [
        (
            item.id,
            screen.kind(item.kind),
            byte_count(item.size_bytes),
            item.time[:16].replace("T", " "),
            item.place.path,
            _state(screen, manifest, item),
        )
        for item in manifest.everything
    ]
    columns = ("column.item", "column.kind", "column.bytes", "column.taken-in", "column.path", "column.state")
    with screen.listing():
        screen.table(columns, rows, right=(2,))
    screen.show("list.count", count=len(manifest.items))
    if manifest.not_copied:
        screen.show("list.witnessed", count=len(manifest.not_copied))
    if lawyer := sum(item.for_the_lawyer for item in manifest.included):
        screen.show("list.for-the-lawyer", count=lawyer)


def _state(screen: Screen, manifest: Manifest, item: Item | Witnessed) -> str:
    """Return the remarks on an item that matter at a glance; most items have none."""
    from evidence_kit.custody.manifest import Witnessed

    said = []
    if item.excluded is not None:
        said.append("excluded")
    if isinstance(item, Witnessed):
        said.append("not-copied" if manifest.holder(item) is None else "taken-in-since")
    elif item.for_the_lawyer:
        said.append("for-the-lawyer")
    if item.sensitivity == "intimate":
        said.append("intimate")
    return ", ".join(screen.sentence(f"list.state.{each}") for each in said)


def _locked(setting: Setting, opened: Case) -> None:
    from evidence_kit.workflows.reading.overview import locked_rows

    rows = locked_rows(opened)
    if setting.screen.json:
        for row in rows:
            setting.screen.document(row)
        return
    setting.screen.show("list.locked")
    shown = [(str(row["item"]), str(row["line"]), _size(row["stored_size"])) for row in rows]
    with setting.screen.listing():
        setting.screen.table(("column.item", "column.line", "column.bytes"), shown, right=(1, 2))


def _size(value: object) -> str:
    return byte_count(value) if isinstance(value, int) else "?"
