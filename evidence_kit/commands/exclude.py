"""`evidence-kit exclude CASE ITEM... --why TEXT`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder


@case_command
def exclude(
    setting: Setting,
    case: CaseArgument,
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", show_default=False)],
    why: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    take_back: Annotated[bool, typer.Option("--take-back")] = False,
) -> None:
    """Take a misfiled item out of every report and seal; it stays in the log."""
    from evidence_kit.workflows.accession import declare
    from evidence_kit.workflows.case.write import writing

    folder, station = case_folder(setting, case), setting.station()
    setting.need("--why", why)
    key = setting.unlocked_key(station)
    reason = setting.given_or_asked(why, "ask.why", "--why")
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        chosen = declare.chosen_items(writer.manifest, writer.case.id, items, ())
        concerned, line = declare.exclude_items(writer, chosen, reason, take_back=take_back)
    name = "exclude.taken-back" if take_back else "exclude.done"
    setting.screen.show(name, count=len(concerned), items=", ".join(concerned), line=line)
    setting.screen.document({"case": folder.root.name, "items": concerned, "excluded": not take_back, "line": line})
