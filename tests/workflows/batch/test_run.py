"""Many cases from one file: outcomes by line, resumed without doubling, and no line harms another."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from evidence_kit.errors import Exit
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workers.pool import Pool
from evidence_kit.workflows.batch.batch_file import tasks_in
from evidence_kit.workflows.batch.check import rehearse
from evidence_kit.workflows.batch.errors import BatchFileError
from evidence_kit.workflows.batch.processes import ProcessCrew, SingleRunner
from evidence_kit.workflows.batch.progress import BatchMemory
from evidence_kit.workflows.batch.results import BatchResult, StepResult
from evidence_kit.workflows.batch.run import WaitingLines, run_batch
from evidence_kit.workflows.batch.steps import BatchResources
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import this_computer
from tests.fakes import NoDescriber

DEFAULTS = """\
[defaults]
steps = ["new", "ingest", "seal", "verify"]
age = "adult"
age_known_by = "told"
consent = "lawyer"
for = "lawyer"
scope = "all"
passphrase_folder = "digits"
"""


@contextmanager
def hands(folder: Path, seed: bytes) -> Iterator[BatchResources]:
    yield BatchResources(
        stations.load_station(folder), SigningKey.from_seed(seed), this_computer(), NoDescriber(), Pool(workers=1)
    )


class Batch:
    """A batch file in a folder, and what running it tells."""

    def __init__(self, folder: Path, station: Station, key: SigningKey) -> None:
        self.folder = folder
        self.station = station
        self.key = key
        self.file = folder / "batch.toml"
        self.open_hands = partial(hands, station.folder, key.seed)

    def write(self, *lines: str, defaults: str = DEFAULTS) -> None:
        self.file.write_text(defaults + "".join(f"\n[[case]]\n{line}\n" for line in lines), "utf-8")

    def source(self, name: str, *texts: str) -> str:
        (self.folder / name).mkdir()
        for number, text in enumerate(texts):
            (self.folder / name / f"{number}.txt").write_text(text)
        return f'name = "{name}"\nsources = ["{name}"]'

    def waiting(self, *, again: bool = False) -> WaitingLines:
        memory = BatchMemory(self.folder / "progress", RealDisk(), this_computer().random)
        return WaitingLines(tasks_in(self.file), self.station, memory, 2026, again=again)

    def run(self, jobs: int = 1, *, again: bool = False) -> tuple[list[StepResult], BatchResult]:
        waiting = self.waiting(again=again)
        try:
            with SingleRunner(self.open_hands) if jobs == 1 else ProcessCrew(self.open_hands, jobs) as runner:
                *told, ended = run_batch(waiting, runner)
        finally:
            waiting.memory.close()
        assert isinstance(ended, BatchResult)
        return [each for each in told if isinstance(each, StepResult)], ended

    def rehearse(self) -> tuple[list[StepResult], BatchResult]:
        waiting = self.waiting()
        with self.open_hands() as own:
            *told, ended = rehearse(waiting.rehearsal(), own, list(waiting.told_at_once()))
        assert isinstance(ended, BatchResult)
        return [each for each in told if isinstance(each, StepResult)], ended

    def items(self) -> dict[str, list[str]]:
        """Names of lines, and the hashes of what their cases hold."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.station.cases.iterdir()):
            if path.name.startswith("."):
                continue
            manifest = read_case(CaseFolder(path), self.key, self.station).opened
            mark = str(manifest.facts["reference"]).partition("/")[2]
            assert mark not in found, "one line opened two cases"
            found[mark] = sorted(item.sha256.hex for item in manifest.items.values())
        return found


@pytest.fixture
def batch(tmp_path: Path, station: Station, key: SigningKey) -> Batch:
    (tmp_path / "work").mkdir()
    return Batch(tmp_path / "work", station, key)


def results(told: list[StepResult]) -> list[tuple[str, str, str]]:
    return [(each.name, each.step, each.result) for each in told]


STEPS = ("new", "ingest", "seal", "verify")


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_step_of_every_line_has_an_outcome(batch: Batch, jobs: int) -> None:
    batch.write(batch.source("a", "x", "y"), batch.source("b", "z"))
    told, ended = batch.run(jobs)
    assert sorted(results(told)) == sorted((name, step, "done") for name in "ab" for step in STEPS)
    assert (ended.lines, ended.whole, ended.code) == (2, 2, Exit.DONE)
    assert {name: len(items) for name, items in batch.items().items()} == {"a": 2, "b": 1}
    assert len(list((batch.folder / "digits").iterdir())) == 2


def test_a_second_run_does_nothing_twice(batch: Batch) -> None:
    batch.write(batch.source("a", "x"))
    batch.run()
    before = {path: path.stat().st_mtime_ns for path in batch.station.cases.rglob("*")}
    told, ended = batch.run()
    assert {each.result for each in told} == {"done-before"}
    assert ended.code == Exit.DONE
    assert {path: path.stat().st_mtime_ns for path in batch.station.cases.rglob("*")} == before


def test_again_takes_in_what_is_new_and_neither_opens_nor_seals(batch: Batch) -> None:
    batch.write(batch.source("a", "x"))
    batch.run()
    (batch.folder / "a" / "later.txt").write_text("later")
    told, _ = batch.run(again=True)
    assert {each.step: each.result for each in told} == {
        "new": "done-before", "ingest": "done", "seal": "done-before", "verify": "done",
    }  # fmt: skip
    assert len(batch.items()["a"]) == 2


def test_a_line_that_was_changed_is_done_anew_as_far_as_it_was_changed(batch: Batch) -> None:
    line = batch.source("a", "x")
    batch.write(line)
    batch.run()
    (batch.folder / "more").mkdir()
    (batch.folder / "more" / "n.txt").write_text("new")
    batch.write(line.replace('["a"]', '["a", "more"]'))
    told, _ = batch.run()
    assert [each.step for each in told if each.result == "done"] == ["ingest"]


def test_what_could_not_be_read_is_tried_again_and_sealed_again_when_it_came_in(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A done step that left a file unread is not done: the next run looks again, and its archive holds the file."""
    batch.write(batch.source("a", "x", "y"))
    with monkeypatch.context() as patch:
        refuse(patch, batch.folder / "a" / "1.txt")
        told, ended = batch.run()
        assert {each.step: (each.result, each.code) for each in told}["ingest"] == ("done", Exit.INCOMPLETE)
        assert (ended.whole, ended.code) == (0, Exit.INCOMPLETE)
        again, ended = batch.run()
        assert [each.result for each in again] == ["done-before", "done", "done", "done"]
        assert ended.code == Exit.INCOMPLETE
        assert next(each.facts["archive"] for each in again if each.step == "seal") == archive_of(told)
    healed, ended = batch.run()
    assert (ended.whole, ended.code) == (1, Exit.DONE)
    assert archive_of(healed) != archive_of(told)
    assert next(each.facts["items_in"] for each in healed if each.step == "seal") == 2
    last, ended = batch.run()
    assert {each.result for each in last} == {"done-before"}
    assert len(batch.items()["a"]) == 2


def test_a_line_of_which_nothing_could_be_read_fails_there_and_is_taken_up_again(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch.write(batch.source("a", "x"), batch.source("b", "y"))
    with monkeypatch.context() as patch:
        refuse(patch, batch.folder / "a" / "0.txt")
        told, ended = batch.run()
        assert [(each.step, each.result) for each in told if each.name == "a"] == [
            ("new", "done"), ("ingest", "failed"), ("seal", "not-tried"), ("verify", "not-tried"),
        ]  # fmt: skip
        assert next(each.trouble.id for each in told if each.trouble is not None) == "nothing-taken-in"
        assert (ended.whole, ended.code) == (1, Exit.SOURCE_GONE)
    told, ended = batch.run()
    assert (ended.whole, ended.code) == (2, Exit.DONE)
    assert {name: len(items) for name, items in batch.items().items()} == {"a": 1, "b": 1}


def refuse(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the system refuse one file, as a bad sector does."""
    sound = os.open

    def opened(name: Any, *more: Any, **named: Any) -> int:
        if str(name) == str(path) or str(name) == path.name:
            raise OSError(errno.EIO, "Input/output error", str(name))
        return sound(name, *more, **named)

    patch.setattr(os, "open", opened)


def archive_of(told: list[StepResult]) -> str:
    return str(next(each.facts["archive"] for each in told if each.step == "seal"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_trouble_in_one_line_stays_there(batch: Batch, jobs: int, station: Station) -> None:
    good = batch.source("good", "x")
    batch.write(good)
    batch.run()
    log = next(station.cases.glob("LRC-*")) / "custody.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"seq":3', b'"seq":4', 1))
    (batch.folder / "wrong").write_text("1" * 28 + "\n")
    (batch.folder / "short").write_text("12\n")
    archive = next((batch.station.cases.parent / "sealed").glob("*/*.sealed.zip"))
    lines = [
        'name = "missing"\nsources = ["nowhere"]',
        'name = "broken"\ncase = "1"\nsteps = ["verify"]',
        'name = "none"\ncase = "77"\nsteps = ["verify"]',
        f'name = "digits"\nsteps = ["verify"]\narchive = "{archive}"\narchive_passphrase_file = "wrong"',
        f'name = "short"\nsteps = ["verify"]\narchive = "{archive}"\narchive_passphrase_file = "short"',
        'name = "typo"\nsorces = ["x"]',
        'name = "consent"\nconsent = "police"\nsources = ["good"]',
        batch.source("last", "y"),
    ]
    batch.write(*lines)
    told, ended = batch.run(jobs)
    failed = {each.name: (each.step, each.trouble.id) for each in told if each.trouble is not None}
    assert failed == {
        "missing": ("new", "source-missing"),
        "none": ("verify", "no-case"),
        "short": ("verify", "archive-passphrase-malformed"),
        "typo": ("check", "batch-key-unknown"),
        "consent": ("seal", "no-consent"),
    }
    codes = {each.name: each.code for each in told if each.step == "verify" and each.result == "done"}
    assert codes == {"broken": Exit.BROKEN, "digits": Exit.NOT_CHECKED, "last": Exit.DONE}
    assert ("missing", "seal", "not-tried") in results(told)
    assert (ended.lines, ended.whole, ended.code) == (8, 3, Exit.BROKEN)


def test_a_receipt_anchors_by_where_it_comes_from_and_the_line_has_to_say_so(batch: Batch) -> None:
    batch.write(batch.source("good", "x"))
    made, _ = batch.run()
    code = next(each.facts["receipt"] for each in made if each.step == "seal")
    line = f'case = "1"\nsteps = ["verify"]\nreceipt = "{code}"'
    origins = ("paper", "told", "archive", "hearsay")
    batch.write(f'name = "none"\n{line}', *(f'name = "{each}"\n{line}\nreceipt_from = "{each}"' for each in origins))
    told, _ = batch.run()
    verdicts = {each.name: each.facts["verdict"] for each in told if each.result == "done"}
    assert verdicts == {"paper": "ANCHORED", "told": "ANCHORED", "archive": "CONSISTENT"}
    assert {each.name for each in told if each.trouble is not None} == {"none", "hearsay"}


def test_a_rehearsal_finds_the_same_trouble_and_changes_nothing(batch: Batch) -> None:
    batch.write(
        batch.source("good", "x"),
        'name = "missing"\nsources = ["nowhere"]',
        'name = "consent"\nconsent = "police"\nsources = ["good"]',
        'name = "minor"\nage = "minor"\nsources = ["good"]',
        'name = "none"\ncase = "77"\nsteps = ["ingest"]\nsources = ["good"]',
        'name = "key"\nto_key = ["lawyer=nokey"]\nsources = ["good"]',
        'name = "date"\nretention = "soon"\nsources = ["good"]',
        'name = "typo"\nsorces = ["x"]',
    )
    told, ended = batch.rehearse()
    failed = {each.name: (each.step, each.trouble.id) for each in told if each.trouble is not None}
    assert failed == {
        "missing": ("new", "source-missing"),
        "consent": ("seal", "no-consent"),
        "minor": ("new", "guardian-missing"),
        "none": ("ingest", "no-case"),
        "key": ("seal", "key-file-missing"),
        "date": ("new", "date-malformed"),
        "typo": ("check", "batch-key-unknown"),
    }
    assert [each.step for each in told if each.name == "good"] == list(STEPS)
    assert (ended.lines, ended.whole) == (8, 1)
    assert list(batch.station.cases.iterdir()) == []
    assert not (batch.folder / "progress").exists()


def test_a_rehearsal_counts_the_room_of_all_lines(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_kit.workflows.batch.check.free_bytes", lambda _: 25)
    batch.write(batch.source("a", "x" * 10), batch.source("b", "x" * 10))
    told, ended = batch.rehearse()
    assert [(each.name, each.step, each.code) for each in told if each.trouble is not None] == [("b", "ingest", 11)]
    assert ended.code == 11


def test_an_id_that_is_taken_is_no_line_of_ours(batch: Batch, new_case: Callable[..., Any]) -> None:
    taken = new_case().case.id
    batch.write(batch.source("a", "x") + f'\ncase = "{taken}"')
    told, ended = batch.run()
    assert results(told)[0] == ("a", "new", "failed")
    assert ended.code == 23
    assert (told[0].trouble.id if told[0].trouble else None) == "case-exists"


def test_a_case_that_was_opened_before_the_power_went_is_found_again(batch: Batch) -> None:
    batch.write(batch.source("a", "x"))
    batch.run()
    progress = batch.folder / "progress"
    head, begun, *_ = progress.read_bytes().splitlines(keepends=True)
    progress.write_bytes(head + begun + b'{"name":"a","st')
    told, _ = batch.run()
    assert results(told) == [("a", step, "done") for step in STEPS]
    assert list(batch.items()) == ["a"]
    assert len(list((batch.station.cases.parent / "sealed").iterdir())) == 1
    assert [json.loads(line) for line in progress.read_bytes().splitlines()]


def test_a_memory_that_cannot_be_read_stops_everything(batch: Batch) -> None:
    batch.write(batch.source("a", "x"))
    (batch.folder / "progress").write_bytes(b"nonsense\n")
    with pytest.raises(BatchFileError):
        batch.run()
    assert list(batch.station.cases.iterdir()) == []


def test_two_lines_about_one_case_never_run_side_by_side(batch: Batch) -> None:
    batch.write(
        batch.source("a", "x") + '\ncase = "LRC-2026-0001"\nsteps = ["new", "ingest"]',
        batch.source("b", "y") + '\ncase = "1"\nsteps = ["ingest"]',
        batch.source("c", "z"),
    )
    waiting = batch.waiting()
    first = waiting.next_free(frozenset())
    assert first is not None
    assert first.case == "LRC-2026-0001"
    second = waiting.next_free(frozenset({"LRC-2026-0001"}))
    assert second is not None
    assert second.task.name == "c"
    waiting.memory.close()


def test_no_more_processes_are_started_than_were_asked_for(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    hired: list[ProcessCrew] = []
    hire = ProcessCrew._hire

    def counted(crew: ProcessCrew) -> object:
        hired.append(crew)
        return hire(crew)

    monkeypatch.setattr(ProcessCrew, "_hire", counted)
    batch.write(*(batch.source(name, name) for name in "abcde"))
    _, ended = batch.run(2)
    assert ended.whole == 5
    assert len(hired) == 2


def test_ctrl_c_waits_for_a_process_that_does_not_know_yet_what_to_do_then(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hire = ProcessCrew._hire

    def interrupted(crew: ProcessCrew) -> object:
        member = hire(crew)
        assert member._process.pid is not None
        os.kill(member._process.pid, signal.SIGINT)
        return member

    monkeypatch.setattr(ProcessCrew, "_hire", interrupted)
    batch.write(*(batch.source(name, name) for name in "abc"))
    _, ended = batch.run(2)
    assert (ended.whole, ended.code) == (3, 0)
    assert capfd.readouterr().err == ""


def test_a_process_that_dies_costs_its_own_line_alone(batch: Batch) -> None:
    batch.write(batch.source("a", "x"), batch.source("dies", "x"), batch.source("c", "y"))
    (batch.folder / "dies" / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    waiting = batch.waiting()
    with ProcessCrew(partial(dying_hands, batch.station.folder, batch.key.seed), 2) as crew:
        *told, ended = run_batch(waiting, crew)
    waiting.memory.close()
    failed = [each for each in told if isinstance(each, StepResult) and each.result == "failed"]
    assert [(each.name, each.step, each.trouble.id if each.trouble else "") for each in failed] == [
        ("dies", "ingest", "batch-process-died")
    ]
    assert isinstance(ended, BatchResult)
    assert (ended.whole, ended.code) == (2, Exit.SYSTEM_LIMIT)


class _Dying(NoDescriber):
    """Takes the whole process with it when it sees a PNG, as a crash in a library would."""

    def describes(self, kind: str) -> bool:
        if kind == "png":
            os._exit(9)
        return False


@contextmanager
def dying_hands(folder: Path, seed: bytes) -> Iterator[BatchResources]:
    yield BatchResources(
        stations.load_station(folder), SigningKey.from_seed(seed), this_computer(), _Dying(), Pool(workers=1)
    )


def test_a_line_may_want_the_report_in_its_archive(batch: Batch) -> None:
    defaults = DEFAULTS + 'report = ["fr", "en"]\nlaw = ["pc-538"]\npictures = "blurred"\n'
    batch.write(batch.source("a", "x"), defaults=defaults)
    told, ended = batch.run()
    assert ended.code == Exit.DONE, [each.trouble for each in told]
    archive = Path(str(next(each.facts["archive"] for each in told if each.step == "seal")))
    digits = next((batch.folder / "digits").iterdir()).read_text().strip()
    assert {"dossier.fr.pdf", "dossier.en.pdf", "dossier.json"} <= reports_in(archive, digits)


def reports_in(archive: Path, digits: str) -> set[str]:
    with pyzipper.AESZipFile(archive) as outer:
        outer.setpassword(digits.encode())
        with zipfile.ZipFile(io.BytesIO(outer.read("evidence.zip"))) as bag:
            return {each.rpartition("/")[2] for each in bag.namelist() if "/report/" in each}


def test_what_a_line_says_of_its_report_is_looked_at_before_anything_is_done(batch: Batch) -> None:
    batch.write(
        batch.source("language", "x") + '\nreport = "de"',
        batch.source("alone", "x") + '\npictures = "blurred"',
        batch.source("talk", "x") + '\nreport = "fr"\nconversations = "first"',
        batch.source("absent", "x") + '\nreport = "fr"\nconversations = "4"',
        batch.source("law", "x") + '\nreport = "fr"\nlaw = "XX-1"',
    )
    told, _ = batch.run()
    assert {each.name: (each.step, each.trouble.id) for each in told if each.trouble is not None} == {
        "language": ("check", "batch-value-unknown"),
        "alone": ("check", "batch-key-missing"),
        "talk": ("seal", "chat-unknown"),
        "absent": ("seal", "chat-unknown"),
        "law": ("seal", "provision-unknown"),
    }
