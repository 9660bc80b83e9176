"""`evidence-kit receipt CASE`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._archives import receipt_slip, refuse_existing, write_recorded
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder


@case_command
def receipt(
    setting: Setting,
    case: CaseArgument,
    out: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> None:
    """Print the receipt code that fixes the case as it is now."""
    from evidence_kit.workflows.case import record
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing

    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    if out is not None and not os.path.lexists(out):
        refuse_existing(out)
    key = setting.unlocked_key(station)
    before = None
    if out is not None and os.path.lexists(out):
        # An interrupted run may have written it: then it is the receipt that was issued last.
        before = record.receipt_in(read_case(folder, key, setting.memory(station)), out)
        if before is None:
            refuse_existing(out)
    if before is not None:
        code, lines, line = before
        setting.screen.show("again.done", line=line)
    elif again:
        code, lines, line = record.last_receipt(read_case(folder, key, setting.memory(station)))
    else:
        with writing(folder, key, station, world, setting.accept_older) as writer:
            code, lines, line = record.issue_receipt(writer)
    if out is not None and before is None:
        data = receipt_slip(setting, code, folder.root.name, lines)
        if write_recorded(setting, out, data, folder.root.name, line):
            setting.screen.show("receipt.written", path=str(out))
    setting.screen.show("receipt.explained", lines=lines)
    setting.screen.result(code)
    setting.screen.document({"case": folder.root.name, "code": code, "lines": lines, "line": line})
