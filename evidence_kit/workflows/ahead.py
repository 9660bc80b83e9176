"""Doing the next things while the last ones are being finished: in threads, but given back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")

# What may be held in memory by things that are done and have not been asked for yet.
MOST_BYTES = 64 << 20


def ahead(
    threads: Executor,
    make: Callable[[Thing], Made],
    things: Iterable[tuple[Thing, int]],
    most: int,
    discard: Callable[[Made], None],
) -> Generator[tuple[Thing, Future[Made]], None, None]:
    """Yield every thing with what is being made of it, in the order of the things.

    The result may still be in the making when it is yielded, or be an exception. What was begun and is not asked for
    any more, because the one who asks has stopped and closed this, is waited for and discarded.

    Args:
        threads: Where things are made.
        make: Makes one.
        things: What to make, each with the bytes of memory that its result will hold; read only so far ahead.
        most: How many may be begun and not asked for; 1 means one after the other.
        discard: Lets go of a result that nobody wants.
    """
    waiting: deque[tuple[Thing, Future[Made], int]] = deque()
    held = 0
    try:
        for thing, size_bytes in things:
            if most == 1:
                yield thing, _now(make, thing)
                continue
            while waiting and (len(waiting) >= most or held + size_bytes > MOST_BYTES):
                held -= waiting[0][2]
                yield waiting.popleft()[:2]
            waiting.append((thing, threads.submit(make, thing), size_bytes))
            held += size_bytes
        while waiting:
            yield waiting.popleft()[:2]
    finally:
        for _, future, _ in waiting:
            future.cancel()
        for _, future, _ in waiting:
            if not future.cancelled() and future.exception() is None:
                discard(future.result())


def _now(make: Callable[[Thing], Made], thing: Thing) -> Future[Made]:
    future: Future[Made] = Future()
    try:
        future.set_result(make(thing))
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is asked for
        future.set_exception(error)
    return future
