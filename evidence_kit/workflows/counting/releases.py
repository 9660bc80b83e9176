"""Releases of a station: each period is told once, and periods never overlap, so that no two reports can be subtracted.

A case belongs to the month in which it was opened. What was told of a period stays as it was: a case that is found,
changed or destroyed later alters nothing in it, and the report before and the report after are the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from evidence_kit.errors import UsageError
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sealing_box import NONCE_BYTES, SealingBox
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.tallies.dimensions import months_between
from evidence_kit.tallies.pooling import FEWEST_CASES
from evidence_kit.tallies.release import Release, Traits, UnsoundReleaseError, counted_release, release_of
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.disk_errors import own_disk
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.counting.case_walk import SeenCase, Uncounted, seen_cases
from evidence_kit.workflows.counting.errors import CountsError

MEMORY: Final = "statistics.sealed"
_PURPOSE: Final = "evidence-kit/1 statistics"
_MONTH: Final = re.compile(r"(20\d\d|19\d\d)-(0[1-9]|1[0-2])")
_MOST_MONTHS: Final = 120


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, both ends included."""

    first: str
    last: str

    def overlaps(self, other: Release) -> bool:
        """Say whether a month of it was told in a release."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class CountOrder:
    """The order to count a period.

    Attributes:
        period: Which.
        leave_unread: Count although some cases could not be read or opened.
        seen: Every case that was looked at; empty where the period was told before.
    """

    period: Period
    leave_unread: bool = False
    seen: list[SeenCase] = field(default_factory=list)


def closed_period(first: str, last: str, this_month: str) -> Period:
    """Return a period that is over.

    Args:
        first: First month, such as `2026-01`.
        last: Last month, included.
        this_month: The month that it is.

    Raises:
        UsageError: It is none, or it is not over: a case could still come in.
    """
    for each in (first, last):
        if _MONTH.fullmatch(each) is None:
            raise UsageError("month-malformed", month=each)
    if not 1 <= len(months_between(first, last)) <= _MOST_MONTHS:
        raise UsageError("period-malformed", first=first, last=last)
    if last >= this_month:
        raise UsageError("period-not-over", last=last)
    return Period(first, last)


def told_releases(station: Station, key: SigningKey) -> list[Release]:
    """Return everything that was told, in the order of periods.

    Raises:
        CountsError: The memory of it is damaged, or under another key.
    """
    path = station.folder / MEMORY
    try:
        told = json.loads(_box(key).open(MEMORY, path.read_bytes()))
        return sorted((release_of(each) for each in told), key=lambda each: each.first)
    except FileNotFoundError:
        return []
    except (DamagedError, ValueError, TypeError, UnsoundReleaseError) as error:
        raise CountsError("statistics-memory", path=str(path)) from error


def told_or_counted(station: Station, key: SigningKey, order: CountOrder, world: World) -> Release:
    """Return the release of a period: as it was told, else counted now and remembered before it is shown.

    Args:
        station: Whose cases are counted.
        key: Opens them.
        order: The period; every case that is looked at is noted in it.
        world: Disk and randomness.

    Raises:
        CountsError: Too few cases, some that could not be read, or a damaged memory.
        UsageError: A month of it was told in another period.
        CaseLockedError: Another process counts just now.
    """
    period, seen = order.period, order.seen
    if (told := _same_or_none(told_releases(station, key), period)) is not None:
        return told
    # Opening all cases takes minutes where they are many; nobody who opens a new one has to wait for that.
    seen.extend(seen_cases(station, key, period.first, period.last))
    counted = [each.traits for each in seen if each.traits is not None]
    unread = sum(each.why in {Uncounted.UNREAD, Uncounted.LOCKED} for each in seen)
    if unread and not order.leave_unread:
        raise CountsError("statistics-unread", count=unread)
    _refuse_few(counted)
    release = counted_release(station.association, period.first, period.last, counted, len(seen) - len(counted))
    with station.alone(world.disk):
        before = told_releases(station, key)
        if (told := _same_or_none(before, period)) is not None:
            # Another run was faster, and its numbers are those that were shown.
            return told
        facts: list[Json] = [each.document() for each in (*before, release)]
        sealed = _box(key).seal(MEMORY, json.dumps(facts).encode(), world.random(NONCE_BYTES))
        with own_disk(0):
            write_durably(world.disk, station.folder / MEMORY, sealed)
        return release


def _same_or_none(before: Sequence[Release], period: Period) -> Release | None:
    for each in before:
        if (each.first, each.last) == (period.first, period.last):
            return each
        if period.overlaps(each):
            raise UsageError("period-told", first=each.first, last=each.last)
    return None


def _refuse_few(counted: Sequence[Traits]) -> None:
    if len(counted) < FEWEST_CASES:
        raise CountsError("statistics-few", fewest=FEWEST_CASES)


def _box(key: SigningKey) -> SealingBox:
    return SealingBox(key.derive(_PURPOSE))
