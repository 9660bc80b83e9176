"""How this program is called, for lines that a person is to type."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from evidence_kit.words import Words

NAME = "evidence-kit"
BUILD: ContextVar[Callable[[Words], Any] | None] = ContextVar("build", default=None)
"""Builds the whole program in a language; set by the program, which knows all commands."""


def program_name() -> str:
    """Return the command that calls the running program in this folder and terminal.

    Its name where the terminal finds it by that, else its path as it was called: `make demo` calls one that is nowhere
    else known.
    """
    called, found = Path(sys.argv[0]), shutil.which(NAME)
    if called.stem != NAME:
        return f"{_shown(Path(sys.executable))} -m evidence_kit"
    if found is not None and Path(found).exists() and called.exists() and Path(found).samefile(called):
        return NAME
    return _shown(called)


def _shown(path: Path) -> str:
    here = Path.cwd()
    text = str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)
    return f'"{text}"' if " " in text else text
