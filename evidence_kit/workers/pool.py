"""Runs functions on hostile bytes in isolated processes; any misbehaviour is a value.

A process lives for many jobs (a new one costs a tenth of a second and the imports of its describers) and is killed
and replaced after a crash, a timeout or a lack of memory.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Self

from evidence_kit.model import Json
from evidence_kit.workers.job import DEFAULT_SECONDS, Answer, Failure, Job, Result
from evidence_kit.workers.protocol import (
    BYTES,
    DESCRIPTOR,
    JSON,
    MAX_PAYLOAD_BYTES,
    ProtocolError,
    decode,
    encode,
    header,
    read_frame,
)

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

PAYLOADS_BYTES = 96 << 20
"""How many bytes of payloads a pool holds in memory."""

_START_SECONDS = 60.0
_FAREWELL_SECONDS = 2.0
_CAN_PASS_DESCRIPTORS = hasattr(socket, "send_fds") and hasattr(os, "pread")


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
        self._settings = json.dumps({"allowed": allowed, "libraries": [str(folder) for folder in libraries]})
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self._process: _Process | None = None
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
            self._process.end()
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
        job = _spelled(self._jobs, function, arguments, seconds, has_payload=payload is not None)
        sent = _as_sent(payload)
        if isinstance(sent, Failure):
            return sent
        before = None if isinstance(sent, bytes) else _trace(sent)
        if self._process is None:
            started = self._start()
            if isinstance(started, Failure):
                return started
            self._process = started
        process = self._process
        answer = self._guarded(process, seconds, lambda: process.ask(job, sent))
        judged = answer if isinstance(answer, Failure) else self._judged(answer)
        if isinstance(judged, Result) and not isinstance(sent, bytes) and _trace(sent) != before:
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

    def _start(self) -> _Process | Failure:
        try:
            process = _Process(
                [sys.executable, "-I", "-m", "evidence_kit.workers.child", self._settings], self._environment
            )
        except OSError as error:
            return Failure("not-started", f"{type(error).__name__}: {error.errno}")
        hello = self._guarded(process, _START_SECONDS, process.hear)
        if isinstance(hello, Failure):
            return Failure("not-started", f"{hello.reason}: {hello.detail}")
        isolation = hello.get("isolation")
        self.isolation = isolation if isinstance(isolation, Mapping) else None
        return process

    def _guarded(
        self, process: _Process, seconds: float, talk: Callable[[], Mapping[str, Json]]
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

    def _drop(self, process: _Process) -> Failure:
        self._process = None
        return process.end()

    def _judged(self, answer: Mapping[str, Json]) -> Answer:
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
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
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
        _spelled(0, job.function, job.arguments, job.seconds, has_payload=True)
        payload = _held(job.payload)
        size_bytes = len(payload) if isinstance(payload, bytes) else 0
        self._room.enter(size_bytes)
        try:
            future = self._threads.submit(self._one, replace(job, payload=None), payload)
        except BaseException:
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
        return self._jobs < self._most_jobs and (not self._bytes or self._bytes + size_bytes <= self._most_bytes)


class _Process:
    """A running child and the way to it."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._socket: socket.socket | None = None
        if _CAN_PASS_DESCRIPTORS:
            self._socket, theirs = socket.socketpair()
            try:
                self._popen = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL, env=environment,
                    start_new_session=True, cwd="/",
                )  # fmt: skip
            except BaseException:
                self._socket.close()
                raise
            finally:
                theirs.close()
        else:
            self._popen = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
        self._ending = threading.Lock()

    def ask(self, job: bytes, payload: bytes | BinaryIO) -> Mapping[str, Json]:
        """Send a job and its payload, and return the answer."""
        self._send(header(JSON, len(job)) + job)
        if isinstance(payload, bytes):
            self._send(header(BYTES, len(payload)))
            self._send(payload)
        else:
            self._send(header(DESCRIPTOR, 1))
            if self._socket is None:
                raise ProtocolError("descriptors need a socket")
            socket.send_fds(self._socket, [b"."], [payload.fileno()])
        return self.hear()

    def hear(self) -> Mapping[str, Json]:
        """Return the next answer."""
        frame = read_frame(self._read)
        if frame is None:
            raise EOFError
        value = decode(frame[1]) if frame[0] == JSON else None
        if not isinstance(value, Mapping):
            raise ProtocolError("an answer was expected")
        return value

    def kill(self) -> None:
        """Stop the process and its children; a caller that waits for its answer hears the end."""
        with self._ending:
            if self._popen.returncode is None:
                if _CAN_PASS_DESCRIPTORS:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.kill()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> Failure:
        """Close the way, wait for the process and return how it ended."""
        self._hang_up()
        try:
            self._popen.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._popen.wait()
        return _ending(self._popen.returncode)

    def _hang_up(self) -> None:
        for end in (self._socket, self._popen.stdin, self._popen.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()

    def _send(self, data: bytes) -> None:
        if self._socket is not None:
            self._socket.sendall(data)
        elif self._popen.stdin is not None:
            self._popen.stdin.write(data)
            self._popen.stdin.flush()

    def _read(self, size: int) -> bytes:
        if self._socket is None:
            return self._popen.stdout.read(size) if self._popen.stdout is not None else b""
        pieces = bytearray()
        while len(pieces) < size:
            piece = self._socket.recv(min(size - len(pieces), 1 << 20))
            if not piece:
                break
            pieces += piece
        return bytes(pieces)


def _spelled(number: int, function: str, arguments: Mapping[str, Json], seconds: float, *, has_payload: bool) -> bytes:
    """Return a job as it goes over the pipe.

    Raises:
        ValueError: The arguments are not JSON as the log allows it.
    """
    try:
        told: dict[str, Json] = {"job": number, "function": function, "arguments": arguments}
        return encode({**told, "seconds": math.ceil(seconds), "has_payload": has_payload})
    except ProtocolError as error:
        raise ValueError(str(error)) from error


def _trace(file: BinaryIO) -> tuple[int, int, int, int]:
    """Return the file facts that change when an open file is written to."""
    seen = os.fstat(file.fileno())
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _held(payload: bytes | BinaryIO | None) -> bytes | BinaryIO | Failure | None:
    """Return a payload that stays ours when the file changes.

    Raises:
        ValueError: A file that was opened for writing too.
    """
    if payload is None or isinstance(payload, bytes):
        return payload
    sent = _as_sent(payload)
    if isinstance(sent, (bytes, Failure)):
        return sent
    return os.fdopen(os.dup(sent.fileno()), "rb", buffering=0)


def _as_sent(payload: bytes | BinaryIO | None) -> bytes | BinaryIO | Failure:
    if payload is None:
        return b""
    if isinstance(payload, bytes):
        return payload if len(payload) <= MAX_PAYLOAD_BYTES else Failure("too-large", f"{len(payload)} bytes")
    if _CAN_PASS_DESCRIPTORS:
        import fcntl

        if fcntl.fcntl(payload.fileno(), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
            raise ValueError("a worker gets only files that were opened for reading")
        return payload
    size_bytes = os.fstat(payload.fileno()).st_size
    if size_bytes > MAX_PAYLOAD_BYTES:
        return Failure("too-large", f"{size_bytes} bytes")
    position = payload.tell()
    payload.seek(0)
    data = payload.read(MAX_PAYLOAD_BYTES)
    payload.seek(position)
    return data


def _ending(code: int) -> Failure:
    if code >= 0:
        return Failure("crashed", f"exit code {code}")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return Failure("cpu-time" if name == "SIGXCPU" else "crashed", name)
