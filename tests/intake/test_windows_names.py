"""Names, links, times and streams as Windows has them, its rules simulated on any system."""

import builtins
import ctypes
import datetime
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evidence_kit.commands._described import nanoseconds
from evidence_kit.commands._language import language_of
from evidence_kit.intake.exact_path import exact, exact_path, shown, shown_path
from evidence_kit.intake.read import FileTrace, open_original
from evidence_kit.intake.surroundings import file_surroundings
from evidence_kit.intake.walk import FoundFile, UnfitPath, walk_files
from evidence_kit.workflows.handover.forms.table import modified_time


@pytest.mark.parametrize(
    ("common", "form"),
    [
        ("C:\\cases\\photo.", "\\\\?\\C:\\cases\\photo."),
        ("C:\\cases\\photo ", "\\\\?\\C:\\cases\\photo "),
        ("E:/stick/con.jpg", "\\\\?\\E:\\stick\\con.jpg"),
        ("E:\\stick\\..\\other\\.\\a", "\\\\?\\E:\\other\\a"),
        ("\\\\server\\share\\a", "\\\\?\\UNC\\server\\share\\a"),
        ("\\\\?\\E:\\a.", "\\\\?\\E:\\a."),
        ("C:\\" + "long\\" * 100 + "a", "\\\\?\\C:\\" + "long\\" * 100 + "a"),
    ],
)
def test_the_exact_form_keeps_every_letter_of_a_name(common: str, form: str) -> None:
    assert exact(common) == form
    assert exact(form) == form
    assert shown(form) == shown(shown(form))
    assert not shown(form).startswith("\\\\?")


def test_elsewhere_a_path_is_what_it_is(tmp_path: Path) -> None:
    assert exact_path(tmp_path / "a.") == tmp_path / "a."
    assert shown_path(tmp_path / "a.") == tmp_path / "a."


class Windows:
    """Calls of the system as Windows answers them where long paths are not switched on, the default.

    Source: Microsoft, Naming Files, Paths, and Namespaces; Maximum Path Length Limitation.
    """

    LONGEST = 259

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        for name in ("lstat", "stat", "scandir", "open", "unlink", "listdir"):
            monkeypatch.setattr(os, name, self._as_windows(getattr(os, name)))

    def _as_windows(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def asked(path: Any, *more: Any, **named: Any) -> Any:
            return call(self._opened(path), *more, **named)

        return asked

    def _opened(self, path: Any) -> Any:
        if isinstance(path, int):
            return path
        text = os.fspath(path)
        if text.startswith("\\\\?\\"):
            return text[4:].replace("\\", "/")
        if len(text) > self.LONGEST:
            raise FileNotFoundError(2, "The system cannot find the path specified", text)
        return "/".join(part if part in {"..", "."} else part.rstrip(". ") for part in text.split("/"))


def _content(found: FoundFile | UnfitPath) -> bytes:
    assert isinstance(found, FoundFile), found
    with open_original(found.path) as original:
        return original.file.read()


def test_names_that_end_in_a_dot_or_blank_are_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "stick"
    source.mkdir()
    names = ("photo", "photo.", "photo ", "photo. .")
    for name in names:
        (source / name).write_bytes(name.encode())
    Windows(monkeypatch)
    seen = {found.shown: _content(found) for found in walk_files(source)}
    assert seen == {f"stick/{name}": name.encode() for name in names}


def test_the_rule_that_is_simulated_takes_one_for_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo").write_bytes(b"first")
    (tmp_path / "photo.").write_bytes(b"second")
    Windows(monkeypatch)
    with open_original(tmp_path / "photo.") as original:
        assert original.file.read() == b"first"


def test_a_path_of_400_letters_is_read_as_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "stick"
    for _ in range(4):
        deep /= "n" * 100
    deep.mkdir(parents=True)
    (deep / "photo").write_bytes(b"far")
    Windows(monkeypatch)
    with pytest.raises(FileNotFoundError):
        os.lstat(deep / "photo")
    (found,) = walk_files(tmp_path / "stick")
    assert found.shown.endswith("n/photo")
    assert _content(found) == b"far"


def test_our_own_folder_is_known_in_its_exact_form_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "stick" / "cases"
    own.mkdir(parents=True)
    (own / "log").touch()
    own = own.resolve()
    Windows(monkeypatch)
    # What `resolve` gives back for an exact path on Windows is exact again.
    monkeypatch.setattr(Path, "resolve", lambda self: self)
    monkeypatch.setattr("evidence_kit.intake.walk.shown_path", lambda path: Path(shown(str(path)).replace("\\", "/")))
    (found,) = walk_files(tmp_path / "stick", frozenset({own}))
    assert isinstance(found, UnfitPath)
    assert found.reason == "own-folder"


def test_a_damaged_folder_does_not_end_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows answers 1392 when it is asked where a damaged folder of a stick really lies."""
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").touch()
    real = Path.resolve

    def resolve(self: Path, *more: Any, **named: Any) -> Path:
        if self.name == "bad":
            raise OSError(22, "The file or directory is corrupted and unreadable", str(self))
        return real(self, *more, **named)

    monkeypatch.setattr(Path, "resolve", resolve)
    found = list(walk_files(tmp_path, frozenset({tmp_path / "elsewhere"})))
    assert [(each.shown.rpartition("/")[2], type(each)) for each in found] == [("bad", UnfitPath), ("a", FoundFile)]


def test_a_junction_is_refused_as_the_link_that_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "junction").mkdir()
    (tmp_path / "junction" / "elsewhere").touch()
    real = os.lstat

    def lstat(path: Path) -> Any:
        seen = real(path)
        tag = 0xA0000003 if Path(path).name == "junction" else 0
        return SimpleNamespace(st_mode=seen.st_mode, st_size=seen.st_size, st_reparse_tag=tag)

    monkeypatch.setattr(os, "lstat", lstat)
    (found,) = walk_files(tmp_path)
    assert isinstance(found, UnfitPath)
    assert found.reason == "symlink"


def test_the_making_of_a_file_is_not_told_as_its_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.touch()
    seen = SimpleNamespace(st_size=0, st_mtime_ns=-5, st_ctime_ns=77, st_ino=1, st_atime_ns=9, st_mode=stat.S_IFREG)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "fstat", lambda _: seen)
    trace = FileTrace.of_open_file(3)
    assert trace.facts() == {"modified_ns": "-5", "accessed_ns": "9", "created_ns": "77"}
    assert trace.holds(3)
    seen.st_birthtime_ns = 66
    assert FileTrace.of_open_file(3).created_ns == 66


def test_a_stream_beside_a_file_is_read_as_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file is not opened as binary, Windows ends it at the first Ctrl-Z and changes its ends of lines."""
    path = tmp_path / "a.jpg"
    path.touch()
    raw = b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.org/\x1aend\r\n"
    path.with_name("a.jpg:Zone.Identifier").write_bytes(raw)
    binary = os.O_CLOEXEC | 1 << 29
    real = os.open
    monkeypatch.setattr(os, "O_BINARY", 1 << 29, raising=False)
    monkeypatch.setattr(
        os, "open", lambda path, flags: real(path, flags & ~(1 << 29)) if flags & binary == binary else -1
    )
    with builtins.open(path, "rb") as file:  # noqa: PTH123 - `Path.open` goes another way
        zone = file_surroundings(path, file.fileno())["zone_identifier"]
    assert zone["raw"].encode() == raw  # type: ignore[index, call-overload, union-attr]


def test_a_date_before_1970_is_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows `fromtimestamp` refuses every one of them."""

    class Refusing(datetime.datetime):
        @classmethod
        def fromtimestamp(cls, *_: object) -> Any:
            raise OSError(22, "Invalid argument")

    monkeypatch.setattr(datetime, "datetime", Refusing)
    monkeypatch.setattr("evidence_kit.commands._described.datetime", Refusing)
    assert nanoseconds("-1") == "1969-12-31 23:59:59 UTC"
    assert nanoseconds(str(10**40)) == str(10**40)
    assert modified_time({"times": {"modified_ns": "-500000000"}}) == "1969-12-31T23:59:59.500000Z"
    assert modified_time({"times": {"modified_ns": str(10**40)}}) is None


@pytest.mark.parametrize(
    ("name", "language"),
    [("fr-MA", "fr"), ("ar-MA", "ar"), ("en-US", "en"), ("es-ES", "en"), ("", "en")],
)
def test_on_windows_the_language_is_that_of_its_menus(
    monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    def tell(number: int, buffer: Any, letters: int, _: int) -> int:
        assert (number, letters) == (0x40C, 85)
        buffer.value = name
        return len(name)

    system = SimpleNamespace(GetUserDefaultUILanguage=lambda: 0x40C, LCIDToLocaleName=tell)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=system), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert language_of((), {}) == language
    assert language_of((), {"EVIDENCE_KIT_LANG": "ar"}) == "ar"
    assert language_of(("--lang", "fr"), {}) == "fr"
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(), raising=False)
    assert language_of((), {}) == "en"
