"""What somebody can rewrite and no verifier sees: every cell of the table in docs/THREATS.md, as it is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from evidence_kit.custody.verdict import Verdict
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import RECEIVED_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import bag
from evidence_kit.workflows.checking.copies import EarlierStates
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.timestamps import OutsideFacts
from tests.attacks.conftest import DIGITS, Material, made
from tests.attacks.meaning import OTHER, kept, lied, says
from tests.attacks.rebuild import ends_of_commits, pack, relist, unpack
from tests.e2e.conftest import ROOT
from tests.timestamps import Clock, with_second_info

RECEIVER = SigningKey.from_seed(bytes(range(9, 41)))
THREATS = (ROOT / "docs" / "THREATS.md").read_text("utf-8")


def told(report: Report) -> tuple[Verdict, list[str]]:
    return report.verdict, [each.code for each in report.findings]


def anew(material: Material, folder: Path) -> Path:
    """Return the archive that whoever holds the key wrote anew, with another text in it and other times."""
    return made(folder / "anew", material.key, edited=b"no threat\n").sealed.archive


def test_a_volunteer_without_a_receipt_outside(material: Material, tmp_path: Path) -> None:
    assert told(verify_archive(anew(material, tmp_path), DIGITS)) == (Verdict.CONSISTENT, [])


def test_a_volunteer_with_a_receipt_outside(material: Material, tmp_path: Path) -> None:
    found = verify_archive(anew(material, tmp_path), DIGITS, material.receipt)
    assert told(found) == (Verdict.BROKEN, ["receipt-not-found"])
    # Behind the line that the receipt fixes they still say what they like.
    path = tmp_path / "behind.sealed.zip"
    path.write_bytes(lied(says("note", {"text": "nothing happened", "readers": ["lawyer"]}))(material))
    behind = verify_archive(path, DIGITS, material.receipt)
    assert told(behind) == (Verdict.ANCHORED, [])
    assert behind.anchors[0].through < behind.lines
    # But not what an item was that was taken in before.
    path.write_bytes(lied(says("item.kept", kept("E000001", OTHER)), data={"data/E000001.txt": OTHER})(material))
    assert verify_archive(path, DIGITS, material.receipt).verdict is Verdict.BROKEN


def test_a_volunteer_and_the_letters_inside(material: Material, tmp_path: Path) -> None:
    """The letters are signed with the list of files, and by nobody who could not sign another."""
    path = tmp_path / "letter.sealed.zip"
    members = unpack(material.sealed.archive.read_bytes()) | {bag.LETTER_TEXT: b"All is well; check nothing.\n"}
    path.write_bytes(pack(relist(members, material.key)))
    assert told(verify_archive(path, DIGITS, material.receipt)) == (Verdict.ANCHORED, [])


def test_the_association_with_its_recovery_key(material: Material, tmp_path: Path) -> None:
    """A new station is set up with the same recovery key, which signs and reads in every case."""
    station = SigningKey.from_seed(bytes(range(77, 109)))
    archive = made(tmp_path / "anew", station, edited=b"no threat\n").sealed.archive
    assert told(verify_archive(archive, DIGITS)) == (Verdict.CONSISTENT, [])
    assert verify_archive(archive, DIGITS, material.receipt).verdict is Verdict.BROKEN


def test_a_lawyer_with_the_digits(material: Material, archive: Path) -> None:
    members = unpack(archive.read_bytes())
    archive.write_bytes(pack(members))  # locked anew, the same inside
    assert told(verify_archive(archive, DIGITS)) == (Verdict.BROKEN, ["statement-differs"])
    for path in archive.parent.glob("*.statement.txt*"):
        path.unlink()
    assert told(verify_archive(archive, DIGITS, material.receipt)) == (Verdict.ANCHORED, [])
    archive.write_bytes(pack(relist(members | {bag.LETTER_TEXT: b"x"}, None)))
    assert verify_archive(archive, DIGITS).verdict is Verdict.BROKEN


def test_a_carrier_of_a_time_stamp() -> None:
    from evidence_kit.keys import timestamp

    clock = Clock()
    parts = clock.parts(b"a line", "20261201120000Z")
    written = with_second_info(parts, bytes(32), "20010101000000Z")
    assert written != parts.joined()
    assert timestamp.read_stamp(written) == timestamp.read_stamp(parts.joined())


def test_a_receiver_who_confirms_for_whoever_wrote_anew(material: Material, tmp_path: Path) -> None:
    """Two who agree: the confirmation says what was received, and not when."""
    archive = anew(material, tmp_path)
    statement = archive.with_name("LRC-2026-0001.statement.txt").read_bytes()
    signature = RECEIVER.sign(statement, RECEIVED_NAMESPACE)
    archive.with_name("LRC-2026-0001.received.sig").write_bytes(sshsig.armour(signature.blob))
    keeps = OutsideFacts(receivers={RECEIVER.public.fingerprint: "Me Idrissi"})
    assert told(verify_archive(archive, DIGITS, outside=keeps)) == (Verdict.ANCHORED, [])
    assert verify_archive(archive, DIGITS, material.receipt, outside=keeps).verdict is Verdict.BROKEN
    assert told(verify_archive(archive, DIGITS)) == (Verdict.CONSISTENT, ["received-key-unknown"])


def test_an_outsider_and_a_case_folder(material: Material, case: Path) -> None:
    log = case / "custody.jsonl"
    data = log.read_bytes()
    ends = ends_of_commits(data)
    log.write_bytes(data[: ends[0]])
    for path in [*case.glob("store/*"), *sorted(case.glob("bodies/*"))[1:]]:
        path.unlink()
    assert told(verify_case(case)) == (Verdict.CONSISTENT, [])
    assert told(verify_case(case, receipt=material.receipt)) == (Verdict.BROKEN, ["receipt-not-found"])
    # A station that remembers only where the log ended cannot tell a rewrite from an earlier copy, and says so.
    remembered = material.station.remembered(case.name)
    unknown = EarlierStates({}, all_known=False)
    found = verify_case(case, remembered=remembered, earlier=unknown)
    assert told(found) == (Verdict.NOT_CHECKED, ["log-earlier-unproven"])


def test_an_outsider_and_an_archive(material: Material, archive: Path) -> None:
    shutil.copy(archive, archive.with_suffix(".kept"))
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    assert verify_archive(archive, DIGITS).verdict is Verdict.BROKEN
    shutil.move(archive.with_suffix(".kept"), archive)
    for path in archive.parent.glob("*"):
        if path != archive:
            path.unlink()
    assert told(verify_archive(archive, DIGITS, material.receipt)) == (Verdict.ANCHORED, [])


def test_every_cell_of_the_table_names_a_test_of_this_file() -> None:
    named = set(re.findall(r"`(test_[a-z_]+)`", THREATS))
    here = {name for name in globals() if name.startswith("test_")}
    assert named == here - {"test_every_cell_of_the_table_names_a_test_of_this_file"}
