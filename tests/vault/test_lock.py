"""Locks, and files that a person named: whole under their name, or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.vault.disk import RealDisk, draft_beside, place_new
from evidence_kit.vault.lock import HeldError, hold_lock


def test_a_lock_is_held_by_one_at_a_time_and_freed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold_lock(path, 0):
        with pytest.raises(HeldError), hold_lock(path, 0.05):
            pass
        assert path.read_bytes() == b""
    with hold_lock(path, 0):
        pass


def test_a_lock_leaves_what_is_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    path.write_bytes(b"one\n")
    with hold_lock(path, 0):
        assert path.read_bytes() == b"one\n"


def test_a_new_file_is_whole_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    draft_beside(path).write_bytes(b"of an interrupted run")
    place_new(RealDisk(), path, b"whole")
    with pytest.raises(FileExistsError):
        place_new(RealDisk(), path, b"another")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"whole"
