"""`evidence-kit destroy CASE [ITEM...]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._links_view import taken_out_of_links
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.workflows.upkeep.destroy import DoomedObjects


@case_command
def destroy(
    setting: Setting,
    case: CaseArgument,
    items: Annotated[list[str] | None, typer.Argument(metavar="[ITEM...]", show_default=False)] = None,
    whole_case: Annotated[bool, typer.Option("--whole-case")] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME")] = None,
    second: Annotated[str | None, typer.Option("--and", metavar="NAME")] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Destroy items, or a whole case, with a reason and two names; the log goes on saying so."""
    from evidence_kit.custody.errors import CaseDestroyedError
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.overview import item_id
    from evidence_kit.workflows.upkeep.destroy import destroy_evidence as carry_out
    from evidence_kit.workflows.upkeep.destroy import destroyed_before, doomed_objects

    if bool(items) == whole_case:
        raise UsageError("destroy-scope")
    folder, station, screen = case_folder(setting, case), setting.station(), setting.screen
    for flag, value in (("--reason", reason), ("--by", by), ("--and", second)):
        setting.need(flag, value)
    if not yes:
        setting.need("--yes")
    key = setting.unlocked_key(station)
    why = setting.given_or_asked(reason, "ask.destroy-reason", "--reason")
    names = (
        setting.given_or_asked(by, "ask.destroy-by", "--by"),
        setting.given_or_asked(second, "ask.destroy-and", "--and"),
    )
    try:
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            before = destroyed_before(writer.case, items) if items else None
            if before is not None:
                _again(setting, folder.root.name, before, [item_id(each) for each in items or ()])
                return
            what = doomed_objects(writer.case, items or ())
            _plan(setting, what)
            if not yes and screen.ask("ask.destroy-case", case=writer.case.id) != writer.case.id:
                screen.show("destroy.not-done")
                raise typer.Exit(Exit.DONE)
            line = carry_out(writer, what, why, names)
    except CaseDestroyedError:
        # Opening it has finished what an interruption left undone.
        before = destroyed_before(read_case(folder, key, station), ()) if whole_case else None
        if before is None:
            raise
        _again(setting, folder.root.name, before, [])
        return
    screen.show("destroy.done", line=line)
    screen.show("destroy.elsewhere")
    _document(setting, folder.root.name, line, what)
    # A case that goes on is put in again, without them, by the next command that looks for links.
    if not taken_out_of_links(setting, station, key, folder.root.name):
        raise typer.Exit(Exit.INCOMPLETE)


def _again(setting: Setting, case: str, line: int, items: list[str]) -> None:
    """Say that this was done before."""
    from evidence_kit.workflows.upkeep.destroy import DoomedObjects

    setting.screen.show("again.done", line=line)
    kept, witnessed = ([each for each in items if each.startswith(letter)] for letter in "EW")
    gone = DoomedObjects(tuple(kept), tuple(witnessed), 0, frozenset(), whole=not items, archives=())
    _document(setting, case, line, gone)


def _document(setting: Setting, case: str, line: int, what: DoomedObjects) -> None:
    facts: dict[str, Json] = {"case": case, "line": line, "whole": what.whole}
    setting.screen.document(
        facts | {"items": list(what.items), "witnessed": list(what.witnessed), "archives": list(what.archives)}
    )


def _plan(setting: Setting, what: DoomedObjects) -> None:
    screen = setting.screen
    if what.whole:
        screen.show("destroy.whole")
    screen.show(
        "destroy.plan", count=len(what.items), size=byte_count(what.size_bytes), items=", ".join(what.items[:20])
    )
    if what.witnessed:
        screen.show("destroy.witnessed", count=len(what.witnessed))
    for archive in what.archives:
        screen.warn("destroy.archive", archive=archive)
