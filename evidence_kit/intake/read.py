"""Reading an original once: opened read-only, never through a link, watched for change."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidence_kit.intake.surroundings import created_ns
from evidence_kit.intake.window import PIECE_BYTES
from evidence_kit.model import Json

HEAD_BYTES = 4096
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


class NotRegularError(Exception):
    """The opened file is no regular file; it was one, or absent, a moment ago."""


@dataclass(frozen=True, slots=True)
class FileTrace:
    """The facts of the file system about an open file.

    Attributes:
        size_bytes: Length.
        modified_ns: Last change of the content, nanoseconds since 1970 UTC, by the writer's clock.
        changed_ns: Last change of the entry; None on Windows, which tells its making in this place.
        inode: Number in its file system.
        accessed_ns: Last reading as the system noted it; no part of a comparison, as we read.
        created_ns: When the entry was made in this file system, None where it does not say.
    """

    size_bytes: int
    modified_ns: int
    changed_ns: int | None
    inode: int
    accessed_ns: int | None = field(default=None, compare=False)
    created_ns: int | None = field(default=None, compare=False)

    @classmethod
    def of_open_file(cls, descriptor: int, seen: os.stat_result | None = None) -> FileTrace:
        """Ask the system about an open file.

        Args:
            descriptor: The open file.
            seen: What `fstat` said about it a moment ago.
        """
        seen = os.fstat(descriptor) if seen is None else seen
        created = created_ns(descriptor, seen)
        return cls(seen.st_size, seen.st_mtime_ns, _changed_ns(seen), seen.st_ino, seen.st_atime_ns, created)

    def holds(self, descriptor: int) -> bool:
        """Say whether all that is compared is as it was."""
        seen = os.fstat(descriptor)
        return self == FileTrace(seen.st_size, seen.st_mtime_ns, _changed_ns(seen), seen.st_ino)

    def facts(self) -> Json:
        """Return the times as they go into the log: nanoseconds as text, because JavaScript rounds them."""
        times = {
            "modified_ns": self.modified_ns,
            "changed_ns": self.changed_ns,
            "accessed_ns": self.accessed_ns,
            "created_ns": self.created_ns,
        }
        return {name: str(value) for name, value in times.items() if value is not None}


def _changed_ns(seen: os.stat_result) -> int | None:
    return None if sys.platform == "win32" else seen.st_ctime_ns


class Original:
    """An open original that is read front to back, its bytes counted."""

    def __init__(self, file: BinaryIO, seen: os.stat_result | None = None) -> None:
        self.file = file
        self.before = FileTrace.of_open_file(file.fileno(), seen)
        head = file.read(HEAD_BYTES)
        # A short read is no end: a file on a phone may come in pieces.
        while len(head) < HEAD_BYTES and (more := file.read(HEAD_BYTES - len(head))):
            head += more
        self.head = head
        file.seek(0)

    def changed(self) -> bool:
        """Say whether the file is another one than when it was opened."""
        return not self.before.holds(self.file.fileno())


@contextmanager
def open_original(path: Path) -> Iterator[Original]:
    """Open an original.

    Raises:
        NotRegularError: It is no regular file.
        OSError: The system cannot open or read it.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise NotRegularError(path)
        with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
            yield Original(file, seen)
    finally:
        os.close(descriptor)


def file_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file from where it stands in pieces of at most 1 MiB."""
    while piece := file.read(PIECE_BYTES):
        yield piece
