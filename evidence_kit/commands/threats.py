"""`evidence-kit threats CASE [add|list]`."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _identifier_view
from evidence_kit.commands._declarations import known_value
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.reading.exports import ExportReader
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
    kind: Annotated[str | None, typer.Option(metavar="money|pictures|acts|silence|other")] = None,
    item: Annotated[list[str] | None, typer.Option(metavar="ITEM")] = None,
    message: Annotated[list[str] | None, typer.Option(metavar="ITEM:LINE")] = None,
    suggest: Annotated[bool, typer.Option("--suggest")] = False,
    suggestion: Annotated[int | None, typer.Option(metavar="N", show_default=False)] = None,
) -> None:
    """Record a threat, or list those that were recorded."""
    from evidence_kit.tallies.dimensions import KINDS
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.reading.threats import Threat, recorded_threats

    if action is Action.ADD and not suggest:
        setting.need("--demand", demand)
        chosen = None if kind is None else known_value(kind, KINDS, "--kind")
        told = Threat(demand or "", deadline, amount, channel, account, item or (), message or (), chosen)
        _add(setting, case, told, suggestion)
        return
    folder, station = case_folder(setting, case), setting.station()
    opened = read_case(folder, setting.unlocked_key(station), station)
    if not suggest:
        _identifier_view.show_threats(setting.screen, recorded_threats(opened.opened))
        return
    from evidence_kit.workflows.reading.exports import open_exports

    first = setting.screen.first_reading
    with isolated_worker() as worker, open_exports(opened, worker, progress=first) as reading:
        _identifier_view.show_suggestions(setting.screen, _suggested(opened.opened, reading))


def _suggested(manifest: Manifest, reading: ExportReader) -> list[Suggestion]:
    from evidence_kit.workflows.reading.identifiers import export_identifiers, exports_of, gathered_identifiers
    from evidence_kit.workflows.reading.threats import suggestions

    chats = exports_of(manifest)
    return suggestions(
        gathered_identifiers(each for one, chosen in chats for each in export_identifiers(reading, one, chosen, "MA"))
    )


def _add(setting: Setting, case: str, threat: Threat, suggestion: int | None) -> None:
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.exports import open_exports
    from evidence_kit.workflows.reading.threats import completed_threat, record_threat

    folder, station = case_folder(setting, case), setting.station()
    key = setting.unlocked_key(station)
    threat = replace(threat, demand=setting.given_or_asked(threat.demand, "ask.demand", "--demand"))
    with (
        writing(folder, key, station, setting.world(), setting.accept_older) as writer,
        isolated_worker() as worker,
        open_exports(writer.case, worker, progress=setting.screen.first_reading) as reading,
    ):
        if suggestion is not None:
            threat = completed_threat(threat, _suggested(writer.manifest, reading), suggestion)
        line = record_threat(writer, threat, reading)
    setting.screen.show("threats.done", case=folder.root.name, line=line)
    setting.screen.document({"case": folder.root.name, "line": line})
