"""`evidence-kit batch FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _batch_view
from evidence_kit.commands._processes import batch_resources
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.batch.processes import OpenHands
    from evidence_kit.workflows.batch.results import BatchResult, StepResult
    from evidence_kit.workflows.batch.run import WaitingLines

_MOST_JOBS = 64


@command
def batch(
    setting: Setting,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    jobs: Annotated[int, typer.Option("--jobs", metavar="N")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    again: Annotated[bool, typer.Option("--again")] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE")] = None,
    progress: Annotated[Path | None, typer.Option("--progress-file", metavar="FILE")] = None,
) -> None:
    """Carry out many cases from one file; run again, it takes up where it stopped."""
    from evidence_kit.workflows.batch.batch_file import tasks_in
    from evidence_kit.workflows.batch.progress import ENDING, BatchMemory
    from evidence_kit.workflows.batch.results import BatchResult
    from evidence_kit.workflows.batch.run import WaitingLines, stopped_result

    if not 1 <= jobs <= _MOST_JOBS:
        raise UsageError("batch-jobs", most=_MOST_JOBS)
    tasks, station, world = tasks_in(file), setting.station(), setting.world()
    _batch_view.refuse_other_file(report, file)
    key = setting.unlocked_key(station)
    memory = BatchMemory(progress or file.with_name(file.name + ENDING), world.disk, world.random)
    if not dry_run:
        memory.lock()
    waiting = WaitingLines(tasks, station, memory, world.clock.now().year, again=again)
    open_hands = partial(batch_resources, setting.station_folder, key.openssh(None))
    told: list[StepResult] = []
    ended: BatchResult | None = None
    try:
        for each in _outcomes(waiting, open_hands, jobs, dry_run=dry_run):
            if isinstance(each, BatchResult):
                ended = each
            else:
                told.append(each)
                _batch_view.show_outcome(setting.screen, each)
    except KeyboardInterrupt:
        # Between two steps nobody below hears it; what was done until then is on the disk already.
        ended = stopped_result(waiting)
    finally:
        memory.close()
    code = Exit.BUG if ended is None else ended.code
    if ended is not None:
        _batch_view.show_batch_result(setting.screen, ended, dry_run=dry_run)
        if report is not None:
            _batch_view.write_report(report, file, told, ended, setting)
    if code != Exit.DONE:
        raise typer.Exit(code)


def _outcomes(
    waiting: WaitingLines, open_hands: OpenHands, jobs: int, *, dry_run: bool
) -> Iterator[StepResult | BatchResult]:
    from evidence_kit.workflows.batch.check import rehearse
    from evidence_kit.workflows.batch.processes import ProcessCrew, SingleRunner
    from evidence_kit.workflows.batch.run import run_batch

    if dry_run:
        with open_hands() as own:
            yield from rehearse(waiting.rehearsal(), own, list(waiting.told_at_once()))
        return
    with SingleRunner(open_hands) if jobs == 1 else ProcessCrew(open_hands, jobs) as runner:
        yield from run_batch(waiting, runner)
