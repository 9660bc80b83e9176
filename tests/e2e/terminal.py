"""A person at a terminal: runs a line of the guides as it stands, reads the questions and types the answers."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.e2e.conftest import PROGRAM, ROOT

Answer = str | Callable[[str], str]
_SECONDS = 60.0


class Laptop:
    """A computer of its own: a home folder, nothing in it, and nobody but a person to answer.

    Args:
        home: The home folder; the station and the cases lie where the handbook says.
        answers: What the person types, by the beginning of the question; a function gets what the screen showed.
    """

    def __init__(self, home: Path, answers: Mapping[str, Answer]) -> None:
        home.mkdir()
        self.home = home
        self.answers = dict(answers)
        binaries = home / "bin"
        binaries.mkdir()
        (binaries / "evidence-kit").write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
        (binaries / "evidence-kit").chmod(0o755)
        self.environment = {
            "HOME": str(home), "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
            "LC_ALL": "en_GB.UTF-8", "TERM": "xterm", "COLUMNS": "200", "LINES": "500",
        }  # fmt: skip

    @property
    def station(self) -> Path:
        return self.home / ".config" / "evidence-kit"

    @property
    def cases(self) -> Path:
        return self.home / "evidence-kit" / "cases"

    def types(self, line: str, expect: int = 0) -> str:
        """Type a line, answer what is asked, and return what the screen showed."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.home)
            os.execve("/bin/bash", ["bash", "--norc", "-c", line], self.environment)  # noqa: S606
        shown, answered, until = "", 0, time.monotonic() + _SECONDS
        while True:
            ready, _, _ = select.select([screen], [], [], 0.3)
            if ready:
                try:
                    data = os.read(screen, 65536)
                except OSError:  # Linux says so when the other end is closed
                    break
                if not data:
                    break
                shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
                continue
            question = shown[answered:].rstrip("\n")
            answer = self._answer(question, shown)
            if answer is not None:
                answered = len(shown)
                os.write(screen, answer.encode() + b"\n")
            # An answer that is not understood is asked for again, for ever: that ends here too.
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
                raise TimeoutError(shown)
        _, status = os.waitpid(child, 0)
        os.close(screen)
        code = os.waitstatus_to_exitcode(status)
        assert code == expect, (line, code, shown)
        return shown

    def _answer(self, question: str, shown: str) -> str | None:
        last = question.rpartition("\n")[2]
        if not re.search(r"[:?)] ?$|^> $", last):
            return None
        for begins, answer in self.answers.items():
            if begins in question:
                return answer if isinstance(answer, str) else answer(shown)
        return None
