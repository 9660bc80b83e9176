"""Plain copies: found, held against what the store really holds, and deleted only where that is sure."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.intake.mounts import Mount
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.upkeep import tidy
from evidence_kit.workflows.upkeep.tidy import LawyersWord, PlainFile, PlainState
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

DISK = [Mount("/", "ext4")]


def looked(writer: CaseWriter, station: Station, *sources: Path) -> list[PlainFile]:
    return list(tidy.plain_files(writer.case, station, sources, DISK))


def states(found: list[PlainFile]) -> dict[str, PlainState]:
    return {plain.path.name: plain.state for plain in found}


def test_what_the_case_holds_is_deleted_and_the_log_says_so_before(
    new_case: NewCase, source: Path, station: Station
) -> None:
    writer = new_case()
    take_in(writer, source)
    (source / "later.txt").write_text("not taken in")
    found = looked(writer, station, source)
    assert states(found) == {
        "a.bin": PlainState.KEPT, "note.txt": PlainState.KEPT, "رسالة.txt": PlainState.KEPT, "empty": PlainState.KEPT,
        "later.txt": PlainState.NOT_IN_CASE,
    }  # fmt: skip
    told: list[str] = []
    for plain, gone in tidy.delete_plain(writer, found, [source], None):
        assert gone
        assert plain.path.name not in told
        told.append(plain.path.name)
        listed = writer.manifest.entries["tidied"][-1].facts["files"]
        assert str(plain.path) in {each["path"] for each in listed}
    assert sorted(path.name for path in source.rglob("*")) == ["later.txt"]
    assert len(told) == 4


def test_a_folder_that_became_empty_goes_too(new_case: NewCase, source: Path, station: Station) -> None:
    writer = new_case()
    take_in(writer, source)
    list(tidy.delete_plain(writer, looked(writer, station, source), [source], None))
    assert not source.exists()


def test_a_copy_stays_when_the_one_in_the_store_is_damaged(new_case: NewCase, source: Path, station: Station) -> None:
    writer = new_case()
    take_in(writer, source)
    item = next(item for item in writer.manifest.items.values() if item.place.path.endswith("note.txt"))
    path = writer.case.folder.item(item.id)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    found = looked(writer, station, source)
    assert states(found)["note.txt"] is PlainState.STORE_DAMAGED
    list(tidy.delete_plain(writer, found, [source], LawyersWord("Me Idrissi", None)))
    assert [each.name for each in source.rglob("*")] == ["note.txt"]


def test_a_file_that_changed_since_it_was_read_stays(new_case: NewCase, source: Path, station: Station) -> None:
    writer = new_case()
    take_in(writer, source)
    found = looked(writer, station, source)
    (source / "note.txt").write_text("something new\n", "utf-8")
    gone = {plain.path.name: deleted for plain, deleted in tidy.delete_plain(writer, found, [source], None)}
    assert gone.pop("note.txt") is False
    assert set(gone.values()) == {True}
    assert (source / "note.txt").is_file()


@pytest.mark.parametrize("form", ["fuse.gvfsd-fuse", "fuse.jmtpfs", "fuse.ifuse"])
def test_a_phone_is_not_even_looked_into(form: str, new_case: NewCase, source: Path, station: Station) -> None:
    writer = new_case()
    take_in(writer, source)
    known = [*DISK, Mount(str(source), form)]
    found = list(tidy.plain_files(writer.case, station, [source, source / "DCIM"], known))
    assert [plain.state for plain in found] == [PlainState.PHONE, PlainState.PHONE]
    list(tidy.delete_plain(writer, found, [source], LawyersWord("Me Idrissi", "yes")))
    assert len([path for path in source.rglob("*") if path.is_file()]) == 4
    assert "tidied" not in writer.manifest.entries


def test_links_and_the_kits_own_folders_are_left_alone(new_case: NewCase, source: Path, station: Station) -> None:
    writer = new_case()
    take_in(writer, source)
    (source / "link").symlink_to(source / "note.txt")
    found = looked(writer, station, source, station.cases, station.folder)
    assert {plain.path.name for plain in found} == {"a.bin", "note.txt", "رسالة.txt", "empty"}


def test_sources_are_remembered_once_with_their_exact_bytes(new_case: NewCase, tmp_path: Path) -> None:
    import os

    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    odd.mkdir()
    writer = new_case()
    for _ in range(2):
        tidy.remember_sources(writer, [odd, tmp_path], DISK)
    assert tidy.sources_of(writer.manifest) == [odd, tmp_path]
    assert len(writer.manifest.entries["source.read"]) == 1


def test_a_source_that_is_gone_is_said(new_case: NewCase, tmp_path: Path, station: Station) -> None:
    assert [plain.state for plain in looked(new_case(), station, tmp_path / "nowhere")] == [PlainState.GONE]
