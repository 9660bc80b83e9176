"""What a workflow may ask the world for; made in `commands/_wiring`, replaced in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
