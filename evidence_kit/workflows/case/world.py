"""The outside world as a workflow may use it: clock, disk, randomness; replaced in tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from evidence_kit.model import Clock, Disk
from evidence_kit.workflows.case.errors import UnfinishedError


@dataclass(frozen=True, slots=True)
class World:
    """Time, disk and randomness; and unfinished steps behind recorded events.

    Attributes:
        clock: Where the time comes from.
        disk: How our own files are written.
        random: Returns so many unpredictable bytes.
        kit: Version of the kit, as it is written into events.
        left_to_do: What could not be done behind a line that stands in a log; the command did its work all the same,
            and says this at its end.
        recorded: Signature lines that were written into logs.
        lost_results: Returns the number of the error because of which results could not be shown, None if they were.
    """

    clock: Clock
    disk: Disk
    random: Callable[[int], bytes]
    kit: str
    left_to_do: list[UnfinishedError] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    lost_results: Callable[[], int | None] = lambda: None


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here the time enters


def this_computer() -> World:
    """Return the world as it is: the computer's clock, its disk and its randomness."""
    from importlib.metadata import version

    from evidence_kit.vault.disk import RealDisk

    return World(SystemClock(), RealDisk(), os.urandom, version("evidence-kit"))
