"""Containers in containers, tars, what is left out, and sources that go away: as the case sees them."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path

import pytest

from evidence_kit.commands._ingest_view import outcome_json
from evidence_kit.intake.errors import SourceGoneError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import DiskFile
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.accession import reading
from evidence_kit.workflows.accession.dry_run import needed_bytes, plan_ingest
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.accession.witness import rule_for
from evidence_kit.workflows.case.outcome import ContainerRead, Kept, Refused, Unopened, WouldKeep
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import NewCase
from tests.fakes import NoDescriber
from tests.hostile import Part, make_zip
from tests.intake.test_more_containers import tar, zipped
from tests.workflows.helpers import files_of, take_in, totals

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 12


def content(writer: CaseWriter, item: str) -> bytes:
    sink = io.BytesIO()
    writer.case.decrypt(item, sink)
    return sink.getvalue()


def paths(writer: CaseWriter) -> list[tuple[str, str | None, int | None]]:
    places = [item.place for item in writer.manifest.items.values()]
    return [(place.path, place.container, place.member) for place in places]


def test_a_container_in_a_container_is_looked_into(new_case: NewCase, tmp_path: Path) -> None:
    chat = zipped({"_chat.txt": b"a threat\n", "IMG.jpg": JPEG})
    phone = zipped({"WhatsApp Chat.zip": chat, "notes.tgz": gzip.compress(tar({"n/a.txt": b"note"})), "b.txt": b"b"})
    (tmp_path / "phone.zip").write_bytes(phone)
    writer = new_case()
    outcomes = take_in(writer, tmp_path / "phone.zip")
    assert paths(writer) == [
        ("phone.zip", None, None),
        ("WhatsApp Chat.zip", "E000001", 0),
        ("_chat.txt", "E000002", 0),
        ("IMG.jpg", "E000002", 1),
        ("notes.tgz", "E000001", 1),
        ("n/a.txt", "E000005", 1),
        ("b.txt", "E000001", 2),
    ]
    assert (content(writer, "E000002"), content(writer, "E000006")) == (chat, b"note")
    read = [each for each in outcomes if isinstance(each, ContainerRead)]
    assert [(each.item, each.members, each.kept) for each in read] == [
        ("E000002", 2, 2),
        ("E000005", 1, 1),
        ("E000001", 3, 3),
    ]
    lines = writer.head.lines
    again = totals(take_in(writer, tmp_path / "phone.zip"))
    assert (again.known, again.kept, writer.head.lines) == (1, 0, lines)
    assert not verify_case(writer.case.folder.root, None).findings


def test_the_fourth_level_is_kept_and_not_opened(new_case: NewCase, tmp_path: Path) -> None:
    data = b"deepest"
    for level in range(5):
        data = zipped({f"{level}.zip" if level else "a.txt": data})
    (tmp_path / "nest.zip").write_bytes(data)
    writer = new_case()
    outcomes = take_in(writer, tmp_path / "nest.zip")
    assert [each.reason for each in outcomes if isinstance(each, Unopened)] == ["container-too-deep"]
    assert len(writer.manifest.items) == 4


def test_what_one_file_holds_is_bounded_over_all_levels(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence_kit.workflows.accession.containers._FLOOR_BYTES", 100_000)
    monkeypatch.setattr("evidence_kit.workflows.accession.containers._RATIO_LIMIT", 0)
    inner = zipped({f"{number}.txt": bytes(30_000) for number in range(5)})
    (tmp_path / "a.zip").write_bytes(zipped({"inner.zip": inner, "after.txt": b"x"}))
    writer = new_case()
    outcomes = take_in(writer, tmp_path / "a.zip")
    refused = [each.reason for each in outcomes if isinstance(each, Refused)]
    assert set(refused) == {"member-over-allowance"}
    assert 0 < len(refused) < 6
    assert not verify_case(writer.case.folder.root, None).findings


def test_in_a_minors_case_texts_come_out_of_containers_with_pictures(new_case: NewCase, tmp_path: Path) -> None:
    chat = zipped({"_chat.txt": b"a threat\n", "IMG.jpg": JPEG})
    members = {"chat.zip": chat, "clean.zip": zipped({"c.txt": b"clean"}), "x.bin": bytes(9) + b"??"}
    (tmp_path / "phone.zip").write_bytes(zipped(members))
    (tmp_path / "phone.tgz").write_bytes(gzip.compress(tar(members)))
    for name in ("phone.zip", "phone.tgz"):
        writer = new_case("minor")
        take_in(writer, tmp_path / name)
        kept = [path for path, _, _ in paths(writer)]
        assert kept == ["_chat.txt", "c.txt"]
        clean_zip = writer.manifest.witnessed[str(writer.manifest.items["E000002"].place.container)]
        assert clean_zip.place.path == "clean.zip"
        chat_zip = writer.manifest.witnessed[str(writer.manifest.items["E000001"].place.container)]
        assert chat_zip.place.path == "chat.zip"
        assert writer.manifest.witnessed[str(chat_zip.place.container)].place.path == name
        lines = writer.head.lines
        assert totals(take_in(writer, tmp_path / name)).kept == 0
        assert writer.head.lines == lines
        for item in writer.manifest.items:
            assert JPEG[:40] not in content(writer, item)


def test_a_picture_behind_the_end_of_a_container_keeps_it_out(new_case: NewCase, tmp_path: Path) -> None:
    clean = zipped({"c.txt": b"clean"})
    for name, data in {"a.zip": clean + JPEG, "b.zip": JPEG + clean, "c.tar": tar({"c.txt": b"x"}) + JPEG}.items():
        (tmp_path / name).write_bytes(data)
        writer = new_case("minor")
        take_in(writer, tmp_path / name)
        assert name not in [path for path, _, _ in paths(writer)]


def test_what_is_left_out_is_said_and_not_looked_into(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    outcomes = list(ingest(writer, [source], Provenance(), NoDescriber(), exclude=["DCIM", "*.txt"]))
    refused = {each.place.path: (each.reason, each.detail) for each in outcomes if isinstance(each, Refused)}
    assert refused == {
        "phone/DCIM": ("excluded", "DCIM"),
        "phone/note.txt": ("excluded", "*.txt"),
        "phone/رسالة.txt": ("excluded", "*.txt"),
    }
    done = totals(outcomes)
    assert (done.kept, done.excluded, done.refused, done.complete) == (1, 3, 0, True)
    assert totals(take_in(writer, source)).kept == 3


def test_a_rehearsal_says_what_an_ingest_then_does(new_case: NewCase, source: Path) -> None:
    (source / "chat.zip").write_bytes(zipped({"_chat.txt": b"a\n", "IMG.jpg": JPEG}))
    (source / "link").symlink_to("/etc")
    for age in ("adult", "minor"):
        writer = new_case(age)
        before = files_of(writer.case.folder.root)
        rule = rule_for(writer.manifest, "unknown")
        told = list(plan_ingest([source], frozenset(), ["note.txt"], rule))
        assert files_of(writer.case.folder.root) == before
        would = {each.place.path for each in told if isinstance(each, WouldKeep)}
        outcomes = list(ingest(writer, [source], Provenance(), NoDescriber(), exclude=["note.txt"]))
        kept = {each.place.path for each in outcomes if isinstance(each, Kept) and each.place.container is None}
        assert would == {path for path in kept if "chat.zip/" not in path}
        assert told[-1].withheld == (0 if age == "adult" else 2)  # type: ignore[union-attr]
    files = [path.stat().st_size for path in source.rglob("*") if path.is_file() and not path.is_symlink()]
    assert needed_bytes([source]) == sum(files) + len(JPEG) + 2


def test_a_stick_that_was_pulled_is_one_sentence(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for number in range(60):
        (stick / f"{number:02}.bin").write_bytes(bytes([number]) * 1000)
    writer, read = new_case(), reading.SourceEncryptor.read
    away = tmp_path / "pulled"

    def pull(
        self: reading.SourceEncryptor, each: reading.EvidenceSource, *known: object, **keep: bool
    ) -> reading.Reading:
        if each.name == "20.bin":
            stick.rename(away)
        return read(self, each, *known, **keep)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.SourceEncryptor, "read", pull)
    outcomes: list[object] = []
    with pytest.raises(SourceGoneError) as raised:
        outcomes.extend(ingest(writer, [stick], Provenance(), NoDescriber()))
    monkeypatch.undo()
    assert raised.value.exit_code == 14
    safe = len(writer.manifest.items)
    assert raised.value.values["safe"] == safe < 60
    assert not writer.manifest.refused
    away.rename(stick)
    assert totals(take_in(writer, stick)).kept == 60 - safe
    assert not verify_case(writer.case.folder.root, None).findings


def test_the_order_is_that_of_the_source_whatever_ends_first(new_case: NewCase, tmp_path: Path) -> None:
    chance = random.Random(4)
    folder = tmp_path / "mixed"
    folder.mkdir()
    for number in range(40):
        size = chance.choice([0, 10, 9 << 20 if number % 13 == 0 else 5000, 300_000])
        (folder / f"{number:02}").write_bytes(chance.randbytes(size))
    writer = new_case()
    take_in(writer, folder)
    listed = [path for path, _, _ in paths(writer)]
    assert listed == sorted(listed)
    for item in writer.manifest.items.values():
        assert content(writer, item.id) == (folder / item.place.path.rpartition("/")[2]).read_bytes()


def test_the_same_source_twice_is_met_again_and_not_logged_twice(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    done = totals(take_in(writer, source, source))
    assert (done.kept, done.known, done.seen_again) == (4, 4, 0)
    assert not any(item.also_at for item in writer.manifest.items.values())


def test_no_file_stays_open_and_no_draft_stays(new_case: NewCase, source: Path, key: SigningKey) -> None:
    (source / "z.zip").write_bytes(zipped({"a": b"1", "b.zip": zipped({"c": b"2"})}))
    handles = Path("/proc/self/fd")
    before = len(list(handles.iterdir())) if handles.is_dir() else None
    writer = new_case()
    take_in(writer, source)
    if before is not None:
        assert len(list(handles.iterdir())) <= before + 1
    assert not list(writer.case.folder.root.rglob("*.draft"))


def test_no_number_that_a_container_declares_is_too_large_for_the_log(new_case: NewCase, tmp_path: Path) -> None:
    """A directory of a public collection names 9,295,429,630,892,703,745 entries; JSON holds less than 2^53 exactly."""
    vast = 9_295_429_630_892_703_745
    (tmp_path / "count.zip").write_bytes(make_zip([Part()], zip64=True, count=vast))
    sizes = [Part(b"a.txt", says_size=vast), Part(b"b.txt", says_packed=vast), Part(b"c.txt", offset=(1 << 32) - 1)]
    (tmp_path / "sizes.zip").write_bytes(make_zip(sizes, zip64=True))
    header = bytearray(tar({"a.txt": b"x"}))
    header[124:136] = b"\x80" + (1 << 62).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    (tmp_path / "size.tar").write_bytes(header)
    header[136:148] = b"\x80" + (1 << 62).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    (tmp_path / "time.tar").write_bytes(header)
    writer = new_case()
    outcomes = take_in(writer, tmp_path)
    assert {"count.zip", "sizes.zip", "size.tar", "time.tar"} <= {
        each.place.path.rpartition("/")[2] for each in outcomes if isinstance(each, Kept)
    }
    parts = [part for each in writer.manifest.entries["container.read"] for part in each.facts.get("parts", ())]
    assert str(vast) in {part["entries_declared"] for part in parts}
    huge = [each for each in outcomes if isinstance(each, Refused) and (each.size_bytes or 0) >= 1 << 53]
    assert huge
    printed = [outcome_json(each) for each in huge]
    assert {type(each["size"]) for each in printed if isinstance(each, dict)} == {str}
    assert not verify_case(writer.case.folder.root, SigningKey.from_seed(bytes(range(32)))).findings


def test_too_many_members_are_refused_together(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence_kit.workflows.accession.containers._MEMBERS_LIMIT", 10)
    inner = zipped({f"{number}.txt": b"%d" % number for number in range(8)})
    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.zip": inner + bytes(number) for number in range(4)}))
    writer = new_case()
    outcomes = take_in(writer, tmp_path / "a.zip")
    refused = [(each.place.path, each.reason, each.detail) for each in outcomes if isinstance(each, Refused)]
    assert {reason for _, reason, _ in refused} == {"members-beyond-limit"}
    read = {each.place.path: (each.members, each.kept) for each in outcomes if isinstance(each, ContainerRead)}
    assert sum(int(detail or 0) for *_, detail in refused) == sum(members - kept for members, kept in read.values())
    lines = writer.head.lines
    assert totals(take_in(writer, tmp_path / "a.zip")).kept == 0
    assert writer.head.lines == lines


def test_the_same_few_bytes_over_and_over_are_encrypted_a_few_times_only(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.zip").write_bytes(zipped({f"{number:04}.txt": b"" for number in range(1000)}))
    writer, made = new_case(), list[Path]()
    create = RealDisk.create

    def counted(disk: RealDisk, path: Path) -> DiskFile:
        made.append(path)
        return create(disk, path)

    monkeypatch.setattr(RealDisk, "create", counted)
    assert totals(take_in(writer, tmp_path / "empty.zip")).seen_again == 999
    # What is in one commit together was read before the first of them was committed.
    assert len([path for path in made if path.parent == writer.case.folder.store]) < 300
    assert len(writer.manifest.items) == 2
    assert totals(take_in(writer, tmp_path / "empty.zip")).seen_again == 0
