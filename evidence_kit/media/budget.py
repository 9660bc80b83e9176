"""How long the expensive part of a description may take, so that the cheap facts are not lost with it."""

from __future__ import annotations

import time

CPU_SECONDS = 25.0
WALL_SECONDS = 40.0
"""Below the limits that end the whole process, with room for the other facts."""


class TimeBudget:
    """Time that one description has."""

    def __init__(self, cpu_seconds: float = CPU_SECONDS, wall_seconds: float = WALL_SECONDS) -> None:
        self._until_cpu = time.process_time() + cpu_seconds
        self._until_wall = time.monotonic() + wall_seconds

    def check(self) -> None:
        """Return while there is time left.

        Raises:
            TimeoutError: There is none.
        """
        if time.process_time() > self._until_cpu or time.monotonic() > self._until_wall:
            raise TimeoutError("too long")
