"""Showing one item to the eye, with a reason; the page goes away again as soon as it was seen."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._setting import Setting
from evidence_kit.custody.errors import PathTakenError

if TYPE_CHECKING:
    from evidence_kit.vault.folder import CaseFolder


def reveal(setting: Setting, folder: CaseFolder, item: str, reason: str, out: Path | None) -> None:
    """Write the page, say where it lies, and delete it once a person has seen it, unless they chose its place."""
    from evidence_kit.vault.patience import remove_file
    from evidence_kit.words import catalogue
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading import reveal as workflow
    from evidence_kit.workflows.reading.overview import item_of
    from evidence_kit.workflows.upkeep.tidy import revealed_folder

    screen, station = setting.screen, setting.station()
    key = setting.unlocked_key(station)
    if out is not None and os.path.lexists(out):
        # An interrupted run may have written it: then the newest line of the log says so.
        opened = read_case(folder, key, setting.memory(station))
        line = workflow.revealed_before(opened, item_of(opened.opened, item, opened.id), reason)
        if line is None or not out.is_file():
            raise PathTakenError("file-exists", path=str(out))
        screen.document({"item": item_of(opened.opened, item, opened.id).id, "page": str(out.absolute()), "line": line})
        screen.show("again.done", line=line)
        screen.warn("reveal.stays", path=str(out))
        return
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        shown = item_of(writer.manifest, item, writer.case.id)
        place = out or revealed_folder(station) / f"{writer.case.id}.{shown.id}.html"
        page = workflow.reveal_item(writer, shown, reason, place.absolute(), catalogue(screen.language))
    screen.document({"item": page.item, "page": str(page.path), "line": page.line})
    screen.show("reveal.done", path=str(page.path), line=page.line)
    if out is None and setting.asks:
        screen.ask_once("ask.seen")
        with suppress(FileNotFoundError):
            remove_file(page.path)
        screen.show("reveal.deleted")
    else:
        screen.warn("reveal.stays", path=str(page.path))
