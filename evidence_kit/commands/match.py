"""`evidence-kit match CASE [CANDIDATE...]`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands import _matches
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder, describer
from evidence_kit.errors import Exit


@case_command
def match(
    setting: Setting,
    case: CaseArgument,
    candidates: Annotated[list[Path] | None, typer.Argument(metavar="CANDIDATE...", show_default=False)] = None,
) -> None:
    """Find pictures that are the same although they were recompressed, scaled, turned or mirrored."""
    from evidence_kit.workflows.case import writing
    from evidence_kit.workflows.ingest import total_bytes
    from evidence_kit.workflows.match import NotAdult
    from evidence_kit.workflows.match import match as compare

    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.key(station)
    sources = candidates or []
    with writing(folder, key, station, world, setting.accept_older) as writer, describer() as worker:
        try:
            with setting.screen.progress("match.progress", total_bytes(sources)) as on_bytes:
                found = compare(writer, sources, worker, on_bytes)
        except NotAdult:
            setting.screen.warn("match.not-adult")
            setting.screen.document({"case": folder.root.name, "compared": 0, "pairs": [], "not_adult": True})
            raise typer.Exit(Exit.INCOMPLETE) from None
        names = {item.id: item.place.path for item in writer.manifest.items.values()}
    _matches.show(setting.screen, found, folder.root.name, names)
    if any(each.reason not in {"no-picture", "no-detail"} for each in found.not_compared):
        raise typer.Exit(Exit.INCOMPLETE)
