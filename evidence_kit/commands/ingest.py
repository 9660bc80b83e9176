"""`evidence-kit ingest CASE SOURCE...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _outcomes
from evidence_kit.commands._screen import size
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder, describer
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.outcome import Totals
    from evidence_kit.workflows.provenance import Provenance


@case_command
def ingest(
    setting: Setting,
    case: CaseArgument,
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", show_default=False)],
    how: Annotated[str, typer.Option(metavar="HOW")] = "unknown",
    handed_by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    device: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="GLOB")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Take files into the case without changing them."""
    from evidence_kit.workflows.provenance import WAYS, Provenance

    if how not in WAYS:
        raise UsageError("how-unknown", how=how, known=", ".join(WAYS))
    folder, station = case_folder(setting, case), setting.station()
    key = setting.key(station)
    left_out = exclude or []
    if dry_run:
        totals = _rehearse(setting, folder, key, sources, left_out)
    else:
        provenance = Provenance(how, handed_by, device, place or station.person.place)
        totals = _take_in(setting, folder, key, sources, left_out, provenance)
    if not totals.complete:
        raise typer.Exit(Exit.INCOMPLETE)


def _take_in(
    setting: Setting, folder: CaseFolder, key: SigningKey, sources: list[Path], exclude: list[str], how: Provenance
) -> Totals:
    from evidence_kit.workflows.case import writing
    from evidence_kit.workflows.ingest import free_bytes, ingest
    from evidence_kit.workflows.outcome import Totals
    from evidence_kit.workflows.survey import needed_bytes

    screen, totals = setting.screen, Totals()
    with (
        writing(folder, key, setting.station(), setting.world(), setting.accept_older) as writer,
        describer() as worker,
    ):
        if writer.manifest.age_band != "adult":
            screen.warn("ingest.careful")
        needed = needed_bytes(sources, exclude)
        if needed > (free := free_bytes(folder)):
            screen.warn("ingest.space", needed=size(needed), free=size(free))
        try:
            with screen.progress("ingest.progress", needed) as on_bytes:
                for outcome in ingest(writer, sources, how, worker, on_bytes, exclude):
                    if isinstance(outcome, Totals):
                        totals = outcome
                    _outcomes.show(screen, outcome)
        except KeyboardInterrupt:
            screen.warn("ingest.interrupted", count=len(writer.manifest.items))
            raise
        screen.document({"done": "ingest", "case": folder.root.name, **totals.facts()})
        _outcomes.summary(screen, totals)
    return totals


def _rehearse(setting: Setting, folder: CaseFolder, key: SigningKey, sources: list[Path], exclude: list[str]) -> Totals:
    """Say what would be done; the case is only read."""
    from evidence_kit.workflows.case import read
    from evidence_kit.workflows.ingest import check_sources, free_bytes
    from evidence_kit.workflows.outcome import Totals
    from evidence_kit.workflows.survey import needed_bytes, survey

    check_sources(sources)
    screen, station, totals = setting.screen, setting.station(), Totals()
    careful = read(folder, key, setting.memory(station)).opened.age_band != "adult"
    if careful:
        screen.warn("ingest.careful")
    own = frozenset(each.resolve() for each in (folder.root, station.folder, station.cases))
    for outcome in survey(sources, own, exclude, careful=careful):
        if isinstance(outcome, Totals):
            totals = outcome
        _outcomes.show(screen, outcome)
    needed, free = needed_bytes(sources, exclude), free_bytes(folder)
    facts = {"needed_bytes": needed, "free_bytes": free, **totals.facts()}
    screen.document({"done": "dry-run", "case": folder.root.name, **facts})
    _outcomes.table(screen, totals)
    screen.tell("ingest.would-keep", count=totals.kept, size=size(totals.kept_bytes))
    screen.tell("ingest.room", free=size(free))
    if needed > free:
        screen.warn("ingest.space", needed=size(needed), free=size(free))
    screen.warn("ingest.would")
    return totals
