"""Layout of tables and pages of a screen: words stay whole, and wide cells stand beneath."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

_BETWEEN: Final = "   "
_BENEATH: Final = "    "
# French sets a space before its signs, and within its quotation marks; no line ends there.
_PARTED: Final = re.compile(r"(?<!«) (?![»:;?!](?: |$|[.,)]))")
# Narrower than this a column of words is hard to read, and a date with its hour would be parted.
_NARROWEST: Final = 20


def cells(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pieces(line: str, width: int) -> list[str]:
    """Return a line broken between its words; a line that goes on keeps its indent, and a long word is whole."""
    if cells(line) <= width:
        return [line]
    words = line.lstrip(" ")
    before = " " * min(len(line) - len(words), width // 2)
    broken = [before]
    for word in _PARTED.split(words):
        longer = f"{broken[-1]} {word}" if broken[-1].strip() else broken[-1] + word
        if cells(longer) > width and broken[-1].strip():
            broken.append(before + word)
        else:
            broken[-1] = longer
    return broken


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is to be shown.

    Attributes:
        columns: Names of the columns.
        rows: The cells; a cell of several words may be broken between them.
        right: Numbers of the columns that end at the right.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()

    def drawn_lines(self, width: int) -> tuple[list[str], list[str]]:
        """Return the lines of the head, and those of the rows: each begins at the left, its further lines are indented.

        Args:
            width: Columns of the terminal; a word that is longer alone is the only reason for a longer line.
        """
        every = [tuple(self.columns), *map(tuple, self.rows)]
        natural = [max(cells(row[at]) for row in every) for at in range(len(self.columns))]
        beside = list(range(len(self.columns)))
        while len(beside) > 1 and (widths := self._widths(every, beside, natural, width)) is None:
            # The first column is the name of the row; of the others the widest goes.
            beside.remove(max(beside[1:], key=lambda at: natural[at]))
        if len(beside) == 1:
            widths = {beside[0]: min(natural[beside[0]], width - 1)}
        beneath = [at for at in range(len(self.columns)) if at not in beside]
        head, *body = (self._row(row, beside, widths or {}, beneath, width) for row in every)
        rule = "─" * min(width, max((cells(line.rstrip()) for row in (head, *body) for line in row), default=0))
        return [*head, rule], [line for row in body for line in row]

    def _widths(
        self, every: Sequence[Sequence[str]], beside: Sequence[int], natural: Sequence[int], width: int
    ) -> dict[int, int] | None:
        """Return the widths in which columns fit beside each other; None when they do not."""
        left = width - len(_BETWEEN) * (len(beside) - 1) - sum(natural[at] for at in beside)
        widths = {at: natural[at] for at in beside}
        while left < 0:
            narrower = {
                at: least for at in beside[1:] if (least := _least(every, at)) < widths[at] and at not in self.right
            }
            if not narrower:
                return None
            at = max(narrower, key=lambda each: widths[each])
            given = min(-left, widths[at] - narrower[at])
            widths[at] -= given
            left += given
        return widths

    def _row(
        self,
        row: Sequence[str],
        beside: Sequence[int],
        widths: dict[int, int],
        beneath: Sequence[int],
        width: int,
    ) -> list[str]:
        columns = [pieces(row[at], widths[at]) for at in beside]
        lines = []
        for number, parts in enumerate(zip_longest(*columns, fillvalue="")):
            placed = [_placed(part, widths[at], right=at in self.right) for at, part in zip(beside, parts, strict=True)]
            line = _BETWEEN.join(placed).rstrip()
            # A row that goes on is told from the next one by its indent.
            lines.append(line if number == 0 or line.startswith(" ") else f" {line}")
        for at in beneath:
            if row[at].strip():
                lines += pieces(_BENEATH + row[at], width)
        return lines


def page_of(lines: Sequence[str], height: int, page: int) -> tuple[list[str], int]:
    """Return the lines of one page, and how many pages there are; no page begins within an entry.

    Args:
        lines: Of all entries; a line that is indented, or empty, belongs to the entry before it.
        height: How many lines a page may have, at least one.
        page: Which, from 1.
    """
    pages: list[list[str]] = [[]]
    for entry in _entries(lines):
        if pages[-1] and len(pages[-1]) + len(entry) > height:
            pages.append([])
        pages[-1] += entry
    return (pages[page - 1] if page <= len(pages) else []), len(pages)


def _entries(lines: Sequence[str]) -> Iterator[list[str]]:
    entry: list[str] = []
    for line in lines:
        if entry and line[:1] not in {" ", ""}:
            yield entry
            entry = []
        entry.append(line)
    if entry:
        yield entry


def _least(every: Sequence[Sequence[str]], at: int) -> int:
    """Return the least width of a column: that of its longest word, and never so narrow that nobody can read it."""
    longest = max((cells(word) for row in every for word in _PARTED.split(row[at])), default=0)
    return max(longest, _NARROWEST)


def _placed(text: str, width: int, *, right: bool) -> str:
    missing = " " * (width - cells(text))
    return missing + text if right else text + missing
