"""Declarations: who may say what, what it does to an item, and what leaves every archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.custody.errors import NoItemError
from evidence_kit.errors import UsageError
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.passphrase import generate_passphrase
from evidence_kit.workflows.accession.declare import Mark, chosen_items, exclude_items, record_mark, update_case
from evidence_kit.workflows.accession.provenance import Declarer, Posting
from evidence_kit.workflows.case.read import opened_events, read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

GUARDIAN = Declarer("Amina K.", "guardian", "only the messages, nothing else")
VOLUNTEER = Declarer("Salma B.", "other")


def test_a_declaration_stands_with_its_words_and_the_newest_counts(
    new_case: NewCase, source: Path, station: Station, key: SigningKey
) -> None:
    writer = new_case()
    take_in(writer, source)
    items = chosen_items(writer.manifest, writer.case.id, ["1", "e2"], ())
    record_mark(
        writer,
        items,
        Mark(sensitivity="intimate", nature="screenshot", posting=Posting(platform="Instagram")),
        VOLUNTEER,
    )
    record_mark(writer, items[:1], Mark(sensitivity="none"), GUARDIAN)
    again = read_case(writer.case.folder, key, station).opened
    assert [again.items[each].sensitivity for each in ("E000001", "E000002")] == ["none", "intimate"]
    assert again.items["E000001"].marks == {"nature": "screenshot", "posting": {"platform": "Instagram"}}
    said = again.entries["item.marked"][1].facts
    assert (said["said_by"], said["said_as"], said["words"]) == ("Amina K.", "guardian", GUARDIAN.words)


@pytest.mark.parametrize("age", ["minor", "unknown"])
def test_only_those_who_answer_may_say_that_nothing_intimate_is_there(
    age: str, new_case: NewCase, source: Path
) -> None:
    writer = new_case(age)
    (source / "DCIM" / "a.bin").unlink()
    take_in(writer, source)
    items = chosen_items(writer.manifest, writer.case.id, ["1"], ())
    for role in ("person", "other"):
        with pytest.raises(UsageError, match="declaration-not-theirs"):
            record_mark(writer, items, Mark(sensitivity="none"), Declarer("X", role))
    for role in ("guardian", "lawyer", "minor-with-guardian"):
        record_mark(writer, items, Mark(sensitivity="none"), Declarer("X", role))
    record_mark(writer, items, Mark(sensitivity="intimate"), VOLUNTEER)


def test_a_mark_says_something_and_fits_what_it_is_about(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    items = chosen_items(writer.manifest, writer.case.id, ["1"], ())
    with pytest.raises(UsageError, match="mark-empty"):
        record_mark(writer, items, Mark(), VOLUNTEER)
    with pytest.raises(UsageError, match="mark-no-audio"):
        record_mark(writer, items, Mark(audio="received-voice-note"), VOLUNTEER)
    with pytest.raises(NoItemError):
        record_mark(writer, items, Mark(nature="derived", parent="E000099"), VOLUNTEER)
    with pytest.raises(NoItemError):
        chosen_items(writer.manifest, writer.case.id, ["W000001"], ())


def test_a_recording_wants_the_lawyers_eye_until_it_is_a_received_voice_note(
    new_case: NewCase, tmp_path: Path, station: Station, key: SigningKey
) -> None:
    (tmp_path / "note.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28))
    (tmp_path / "note.txt").write_text("no recording")
    writer = new_case()
    take_in(writer, tmp_path / "note.wav", tmp_path / "note.txt")
    recording, text = writer.manifest.items.values()
    assert (recording.audio, recording.for_the_lawyer, text.audio, text.for_the_lawyer) == (
        "unknown",
        True,
        None,
        False,
    )
    for said, wanted in (("own-call-recording", True), ("third-party-recording", True), ("received-voice-note", False)):
        record_mark(writer, [recording], Mark(audio=said), VOLUNTEER)
        item = read_case(writer.case.folder, key, station).opened.items[recording.id]
        assert (item.audio, item.for_the_lawyer) == (said, wanted)


def test_a_folder_means_everything_below_it(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    assert [each.place.path for each in chosen_items(writer.manifest, "", (), ["phone/DCIM/"])] == ["phone/DCIM/a.bin"]
    assert len(chosen_items(writer.manifest, "", (), ["phone"])) == 4
    for folder in ("phone/DCI", "hone"):
        with pytest.raises(UsageError, match="folder-unknown"):
            chosen_items(writer.manifest, "", (), [folder])
    with pytest.raises(UsageError):
        chosen_items(writer.manifest, "", (), ())


def test_what_is_excluded_stays_in_the_log_and_leaves_every_seal(
    new_case: NewCase, source: Path, tmp_path: Path, key: SigningKey, station: Station
) -> None:
    writer = new_case()
    take_in(writer, source)
    misfiled = next(item for item in writer.manifest.items.values() if item.place.path.endswith("note.txt"))
    concerned, _ = exclude_items(writer, [misfiled], "belongs to another case")
    assert concerned == [misfiled.id]
    digits = generate_passphrase()
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "out"), digits)
    assert (sealed.items_in, sealed.items_of) == (3, 4)
    report = verify_archive(sealed.archive, digits)
    assert (report.findings, report.items) == ([], 3)
    case = read_case(writer.case.folder, key, station)
    assert case.identity is not None
    told = {
        entry.line: entry
        for entry in opened_events(case.folder, case.custody, case.identity)
        if hasattr(entry, "facts")
    }
    about = [
        line for line, entry in told.items() if misfiled.id in str(entry.facts.get("item", entry.facts.get("items")))
    ]
    withheld = case.opened.entries["seal.begun"][0].facts["withheld"]
    assert all(any(first <= line <= last for first, last in withheld) for line in about)
    exclude_items(writer, [misfiled], "it does belong here", take_back=True)
    assert misfiled.id in {item.id for item in writer.manifest.included}


def test_a_case_changes_with_a_reason_and_pictures_that_lie_in_it_are_named(
    new_case: NewCase, tmp_path: Path, station: Station, key: SigningKey
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    writer = new_case()
    take_in(writer, tmp_path / "a.jpg")
    updated = update_case(writer, {"age_band": "minor", "age_known_by": "birth certificate"}, "the paper was found")
    assert updated.lie_here == ("E000001",)
    again = read_case(writer.case.folder, key, station).opened
    assert (again.age_band, again.entries["case.updated"][0].facts["reason"]) == ("minor", "the paper was found")
    record_mark(writer, list(writer.manifest.items.values()), Mark(sensitivity="none"), GUARDIAN)
    assert update_case(writer, {"retention": "2028-01-01"}, "agreed").lie_here == ()
    with pytest.raises(UsageError, match="update-empty"):
        update_case(writer, {}, "nothing")
    with pytest.raises(UsageError, match="keep-unsigned"):
        update_case(writer, {"minor_media": "keep", "minor_media_by": None}, "because")
