"""`evidence-kit passphrase CASE`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._archives import (
    holds_secret,
    refuse_existing,
    secret_bytes,
    show_passphrase,
    tell_seal,
    write_recorded,
)
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import UsageError


@case_command
def passphrase(
    setting: Setting,
    case: CaseArgument,
    seal: Annotated[int | None, typer.Option("--seal", metavar="LINE")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> None:
    """Show the passphrase of an archive once more."""
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover import transfers

    if out is None and not setting.asks:
        raise UsageError("needed", fact="out", flag="--out")
    folder, station = case_folder(setting, case), setting.station()
    key = setting.unlocked_key(station)
    if out is not None and os.path.lexists(out):
        # An interrupted run may have written it: then it holds these digits.
        name, secret = transfers.passphrase_digits(read_case(folder, key, setting.memory(station)), seal)
        if not holds_secret(out, secret):
            refuse_existing(out)
        setting.screen.show("passphrase.logged", archive=name)
        setting.screen.document({"case": folder.root.name, "archive": name, "out": str(out)})
        return
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        meant = transfers.seal_named(writer.manifest, writer.case.id, seal)
        name, secret = transfers.show_passphrase(writer, seal)
    setting.screen.show("passphrase.logged", archive=name)
    tell_seal(setting.screen, meant)
    if out is None:
        show_passphrase(setting, secret)
    else:
        write_recorded(setting, out, secret_bytes(secret), folder.root.name, writer.head.lines)
    setting.screen.document({"case": folder.root.name, "archive": name, "out": None if out is None else str(out)})
