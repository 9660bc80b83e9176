"""Trouble with our own disk and our own limits, as a person meets it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evidence_kit.custody.errors import CaseBrokenError, ExportExistsError
from evidence_kit.custody.journal import UncertainError
from evidence_kit.errors import EvidenceError
from evidence_kit.intake.errors import DiskFailureError, DiskFullError, SystemLimitError
from evidence_kit.model import Finding, Weight

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LIMITS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
# From our own files; a source on a phone may say "try again" for reasons of its own.
_OWN_LIMITS: Final = LIMITS | {errno.EAGAIN}
# A library of ours that is not written in Python ends so when it breaks: it is no `Exception`.
_PANIC: Final = "PanicException"


def disk_error(error: BaseException | None, safe: int) -> EvidenceError:
    """Return the error that a person is shown about a failure of the disk.

    Args:
        error: What the system said.
        safe: How many items the case holds.
    """
    if isinstance(error, MemoryError):
        return SystemLimitError("system-limit", safe=safe, errno=errno.ENOMEM)
    # The system numbers its refusals; without a number a library speaks, and cable and rights are none of its business.
    if isinstance(error, OSError) and error.errno is None and not isinstance(error, UncertainError):
        return SystemLimitError("library-broke")
    number = error.errno or 0 if isinstance(error, OSError) else 0
    if isinstance(error, UncertainError):
        return _uncertain(number)
    if number in FULL:
        return DiskFullError("disk-full", safe=safe)
    if number in _OWN_LIMITS:
        return SystemLimitError("system-limit", safe=safe, errno=number)
    return DiskFailureError("disk-failure", safe=safe, errno=number)


@contextmanager
def own_disk(safe: int) -> Iterator[None]:
    """Turn every failure of the disk inside into one that a person understands."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, safe) from error


def system_error(error: BaseException) -> EvidenceError | None:
    """Return the error for a refusal of the system or a library; None for a bug of ours."""
    if isinstance(error, MemoryError) or _no_thread(error) or _no_room_for_a_library(error):
        return SystemLimitError("no-room-to-work")
    if isinstance(error, ImportError) and not (error.name or "").startswith("evidence_kit"):
        return SystemLimitError("library-missing", library=error.name or type(error).__name__)
    # CPython's word for an extension that failed and does not say why, such as for want of memory.
    if type(error).__name__ == _PANIC or isinstance(error, SystemError):
        return SystemLimitError("library-broke")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    if error.filename is None and error.errno in {errno.EAGAIN, errno.ENOMEM}:
        # About no file: the system starts no process.
        return SystemLimitError("no-room-to-work")
    return file_refused(error)


def file_refused(error: OSError, path: str | None = None) -> EvidenceError:
    """Return the error for a file refused by the system.

    Args:
        error: What the system said.
        path: The file, where the error does not name it.
    """
    if isinstance(error, FileExistsError) and (error.filename2 or error.filename):
        # Another process put it there since this one looked.
        return ExportExistsError("export-exists", path=str(error.filename2 or error.filename))
    name = path or (str(error.filename) if error.filename is not None else "…")
    number = error.errno or 0
    if isinstance(error, UncertainError):
        return _uncertain(number)
    if number in FULL:
        return DiskFullError("file-failed", path=name, errno=number)
    if number in _OWN_LIMITS:
        return SystemLimitError("file-limit", path=name, errno=number)
    return DiskFailureError("file-failed", path=name, errno=number)


def _uncertain(number: int) -> EvidenceError:
    if number in FULL:
        return DiskFullError("commit-uncertain-full")
    return DiskFailureError("commit-uncertain", errno=number)


def _no_thread(error: BaseException) -> bool:
    # Python gives it no class of its own.
    return isinstance(error, RuntimeError) and "start new thread" in str(error)


def _no_room_for_a_library(error: BaseException) -> bool:
    # The loader says it in words alone, glibc's here; a library that is broken is told otherwise.
    words = ("failed to map segment", "annot allocate memory", "cannot create shared object descriptor")
    return isinstance(error, ImportError) and any(each in str(error) for each in words)


def is_gone(error: OSError) -> bool:
    """Say whether an error says that there is no regular file at a path; any other says that nobody could look."""
    gone = isinstance(error, (FileNotFoundError, NotADirectoryError, IsADirectoryError))
    # So `open_regular` calls a pipe or a link.
    return gone or error.errno in {errno.EINVAL, errno.ELOOP}


def is_regular(path: Path) -> bool:
    """Say whether a regular file, and no link to one, lies at a path.

    Raises:
        OSError: Nobody could look; `Path.is_file` would say no.
    """
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def unread_finding(error: OSError, place: str, line: int | None = None, item: str | None = None) -> Finding:
    """Return the finding about a file that could not be read now, which accuses nobody.

    Args:
        error: What the system said.
        place: Path inside the case or archive.
        line: Line of the log that vouches for it.
        item: Item id.
    """
    return Finding("file-unreadable", Weight.UNCHECKED, place, line, item, {"errno": error.errno or 0})


def broken_error(case: str, finding: Finding) -> EvidenceError:
    """Return the error about a finding that ends a command: the case is broken, or could not be read now."""
    if finding.weight is not Weight.UNCHECKED:
        return CaseBrokenError("case-broken", case=case, code=finding.code)
    number = int(finding.values.get("errno", 0))
    return file_refused(OSError(number, ""), finding.file)
