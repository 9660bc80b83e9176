"""A stick that was pulled is told from a file that cannot be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from evidence_kit.intake.source_watch import SourceWatch


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "a").write_bytes(b"x")
    return folder


def test_a_file_that_cannot_be_read_is_not_the_end(stick: Path) -> None:
    line = SourceWatch(stick)
    line.read(stick / "a")
    assert not any(line.gone(number) for number in (errno.EACCES, errno.EIO, errno.EIO, None))


def test_a_folder_that_vanished_or_is_another_is_gone(stick: Path) -> None:
    line = SourceWatch(stick)
    stick.rename(stick.with_name("elsewhere"))
    assert line.gone(errno.ENOENT)
    stick.mkdir()
    assert line.gone(errno.ENOENT)


def test_what_could_be_read_and_no_longer_answers_is_gone(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = SourceWatch(stick)
    line.read(stick / "a")

    def dead(*_: object) -> bytes:
        raise OSError(errno.EIO, "unplugged")

    monkeypatch.setattr(os, "read", dead)
    assert line.gone(errno.EIO)


def test_bad_spots_at_the_beginning_are_not_the_end_at_once(stick: Path) -> None:
    line = SourceWatch(stick)
    assert [line.gone(errno.EIO) for _ in range(9)] == [False] * 7 + [True] * 2
