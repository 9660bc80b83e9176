"""Telling a source that is gone, a stick that was pulled, from a file that cannot be read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

# What systems say when the device behind a path does not answer any more.
_DEVICE: Final = frozenset(
    getattr(errno, name)
    for name in ("EIO", "ENODEV", "ENXIO", "ENOTCONN", "ESTALE", "EREMOTEIO", "EHOSTDOWN", "ECONNABORTED", "ESHUTDOWN")
    if hasattr(errno, name)
)
# Where nothing at all could be read, so many failures in a row are no bad spots any more.
_ALL_BAD: Final = 8


class SourceWatch:
    """Watches one source while it is read.

    Args:
        root: The source as it was named.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._identity = _identity(root)
        self._good: Path | None = None
        self._failures = 0

    def read(self, path: Path) -> None:
        """Note that a file of the source was read."""
        if self._failures or self._good is None:
            self._good = path
        self._failures = 0

    def gone(self, number: int | None) -> bool:
        """Say whether the whole source is gone, after a part of it could not be read.

        Args:
            number: What the system said about that something.
        """
        self._failures += 1
        try:
            if _identity(self.root) != self._identity:
                return True
            if self._identity is not None and stat.S_ISDIR(self._identity[2]):
                # A folder is stated out of the system's memory for a while after its stick was pulled; listing it asks
                # the device.
                with os.scandir(self.root) as listing:
                    next(listing, None)
        except OSError:
            return True
        if number not in _DEVICE:
            return False
        if self._good is None:
            # Nothing could be read yet: a source whose first files are bad is told from one that is gone only by how
            # many.
            return self._failures >= _ALL_BAD
        return not _answers(self._good)


def _identity(root: Path) -> tuple[int, int, int] | None:
    try:
        seen = os.lstat(root)
    except OSError:
        return None
    return seen.st_dev, seen.st_ino, stat.S_IFMT(seen.st_mode)


def _answers(path: Path) -> bool:
    """Read again a byte that could be read before, from the device and not out of the system's memory."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            if hasattr(os, "posix_fadvise"):
                # Otherwise the byte comes out of the system's memory, which answers for a stick that is gone.
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.read(descriptor, 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error.errno not in _DEVICE | {errno.ENOENT}
    return True
