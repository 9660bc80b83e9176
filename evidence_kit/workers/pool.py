"""Runs functions on hostile bytes in isolated processes; whatever happens to one is a value.

A process lives for many jobs (a new one costs a tenth of a second and the imports of its describers) and is killed
and replaced after a crash, a timeout or a lack of memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
ENVIRONMENT: Mapping[str, str] = {
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

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
        """Return what a function makes of a payload, or why it made nothing.

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
        try:
            job = encode(
                {
                    "job": self._jobs,
                    "function": function,
                    "arguments": arguments,
                    "has_payload": payload is not None,
                }
            )
        except ProtocolError as error:
            raise ValueError(str(error)) from error
        sent = _as_sent(payload)
        if isinstance(sent, Failure):
            return sent
        if self._process is None:
            started = self._start()
            if isinstance(started, Failure):
                return started
            self._process = started
        process = self._process
        answer = self._guarded(process, seconds, lambda: process.ask(job, sent))
        return answer if isinstance(answer, Failure) else self._judged(answer)

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
        """Return what `talk` heard; kill the process when it fails, takes too long, or we are interrupted."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
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
            timer.cancel()
            process.kill()
            self._drop(process)
            raise
        timer.cancel()
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
        ahead: How many jobs beyond the running ones are read from the stream.
    """

    def __init__(self, make_worker: Callable[[], Worker] = Worker, *, workers: int = 2, ahead: int = 2) -> None:
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._all = [make_worker() for _ in range(workers)]
        for worker in self._all:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._ahead = ahead

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process; jobs that still run are given up when an error passes through."""
        if kind is not None:
            for worker in self._all:
                worker.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.close()

    def map(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """See `Run.map`: in order, with at most `workers` + `ahead` jobs and payloads in memory."""
        waiting: deque[Future[Answer]] = deque()
        try:
            for job in jobs:
                waiting.append(self._threads.submit(self._one, job))
                if len(waiting) >= len(self._all) + self._ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()

    def _one(self, job: Job) -> Answer:
        worker = self._idle.get()
        try:
            return worker.call(job.function, job.arguments, job.payload, job.seconds)
        finally:
            self._idle.put(worker)


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
        """Stop the process and everything it started; whoever waits for its answer hears the end."""
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
