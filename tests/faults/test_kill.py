"""`kill -9` at random moments of a real ingest on a real disk."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.harness import broken, command, complete, fill, finish, lost, new_case, start

QUICK, DEEP = 8, 200


def kill_often(folder: Path, times: int, seed: int) -> int:
    """Kill an ingest so many times, in one case after another; return how many were killed in their work."""
    chance = random.Random(seed)
    source = fill(folder / "many", 60, seed)
    killed = number = 0
    while killed < times:
        number += 1
        station, case = new_case(folder / str(number), folder / str(number) / "cases")
        acknowledged: dict[str, str] = {}
        for _ in range(4):
            process = start(command(station, case, source))
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(chance.uniform(0, 0.12))
            process.kill()
            run = finish(process, first)
            killed += run.code == -9
            acknowledged |= run.acknowledged
            assert lost(case, acknowledged) == []
            assert broken(case, station) == []
            if "done" in run.said:
                break
        complete(station, case, source)
    return killed


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    assert kill_often(tmp_path, QUICK, 1) >= QUICK


@pytest.mark.deep
def test_nothing_acknowledged_is_lost_by_two_hundred_kills(tmp_path: Path) -> None:
    killed = kill_often(tmp_path, DEEP, 2)
    print(f"{killed} kills, nothing acknowledged lost")
    assert killed >= DEEP


def test_the_harness_notices_a_build_that_speaks_too_early(tmp_path: Path) -> None:
    source = fill(tmp_path / "many", 60, 3)
    station, case = new_case(tmp_path, tmp_path / "cases")
    process = start(command(station, case, source, "hasty"))
    assert process.stdout is not None
    first = process.stdout.readline()
    process.kill()
    run = finish(process, first)
    assert run.acknowledged
    assert lost(case, run.acknowledged) == list(run.acknowledged)
