"""Taking in: what went in comes out, nothing is taken twice, and trouble with one thing never stops the others."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import socket
from pathlib import Path
from typing import BinaryIO

import pytest

from evidence_kit.custody.errors import CaseBrokenError
from evidence_kit.hashing.exact import sha256
from evidence_kit.intake.errors import DiskFailureError, DiskFullError, SourceMissingError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Weight
from evidence_kit.workflows.accession.commit_group import KnownDescription, PendingDescription
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ContainerRead, Kept, Refused, SeenAgain, Unopened
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import NewCase, Numbered, SteppingClock
from tests.fakes import FailingDisk, NoDescriber
from tests.hostile import bad_zips, make_bad_inputs, make_zip
from tests.workflows.helpers import files_of, take_in, totals


def content(writer: CaseWriter, item: str) -> bytes:
    sink = io.BytesIO()
    writer.case.decrypt(item, sink)
    return sink.getvalue()


def test_what_went_in_comes_out_bit_for_bit(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    originals = {
        path.relative_to(source.parent).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()
    }
    kept = {item.place.path: content(writer, item.id) for item in writer.manifest.items.values()}
    assert kept == originals
    for item in writer.manifest.items.values():
        assert item.sha256 == sha256(originals[item.place.path])


def test_files_come_in_a_stable_order(new_case: NewCase, source: Path) -> None:
    first, second = new_case(), new_case()
    take_in(first, source)
    take_in(second, source)
    listed = [[item.place.path for item in each.manifest.items.values()] for each in (first, second)]
    assert listed[0] == listed[1] == sorted(listed[0], key=os.fsencode)


def test_a_second_run_adds_no_byte(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    before = files_of(writer.case.folder.root)
    again = totals(take_in(writer, source))
    assert (again.kept, again.known, again.seen_again) == (0, 4, 0)
    assert files_of(writer.case.folder.root) == before


def test_the_same_bytes_at_another_place_are_kept_once(new_case: NewCase, source: Path) -> None:
    (source / "copy.txt").write_bytes((source / "note.txt").read_bytes())
    writer = new_case()
    outcomes = take_in(writer, source)
    again = [outcome for outcome in outcomes if isinstance(outcome, SeenAgain)]
    assert [outcome.place.path for outcome in again] == ["phone/note.txt"]
    item = writer.manifest.items[again[0].item]
    assert [item.place.path, *(each.path for each in item.also_at)] == ["phone/copy.txt", "phone/note.txt"]
    assert totals(take_in(writer, source)).known == 5


def test_a_file_that_changed_since_is_a_new_item(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    (source / "note.txt").write_text("bonsoir\n", "utf-8")
    assert totals(take_in(writer, source)).kept == 1
    assert len(writer.manifest.items) == 5


def test_the_originals_are_not_touched(new_case: NewCase, source: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size, path.stat().st_mode) for path in source.rglob("*")}
    take_in(new_case(), source)
    assert {
        path: (path.stat().st_mtime_ns, path.stat().st_size, path.stat().st_mode) for path in source.rglob("*")
    } == before


def test_a_source_that_is_not_there_is_said_before_anything_is_read(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    with pytest.raises(SourceMissingError):
        take_in(writer, source, source / "nowhere")
    assert not writer.manifest.items


def test_links_pipes_and_sockets_are_refused_with_their_reason(new_case: NewCase, source: Path) -> None:
    (source / "link").symlink_to("/etc/passwd")
    (source / "loop").symlink_to(source, target_is_directory=True)
    os.mkfifo(source / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(source / "socket"))
    outcomes = take_in(new_case(), source)
    listener.close()
    refused = {each.place.path: each.reason for each in outcomes if isinstance(each, Refused)}
    assert refused == {
        "phone/link": "symlink",
        "phone/loop": "symlink",
        "phone/pipe": "fifo",
        "phone/socket": "socket",
    }
    assert totals(outcomes).kept == 4


def test_a_refusal_is_logged_once(new_case: NewCase, source: Path) -> None:
    (source / "link").symlink_to("/etc/passwd")
    writer = new_case()
    take_in(writer, source)
    lines = writer.head.lines
    assert totals(take_in(writer, source)).refused == 1
    assert writer.head.lines == lines


def test_a_name_that_is_no_unicode_keeps_its_bytes(new_case: NewCase, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    raw = b"caf\xe9 \x1b[31m.txt"
    (Path(os.fsdecode(os.fsencode(folder) + b"/" + raw))).write_bytes(b"x")
    writer = new_case()
    take_in(writer, folder)
    import base64

    place = writer.manifest.items["E000001"].place
    assert place.path_bytes is not None
    assert base64.b64decode(place.path_bytes) == b"odd/" + raw


def test_the_case_itself_is_not_evidence(new_case: NewCase, station: Station) -> None:
    writer = new_case()
    outcomes = take_in(writer, station.folder.parent)
    refused = {each.place.path.rsplit("/", 1)[-1]: each.reason for each in outcomes if isinstance(each, Refused)}
    assert refused == {"cases": "own-folder", "station": "own-folder"}


def test_an_unreadable_file_is_an_outcome_and_the_rest_goes_on(
    new_case: NewCase, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = os.open

    def failing(path: Path, flags: int, *rest: int, **more: int) -> int:
        if str(path).endswith("note.txt"):
            raise OSError(errno.EIO, "unplugged")
        return opening(path, flags, *rest, **more)

    writer = new_case()
    monkeypatch.setattr(os, "open", failing)
    outcomes = take_in(writer, source)
    monkeypatch.undo()
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert [(each.place.path, each.reason) for each in refused] == [("phone/note.txt", "unreadable")]
    assert totals(outcomes).kept == 3
    assert totals(take_in(writer, source)).kept == 1


def test_members_of_a_zip_become_items_with_their_container(new_case: NewCase, tmp_path: Path) -> None:
    archive = tmp_path / "chat.zip"
    import zipfile

    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_chat.txt", "سلام\n")
        made.writestr("a/../b.txt", "twice")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("_chat.txt", "another of the same name\n")
    writer = new_case()
    outcomes = take_in(writer, archive)
    read = next(each for each in outcomes if isinstance(each, ContainerRead))
    assert (read.members, read.kept, read.refused) == (3, 3, 0)
    items = list(writer.manifest.items.values())
    assert [(item.place.path, item.place.container, item.place.member) for item in items] == [
        ("chat.zip", None, None),
        ("_chat.txt", "E000001", 0),
        ("a/../b.txt", "E000001", 1),
        ("_chat.txt", "E000001", 2),
    ]
    assert content(writer, "E000004") == b"another of the same name\n"
    assert totals(take_in(writer, archive)).known == 1


@pytest.mark.parametrize("name", sorted(bad_zips()))
def test_a_bad_zip_is_kept_whole_and_the_batch_goes_on(name: str, new_case: NewCase, tmp_path: Path) -> None:
    bad = bad_zips()[name]
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "a.zip").write_bytes(bad.content)
    (folder / "z.txt").write_text("afterwards")
    writer = new_case()
    outcomes = take_in(writer, folder)
    whole = [item for item in writer.manifest.items.values() if item.place.path == "bad/a.zip"]
    assert content(writer, whole[0].id) == bad.content
    assert any(item.place.path == "bad/z.txt" for item in writer.manifest.items.values())
    assert not list(writer.case.folder.root.rglob("*.draft"))
    inside = sum(isinstance(each, Kept | SeenAgain) and each.place.container is not None for each in outcomes)
    # A folder is no item; and `bad.members` leaves out the zip that stands before the last one.
    apart = {"folder": -1, "concatenated": 1}.get(name, 0)
    assert inside == sum(outcome in {"whole", "bytes-behind"} for outcome in bad.members) + apart
    report = verify_case(writer.case.folder.root, None)
    assert not report.findings


def test_everything_bad_at_once_leaves_the_case_sound(new_case: NewCase, tmp_path: Path, key: SigningKey) -> None:
    folder = tmp_path / "bad inputs"
    folder.mkdir()
    inputs = make_bad_inputs(folder)
    writer = new_case()
    outcomes = take_in(writer, folder)
    refused = {each.place.path for each in outcomes if isinstance(each, Refused) and each.place.container is None}
    assert len(refused) == sum(each.expected == "refused" for each in inputs)
    assert totals(take_in(writer, folder)).kept == 0
    assert not verify_case(writer.case.folder.root, key).findings


def test_in_a_minors_case_no_picture_is_kept_in_any_wrapping(new_case: NewCase, tmp_path: Path) -> None:
    import base64
    import zipfile

    picture = b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000)
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(picture)
    (folder / "hidden.txt").write_bytes(picture)
    (folder / "page.html").write_bytes(b"<html><img src='data:image/jpeg;base64," + base64.b64encode(picture) + b"'>")
    (folder / "unknown.bin").write_bytes(bytes(range(256)))
    with zipfile.ZipFile(folder / "with.zip", "w") as made:
        made.writestr("_chat.txt", "text")
        made.writestr("IMG.jpg", picture)
    with zipfile.ZipFile(folder / "without.zip", "w") as made:
        made.writestr("_chat.txt", "only text\n")
    (folder / "plain.txt").write_text("a threat\n")
    for age in ("minor", "unknown"):
        writer = new_case(age)
        outcomes = take_in(writer, folder)
        assert {item.place.path for item in writer.manifest.items.values()} == {
            "export/plain.txt",
            "_chat.txt",
            "page.html",  # what is left of it without its picture
        }
        page = next(item for item in writer.manifest.items.values() if item.place.path == "page.html")
        assert page.size_bytes == len("<html><img src=''>")
        assert not [each for each in outcomes if isinstance(each, Refused)]
        assert totals(outcomes).withheld == totals(outcomes).witnessed == 8


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("act", ["write", "sync", "move", "create", "append", "sync_folder"])
@pytest.mark.parametrize("at", [1, 2, 5, 9])
def test_a_failing_disk_stops_cleanly_and_the_same_command_completes(
    act: str, at: int, number: int, new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    failing = World(SteppingClock(), FailingDisk(act, at, number), Numbered(), "0.0-test")
    safe: list[str] = []
    stopped: DiskFullError | DiskFailureError | None = None
    try:
        with writing(folder, key, station, failing) as writer:
            for outcome in ingest(writer, [source], Provenance(), NoDescriber()):
                safe += [outcome.item] if isinstance(outcome, Kept) else []
    except (DiskFullError, DiskFailureError) as error:
        stopped = error
    if stopped is not None:
        assert isinstance(stopped, DiskFullError) == (number == errno.ENOSPC)
        assert 10 <= stopped.exit_code <= 19
    report = verify_case(folder.root, key, station.remembered(folder.root.name))
    assert [each for each in report.findings if each.weight is not Weight.NOTE] == []
    with writing(folder, key, station, world) as writer:
        assert set(safe) <= set(writer.manifest.items)
        take_in(writer, source)
        assert len(writer.manifest.items) == 4
    assert not verify_case(folder.root, key, station.remembered(folder.root.name)).findings


@pytest.mark.parametrize("payload", [True, False], ids=["looked-at", "not"])
def test_whatever_its_size_what_went_in_comes_out(
    payload: bool, new_case: NewCase, tmp_path: Path, world: World
) -> None:
    folder, border = tmp_path / "sizes", 8 << 20
    folder.mkdir()
    sizes = [0, 1, 65535, 65536, 65537, 400 << 10, 640 << 10, (1 << 20) + 1, border - 1, border, border + 1, 13_000_001]
    for size in sizes:
        # As text these would be looked at, and their bytes are kept for that beside the pieces that are only lent.
        (folder / f"{size}.bin").write_bytes(
            b"a line\n" * (size // 7) + b"-" * (size % 7) if payload else os.urandom(size)
        )
    writer = new_case()
    seen = Keeping() if payload else NoDescriber()
    list(ingest(writer, [folder], Provenance(), seen))
    assert sorted(item.size_bytes for item in writer.manifest.items.values()) == sizes
    for item in writer.manifest.items.values():
        original = (folder / f"{item.size_bytes}.bin").read_bytes()
        sink = io.BytesIO()
        writer.case.decrypt(item.id, sink)
        assert sink.getvalue() == original
        assert item.sha256.hex == hashlib.sha256(original).hexdigest()
        if isinstance(seen, Keeping) and item.size_bytes:
            assert original in seen.payloads


class Keeping(NoDescriber):
    """Is handed everything that is a text."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def describes(self, kind: str) -> bool:
        return kind == "text"

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        assert isinstance(payload, bytes)
        self.payloads.append(payload)
        return KnownDescription({"describer": "kept/1", "facts": {}, "problems": []})


class InterruptedDescriber(NoDescriber):
    """Somebody presses Ctrl-C while the third file is looked at."""

    def __init__(self) -> None:
        self.calls = 0

    def describes(self, kind: str) -> bool:
        self.calls += 1
        if self.calls == 5:
            raise KeyboardInterrupt
        return False


def test_ctrl_c_keeps_what_was_taken_in(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    with pytest.raises(KeyboardInterrupt), writing(folder, key, station, world) as writer:
        list(ingest(writer, [source], Provenance(), InterruptedDescriber()))
    report = verify_case(folder.root, key, station.remembered(folder.root.name))
    assert not report.findings
    assert 0 < report.items < 4
    with writing(folder, key, station, world) as writer:
        take_in(writer, source)
        assert len(writer.manifest.items) == 4


def test_nothing_is_written_to_a_broken_case(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    folder.log.write_bytes(folder.log.read_bytes().replace(b'"seq":2', b'"seq":3'))
    with pytest.raises(CaseBrokenError), writing(folder, key, station, world):
        pass


def test_a_zip_that_claims_to_be_one_and_is_none_is_kept(new_case: NewCase, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(10))
    outcomes = take_in(new_case(), path)
    assert totals(outcomes).kept == 1
    assert any(isinstance(each, Unopened) for each in outcomes)
    assert make_zip is not None
