"""Showing one item to the eye, with a reason; the page goes away again as soon as it was seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._wiring import Setting
from evidence_kit.custody.errors import CaseExistsError

if TYPE_CHECKING:
    from evidence_kit.vault.folder import CaseFolder


def reveal(setting: Setting, folder: CaseFolder, item: str, reason: str, out: Path | None) -> None:
    """Write the page, say where it lies, and delete it once a person has seen it, unless they chose its place."""
    from evidence_kit.words import catalogue
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading import reveal as workflow
    from evidence_kit.workflows.reading.overview import item_of
    from evidence_kit.workflows.upkeep.tidy import revealed_folder

    screen, station = setting.screen, setting.station()
    if out is not None and out.exists():
        raise CaseExistsError("file-exists", path=str(out))
    key = setting.key(station)
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        shown = item_of(writer.manifest, item, writer.case.id)
        place = out or revealed_folder(station) / f"{writer.case.id}.{shown.id}.html"
        page = workflow.reveal(writer, shown, reason, place.absolute(), catalogue(screen.language))
    screen.document({"item": page.item, "page": str(page.path), "line": page.line})
    screen.tell("reveal.done", path=str(page.path), line=page.line)
    if out is None and setting.asks:
        screen.ask_once("ask.seen")
        page.path.unlink(missing_ok=True)
        screen.tell("reveal.deleted")
    else:
        screen.warn("reveal.stays", path=str(page.path))
