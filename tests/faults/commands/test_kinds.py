"""The nine kinds of slips, each with its own trial; and each trial finds the broken build that has it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands.broken import BUILDS
from tests.faults.commands.judge import accused, traced, undestroyed
from tests.faults.commands.scenes import MARKER, SCENES, Place, Scene
from tests.faults.commands.stage import CHANGE, HANDLE, SOUND, THREAD, Fault, Ran

Trial = Callable[[Place, str | None], list[str]]


def _scene(called: str) -> Scene:
    return next(scene for scene in SCENES if scene.called == called)


def _words(place: Place, *words: str) -> list[str]:
    at = place.at
    return [*words, "--no-input", "--passphrase-file", str(at / "pass"), "--station", str(at / "station"), "--json"]


def _ran(place: Place, scene: str, broken: str | None, fault: Fault = SOUND, **more: Any) -> Ran:
    return place.stage.run(place.line(_scene(scene)), fault, broken=broken, **more)


def a_fresh_backup(place: Place, broken: str | None) -> list[str]:
    _ran(place, "backup", broken)
    ran = place.stage.run(_words(place, "verify", str(place.at / "stick" / place.case.name)), broken=broken)
    (document,) = ran.documents
    good = ran.code == 0 and document["verdict"] == "CONSISTENT" and document["earlier_of"] == document["lines"] + 2
    return [] if good else [ran.out]


def a_body_that_cannot_be_read(place: Place, broken: str | None) -> list[str]:
    slips = []
    for words in (("list", "1"), ("note", "1", "x")):
        calls = place.stage.run(_words(place, *words), Fault(classes=HANDLE)).calls
        for at in range(1, calls + 1, 3):
            place.again()
            ran = place.stage.run(_words(place, *words), Fault("fail", at, errno.EMFILE, classes=HANDLE), broken=broken)
            if ran.code in {1, 4}:
                slips.append(ran.err)
    return slips


def test_what_could_not_be_read_now_is_not_said_to_be_destroyed(place: Place) -> None:
    place.again()
    words = [each for each in place.line(_scene("verify")) if each != "--json"]
    calls = place.stage.run(words, Fault(classes=HANDLE)).calls
    said = ""
    for at in range(1, calls + 1, 2):
        ran = place.stage.run(words, Fault("fail", at, errno.EIO, classes=HANDLE))
        assert "destroyed or is damaged" not in ran.out
        said += ran.out
    assert "Events that could not be read in this check" in said


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(place: Place) -> None:
    place.again()
    line = place.line(_scene("verify-many"))
    handles = [call for call in place.stage.calls_of(line) if call.classes & HANDLE]
    told = []
    for at, call in enumerate(handles, start=1):
        if call.name == "opendir":
            place.again()
            ran = place.stage.run(line, Fault("fail", at, errno.EACCES, classes=HANDLE))
            assert (ran.code, traced(ran)) == (5, False), (call, ran.err)
            told.append("file-unreadable" in ran.out)
    assert len(told) > 4
    assert all(told)


def test_a_key_that_cannot_be_read_is_not_passed_over(place: Place) -> None:
    place.again()
    line = place.line(_scene("verify"))
    handles = [call for call in place.stage.calls_of(line) if call.classes & HANDLE]
    keys = [at for at, call in enumerate(handles, start=1) if call.path.startswith("/cases/LRC-#-#/keys/")]
    # The last of them hold each key against the log; those before look for one that opens, and any will do.
    codes = [place.stage.run(line, Fault("fail", at, errno.EIO, classes=HANDLE)).code for at in keys[-3:]]
    assert codes == [5, 5, 5]


def test_a_recheck_goes_on_behind_what_cannot_be_read(place: Place) -> None:
    place.again()
    line = place.line(_scene("show-recheck"))
    handles = [call for call in place.stage.calls_of(line) if call.classes & HANDLE]
    at = next(at for at, call in enumerate(handles, start=1) if "/store/" in call.path)
    for number, code in ((errno.EIO, 12), (errno.EMFILE, 13)):
        ran = place.stage.run(line, Fault("fail", at, number, classes=HANDLE))
        assert (ran.code, ran.documents[-1]["not_rechecked"]) == (code, 1), ran.err
    store = place.at / "cases" / "LRC-2026-0002" / "store"
    (store / "E000001.age").write_bytes((store / "E000002.age").read_bytes()[:-1])
    ran = place.stage.run(line)
    assert (ran.code, ran.documents[-1]["not_rechecked"]) == (4, 1), ran.err


def two_of_the_station(place: Place, broken: str | None) -> list[str]:
    slips = []
    for _ in range(4):
        place.again()
        both = place.stage.both([place.line(_scene("new"))] * 2, broken=broken)
        ids = {document["case"] for ran in both for document in ran.documents if "case" in document}
        if [ran.code for ran in both] != [0, 0] or len(ids) != 2:
            slips.append(str([(ran.code, ran.err[-200:]) for ran in both]))
        for case in ids:
            ran = place.stage.run(_words(place, "verify", case))
            if ran.code != 0:
                slips.append(ran.out)
        setups = place.stage.both([place.line(_scene("setup"))] * 3, broken=broken)
        if len({document.get("fingerprint") for ran in setups for document in ran.documents if ran.code == 0}) != 1:
            slips.append(str([ran.out for ran in setups]))
    return slips


def destroyed_after_two_interruptions(place: Place, broken: str | None) -> list[str]:
    more = place.at / "copies"
    # An ingest that is cut off leaves what it took of a second case folder; then its being put aside is cut off too.
    ingest = _words(place, "ingest", "1", str(more), "--no-describe")
    (more / "b.txt").write_text(f"{MARKER} b " * 40)
    (more / "c.txt").write_text("new " * 400)
    slips = []
    for first in (4, 6, 8, 24):
        for second in (3, 7):
            place.again()
            (place.case / "store" / "E000009.age").write_bytes((place.case / "store" / "E000002.age").read_bytes())
            place.stage.run(ingest, Fault("kill", first), broken=broken)
            place.stage.run(_words(place, "note", "1", "x"), Fault("kill", second), broken=broken)
            ran = _ran(place, "destroy", broken)
            slips += [] if ran.code == 0 else [ran.err]
            slips += _undestroyed(place)
    return slips


def _undestroyed(place: Place) -> list[str]:
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.case.read import read_case

    case = read_case(CaseFolder(place.case), place.key)
    return list(undestroyed(place.case, case.identity, f"{MARKER} b " * 40))


def a_setup_that_was_interrupted(place: Place, broken: str | None) -> list[str]:
    slips = []
    calls = _ran(place, "setup", None).calls
    for at in range(1, calls + 1, 4):
        place.again()
        _ran(place, "setup", broken, Fault("kill", at))
        ran = _ran(place, "setup", broken)
        if ran.code != 0:
            slips.append(f"{at}: {ran.err}")
    return slips


def a_memory_that_cannot_be_written(place: Place, broken: str | None) -> list[str]:
    lock = place.at / "station" / "heads" / "lock"
    lock.unlink()
    lock.mkdir()
    ran = _ran(place, "note", broken)
    told = "is recorded" in ran.err or "is recorded" in ran.out
    return [] if ran.code == 3 and told and ran.documents[0]["line"] > 0 else [ran.out + ran.err]


def a_full_disk_behind_the_streams(place: Place, broken: str | None) -> list[str]:
    slips = []
    for scene in ("note", "ingest", "cases"):
        for streams in (
            {"stdout": "/dev/full"},
            {"stderr": "/dev/full"},
            {"stdout": "/dev/full", "stderr": "/dev/full"},
        ):
            place.again()
            ran = _ran(place, scene, broken, SOUND, **streams)
            wanted = {11} if scene == "cases" and "stdout" in streams else {0}
            if ran.code not in wanted or traced(ran):
                slips.append(f"{scene} {streams}: {ran.code} {ran.err}")
    return slips


def a_system_without_threads(place: Place, broken: str | None) -> list[str]:
    slips = []
    for scene in ("note", "ingest", "seal"):
        for at in (1, 2, 5):
            place.again()
            ran = _ran(place, scene, broken, Fault("fail", at, errno.EAGAIN, stays=True, classes=THREAD))
            if ran.code not in {0, 13} or traced(ran):
                slips.append(f"{scene}: {ran.code} {ran.err}")
    return slips


def copies_that_stay(place: Place, broken: str | None) -> list[str]:
    calls = _ran(place, "tidy", None).calls
    codes = []
    for at in range(calls, 0, -1):
        place.again()
        ran = _ran(place, "tidy", broken, Fault("fail", at, errno.EIO, classes=CHANGE))
        stayed = [line for line in ran.err.splitlines() if str(place.at / "copies") in line]
        codes.append(ran.code)
        if (place.at / "copies" / "a.txt").exists() and ran.code == 0:
            return [f"ends with 0, and {stayed} stay"]
        if 3 in codes:
            return []
    return ["no copy could be made to stay"]


TRIALS: Mapping[str, Trial] = dict(
    zip(
        BUILDS,
        (
            a_fresh_backup, a_body_that_cannot_be_read, two_of_the_station, destroyed_after_two_interruptions,
            a_setup_that_was_interrupted, a_memory_that_cannot_be_written, a_full_disk_behind_the_streams,
            a_system_without_threads, copies_that_stay,
        ),
        strict=True,
    )
)  # fmt: skip


@pytest.fixture
def fresh(place: Place) -> Place:
    place.again()
    return place


@pytest.mark.parametrize("kind", TRIALS)
def test_a_kind_of_slip_is_not_there(kind: str, fresh: Place) -> None:
    assert TRIALS[kind](fresh, None) == []


@pytest.mark.deep
@pytest.mark.parametrize("kind", TRIALS)
def test_a_build_with_a_kind_of_slip_is_found(kind: str, fresh: Place) -> None:
    assert TRIALS[kind](fresh, kind) != []


def test_a_clock_in_the_year_9998_is_a_sentence_at_worst(place: Place) -> None:
    for scene in SCENES:
        if scene.quick:
            place.again()
            ran = place.stage.run(place.line(scene), typed=scene.typed, year=9998)
            assert ran.code in {0, 2, 3, 13, 20, 40}, (scene.called, ran.code, ran.err)
            assert not traced(ran)


_ODD = ("setup", "new", "ingest", "cases", "note", "seal-by-day", "export-bagit", "backup", "verify-report", "destroy")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no path that is not Unicode")
def test_everything_lies_on_a_path_that_is_no_unicode(place: Place) -> None:
    folder = Path(os.fsdecode(os.fsencode(place.folder) + b"/\xff\xfe"))
    folder.mkdir()
    odd = Place(folder)
    try:
        for called in _ODD:
            odd.again()
            ran = _ran(odd, called, None)
            assert (ran.code, traced(ran)) == (0, False), (called, ran.err)
            assert list(accused(odd, _scene(called), called)) == []
    finally:
        odd.close()
