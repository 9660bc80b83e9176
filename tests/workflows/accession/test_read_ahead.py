"""Things are made ahead of their turn, by the handful, and given back in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from evidence_kit.workflows.accession import read_ahead as module
from evidence_kit.workflows.accession.read_ahead import ComingObject, read_ahead


@pytest.mark.parametrize("most", [1, 2, 7, 96])
@pytest.mark.parametrize("size_bytes", [0, 1 << 20, 30 << 20])
def test_everything_comes_back_in_order_and_trouble_with_one_is_its_own(most: int, size_bytes: int) -> None:
    def make(number: int) -> int:
        if number % 5 == 0:
            raise OSError(number, "injected")
        return number * 10

    def told(coming: ComingObject[int]) -> object:
        try:
            return coming.result()
        except OSError as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        coming = read_ahead(threads, make, ((each, size_bytes) for each in range(50)), most, print)
        found = [(number, told(each)) for number, each in coming]
    assert [number for number, _ in found] == list(range(50))
    assert [made for number, made in found if number % 5] == [number * 10 for number in range(50) if number % 5]
    assert [made for number, made in found if number % 5 == 0] == [
        f"[Errno {number}] injected" for number in range(0, 50, 5)
    ]


@pytest.mark.parametrize(("size_bytes", "at_once"), [(0, 24), (1 << 20, 24), (16 << 20, 4), (100 << 20, 1)])
def test_no_more_is_held_than_memory_allows(size_bytes: int, at_once: int) -> None:
    lock = threading.Lock()
    begun = asked = 0
    held: list[int] = []

    def make(number: int) -> int:
        nonlocal begun
        with lock:
            begun += 1
            held.append(begun - asked)
        return number

    with ThreadPoolExecutor(4) as threads:
        for _, future in read_ahead(threads, make, ((each, size_bytes) for each in range(200)), 24, print):
            future.result()
            with lock:
                asked += 1
    # What was asked for last is in the hands of the one who asks, and its handful with it.
    handful = min(module._MOST_TOGETHER, max(1, module._TOGETHER_BYTES // max(1, size_bytes)))
    assert begun == 200
    assert max(held) <= at_once + handful


def test_what_was_begun_ahead_and_is_not_wanted_is_dropped() -> None:
    made: list[int] = []
    dropped: list[int] = []
    turn = threading.Lock()

    def make(number: int) -> int:
        with turn:
            made.append(number)
        if number == 4:
            raise OSError(number, "injected")
        return number

    with ThreadPoolExecutor(2) as threads:
        coming = read_ahead(threads, make, ((number, 1) for number in range(100)), 4, dropped.append)
        taken = [next(coming)[1].result() for _ in range(3)]
        coming.close()
    assert taken == [0, 1, 2]
    assert sorted(dropped) == sorted(set(made) - set(taken) - {4})
    assert len(made) <= 8


def test_little_is_begun_ahead_when_it_is_large() -> None:
    begun: list[int] = []
    count: Callable[[int], None] = begun.append
    with ThreadPoolExecutor(1) as threads:
        coming = read_ahead(threads, count, ((number, 40 << 20) for number in range(9)), 8, lambda _: None)
        next(coming)
        assert len(begun) <= 2
        coming.close()


def test_nobody_waits_for_what_takes_long() -> None:
    told = threading.Event()

    with ThreadPoolExecutor(2) as threads:
        stream = read_ahead(
            threads, lambda number: told.wait(30) and number, [(1, 100 << 20), (2, 100 << 20)], 96, print
        )
        try:
            _, future = next(stream)
            assert not future.is_ready()
        finally:
            told.set()
        assert future.result() == 1
        assert [each.result() for _, each in stream] == [2]


def test_one_after_the_other_means_just_that() -> None:
    told: list[str] = []

    def things() -> Iterator[tuple[int, int]]:
        for number in range(3):
            told.append(f"asked {number}")
            yield number, 0

    def make(number: int) -> None:
        told.append(f"made {number}")

    with ThreadPoolExecutor(1) as threads:
        for number, coming in read_ahead(threads, make, things(), 1, print):
            coming.result()
            told.append(f"taken {number}")
    assert told == [f"{what} {number}" for number in range(3) for what in ("asked", "made", "taken")]
