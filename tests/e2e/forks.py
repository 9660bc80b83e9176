"""The program in processes of its own that do not start Python anew: a server imports it once and forks.

Starting the interpreter and loading typer costs a quarter of a second of a core, and the end-to-end tests start the
program some thousand times. A forked process has its own memory, environment, folder, streams and exit code, and ends
as Python ends; what it does not show is the start itself. Tests that look at that, at the environment or at another
language than English start the program as everybody does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from tests.forked_workers import ForkedWorkers

ROOT = Path(__file__).parents[2]
# The passphrase of a station costs half a second on purpose; thousands of commands do not have to pay it.
QUICK = "import evidence_kit.keys.station as keys; keys.KDF_ROUNDS = 1; "
MAIN = "from evidence_kit.cli import main; main()"
_LONGEST_REQUEST = 1 << 20
_PACKAGES = ("commands", "custody", "intake", "keys", "law", "reports", "sealing", "vault", "workers", "workflows")
_LIBRARIES = (
    "bcrypt", "cryptography.hazmat.primitives.serialization", "difflib", "filelock", "importlib.metadata", "msgspec",
    "pyrage", "pyzipper", "rich.progress", "segno", "typst", "zxcvbn",
)  # fmt: skip


class Forks:
    """A server that forks the program, started by the first call."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, stdin: bytes
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the program once, and wait for it.

        Args:
            arguments: What stands behind its name.
            environment: All of its environment.
            folder: Where it runs.
            stdin: What it can read.
        """
        here = self._started()
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin)
            given.seek(0)
            request = json.dumps([list(arguments), dict(environment), str(folder)]).encode()
            assert len(request) < _LONGEST_REQUEST
            socket.send_fds(here, [request], [given.fileno(), out.fileno(), err.fileno()])
            answer = here.recv(16)
            assert answer, "the server that forks is gone"
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(arguments), int(answer), out.read(), err.read())

    def close(self) -> None:
        """End the server."""
        if self._socket is not None and self._server is not None:
            self._socket.close()
            self._server.wait(10)

    def _started(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            code = f"{QUICK}from tests.e2e.forks import serve; serve({theirs.fileno()}, {_core()})"
            surroundings = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
            self._server = subprocess.Popen(
                [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=surroundings, cwd=ROOT
            )
            theirs.close()
            self._socket = ours
        return self._socket


def _core() -> int:
    """Return the core that the forks of this process of pytest share: each process has another."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % len(cores)]


def serve(number: int, core: int) -> None:
    """Fork the program for every request, until nobody asks any more.

    On one core, for on each that it may use the program starts an isolated process, and two are dear for two files.
    """
    os.sched_setaffinity(0, {core})
    _load()
    workers = ForkedWorkers()
    workers.start()
    workers.take_place()
    here = socket.socket(fileno=number)
    here.set_inheritable(False)
    while True:
        request, files, _, _ = socket.recv_fds(here, _LONGEST_REQUEST, 3)
        if not request:
            workers.close()
            return
        child = os.fork()
        if child == 0:
            here.close()
            arguments, environment, folder = json.loads(request)
            _become(arguments, environment, folder, files)
            _run()
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        here.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run() -> NoReturn:
    """Run the program to its SystemExit, and end as the interpreter does: threads, what is registered, streams.

    It does not take down its modules one by one: that would copy all that it shares with the server.
    """
    try:
        import_module("evidence_kit.cli").main()
    except SystemExit as ended:
        code = ended.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(code if isinstance(code, int) else 1)


def _load() -> None:
    """Import what commands import, in English, and nothing that starts threads."""
    from evidence_kit.cli import build
    from evidence_kit.words import catalogue

    build(catalogue("en"))
    for package in (
        "commands",
        "custody",
        "intake",
        "keys",
        "law",
        "reports",
        "sealing",
        "vault",
        "workers",
        "workflows",
    ):
        folder = import_module(f"evidence_kit.{package}")
        for each in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
            if each.name != "evidence_kit.workers.child":
                import_module(each.name)
    for name in _LIBRARIES:
        import_module(name)
    # What is here stays here: a fork that looks through it for garbage copies it all, page by page.
    gc.collect()
    gc.freeze()
    assert "numpy" not in sys.modules


def _become(arguments: list[str], environment: dict[str, str], folder: str, files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["-c", *arguments]
    streams: dict[str, Any] = {
        name: open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end of the process
        for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w")))
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
