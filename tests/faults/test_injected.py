"""Errors injected by strace into write, fsync and rename: a clean stop, nothing lost, and the next run completes."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from tests.faults.harness import CLEAN, Run, broken, command, complete, fill, finish, lost, new_case, start

CALLS = {"write": "write", "fsync": "fsync,fdatasync", "rename": "rename,renameat,renameat2"}
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
# A write to the terminal is not one to the disk.
INJECTED = re.compile(r"\b(\w+)\((?!1,|2,).*\(INJECTED\)")
QUICK, DEEP = 6, 100

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def injected(folder: Path, call: str, error: str, at: int, line: list[str]) -> tuple[Run, bool]:
    """Run a command whose n-th call of a kind, in each thread, fails; say whether one did."""
    trace = folder / "trace"
    what = CALLS[call]
    inject = f"inject={what}:error={error}:when={at}"
    run = finish(start(["strace", "-f", "-qq", "-e", f"trace={what}", "-e", inject, "-o", str(trace), *line]))
    return run, INJECTED.search(trace.read_text("utf-8", "replace")) is not None


def inject_often(folder: Path, times: int, seed: int) -> int:
    """Inject so many faults, each into a case of its own; return how many hit our disk."""
    chance = random.Random(seed)
    source = fill(folder / "many", 16, seed, 40_000)
    hit = number = 0
    while hit < times:
        number += 1
        assert number < 6 * times, "hardly any fault arrives"
        home = folder / str(number)
        station, case = new_case(home, home / "cases")
        call = list(CALLS)[number % 3]
        error = ERRORS[number // 3 % len(ERRORS)]
        run, arrived = injected(home, call, error, chance.randrange(1, 9), command(station, case, source))
        hit += arrived
        assert lost(case, run.acknowledged) == [], run.said
        assert broken(case, station) == [], run.said
        if arrived:
            assert run.code in CLEAN, run.said
            assert run.code == 0 or run.stopped in {"disk-full", "disk-failure"}, run.said
        complete(station, case, source)
        shutil.rmtree(home)
    return hit


def test_an_injected_fault_stops_cleanly_and_loses_nothing(tmp_path: Path) -> None:
    assert inject_often(tmp_path, QUICK, 1) >= QUICK


@pytest.mark.deep
def test_a_hundred_injected_faults_lose_nothing(tmp_path: Path) -> None:
    hit = inject_often(tmp_path, DEEP, 2)
    print(f"{hit} faults injected, nothing acknowledged lost")
    assert hit >= DEEP


def test_the_harness_notices_a_build_that_goes_on_when_the_disk_refuses(tmp_path: Path) -> None:
    source = fill(tmp_path / "many", 16, 3, 40_000)
    noticed: list[str] = []
    for at in range(1, 9):
        home = tmp_path / str(at)
        station, case = new_case(home, home / "cases")
        run, _ = injected(home, "write", "ENOSPC", at, command(station, case, source, "reckless"))
        try:
            noticed += lost(case, run.acknowledged) + broken(case, station)
        except Exception as error:  # noqa: BLE001 - a case that cannot even be opened was noticed
            noticed.append(type(error).__name__)
        if noticed:
            break
    assert noticed
