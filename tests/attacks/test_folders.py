"""Case folders that somebody has changed, without any key."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.workflows.checking.verify import verify_case
from tests.attacks.conftest import Material
from tests.attacks.rebuild import ends_of_commits


def _remove(name: str) -> Callable[[Path], None]:
    return lambda case: (case / name).unlink()


def _swap(one: str, other: str) -> Callable[[Path], None]:
    def change(case: Path) -> None:
        first, second = (case / one).read_bytes(), (case / other).read_bytes()
        (case / one).write_bytes(second)
        (case / other).write_bytes(first)

    return change


def _link(case: Path) -> None:
    target = case.parent / "elsewhere.age"
    shutil.move(case / "store" / "E000001.age", target)
    (case / "store" / "E000001.age").symlink_to(target)


BROKEN: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "item removed": (_remove("store/E000002.age"), "item-missing", "store/E000002.age"),
    "items swapped": (_swap("store/E000001.age", "store/E000002.age"), "item-changed", "store/E000001.age"),
    "body removed": (_remove("bodies/00000005.age"), "body-missing", "bodies/00000005.age"),
    "bodies swapped": (_swap("bodies/00000005.age", "bodies/00000009.age"), "body-changed", "bodies/00000009.age"),
    "key removed": (_remove("keys/K0002.age"), "key-missing", "keys/K0002.age"),
    "keys swapped": (_swap("keys/K0001.age", "keys/K0002.age"), "key-changed", "keys/K0001.age"),
    "item exchanged for a link": (_link, "item-missing", "store/E000001.age"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_changed_folder_is_broken(name: str, case: Path) -> None:
    change, code, file = BROKEN[name]
    change(case)
    report = verify_case(case)
    assert report.verdict is Verdict.BROKEN
    assert (code, file) in {(finding.code, finding.file) for finding in report.findings}


@pytest.mark.parametrize("name", ["store/E000009.age", "bodies/00000099.age", "keys/K0009.age", "hello.txt", "store/x"])
def test_a_file_that_no_signed_line_names_is_found(name: str, case: Path) -> None:
    (case / name).write_bytes(b"planted")
    report = verify_case(case)
    assert [(finding.code, finding.file) for finding in report.findings] == [("file-not-in-log", name)]


def test_a_log_cut_to_an_older_signature_is_found_by_memory_and_by_receipt(material: Material, case: Path) -> None:
    log = case / "custody.jsonl"
    data = log.read_bytes()
    remembered = material.station.remembered(case.name)
    assert verify_case(case, remembered=remembered, receipt=material.receipt).verdict is Verdict.ANCHORED
    ends = ends_of_commits(data)
    log.write_bytes(data[: ends[0]])
    codes = {finding.code for finding in verify_case(case, remembered=remembered).findings}
    assert "log-not-as-remembered" in codes
    codes = {finding.code for finding in verify_case(case, receipt=material.receipt).findings}
    assert "receipt-not-found" in codes


def test_one_broken_item_does_not_hide_how_many_are_intact(material: Material, case: Path) -> None:
    path = case / "store" / "E000002.age"
    path.write_bytes(path.read_bytes()[:-1])
    for key in (None, material.key):
        report = verify_case(case, key)
        assert (report.items, report.items_here) == (2, 3)


def test_verifying_writes_nothing(material: Material, case: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in case.rglob("*")}
    verify_case(case, material.key, receipt=material.receipt)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in case.rglob("*")} == before


def test_a_pipe_or_a_link_under_a_name_of_ours_is_named(case: Path, tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    assert verify_case(case).findings == []
    (case / "lock").unlink(missing_ok=True)
    os.mkfifo(case / "lock")
    cached = case / "cache" / ("0" * 32)
    cached.parent.mkdir(exist_ok=True)
    os.mkfifo(cached)
    (tmp_path / "elsewhere").write_bytes(b"Run me first.")
    (case / "README.txt").unlink()
    (case / "README.txt").symlink_to(tmp_path / "elsewhere")
    found = {(each.code, each.file) for each in verify_case(case).findings}
    assert found == {
        ("file-not-in-log", "lock"),
        ("file-not-in-log", f"cache/{'0' * 32}"),
        ("file-not-in-log", "README.txt"),
        ("readme-changed", "README.txt"),
    }
