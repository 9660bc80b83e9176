"""`evidence-kit match CASE [CANDIDATE...]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _match_view
from evidence_kit.commands._links_view import case_identifiers, tell_links
from evidence_kit.commands._processes import describer, worker_pool
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.read import Case
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.reading.side_by_side import DrawnPair, NotDrawn


@case_command
def match(
    setting: Setting,
    case: CaseArgument,
    candidates: Annotated[list[Path] | None, typer.Argument(metavar="CANDIDATE...", show_default=False)] = None,
    ingest: Annotated[bool, typer.Option("--ingest")] = False,
    other: Annotated[str | None, typer.Option("--other", metavar="CASE2")] = None,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="DIR")] = None,
    sharp: Annotated[str | None, typer.Option("--sharp", metavar="REASON")] = None,
) -> None:
    """Find pictures, films and sound that are the same, whole, in part, or inside another."""
    from evidence_kit.workflows.accession.describe import usable_cores
    from evidence_kit.workflows.case.plain_file import ensure_free
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.match import MatchRequest, bytes_to_look_at
    from evidence_kit.workflows.reading.match import match_pictures as compare
    from evidence_kit.workflows.reading.side_by_side import PairDrawOrder, draw_pairs, drawn_before

    sources = candidates or []
    if other is not None and sources:
        raise UsageError("match-one-or-other")
    if ingest and not sources:
        raise UsageError("match-nothing-to-ingest")
    if sharp is not None and (picture is None or not sharp.strip()):
        raise UsageError("match-sharp-needs-picture")
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    second_folder = None if other is None else case_folder(setting, other)
    key = setting.unlocked_key(station)
    second: Case | None = None if second_folder is None else read_case(second_folder, key, setting.memory(station))
    drawn: list[DrawnPair | NotDrawn] = []
    with writing(folder, key, station, world, setting.accept_older) as writer, worker_pool() as run:
        if picture is not None and drawn_before(writer, picture) is None:
            ensure_free(picture)
        taken = _taken_in(setting, writer, sources) if ingest else frozenset()
        asked = MatchRequest(() if ingest else sources, taken, second, usable_cores())
        size_bytes = bytes_to_look_at(writer.case, asked)
        with setting.screen.phases("match.progress", size_bytes, "match.comparing") as (on_bytes, on_compared):
            found = compare(writer, asked, run, on_bytes, on_compared)
        names = {item.id: item.place.path for item in writer.manifest.items.values()}
        if second is not None:
            names |= {f"{second.id}/{item.id}": item.place.path for item in second.opened.items.values()}
        if picture is not None:
            page = _match_view.pair_page(setting.screen, folder.root.name, names, sharp=sharp is not None)
            drawn = draw_pairs(writer, second, found, run, PairDrawOrder(picture, sharp, page))
        opened = writer.case
    _match_view.show_matches(setting.screen, found, folder.root.name, names)
    if picture is not None:
        _say_drawn(setting.screen, picture, drawn, sharp=sharp is not None)
    tell_links(setting, station, key, opened, lambda: case_identifiers(setting, opened)[0])
    if any(each.matters for each in found.not_compared):
        raise typer.Exit(Exit.INCOMPLETE)


def _taken_in(setting: Setting, writer: CaseWriter, sources: list[Path]) -> frozenset[str]:
    """Take the files in and return their item ids."""
    from evidence_kit.commands import _ingest_view
    from evidence_kit.workflows.accession.ingest import ingest
    from evidence_kit.workflows.accession.provenance import Provenance
    from evidence_kit.workflows.case.outcome import AlreadyInCase, Kept, SeenAgain, Totals

    items = set()
    screen = Screen(setting.screen.language, quiet=True) if setting.screen.json else setting.screen
    with describer() as worker:
        for outcome in ingest(writer, sources, Provenance("download"), worker):
            if isinstance(outcome, (Kept, AlreadyInCase, SeenAgain)):
                items.add(outcome.item)
            if isinstance(outcome, Totals):
                _ingest_view.show_totals(screen, outcome)
            else:
                _ingest_view.show_outcome(screen, outcome)
    return frozenset(items)


def _say_drawn(screen: Screen, folder: Path, made: list[DrawnPair | NotDrawn], *, sharp: bool) -> None:
    from evidence_kit.workflows.reading.side_by_side import NotDrawn

    for each in made:
        if isinstance(each, NotDrawn):
            reason = screen.reason(each.reason)
            screen.warn("match.not-drawn", name=f"{each.pair.item} {each.pair.other}", reason=reason)
    screen.warn("match.pictures", count=sum(not isinstance(each, NotDrawn) for each in made), path=str(folder))
    if not sharp:
        screen.show("match.blurred")
