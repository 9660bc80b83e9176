"""`evidence-kit grant CASE KEY`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder

_TYPED_BACK = 6


@case_command
def grant(
    setting: Setting,
    case: CaseArgument,
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    confirm: Annotated[str | None, typer.Option(metavar="END")] = None,
) -> None:
    """Let one more age or SSH key read the case."""
    from evidence_kit.keys.errors import NotConfirmedError
    from evidence_kit.workflows import record
    from evidence_kit.workflows.case import writing

    folder, station = case_folder(setting, case), setting.station()
    reader = record.public_key(key)
    who = setting.ask(name, "ask.reader-name", "--name")
    shown = record.fingerprint(reader)
    setting.screen.tell("grant.fingerprint", fingerprint=shown)
    typed = setting.ask(confirm, "ask.fingerprint-end", "--confirm")
    if typed.strip() != shown[-_TYPED_BACK:]:
        raise NotConfirmedError("fingerprint-not-confirmed", fingerprint=shown)
    own = setting.key(station)
    with writing(folder, own, station, setting.world(), setting.accept_older) as writer:
        written = record.grant(writer, reader, who)
    setting.screen.tell("grant.done", case=folder.root.name, name=who, file=written)
    setting.screen.document({"case": folder.root.name, "key": written, "fingerprint": shown})
