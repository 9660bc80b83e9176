"""`evidence-kit note CASE TEXT`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._questions import note_readers
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import UsageError


@case_command
def note(
    setting: Setting,
    case: CaseArgument,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", show_default=False)] = None,
    reader: Annotated[list[str] | None, typer.Option(metavar="WHO")] = None,
    privileged: Annotated[bool, typer.Option("--privileged")] = False,
) -> None:
    """Write a note into the case, for the association alone unless readers are named."""
    from evidence_kit.workflows.case import record
    from evidence_kit.workflows.case.write import writing

    for each in reader or ():
        if each not in record.NOTE_READERS:
            raise UsageError("reader-unknown", reader=each)
    folder, station = case_folder(setting, case), setting.station()
    setting.need("TEXT", text)
    key = setting.unlocked_key(station)
    said = setting.given_or_asked(text, "ask.note", "TEXT")
    readers = reader or (note_readers(setting) if setting.asks else ["association"])
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        line = record.record_note(writer, said, readers, privileged=privileged)
    setting.screen.show("note.done", case=folder.root.name, line=line)
    setting.screen.document({"case": folder.root.name, "line": line, "readers": readers, "privileged": privileged})
