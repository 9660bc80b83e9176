"""File locks, freed by the system at the end of a process."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence_kit.vault.patience import patiently

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_POLL_SECONDS = 0.02
# Windows locks bytes and then keeps everybody from reading them: one that no file has.
_FAR_BYTES = 1 << 30


class HeldError(Exception):
    """The lock is held by another process."""


@contextmanager
def hold_lock(path: Path, patience_seconds: float) -> Iterator[None]:
    """Hold the lock that a file stands for; the file is made where it is missing, and stays.

    Args:
        path: The file; what is in it is neither read nor changed.
        patience_seconds: How long to wait for somebody else to be done.

    Raises:
        HeldError: Somebody else held it all that time.
        OSError: The file cannot be made or opened.
    """
    descriptor = patiently(lambda: os.open(path, _FLAGS, 0o600))
    try:
        until = time.monotonic() + patience_seconds
        while not _taken(descriptor):
            if time.monotonic() >= until:
                raise HeldError(path)
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Take the lock and say whether that worked; closing the descriptor lets go of it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR_BYTES, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
