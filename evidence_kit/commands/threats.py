"""`evidence-kit threats CASE [add|list]`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _identifier_view
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder, isolated

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.reading.exports import Exports
    from evidence_kit.workflows.reading.threats import Suggestion, Threat


class Action(StrEnum):
    """An action on the threat ledger."""

    LIST = "list"
    ADD = "add"


@case_command
def threats(
    setting: Setting,
    case: CaseArgument,
    action: Annotated[Action, typer.Argument(metavar="add|list", show_default=False)] = Action.LIST,
    demand: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    deadline: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    amount: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    channel: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    account: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    item: Annotated[list[str] | None, typer.Option(metavar="ITEM")] = None,
    message: Annotated[list[str] | None, typer.Option(metavar="ITEM:LINE")] = None,
    suggest: Annotated[bool, typer.Option("--suggest")] = False,
    suggestion: Annotated[int | None, typer.Option(metavar="N", show_default=False)] = None,
) -> None:
    """Record a threat, or list those that were recorded."""
    from evidence_kit.workflows.case.read import read
    from evidence_kit.workflows.reading.threats import Threat, recorded

    if action is Action.ADD and not suggest:
        told = setting.ask(demand, "ask.demand", "--demand")
        _add(setting, case, Threat(told, deadline, amount, channel, account, item or (), message or ()), suggestion)
        return
    folder, station = case_folder(setting, case), setting.station()
    opened = read(folder, setting.key(station), station)
    if not suggest:
        _identifier_view.ledger(setting.screen, recorded(opened.opened))
        return
    from evidence_kit.workflows.reading.exports import exports

    with isolated() as worker, exports(opened, worker) as reading:
        _identifier_view.suggest(setting.screen, _suggested(opened.opened, reading))


def _suggested(manifest: Manifest, reading: Exports) -> list[Suggestion]:
    from evidence_kit.workflows.reading.identifiers import exports_of, gathered, identifiers
    from evidence_kit.workflows.reading.threats import suggestions

    chats = exports_of(manifest)
    return suggestions(gathered(each for one, chosen in chats for each in identifiers(reading, one, chosen, "MA")))


def _add(setting: Setting, case: str, threat: Threat, suggestion: int | None) -> None:
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.exports import exports
    from evidence_kit.workflows.reading.threats import record, taken

    folder, station = case_folder(setting, case), setting.station()
    key = setting.key(station)
    with (
        writing(folder, key, station, setting.world(), setting.accept_older) as writer,
        isolated() as worker,
        exports(writer.case, worker) as reading,
    ):
        if suggestion is not None:
            threat = taken(threat, _suggested(writer.manifest, reading), suggestion)
        line = record(writer, threat, reading)
    setting.screen.tell("threats.done", case=folder.root.name, line=line)
    setting.screen.document({"case": folder.root.name, "line": line})
