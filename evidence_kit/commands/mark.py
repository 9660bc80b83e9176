"""`evidence-kit mark CASE ITEM...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._declarations import (
    SaidAs,
    SaidBy,
    StillThere,
    TakenBy,
    TakenOn,
    TakenWhen,
    Words,
    declared_by,
    known_value,
    screenshot,
)
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.workflows.accession.declare import Mark, MarkResult


@case_command
def mark(
    setting: Setting,
    case: CaseArgument,
    items: Annotated[list[str] | None, typer.Argument(metavar="[ITEM...]", show_default=False)] = None,
    folder: Annotated[list[str] | None, typer.Option("--folder", metavar="PATH")] = None,
    sensitivity: Annotated[str | None, typer.Option(metavar="none|intimate|unknown")] = None,
    nature: Annotated[str | None, typer.Option(metavar="NATURE")] = None,
    parent: Annotated[str | None, typer.Option(metavar="ITEM")] = None,
    transformation: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    audio: Annotated[str | None, typer.Option(metavar="HOW")] = None,
    taken_by: TakenBy = None,
    taken_on: TakenOn = None,
    taken_when: TakenWhen = None,
    still_there: StillThere = None,
    platform: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    account: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    profile_url: Annotated[str | None, typer.Option(metavar="URL")] = None,
    content_url: Annotated[str | None, typer.Option(metavar="URL")] = None,
    posted: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    seen: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    said_by: SaidBy = None,
    said_as: SaidAs = None,
    words: Words = None,
) -> None:
    """Record a declaration about items: sensitivity, nature, how a recording came about."""
    from evidence_kit.workflows.accession import declare
    from evidence_kit.workflows.accession.provenance import Posting
    from evidence_kit.workflows.case.write import writing

    said = declare.Mark(
        sensitivity=None if sensitivity is None else known_value(sensitivity, declare.SENSITIVITIES, "--sensitivity"),
        nature=None if nature is None else known_value(nature, declare.NATURES, "--nature"),
        parent=parent,
        transformation=transformation,
        audio=None if audio is None else known_value(audio, declare.RECORDINGS, "--audio"),
        screenshot=screenshot(taken_by, taken_on, taken_when, still_there),
        posting=Posting(platform, account, profile_url, content_url, posted, seen),
    )
    station = setting.station()
    at = case_folder(setting, case)
    setting.need("--said-by", said_by)
    setting.need("--said-as", said_as)
    key = setting.unlocked_key(station)
    who = declared_by(setting, said_by, said_as, words)
    with writing(at, key, station, setting.world(), setting.accept_older) as writer:
        chosen = declare.chosen_items(writer.manifest, writer.case.id, items or (), folder or ())
        marked = declare.record_mark(writer, chosen, said, who)
    _tell(setting, writer.case.id, said, marked)


def _tell(setting: Setting, case: str, said: Mark, marked: MarkResult) -> None:
    screen = setting.screen
    screen.show("mark.done", count=len(marked.items), line=marked.line)
    if marked.next_time:
        screen.show("mark.next-time", count=marked.next_time)
    if marked.lie_here:
        screen.warn("mark.lie-here", items=", ".join(marked.lie_here))
    if said.audio not in {None, "received-voice-note"}:
        screen.show("mark.for-the-lawyer")
    facts: dict[str, Json] = {"case": case, "items": list(marked.items), "line": marked.line}
    screen.document(facts | {"next_time": marked.next_time, "lie_here": list(marked.lie_here)})
