"""Threads that begin or say that they cannot: Python waits for ever for one that has no memory for its first step."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

# A stack, as Linux gives it to a thread, and some.
_ROOM_BYTES: Final = 16 << 20

P = ParamSpec("P")
T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """A pool of threads that refuses work when the system has no room for one more thread.

    `threading.Thread.start` waits until the new thread says that it runs. One that is born without memory dies before
    it can, and whoever started it waits for good, a case's lock in hand.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over some work.

        Args:
            fn: What a thread of the pool calls.
            args: Its arguments, in their order.
            kwargs: Its arguments by name.

        Raises:
            MemoryError: There is no room for a thread.
            RuntimeError: The system starts no thread.
        """
        # Only where a thread is about to be born: an idle one takes the work otherwise.
        idle = getattr(self._idle_semaphore, "_value", 0)
        if not idle and len(self._threads) < self._max_workers:
            _ask_for_room()
        return super().submit(fn, *args, **kwargs)


def _ask_for_room() -> None:
    """Let the system promise the pages and give none, which takes a few millionths of a second."""
    try:
        mmap.mmap(-1, _ROOM_BYTES).close()
    except OSError as error:
        raise MemoryError from error
