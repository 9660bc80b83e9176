"""`evidence-kit receipt CASE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._archives import free
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder


@case_command
def receipt(
    setting: Setting,
    case: CaseArgument,
    out: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> None:
    """Print the receipt code that fixes the case as it is now."""
    from evidence_kit.sealing.slip import page
    from evidence_kit.workflows.case import record
    from evidence_kit.workflows.case.read import read
    from evidence_kit.workflows.case.write import writing

    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    free(out)
    key = setting.key(station)
    if again:
        code, lines, line = record.last_receipt(read(folder, key, setting.memory(station)))
    else:
        with writing(folder, key, station, world, setting.accept_older) as writer:
            code, lines, line = record.receipt(writer)
    if out is not None:
        file = world.disk.create(out)
        try:
            file.write(page(code, folder.root.name, lines, world.clock.now().astimezone().date().isoformat()))
        finally:
            file.close()
        setting.screen.tell("receipt.written", path=str(out))
    setting.screen.tell("receipt.explained", lines=lines)
    setting.screen.result(code)
    setting.screen.document({"case": folder.root.name, "code": code, "lines": lines, "line": line})
