"""What lies beside what is checked: named, each, and never believed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.verdict import ReceiptOrigin, Verdict
from evidence_kit.keys import points, sshsig
from evidence_kit.keys.age import age_recipient
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE, RECEIVED_NAMESPACE, SEAL_NAMESPACE, PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import bag
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case import readers
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.archive_parts import unexpected_files
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.sealed_folders import next_folder, slip_beside
from evidence_kit.workflows.handover.timestamps import OutsideFacts
from tests.attacks.conftest import DIGITS, Material
from tests.attacks.meaning import COLLEAGUE, small_order_key, small_order_recipient
from tests.conftest import NewCase
from tests.workflows.helpers import take_in


def test_everything_beside_an_archive_is_named(archive: Path) -> None:
    assert unexpected_files(archive.parent, [archive]) == []
    (archive.parent / "setup.exe").write_bytes(b"MZ")
    (archive.parent / "LRC-2026-0009.sealed.zip").write_bytes(b"broken")
    (archive.parent / "Thumbs.db").write_bytes(b"x")
    (archive.parent / f"._{archive.name}").write_bytes(b"x")
    (archive.parent / "LISEZ-MOI.txt").unlink()
    (archive.parent / "LISEZ-MOI.txt").symlink_to(archive)
    (archive.parent / "more").mkdir()
    found = {(each.code, each.file) for each in unexpected_files(archive.parent, [archive])}
    assert found == {
        ("file-beside-archive", "setup.exe"),
        ("archive-beside-not-checked", "LRC-2026-0009.sealed.zip"),
        ("file-of-the-system", "Thumbs.db"),
        ("file-of-the-system", f"._{archive.name}"),
        ("file-beside-archive", "LISEZ-MOI.txt"),
        ("file-beside-archive", "more"),
    }


def test_pipes_beside_an_archive_make_nobody_wait(archive: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    signature = archive.with_name("LRC-2026-0001.statement.txt.sig")
    signature.unlink()
    os.mkfifo(signature)
    os.mkfifo(archive.with_name("LRC-2026-0001.received.sig"))
    codes = [each.code for each in verify_archive(archive, DIGITS).findings]
    assert codes == ["statement-unreadable"]
    os.mkfifo(archive.with_name("other.sealed.zip"))
    assert verify_archive(archive.with_name("other.sealed.zip"), DIGITS).verdict is Verdict.NOT_CHECKED


def test_a_code_that_came_along_anchors_nothing(material: Material) -> None:
    """Whoever writes an archive anew can write its code into a letter beside it."""
    for origin in ReceiptOrigin:
        report = verify_archive(material.sealed.archive, DIGITS, material.receipt, outside=OutsideFacts(origin=origin))
        anchored = origin is not ReceiptOrigin.ARCHIVE
        assert (report.verdict is Verdict.ANCHORED) == anchored
        assert [each.code for each in report.findings] == ([] if anchored else ["receipt-came-along"])
        assert [each.origin for each in report.anchors] == ([origin] if anchored else [])


def test_no_receipt_code_lies_beside_an_archive(material: Material) -> None:
    code = material.sealed.receipt_code
    for path in material.sealed.folder.iterdir():
        assert code.encode() not in path.read_bytes(), path.name
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    sheet = material.sealed.folder / "hand-over.pdf"
    shown = subprocess.run(["pdftotext", sheet, "-"], capture_output=True, check=True).stdout
    assert code[:4].encode() not in shown.replace(b" ", b"")


def test_a_key_of_the_association_confirms_nothing_for_a_receiver(material: Material, archive: Path) -> None:
    """A second key of theirs is not named in the log, which says what its writer likes; the reader says whose it is."""
    statement = archive.with_name("LRC-2026-0001.statement.txt").read_bytes()
    blob = COLLEAGUE.sign(statement, RECEIVED_NAMESPACE).blob
    archive.with_name("LRC-2026-0001.received.sig").write_bytes(sshsig.armour(blob))
    name = {COLLEAGUE.public.fingerprint: "Nadia L."}
    for outside, verdict, code in (
        (OutsideFacts(), Verdict.CONSISTENT, "received-key-unknown"),
        (OutsideFacts(known=name), Verdict.CONSISTENT, "received-key-not-a-receiver"),
        (OutsideFacts(receivers=name), Verdict.ANCHORED, None),
    ):
        report = verify_archive(archive, DIGITS, outside=outside)
        assert (report.verdict, [each.code for each in report.findings]) == (verdict, [code] if code else [])


def test_items_taken_in_behind_what_is_fixed_are_counted(new_case: NewCase, key: SigningKey, tmp_path: Path) -> None:
    writer = new_case()
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    take_in(writer, tmp_path / "first")
    code = writer.case.custody.commits[-1].checkpoint.receipt_code
    take_in(writer, tmp_path / "second")
    report = verify_case(writer.case.folder.root, key, receipt=code)
    assert (report.verdict, report.items, report.items_behind) == (Verdict.ANCHORED, 2, 1)
    assert verify_case(writer.case.folder.root, key).items_behind == 0


def test_a_removed_key_is_not_good_in_the_hand_check(material: Material, case: Path, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    station = material.station
    with writing(_folder(case), material.key, _forgetful(material, case), material.world) as writer:
        readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
        added = writer.case.custody.commits[-1].time
        readers.revoke_access(writer, readers.meant_holder(writer.case, "Nadia L.", station.public))
        removed = writer.case.custody.commits[-1].time
    assert added < removed
    custody = replay_log([(case / "custody.jsonl").read_bytes()]).custody
    (tmp_path / "allowed").write_bytes(bag.allowed_signers(custody))

    def good(key: SigningKey, space: str, when: str | None = None) -> bool:
        (tmp_path / "sig").write_bytes(sshsig.armour(key.sign(b"hello", space).blob))
        command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", case.name, "-n", space, "-s", "sig"]
        if when is not None:
            command.append("-Overify-time=" + when[:19].replace("-", "").replace(":", "").replace("T", "") + "Z")
        return subprocess.run(command, cwd=tmp_path, input=b"hello", capture_output=True, check=False).returncode == 0

    for space in (CHECKPOINT_NAMESPACE, SEAL_NAMESPACE):
        assert good(material.key, space)
        assert not good(COLLEAGUE, space)
    assert good(COLLEAGUE, CHECKPOINT_NAMESPACE, "2020-01-01T00:00:00")
    assert not good(COLLEAGUE, SEAL_NAMESPACE, "2020-01-01T00:00:00")
    assert not good(COLLEAGUE, CHECKPOINT_NAMESPACE, removed[:4] + "-12-31T23:59:59")


def test_a_seal_gets_names_that_are_free_with_its_slip(material: Material, tmp_path: Path) -> None:
    """The folder went on a stick, and the slip stayed: the next seal of the day takes another name."""
    case = read_case(_folder(material.case), None, material.station)
    first = next_folder(case, tmp_path, "police", "2026-11-23")
    slip_beside(first).write_text("paper")
    second = next_folder(case, tmp_path, "police", "2026-11-23")
    assert second.name == first.name + ".2"


def test_points_that_are_no_keys_are_refused_wherever_a_key_enters() -> None:
    with pytest.raises(ValueError, match="small order"):
        PublicKey.parse(small_order_key())
    for text in (small_order_key(), small_order_recipient()):
        with pytest.raises(KeyUnreadableError) as refused:
            age_recipient(text)
        assert refused.value.message_id == "key-of-small-order"


def test_the_points_of_small_order_are_those_that_the_curve_has() -> None:
    """Worked out from the curve's equation, not from a list."""
    prime, low = 2**255 - 19, 2**255 - 1
    d = -121665 * pow(121666, -1, prime) % prime

    def doubled(y: int) -> int:
        squared = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
        return (y * y + squared) * pow(1 - d * squared * y * y, -1, prime) % prime

    small = [y for y in points._SMALL_Y if doubled(doubled(doubled(y))) == 1]
    assert len(small) == len(points._SMALL_Y) == 5
    for y in small:
        for spelt in {y, y + prime} if y + prime <= low else {y}:
            for sign in (0, 1 << 255):
                assert not points.is_edwards_key((spelt | sign).to_bytes(32, "little"))
        if y != 1:
            u = (1 + y) * pow(1 - y, -1, prime) % prime
            assert not points.is_montgomery_key(u.to_bytes(32, "little"))
    assert points.is_edwards_key(COLLEAGUE.public.raw)


def _folder(case: Path) -> CaseFolder:
    return CaseFolder(case)


def _forgetful(material: Material, case: Path) -> Station:
    return Station(
        case.parent / "forgets", "LRC", material.station.person, material.key.public, material.station.recovery, False,
        case.parent,
    )  # fmt: skip
