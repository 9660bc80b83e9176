"""A whole batch: its remaining lines, the order in which they may begin, and their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from evidence_kit.errors import EvidenceError, Exit
from evidence_kit.workflows.batch.processes import NextErrand
from evidence_kit.workflows.batch.progress import BatchMemory
from evidence_kit.workflows.batch.results import BEFORE, DONE, BatchResult, ErrorFacts, StepResult, worst_code
from evidence_kit.workflows.batch.steps import Errand, find_case
from evidence_kit.workflows.batch.task import BatchTask
from evidence_kit.workflows.case.locate import ends_in
from evidence_kit.workflows.case.new import next_id
from evidence_kit.workflows.case.station import Station

# These would double what they did, or are costly; the others tell something new each time.
ONCE = frozenset({"new", "seal"})


class ErrandRunner(Protocol):
    """Carries errands out; `crew.Alone` and `crew.Crew`."""

    def run(self, free: NextErrand) -> Iterator[tuple[Errand, StepResult]]:
        """Yield the result of each step; asks for the next errand when it can begin one."""
        ...


def run_batch(waiting: WaitingLines, runner: ErrandRunner) -> Iterator[StepResult | BatchResult]:
    """Carry a batch out; every outcome is yielded when it is durable, the totals last.

    Args:
        waiting: What is left of it.
        runner: In this process, or in several.
    """
    codes: list[int] = []
    tasks, memory = waiting.tasks, waiting.memory
    left: dict[str, set[str]] = {task.name: set(task.steps) for task in tasks}
    for told in waiting.told_at_once():
        codes.append(told.code)
        if told.result == BEFORE:
            left[told.name].discard(told.step)
        yield told
    stopped = False
    try:
        for errand, told in runner.run(waiting.next_free):
            codes.append(told.code)
            if told.settled:
                memory.note_done(errand.task, told.step)
                left[told.name].discard(told.step)
            elif told.result == DONE:
                memory.note_open(errand.task, told.step)
            yield told
    except KeyboardInterrupt:
        stopped = True
    slipped = {task.name for task in tasks if task.slips}
    whole = sum(not steps and name not in slipped for name, steps in left.items())
    yield BatchResult(len(tasks), whole, int(Exit.INTERRUPTED) if stopped else worst_code(codes), stopped)


def stopped_result(waiting: WaitingLines) -> BatchResult:
    """Return the result of a batch that was interrupted between two steps."""
    did = waiting.memory.has_done
    whole = sum(not task.slips and all(did(task, step) for step in task.steps) for task in waiting.tasks)
    return BatchResult(len(waiting.tasks), whole, int(Exit.INTERRUPTED), stopped=True)


class WaitingLines:
    """Lines that have not begun, in their order; two lines about one case never run side by side.

    Attributes:
        tasks: All lines of the batch.
        memory: What was done before.
    """

    def __init__(
        self, tasks: Sequence[BatchTask], station: Station, memory: BatchMemory, year: int, *, again: bool = False
    ) -> None:
        """Take up the remaining lines.

        Args:
            tasks: The lines of the batch.
            station: Whose cases.
            memory: What was done before.
            year: For ids of new cases.
            again: Do also what was done before, but for opening and sealing.
        """
        self.tasks = tasks
        self.memory = memory
        self._station = station
        self._year = year
        self._again = again
        self._left = [task for task in tasks if not task.slips and self._steps(task)]

    def told_at_once(self) -> Iterator[StepResult]:
        """Yield the results that need no work: slips, and steps that were done before."""
        for task in self.tasks:
            for slip in task.slips:
                yield StepResult.failed(task, "check", ErrorFacts.slip(slip), None)
            if not task.slips:
                todo = self._steps(task)
                case = self.memory.case_of(task) or task.fact("case")
                for step in task.steps:
                    if step not in todo:
                        yield StepResult(task.spot.line, task.name, case, step, BEFORE)

    def next_free(self, busy: frozenset[str]) -> Errand | None:
        """Return the next line whose case is not in work, None when none can begin now."""
        blocked = set(busy)
        for at, task in enumerate(self._left):
            case = self._case(task)
            if case is None or case not in blocked:
                del self._left[at]
                return self._errand(task, case)
            blocked.add(case)
        return None

    def rehearsal(self) -> list[Errand]:
        """Return every line that would be carried out, without giving any case its id for good."""
        promised = list(self.memory.promised)
        errands = []
        for task in self._left:
            case = self._case(task)
            if case is None and "new" in task.steps:
                case = next_id(self._station, self._year, promised)
                promised.append(case)
            errands.append(Errand(task, self._steps(task), case, self.memory.batch))
        return errands

    def _steps(self, task: BatchTask) -> tuple[str, ...]:
        def done(step: str) -> bool:
            return self.memory.has_done(task, step) and (step in ONCE or not self._again)

        steps = task.steps
        if "ingest" in steps and self.memory.was_left_open(task, "ingest"):
            # Whatever may still come in belongs into what was made of the case behind it.
            at = steps.index("ingest")
            return (*(step for step in steps[:at] if not done(step)), *steps[at:])
        return tuple(step for step in steps if not done(step))

    def _case(self, task: BatchTask) -> str | None:
        """Return the id of a line's case, so that two ways of naming one case are one; None where it is open."""
        promised = self.memory.case_of(task)
        said = task.fact("case")
        if promised is not None or said is None:
            return promised
        try:
            return find_case(self._station, said).root.name
        except EvidenceError:
            # A line before this one may be about to open it.
            yet_to_be = [each for each in self.memory.promised if ends_in(each, said)]
            return yet_to_be[0] if len(yet_to_be) == 1 else said.upper()

    def _errand(self, task: BatchTask, case: str | None) -> Errand:
        if "new" in task.steps and self.memory.case_of(task) is None:
            case = case or next_id(self._station, self._year, self.memory.promised)
            if not (self._station.cases / case).exists():
                # Written down before it exists: an interrupted line finds its own case again and opens no second one.
                self.memory.note_opening(task, case)
        return Errand(task, self._steps(task), case, self.memory.batch)
