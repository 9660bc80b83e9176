"""Every command under every fault."""

from __future__ import annotations

import errno
import random
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

import pytest

from evidence_kit.cli import GROUPS, build
from evidence_kit.words import catalogue
from tests.faults.commands.judge import accused, left, traced, tried, typed
from tests.faults.commands.scenes import SCENES, Place, Scene
from tests.faults.commands.stage import CHANGE, HANDLE, READ, Call, Fault

ERRORS = {
    "ENOSPC": (errno.ENOSPC, CHANGE), "EIO": (errno.EIO, CHANGE | READ), "EROFS": (errno.EROFS, CHANGE),
    "EMFILE": (errno.EMFILE, HANDLE), "ENOMEM": (errno.ENOMEM, CHANGE | READ), "EAGAIN": (errno.EAGAIN, CHANGE),
    "EACCES": (errno.EACCES, HANDLE),
}  # fmt: skip


def test_every_command_has_a_scene() -> None:
    assert {scene.command for scene in SCENES} == {name for _, names in GROUPS for name in names}


def test_every_part_of_a_command_has_a_scene() -> None:
    program = build(catalogue("en"))
    tried_parts = {(scene.command, word) for scene in SCENES for word in scene.arguments[:2]}
    parts = {
        (name, part)
        for name, command in program.commands.items()
        for parameter in command.params
        if parameter.name == "action"
        for part in str(parameter.metavar).strip("[]").split("|")
    }
    assert ("keys", "forget") in parts
    assert parts - tried_parts == set()


def faults_of(place: Place, scene: Scene) -> Iterator[Fault]:
    """Yield the faults of a scene.

    A kill before each changing call, and each write torn in two. At each place of the program one error, another each
    time; and where no scene before came by the same place, each error, once and from there on. Calls of one kind, by
    the same three lines on files of one role, are one place, and its first call is broken.
    """
    place.again()
    calls = place.stage.calls_of(place.line(scene), typed=typed(place, scene))
    changes = [call for call in calls if call.classes & CHANGE]
    for at, call in list(enumerate(changes, start=1))[:: scene.every]:
        yield Fault("kill", at)
        if call.name == "write":
            yield Fault("tear", at)
    for turn, site in enumerate(list(dict.fromkeys(call.site for call in calls))[:: scene.every]):
        errors = [(*each, stays) for each in ERRORS.values() for stays in (False, True)]
        found = [
            Fault("fail", first, number, stays=stays, classes=classes)
            for number, classes, stays in errors
            if (first := first_call(calls, site, classes))
        ]
        yield from [found[(turn + len(scene.called)) % len(found)]] if site in place.met else found
        place.met.add(site)


def first_call(calls: Sequence[Call], site: tuple[str, str, str], classes: int) -> int | None:
    """Return the number of the first call of a place among those of some classes; None if it is of none of these."""
    counted = [call.site for call in calls if call.classes & classes]
    return counted.index(site) + 1 if site in counted else None


@pytest.mark.parametrize("scene", [each for each in SCENES if each.quick], ids=lambda scene: scene.called)
def test_a_command_survives_what_ingest_survives(scene: Scene, place: Place) -> None:
    chance = random.Random(scene.called)
    number, classes = chance.choice(list(ERRORS.values()))
    place.again()
    changes = place.stage.run(place.line(scene)).calls
    place.again()
    calls = place.stage.run(place.line(scene), Fault(classes=classes)).calls
    chosen = [Fault(chance.choice(("kill", "tear")), chance.randint(1, changes))] if changes else []
    if calls:
        chosen.append(Fault("fail", chance.randint(1, calls), number, stays=chance.random() < 0.5, classes=classes))
    assert [slip for fault in chosen for slip in tried(place, scene, fault)] == []


@pytest.mark.deep
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.called)
def test_a_command_survives_a_kill_and_every_error_at_every_call(scene: Scene, place: Place) -> None:
    every = list(faults_of(place, scene))
    slips = [slip for fault in every for slip in tried(place, scene, fault)]
    kills = sum(fault.action != "fail" for fault in every)
    print(f"{scene.called}: {kills} kills, {len(every) - kills} errors, {len(slips)} slips", flush=True)
    assert slips == []


@pytest.mark.deep
def test_processes_of_a_batch_survive_too(place: Place) -> None:
    scene = next(each for each in SCENES if each.called == "batch-jobs")
    kinds = [("kill", 0, CHANGE), ("kill-all", 0, CHANGE), ("tear", 0, CHANGE)]
    kinds += [("fail", number, classes) for number, classes in ERRORS.values()]
    every = []
    for turn, (action, number, classes) in enumerate(kinds):
        place.again()
        sound = Fault(classes=classes, only_children=True)
        calls = place.stage.run(place.line(scene), sound).calls
        assert calls > _CALLS_OF_CHILDREN
        step = calls // _TRIES_OF_CHILDREN
        every += [
            Fault(action, at, number, stays=bool(at // step % 2), classes=classes, only_children=True)
            for at in range(1 + turn, calls + 1, step)
        ]
    slips = [slip for fault in every for slip in tried(place, scene, fault)]
    print(f"batch-jobs, in its processes: {len(every)} tries, {len(slips)} slips", flush=True)
    assert slips == []


# A batch of one line gives work to one process: its commits alone make more calls.
_CALLS_OF_CHILDREN = 50
_TRIES_OF_CHILDREN = 5

WRITING = [scene for scene in SCENES if scene.writes and scene.quick and scene.command not in {"verifier", "verify"}]
# What takes long, or has another name for a command that stands above, is tried beside itself.
TWICE = [
    (scene, scene)
    for scene in SCENES
    if scene.writes and not scene.quick and scene.command not in {"intake", "session"}
]
PAIRS = list(combinations_with_replacement(WRITING, 2)) + TWICE
# One of two may be told that the other is at work, that it came first, or that what it names is there or gone by now.
_SECOND = {0, 2, 3, 20, 21, 22, 23, 24, 26, 28, 29, 31, 33, 36, 42, 51}


def at_once(place: Place, pair: tuple[Scene, Scene]) -> list[str]:
    """Run two commands at once; return whatever is wrong afterwards."""
    place.again()
    both = place.stage.both([place.line(scene) for scene in pair])
    named = " and ".join(scene.called for scene in pair)
    slips = [f"{named}: {ran.code} {ran.err[-300:]}" for ran in both if ran.code not in _SECOND]
    slips += [f"{named}: a traceback" for ran in both if traced(ran)]
    if not any(ran.code in {0, 3} for ran in both):
        slips.append(f"{named}: neither was done: {[(ran.code, ran.err[-200:]) for ran in both]}")
    whole = not any(scene.called in {"destroy-case", "setup-renew"} for scene in pair)
    slips += [f"{named}: {each}" for each in (accused(place, pair[0], "at once") if whole else ())]
    return slips + [f"{named}: {each}" for each in left(place, Scene("", plain=pair[0].plain + pair[1].plain))]


def test_two_commands_at_once_leave_a_case_that_is_whole(place: Place) -> None:
    chosen = random.Random(7).sample(PAIRS, 8)
    assert [slip for pair in chosen for slip in at_once(place, pair)] == []


@pytest.mark.deep
@pytest.mark.parametrize("first", [*WRITING, *(scene for scene, _ in TWICE)], ids=lambda scene: scene.called)
def test_every_two_commands_at_once_twenty_times(first: Scene, place: Place) -> None:
    pairs = [pair for pair in PAIRS if pair[0] is first]
    assert [slip for pair in pairs for _ in range(20) for slip in at_once(place, pair)] == []
