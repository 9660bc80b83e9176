"""The results of a batch, for each step of each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evidence_kit.errors import EvidenceError, Exit, UsageError
from evidence_kit.model import Json
from evidence_kit.workflows.batch.task import BatchTask, TaskSlip

DONE: Final = "done"
BEFORE: Final = "done-before"
WOULD: Final = "would-do"
FAILED: Final = "failed"
NOT_TRIED: Final = "not-tried"


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """An error as it travels: a code, an id and values.

    Attributes:
        code: Exit code.
        id: Names two sentences in the word catalogues: `error.<id>.what` and `error.<id>.do`.
        values: What these need.
    """

    code: int
    id: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @classmethod
    def of_error(cls, error: EvidenceError) -> ErrorFacts:
        """Return an error of ours."""
        return cls(int(error.exit_code), error.message_id, dict(error.values))

    @classmethod
    def slip(cls, slip: TaskSlip) -> ErrorFacts:
        """Return the slip of a line."""
        place = {"line": slip.spot.line, "column": slip.spot.column}
        return cls(int(UsageError.exit_code), slip.code, {**place, **slip.values})


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of one step of one line.

    Attributes:
        line: Line of the batch file, counting from 1.
        name: Name of the line.
        case: Case id, None where there is none.
        step: One of `task.STEPS`, or `check` for what is wrong with the line itself.
        result: `done`, `done-before`, `would-do`, `failed` or `not-tried`.
        code: What the step would have ended with as a command of its own.
        facts: What the step has to say; JSON.
        trouble: Why it failed, or what a `done` step left open.
    """

    line: int
    name: str
    case: str | None
    step: str
    result: str
    code: int = int(Exit.DONE)
    facts: Mapping[str, Json] = field(default_factory=dict)
    trouble: ErrorFacts | None = None

    @property
    def settled(self) -> bool:
        """Say whether the step is done for good: unread files are tried again by the next run."""
        return self.result == DONE and not self.facts.get("to_try_again")

    @classmethod
    def failed(cls, task: BatchTask, step: str, trouble: ErrorFacts, case: str | None) -> StepResult:
        """Return that a step failed.

        Args:
            task: The line of the batch.
            step: Name of the step.
            trouble: The error.
            case: Id of the case, None where there is none yet.
        """
        return cls(task.spot.line, task.name, case, step, FAILED, trouble.code, {}, trouble)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of a whole batch.

    Attributes:
        lines: How many lines it has.
        whole: How many lines had every step done, now or before.
        code: The worst of all codes.
        stopped: It was interrupted.
    """

    lines: int
    whole: int
    code: int
    stopped: bool = False


def worst_code(codes: Iterable[int]) -> int:
    """Return the code that counts over many: 4, then our own bug, a block, 2, 5 and 3."""
    return min(codes, key=_rank, default=int(Exit.DONE))


def _rank(code: int) -> tuple[int, int]:
    order = (Exit.BROKEN, Exit.BUG, None, Exit.USAGE, Exit.NOT_CHECKED, Exit.INCOMPLETE, Exit.INTERRUPTED, Exit.DONE)
    listed = [int(each) if each is not None else -1 for each in order]
    return (listed.index(code) if code in listed else listed.index(-1), code)
