"""Isolated processes that do not start Python anew: one that has loaded the describers forks each of them.

A new process costs a fifth of a second of a core, and half a second where it looks at pictures; the tests need a
thousand of them. A forked one takes on the same limits, has its own memory and ends in the same ways. What it does not
show is that a confined process finds its libraries: tests/workers, tests/faults and whoever runs the program as it is
installed start it as everybody does. So does whoever lets it import from folders of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final, NoReturn

from evidence_kit.workers import process
from evidence_kit.workers.worker import ENVIRONMENT

_LONGEST_REQUEST = 1 << 16
_NUMBER = struct.Struct("=i")
# Where `subprocess` is replaced: the module that starts isolated processes, as one whose names are not looked after.
_STARTS: Any = process
# What describers, chats and comparisons load, each when it is first asked for.
_LOADED: Final = (
    "av.subtitles.stream", "cv2", "defusedxml.ElementTree", "exifread", "faiss", "imagehash", "msgspec", "mutagen.id3",
    "mutagen.mp4", "mutagen.oggopus", "numpy", "olefile", "phonenumbers", "PIL.Image", "pi_heif", "pypdf.filters",
    "scipy.fftpack",
    "evidence_kit.chats.worker", "evidence_kit.hashing.perceptual", "evidence_kit.matching.worker",
    "evidence_kit.media.blurred", "evidence_kit.media.frames", "evidence_kit.media.key_frames",
    "evidence_kit.media.pdf", "evidence_kit.media.picture", "evidence_kit.media.recording",
    "evidence_kit.media.registry",
)  # fmt: skip


class ForkedWorkers:
    """Takes the place of `subprocess` where isolated processes are started."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process that forks, unless it runs."""
        if self._server is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._server = subprocess.Popen(
                [sys.executable, "-I", __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], env=ENVIRONMENT,
                cwd="/",
            )  # fmt: skip
            theirs.close()
            self._socket = ours

    def close(self) -> None:
        """End the process that forks; those that it forked end with whoever started them."""
        if self._server is not None and self._socket is not None:
            self._socket.close()
            self._server.wait(10)

    def popen(self, command: Sequence[str], **given: Any) -> Any:
        """Start an isolated process: forked, where it imports from nowhere but the installation."""
        if json.loads(command[4])["libraries"]:
            return subprocess.Popen(command, **given)
        with self._lock:
            self.start()
            assert self._socket is not None
            ours, theirs = socket.socketpair()
            request = json.dumps([command[4], dict(given["env"])]).encode()
            socket.send_fds(self._socket, [request], [given["stdin"], theirs.fileno()])
            theirs.close()
        return _Forked(command, ours)

    def take_place(self) -> None:
        """Fork isolated processes from here on."""
        names = {name: getattr(subprocess, name) for name in ("DEVNULL", "PIPE", "TimeoutExpired")}
        _STARTS.subprocess = SimpleNamespace(Popen=self.popen, **names)


@contextlib.contextmanager
def started_anew() -> Iterator[None]:
    """Start isolated processes as everybody does, as long as this lasts."""
    before = _STARTS.subprocess
    _STARTS.subprocess = subprocess
    try:
        yield
    finally:
        _STARTS.subprocess = before


class _Forked:
    """A forked process, as `subprocess.Popen` shows one."""

    stdin = stdout = None

    def __init__(self, command: Sequence[str], channel: socket.socket) -> None:
        self.returncode: int | None = None
        self._command = command
        self._channel = channel
        self.pid = self._number()

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._channel], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self._command, timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(self._number())
            # Until now its number was kept for it, as a process is kept that nobody has waited for.
            self._channel.close()
        return self.returncode

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _number(self) -> int:
        data = self._channel.recv(_NUMBER.size)
        assert data, "the process that forks is gone"
        return int(_NUMBER.unpack(data)[0])


def serve(number: int) -> None:
    """Fork an isolated process for every request, until nobody asks any more."""
    import gc
    from importlib import import_module

    for name in _LOADED:
        with contextlib.suppress(ImportError):
            import_module(name)
    import_module("PIL.Image").init()
    import_module("evidence_kit.workers.child")
    gc.collect()
    gc.freeze()
    here = socket.socket(fileno=number)
    here.set_inheritable(False)
    while True:
        request, files, _, _ = socket.recv_fds(here, _LONGEST_REQUEST, 2)
        if not request:
            return
        if os.fork() == 0:
            here.close()
            _watch(*json.loads(request), *files)
        for file in files:
            os.close(file)
        # What they took of the processor counts as ours, as if we had started them.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watch(settings: str, environment: Mapping[str, str], pipe: int, channel: int) -> NoReturn:
    """Fork the isolated process, tell its number, and how it ended."""
    child = os.fork()
    if child == 0:
        os.close(channel)
        _become(settings, environment, pipe)
    os.close(pipe)
    with contextlib.suppress(OSError), socket.socket(fileno=channel) as told:
        told.send(_NUMBER.pack(child))
        # Its end is told before it is waited for, so that nobody else gets its number while it may still be killed.
        status = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert status is not None
        told.send(_NUMBER.pack(status.si_status << 8 if status.si_code == os.CLD_EXITED else status.si_status))
        told.recv(1)
    os.waitpid(child, 0)
    os._exit(0)


def _become(settings: str, environment: Mapping[str, str], pipe: int) -> NoReturn:
    """Be the isolated process, as `python -I -m evidence_kit.workers.child` is."""
    from evidence_kit.workers import child

    os.setsid()
    os.dup2(pipe, 0)
    os.dup2(pipe, 1)
    os.close(pipe)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 2)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [child.__file__, settings]
    code = 1
    with contextlib.suppress(BaseException):
        child.main()
        code = 0
    os._exit(code)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
