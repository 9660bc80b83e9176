"""Processes of our own that carry errands out side by side; each streams its results."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import FrameType, TracebackType
from typing import Final, Protocol, Self

from evidence_kit.errors import Exit
from evidence_kit.workflows.batch.line_runner import carry_out_line, trouble_of
from evidence_kit.workflows.batch.results import ErrorFacts, StepResult
from evidence_kit.workflows.batch.steps import BatchResources, Errand

OpenHands = Callable[[], AbstractContextManager[BatchResources]]
_PATIENCE_SECONDS: Final = 30.0


class NextErrand(Protocol):
    """Says which errand may begin now."""

    def __call__(self, busy: frozenset[str]) -> Errand | None:
        """Return the next errand whose case is not among those in work, None when there is none now."""
        ...


class SingleRunner:
    """Carries errands out in this process, one behind the other."""

    def __init__(self, open_hands: OpenHands) -> None:
        self._open = open_hands

    def __enter__(self) -> Self:
        self._context = self._open()
        self._hands = self._context.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.__exit__(kind, error, trace)

    def run(self, free: NextErrand) -> Iterator[tuple[Errand, StepResult]]:
        """Yield the result of each step."""
        while (errand := free(frozenset())) is not None:
            for told in carry_out_line(errand, self._hands):
                yield errand, told


class ProcessCrew:
    """Carries errands out in several processes; one that dies loses its own errand alone.

    The key reaches a process through a pipe, never through its arguments or its environment.
    """

    def __init__(self, open_hands: OpenHands, size: int) -> None:
        self._open = open_hands
        self._size = size
        self._context = multiprocessing.get_context("spawn")
        self._members: dict[Connection, _Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self._members.values():
            member.end()

    def run(self, free: NextErrand) -> Iterator[tuple[Errand, StepResult]]:
        """Yield the result of each step, as it comes; an errand begins when a process is idle."""
        idle: list[_Member] = []
        while True:
            while idle or len(self._members) < self._size:
                errand = free(frozenset(each.case for each in self._busy()))
                if errand is None:
                    break
                (idle.pop() if idle else self._hire()).take(errand)
            busy = list(self._busy())
            if not busy:
                return
            ready = {id(each) for each in wait([each.channel for each in busy])}
            for member in busy:
                if id(member.channel) in ready:
                    yield from self._hear(member, idle)

    def _busy(self) -> Iterator[_Member]:
        return (each for each in self._members.values() if each.errand is not None)

    def _hire(self) -> _Member:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve_channel, args=(theirs, self._open))
        with _held_back():
            process.start()
        theirs.close()
        member = self._members[ours] = _Member(ours, process)
        return member

    def _hear(self, member: _Member, idle: list[_Member]) -> Iterator[tuple[Errand, StepResult]]:
        errand = member.errand
        if errand is None:
            return
        try:
            told = member.channel.recv()
        except (EOFError, OSError):
            del self._members[member.channel]
            member.end()
            # The system ends a process for want of memory; whatever it was, the line can be carried out again.
            trouble = ErrorFacts(int(Exit.SYSTEM_LIMIT), "batch-process-died", {"name": errand.task.name})
            yield errand, StepResult.failed(errand.task, member.step, trouble, errand.case)
            return
        if isinstance(told, ErrorFacts):
            # It could not begin at all, and has ended.
            del self._members[member.channel]
            member.end()
            yield errand, StepResult.failed(errand.task, member.step, told, errand.case)
        elif told is None:
            member.errand = None
            idle.append(member)
        else:
            member.step = _after(errand, told.step)
            yield errand, told


class _Member:
    """One process and its errand."""

    def __init__(self, channel: Connection, process: multiprocessing.process.BaseProcess) -> None:
        self.channel = channel
        self.errand: Errand | None = None
        self.step = ""
        self._process = process

    @property
    def case(self) -> str:
        """The case in work."""
        return "" if self.errand is None else self.errand.case or ""

    def take(self, errand: Errand) -> None:
        """Begin an errand."""
        self.errand, self.step = errand, errand.steps[0]
        self.channel.send(errand)

    def end(self) -> None:
        """Let the process go; one still at work stops as at Ctrl-C, and durable results stay so."""
        if self.errand is not None and self._process.pid is not None and sys.platform != "win32":
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)
        with suppress(OSError):
            self.channel.send(None)
        self._process.join(_PATIENCE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.channel.close()


def _after(errand: Errand, step: str) -> str:
    later = errand.steps[errand.steps.index(step) + 1 :] if step in errand.steps else ()
    return later[0] if later else step


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold Ctrl-C back while a process is started, and in that process until its handler is set.

    Until `serve_channel` runs, a new process loads its modules for a good part of a second, and Ctrl-C would end it
    there with a traceback.
    """
    if sys.platform == "win32":
        yield
        return
    # Started by the first process otherwise, it would let Ctrl-C through again by itself.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve_channel(channel: Connection, open_hands: OpenHands) -> None:
    """Carry out the errands of a channel; the whole life of a process of a crew."""
    # Ctrl-C reaches every process of a terminal: here it ends the errand in hand, never the process.
    working = False

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        nonlocal working
        if working:
            working = False
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with ExitStack() as stack:
        try:
            hands = stack.enter_context(open_hands())
        except Exception as error:  # noqa: BLE001 - a sentence for whoever reads the channel, not a traceback here
            with suppress(OSError):
                channel.send(trouble_of(error))
            return
        with suppress(EOFError, OSError):
            while (errand := channel.recv()) is not None:
                working = True
                try:
                    for told in carry_out_line(errand, hands):
                        channel.send(told)
                except KeyboardInterrupt:
                    pass
                finally:
                    working = False
                channel.send(None)
