"""Nothing that somebody names comes to lie inside a case: whatever the command, whatever the flag."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import pytest

from evidence_kit import cli
from evidence_kit.commands._wiring import PLACES
from tests.faults.commands.judge import accused
from tests.faults.commands.scenes import SCENES, Place, Scene

# Paths that are read, or that are a station or a case.
_READ = {
    "attach", "candidates", "candidate", "file", "passphrase_file", "paths", "received", "recovery_key", "register",
    "samples", "sources", "statement", "station", "tsa_ca", "whatsapp_key_file",
}  # fmt: skip
_FLAGS = {f"--{name.replace('_', '-')}" for name in PLACES}


def test_every_path_of_a_command_is_read_or_is_a_place() -> None:
    paths = {
        parameter.name
        for _, names in cli.GROUPS
        for name in names
        for parameter in signature(cli._function(name)).parameters.values()
        if "Path" in str(parameter.annotation)
    }
    assert paths >= {"out", "station", "sources"}
    assert paths - _READ - PLACES == set()


def _inside(scene: Scene, place: Place, flag: int) -> list[str]:
    line = place.line(scene)
    line[line.index(scene.arguments[flag]) + 1] = str(place.case / "inner")
    return line


@pytest.mark.parametrize(
    ("scene", "flag"),
    [
        pytest.param(scene, at, id=f"{scene.called} {flag}")
        for scene in SCENES
        for at, flag in enumerate(scene.arguments)
        if flag in _FLAGS
    ],
)
def test_nothing_new_lies_inside_a_case(scene: Scene, flag: int, place: Place) -> None:
    place.again()
    ran = place.stage.run(_inside(scene, place, flag))
    assert (ran.code, ran.documents[0]["error"]) == (2, "out-inside-case"), ran.err
    assert not (place.case / "inner").exists()


@pytest.mark.parametrize("called", ["receipt", "passphrase", "export", "chats-csv", "log-checkpoint", "seal"])
@pytest.mark.parametrize("name", ["x" * 300, "x" * 253, "loop/x"])
def test_a_name_that_cannot_be_is_refused_before_anything_is_recorded(called: str, name: str, place: Place) -> None:
    place.again()
    (place.at / "loop").symlink_to("loop")
    scene = next(each for each in SCENES if each.called == called)
    flag = next(at for at, each in enumerate(scene.arguments) if each in _FLAGS)
    line = place.line(scene)
    line[line.index(scene.arguments[flag]) + 1] = str(place.at / name)
    ran = place.stage.run(line)
    assert (ran.code, ran.documents[0]["error"]) == (12, "file-failed"), ran.err
    (place.at / "loop").unlink()
    assert place.untouched()


@pytest.mark.parametrize(
    "called",
    [
        "receipt",
        "passphrase",
        "timestamp",
        "chats-csv",
        "identifiers",
        "verify-report",
        "verifier",
        "batch-jobs",
        "verify-many",
        "seal",
        "export",
    ],
)
@pytest.mark.parametrize("name", ["nowhere/x", "pass/x"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_recorded(called: str, name: str, place: Place) -> None:
    if name == "nowhere/x" and called in {"seal", "export"}:
        pytest.skip("they make the folders that they were told of")
    place.again()
    scene = next(each for each in SCENES if each.called == called)
    flag = next(at for at, each in enumerate(scene.arguments) if each in _FLAGS)
    line = place.line(scene)
    line[line.index(scene.arguments[flag]) + 1] = str(place.at / name)
    ran = place.stage.run(line)
    assert (ran.code, ran.documents[0]["error"]) == (2, "folder-missing"), ran.err
    assert place.untouched()


@pytest.mark.parametrize("command", ["backup", "transfer"])
def test_a_copy_does_not_lie_inside_another_case(command: str, place: Place) -> None:
    place.again()
    scene = next(each for each in SCENES if each.called == {"transfer": "transfer-station"}.get(command, command))
    other = place.at / "cases" / "LRC-2026-0002" / "store"
    ran = place.stage.run([str(other) if each == str(place.at / "stick") else each for each in place.line(scene)])
    assert (ran.code, ran.documents[0]["error"]) == (2, "out-inside-case"), ran.err


def test_a_case_behind_a_link_of_its_name_is_not_renamed(place: Place) -> None:
    place.again()
    real = place.at / "elsewhere"
    place.case.rename(real)
    place.case.symlink_to(real)
    scene = next(each for each in SCENES if each.called == "verify")
    ran = place.stage.run(place.line(scene))
    assert (ran.code, ran.documents[0]["verdict"]) == (0, "CONSISTENT"), ran.out
    there = Path(place.folder / "by-another-name")
    there.unlink(missing_ok=True)
    there.symlink_to(place.case.parent / "LRC-2026-0002")
    line = [str(there) if each == str(place.case) else each for each in place.line(scene)]
    ran = place.stage.run(line)
    assert (ran.code, ran.documents[0]["verdict"]) == (0, "CONSISTENT"), ran.out
    there.unlink()
    assert list(accused(place, scene, "behind a link")) == []
