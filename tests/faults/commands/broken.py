"""Broken builds, one for each kind of slip that the harness is there to find; each undoes one mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def _earlier_is_broken() -> None:
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.checking import copies

    _put(Station, "copied", lambda *_: {})
    _put(copies, "_commits", lambda *_: {})


def _unread_is_missing() -> None:
    from evidence_kit.workflows.case import read

    _put(read, "is_gone", lambda _error: True)


def _nobody_is_alone() -> None:
    from evidence_kit.workflows.case import new, station

    @contextmanager
    def open_to_all(*_: object) -> Iterator[None]:
        yield

    def without_clearing(*_: object) -> None:
        pass

    _put(station, "station_lock", open_to_all)
    _put(new, "_clear_drafts", without_clearing)


def _leftovers_have_no_name() -> None:
    from evidence_kit.workflows.case import recover

    _put(recover, "_unnamed", lambda _case: ())


def _half_a_station_is_one() -> None:
    from evidence_kit.workflows.case import station

    _put(station, "half_made", lambda _folder: None)


def _memory_is_everything() -> None:
    from evidence_kit.workflows.case import write

    def remember(writer: Any, copied: object = None) -> bool:
        writer.station.remember_head(writer.head, writer.world.disk, writer.manifest.retention, copied)
        return True

    _put(write.CaseWriter, "remember_head", remember)


def _streams_raise() -> None:
    from evidence_kit.commands import _streams

    def lose(_stream: object, error: BaseException) -> None:
        raise error

    _put(_streams.GuardedStream, "_lose", lose)


def _limits_are_bugs() -> None:
    from evidence_kit.workflows.case import disk_errors

    _put(disk_errors, "system_error", lambda _error: None)


def _tidy_is_content() -> None:
    from evidence_kit.commands import tidy

    before = tidy.tidy_up

    def content(*given: Any, **more: Any) -> int:
        before(*given, **more)
        return 0

    _put(tidy, "tidy_up", content)


def _put(owner: Any, name: str, value: object) -> None:
    # Under an earlier name it would break nothing, and nothing would be found.
    assert hasattr(owner, name), name
    setattr(owner, name, value)


BUILDS: Mapping[str, Callable[[], None]] = {
    "1 an earlier state is called broken": _earlier_is_broken,
    "2 what cannot be read is called missing": _unread_is_missing,
    "3 two writers of a station": _nobody_is_alone,
    "4 leftovers that no event names": _leftovers_have_no_name,
    "5 half a station stays in the way": _half_a_station_is_one,
    "6 what is recorded is told as failed": _memory_is_everything,
    "7 streams that raise": _streams_raise,
    "8 limits that are bugs": _limits_are_bugs,
    "9 a tidy that is content": _tidy_is_content,
}
