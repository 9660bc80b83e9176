"""`evidence-kit demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidence_kit.commands import _ingest_view, _match_view, _verdict_view
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._processes import describer, worker_pool
from evidence_kit.commands._program import program_name
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import Exit

if TYPE_CHECKING:
    from evidence_kit.workflows.demo import DemoListing, DemoResult


@command
def demo(
    setting: Setting,
    out: Annotated[Path, typer.Option(metavar="DIR")] = Path("demo-output"),
    samples: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
) -> None:
    """Show the whole path on invented material, without questions."""
    from evidence_kit.workflows import demo as workflow

    screen = setting.screen
    folder = samples or workflow.samples_folder(Path(__file__).parents[1])
    screen.show("demo.begin", path=str(out.absolute()))
    number = 0
    with describer() as worker, worker_pool() as run:
        for step in workflow.run_demo(out.absolute(), folder, worker, run, setting.world()):
            if isinstance(step, workflow.StepBegun):
                number += 1
                screen.show("demo.step", number=number, what=screen.sentence(f"demo.{step.step}"))
            else:
                _show(screen, step)


def _show(screen: Screen, step: Any) -> None:  # noqa: ANN401 - any step
    from evidence_kit.workflows import demo as workflow
    from evidence_kit.workflows.case.outcome import Totals
    from evidence_kit.workflows.checking.report import Report
    from evidence_kit.workflows.handover.sealed import SealResult

    if isinstance(step, workflow.DemoListing):
        _list(screen, step)
    elif isinstance(step, workflow.StepLeftOut):
        screen.failed_once(step.error)
    elif isinstance(step, workflow.DemoMatches):
        _match_view.show_matches(screen, step.matches, step.case, step.names)
    elif isinstance(step, SealResult):
        screen.show("seal.done", path=str(step.folder), size=byte_count(step.size_bytes))
    elif isinstance(step, Report):
        _verdict_view.show_report(screen, step)
    elif isinstance(step, workflow.DemoResult):
        _end(screen, step)
    elif isinstance(step, Totals):
        _ingest_view.show_totals(screen, step)
    else:
        _ingest_view.show_outcome(screen, step)


def _list(screen: Screen, listed: DemoListing) -> None:
    rows = [(item.id, screen.kind(item.kind), byte_count(item.size_bytes), item.place.path) for item in listed.items]
    if not screen.json:
        screen.table(("column.item", "column.kind", "column.bytes", "column.path"), rows, right=(2,))


def _end(screen: Screen, ended: DemoResult) -> None:
    case, archive, digits = str(ended.case), str(ended.archive), str(ended.digits)
    sealed = str(ended.archive.parent)
    screen.show("demo.end", cases=case, sealed=sealed, secret=digits, archive=archive, program=program_name())
    screen.document({"case": case, "archive": archive, "archive_passphrase_file": digits})
    if ended.exit is not Exit.DONE:
        raise typer.Exit(ended.exit)
