"""Destruction: what goes is nowhere, what stays is whole, and the log says so to everybody, interrupted or not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evidence_kit.custody.errors import CaseDestroyedError, NoItemError
from evidence_kit.custody.event import Event
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.intake.errors import DiskFailureError
from evidence_kit.keys import age
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.passphrase import generate_passphrase
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.reading.overview import evidence_of
from evidence_kit.workflows.upkeep.destroy import DoomedObjects, destroy_evidence, doomed_objects
from tests.conftest import NewCase, Numbered, SteppingClock
from tests.fakes import FailingDisk
from tests.workflows.helpers import take_in, totals

NAMES = ("Salma B.", "Me Idrissi")
WHY = "taken in by mistake"


def number(writer: CaseWriter, name: str) -> str:
    return next(item.id for item in writer.manifest.items.values() if item.place.path.endswith(name))


def everything_said(folder: CaseFolder, writer: CaseWriter) -> bytes:
    """All bytes of the folder, and all that can be decrypted with the key of the case."""
    identity = writer.case.identity
    assert identity is not None
    said = []
    for path in folder.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            said.append(data)
            if path.parent.name in {"store", "bodies"}:
                said.append(age.decrypt_bytes(data, [identity.opener]))
    return b"".join(said)


def checked(folder: CaseFolder, key: SigningKey, station: Station) -> Report:
    without_key = verify_case(folder.root)
    report = verify_case(folder.root, key, station.remembered(folder.root.name))
    assert without_key.findings + report.findings == []
    assert without_key.destroyed == report.destroyed
    return report


def test_what_is_destroyed_is_nowhere_and_the_rest_is_whole(
    new_case: NewCase, source: Path, station: Station, key: SigningKey
) -> None:
    writer = new_case()
    take_in(writer, source)
    gone = number(writer, "note.txt")
    digest = writer.manifest.items[gone].sha256.hex
    what = doomed_objects(writer.case, [gone])
    assert (what.items, what.size_bytes, what.whole) == ((gone,), 8, False)
    destroy_evidence(writer, what, WHY, NAMES)
    folder = writer.case.folder
    said = everything_said(folder, writer)
    for trace in (b"bonjour", b"note.txt", digest.encode()):
        assert trace not in said
    report = checked(folder, key, station)
    assert (report.verdict, report.destroyed, report.items) == (Verdict.CONSISTENT, (gone,), 3)
    with pytest.raises(NoItemError, match="item-destroyed"):
        evidence_of(writer.manifest, gone, writer.case.id)
    facts = read_case(folder, key, station).opened.gone[gone].facts
    assert (facts["reason"], facts["agreed_by"]) == (WHY, list(NAMES))


def test_two_different_people_answer_for_it(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    what = doomed_objects(writer.case, ["E000001"])
    for names in (("Salma B.", " salma b. "), ("", "Me Idrissi")):
        with pytest.raises(UsageError, match="two-names"):
            destroy_evidence(writer, what, WHY, names)
    assert writer.case.folder.item("E000001").is_file()


def test_an_id_is_not_given_again_and_other_events_about_it_do_not_break(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    take_in(writer, source)
    last = max(writer.manifest.items)
    writer.commit([Event("item.marked", {"items": [last, "E000001"], "sensitivity": "intimate"})])
    destroy_evidence(writer, doomed_objects(writer.case, [last]), WHY, NAMES)
    folder = writer.case.folder
    with writing(folder, key, station, world) as again:
        assert again.manifest.items["E000001"].sensitivity == "intimate"
        assert totals(take_in(again, source)).kept == 1
        assert max(again.manifest.items) == f"E{int(last[1:]) + 1:06d}"
    checked(folder, key, station)


def test_a_container_takes_its_members_along_and_a_member_not_its_container(
    new_case: NewCase, tmp_path: Path, station: Station, key: SigningKey
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("inside.txt", "a secret member")
    writer = new_case()
    take_in(writer, tmp_path / "a.zip")
    with pytest.raises(UsageError, match="destroy-container"):
        doomed_objects(writer.case, ["E000002"])
    what = doomed_objects(writer.case, ["E1"])
    assert what.items == ("E000001", "E000002")
    destroy_evidence(writer, what, WHY, NAMES)
    assert b"secret" not in everything_said(writer.case.folder, writer)
    assert checked(writer.case.folder, key, station).items == 0


def test_a_whole_case_is_gone_but_for_the_fact(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    take_in(writer, source)
    folder = writer.case.folder
    (folder.root / "cache").mkdir()
    (folder.root / "cache" / "x").write_bytes(b"computed")
    what = doomed_objects(writer.case, [])
    destroy_evidence(writer, what, WHY, NAMES)
    said = everything_said(folder, writer)
    for trace in (b"bonjour", b"note.txt", b"computed", b"age_band", b"item.kept"):
        assert trace not in said
    assert WHY.encode() in said
    report = checked(folder, key, station)
    assert (report.verdict, report.wholly_destroyed, report.items) == (Verdict.CONSISTENT, True, 0)
    with pytest.raises(CaseDestroyedError), writing(folder, key, station, world):
        pass


@pytest.mark.parametrize("act", ["write", "sync", "move", "create", "append", "sync_folder", "remove"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_failure_at_any_step_leaves_all_or_finishes_later(
    act: str, at: int, new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    take_in(writer, source)
    gone, folder = number(writer, "note.txt"), writer.case.folder
    failing = World(SteppingClock(), FailingDisk(act, at, 5), Numbered(), "0.0-test")
    stopped = False
    try:
        with writing(folder, key, station, failing) as broken:
            destroy_evidence(broken, doomed_objects(broken.case, [gone]), WHY, NAMES)
    except (DiskFailureError, OSError):
        stopped = True
    for report in (verify_case(folder.root), verify_case(folder.root, key)):
        assert report.verdict is Verdict.CONSISTENT, report.findings
    read_case(folder, key, station)
    with writing(folder, key, station, world) as again:
        done = gone not in again.manifest.items
        assert folder.item(gone).is_file() is not done
        said = everything_said(folder, again)
        assert (b"bonjour" in said) is not done
    assert stopped or done
    report = verify_case(folder.root, key, station.remembered(folder.root.name))
    assert not [each for each in report.findings if each.code != "file-not-in-log"]


def test_a_seal_after_a_destruction_verifies_and_one_before_is_named(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, tmp_path: Path
) -> None:
    writer = new_case()
    take_in(writer, source)
    digits = generate_passphrase()
    make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "before"), digits)
    gone = number(writer, "note.txt")
    what = doomed_objects(writer.case, [gone])
    assert len(what.archives) == 1
    destroy_evidence(writer, what, WHY, NAMES)
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "after"), digits)
    report = verify_archive(sealed.archive, digits)
    assert (report.findings, report.destroyed, report.items) == ([], (gone,), 3)
    assert not verify_archive(tmp_path / "before" / sealed.archive.name, digits).findings


def test_many_items_and_bodies_go_on_several_lines(new_case: NewCase, tmp_path: Path, key: SigningKey) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for each in range(70):
        (folder / f"{each}.txt").write_text(f"text {each}")
    writer = new_case()
    take_in(writer, folder)
    for _ in range(400):
        writer.commit([Event("item.seen-again", {"item": "E000001", "path": "many/again.txt"})])
    what = doomed_objects(writer.case, sorted(writer.manifest.items))
    line = destroy_evidence(writer, what, WHY, NAMES)
    assert [writer.case.custody.clear[each]["type"] for each in (line, line + 1)] == ["destroyed", "destroyed"]
    report = verify_case(writer.case.folder.root, key)
    assert (report.findings, len(report.destroyed), report.items) == ([], 70, 0)


def test_an_opening_that_vanishes_without_a_line_that_says_so_is_a_break(
    new_case: NewCase, source: Path, key: SigningKey
) -> None:
    writer = new_case()
    take_in(writer, source)
    case, signed = writer.case, writer.case.custody.commits[-1]
    assert case.identity is not None
    openings = age.decrypt_bytes(case.folder.body(signed.line).read_bytes(), [case.identity.opener]).split(b"\n")
    case.folder.body(signed.line).write_bytes(age.encrypt_bytes(b"\n".join([b"", *openings[1:]]), [writer.recipient]))
    assert verify_case(case.folder.root, key).verdict is Verdict.BROKEN


def test_doomed_is_a_plan_and_changes_nothing(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    lines = writer.head.lines
    assert isinstance(doomed_objects(writer.case, []), DoomedObjects)
    assert writer.head.lines == lines


def test_what_was_put_aside_goes_with_the_item_that_it_is_a_copy_of(
    new_case: NewCase, tmp_path: Path, station: Station, key: SigningKey, world: World
) -> None:
    """An interrupted ingest leaves a whole copy, a cut one and a body with names; the next one puts them aside."""
    source = tmp_path / "phone"
    source.mkdir()
    secret, other = b"a picture that must go" * 9000, b"something that stays" * 9000
    (source / "a.bin").write_bytes(secret)
    (source / "b.bin").write_bytes(other)
    writer = new_case()
    folder, recipient = writer.case.folder, writer.recipient
    named = b'{"salt":"x","path":"a.bin","sha256":"' + sha256(secret).hex.encode() + b'"}\n'
    for name, data, cut in (("E000001", secret, 0), ("N000002", secret, 100), ("E000003", other, 0)):
        sealed = age.encrypt_bytes(data, [recipient])
        (folder.store / f"{name}.age.draft").write_bytes(sealed[: len(sealed) - cut])
    folder.body(99).write_bytes(age.encrypt_bytes(named, [recipient]))
    with writing(folder, key, station, world) as again:
        take_in(again, source)
        item = number(again, "a.bin")
        what = doomed_objects(again.case, [item])
        assert sorted(Path(path).name for path in what.recovered) == [
            "00000099.age",
            "E000001.age.draft",
            "N000002.age.draft",
        ]
        destroy_evidence(again, what, WHY, NAMES)
        left = sorted(path.name for path in folder.recovered.rglob("*.age*"))
        assert left == ["E000003.age.draft"]
        assert secret[:200] not in everything_said(folder, again)
    checked(folder, key, station)
    # Interrupted before the files went: the next writer does the rest.
    aside = next(folder.recovered.rglob("*.draft")).parent
    (aside / "E000001.age.draft").write_bytes(age.encrypt_bytes(secret, [recipient]))
    with writing(folder, key, station, world):
        pass
    assert not (aside / "E000001.age.draft").exists()
