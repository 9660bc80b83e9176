"""A case that an interruption kept from being told is found again, and no other case is taken for it."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.lock import hold_lock
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.new import CaseOpening
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.untold import FOLDER, opened_once
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing

ABOUT = CaseOpening("adult", "told", pseudonym="Nour")


class InterruptedRunError(Exception):
    """Stands for whatever ends a process before it could speak."""


def opened(station: Station, key: SigningKey, world: World, about: CaseOpening = ABOUT) -> tuple[str, bool]:
    with opened_once(station, key, about, world) as found:
        return found.case.id, found.before


@pytest.fixture
def first(station: Station, key: SigningKey, world: World) -> str:
    with pytest.raises(InterruptedRunError), opened_once(station, key, ABOUT, world) as found:
        raise InterruptedRunError
    return found.case.id


def test_the_same_again_tells_the_case_and_a_third_time_opens_one(
    first: str, station: Station, key: SigningKey, world: World
) -> None:
    assert opened(station, key, world) == (first, True)
    assert list((station.folder / FOLDER).iterdir()) == []
    third, before = opened(station, key, world)
    assert (third != first, before) == (True, False)
    assert len(list(station.cases.iterdir())) == 2


def test_other_facts_open_another_case_and_the_first_stays_to_be_told(
    first: str, station: Station, key: SigningKey, world: World
) -> None:
    other = replace(ABOUT, pseudonym="Salma")
    assert opened(station, key, world, other)[1] is False
    assert opened(station, key, world) == (first, True)


def test_a_case_that_goes_on_is_nobody_elses(first: str, station: Station, key: SigningKey, world: World) -> None:
    from evidence_kit.vault.folder import CaseFolder

    with writing(CaseFolder(station.cases / first), key, station, world) as writer:
        record.record_note(writer, "found by hand", ["association"])
    assert opened(station, key, world)[1] is False


def test_a_case_that_another_process_is_about_to_tell_is_left_to_it(
    first: str, station: Station, key: SigningKey, world: World
) -> None:
    with hold_lock(station.folder / FOLDER / first, 0):
        assert opened(station, key, world)[1] is False
    assert opened(station, key, world) == (first, True)


def test_an_id_that_was_printed_onto_a_full_disk_was_not_told(station: Station, key: SigningKey, world: World) -> None:
    lost, _ = opened(station, key, replace(world, lost_results=lambda: errno.ENOSPC))
    assert opened(station, key, world) == (lost, True)


def test_a_note_holds_nothing_about_the_person(first: str, station: Station) -> None:
    (note,) = (station.folder / FOLDER).iterdir()
    assert (note.name, note.read_bytes()) == (first, b"untold\n")
