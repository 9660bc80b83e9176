"""A release: the counts of one period as they were told, once and for good."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence_kit.model import Json
from evidence_kit.tallies.dimensions import AGE, PLATFORM, dimensions
from evidence_kit.tallies.pooling import FLOOR, Cell, crossed_cells, pooled_cells

_FEW: Final = f"1-{FLOOR - 1}"
Traits = Mapping[str, str]
"""The class of one case in each dimension."""


class UnsoundReleaseError(ValueError):
    """The facts are no release."""


@dataclass(frozen=True, slots=True)
class Release:
    """The counts of a period.

    Attributes:
        association: Its code.
        first: First month, such as `2026-01`.
        last: Last month, included.
        cases: How many cases were counted.
        not_counted: Cases that were not, as far as it may be told: None for none, 0 for one to four.
        tables: Cells by dimension; None where nothing can be told apart.
        crossed: Counts of age by platform over the cells of both, None where one would be below the floor.
    """

    association: str
    first: str
    last: str
    cases: int
    not_counted: int | None
    tables: Mapping[str, tuple[Cell, ...] | None]
    crossed: tuple[tuple[int, ...], ...] | None

    def document(self) -> dict[str, Json]:
        """Return it as a script, and the station's memory, want it."""
        return {
            "association": self.association,
            "from": self.first,
            "to": self.last,
            "cases": self.cases,
            "not_counted": _told(self.not_counted),
            "tables": [
                {"by": name, "cells": None if cells is None else [_row(cell) for cell in cells]}
                for name, cells in self.tables.items()
            ],
            "age_by_platform": None if self.crossed is None else [list(row) for row in self.crossed],
        }

    def rows(self) -> list[tuple[str, str, str, int]]:
        """Return the cells as a table has them: dimension, classes, classes of a second dimension, cases."""
        told = [
            (name, " + ".join(cell.classes), "", cell.cases)
            for name, cells in self.tables.items()
            for cell in cells or ()
        ]
        ages, platforms = self.tables[AGE] or (), self.tables[PLATFORM] or ()
        for row, counts in zip(ages, self.crossed or (), strict=False):
            for column, number in zip(platforms, counts, strict=False):
                told.append((f"{AGE} by {PLATFORM}", " + ".join(row.classes), " + ".join(column.classes), number))
        return told

    def csv(self) -> bytes:
        """Return the cells as CSV."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(("from", "to", "by", "classes", "classes_of_second", "cases"))
        writer.writerow((self.first, self.last, "all", "", "", self.cases))
        writer.writerows((self.first, self.last, *row) for row in self.rows())
        return file.getvalue().encode()

    def json(self) -> bytes:
        """Return it as a file for a program."""
        return json.dumps(self.document(), indent=1).encode() + b"\n"


def counted_release(association: str, first: str, last: str, cases: Sequence[Traits], not_counted: int) -> Release:
    """Return the release of a period.

    Args:
        association: Its code.
        first: First month.
        last: Last month, included.
        cases: The class of each case in each dimension.
        not_counted: How many cases could not be counted.
    """
    tables = {
        name: pooled_cells(_counts((case[name] for case in cases), classes))
        for name, classes in dimensions(first, last).items()
    }
    crossed = crossed_cells(((case[AGE], case[PLATFORM]) for case in cases), tables[AGE], tables[PLATFORM])
    told = None if not_counted == 0 else not_counted if not_counted >= FLOOR else 0
    return Release(association, first, last, len(cases), told, tables, crossed)


def release_of(facts: object) -> Release:
    """Return a release out of its document.

    Raises:
        UnsoundReleaseError: It is none.
    """
    try:
        assert isinstance(facts, dict)  # noqa: S101 - turned into an error below
        tables = {str(each["by"]): _cells(each["cells"]) for each in facts["tables"]}
        first, last = str(facts["from"]), str(facts["to"])
        if tables.keys() != dimensions(first, last).keys():
            raise UnsoundReleaseError("dimensions")
        crossed = facts["age_by_platform"]
        not_counted = facts["not_counted"]
        return Release(
            str(facts["association"]), first, last, int(facts["cases"]),
            None if not_counted is None else 0 if not_counted == _FEW else int(not_counted),
            tables, None if crossed is None else tuple(tuple(map(int, row)) for row in crossed),
        )  # fmt: skip
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise UnsoundReleaseError(str(error)) from error


def _told(not_counted: int | None) -> Json:
    return _FEW if not_counted == 0 else not_counted


def _row(cell: Cell) -> dict[str, Json]:
    return {"classes": list(cell.classes), "cases": cell.cases}


def _cells(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Cell, ...] | None:
    if rows is None:
        return None
    return tuple(Cell(tuple(map(str, row["classes"])), int(row["cases"])) for row in rows)


def _counts(named: Iterable[str], classes: Sequence[str]) -> dict[str, int]:
    counted = Counter(named)
    return {name: counted[name] for name in classes}
