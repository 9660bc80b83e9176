"""A commit that cannot be finished is taken back, or nobody says that it failed."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.custody.journal import Commit, LogHead, UncertainError, append_commit
from evidence_kit.errors import Exit
from evidence_kit.model import GENESIS, DiskFile
from evidence_kit.vault.disk import RealDisk, RealFile
from evidence_kit.workflows.case.disk_errors import disk_error, file_refused

COMMIT = Commit(b"line 2\n", Checkpoint("LRC-2026-0001", 1, GENESIS, GENESIS), LogHead("LRC-2026-0001", 2, GENESIS))


class Unsynced(RealFile):
    def sync(self) -> None:
        raise OSError(errno.EIO, "the disk failed")


class Torn(RealFile):
    def write(self, data: bytes | memoryview, /) -> int:
        super().write(memoryview(data)[:-1])
        raise OSError(errno.ENOSPC, "the disk is full")


class Failing(RealDisk):
    """Takes everything and makes nothing last.

    Args:
        cuts: It can still shorten a file.
        file: How it fails.
    """

    def __init__(self, *, cuts: bool, file: type[RealFile] = Unsynced) -> None:
        self._cuts = cuts
        self._file = file

    def append(self, path: Path) -> DiskFile:
        import os

        return self._file(os.open(path, os.O_WRONLY | os.O_APPEND), path)

    def shorten(self, path: Path, size_bytes: int) -> None:
        if not self._cuts:
            raise OSError(errno.EIO, "the disk failed")
        super().shorten(path, size_bytes)


def test_a_commit_that_did_not_last_is_taken_back(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"line 1\n")
    with pytest.raises(OSError, match="the disk failed") as raised:
        append_commit(Failing(cuts=True), log, COMMIT)
    assert not isinstance(raised.value, UncertainError)
    assert log.read_bytes() == b"line 1\n"


def test_one_that_cannot_be_taken_back_is_not_told_as_failed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"line 1\n")
    with pytest.raises(UncertainError):
        append_commit(Failing(cuts=False), log, COMMIT)


def test_a_part_of_one_that_cannot_be_taken_back_failed_for_certain(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"line 1\n")
    with pytest.raises(OSError, match="the disk is full") as raised:
        append_commit(Failing(cuts=False, file=Torn), log, COMMIT)
    assert not isinstance(raised.value, UncertainError)


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, Exit.DISK_FULL), (errno.EIO, Exit.DISK_FAILURE)])
def test_what_is_uncertain_is_told_by_what_the_disk_said(number: int, code: Exit) -> None:
    error = UncertainError(number, "refused", "log")
    assert {disk_error(error, 3).exit_code, file_refused(error).exit_code} == {code}
    assert disk_error(error, 3).message_id.startswith("commit-uncertain")
