"""What a workflow may ask the world for; replaced in tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence_kit.model import Clock, Disk


@dataclass(frozen=True, slots=True)
class World:
    """Time, disk and randomness.

    Attributes:
        clock: Where the time comes from.
        disk: How our own files are written.
        random: Returns so many unpredictable bytes.
        kit: Version of the kit, as it is written into events.
    """

    clock: Clock
    disk: Disk
    random: Callable[[int], bytes]
    kit: str


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
