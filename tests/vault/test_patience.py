"""What Windows refuses while somebody has a file open, which folders may be entered, and what leads elsewhere."""

import os
import shutil
import stat
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from evidence_kit.vault import patience
from evidence_kit.vault.disk import RealDisk, place_new, read_regular, write_durably
from evidence_kit.vault.links import files_below, is_link, leads_elsewhere, tree
from evidence_kit.vault.lock import hold_lock

DISK = RealDisk()


class Scanner:
    """Refuses the first tries of each act on a file, as Windows does while another program has it open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int, code: int | None = 32) -> None:
        self.refused: list[str] = []
        self.waited = 0.0
        self._left: dict[tuple[str, str], int] = {}
        self._tries = tries
        self._code = code
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(time, "sleep", self._sleep)
        for name in ("replace", "unlink", "open", "mkdir", "rmdir"):
            monkeypatch.setattr(os, name, self._guard(name, getattr(os, name)))

    def _sleep(self, seconds: float) -> None:
        self.waited += seconds

    def _guard(self, act: str, real: object) -> object:
        def guarded(path: object, *more: object, **named: object) -> object:
            # The test's own library opens folders by number; nobody scans those.
            if isinstance(path, (str, Path)) and more[:1] != (os.O_DIRECTORY,) and "dir_fd" not in named:
                key = (act, str(path))
                self._left.setdefault(key, self._tries)
                if self._left[key] > 0:
                    self._left[key] -= 1
                    self.refused.append(act)
                    error = PermissionError(13, "somebody has it open", str(path))
                    if self._code is not None:
                        error.winerror = self._code  # type: ignore[attr-defined,unused-ignore]
                    raise error
            return real(path, *more, **named)  # type: ignore[operator]

        return guarded


@pytest.mark.parametrize("code", [None, 5, 32, 33])
def test_everything_that_writes_outlasts_a_scanner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=lambda *_: None))
    scanner = Scanner(monkeypatch, tries=3, code=code)
    DISK.make_folder(tmp_path / "case")
    write_durably(DISK, tmp_path / "case" / "log", b"one")
    file = DISK.append(tmp_path / "case" / "log")
    file.write(b" two")
    file.close()
    DISK.shorten(tmp_path / "case" / "log", 5)
    place_new(DISK, tmp_path / "case" / "page", b"page")
    with hold_lock(tmp_path / "case" / "lock", 0):
        pass
    assert read_regular(tmp_path / "case" / "log") == b"one t"
    DISK.remove(tmp_path / "case" / "page")
    assert {"mkdir", "open", "replace", "unlink"} <= set(scanner.refused)


def test_who_holds_a_file_for_good_is_told_after_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"kept")
    scanner = Scanner(monkeypatch, tries=1000)
    with pytest.raises(PermissionError):
        DISK.move(tmp_path / "a", tmp_path / "b")
    assert 1 < scanner.waited < 3
    assert len(scanner.refused) == len(patience.WAITS_SECONDS) + 1


def test_other_trouble_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch()
    scanner = Scanner(monkeypatch, tries=1, code=19)  # the medium is write-protected
    with pytest.raises(PermissionError):
        DISK.move(tmp_path / "a", tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        patience.patiently((tmp_path / "none").stat)
    assert scanner.waited == 0


def test_elsewhere_nothing_is_tried_twice(tmp_path: Path) -> None:
    tries = []

    def refused() -> None:
        tries.append(1)
        raise PermissionError(13, "no")

    with pytest.raises(PermissionError):
        patience.patiently(refused)
    assert tries == [1]


def test_a_draft_folder_goes_once_its_last_file_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "draft"
    (folder / "store").mkdir(parents=True)
    (folder / "store" / "a").touch()
    real = shutil.rmtree
    tries: list[Path] = []

    def held(path: Path) -> None:
        tries.append(path)
        if len(tries) < 3:
            error = OSError(41, "it is not empty")
            error.winerror = 145  # type: ignore[attr-defined,unused-ignore]
            raise error
        real(path)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(shutil, "rmtree", held)
    patience.discard_tree(folder)
    assert not folder.exists()
    patience.remove_tree(folder)


def test_folders_on_a_stick_are_not_made_for_one_account_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From Python 3.12.4 on exactly mode 0700 gives a folder to one account of one computer on Windows."""
    modes: list[int] = []
    real = os.mkdir

    def noted(path: Path, mode: int = 0o777) -> None:
        modes.append(mode)
        real(path, mode)

    monkeypatch.setattr(os, "mkdir", noted)
    monkeypatch.setattr(sys, "platform", "win32")
    DISK.make_folder(tmp_path / "a" / "b")
    assert len(modes) == 2
    assert 0o700 not in modes


def test_no_folder_is_made_past_the_disk() -> None:
    root = Path(patience.__file__).parents[1]
    makers = [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*.py"))
        if any(word in path.read_text("utf-8") for word in (".mkdir(", "os.mkdir(", "makedirs(", "mkdtemp("))
    ]
    assert makers == ["vault/disk.py"]


def test_no_file_is_moved_or_deleted_past_patience() -> None:
    """One place knows how to wait for a scanner."""
    root = Path(patience.__file__).parents[1]
    ways = (".unlink(", "rmtree(", "os.replace(", "os.rename(", "os.remove(")
    found = {
        (path.relative_to(root).as_posix(), line.strip())
        for path in sorted(root.rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if any(way in line for way in ways) and "patiently(" not in line
    }
    assert found == set()


def test_a_copy_that_is_marked_read_only_can_be_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows deletes no file that is marked so; the mark goes first, and comes back where deleting fails."""
    copy = tmp_path / "photo.jpg"
    copy.write_bytes(b"copy")
    copy.chmod(0o444)
    real = os.unlink
    refuses = True

    def unlink(path: Path, **more: object) -> None:
        if refuses or not os.lstat(path).st_mode & stat.S_IWRITE:
            raise PermissionError(13, "read-only", str(path))
        real(path)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(os, "unlink", unlink)
    with pytest.raises(PermissionError):
        patience.remove_file(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o444
    refuses = False
    patience.remove_file(copy)
    assert not copy.exists()


@pytest.mark.parametrize(
    ("tag", "is_one"),
    [
        pytest.param(0xA0000003, True, id="junction"),
        pytest.param(0xA000000C, True, id="symbolic-link"),
        pytest.param(0xA000001D, True, id="link-of-Linux-in-Windows"),
        pytest.param(0x9000001A, False, id="file-in-a-cloud"),
        pytest.param(0x80000017, False, id="packed-file"),
        pytest.param(0, False, id="none"),
    ],
)
def test_what_stands_for_another_name_is_a_link(tag: int, is_one: bool) -> None:
    seen = SimpleNamespace(st_mode=stat.S_IFDIR | 0o777, st_reparse_tag=tag)
    assert leads_elsewhere(seen) is is_one  # type: ignore[arg-type]


def test_a_tree_is_walked_through_no_junction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "junction").mkdir(parents=True)
    (tmp_path / "in" / "junction" / "elsewhere").touch()
    (tmp_path / "in" / "file").touch()
    real = os.lstat

    def lstat(path: Path) -> object:
        seen = real(path)
        if Path(path).name != "junction":
            return seen
        return SimpleNamespace(st_mode=seen.st_mode, st_reparse_tag=0xA0000003)

    monkeypatch.setattr(os, "lstat", lstat)
    assert is_link(tmp_path / "in" / "junction")
    assert not is_link(tmp_path / "none")
    assert [names for _, _, names in tree(tmp_path)] == [[], ["file", "junction"]]
    assert files_below(tmp_path) == [tmp_path / "in" / "file"]
    assert files_below(tmp_path / "none") == []
