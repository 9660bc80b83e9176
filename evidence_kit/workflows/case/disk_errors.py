"""Trouble with our own disk, as a person meets it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from evidence_kit.errors import EvidenceError
from evidence_kit.intake.errors import DiskFailureError, DiskFullError, SystemLimitError

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LIMITS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def disk_error(error: BaseException | None, safe: int) -> EvidenceError:
    """Return what a person is told about a failure of the disk.

    Args:
        error: What the system said.
        safe: How many items the case holds.
    """
    if isinstance(error, MemoryError):
        return SystemLimitError("system-limit", safe=safe, errno=errno.ENOMEM)
    number = error.errno or 0 if isinstance(error, OSError) else 0
    if number in FULL:
        return DiskFullError("disk-full", safe=safe)
    if number in LIMITS:
        return SystemLimitError("system-limit", safe=safe, errno=number)
    return DiskFailureError("disk-failure", safe=safe, errno=number)


@contextmanager
def own_disk(safe: int) -> Iterator[None]:
    """Turn every failure of the disk inside into one that a person understands."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, safe) from error
