"""Checking many cases against what was remembered of them, comparing two, and a case that is being written."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from evidence_kit.cli import run
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.vault.lock import hold_lock
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking import case_folders
from evidence_kit.workflows.checking.case_folders import read_memory, write_memory
from evidence_kit.workflows.checking.compare import archive_log, compare_logs, folder_log
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS
from tests.conftest import PASSPHRASE, NewCase
from tests.schemas import held
from tests.workflows.helpers import take_in


@pytest.fixture
def two(new_case: NewCase, source: Path) -> tuple[CaseWriter, CaseWriter]:
    one, other = new_case(), new_case()
    take_in(one, source)
    record.record_note(other, "x", ["association"])
    return one, other


def checked(station: Station, memory: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[dict]]:  # type: ignore[type-arg]
    capsys.readouterr()
    code = run(["verify", str(station.cases), "--recursive", "--remember", str(memory), "--json", "--no-input", *more])
    return code, held("verify", capsys.readouterr().out)


def test_a_shorter_a_forked_and_a_missing_case_are_found_without_the_station(
    two: tuple[CaseWriter, CaseWriter], station: Station, key: SigningKey, world: World, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(tmp_path / "nobody"))
    memory, copies = tmp_path / "memory.json", tmp_path / "copies"
    shutil.copytree(station.cases, copies)
    first, second = (writer.case.folder.root for writer in two)
    record.record_note(two[0], "later", ["association"])
    code, said = checked(station, memory, capsys)
    assert (code, said[-1]["verdict"], said[-1]["cases"]) == (0, "CONSISTENT", 2)
    remembered = read_memory(memory)
    assert remembered[first.name].lines == two[0].head.lines

    log = (first / "custody.jsonl").read_bytes()
    shutil.rmtree(first)
    shutil.copytree(copies / first.name, first)
    code, said = checked(station, memory, capsys)
    assert code == 4
    assert [each["code"] for each in said[0]["findings"]] == ["log-shorter"]
    assert read_memory(memory) == remembered

    with writing(two[0].case.folder, key, Station(tmp_path / "forgets", *_rest(station)), world) as again:
        for text in ("other", "words"):
            record.record_note(again, text, ["association"])
    code, said = checked(station, memory, capsys)
    assert code == 4
    assert [each["code"] for each in said[0]["findings"]] == ["log-forked"]
    assert (first / "custody.jsonl").read_bytes() != log

    shutil.rmtree(second)
    code, said = checked(station, memory, capsys)
    assert code == 4
    assert [(each["code"], each["file"]) for each in said[-1]["findings"]] == [("case-gone", second.name)]


def _rest(station: Station) -> tuple:  # type: ignore[type-arg]
    return (station.association, station.person, station.public, station.recovery, False, station.cases)


def test_archives_are_opened_with_the_digits_that_lie_beside_them(
    two: tuple[CaseWriter, CaseWriter], station: Station, key: SigningKey, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sealed = make_seal(two[0], key, SealOrder("lawyer", None, {}, None, station.cases / "sealed"), DIGITS)
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(station.folder))
    secret = tmp_path / "pass"
    secret.write_bytes(PASSPHRASE)
    code, said = checked(station, tmp_path / "memory", capsys, "--passphrase-file", str(secret))
    assert (code, said[-1]["archives"], said[-1]["archives_not_opened"]) == (0, 1, 0)
    data = bytearray(sealed.archive.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.archive.write_bytes(bytes(data))
    code, said = checked(station, tmp_path / "memory", capsys, "--passphrase-file", str(secret))
    assert (code, said[-1]["verdict"]) == (4, "BROKEN")
    code, said = checked(station, tmp_path / "memory", capsys)
    assert (code, said[-1]["archives_not_opened"]) == (0, 1)


def test_a_memory_that_cannot_be_read_is_no_reason_to_forget(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "memory").write_text("{")
    code, said = checked(station, tmp_path / "memory", capsys)
    assert (code, said[0]["error"]) == (32, "memory-unreadable")
    assert (tmp_path / "memory").read_text() == "{"


def test_two_checks_of_one_memory_keep_what_both_found(
    two: tuple[CaseWriter, CaseWriter], station: Station, key: SigningKey, world: World, tmp_path: Path
) -> None:
    memory, copy = tmp_path / "memory", tmp_path / "copy"
    one, other = (writer.case.folder.root for writer in two)
    shutil.copytree(one, copy / one.name)

    def found(*roots: Path) -> dict[str, Report]:
        return {each.name: verify_case(each) for each in roots}

    slow, before = found(one), read_memory(memory)
    write_memory(memory, before, found(other), world.disk)
    write_memory(memory, before, slow, world.disk)
    assert set(read_memory(memory)) == {one.name, other.name}

    # A check that began earlier ends later: what it saw is behind what another remembered meanwhile.
    before = read_memory(memory)
    record.record_note(two[0], "later", ["association"])
    write_memory(memory, before, found(one), world.disk)
    newer = read_memory(memory)
    write_memory(memory, before, slow, world.disk)
    # A fork beside it is not remembered instead, however long.
    with writing(CaseFolder(copy / one.name), key, Station(tmp_path / "forgets", *_rest(station)), world) as fork:
        for text in ("some", "other", "words"):
            record.record_note(fork, text, ["association"])
    write_memory(memory, before, found(copy / one.name), world.disk)
    assert read_memory(memory) == newer


def test_a_check_beside_one_that_writes_the_memory_says_so_and_its_verdict_stands(
    two: tuple[CaseWriter, CaseWriter], station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(case_folders, "_PATIENCE_SECONDS", 0.1)
    with hold_lock(tmp_path / ".memory.lock", 0):
        code, said = checked(station, tmp_path / "memory", capsys)
    assert (code, said[-1]["error"], said[-2]["verdict"]) == (21, "memory-locked", "CONSISTENT")
    assert not (tmp_path / "memory").exists()
    assert checked(station, tmp_path / "memory", capsys)[0] == 0


def test_two_logs_are_compared_to_the_line(
    two: tuple[CaseWriter, CaseWriter], station: Station, key: SigningKey, world: World, tmp_path: Path
) -> None:
    root = two[0].case.folder.root
    sealed = make_seal(two[0], key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    copy = tmp_path / "copy" / root.name
    shutil.copytree(root, copy)
    assert compare_logs(folder_log(root), folder_log(copy)).relation == "same"
    record.record_note(two[0], "here", ["association"])
    longer = compare_logs(folder_log(root), folder_log(copy))
    assert (longer.relation, longer.common) == ("first-longer", folder_log(copy).signed)
    assert compare_logs(archive_log(sealed.archive, DIGITS), folder_log(root)).relation == "second-longer"
    with writing(CaseFolder(copy), key, Station(tmp_path / "forgets", *_rest(station)), world) as other:
        record.record_note(other, "there", ["association"])
    forked = compare_logs(folder_log(root), folder_log(copy))
    assert (forked.relation, forked.verdict) == ("fork", Verdict.BROKEN)
    assert [finding.code for finding in forked.findings] == ["log-forked"]
    assert [each.by for each in forked.first.after(forked.common)] == [station.public.fingerprint]
    with pytest.raises(UsageError, match="compare-other-case"):
        compare_logs(folder_log(root), folder_log(two[1].case.folder.root))


def test_a_case_that_is_being_written_is_checked_to_its_newest_signature(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    root = folder.root
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (source / "note.txt").write_text(f"{number}\n")
            with writing(folder, key, station, world) as writer:
                take_in(writer, source / "note.txt")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        reports = []
        until = time.monotonic() + 3
        while time.monotonic() < until:
            reports.append(verify_case(root))
    finally:
        stop.set()
        thread.join()
    assert len(reports) > 3
    assert {report.verdict for report in reports} == {Verdict.CONSISTENT}
    assert [finding for report in reports for finding in report.findings] == []
    assert any(report.being_written for report in reports)


def test_whoever_only_asks_whether_somebody_writes_keeps_nobody_from_it(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    fcntl = pytest.importorskip("fcntl", reason="Windows asks in another way")
    folder = new_case().case.folder
    with writing(folder, key, station, world):
        pass  # now there is a lock to ask about
    with folder.lock.open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        done = threading.Timer(0.1, fcntl.flock, (asking, fcntl.LOCK_UN))
        done.start()
        with writing(folder, key, station, world) as writer:
            take_in(writer, source)
        done.join()
        assert len(writer.manifest.items) == 4


def test_files_of_a_writer_at_work_are_not_accused_and_those_of_nobody_are(
    new_case: NewCase, station: Station, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    with writing(folder, key, station, world):
        for path in (folder.item("E000009"), folder.body(99), folder.store / "E000010.age.draft"):
            path.write_bytes(b"not yet signed")
        report = verify_case(folder.root)
        assert (report.findings, report.being_written) == ([], True)
        (folder.store / "hello.txt").write_bytes(b"planted")
        assert [each.file for each in verify_case(folder.root).findings] == ["store/hello.txt"]
    after = verify_case(folder.root)
    assert len(after.findings) == 4
    assert not after.being_written


def test_what_a_mac_leaves_beside_every_file_is_named_and_weighs_nothing(
    two: tuple[CaseWriter, CaseWriter], station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = two[0].case.folder
    for name in ("._custody.jsonl", "store/._E000001.age", "THUMBS.DB"):
        (folder.root / name).write_bytes(b"\x00\x05\x16\x07")
    (station.cases / f"._{folder.root.name}").write_bytes(b"\x00\x05\x16\x07")
    (station.cases / f"._{folder.root.name}.sealed.zip").write_bytes(b"\x00\x05\x16\x07")
    report = verify_case(folder.root)
    assert {each.code for each in report.findings} == {"file-of-the-system"}
    assert len(report.findings) == 3
    assert report.verdict is Verdict.CONSISTENT
    code, said = checked(station, tmp_path / "memory.json", capsys)
    assert (code, said[-1]["verdict"], said[-1]["cases"], said[-1]["archives"]) == (0, "CONSISTENT", 2, 0)
    (folder.root / "stranger").touch()
    assert checked(station, tmp_path / "memory.json", capsys)[0] == 3
