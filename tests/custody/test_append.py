"""A commit that cannot be finished is taken back, or nobody says that it failed."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.custody.journal import Commit, LogHead, UncertainError, append_commit
from evidence_kit.model import GENESIS, DiskFile
from evidence_kit.vault.disk import RealDisk, RealFile

COMMIT = Commit(b"line 2\n", Checkpoint("LRC-2026-0001", 1, GENESIS, GENESIS), LogHead("LRC-2026-0001", 2, GENESIS))


class Unsynced(RealFile):
    def sync(self) -> None:
        raise OSError(errno.EIO, "the disk failed")


class Failing(RealDisk):
    """Takes everything and makes nothing last.

    Args:
        cuts: It can still shorten a file.
    """

    def __init__(self, *, cuts: bool) -> None:
        self._cuts = cuts

    def append(self, path: Path) -> DiskFile:
        import os

        return Unsynced(os.open(path, os.O_WRONLY | os.O_APPEND), path)

    def cut(self, path: Path, size_bytes: int) -> None:
        if not self._cuts:
            raise OSError(errno.EIO, "the disk failed")
        super().cut(path, size_bytes)


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
