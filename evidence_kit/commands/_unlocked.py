"""The station key of a session: held by one process, in locked memory, for one station, until nobody works any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence_kit.keys.locked import LockedBytes

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey

IDLE_SECONDS: Final = 600.0


def seconds_awake_or_not() -> float:
    """Return a clock that nobody sets, and that goes on while the computer sleeps where the system has one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class HeldKey:
    """A station key that was unlocked once, and is forgotten after a while in which nobody used it.

    Args:
        key: The unlocked key.
        folder: Of its station; it serves no other.
        idle_seconds: How long nobody may use it.
        clock: Seconds, from any beginning.
    """

    def __init__(
        self,
        key: SigningKey,
        folder: Path,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = seconds_awake_or_not,
    ) -> None:
        self._seed: LockedBytes | None = LockedBytes(key.seed)
        self._folder, self._idle, self._clock = folder, idle_seconds, clock
        self._used = clock()

    def key(self, folder: Path) -> SigningKey | None:
        """Return the key, None when it is another station's or was forgotten; using it counts as work."""
        from evidence_kit.keys.station import SigningKey

        if self.seconds_left() <= 0:
            self.forget()
        if self._seed is None or folder != self._folder:
            return None
        self.touch()
        return SigningKey.from_seed(self._seed.read())

    def seconds_left(self) -> float:
        """Return after how many seconds it is forgotten when nobody works; 0 when it was."""
        return 0.0 if self._seed is None else max(0.0, self._used + self._idle - self._clock())

    def touch(self) -> None:
        """Count the minutes of the session from now."""
        self._used = self._clock()

    def forget(self) -> None:
        """Wipe the key."""
        if self._seed is not None:
            self._seed.wipe()
            self._seed = None


HELD: ContextVar[HeldKey | None] = ContextVar("held", default=None)
"""The key of the session that runs in this process."""
RUN: ContextVar[Callable[[Sequence[str]], int] | None] = ContextVar("run", default=None)
"""Runs a command line in this process; set by the program, which knows all commands."""
