"""Archives that somebody with the passphrase, or without it, has changed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import zipform
from evidence_kit.sealing.archive import small_part
from evidence_kit.workflows.checking.verify import verify_archive
from tests.attacks.conftest import DIGITS, Check, Material
from tests.attacks.rebuild import Members, ends_of_commits, pack, pack_parts, relist, unpack

FOREIGN = SigningKey.from_seed(bytes(range(100, 132)))


def without(members: Members, name: str) -> Members:
    return {each: content for each, content in members.items() if each != name}


def test_packing_what_was_unpacked_gives_a_sound_archive(material: Material, check: Check) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    assert check(pack(members)).findings == []
    assert check(pack(relist(members, material.key))).findings == []


def _swap(members: Members) -> Members:
    first, second = members["data/E000001.txt"], members["data/E000002.txt"]
    return members | {"data/E000001.txt": second, "data/E000002.txt": first}


def _edited(name: str, old: bytes, new: bytes) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        assert old in members[name]
        return members | {name: members[name].replace(old, new, 1)}

    return change


def _withheld(members: Members) -> Members:
    lines = members["events.jsonl"].split(b"\n")
    lines[3] = b""
    return members | {"events.jsonl": b"\n".join(lines)}


def _opened_again(members: Members) -> Members:
    lines = members["events.jsonl"].split(b"\n")
    note = next(number for number, line in enumerate(lines) if not line and number not in {4, 9})
    lines[note] = lines[0]
    return members | {"events.jsonl": b"\n".join(lines)}


def _cut_log(members: Members) -> Members:
    end = ends_of_commits(members["custody.jsonl"])[-2]
    log = members["custody.jsonl"][:end]
    count = log.count(b"\n")
    events = b"".join(members["events.jsonl"].splitlines(keepends=True)[:count])
    return members | {"custody.jsonl": log, "events.jsonl": events}


# What anybody with the passphrase can do; afterwards both manifests are made to agree again, but not signed.
CHANGES: dict[str, tuple[Callable[[Members], Members], str]] = {
    "two items swapped": (_swap, "item-changed"),
    "an item edited": (_edited("data/E000001.txt", b"threat", b"treat!"), "item-changed"),
    "an item removed": (lambda each: without(each, "data/E000002.txt"), "item-missing"),
    "an item added": (lambda each: each | {"data/E000009.txt": b"planted"}, "item-unplanned"),
    "an item renamed": (
        lambda each: without(each, "data/E000001.txt") | {"data/E000001.bin": each["data/E000001.txt"]},
        "item-misnamed",
    ),
    "the log removed": (lambda each: without(each, "custody.jsonl"), "bag-file-missing"),
    "the events removed": (lambda each: without(each, "events.jsonl"), "bag-file-missing"),
    "the letter edited": (_edited("READ-ME-FIRST.txt", b"sha256sum", b"sha256sun"), "bag-signature-invalid"),
    "an event edited": (_edited("events.jsonl", b'"told"', b'"TOLD"'), "opening-changed"),
    "an event with a key twice": (_edited("events.jsonl", b'"by":', b'"by":"x","by":'), "opening-changed"),
    "an event withheld against the plan": (_withheld, "opening-missing"),
    "a withheld event filled with another": (_opened_again, "opening-changed"),
    "a log line edited": (_edited("custody.jsonl", b'"seq":4', b'"seq":5'), "log-chain-broken"),
    "the log cut to an older signature": (_cut_log, "seal-plan-missing"),
    "allowed_signers edited": (
        _edited("allowed_signers", b"evidence-kit-seal", b"evidence-kit-sale"),
        "bag-file-differs",
    ),
    "the checkpoint edited": (_edited("checkpoint.txt", b"evidence-kit/1", b"evidence-kit/2"), "bag-file-differs"),
    "the log of another case": (_edited("bag-info.txt", b"LRC-2026-0001", b"LRC-2026-0002"), "bag-signature-invalid"),
    "a file beside the others": (lambda each: each | {"extra.txt": b"x"}, "archive-member-unexpected"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_by_somebody_with_the_passphrase_is_found(name: str, material: Material, check: Check) -> None:
    change, expected = CHANGES[name]
    members = unpack(material.sealed.archive.read_bytes())
    report = check(pack(relist(change(members), None)))
    assert report.verdict is Verdict.BROKEN
    assert expected in {finding.code for finding in report.findings}


def test_a_tag_manifest_signed_by_a_foreign_key_is_not_signed(material: Material, check: Check) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    report = check(pack(relist(members, FOREIGN)))
    assert {finding.code for finding in report.findings} == {"bag-signature-invalid"}


def test_a_signature_for_another_purpose_does_not_sign_the_tag_manifest(material: Material, check: Check) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    signature = material.key.sign(members["tagmanifest-sha256.txt"], CHECKPOINT_NAMESPACE)
    changed = members | {"tagmanifest-sha256.txt.sig": sshsig.armour(signature.blob)}
    assert {each.code for each in check(pack(changed)).findings} == {"bag-signature-invalid"}


@pytest.mark.parametrize("name", ["tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "checkpoint.txt"])
def test_a_small_file_that_is_too_long_to_be_held_does_not_pass(
    name: str, material: Material, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence_kit.sealing.check._HELD_BYTES", 20_000)
    members = unpack(material.sealed.archive.read_bytes())
    changed = members | {"READ-ME-FIRST.txt": b"rewritten", name: b"x" * 20_001}
    assert "bag-file-differs" in {finding.code for finding in check(pack(changed)).findings}


NAMES = ("../x", "/x", "data\\x", "C:x", "data/E000001.txt", "Data/e000001.TXT", "data/E000001.exe", "x\x01", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_member_with_a_name_that_does_not_belong_is_found(name: str, material: Material, check: Check) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    case = material.case.name
    parts = [small_part(f"{case}/{each}", content) for each, content in members.items()]
    report = check(pack_parts([*parts, small_part(f"{case}/{name}", b"planted")]))
    assert "archive-member-unexpected" in {finding.code for finding in report.findings}
    elsewhere = check(pack_parts([*parts, small_part(f"OTHER-2026-0001/{name}", b"planted")]))
    assert "archive-member-unexpected" in {finding.code for finding in elsewhere.findings}


def _between(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + b"hidden" + data[at:]


def _commented(data: bytes) -> bytes:
    return data[:-2] + b"\x05\x00hello"


def _second_member(data: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as outer:
        outer.writestr("hidden.txt", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"x" + data,
        lambda data: data + b"x",
        lambda data: data + data,
        _between,
        _commented,
        _second_member,
    ],
    ids=["before", "behind", "doubled", "between", "comment", "second member"],
)
def test_bytes_added_outside_are_found(change: Callable[[bytes], bytes], material: Material, check: Check) -> None:
    report = check(change(material.sealed.archive.read_bytes()))
    assert report.verdict in {Verdict.BROKEN, Verdict.NOT_CHECKED}
    assert report.findings


def test_a_cut_archive_is_not_checked_and_nobody_is_accused(material: Material, check: Check) -> None:
    data = material.sealed.archive.read_bytes()
    for length in (0, 1, 29, 30, 52, 60, 71, 1000, len(data) // 2, len(data) - 23, len(data) - 1):
        report = check(data[:length])
        assert report.verdict is Verdict.NOT_CHECKED, length
        assert [finding.code for finding in report.findings] == ["archive-cut"], length


def test_a_wrong_passphrase_is_not_checked(material: Material) -> None:
    report = verify_archive(material.sealed.archive, "9" * 28)
    assert report.verdict is Verdict.NOT_CHECKED
    assert [finding.code for finding in report.findings] == ["archive-passphrase"]


def test_a_wrong_passphrase_whose_check_bytes_fit_by_chance_is_not_checked(material: Material, check: Check) -> None:
    data = bytearray(material.sealed.archive.read_bytes())
    start = 30 + 12 + 11
    wrong = ("7" * 28).encode()
    derived = hashlib.pbkdf2_hmac("sha1", wrong, bytes(data[start : start + 16]), 1000, 66)
    data[start + 16 : start + 18] = derived[64:]
    path = material.sealed.folder / "chance.zip"
    path.write_bytes(bytes(data))
    report = verify_archive(path, "7" * 28)
    path.unlink()
    assert [finding.code for finding in report.findings] == ["archive-passphrase"]


@pytest.mark.parametrize("junk", [b"", b"PK", b"x" * 4000, b"PK\x05\x06" + bytes(18), b"%PDF-1.7\n" * 400])
def test_a_file_that_is_no_archive_of_ours_is_not_checked(junk: bytes, check: Check) -> None:
    report = check(junk)
    assert report.verdict is Verdict.NOT_CHECKED
    assert report.findings[0].code in {"archive-not-ours", "archive-cut"}


def test_an_ordinary_zip_is_not_ours(check: Check) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as plain:
        plain.writestr("evidence.zip", b"x" * 5000)
    assert [finding.code for finding in check(buffer.getvalue()).findings] == ["archive-not-ours"]


def test_the_receipt_anchors_the_archive_and_a_wrong_one_breaks_it(material: Material) -> None:
    report = verify_archive(material.sealed.archive, DIGITS, material.receipt)
    assert report.verdict is Verdict.ANCHORED
    assert report.anchors[0].through < report.lines
    other = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"
    from evidence_kit.hashing import paper

    code = paper.to_paper(paper.from_paper(material.sealed.receipt_code, 20)[::-1])
    assert code != other
    wrong = verify_archive(material.sealed.archive, DIGITS, code)
    assert wrong.verdict is Verdict.BROKEN
    assert [finding.code for finding in wrong.findings] == ["receipt-not-found"]


def test_a_statement_of_another_archive_is_found(material: Material, archive: Path) -> None:
    members = unpack(archive.read_bytes())
    archive.write_bytes(pack(members))
    report = verify_archive(archive, DIGITS)
    assert [finding.code for finding in report.findings] == ["statement-differs"]


def test_a_header_that_announces_the_wrong_size_is_refused() -> None:
    member = zipform.ArchiveMember("x", 5, 0)
    assert zipform.member_of(zipform.local_header(member)) == member
    with pytest.raises(zipform.FormError):
        zipform.member_of(zipform.local_header(member)[:-1] + b"\xff")
