"""`evidence-kit describe CASE [ITEM...]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._processes import describer
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit

if TYPE_CHECKING:
    from evidence_kit.workflows.accession.describe_again import Redescribed

_MOST_SHOWN = 12
_LONGEST_CHARACTERS = 100


@case_command
def describe(
    setting: Setting,
    case: CaseArgument,
    items: Annotated[list[str] | None, typer.Argument(metavar="[ITEM]...", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> None:
    """Describe items again and show the differences; the old description stays in the log."""
    from evidence_kit.workflows.accession.describe_again import describable, redescribe
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.overview import item_of

    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.unlocked_key(station)
    failed = count = 0
    with writing(folder, key, station, world, setting.accept_older) as writer, describer() as worker:
        wanted = [item_of(writer.manifest, item, folder.root.name) for item in items or ()]
        chosen = describable(writer, worker, wanted, again=again)
        with setting.screen.progress("describe.progress", sum(item.size_bytes for item in chosen)) as on_bytes:
            for item, done in zip(chosen, redescribe(writer, worker, chosen), strict=True):
                on_bytes(item.size_bytes)
                count += 1
                failed += bool(done.problems)
                _show(setting.screen, done)
    setting.screen.document({"done": "describe", "case": folder.root.name, "items": count, "with_problems": failed})
    setting.screen.show("describe.done", count=count)
    if failed:
        raise typer.Exit(Exit.INCOMPLETE)


def _show(screen: Screen, done: Redescribed) -> None:
    screen.document(
        {
            "item": done.item,
            "line": done.line,
            "compared_with": done.before,
            "differences": [
                {"fact": each.fact, "before": each.before, "after": each.after} for each in done.differences
            ],
            "problems": list(done.problems),
        }
    )
    if screen.json:
        return
    for code in dict.fromkeys(done.problems):
        screen.warn("describe.failed", item=done.item, reason=screen.reason(code))
    if not done.differences:
        screen.show("describe.same", item=done.item)
    elif done.before is None:
        screen.show("describe.first", item=done.item)
    else:
        screen.result(screen.sentence("describe.changed", item=done.item, count=len(done.differences)))
        for each in done.differences[:_MOST_SHOWN]:
            before, after = _cut(each.before), _cut(each.after)
            if before is None:
                screen.result(screen.sentence("describe.added", fact=each.fact, after=after or ""))
            elif after is None:
                screen.result(screen.sentence("describe.gone", fact=each.fact, before=before))
            else:
                screen.result(screen.sentence("describe.different", fact=each.fact, before=before, after=after))
        if len(done.differences) > _MOST_SHOWN:
            screen.result(screen.sentence("describe.more", count=len(done.differences) - _MOST_SHOWN))


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= _LONGEST_CHARACTERS:
        return text
    return text[:_LONGEST_CHARACTERS] + "…"
