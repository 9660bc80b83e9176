"""A worker: one isolated process that lives for many jobs; any misbehaviour of it is a value.

A new process costs a tenth of a second and the imports of its describers; it is killed and replaced after a crash, a
timeout or a lack of memory.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from evidence_kit.model import Json
from evidence_kit.workers.job import DEFAULT_SECONDS, Answer, Failure, Job, Result
from evidence_kit.workers.limits import ADDRESS_SPACE_BYTES
from evidence_kit.workers.payload import encode_job, file_trace, sendable_payload
from evidence_kit.workers.process import WorkerProcess
from evidence_kit.workers.protocol import (
    ProtocolError,
)
from evidence_kit.workers.windows_job import WorkerJob

ALLOWED = ("evidence_kit.media.", "evidence_kit.matching.", "evidence_kit.chats.")
"""Beginnings of the modules whose functions a worker runs."""

# Nothing of the program's own environment reaches a worker. One thread each: many workers share the cores.
# A home that is none: without one, Python asks the user database at its start, which opens a socket to a daemon.
ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

_START_SECONDS = 60.0


class Worker:
    """One isolated process at a time, started by the first job.

    Args:
        allowed: Beginnings of module names, each ending in a dot.
        libraries: Folders that the process may import from besides the installation.
        environment: Added to the minimal one; on Windows the process needs `SystemRoot`.

    Attributes:
        isolation: What the process in use was granted, see `limits.confine`; None before the first job.
    """

    def __init__(
        self,
        *,
        allowed: tuple[str, ...] = ALLOWED,
        libraries: tuple[Path, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.isolation: Mapping[str, Json] | None = None
        self._settings: dict[str, Json] = {"allowed": allowed, "libraries": [str(folder) for folder in libraries]}
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self._process: WorkerProcess | None = None
        self._jobs = 0

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process and wait for it; a later job starts another."""
        if self._process is not None:
            self._process.end_process()
            self._process = None

    def stop(self) -> None:
        """Kill the process in the middle of its job, from another thread; `call` then returns a `Failure`."""
        if (process := self._process) is not None:
            process.kill()

    def call(
        self,
        function: str,
        arguments: Mapping[str, Json],
        payload: bytes | BinaryIO | None = None,
        seconds: float = DEFAULT_SECONDS,
    ) -> Answer:
        """Return a function's result on a payload, or the reason why there is none.

        Args:
            function: `module:name`, see `Job`.
            arguments: JSON as the log allows it.
            payload: Bytes up to 64 MiB, or a file opened for reading only. On Windows a file is read into the
                pipe, and one above 64 MiB is a `Failure`.
            seconds: Limit by the wall clock, start of a process apart.

        Raises:
            ValueError: A file that was opened for writing too, or arguments that are not such JSON.
        """
        self._jobs += 1
        job = encode_job(self._jobs, function, arguments, seconds, has_payload=payload is not None)
        sent = sendable_payload(payload)
        if isinstance(sent, Failure):
            return sent
        # The process reads the file itself, after it was hashed here: what it tells may be of other bytes, and then
        # that is said.
        before = None if isinstance(sent, bytes) else file_trace(sent)
        if self._process is None:
            started = self._start()
            if isinstance(started, Failure):
                return started
            self._process = started
        process = self._process
        answer = self._guarded(process, seconds, lambda: process.run_job(job, sent))
        judged = answer if isinstance(answer, Failure) else self._judged(answer)
        if isinstance(judged, Result) and not isinstance(sent, bytes) and file_trace(sent) != before:
            return Result(judged.value, payload_changed=True)
        return judged

    def submit(self, job: Job) -> Future[Answer]:
        """See `Run.submit`: the job is done when this returns."""
        done: Future[Answer] = Future()
        done.set_result(self.call(job.function, job.arguments, job.payload, job.seconds))
        return done

    def map(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """See `Run.map`: one job after the other."""
        for job in jobs:
            yield self.call(job.function, job.arguments, job.payload, job.seconds)

    def _start(self) -> WorkerProcess | Failure:
        job = WorkerJob(ADDRESS_SPACE_BYTES)
        settings = json.dumps({**self._settings, "job_object": job.name})
        command = [sys.executable, "-I", "-m", "evidence_kit.workers.child", settings]
        try:
            process = WorkerProcess(command, self._environment, job)
        except OSError as error:
            job.end_process()
            return Failure("not-started", f"{type(error).__name__}: {error.errno}")
        hello = self._guarded(process, _START_SECONDS, process.hear)
        if isinstance(hello, Failure):
            return Failure("not-started", f"{hello.reason}: {hello.detail}")
        isolation = hello.get("isolation")
        self.isolation = isolation if isinstance(isolation, Mapping) else None
        return process

    def _guarded(
        self, process: WorkerProcess, seconds: float, talk: Callable[[], Mapping[str, Json]]
    ) -> Mapping[str, Json] | Failure:
        """Return the answer of `talk`; kill the process when it fails, takes too long, or we are interrupted."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        # The deadline stands on a thread of its own: reading from a pipe has none, and a worker that hostile bytes hold
        # in a loop answers nothing. Killing it closes the pipe, which is what wakes the reading below.
        timer = threading.Timer(seconds, give_up)
        # Not waited for at the end of the program: without this, Ctrl-C would last as long as the longest job may.
        timer.daemon = True
        timer.start()
        failure: Failure | None = None
        try:
            heard = talk()
        except ProtocolError as error:
            failure = Failure("bad-answer", str(error))
        except (EOFError, OSError):
            failure = Failure("crashed", "the process ended")
        except BaseException:
            # Ctrl-C above all: a process that is left alone would go on with its job, and hold what it was given.
            timer.cancel()
            process.kill()
            self._drop(process)
            raise
        timer.cancel()
        # It may have answered in the very moment in which it was killed; an answer behind the deadline is none.
        if failure is None and not late.is_set():
            return heard
        if failure is not None and failure.reason == "bad-answer":
            process.kill()
        ended = self._drop(process)
        if late.is_set():
            return Failure("timeout", f"after {seconds:g} s")
        return ended if failure is None or failure.reason == "crashed" else failure

    def _drop(self, process: WorkerProcess) -> Failure:
        self._process = None
        return process.end_process()

    def _judged(self, answer: Mapping[str, Json]) -> Answer:
        # A process that hostile bytes took over could answer the next job in advance, in its name.
        if answer.get("job") != self._jobs:
            self.close()
            return Failure("bad-answer", "it answers another job")
        if "value" in answer:
            return Result(answer["value"])
        failure = Failure(str(answer.get("reason")), str(answer.get("detail")))
        if failure.reason == "memory":
            # What was freed lies in pieces; the next job shall have the whole of it.
            self.close()
        return failure
