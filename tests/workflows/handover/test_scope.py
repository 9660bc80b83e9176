"""What goes into an archive: by the ledger, by name, blurred, in parts, and never what was excluded."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pyzipper
from PIL import Image

from evidence_kit.commands._screen import Screen
from evidence_kit.commands.seal import _tell_plan
from evidence_kit.custody.event import Event
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.intake.errors import DiskFullError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.sealing.errors import NoConsentError, NothingToSealError
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealCounts, SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.seal_estimate import planned_counts
from evidence_kit.workflows.handover.sealed import SealResult
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

DIGITS = "1" * 28


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as made:
        yield made


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """Texts, pictures, and a zip with one of each."""
    folder = tmp_path / "phone"
    folder.mkdir()
    for name, colour in (("a.jpg", "red"), ("b.png", "blue")):
        picture = Image.effect_noise((640, 480), 90).convert("RGB")
        picture.paste(colour, (100, 100, 300, 300))
        exif = Image.Exif()
        exif[0x010E] = "secret description"
        picture.save(folder / name, exif=exif)
    (folder / "threat.txt").write_text("pay or else\n")
    (folder / "other.txt").write_text("shopping list\n")
    with zipfile.ZipFile(folder / "pack.zip", "w") as packed:
        packed.writestr("inside.txt", "in the zip\n")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture at all")
    return folder


@pytest.fixture
def writer(new_case: NewCase, phone: Path) -> CaseWriter:
    made = new_case()
    take_in(made, phone)
    return made


def order(tmp_path: Path, **more: object) -> SealOrder:
    return replace(SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), **more)  # type: ignore[arg-type]


def named(writer: CaseWriter, name: str) -> str:
    return next(item.id for item in writer.manifest.items.values() if item.place.path.endswith(name))


def inside(sealed: Path) -> dict[str, bytes]:
    with pyzipper.AESZipFile(sealed) as outer:
        outer.setpassword(DIGITS.encode())
        packed = io.BytesIO(outer.read("evidence.zip"))
    with zipfile.ZipFile(packed) as bag:
        return {info.filename.partition("/")[2]: bag.read(info) for info in bag.infolist()}


def checked(sealed: SealResult) -> list[Report]:
    return [verify_archive(sealed.folder / each.name, DIGITS) for each in sealed.archives]


def test_the_ledger_decides_unless_somebody_chooses(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> None:
    cited = order(tmp_path, cited=True)
    with pytest.raises(NothingToSealError):
        planned_counts(writer.case, cited)
    item = named(writer, "threat.txt")
    writer.commit([Event("threat.recorded", {"demand": "money", "items": [item], "messages": []})])
    counts = planned_counts(writer.case, cited)
    assert (counts.items_in, counts.items_of, counts.scope) == (1, 7, "cited")
    sealed = make_seal(writer, key, cited, DIGITS)
    (report,) = checked(sealed)
    assert (report.verdict, report.findings) == (Verdict.CONSISTENT, [])
    assert (report.items, report.items_of) == (1, 7)
    files = inside(sealed.archive)
    assert [name for name in files if name.startswith("data/")] == [f"data/{item}.txt"]
    assert b"money" not in files["events.jsonl"], "the ledger is for the house"
    assert b"shopping" not in b"".join(files.values())
    assert b"Not in this archive: 6 of 7 items" in files["READ-ME-FIRST.txt"]


def test_a_member_goes_without_its_container(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> None:
    item = named(writer, "inside.txt")
    sealed = make_seal(writer, key, order(tmp_path, items=[item]), DIGITS)
    assert checked(sealed)[0].findings == []
    assert inside(sealed.archive)[f"data/{item}.txt"] == b"in the zip\n"


def test_what_was_excluded_or_is_unknown_goes_nowhere(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> None:
    item = named(writer, "other.txt")
    writer.commit([Event("item.excluded", {"items": [item], "reason": "misfiled"})])
    for wrong in (item, "E000999"):
        with pytest.raises(UsageError):
            planned_counts(writer.case, order(tmp_path, items=[wrong]))
    sealed = make_seal(writer, key, order(tmp_path), DIGITS)
    assert checked(sealed)[0].findings == []
    assert b"shopping" not in b"".join(inside(sealed.archive).values())
    assert b"misfiled" not in inside(sealed.archive)["events.jsonl"]
    assert (sealed.items_in, sealed.items_of) == (6, 7)


def test_blurred_copies_stand_for_pictures_and_nothing_else_may_hold_one(
    writer: CaseWriter, key: SigningKey, tmp_path: Path, worker: Worker
) -> None:
    pictures = [named(writer, name) for name in ("a.jpg", "b.png")]
    described: dict[str, Json] = {
        "item": pictures[0],
        "describer": "picture/1",
        "facts": {"exif": "secret description"},
    }
    writer.commit([Event("item.described", described)])
    wanted = order(tmp_path, redacted=True)
    counts = planned_counts(writer.case, wanted)
    assert (counts.blurred, counts.left_out) == (3, (named(writer, "pack.zip"),))
    sealed = make_seal(writer, key, wanted, DIGITS, worker=worker)
    assert sealed.blurred == 2
    assert set(sealed.left_out) == {named(writer, "pack.zip"), named(writer, "broken.jpg")}
    (report,) = checked(sealed)
    assert (report.verdict, report.findings, report.items) == (Verdict.CONSISTENT, [], 5)
    files = inside(sealed.archive)
    whole = b"".join(files.values())
    assert b"secret description" not in whole
    for item in pictures:
        copy = Image.open(io.BytesIO(files[f"data/{item}-blurred.jpg"]))
        assert copy.size == (256, 192)
        assert not copy.getexif()
        assert (
            f'"type":"item.redacted","by":"Salma B.","kit":"0.0-test","item":"{item}"'.encode() in files["events.jsonl"]
        )
        # What the copy still tells apart are eight cells a side: enlarging those again gives the copy.
        small = copy.resize((8, 6), Image.Resampling.BOX).resize(copy.size, Image.Resampling.BICUBIC)
        distance = [abs(a - b) for a, b in zip(small.tobytes(), copy.tobytes(), strict=True)]
        assert sum(distance) / len(distance) < 12
    assert not list(tmp_path.glob(".*draft*"))


def test_a_blurred_archive_counts_the_same_before_and_after(
    writer: CaseWriter, key: SigningKey, tmp_path: Path, worker: Worker
) -> None:
    broken = named(writer, "broken.jpg")
    problem: dict[str, Json] = {"code": "not-decoded", "detail": "cut"}
    told: dict[str, Json] = {"item": broken, "describer": "picture/1", "facts": {}, "problems": [problem]}
    writer.commit([Event("item.described", told)])
    wanted = order(tmp_path, redacted=True)
    counts = planned_counts(writer.case, wanted)
    assert broken in counts.left_out
    sealed = make_seal(writer, key, wanted, DIGITS, worker=worker)
    before = (counts.items_in, counts.items_of, counts.events_in, counts.events_of, counts.blurred, counts.left_out)
    after = (sealed.items_in, sealed.items_of, sealed.events_in, sealed.events_of, sealed.blurred, sealed.left_out)
    assert before == after


def test_parts_are_whole_bags_that_each_hold_the_whole_log(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        planned_counts(writer.case, order(tmp_path, split_bytes=1000))
    limit = 1_000_000
    counts = planned_counts(writer.case, order(tmp_path, split_bytes=limit))
    sealed = make_seal(writer, key, order(tmp_path, split_bytes=limit), DIGITS)
    assert len(sealed.archives) == counts.parts >= 2
    assert all(each.size_bytes <= limit for each in sealed.archives)
    logs, items = set(), []
    for number, (made, report) in enumerate(zip(sealed.archives, checked(sealed), strict=True), start=1):
        assert (report.verdict, report.findings) == (Verdict.CONSISTENT, []), made.name
        assert (report.part, report.parts) == (number, len(sealed.archives))
        files = inside(sealed.folder / made.name)
        assert f"Bag-Count: {number} of {len(sealed.archives)}\n".encode() in files["bag-info.txt"]
        logs.add(files["custody.jsonl"])
        items += [name for name in files if name.startswith("data/")]
        assert (sealed.folder / f"{made.stem}.statement.txt").is_file()
    assert len(logs) == 1
    assert len(items) == len(set(items)) == 7


def test_a_file_too_long_for_most_sticks_is_warned_of_before_it_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    counts = SealCounts(1, 1, 1, 1, 5 << 30, "lawyer", largest_bytes=(4 << 30) - 1)
    _tell_plan(Screen("en", json=False, quiet=False), counts)
    assert "FAT32" not in capsys.readouterr().err
    _tell_plan(Screen("en", json=False, quiet=False), replace(counts, largest_bytes=4 << 30))
    said = capsys.readouterr().err
    assert "FAT32" in said
    assert "--split 4G" in said


def test_what_does_not_fit_is_refused_before_anything_is_signed(
    writer: CaseWriter, key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export of 50 GB and a disk that is all but full: nobody waits an hour for that."""
    wanted = order(tmp_path)
    counts = planned_counts(writer.case, wanted)
    before = writer.case.folder.log.read_bytes()
    item = next(iter(writer.manifest.items.values()))
    own_bytes, item.size_bytes = item.size_bytes, 50_000_000_000
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=49_000_000_000))
    with pytest.raises(DiskFullError) as refused:
        make_seal(writer, key, wanted, DIGITS)
    assert refused.value.message_id == "seal-no-room"
    assert int(refused.value.values["needed"]) > 50_000_000_000
    assert writer.case.folder.log.read_bytes() == before
    assert not list(tmp_path.glob("*sealed*"))
    item.size_bytes = own_bytes
    # What is asked for is about what is needed: neither half of it nor ten times as much.
    sealed = make_seal(writer, key, wanted, DIGITS)
    assert sealed.size_bytes <= counts.largest_bytes <= sealed.size_bytes + 400_000


def test_a_case_of_which_nothing_was_copied_says_what_was_witnessed(
    new_case: NewCase, key: SigningKey, tmp_path: Path
) -> None:
    made = new_case("minor")
    (tmp_path / "minor").mkdir()
    Image.new("RGB", (64, 64), "red").save(tmp_path / "minor" / "a.jpg")
    take_in(made, tmp_path / "minor")
    assert not made.manifest.items
    wanted = order(tmp_path, without_consent="asked by the prosecutor", authorised_by="Me Idrissi")
    with pytest.raises(NothingToSealError) as refused:
        planned_counts(made.case, wanted)
    assert (refused.value.message_id, refused.value.values["count"]) == ("only-witnessed", 1)
    # As the refusal says: with one text in it, everything that was witnessed goes along.
    (tmp_path / "minor" / "statement.txt").write_text("what the guardian said\n")
    take_in(made, tmp_path / "minor")
    sealed = make_seal(made, key, wanted, DIGITS)
    (witnessed,) = made.manifest.witnessed.values()
    assert witnessed.sha256.hex.encode() in inside(sealed.archive)["events.jsonl"]
    assert verify_archive(sealed.archive, DIGITS).findings == []


def test_privileged_and_psychologists_notes_stay_closed_unless_named(
    writer: CaseWriter, key: SigningKey, tmp_path: Path
) -> None:
    record.record_note(writer, "for the lawyer", ["lawyer"])
    line = record.record_note(writer, "between us two", ["lawyer"], privileged=True)
    record.record_note(writer, "she dreams badly", ["lawyer", "psychologist"])
    assert planned_counts(writer.case, order(tmp_path)).notes_closed == 2
    events = inside(make_seal(writer, key, order(tmp_path), DIGITS).archive)["events.jsonl"]
    assert b"for the lawyer" in events
    assert b"between us two" not in events
    assert b"dreams" not in events
    named_one = order(tmp_path, notes=(line,), out=tmp_path / "second")
    opened = inside(make_seal(writer, key, named_one, DIGITS).archive)["events.jsonl"]
    assert b"between us two" in opened
    assert b"dreams" not in opened
    with pytest.raises(UsageError):
        planned_counts(writer.case, order(tmp_path, notes=(1,)))


def test_without_consent_only_for_a_reason_and_in_somebodys_name(
    writer: CaseWriter, key: SigningKey, tmp_path: Path
) -> None:
    with pytest.raises(NoConsentError):
        planned_counts(writer.case, order(tmp_path, purpose="police"))
    given = order(tmp_path, purpose="police", without_consent="danger to life", authorised_by="Me Idrissi")
    begun = inside(make_seal(writer, key, given, DIGITS).archive)["events.jsonl"]
    assert b'"without_consent":"danger to life","authorised_by":"Me Idrissi"' in begun
