"""Judges what is left once a command was broken: nothing lost, nobody accused, nothing stuck, nothing in clear."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.errors import Exit
from evidence_kit.keys import age
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Weight
from evidence_kit.vault.disk import is_held
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import load_station
from evidence_kit.workflows.checking.verify import verify_case
from tests.faults.commands.scenes import MARKER, Place, Scene
from tests.faults.commands.stage import Fault, Ran

# What a command that the system breaks may end with.
# `Exit.USAGE`: a file that was named may not be read by this person.
STOPPED = {
    Exit.DONE,
    Exit.INCOMPLETE,
    Exit.NOT_CHECKED,
    Exit.DISK_FULL,
    Exit.DISK_FAILURE,
    Exit.SYSTEM_LIMIT,
    Exit.SOURCE_GONE,
}
SOURCES = {"phone", "more", "batch", "copies"}


@dataclass(frozen=True)
class Slip:
    """One thing that must not be, and where."""

    scene: str
    fault: Fault
    what: str


def tried(place: Place, scene: Scene, fault: Fault) -> Iterator[Slip]:
    """Break a scene once and yield whatever is wrong afterwards."""

    def slip(what: str, ran: Ran | None = None) -> Slip:
        said = "" if ran is None else f": {ran.code} {ran.err[-600:]}{ran.out[-300:]}"
        return Slip(scene.called, fault, what + said)

    # Calls are counted in each process: it may be one of a crew's that is killed, and the first one tells that.
    killed_in_a_crew = fault.only_children or scene.crew
    place.again()
    first = place.stage.run(place.line(scene), fault, typed=typed(place, scene))
    if fault.action == "fail":
        allowed = STOPPED | ({Exit.USAGE} if fault.errno == errno.EACCES else set())
        if first.code not in allowed:
            yield slip("ends with a code that it must not have", first)
        if traced(first):
            yield slip("shows a traceback", first)
    elif fault.action and first.code not in ({-9, 0, 3, Exit.SYSTEM_LIMIT} if killed_in_a_crew else {-9, 0, 3}):
        yield slip("was killed, and ends otherwise", first)
    # `cases` names the ones that it cannot read, each in its line.
    silent = first.code == 0 and scene.tells and "unreadable" not in first.out
    if fault.action == "fail" and silent and first.out != place.sound(scene):
        yield slip(f"tells something else, and not why; soundly {place.sound(scene)[-300:]}", first)
    if place.untouched() and not (scene.writes and first.code in {0, 3}):
        # The same again is what it is without any fault, and `verify` finds what it found; both were asked for.
        return
    yield from (slip(each) for each in accused(place, scene, "after it"))
    if scene.called == "verify-report" and first.code == Exit.NOT_CHECKED:
        # It did its work: the page says what could not be read then, and is not written over by one that says more.
        (place.at / "verdict.html").unlink(missing_ok=True)
    again = place.stage.run(place.line(scene), typed=typed(place, scene))
    if again.code not in {0, 3} and not (scene.once and first.code == 0 and again.code == Exit.EXISTS):
        yield slip("the same command again does not work", again)
    yield from (slip(each) for each in accused(place, scene, "after the same again", clean=scene.writes))
    yield from (slip(each) for each in left(place, scene))
    yield from (slip(each) for each in missing(place, scene, first))
    yield from (slip(each) for each in untold(place, scene, (first, again)))


def typed(place: Place, scene: Scene) -> str:
    """Return what a person types in a scene."""
    return scene.typed.replace("{at}", str(place.at))


def traced(ran: Ran) -> bool:
    """Say whether a command showed where in somebody's source it broke: Python's way, or a library's in Rust."""
    return "Traceback" in ran.err or "panicked at" in ran.err


def accused(place: Place, scene: Scene, when: str, *, clean: bool = False) -> Iterator[str]:
    """Yield what `verify` says against a case that is whole."""
    touched = place.touched()
    for case in sorted(each for each in (place.at / "cases").iterdir() if not each.name.startswith(".")):
        if case != place.case and not any(case.name in path for path in touched):
            continue
        opens = None if scene.called == "destroy-case" else place.key
        remembered = load_station(place.at / "station").remembered(case.name) if scene.called != "setup-renew" else None
        found = {each.code: each.weight for each in verify_case(case, opens, remembered).findings}
        if any(weight is not Weight.NOTE for weight in found.values()) or (clean and found):
            yield f"{when}: verify of {case.name}: {sorted(found)}"


def left(place: Place, scene: Scene) -> Iterator[str]:
    """Yield drafts, locks that are held, and evidence in clear."""
    at = place.at
    for path in sorted(at.rglob("*")):
        shown = path.relative_to(at).as_posix()
        if ".draft" in path.name and "recovered" not in path.parts:
            yield f"a draft is left: {shown}"
        if path.name == "lock" and is_held(path):
            yield f"a lock is held: {shown}"
        top = shown.partition("/")[0]
        if path.is_file() and top not in SOURCES and top not in scene.plain and MARKER.encode() in path.read_bytes():
            yield f"evidence lies in clear: {shown}"


def missing(place: Place, scene: Scene, first: Ran) -> Iterator[str]:
    """Yield what was said to be done and is not there; and bytes of what was destroyed."""
    if scene.command in {"setup", "demo"} or scene.called == "destroy-case":
        return
    case = read_case(CaseFolder(place.case), place.key)
    if first.code in {0, 3}:
        for document in first.documents:
            line = document.get("line")
            if isinstance(line, int) and line > case.custody.signed_lines:
                yield f"line {line} was told and is not there"
    for document in first.documents:
        item = document.get("item")
        if document.get("outcome") == "kept" and (item not in case.opened.items):
            yield f"{item} was told to be safe and is not there"
    for item in case.opened.items.values():
        sink = io.BytesIO()
        case.decrypt(item.id, sink)
        if hashlib.sha256(sink.getvalue()).hexdigest() != item.sha256.hex:
            yield f"{item.id} does not come out as it went in"
    if scene.command == "destroy":
        yield from undestroyed(place.case, case.identity, f"{MARKER} b " * 40)


def untold(place: Place, scene: Scene, runs: Sequence[Ran]) -> Iterator[str]:
    """Yield the cases that a `new` and the same `new` again opened, and that neither told."""
    if scene.called == "new":
        told = {document.get("case") for ran in runs for document in ran.documents}
        for case in (place.at / "cases").iterdir():
            if case.name not in told | {"LRC-2026-0001", "LRC-2026-0002"}:
                yield f"{case.name} was opened, and nobody was told of it"


def undestroyed(folder: Path, identity: object, text: str) -> Iterator[str]:
    """Yield every file of a case that decrypts to a text, wherever it lies."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sink = io.BytesIO()
            with contextlib.suppress(DamagedError):
                age.decrypt_stream(io.BytesIO(path.read_bytes()), sink, identity.opener)  # type: ignore[attr-defined]
            if text[:200].encode() in sink.getvalue():
                yield f"{path.relative_to(folder)} still holds what was destroyed"
