"""Carrying out one line of a batch: step by step, and nothing that goes wrong there reaches another line."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_kit.errors import EvidenceError, Exit, place_of
from evidence_kit.workflows.batch.results import DONE, FAILED, NOT_TRIED, ErrorFacts, StepResult
from evidence_kit.workflows.batch.steps import STEPS, BatchResources, Errand
from evidence_kit.workflows.case.disk_errors import system_error


def carry_out_line(errand: Errand, hands: BatchResources) -> Iterator[StepResult]:
    """Yield the result of each step; behind a failed one no other is tried, as each builds on the last."""
    task = errand.task
    steps = iter(errand.steps)
    for step in steps:
        told = _one(errand, step, hands)
        yield told
        if told.result == FAILED or told.code == Exit.BROKEN:
            for left in steps:
                yield StepResult(task.spot.line, task.name, errand.case, left, NOT_TRIED)


def _one(errand: Errand, step: str, hands: BatchResources) -> StepResult:
    task = errand.task
    try:
        code, facts = STEPS[step](errand, hands)
    except (SystemExit, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - what ails one line, a bug of ours too, must not cost the others
        return StepResult.failed(task, step, trouble_of(error), errand.case)
    if hands.world.left_to_do:
        left = ErrorFacts.of_error(hands.world.left_to_do[-1])
        hands.world.left_to_do.clear()
        return StepResult(task.spot.line, task.name, errand.case, step, DONE, int(code) or left.code, facts, left)
    return StepResult(task.spot.line, task.name, errand.case, step, DONE, int(code), facts)


def trouble_of(error: BaseException) -> ErrorFacts:
    """Return any error as it travels: one of ours, a refusal of the system, or a bug with its place."""
    known = error if isinstance(error, EvidenceError) else system_error(error)
    if known is not None:
        return ErrorFacts.of_error(known)
    return ErrorFacts(int(Exit.BUG), "bug", {"error": type(error).__name__, "place": place_of(error)})
