"""A pool of workers behind one queue: answers come in the order of the jobs, payloads within a bound of memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Self

from evidence_kit.threads import Threads
from evidence_kit.workers.job import Answer, Failure, Job
from evidence_kit.workers.payload import encode_job, held_payload
from evidence_kit.workers.worker import Worker

PAYLOADS_BYTES = 96 << 20
"""How many bytes of payloads a pool holds in memory."""


class Pool:
    """Several workers that share a stream of jobs.

    Args:
        make_worker: Called once a worker, such as `Worker`.
        workers: How many processes.
        ahead: How many jobs beyond the running ones wait their turn.
        payload_bytes: How many bytes of payloads are in memory at most; one payload always goes.
    """

    def __init__(
        self,
        make_worker: Callable[[], Worker] = Worker,
        *,
        workers: int = 2,
        ahead: int = 2,
        payload_bytes: int = PAYLOADS_BYTES,
    ) -> None:
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._all = [make_worker() for _ in range(workers)]
        for worker in self._all:
            self._idle.put(worker)
        self._threads = Threads(workers, thread_name_prefix="worker")
        self._most = workers + ahead
        self._room = _Room(self._most, payload_bytes)
        self._given_up = False

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process; jobs that still run are given up when an error passes through."""
        if kind is not None:
            # Before the processes are killed: a thread whose job just failed would take the next one, and start a new
            # process.
            self._given_up = True
            self._threads.shutdown(wait=False, cancel_futures=True)
            for worker in self._all:
                worker.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.close()

    def submit(self, job: Job) -> Future[Answer]:
        """See `Run.submit`: waits while as many jobs are under way as there are workers, and `ahead` more."""
        # A mistake of ours is raised here, where it was made, and not in a thread.
        encode_job(0, job.function, job.arguments, job.seconds, has_payload=True)
        payload = held_payload(job.payload)
        size_bytes = len(payload) if isinstance(payload, bytes) else 0
        # Wait here, with the caller: a job that is queued holds its payload, and a fast source would fill the memory.
        self._room.enter(size_bytes)
        try:
            future = self._threads.submit(self._one, replace(job, payload=None), payload)
        except BaseException:
            # A job that never began ends here: its place would stay taken, and after some of these nobody would get
            # in.
            self._left(payload, size_bytes)
            raise
        future.add_done_callback(lambda _: self._left(payload, size_bytes))
        return future

    def map(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """See `Run.map`: in order, with at most `workers` + `ahead` jobs and payloads in memory."""
        waiting: deque[Future[Answer]] = deque()
        try:
            for job in jobs:
                waiting.append(self.submit(job))
                if len(waiting) >= self._most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()

    def _one(self, job: Job, payload: bytes | BinaryIO | Failure | None) -> Answer:
        if isinstance(payload, Failure):
            return payload
        worker = self._idle.get()
        try:
            if self._given_up:
                return Failure("crashed", "given up")
            return worker.call(job.function, job.arguments, payload, job.seconds)
        finally:
            self._idle.put(worker)

    def _left(self, payload: bytes | BinaryIO | Failure | None, size_bytes: int) -> None:
        if not isinstance(payload, (bytes, Failure)) and payload is not None:
            payload.close()
        self._room.leave(size_bytes)


class _Room:
    """Counts jobs and bytes under way, and lets a new one in only when there is room."""

    def __init__(self, jobs: int, size_bytes: int) -> None:
        self._jobs, self._most_jobs = 0, jobs
        self._bytes, self._most_bytes = 0, size_bytes
        self._changed = threading.Condition()

    def enter(self, size_bytes: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._fits(size_bytes))
            self._jobs += 1
            self._bytes += size_bytes

    def leave(self, size_bytes: int) -> None:
        with self._changed:
            self._jobs -= 1
            self._bytes -= size_bytes
            self._changed.notify_all()

    def _fits(self, size_bytes: int) -> bool:
        # One payload always goes, however large: by the bound alone it would wait for ever.
        return self._jobs < self._most_jobs and (not self._bytes or self._bytes + size_bytes <= self._most_bytes)
