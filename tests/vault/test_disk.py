import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from evidence_kit.vault.disk import RealDisk, write_durably
from evidence_kit.vault.folder import CaseFolder

DISK = RealDisk()


def test_a_new_file_is_its_owners_alone_and_never_overwrites(tmp_path: Path) -> None:
    file = DISK.create(tmp_path / "a")
    assert file.write(b"abc") == 3
    file.flush()
    file.sync()
    file.close()
    file.close()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        DISK.create(tmp_path / "a")


def test_appending_cutting_moving_and_removing(tmp_path: Path) -> None:
    write_durably(DISK, tmp_path / "log", b"one")
    file = DISK.append(tmp_path / "log")
    file.write(b" two")
    file.close()
    DISK.shorten(tmp_path / "log", 5)
    assert (tmp_path / "log").read_bytes() == b"one t"
    DISK.move(tmp_path / "log", tmp_path / "other")
    DISK.remove(tmp_path / "other")
    DISK.remove(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_a_durable_write_replaces_a_stale_draft(tmp_path: Path) -> None:
    (tmp_path / "x.draft").write_bytes(b"stale")
    write_durably(DISK, tmp_path / "x", b"new")
    write_durably(DISK, tmp_path / "x", b"newer")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"newer"


def test_a_system_that_takes_a_part_at_a_time_gets_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:2])))
    file = DISK.create(tmp_path / "a")
    file.write(b"abcde")
    file.close()
    assert (tmp_path / "a").read_bytes() == b"abcde"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_is_told_with_the_name_of_the_file() -> None:
    file = DISK.append(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        file.write(b"more")
    file.close()


def test_on_macos_the_medium_itself_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fake = SimpleNamespace(F_FULLFSYNC=51, fcntl=lambda _, command: asked.append(command))
    monkeypatch.setitem(sys.modules, "fcntl", fake)
    monkeypatch.setattr(sys, "platform", "darwin")
    file = DISK.create(tmp_path / "a")
    file.sync()
    file.close()
    assert asked == [51]


def test_on_windows_folders_are_not_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    DISK.sync_folder(tmp_path / "there is none, and nobody asks")


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    DISK.make_folder(tmp_path / "a" / "b")
    DISK.make_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_case_folder_knows_strangers_from_its_own(tmp_path: Path) -> None:
    folder = CaseFolder(tmp_path)
    for path in (
        folder.readme,
        folder.log,
        folder.lock,
        folder.cache / "x",
        tmp_path / ".DS_Store",
        tmp_path / "hello",
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path)
    assert list(folder.strangers(set())) == [".DS_Store", "hello", "link", "cache/x"]
    for wrong in ("recovered/../x", "store/x/y", "recovered/x", "recovered//x", "recovered/./x"):
        with pytest.raises(ValueError, match="/"):
            folder.recovered_file(wrong)
