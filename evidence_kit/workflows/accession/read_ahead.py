"""Read-ahead in threads: the next objects are made while the last ones are finished, and given back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")

# What may be held in memory by things that are done and have not been asked for yet.
MOST_BYTES = 64 << 20
# Waking a thread costs as much as preparing a small thing: they are handed over by the handful.
_MOST_TOGETHER = 8
_TOGETHER_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ComingObject(Generic[Made]):
    """An object being made, perhaps together with others.

    Attributes:
        together: What is being made of all of them.
        number: Which of them it is.
        size_bytes: The memory that it will hold.
    """

    together: Future[list[Future[Made]]]
    number: int
    size_bytes: int

    def result(self) -> Made:
        """Wait for the result and return it, or raise the failure."""
        return self.together.result()[self.number].result()

    def is_ready(self) -> bool:
        """Say whether nobody would wait for it."""
        return self.together.done()

    def cancel(self) -> bool:
        """Say whether it was not begun, and now never will be."""
        return self.together.cancel()


def read_ahead(
    threads: Executor,
    make: Callable[[Thing], Made],
    things: Iterable[tuple[Thing, int]],
    most: int,
    discard: Callable[[Made], None],
) -> Generator[tuple[Thing, ComingObject[Made]], None, None]:
    """Yield every object with its work under way, in the order of the objects; this function never waits.

    What was begun and is not asked for any more, because the one who asks has stopped and closed this, is waited for
    and discarded.

    Args:
        threads: Where things are made.
        make: Makes one.
        things: What to make, each with the bytes of memory that its result will hold; read only so far ahead.
        most: How many may be begun and not asked for; 1 means one after the other.
        discard: Lets go of a result that nobody wants.
    """
    if most == 1:
        # What stands behind one another may not be asked for its next thing before this one was taken.
        for thing, size_bytes in things:
            now: Future[list[Future[Made]]] = Future()
            now.set_result(_all_now(make, [thing]))
            yield thing, ComingObject(now, 0, size_bytes)
        return
    waiting: deque[tuple[Thing, ComingObject[Made]]] = deque()
    try:
        for some in _handfuls(things, min(_MOST_TOGETHER, max(1, most // 4))):
            size_bytes = sum(size for _, size in some)
            # Given out before more is begun: a fast source would fill the memory while its first thing still waits.
            while waiting and (len(waiting) + len(some) > most or _held(waiting) + size_bytes > MOST_BYTES):
                yield waiting.popleft()
            together = threads.submit(_all_now, make, [thing for thing, _ in some])
            waiting.extend((thing, ComingObject(together, number, size)) for number, (thing, size) in enumerate(some))
        while waiting:
            yield waiting.popleft()
    finally:
        # Whoever stops early leaves drafts and open files behind: without this they would stay until the program ends.
        begun = [coming for _, coming in waiting if not coming.cancel()]
        for coming in begun:
            if not coming.together.cancelled() and coming.together.result()[coming.number].exception() is None:
                discard(coming.result())


def _held(waiting: Iterable[tuple[Thing, ComingObject[Made]]]) -> int:
    return sum(coming.size_bytes for _, coming in waiting)


def _handfuls(things: Iterable[tuple[Thing, int]], most: int) -> Iterator[list[tuple[Thing, int]]]:
    """Group small objects into one piece of work."""
    some: list[tuple[Thing, int]] = []
    for thing, size_bytes in things:
        if some and (len(some) >= most or sum(size for _, size in some) + size_bytes > _TOGETHER_BYTES):
            yield some
            some = []
        some.append((thing, size_bytes))
    if some:
        yield some


def _all_now(make: Callable[[Thing], Made], things: list[Thing]) -> list[Future[Made]]:
    return [_now(make, thing) for thing in things]


def _now(make: Callable[[Thing], Made], thing: Thing) -> Future[Made]:
    future: Future[Made] = Future()
    try:
        future.set_result(make(thing))
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is asked for
        future.set_exception(error)
    return future
