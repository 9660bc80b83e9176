"""Errors behind a recorded event."""

from __future__ import annotations

from pathlib import Path

from evidence_kit.errors import EvidenceError, Exit


class UnfinishedError(EvidenceError):
    """An event is recorded and its consequences are not complete; never told as a failure."""

    exit_code = Exit.INCOMPLETE


def not_in_place(case: str, line: int, path: Path, error: OSError) -> UnfinishedError:
    """Return the error for a recorded file without its final name.

    Args:
        case: Case id.
        line: Line of the event.
        path: The final name.
        error: What the system said.
    """
    values: dict[str, str | int] = {"case": case, "line": line, "path": str(path), "errno": error.errno or 0}
    return UnfinishedError("recorded-not-in-place", **values)
