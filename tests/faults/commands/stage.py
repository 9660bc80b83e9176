"""Runs commands of the program, each in a fork of one process that has loaded everything, and breaks them on the way.

`python -m tests.faults.commands.stage` is that process: it reads requests, a JSON document a line, and answers each.
`Stage` starts it with `calls.c` before the C library, and is what the tests use.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import importlib
import importlib.metadata
import io
import json
import os
import pkgutil
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = Path(__file__).with_name("calls.c")
CHANGE, READ, HANDLE, THREAD = 1, 2, 4, 8
_ACTIONS = {"": 0, "kill": 1, "tear": 2, "fail": 3, "kill-all": 4}
SECONDS = 60.0
_SUBREAPER = 36
# How many lines of the program, the innermost, tell one place of it from another.
_DEEP = 3
_NUMBER = re.compile(r"[0-9a-f]{8,}|\d+")


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and when.

    Attributes:
        action: `kill`, `kill-all` (every process of the command), `tear` (half of a write, then a kill) or `fail`;
            nothing goes wrong without.
        at: At which call, counting from 1.
        errno: What the system answers.
        stays: From this call on, and not only there.
        classes: Which calls count.
        only_children: In processes that the command starts, and not in its own.
    """

    action: str = ""
    at: int = -1
    errno: int = 0
    stays: bool = False
    classes: int = CHANGE
    only_children: bool = False


SOUND = Fault()


class Call(NamedTuple):
    """A call that a command made where nothing went wrong.

    Attributes:
        classes: Its classes, as bits.
        name: Of the C library.
        path: The file, below the folder, its numbers and digests left out.
        stack: The three innermost lines of the program that were at work, as a digest.
        where: The innermost of them.
    """

    classes: int
    name: str
    path: str
    stack: str
    where: str

    @property
    def site(self) -> tuple[str, str, str]:
        """What makes it another place of the program than the calls before: kind, stack and role of the path."""
        return self.name, self.path, self.stack


@dataclass(frozen=True)
class Ran:
    """How a command ended.

    Attributes:
        code: Its exit code, negative for a signal.
        calls: How many calls of the fault's classes it made.
        out: What it printed.
        err: What it said besides.
    """

    code: int
    calls: int
    out: str = ""
    err: str = field(default="", repr=False)

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What it printed as JSON; a last line that was cut off is none."""
        return [json.loads(line) for line in self.out.splitlines(keepends=True) if line.endswith("}\n")]


def library(folder: Path) -> Path:
    """Build `calls.c`, or skip the test where nothing can."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("breaking system calls wants Linux and a C compiler")
    built = folder / "calls.so"
    if not built.exists():
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", built, SOURCE, "-ldl"], check=True)
    return built


class Stage:
    """Runs commands; what concerns files below one folder can be broken."""

    def __init__(self, folder: Path, below: Path) -> None:
        self.below = below
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"LD_PRELOAD": str(library(folder)), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        environment["FAULTS_ORDER"] = str(folder / "order")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.commands.stage"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, arguments: Sequence[str | Path], fault: Fault = SOUND, **more: Any) -> Ran:
        """Run one command and wait for its end."""
        return self.both([arguments], fault, **more)[0]

    def both(self, several: Sequence[Sequence[str | Path]], fault: Fault = SOUND, **more: Any) -> list[Ran]:
        """Run commands at once and wait for all of them."""
        request = {"commands": [[str(each) for each in one] for one in several], "fault": vars(fault), **more}
        request["below"] = str(self.below)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the stage is gone"
        return [Ran(**each) for each in json.loads(line)]

    def calls_of(self, arguments: Sequence[str | Path], **more: Any) -> list[Call]:
        """Run one command soundly and return every call that it made itself."""
        told = self.below.parent / "calls.jsonl"
        self.run(arguments, Fault(classes=CHANGE | READ | HANDLE), told=str(told), **more)
        return [Call(*json.loads(line)) for line in told.read_text().splitlines()]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def _load() -> None:
    """Load whatever a command may want, so that a fork has it."""
    import evidence_kit.commands
    import evidence_kit.workflows
    from evidence_kit import cli
    from evidence_kit.keys import station

    for package in (evidence_kit.commands, evidence_kit.workflows):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    for name in ("typst", "segno", "pyrage", "filelock", "rich.table", "evidence_kit.sealing.sheet"):
        importlib.import_module(name)
    # Locking a key costs half a second on purpose.
    station.KDF_ROUNDS = 1
    _work_out_once()
    cli.run(["--help"])


def _work_out_once() -> None:
    """Keep what every command works out anew from the same words and asks no file of the station for."""
    from cryptography.hazmat.primitives.serialization import ssh

    from evidence_kit import cli
    from evidence_kit.words import catalogue

    put = setattr
    put(ssh, "_bcrypt_kdf", cache(vars(ssh)["_bcrypt_kdf"]))
    put(importlib.metadata, "version", cache(importlib.metadata.version))
    build, words = cli.build, catalogue("en")
    built = {name: build(words, [name]) for _, names in cli.GROUPS for name in names}
    put(cli, "build", lambda spoken, wanted=None: built.get((wanted or [""])[0]) or build(spoken, wanted))


def _child(command: list[str], request: Mapping[str, Any], out: Path, err: Path) -> None:
    """Become a command; never returns."""
    code = 99
    try:
        # A group of its own, so that whoever it starts can be waited for.
        os.setpgid(0, 0)
        for number, path in ((1, request.get("stdout") or out), (2, request.get("stderr") or err)):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, number)
            os.close(file)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in ((0, "r"), (1, "w"), (2, "w")))
        if request.get("typed"):
            sys.stdin = _Person(request["typed"])
        os.chdir(request.get("cwd") or "/")
        if request.get("year"):
            _later(int(request["year"]))
        if request.get("broken"):
            from tests.faults.commands.broken import BUILDS

            BUILDS[request["broken"]]()
        from evidence_kit import cli

        if request.get("memory"):
            _narrow(int(request["memory"]))
        if request.get("told"):
            _tell(request["below"], request["told"])
        _arm(request["below"], request["fault"])
        code = cli.run(command)
    except BaseException:  # noqa: BLE001 - a fork ends here, whatever happened
        import traceback

        traceback.print_exc()
    finally:
        _calls().faults_disarm()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or 120
        os._exit(code)


class _Person(io.StringIO):
    """Somebody at a terminal, who typed everything beforehand."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        # Nothing is read there, and it never lets anybody wait.
        return 0


def _later(year: int) -> None:
    """Set the clock that the program sees."""
    from datetime import UTC, datetime

    from evidence_kit.workflows.case.world import SystemClock

    setattr(SystemClock, "now", lambda _self: datetime.now(UTC).replace(year=year))  # noqa: B010


def _narrow(bytes_more: int) -> None:
    """Let the system give this process so many bytes more of address space, and none beyond."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + bytes_more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _tell(below: str, told: str) -> None:
    """Write every counted call into a file, with the lines of the program that were at work."""
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    kit = str(ROOT / "evidence_kit")

    def tell(classes: int, name: bytes, folder: int, path: bytes | None) -> None:
        named = os.fsdecode(path) if path is not None else str(Path(f"/proc/self/fd/{folder}").readlink())
        frame: FrameType | None = sys._getframe()
        lines = []
        while frame is not None:
            # Which command it is done for makes it no other place.
            if frame.f_code.co_filename.startswith(kit) and "commands" not in frame.f_code.co_filename:
                lines.append(f"{frame.f_code.co_filename[len(kit) + 1 :]}:{frame.f_lineno}")
            frame = frame.f_back
        role = _NUMBER.sub("#", named.removeprefix(below))
        stack = hashlib.sha256(" ".join(lines[:_DEEP]).encode()).hexdigest()[:16]
        call = (classes, name.decode().replace("64", ""), role, stack, lines[0] if lines else "")
        os.write(file, json.dumps(call).encode() + b"\n")

    global _told  # noqa: PLW0603 - the library calls it as long as the process lives
    _told = ctypes.CFUNCTYPE(None, ctypes.c_uint, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)(tell)
    _calls().faults_tell(_told)


_told: Any = None


def _calls() -> Any:
    return ctypes.CDLL(None)


def _arm(below: str, fault: Mapping[str, Any]) -> None:
    action = _ACTIONS[fault["action"]]
    _calls().faults_arm(
        os.fsencode(below), fault["classes"], action, ctypes.c_long(fault["at"]), fault["errno"], int(fault["stays"]),
        int(fault["only_children"]),
    )  # fmt: skip


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    # Whoever a command leaves behind becomes a child of this process, and is waited for.
    _calls().prctl(_SUBREAPER, 1, 0, 0, 0)
    _load()
    gc.freeze()
    folder = Path(tempfile.mkdtemp(prefix="stage-"))
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line), folder)) + "\n")
        answers.flush()
    shutil.rmtree(folder)


def _answer(request: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    if request.get("inside"):
        return [_inside(command) for command in request["commands"]]
    begun = []
    for number, command in enumerate(request["commands"]):
        out, err = folder / f"{number}.out", folder / f"{number}.err"
        child = os.fork()
        if child == 0:
            _child(command, request, out, err)
        begun.append((child, out, err))
    told = []
    for child, out, err in begun:
        code = _ended(child)
        texts = [path.read_text("utf-8", "replace") if path.exists() else "" for path in (out, err)]
        told.append({"code": code, "calls": _calls().faults_seen(), "out": texts[0], "err": texts[1]})
        for path in (out, err):
            path.unlink(missing_ok=True)
    return told


def _inside(command: list[str]) -> dict[str, Any]:
    """Run a command in this very process: what it loads and works out, every fork after it has."""
    from evidence_kit import cli

    held, sys.stdout = sys.stdout, io.StringIO()
    try:
        code = cli.run(command)
        return {"code": code, "calls": 0, "out": sys.stdout.getvalue()}
    finally:
        sys.stdout = held
        gc.collect()
        gc.freeze()


def _ended(child: int) -> int:
    """Wait for a child and all that it started; what hangs is killed, and has no exit code of its own."""
    until = time.monotonic() + SECONDS
    watched = os.pidfd_open(child)
    ready, _, _ = select.select([watched], [], [], max(0.0, until - time.monotonic()))
    if not ready:
        os.kill(child, signal.SIGKILL)
    os.close(watched)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-child, os.WNOHANG)[0] or time.monotonic() < until:
            time.sleep(0.002)
        os.killpg(child, signal.SIGKILL)
        return -1001
    return code if ready else -1000


if __name__ == "__main__":
    _serve()
