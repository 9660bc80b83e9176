"""The program in processes of its own that do not start Python anew: a server imports it once and forks.

Starting the interpreter and loading typer costs a quarter of a second of a core, and the end-to-end tests start the
program some thousand times. A forked process has its own memory, environment, folder, streams and exit code, and ends
as Python ends; what it does not show is the start itself. Tests that look at that, at the environment or at another
language than English start the program as everybody does.
"""

from __future__ import annotations

import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# The passphrase of a station costs half a second on purpose; thousands of commands do not have to pay it.
QUICK = "import evidence_kit.keys.station as keys; keys.KDF_ROUNDS = 1; "
MAIN = "from evidence_kit.cli import main; main()"
_LONGEST_REQUEST = 1 << 20


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
            code = f"{QUICK}from tests.e2e.forks import serve; serve({theirs.fileno()})"
            surroundings = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
            self._server = subprocess.Popen(
                [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=surroundings, cwd=ROOT
            )
            theirs.close()
            self._socket = ours
        return self._socket


def serve(number: int) -> None:
    """Fork the program for every request, until nobody asks any more."""
    _load()
    here = socket.socket(fileno=number)
    here.set_inheritable(False)
    while True:
        request, files, _, _ = socket.recv_fds(here, _LONGEST_REQUEST, 3)
        if not request:
            return None
        child = os.fork()
        if child == 0:
            here.close()
            arguments, environment, folder = json.loads(request)
            _become(arguments, environment, folder, files)
            # Runs to its SystemExit, and the interpreter ends as it always does.
            return import_module("evidence_kit.cli").main()  # type: ignore[no-any-return]
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        here.send(str(os.waitstatus_to_exitcode(status)).encode())


def _load() -> None:
    """Import what commands import, in English, and nothing that starts threads."""
    from evidence_kit.cli import build
    from evidence_kit.words import catalogue

    build(catalogue("en"))
    for package in ("commands", "custody", "intake", "keys", "sealing", "vault", "workers"):
        folder = import_module(f"evidence_kit.{package}")
        for each in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            if each.name != "evidence_kit.workers.child":
                import_module(each.name)
    for name in ("filelock", "pyrage", "rich.progress", "cryptography.hazmat.primitives.serialization"):
        import_module(name)
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
