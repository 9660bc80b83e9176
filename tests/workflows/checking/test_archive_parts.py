"""The parts of one seal, checked together: what is missing or does not belong is not checked, and nobody is accused."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.intake.errors import DiskFailureError, DiskFullError
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import letter
from evidence_kit.words import catalogue
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.sealed import SealResult
from tests.conftest import PASSPHRASE, NewCase
from tests.disks import small_disk
from tests.schemas import held
from tests.workflows.helpers import take_in

DIGITS = "1" * 28
Check = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def writer(new_case: NewCase, tmp_path: Path) -> CaseWriter:
    made = new_case()
    folder = tmp_path / "phone"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.bin").write_bytes(b"\0" + random.Random(number).randbytes(400_000))
    take_in(made, folder)
    return made


@pytest.fixture
def sealed(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> SealResult:
    made = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed", split_bytes=800_000), DIGITS)
    assert len(made.archives) == 3
    return made


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(tmp_path / "nobody"))
    (tmp_path / "digits").write_text(DIGITS + "\n")

    def verify(*arguments: str | Path, expect: int = 0, digits: Path = tmp_path / "digits") -> list[dict[str, Any]]:
        capsys.readouterr()
        words = ["verify", *map(str, arguments), "--archive-passphrase-file", str(digits), "--no-input"]
        assert run([*words, "--json"]) == expect
        return held("verify", capsys.readouterr().out)

    return verify


def codes(document: dict[str, Any]) -> list[str]:
    return [each["code"] for each in document["findings"]]


def test_all_parts_of_a_seal_are_checked_as_one(sealed: SealResult, check: Check) -> None:
    *parts, whole = check(sealed.folder)
    assert [(each["part"], each["verdict"], each["findings"]) for each in parts] == [
        (number, "CONSISTENT", []) for number in (1, 2, 3)
    ]
    assert (whole["kind"], whole["verdict"], whole["findings"]) == ("parts", "CONSISTENT", [])
    assert (whole["parts"], whole["parts_here"], whole["items"], whole["items_of"]) == (3, [1, 2, 3], 3, 3)
    assert (whole["items_absent"], whole["events"], whole["events_closed"]) == (0, sealed.events_of, 0)
    assert (len(whole["signers"]), whole["known"]) == (1, {})
    *_, whole = check(sealed.folder, "--receipt", sealed.receipt_code, "--receipt-from", "paper")
    assert whole["verdict"] == "ANCHORED"
    named = [sealed.folder / each.name for each in sealed.archives]
    assert check(*reversed(named))[-1]["verdict"] == "CONSISTENT"


def test_a_part_that_is_missing_is_not_checked_and_the_others_are(sealed: SealResult, check: Check) -> None:
    (sealed.folder / sealed.archives[1].name).unlink()
    *parts, whole = check(sealed.folder, expect=5)
    assert [(each["part"], each["findings"]) for each in parts] == [(1, []), (3, [])]
    assert (whole["verdict"], whole["parts_here"], whole["items"]) == ("NOT CHECKED", [1, 3], 2)
    assert codes(whole) == ["part-not-here"]
    assert whole["findings"][0]["values"] == {"part": 2, "parts": 3}
    (sealed.folder / sealed.archives[2].name).unlink()
    assert codes(check(sealed.folder, expect=5)[-1]) == ["part-not-here"] * 2


def test_parts_of_two_seals_are_no_whole_and_no_forgery(
    writer: CaseWriter, sealed: SealResult, key: SigningKey, tmp_path: Path, check: Check
) -> None:
    record.record_note(writer, "between the two", ["association"])
    later = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "later", split_bytes=800_000), DIGITS)
    mixed = [sealed.folder / sealed.archives[0].name, later.folder / later.archives[1].name]
    *parts, whole = check(*mixed, expect=5)
    assert [each["verdict"] for each in parts] == ["CONSISTENT"] * 2
    assert whole["verdict"] == "NOT CHECKED"
    assert codes(whole) == ["parts-differ", "part-not-here", "part-not-here"]
    assert whole["parts_here"] == [1]


def test_a_damaged_part_is_broken_and_the_others_stay_whole(sealed: SealResult, check: Check) -> None:
    path = sealed.folder / sealed.archives[1].name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    *parts, whole = check(sealed.folder, expect=4)
    assert [each["verdict"] for each in parts] == ["CONSISTENT", "BROKEN", "CONSISTENT"]
    assert (whole["verdict"], whole["items"], whole["items_here"]) == ("BROKEN", 2, 3)


@pytest.mark.parametrize("left", [0.0, 0.3, 0.99])
def test_a_part_that_is_half_downloaded_accuses_nobody(left: float, sealed: SealResult, check: Check) -> None:
    path = sealed.folder / sealed.archives[2].name
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * left)])
    *parts, whole = check(sealed.folder, expect=5)
    assert [each["verdict"] for each in parts] == ["CONSISTENT", "CONSISTENT", "NOT CHECKED"]
    assert (whole["verdict"], whole["findings"]) == ("NOT CHECKED", [])


def test_other_digits_open_no_part(sealed: SealResult, check: Check, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("2" * 28)
    *parts, whole = check(sealed.folder, expect=5, digits=tmp_path / "other")
    assert [each["verdict"] for each in (*parts, whole)] == ["NOT CHECKED"] * 4
    assert (whole["parts"], whole["case"]) == (0, None)


def test_several_paths_that_are_no_archives_are_refused(sealed: SealResult, check: Check, tmp_path: Path) -> None:
    first = sealed.folder / sealed.archives[0].name
    assert check(first, tmp_path / "nothing", expect=2)[0]["error"] == "verify-parts"
    assert check(sealed.folder, sealed.folder, expect=2)[0]["error"] == "verify-parts"
    assert check(sealed.folder, "--report", tmp_path / "page.html", expect=2)[0]["error"] == "verify-one"
    stranger = tmp_path / "other.zip"
    stranger.write_bytes(b"PK\x05\x06" + bytes(18))
    assert check(first, stranger, expect=5)[-1]["verdict"] == "NOT CHECKED"


def test_a_person_reads_one_verdict_for_all_parts(
    sealed: SealResult, tmp_path: Path, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    check(sealed.folder)
    (sealed.folder / sealed.archives[0].name).unlink()
    words = ["verify", str(sealed.folder), "--archive-passphrase-file", str(tmp_path / "digits"), "--no-input"]
    assert run([*words, "--lang", "en"]) == 5
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("CONSISTENT")
    assert any("Part 1 of 3 is not here" in line for line in said)
    assert any(line.startswith("NOT CHECKED") for line in said)
    assert any("2 of 3 parts are here" in line for line in said)
    words_of = catalogue("en")
    assert words_of.sentence("verify.absent", items=1, items_of=3, events=0, events_of=sealed.events_of) in said
    assert any("SHA256:" in line for line in said)


def test_a_check_of_a_folder_opens_parts_too_and_misses_one(
    writer: CaseWriter, sealed: SealResult, station: Station, tmp_path: Path, check: Check,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(station.folder))
    (tmp_path / "pass").write_bytes(PASSPHRASE + b"\n")
    root = tmp_path / "all"
    shutil.copytree(writer.case.folder.root, root / writer.case.id)
    shutil.copytree(sealed.folder, root / "sealed")
    flags = ("--recursive", "--passphrase-file", tmp_path / "pass")
    *reports, total = check(root, *flags)
    assert (total["archives"], total["archives_not_opened"], len(reports)) == (3, 0, 4)
    (root / "sealed" / sealed.archives[0].name).unlink()
    *_, total = check(root, *flags, expect=5)
    assert (total["verdict"], codes(total)) == ("NOT CHECKED", ["part-not-here"])


def test_the_covering_message_says_how_many_files_there_are(sealed: SealResult) -> None:
    said = (sealed.folder / "covering-message.txt").read_text("utf-8")
    assert said.count("part-1-of-3") == said.count("part-3-of-3") == 3
    assert "part-1" not in letter.covering_message().decode()
    assert DIGITS not in said


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB: one part of three fits on it."""
    with small_disk(tmp_path / "stick", 1) as place:
        yield place


def test_parts_that_find_no_room_or_a_read_only_stick_leave_nothing(
    writer: CaseWriter, key: SigningKey, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = SealOrder("lawyer", None, {}, None, stick / "sealed", split_bytes=800_000)
    before = writer.case.folder.log.stat().st_size
    with pytest.raises(DiskFullError) as refused:
        make_seal(writer, key, wanted, DIGITS)
    assert refused.value.message_id == "seal-no-room"
    assert writer.case.folder.log.stat().st_size == before
    # Another program fills the disk meanwhile: the second part stops in the middle.
    usage = shutil.disk_usage(stick)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 40))
    with pytest.raises(DiskFullError) as stopped:
        make_seal(writer, key, wanted, DIGITS)
    assert stopped.value.message_id == "disk-full"
    assert list(stick.iterdir()) == []
    assert verify_case(writer.case.folder.root, key).findings == []
    subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
    with pytest.raises(DiskFailureError):
        make_seal(writer, key, wanted, DIGITS)
    assert list(stick.iterdir()) == []
    assert "sealed" not in writer.manifest.entries


def test_an_archive_on_a_read_only_stick_is_checked_like_any_other(
    sealed: SealResult, stick: Path, check: Check
) -> None:
    name = sealed.archives[0].name
    shutil.copy(sealed.folder / name, stick)
    subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
    assert check(stick / name)[0]["verdict"] == "CONSISTENT"
    assert check(stick, expect=5)[-1]["verdict"] == "NOT CHECKED"
    written = check(stick / name, "--report", stick / "page.html", expect=12)
    assert written[0]["error"] == "file-failed"


@pytest.mark.skipif(shutil.which("7z") is None, reason="7z is not installed")
def test_7z_opens_every_part(sealed: SealResult) -> None:
    for made in sealed.archives:
        subprocess.run(["7z", "t", f"-p{DIGITS}", str(sealed.folder / made.name)], check=True, capture_output=True)
