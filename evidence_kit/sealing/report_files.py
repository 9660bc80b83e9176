"""Reports in a bag: the files below `report/` that a plan names, each with its length and digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evidence_kit.model import Digest, Json

FOLDER: Final = "report/"
# A name that every file system takes, of a kind that opens without being run.
_PATH: Final = re.compile(r"report/(?:[a-z0-9][a-z0-9._-]{0,63}/)?[a-z0-9][a-z0-9._-]{0,95}\.(?:json|jsonl|pdf|txt)")


@dataclass(frozen=True, slots=True)
class PlannedReport:
    """One file below `report/` as the plan names it.

    Attributes:
        path: Where it lies in the bag.
        size_bytes: Its length.
        sha256: Its digest, 64 hexadecimal digits.
    """

    path: str
    size_bytes: int
    sha256: str


def reports_facts(reports: Iterable[PlannedReport]) -> list[Json]:
    """Return the reports as `seal.begun` says them, in ascending order of their paths."""
    ordered = sorted(reports, key=lambda each: each.path)
    return [{"path": each.path, "size": each.size_bytes, "sha256": each.sha256} for each in ordered]


def parse_reports(said: object) -> tuple[PlannedReport, ...]:
    """Read the reports of a plan.

    Args:
        said: `reports` in `seal.begun`.

    Raises:
        KeyError, TypeError, ValueError: It is no list of them, or they do not ascend.
    """
    if not isinstance(said, list):
        raise TypeError("reports are a list")
    found = tuple(map(_parse_report, said))
    _ascend([each.path for each in found])
    return found


def _parse_report(said: object) -> PlannedReport:
    if not isinstance(said, dict):
        raise TypeError("a report has a path, a length and a digest")
    path, size_bytes = said["path"], said["size"]
    # True is 1 in Python, and no length.
    if not isinstance(path, str) or type(size_bytes) is not int or size_bytes < 0 or _PATH.fullmatch(path) is None:
        raise ValueError("a report has a name of its own and a length")
    return PlannedReport(path, size_bytes, Digest(said["sha256"]).hex)


def _ascend(paths: Sequence[str]) -> None:
    if list(paths) != sorted(set(paths)):
        raise ValueError("reports ascend")
