"""One isolated process: started, asked, heard, killed. It knows frames and deadlines, not the meaning of a job."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from typing import BinaryIO

from evidence_kit.model import Json
from evidence_kit.workers import payload as descriptors
from evidence_kit.workers.job import Failure
from evidence_kit.workers.protocol import (
    BYTES,
    DESCRIPTOR,
    JSON,
    ProtocolError,
    decode_json,
    frame_header,
    read_frame,
)
from evidence_kit.workers.windows_job import WorkerJob

_FAREWELL_SECONDS = 2.0


class WorkerProcess:
    """A running child and the way to it."""

    def __init__(self, command: list[str], environment: Mapping[str, str], job: WorkerJob) -> None:
        self._job = job
        self._socket: socket.socket | None = None
        if descriptors.CAN_PASS_DESCRIPTORS:
            self._socket, theirs = socket.socketpair()
            try:
                # A session of its own: `kill` reaches its children too, and Ctrl-C at the terminal reaches the program
                # alone, which decides. In no folder of anybody's: a working folder on a stick would keep it from being
                # taken out.
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

    def run_job(self, job: bytes, payload: bytes | BinaryIO) -> Mapping[str, Json]:
        """Send a job and its payload, and return the answer.

        Raises:
            ProtocolError: The answer is none, or a file was to be sent where there is no socket.
            EOFError: The process ended before it answered.
        """
        self._send(frame_header(JSON, len(job)) + job)
        if isinstance(payload, bytes):
            self._send(frame_header(BYTES, len(payload)))
            self._send(payload)
        else:
            self._send(frame_header(DESCRIPTOR, 1))
            if self._socket is None:
                raise ProtocolError("descriptors need a socket")
            socket.send_fds(self._socket, [b"."], [payload.fileno()])
        return self.hear()

    def hear(self) -> Mapping[str, Json]:
        """Return the next answer.

        Raises:
            ProtocolError: The answer is no JSON object, or longer than one may be.
            EOFError: The process ended before it answered.
        """
        frame = read_frame(self._read)
        if frame is None:
            raise EOFError
        value = decode_json(frame[1]) if frame[0] == JSON else None
        if not isinstance(value, Mapping):
            raise ProtocolError("an answer was expected")
        return value

    def kill(self) -> None:
        """Stop the process and its children; a caller that waits for its answer hears the end."""
        with self._ending:
            # Once it was waited for, its number may be that of somebody else's process.
            if self._popen.returncode is None:
                if descriptors.CAN_PASS_DESCRIPTORS:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.kill()
                # In a virtual environment Windows' python.exe has a child, which does the work.
                self._job.end_process()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Another thread may sit in `recv`, which closing does not wake.
                self._socket.shutdown(socket.SHUT_RDWR)

    def end_process(self) -> Failure:
        """Close the way, wait for the process and return how it ended."""
        self._hang_up()
        try:
            self._popen.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._popen.wait()
        self._job.end_process()
        return ending_of(self._popen.returncode)

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


def ending_of(code: int) -> Failure:
    """Return the failure that an exit code of a process stands for."""
    if code >= 0:
        return Failure("crashed", f"exit code {code}")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return Failure("cpu-time" if name == "SIGXCPU" else "crashed", name)
