"""The sealed set: what it keeps, what it refuses, and what a thief sees of it."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from evidence_kit.links import link_set
from evidence_kit.links.case_entry import CaseEntry, UnsoundEntryError, unpacked_entry
from evidence_kit.links.errors import LinkSetError
from evidence_kit.links.link_key import LinkKey
from evidence_kit.links.link_set import open_link_set

KEY = LinkKey(b"k" * 32)
NUMBER = KEY.value_digest("phone", "+212612345678")


def _entry(number: int, *values: bytes, pictures: tuple[bytes, ...] = ()) -> CaseEntry:
    return CaseEntry(f"LRC-2026-{number:04}", "Salma, Larache", tuple(sorted(values)), pictures)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "links.sqlite"
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        opened.put(_entry(1, NUMBER, pictures=(bytes(32),)))
        opened.put(_entry(2, NUMBER))
    return path


def _cases(path: Path, least: int = 0, key: LinkKey = KEY) -> list[str]:
    with open_link_set(path, key, least, os.urandom) as opened:
        return sorted(each.case for each in opened.entries())


def test_an_entry_comes_out_as_it_went_in() -> None:
    entry = _entry(7, NUMBER, b"v" * 16, pictures=(b"p" * 32, b"q" * 32))
    back = unpacked_entry(entry.packed())
    assert (back.case, back.answers) == (entry.case, entry.answers)
    assert (back.values, back.pictures) == (b"".join(entry.values), b"p" * 32 + b"q" * 32)


@pytest.mark.parametrize("data", [b"", b"\xff" * 40, b"\0\0\0\x02{}", _entry(1, NUMBER).packed()[:40]])
def test_other_bytes_are_no_entry(data: bytes) -> None:
    with pytest.raises(UnsoundEntryError):
        unpacked_entry(data)


def test_entries_of_few_and_of_many_numbers_have_one_length() -> None:
    many = [KEY.value_digest("phone", str(each)) for each in range(200)]
    assert len(_entry(1, NUMBER).packed()) == len(_entry(1, *many).packed())


def test_a_case_is_put_in_once_and_taken_out(path: Path) -> None:
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        opened.put(_entry(2, b"x" * 16))
        assert opened.remove("LRC-2026-0001")
        assert not opened.remove("LRC-2026-0001")
        (left,) = opened.entries()
    assert (left.case, left.values) == ("LRC-2026-0002", b"x" * 16)


def test_nothing_of_a_case_that_was_taken_out_stays_in_the_file(path: Path) -> None:
    with sqlite3.connect(path) as database:
        sealed = [row[0] for row in database.execute("SELECT sealed FROM entry")]
    database.close()
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        for number in (1, 2):
            opened.remove(f"LRC-2026-{number:04}")
    left = path.read_bytes()
    assert all(each[at : at + 64] not in left for each in sealed for at in range(0, len(each), 1024))


def test_a_thief_sees_neither_case_nor_digest(path: Path) -> None:
    data = path.read_bytes()
    for secret in (b"LRC-2026", b"Salma", NUMBER, b"612345678"):
        assert secret not in data


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_its_owners_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_left_out_is_remembered(path: Path) -> None:
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        opened.leave_out(NUMBER)
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        assert opened.left_out == {NUMBER}
        opened.leave_out(NUMBER, again=True)
        assert opened.left_out == frozenset()


def test_the_set_of_another_association_is_refused(path: Path) -> None:
    with pytest.raises(LinkSetError, match="links-set-of-another"):
        _cases(path, key=LinkKey(b"o" * 32))


def test_an_earlier_state_is_refused(path: Path) -> None:
    before = path.read_bytes()
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        opened.remove("LRC-2026-0001")
        changes = opened.root.changes
    assert _cases(path, changes) == ["LRC-2026-0002"]
    path.write_bytes(before)
    with pytest.raises(LinkSetError, match="links-set-older"):
        _cases(path, changes)


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM entry WHERE tag = (SELECT min(tag) FROM entry)",
        "UPDATE entry SET sealed = x'00'",
        "UPDATE entry SET sealed = (SELECT sealed FROM entry e WHERE e.tag <> entry.tag)",
        "INSERT INTO entry SELECT x'00', sealed FROM entry LIMIT 1",
        "UPDATE root SET sealed = x'00'",
        "UPDATE root SET sealed = NULL",
        "UPDATE entry SET sealed = 'text'",
        "DROP TABLE entry",
        "DELETE FROM root",
    ],
)
def test_what_somebody_without_the_key_changed_is_found(forgery: str, path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute(forgery)
    database.commit()
    database.close()
    with pytest.raises(LinkSetError):
        _cases(path, least=1)


@pytest.mark.parametrize(
    "data", [b"no database at all, but longer than a header" * 9, b"SQLite format 3\0" + bytes(99)]
)
def test_a_file_that_is_no_set_is_one_sentence(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "set").write_bytes(data)
    with pytest.raises(LinkSetError, match="links-set-damaged"):
        _cases(tmp_path / "set")
    assert (tmp_path / "set").read_bytes() == data


def test_a_byte_anywhere_is_found_or_changes_nothing(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            assert _cases(path, least=2) == ["LRC-2026-0001", "LRC-2026-0002"], at
        except LinkSetError:
            continue


def test_somebody_else_in_it_is_waited_for_and_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_set, "_PATIENCE_SECONDS", 0.1)
    with (
        open_link_set(path, KEY, 0, os.urandom),
        pytest.raises(LinkSetError, match="links-set-busy"),
        open_link_set(path, KEY, 0, os.urandom),
    ):
        pass


def test_what_ends_in_the_middle_changed_nothing(path: Path) -> None:
    def stopped() -> None:
        with open_link_set(path, KEY, 0, os.urandom) as opened:
            opened.remove("LRC-2026-0001")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert _cases(path, least=2) == ["LRC-2026-0001", "LRC-2026-0002"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises((LinkSetError, OSError)):
        _cases(tmp_path / "absent" / "set")


def test_points_come_out_beside_their_digests_and_an_older_kit_reads_the_rest() -> None:
    entry = CaseEntry("LRC-2026-0001", "Salma", (NUMBER, b"w" * 16), (b"p" * 32,), (b"x" * 32, b"y" * 32))
    back = unpacked_entry(entry.packed())
    assert back.points == b"x" * 32 + b"y" * 32
    assert unpacked_entry(back.without_points().packed()).points == b""
    assert unpacked_entry(back.without_points().packed()).values == back.values


def test_more_points_than_digests_are_no_entry() -> None:
    with pytest.raises(UnsoundEntryError):
        unpacked_entry(CaseEntry("LRC-2026-0001", "Salma", (NUMBER,), (), (b"x" * 32, b"y" * 32)).packed())


def test_questions_are_counted_once_and_by_month(path: Path) -> None:
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        assert opened.count_question("a" * 64, "one", "2026-03", 8000) == 8000
        # Interrupted and begun anew, it is counted once.
        assert opened.count_question("a" * 64, "one", "2026-03", 8000) == 8000
        opened.finish_question("a" * 64)
        with pytest.raises(LinkSetError, match="links-answered-before"):
            opened.count_question("a" * 64, "two", "2026-04", 16)
        with pytest.raises(LinkSetError, match="links-asked-too-much"):
            opened.count_question("b" * 64, "one", "2026-03", 256)
        assert opened.count_question("b" * 64, "one", "2026-04", 256) == 256
    with open_link_set(path, KEY, 0, os.urandom) as opened:
        for number, asker in enumerate(("two", "three", "four")):
            opened.count_question(f"{number}" * 64, asker, "2026-03", 8192)
        with pytest.raises(LinkSetError, match="links-asked-too-much"):
            opened.count_question("c" * 64, "five", "2026-03", 8192)
