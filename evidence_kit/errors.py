"""Every error that a person can meet: a code, a message id and values, never a sentence."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes that are not an error's own; the table in README.md is tested against the program."""

    DONE = 0
    BUG = 1
    USAGE = 2
    INCOMPLETE = 3
    BROKEN = 4
    NOT_CHECKED = 5
    INTERRUPTED = 130


class EvidenceError(Exception):
    """Trouble with a whole command.

    Attributes:
        exit_code: What the program ends with; a code once released is never reused.
        message_id: Names two sentences in the word catalogues: `error.<id>.what` and `error.<id>.do`.
        values: What these sentences need. No secret is ever among them.
    """

    exit_code: int = Exit.BUG

    def __init__(self, message_id: str, **values: str | int) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.message_id}({listed})"


def place_of(error: BaseException) -> str:
    """Return module and line of the innermost frame of ours: enough to report, nothing of anybody's data."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("evidence_kit"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class UsageError(EvidenceError):
    """A fact is missing or a flag does not fit."""

    exit_code = Exit.USAGE
