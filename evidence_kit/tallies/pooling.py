"""Pooling: classes with few cases are told together with one that has many, so that no count is below five.

Threshold rule with global recoding (A. Hundepool and others, Statistical Disclosure Control, 2012), made proof against
who knows the rule: a pool holds every class below the floor, empty ones among them, and always the smallest class above
it as cover. Any two classes of a pool could change places and the same would be told, so it is never certain of a class
that it holds a few cases. Nothing is rounded and nothing is suppressed: cells add up to the total, and there is no
remainder to be computed out of margins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FLOOR: Final = 5
# With fewer than two classes of five there is nothing to tell apart.
FEWEST_CASES: Final = 2 * FLOOR


@dataclass(frozen=True, slots=True)
class Cell:
    """One count.

    Attributes:
        classes: The classes that are told together, in their order; one, where it stands alone.
        cases: How many cases they hold, five or more.
    """

    classes: tuple[str, ...]
    cases: int


def pooled_cells(counts: Mapping[str, int]) -> tuple[Cell, ...] | None:
    """Return the cells of one dimension, single classes first and the pool last; None where nothing can be told.

    Args:
        counts: Cases by class, every class of the dimension among them, in the order in which they are told.
    """
    large = {name: number for name, number in counts.items() if number >= FLOOR}
    if len(large) == len(counts):
        return tuple(Cell((name,), number) for name, number in counts.items())
    cover = min(large.values(), default=0)
    # All of the cover's size: which of several equal ones is taken would tell the order of the others.
    shown = {name: number for name, number in large.items() if number > cover}
    if not shown:
        return None
    pool = tuple(name for name in counts if name not in shown)
    rest = Cell(pool, sum(counts[name] for name in pool))
    return (*(Cell((name,), number) for name, number in shown.items()), rest)


def crossed_cells(
    pairs: Iterable[tuple[str, str]], rows: Sequence[Cell] | None, columns: Sequence[Cell] | None
) -> tuple[tuple[int, ...], ...] | None:
    """Return the counts of two dimensions together, over their cells as told: all of them, or None.

    Args:
        pairs: The class of each case in both dimensions.
        rows: Cells of the first.
        columns: Cells of the second.
    """
    if rows is None or columns is None:
        return None
    row_of = {name: number for number, cell in enumerate(rows) for name in cell.classes}
    column_of = {name: number for number, cell in enumerate(columns) for name in cell.classes}
    counted = Counter((row_of[one], column_of[other]) for one, other in pairs)
    table = tuple(tuple(counted[row, column] for column in range(len(columns))) for row in range(len(rows)))
    return table if min(map(min, table)) >= FLOOR else None
