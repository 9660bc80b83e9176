"""`evidence-kit revoke CASE WHO`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit


@case_command
def revoke(
    setting: Setting,
    case: CaseArgument,
    who: Annotated[str, typer.Argument(metavar="WHO", show_default=False)],
    reason: Annotated[str | None, typer.Option(metavar="REASON")] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Revoke a key holder's right to sign, and close to them all that is added from now on."""
    from evidence_kit.workflows.case import readers
    from evidence_kit.workflows.case.write import writing

    screen = setting.screen
    folder, station = case_folder(setting, case), setting.station()
    own = setting.unlocked_key(station)
    with writing(folder, own, station, setting.world(), setting.accept_older) as writer:
        before = readers.left_before(writer.case, who, station.public)
        leaving = [] if before is not None else readers.meant_holder(writer.case, who, station.public)
        for each in leaving:
            screen.show("revoke.who", name=each.name or each.role, fingerprint=each.fingerprint)
        if before is not None:
            screen.show("again.done", line=before)
        else:
            screen.show("revoke.limits")
            if setting.asks and not yes and not screen.agree("ask.revoke"):
                raise typer.Exit(Exit.DONE)
            readers.revoke_access(writer, leaving, reason)
        left = [each for each in readers.holders(writer.case) if each.reads]
    screen.show("revoke.done", case=folder.root.name, count=len(left))
    screen.document(
        {
            "case": folder.root.name,
            "revoked": [{"name": each.name, "fingerprint": each.fingerprint} for each in leaving],
            "readers": [{"name": each.name, "role": each.role, "fingerprint": each.fingerprint} for each in left],
        }
    )
