"""`evidence-kit ingest CASE SOURCE...`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands import _outcomes
from evidence_kit.commands._screen import size
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder, describer
from evidence_kit.errors import Exit, UsageError


@case_command
def ingest(
    setting: Setting,
    case: CaseArgument,
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", show_default=False)],
    how: Annotated[str, typer.Option(metavar="HOW")] = "unknown",
    handed_by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    device: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
) -> None:
    """Take files into the case without changing them."""
    from evidence_kit.workflows.case import writing
    from evidence_kit.workflows.ingest import free_bytes, ingest, total_bytes
    from evidence_kit.workflows.outcome import Totals
    from evidence_kit.workflows.provenance import WAYS, Provenance

    if how not in WAYS:
        raise UsageError("how-unknown", how=how, known=", ".join(WAYS))
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    screen = setting.screen
    key = setting.key(station)
    provenance = Provenance(how, handed_by, device, place or station.person.place)
    totals = Totals()
    with writing(folder, key, station, world, setting.accept_older) as writer, describer() as worker:
        if writer.manifest.age_band != "adult":
            screen.warn("ingest.careful")
        needed = total_bytes(sources)
        if needed > (free := free_bytes(folder)):
            screen.warn("ingest.space", needed=size(needed), free=size(free))
        with screen.progress("ingest.progress", needed) as on_bytes:
            for outcome in ingest(writer, sources, provenance, worker, on_bytes):
                if isinstance(outcome, Totals):
                    totals = outcome
                _outcomes.show(screen, outcome)
        screen.document({"done": "ingest", "case": folder.root.name, **totals.facts()})
        _outcomes.summary(screen, totals)
    if not totals.complete:
        raise typer.Exit(Exit.INCOMPLETE)
