"""Carrying out one line of a batch: step by step, and nothing that goes wrong there reaches another line."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_kit.errors import EvidenceError, Exit, place_of
from evidence_kit.workflows.batch.results import DONE, NOT_TRIED, StepResult, Trouble
from evidence_kit.workflows.batch.steps import STEPS, Errand, Hands


def carry_out(errand: Errand, hands: Hands) -> Iterator[StepResult]:
    """Yield what each step came to; behind one that failed no other is tried, as each builds on the last."""
    task = errand.task
    steps = iter(errand.steps)
    for step in steps:
        told = _one(errand, step, hands)
        yield told
        if told.trouble is not None or told.code == Exit.BROKEN:
            for left in steps:
                yield StepResult(task.spot.line, task.name, errand.case, left, NOT_TRIED)


def _one(errand: Errand, step: str, hands: Hands) -> StepResult:
    task = errand.task
    try:
        code, facts = STEPS[step](errand, hands)
    except EvidenceError as error:
        return StepResult.failed(task, step, Trouble.of(error), errand.case)
    except Exception as error:  # noqa: BLE001 - a bug of ours in one line must not cost the others
        values = {"error": type(error).__name__, "place": place_of(error)}
        return StepResult.failed(task, step, Trouble(int(Exit.BUG), "bug", values), errand.case)
    return StepResult(task.spot.line, task.name, errand.case, step, DONE, int(code), facts)
