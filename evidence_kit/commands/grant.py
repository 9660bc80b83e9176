"""`evidence-kit grant CASE KEY`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._secrets import compared_by_voice
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder


@case_command
def grant(
    setting: Setting,
    case: CaseArgument,
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    confirm: Annotated[str | None, typer.Option(metavar="END")] = None,
    sign: Annotated[bool, typer.Option("--sign")] = False,
) -> None:
    """Let one more age or SSH key read the case, and sign in it if asked."""
    from evidence_kit.workflows.case import public_keys, readers
    from evidence_kit.workflows.case.write import writing

    folder, station = case_folder(setting, case), setting.station()
    reader = public_keys.public_key(key)
    setting.need("--name", name)
    setting.need("--confirm", confirm)
    own = setting.unlocked_key(station)
    who = setting.given_or_asked(name, "ask.reader-name", "--name")
    shown = compared_by_voice(setting, public_keys.key_fingerprint(reader), confirm)
    with writing(folder, own, station, setting.world(), setting.accept_older) as writer:
        written = readers.grant_access(writer, reader, who, sign=sign)
    setting.screen.show("grant.signs" if sign else "grant.done", case=folder.root.name, name=who, file=written)
    setting.screen.document({"case": folder.root.name, "key": written, "fingerprint": shown, "signs": sign})
