"""Checks of this computer: each tells its observation, and never guesses."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Final

from evidence_kit.intake.mounts import mount_table
from evidence_kit.libraries import MATCHING, NEEDED, missing_modules
from evidence_kit.model import Json
from evidence_kit.workers.job import Failure, Job, JobRunner
from evidence_kit.workers.windows_job import LOW
from evidence_kit.workflows.case.station import KEY, Station
from evidence_kit.workflows.reading.overview import overviews

ROOM_BYTES: Final = 10 << 30
_SLACK: Final = timedelta(minutes=5)
_BLOCK: Final = Path("/sys/dev/block")


class Health(Enum):
    """The state of one check."""

    WELL = "well"
    ILL = "ill"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check.

    Attributes:
        name: Of the check, a key of `doctor.toml`.
        health: What it saw.
        values: Facts that its sentence names.
    """

    name: str
    health: Health
    values: dict[str, str | int] = field(default_factory=dict)


def check_computer(folder: Path, station: Station | None, now: datetime, block: Path = _BLOCK) -> Iterator[Checked]:
    """Yield every check of a computer, and of its station if it has one, that needs no key.

    Args:
        folder: Where the station is, or will be.
        station: Whose folders are looked at; None before the first `setup`, when only the computer can be judged.
        now: What the computer's clock says.
        block: Where Linux describes its disks.
    """
    cases = station.cases if station is not None else folder
    there = next(each for each in (cases, folder, *folder.parents) if each.exists())
    yield Checked("versions", Health.WELL, _versions())
    yield Checked("disk", _encrypted(there, block))
    last = max((each.last for each in overviews(cases) if each.last), default=None) if station is not None else None
    behind = last is not None and datetime.fromisoformat(last) > now + _SLACK
    yield Checked("clock", Health.ILL if behind else Health.WELL, {"now": now.isoformat(timespec="minutes")})
    free = shutil.disk_usage(there).free
    yield Checked("room", Health.WELL if free >= ROOM_BYTES else Health.ILL, {"free": free >> 30})
    if station is None:
        yield Checked("station", Health.ILL, {"path": str(folder)})
        return
    yield Checked("station", Health.WELL, {"path": str(folder)})
    yield _backups(station)
    yield Checked("key", _private(station.folder / KEY), {"path": str(station.folder / KEY)})
    yield Checked("recovery", Health.ILL if station.recovery_to_file else Health.WELL)


def check_libraries(run: JobRunner) -> Checked:
    """Load every library in an isolated process, and say which cannot be.

    Args:
        run: Runs it: a library that breaks when it is loaded takes its process along.
    """
    wanted: list[Json] = [*NEEDED, *(each for each in MATCHING if not missing_modules([each]))]
    answer = run.submit(Job("evidence_kit.media.registry:unloadable", {"names": wanted})).result()
    if isinstance(answer, Failure) or not isinstance(answer.value, Mapping):
        return Checked("libraries", Health.ILL, {"libraries": str(getattr(answer, "reason", "?"))})
    failed = answer.value.get("modules")
    named = [str(each) for each in failed] if isinstance(failed, list) else []
    if named:
        return Checked("libraries", Health.ILL, {"libraries": ", ".join(named)})
    absent = ", ".join(MATCHING[each] for each in missing_modules())
    return Checked("libraries", Health.UNKNOWN if absent else Health.WELL, {"libraries": absent})


GUARDS: Final = ("memory", "programs", "write", "read", "network", "ends")


def guards_of(isolation: Mapping[str, Json] | None) -> frozenset[str]:
    """Return the limits of the processes that look into foreign files, by what the system granted one of them.

    Returns:
        Some of `GUARDS`: its memory is limited; it starts no program; writes no file; reads none but its own; reaches
        no network; ends with the program.
    """
    told = isolation or {}
    limits = told.get("limits")
    held = set()
    if isinstance(limits, Mapping) and limits.get("address_space_bytes"):
        held.add("memory")
    if told.get("landlock_abi"):
        held |= {"write", "read", "programs"}
    if told.get("system_calls_filtered"):
        held |= {"network", "programs"}
    if told.get("job_object"):
        held.add("ends")
    if told.get("starts_programs") is False:
        held.add("programs")
    integrity = told.get("integrity")
    if isinstance(integrity, int) and integrity <= LOW:
        held.add("write")
    if told.get("sandbox"):
        held |= {"write", "network", "programs"}
    if told.get("system") in {"linux", "darwin"}:
        # It watches the other end of its socket.
        held.add("ends")
    return frozenset(held)


def check_isolation(isolation: Mapping[str, Json] | None, words: Callable[[str], str]) -> Checked:
    """Say how far foreign files are kept apart on this computer.

    Args:
        isolation: As a worker tells it; None where none was started.
        words: Names a guard in the person's language.
    """
    held = guards_of(isolation)
    values = {
        "held": " · ".join(words(each) for each in GUARDS if each in held) or "-",
        "open": " · ".join(words(each) for each in GUARDS if each not in held) or "-",
    }
    health = Health.WELL if held == set(GUARDS) else Health.UNKNOWN if held else Health.ILL
    return Checked("isolation", health, dict(values))


def _versions() -> dict[str, str | int]:
    """Return the versions that a helper asks for first."""
    python = f"Python {platform.python_version()}"
    return {"program": version("evidence-kit"), "python": python, "system": f"{platform.system()} {platform.release()}"}


def _encrypted(path: Path, block: Path) -> Health:
    """Say whether the disk under a path is encrypted, as far as Linux tells; other systems are asked by hand."""
    if sys.platform != "linux" or not mount_table():
        return Health.UNKNOWN
    device = os.stat(path).st_dev  # noqa: PTH116 - the number of the device is what is wanted
    seen, waiting = set(), [block / f"{os.major(device)}:{os.minor(device)}"]
    found = Health.UNKNOWN
    while waiting:
        at = waiting.pop().resolve()
        if at in seen or not at.is_dir():
            continue
        seen.add(at)
        found = Health.ILL
        try:
            if (at / "dm" / "uuid").read_text("ascii").startswith("CRYPT-"):
                return Health.WELL
        except OSError:
            pass
        slaves = at / "slaves"
        waiting += sorted(slaves.iterdir()) if slaves.is_dir() else []
    return found


def _backups(station: Station) -> Checked:
    """Return the cases without a backup of their last line, as far as this station remembers."""
    behind = []
    for each in overviews(station.cases):
        head, copies = station.remembered(each.case), station.copied(each.case)
        # The copy is made first, and the line that says so comes after it with its signature.
        if head is None or not copies or max(copies) < head.lines - 2:
            behind.append(each.case)
    health = Health.ILL if behind else Health.WELL
    return Checked("backup", health, {"cases": ", ".join(behind[:20]), "count": len(behind)})


def _private(path: Path) -> Health:
    if sys.platform == "win32":
        return Health.UNKNOWN
    try:
        return Health.WELL if path.stat().st_mode & 0o077 == 0 else Health.ILL
    except OSError:
        return Health.ILL
