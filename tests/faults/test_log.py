"""A log cut at every single byte, and lines planted behind its last signature."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evidence_kit.custody import journal, opening
from evidence_kit.custody.errors import CaseBrokenError, CaseOlderError, NoCaseError
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import LogHead
from evidence_kit.errors import EvidenceError
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import Numbered, SteppingClock
from tests.faults.harness import KEY, broken, fill, lost, new_case
from tests.workflows.helpers import files_of, take_in, totals

FILES = 6
STEP = 61


def _world() -> World:
    return World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")


def _taken(folder: Path) -> tuple[Station, Path, Path, list[tuple[int, dict[str, str]]]]:
    """Take files in, a commit each; return what was safe at which length of the log."""
    station, case = new_case(folder, folder / "cases")
    source = fill(folder / "many", FILES, 7, 600)
    ends: list[tuple[int, dict[str, str]]] = []
    with writing(CaseFolder(case), KEY, station, _world()) as writer:
        ends.append((writer.case.custody.end_bytes, {}))
        for path in sorted(source.iterdir()):
            take_in(writer, path)
            safe = {item.id: item.sha256.hex for item in writer.manifest.items.values()}
            ends.append((writer.case.custody.end_bytes, safe))
    return station, case, source, ends


def cut_everywhere(folder: Path, step: int) -> int:
    """Cut a log at every so many bytes, and see what a writer makes of each; return how many cuts there were."""
    station, case, source, ends = _taken(folder)
    whole, memory = (case / "custody.jsonl").read_bytes(), station.folder / "heads" / f"{case.name}.json"
    remembered, kept = memory.read_bytes(), folder / "kept"
    shutil.copytree(case, kept)
    cuts = 0
    for length in range(0, len(whole), step):
        shutil.rmtree(case)
        shutil.copytree(kept, case)
        (case / "custody.jsonl").write_bytes(whole[:length])
        memory.write_bytes(remembered)
        before = files_of(case)
        with pytest.raises(EvidenceError) as raised, writing(CaseFolder(case), KEY, station, _world()):
            pass
        assert isinstance(raised.value, CaseOlderError | CaseBrokenError | NoCaseError)
        assert files_of(case) == before
        safe = [items for end, items in ends if end <= length]
        if safe:
            with writing(CaseFolder(case), KEY, station, _world(), accept_older="cut on purpose") as writer:
                assert (case / "custody.jsonl").read_bytes().startswith(whole[: max(e for e, _ in ends if e <= length)])
                assert lost(case, safe[-1]) == []
                take_in(writer, *sorted(source.iterdir()))
                assert len(writer.manifest.items) == FILES
            assert broken(case, station) == []
        cuts += 1
    return cuts


def test_a_log_cut_anywhere_loses_only_what_was_behind_the_cut(tmp_path: Path) -> None:
    assert cut_everywhere(tmp_path, STEP) > 100


@pytest.mark.deep
def test_a_log_cut_at_every_byte_loses_only_what_was_behind_the_cut(tmp_path: Path) -> None:
    cuts = cut_everywhere(tmp_path, 1)
    print(f"{cuts} cuts, nothing above them lost")
    assert cuts > 6000


def plant(case: Path, *, signer: SigningKey) -> bytes:
    """Put a well-formed commit behind the last signature, as anybody can who may write into the folder."""
    opened = read_case(CaseFolder(case), KEY)
    recipient, custody = opened.custody.recipient, opened.custody
    assert recipient is not None
    assert custody.head is not None
    content = age.encrypt_bytes(b"planted", [recipient])
    facts: dict[str, Json] = {
        "item": "E000099", "path": "planted.txt", "size": 7, "sha256": sha256(b"planted").hex, "crc32": "00000000",
        "kind": {"name": "text", "family": "text", "media_type": "text/plain"},
    }  # fmt: skip
    event = Event("item.kept", facts, object="E000099", stored=sha256(content))
    head = LogHead(opened.id, custody.signed_lines, custody.head)
    openings = journal.link_events(head, [event], SteppingClock().now(), lambda: bytes(opening.SALT_BYTES))
    body = age.encrypt_bytes(openings.body, [recipient])
    commit = journal.sign_commit(opened.id, openings, sha256(body), signer)
    (case / "store" / "E000099.age").write_bytes(content)
    CaseFolder(case).body(openings.signature_line).write_bytes(body)
    with (case / "custody.jsonl").open("ab") as log:
        log.write(commit.data)
    return commit.data


def test_a_planted_commit_is_put_aside_and_is_no_evidence(tmp_path: Path) -> None:
    station, case, source, _ = _taken(tmp_path)
    planted = plant(case, signer=SigningKey.from_seed(bytes(32)))
    assert verify_case(case, KEY).verdict.value == "BROKEN"
    with writing(CaseFolder(case), KEY, station, _world()) as writer:
        assert "E000099" not in writer.manifest.items
        event = writer.manifest.entries["recovered"][-1].facts
        assert event["what"] == "unsigned-put-aside"
        aside = {each["path"].rpartition("/")[2]: each["sha256"] for each in event["files"]}
        assert aside["tail.jsonl"] == sha256(planted).hex
        assert {"E000099.age"} < set(aside)
        assert totals(take_in(writer, *sorted(source.iterdir()))).known == FILES
    assert broken(case, station) == []


def test_the_harness_notices_a_plant_that_an_allowed_signer_signed(tmp_path: Path) -> None:
    """What the station key signs is believed: this shows that the plant above is refused for its signer alone."""
    station, case, _, _ = _taken(tmp_path)
    plant(case, signer=KEY)
    with writing(CaseFolder(case), KEY, station, _world()) as writer:
        assert "E000099" in writer.manifest.items
