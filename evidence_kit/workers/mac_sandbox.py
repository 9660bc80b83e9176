"""A sandbox for a worker on macOS: no network, no program, no file written; a trial says whether it holds."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evidence_kit.vault.patience import patiently

# Reading stays open: Python imports what it needs when it needs it, from places that differ on every Mac.
PROFILE = b"""(version 1)
(allow default)
(deny network*)
(deny file-write*)
(allow file-write* (literal "/dev/null"))
(deny process-exec*)
(deny process-fork)
"""


def enter(load: Callable[[], Any] | None = None, *, system: str = sys.platform) -> bool:
    """Enter the sandbox, and return whether it holds: a file was tried to be made, and could not.

    Args:
        load: Returns the system's library; Apple calls its function deprecated, and every browser uses it.
        system: As `sys.platform` has it.
    """
    if system != "darwin":
        return False
    try:
        library = (load or _system_library)()
        error = ctypes.c_char_p()
        if library.sandbox_init(PROFILE, ctypes.c_uint64(0), ctypes.byref(error)):
            return False
    except (OSError, AttributeError):
        return False
    return not _can_write()


def _system_library() -> Any:  # noqa: ANN401
    return ctypes.CDLL("/usr/lib/libSystem.B.dylib", use_errno=True)


def _can_write() -> bool:
    path = Path(tempfile.gettempdir()) / f"evidence-kit-{os.getpid()}"
    try:
        path.touch(exist_ok=False)
    except OSError:
        return False
    # What the sandbox let through.
    patiently(path.unlink)
    return True
