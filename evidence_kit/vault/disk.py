"""The real disk: drafts that become files, and the syncing that makes them last."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from evidence_kit.model import Disk, DiskFile
from evidence_kit.vault.folder import DRAFT_ENDING
from evidence_kit.vault.links import is_link
from evidence_kit.vault.patience import patiently

_OWNER_FILE = 0o600
_OWNER_FOLDER = 0o700
# On Windows mode 0700 means from Python 3.12.4 on: this account of this computer and nobody else, which on a stick
# locks out whoever it is handed to. There a folder has the rights of the one that it lies in, as everywhere on Windows.
_INHERITED_FOLDER = 0o777
_BINARY = getattr(os, "O_BINARY", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)


@contextmanager
def naming_file(path: Path) -> Iterator[None]:
    """Give errors inside the file's name: the system leaves it out for a file that is open."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


class RealFile:
    """A file descriptor of our own, written without a buffer in between."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    def write(self, data: bytes | memoryview, /) -> int:
        """Write everything, however often the system takes only a part."""
        rest = memoryview(data)
        with naming_file(self._path):
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered here."""

    def sync(self) -> None:
        """Force the bytes down; on macOS only F_FULLFSYNC reaches the medium."""
        with naming_file(self._path):
            if sys.platform == "darwin":
                import fcntl

                fcntl.fcntl(self._descriptor, fcntl.F_FULLFSYNC)
            else:
                os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the descriptor; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class RealDisk:
    """Files of our own on the file system."""

    def create(self, path: Path) -> DiskFile:
        """Open a new file with mode 0600."""
        # O_EXCL follows no link: one that was laid here for us would send the bytes elsewhere.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
        return RealFile(patiently(lambda: os.open(path, flags, _OWNER_FILE)), path)

    def append(self, path: Path) -> DiskFile:
        """Open an existing file for appending."""
        return RealFile(patiently(lambda: os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)), path)

    def move(self, draft: Path, final: Path) -> None:
        """Rename within one file system."""
        patiently(lambda: draft.replace(final))

    def shorten(self, path: Path, size_bytes: int) -> None:
        """Shorten a file and wait until that is durable."""
        descriptor = patiently(lambda: os.open(path, os.O_WRONLY | _BINARY))
        try:
            os.ftruncate(descriptor, size_bytes)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Make renames durable; Windows has no such call and orders them by itself."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make_folder(self, folder: Path) -> None:
        """Make a folder with mode 0700, and those above it that are missing; on Windows rights are inherited."""
        if not folder.exists():
            self.make_folder(folder.parent)
            mode = _INHERITED_FOLDER if sys.platform == "win32" else _OWNER_FOLDER
            patiently(lambda: folder.mkdir(mode=mode, exist_ok=True))

    def remove(self, path: Path) -> None:
        """Delete a file; one that is gone is fine."""
        patiently(lambda: path.unlink(missing_ok=True))


@contextmanager
def replacing_file(disk: Disk, path: Path) -> Iterator[DiskFile]:
    """Give a draft to write to, and put it in place once it is durable; when anything fails, the old file stays."""
    draft = path.with_name(path.name + DRAFT_ENDING)
    disk.remove(draft)
    file = disk.create(draft)
    try:
        # A name is given to durable bytes only: after a power cut it would stand for an empty file, and the old one
        # would be gone.
        yield file
        file.sync()
    except BaseException:
        _discard(disk, file, draft)
        raise
    file.close()
    try:
        disk.move(draft, path)
    except OSError:
        _discard(disk, file, draft)
        raise
    disk.sync_folder(path.parent)


def _discard(disk: Disk, file: DiskFile, draft: Path) -> None:
    """Delete a draft; trouble here must not hide its cause."""
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        disk.remove(draft)


def write_durably(disk: Disk, path: Path, data: bytes) -> None:
    """Put a small file in place so that after a power cut there is the old one or the new one, whole.

    Args:
        disk: The disk that the path lies on.
        path: The file's final place; what is there is replaced.
        data: All of its bytes.

    Raises:
        OSError: The disk failed; the old file is there as it was.
    """
    with replacing_file(disk, path) as file:
        file.write(data)


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open a file that other people may have put there, for reading.

    Args:
        path: Where it lies.
        follow: A link to it is as good as the file itself: for what a person named, not for what lies in a case.

    Raises:
        OSError: It cannot be opened, or it is no regular file: a pipe would wait for ever, a link leads elsewhere.
    """
    if not follow and is_link(path):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    # Without O_NONBLOCK opening a pipe waits for somebody to write into it.
    descriptor = patiently(lambda: os.open(path, os.O_RDONLY | _BINARY | _NO_WAITING))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, *, follow: bool = False) -> bytes:
    """Return the bytes of a small file that other people may have put there.

    Raises:
        OSError: It cannot be read, or it is no regular file.
    """
    with open_regular(path, follow=follow) as file, naming_file(path):
        return file.read()


def write_new(disk: Disk, path: Path, data: bytes) -> None:
    """Write a small file where there is none, and wait until its bytes are durable; its name is not yet.

    Args:
        disk: How it is written.
        path: Where; nothing may be there.
        data: Its bytes.

    Raises:
        FileExistsError: There is one.
        OSError: The disk failed; nothing is left behind.
    """
    file = disk.create(path)
    try:
        file.write(data)
        file.sync()
    except BaseException:
        _discard(disk, file, path)
        raise
    file.close()


def draft_beside(path: Path) -> Path:
    """Return where a file that a person named waits until it is whole: hidden, beside it."""
    return path.with_name(f".{path.name}{DRAFT_ENDING}")


def place_new(disk: Disk, path: Path, data: bytes) -> None:
    """Put a small file in place where there is none: under its name it is whole, or not there.

    Args:
        disk: How it is written.
        path: Where; nothing may be there.
        data: Its bytes.

    Raises:
        FileExistsError: There is something already.
        OSError: The disk failed; nothing is left behind.
    """
    draft = draft_beside(path)
    disk.remove(draft)
    write_new(disk, draft, data)
    give_name(disk, draft, path)


def give_name(disk: Disk, draft: Path, path: Path) -> None:
    """Give a draft the name that a person chose, durably.

    Args:
        disk: How it is renamed.
        draft: A durable file or folder beside its place.
        path: Its final name; nothing may be there.

    Raises:
        FileExistsError: There is something already; the draft is gone.
        OSError: The disk failed; the draft is gone.
    """
    try:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        disk.move(draft, path)
    except OSError:
        with suppress(OSError):
            disk.remove(draft)
        raise
    with suppress(OSError):
        # The bytes are durable and have their name; only a power cut now could take the name away again.
        disk.sync_folder(path.parent)


def is_held(lock: Path) -> bool:
    """Say whether some process holds a lock right now; the file is neither made nor written to."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | _BINARY | _NO_WAITING)
    except OSError:
        return False
    try:
        # Locks of pipes and devices are nobody's who writes here.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
