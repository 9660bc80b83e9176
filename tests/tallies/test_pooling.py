"""Counts that are given away, attacked by who knows the rule and has every report."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict

import pytest

from evidence_kit.tallies.pooling import FLOOR, Cell, crossed_cells, pooled_cells
from evidence_kit.tallies.release import counted_release, release_of

LETTERS = "abcd"


def counts(*numbers: int) -> dict[str, int]:
    return dict(zip(LETTERS, numbers, strict=False))


def test_small_classes_are_told_with_the_smallest_large_one() -> None:
    assert pooled_cells(counts(20, 6, 1)) == (Cell(("a",), 20), Cell(("b", "c"), 7))
    assert pooled_cells(counts(20, 6, 0)) == (Cell(("a",), 20), Cell(("b", "c"), 6))


def test_equal_covers_go_in_together() -> None:
    assert pooled_cells(counts(6, 1, 6, 9)) == (Cell(("d",), 9), Cell(("a", "b", "c"), 13))


def test_where_all_are_large_all_stand_alone() -> None:
    assert pooled_cells(counts(5, 6, 7)) == (Cell(("a",), 5), Cell(("b",), 6), Cell(("c",), 7))


@pytest.mark.parametrize("numbers", [(20, 0, 0), (20, 4, 4), (4, 4, 4), (0, 0, 0), (9, 9, 1)])
def test_with_one_large_class_nothing_is_told_apart(numbers: tuple[int, ...]) -> None:
    """That all cases are of one class is told of each of them."""
    assert pooled_cells(counts(*numbers)) is None


@pytest.mark.parametrize("width", [2, 3, 4])
def test_whoever_knows_the_rule_is_never_sure_that_a_class_holds_a_few(width: int) -> None:
    """Every distribution of a few cases a class, grouped by what is told of it.

    Of no class is it ever certain that it holds one to four cases: another distribution, in which it holds none or
    five and more, tells the same to the last number.
    """
    told = defaultdict(list)
    for numbers in itertools.product(range(12 if width < 4 else 9), repeat=width):
        told[pooled_cells(counts(*numbers)), sum(numbers)].append(numbers)
    for (cells, total), possible in told.items():
        if total < 2 * FLOOR:
            continue  # no report is made of so few
        for at in range(width):
            seen = {numbers[at] for numbers in possible}
            assert not seen <= set(range(1, FLOOR)), (cells, possible)
        assert cells is None or all(cell.cases >= FLOOR for cell in cells)
        assert cells is None or sum(cell.cases for cell in cells) == total


def test_a_rule_without_cover_is_broken_by_the_same_attack() -> None:
    """The attack is able to find something: small classes pooled among themselves give three fours away."""

    def without_cover(numbers: tuple[int, ...]) -> tuple[object, ...]:
        small = [number for number in numbers if number < FLOOR]
        return (*((at, n) for at, n in enumerate(numbers) if n >= FLOOR), sum(small))

    told = defaultdict(list)
    for numbers in itertools.product(range(9), repeat=4):
        told[without_cover(numbers)].append(numbers)
    certain = [
        possible
        for possible in told.values()
        for at in range(4)
        if {numbers[at] for numbers in possible} <= set(range(1, FLOOR))
    ]
    assert certain


def test_two_dimensions_together_are_told_whole_or_not() -> None:
    rows, columns = (Cell(("a",), 10), Cell(("b", "c"), 10)), (Cell(("x",), 10), Cell(("y",), 10))
    even = [("a", "x")] * 5 + [("a", "y")] * 5 + [("b", "x")] * 5 + [("c", "y")] * 5
    assert crossed_cells(even, rows, columns) == ((5, 5), (5, 5))
    assert crossed_cells([*even[1:], ("a", "y")], rows, columns) is None


def test_a_table_that_is_kept_back_gives_no_small_count_away() -> None:
    """Both margins are told; that the four counts between them are not says that one is small, never which."""
    for total, one, other in itertools.product(range(10, 31), range(5, 26), range(5, 26)):
        if total - one < FLOOR or total - other < FLOOR:
            continue
        kept_back = []
        for both in range(max(0, one + other - total), min(one, other) + 1):
            four = (both, one - both, other - both, total - one - other + both)
            if min(four) < FLOOR:
                kept_back.append(four)
        for at in range(4) if kept_back else ():
            assert not {four[at] for four in kept_back} <= set(range(1, FLOOR)), (total, one, other)


AGES, PLATFORMS = ("adult", "minor", "unknown"), ("whatsapp", "instagram", "none")


def some_case(chance: random.Random, month: str) -> dict[str, str]:
    return {
        "age": chance.choices(AGES, (6, 3, 1))[0],
        "platform": chance.choices(PLATFORMS, (5, 5, 1))[0],
        "demand": chance.choices(("money", "pictures", "unsaid"), (6, 3, 1))[0],
        "channel": chance.choices(("whatsapp", "call", "unsaid"), (6, 3, 1))[0],
        "amount": chance.choices(("under-1000", "1000-4999", "none"), (4, 3, 2))[0],
        "outcome": chance.choices(("open", "stopped", "closed"), (5, 3, 1))[0],
        "month": month,
    }


@pytest.mark.parametrize("seed", range(20))
def test_every_number_that_can_be_computed_from_all_reports_is_of_five_cases_or_none(seed: int) -> None:
    """Growing cases, a report a half-year: whatever cells are added and subtracted, within and across reports.

    Cells of one dimension part the cases of a period, and periods part all cases: a number that follows by adding and
    subtracting is one of a union of cells. So it is enough that cells are disjoint, complete, and not small.
    """
    chance = random.Random(seed)
    for first, last in (("2025-01", "2025-06"), ("2025-07", "2025-12"), ("2026-01", "2026-06")):
        months = [f"{first[:5]}{number:02}" for number in range(int(first[5:]), int(last[5:]) + 1)]
        cases = [some_case(chance, chance.choice(months)) for _ in range(chance.randrange(10, 120))]
        release = counted_release("LRC", first, last, cases, chance.randrange(8))
        assert release_of(release.document()) == release
        for name, cells in release.tables.items():
            if cells is None:
                continue
            holds = [{at for at, case in enumerate(cases) if case[name] in cell.classes} for cell in cells]
            assert [len(each) for each in holds] == [cell.cases for cell in cells]
            assert min(map(len, holds)) >= FLOOR
            assert set().union(*holds) == set(range(len(cases)))
            assert sum(map(len, holds)) == len(cases)
        for row in release.crossed or ():
            assert min(row) >= FLOOR
        assert {case["month"] for case in cases} <= set(months)
        assert release.not_counted is None or release.not_counted == 0 or release.not_counted >= FLOOR


@pytest.mark.parametrize("seed", range(20))
def test_classes_of_a_pool_may_change_places_and_the_whole_report_stays(seed: int) -> None:
    """All tables of a report at once, two dimensions together among them: no table gives away what another hides."""
    chance = random.Random(seed)
    cases = [some_case(chance, f"2026-{chance.randrange(1, 7):02}") for _ in range(80)]
    release = counted_release("LRC", "2026-01", "2026-06", cases, 0)
    for name, cells in release.tables.items():
        for one, other in itertools.combinations((cells or (Cell((), 0),))[-1].classes, 2):
            swap = {one: other, other: one}
            swapped = [case | {name: swap.get(case[name], case[name])} for case in cases]
            assert counted_release("LRC", "2026-01", "2026-06", swapped, 0) == release


def test_the_table_for_a_program_holds_the_same_numbers() -> None:
    chance = random.Random(1)
    cases = [some_case(chance, f"2026-{chance.randrange(1, 7):02}") for _ in range(80)]
    release = counted_release("LRC", "2026-01", "2026-06", cases, 3)
    lines = release.csv().decode().splitlines()
    assert lines[1] == "2026-01,2026-06,all,,,80"
    assert sum(int(line.rsplit(",", 1)[1]) for line in lines if ",outcome," in line) == 80
    assert release.document()["not_counted"] == "1-4"
