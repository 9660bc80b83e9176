"""Atoms of a text, each with its weight for or against language.

Weights and bounds were chosen by measuring (docs/MINORS.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.understood import letters
from evidence_kit.intake.understood.known_numbers import KNOWN_NUMBERS, LINE_SENDER, in_european_digits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


RELIEF: Final = 0.35
"""Suspicion that one letter of a word takes away."""
_LONGEST_WORD: Final = 30
_LONGEST_NAME: Final = 48
_MOST_DRAWN_OUT: Final = 15
_SHORTEST_WORD: Final = 3
_FEWEST_DOUBLED: Final = 2
_MOST_DOUBLED_WEIGHT: Final = 3
_LONGEST_CAPITALS: Final = 20
_LONGEST_DARIJA: Final = 14
_DARIJA_LETTERS: Final = 0.6
# Half of a Chinese text are a few hundred characters; of random ones hardly any is among them.
_RARE_IDEOGRAPH: Final = 2.5
_COMMON_IDEOGRAPH: Final = 2.0
_LONGEST_NUMBER: Final = 20
_LONG_CODE: Final = 12
_CROWD: Final = 4
ALIEN_WEIGHT: Final = 3.0
# A piece of a code that reads as a word by chance: long ones, and no short word beside them.
_CODES_BETWEEN: Final = re.compile(r"\s*(?:[A-Za-z0-9+/=_-]{8,80}\s+){1,3}")
_LONGEST_BETWEEN_CODES: Final = 48
_SHORTEST_BETWEEN: Final = 8
_SHORTEST_SEEN: Final = 8
_LONGEST_SEEN: Final = 40
_MOST_SEEN: Final = 100_000
_ENTITY: Final = re.compile(r"&(quot|amp|lt|gt|apos);")
_MARK_OF: Final = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}
Stretch = tuple[int, int]


def with_plain_marks(text: str) -> str:
    """Return a text of the same length with the marks that entities stand for, each as often as its entity is long."""
    return _ENTITY.sub(lambda match: _MARK_OF[match[1]] * len(match[0]), text) if "&" in text else text


class _Counted:
    """The character counts of every atom: how many of each class, their transitions, their shape."""

    def __init__(
        self,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        points: NDArray[np.uint32],
        part: NDArray[np.uint8],
    ) -> None:
        import numpy as np

        def count(flags: NDArray[np.bool_]) -> NDArray[np.float64]:
            # Where hardly any character is of a part, it is cheaper to look for those than to add all up.
            places = np.flatnonzero(flags)
            if len(places) * 8 < len(flags):
                return np.asarray(np.searchsorted(places, ends) - np.searchsorted(places, starts), np.float64)
            total = np.zeros(len(flags) + 1, np.int32)
            np.cumsum(flags, dtype=np.int32, out=total[1:])
            return np.asarray(total[ends] - total[starts], np.float64)

        first = np.zeros(len(part), bool)
        first[starts] = True
        inside = ~first
        before = np.concatenate(([letters.SPACE], part[:-1])).astype(np.uint8)
        script = letters.character_scripts()[points]
        changes = np.concatenate(([False], script[1:] != script[:-1])) & inside
        neither = (part != letters.DIGIT) & (before != letters.DIGIT)
        alike = np.concatenate(([False], points[1:] == points[:-1])) & inside
        self.size = size = np.asarray(ends - starts, np.float64)
        self.distinct = size - count(alike)
        # Somebody who draws a word out draws out some of its letters; where none stands alone, each is written twice.
        self.doubled = (2 * self.distinct <= size) & (self.distinct >= _FEWEST_DOUBLED)
        if self.doubled.any():
            self.doubled &= count(~alike & ~np.concatenate((alike[1:], [False]))) == 0
        self.digits, self.aliens = count(part == letters.DIGIT), count(part == letters.ALIEN)
        self.ideographs, self.common = count(part == letters.IDEOGRAPH), count((part == letters.COMMON) & ~alike)
        uppers, lowers = count(part == letters.UPPER), count(part == letters.LOWER)
        accented = count(part == letters.ACCENTED)
        humps = count((part == letters.UPPER) & (before == letters.LOWER) & inside)
        together = count((part == letters.ACCENTED) & (before == letters.ACCENTED) & inside)
        # Capitals stand in front of a word, or of the words in a name that programs give, or all of it is capitals.
        spaced = humps * _SHORTEST_WORD <= np.maximum(size - _SHORTEST_WORD, 0)
        capitals = (lowers + accented == 0) & (size <= _LONGEST_CAPITALS)
        latin = self.digits + uppers + lowers + accented > 0
        shaped = spaced & ((uppers <= 1 + humps) | capitals) & (together * 2 <= size)
        short = self.distinct <= np.where(humps > 0, _LONGEST_NAME, _LONGEST_WORD)
        # Who draws a word out writes one letter again and again: hey, heyyyy; bytes that are nought do so too.
        short &= (size <= _LONGEST_NAME) | (self.distinct <= _MOST_DRAWN_OUT)
        # Chinese and Japanese put no spaces between words: there it is told by which characters they are.
        short |= self.ideographs + self.common > 0
        one_script = count(changes & neither) == 0
        self.word = (self.digits == 0) & ~self.doubled & one_script & short & (~latin | shaped)
        # Darija in Latin letters writes sounds that these lack as digits: 3lach, 7it, tri9.
        mostly = (lowers >= _DARIJA_LETTERS * size) & (uppers <= 1)
        self.darija = (self.digits > 0) & (self.digits <= 3) & mostly & (size >= 3) & (size <= _LONGEST_DARIJA)


class TextAtoms:
    """The atoms of one text, each with its weight; arrays are parallel, one entry an atom that is no space."""

    def __init__(self, text: str, seen: set[int]) -> None:
        import numpy as np

        self.text = text = with_plain_marks(text)
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        part = letters.character_parts()[points]
        self._cut(part)
        counted = _Counted(self.starts, self.ends, points, part)
        self.touching = np.concatenate(([False], self.starts[1:] == self.ends[:-1]))
        self._weigh(counted)
        self._forget_repeated(points, counted, seen)

    def _cut(self, part: NDArray[np.uint8]) -> None:
        import numpy as np

        sort = _sorts()[part]
        edges = np.flatnonzero(np.diff(sort)) + 1
        starts = np.concatenate(([0], edges))
        ends = np.concatenate((edges, [len(part)]))
        solid = sort[starts] != _GAP
        self.starts, self.ends, self.sort = starts[solid], ends[solid], sort[starts][solid]

    def _weigh(self, counted: _Counted) -> None:
        """Give every atom its weight, and say which are such as stand in a text anyway."""
        import numpy as np

        size, distinct = counted.size, counted.distinct
        spoken = self.sort == _WORD
        word, darija = spoken & counted.word, spoken & counted.darija
        number, dated = spoken & (counted.digits == size) & (size <= _LONGEST_NUMBER), self._dated()
        self._code = code = spoken & ~word & ~darija & ~number & ~dated
        weight = np.where(word & (size >= _SHORTEST_WORD), -RELIEF * distinct, 0.0)
        weight += np.where(word, _RARE_IDEOGRAPH * counted.ideographs - _COMMON_IDEOGRAPH * counted.common, 0.0)
        weight = np.where(code, distinct, weight)
        doubled = code & counted.doubled
        weight = np.where(doubled, np.minimum(size, _MOST_DOUBLED_WEIGHT * distinct), weight)
        weight[dated] = 0.0
        # A number, or a letter or two, counts where the last thing that was no mark is a number or no word either.
        odd = (number | code) & ~dated
        chained = np.zeros(len(size), bool)
        row = np.flatnonzero(spoken)
        chained[row[1:]] = odd[row[:-1]]
        weight = np.where(number & ~dated & chained, size + 1, weight)
        little = word & (size < _SHORTEST_WORD) & chained
        weight = np.where(little, size, weight)
        # Marks count where they touch such things, or many of them together, unless they are all alike.
        near = odd & (chained | (size > _LONG_CODE))
        marks, signs = self.sort == _MARKS, self.sort == _SIGN
        behind = np.concatenate(([False], near[:-1])) & self.touching
        weight = np.where(marks & (behind | (distinct >= _CROWD)), distinct, weight)
        weight = np.where(signs, distinct, weight)
        weight = np.where(self.sort == _ODD, ALIEN_WEIGHT * counted.aliens, weight)
        self.weight = np.maximum(weight, self._shredded(dated, np.where(word & (size >= _SHORTEST_WORD), size, 0.0)))
        self.fine = (
            (word & ~little & (self.weight <= 0)) | dated | darija | ((marks | signs) & (self.weight <= _SHORTEST_WORD))
        )

    def _dated(self) -> NDArray[np.bool_]:
        """Return which atoms belong to a date, a time or a telephone number."""
        import numpy as np

        flags = np.zeros(len(self.starts), bool)
        text = in_european_digits(self.text)
        spans = [match.span() for match in KNOWN_NUMBERS.finditer(text)]
        if spans:
            starts, ends = np.array(spans).T
            first = np.searchsorted(self.starts, starts, "left")
            last = np.searchsorted(self.ends, ends, "right")
            step = np.zeros(len(flags) + 1, np.int64)
            np.add.at(step, first, 1)
            np.add.at(step, last, -1)
            flags = np.cumsum(step[:-1]) > 0
        return flags

    def _shredded(self, dated: NDArray[np.bool_], words: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of atoms in long chunks without a space that fall into many small pieces."""
        import numpy as np

        touching = self.touching
        chunk = np.cumsum(~touching) - 1
        pieces = np.bincount(chunk)
        heads = np.flatnonzero(~touching)
        tails = np.concatenate((heads[1:] - 1, [len(touching) - 1]))
        length = self.ends[tails] - self.starts[heads]
        any_dated = np.bincount(chunk, weights=dated) > 0
        torn = (length >= 16) & (pieces * 3 >= length) & ~any_dated & (2 * np.bincount(chunk, weights=words) < length)
        return np.where(torn[chunk], (self.ends - self.starts).astype(np.float64), -np.inf)

    def _forget_repeated(self, points: NDArray[np.uint32], counted: _Counted, seen: set[int]) -> None:
        """Take the weight off long words without sense that stood in the file before: they tell nothing new."""
        import numpy as np

        short = (counted.size >= _SHORTEST_SEEN) & (counted.size <= _LONGEST_SEEN)
        for at in np.flatnonzero((self._code & short) | (self.sort == _SIGN)).tolist():
            name = hash(points[self.starts[at] : self.ends[at]].tobytes())
            if name in seen:
                self.weight[at] = 0.0
                self.fine[at] |= self.sort[at] == _SIGN
            elif len(seen) < _MOST_SEEN:
                seen.add(name)

    def _sums(self) -> NDArray[np.float64]:
        return _sums(self.weight)

    def highest(self) -> float:
        """Return the highest sum."""
        return float(self._sums().max(initial=0.0))

    def last_zero(self, after: int) -> int | None:
        """Return the offset behind the last atom at which the sum is zero, None where none is behind some offset."""
        import numpy as np

        zeros = np.flatnonzero((self._sums() <= 0) & (self.ends > after))
        return int(self.ends[zeros[-1]]) if len(zeros) else None

    def name_senders(self) -> None:
        """Take the weight off who speaks, at the beginning of a line of a conversation."""
        import numpy as np

        text = in_european_digits(self.text)
        for match in LINE_SENDER.finditer(text):
            first, last = (
                np.searchsorted(self.starts, match.start(1)),
                np.searchsorted(self.ends, match.end(1), "right"),
            )
            self.weight[first:last] = 0.0
            self.fine[first:last] = True

    def excursions(self, bound: float) -> Iterator[Stretch]:
        """Yield the stretches over which the sum climbs above the bound, each from its last zero to its peak.

        They are pairs of atoms, the second behind the last one.
        """
        import numpy as np

        sums = self._sums()
        over = np.flatnonzero(sums > bound)
        if not len(over):
            return
        bottoms = np.concatenate(([-1], np.flatnonzero(sums <= 0), [len(sums)]))
        for at in np.unique(np.searchsorted(bottoms, over)):
            start, end = int(bottoms[at - 1]) + 1, int(bottoms[at])
            while start < end:
                # Behind a peak everything begins anew, for what comes there is another thing.
                rest = _sums(self.weight[start:end])
                if rest.max() <= bound:
                    break
                first = int(np.flatnonzero(rest > bound)[0])
                zeros = np.flatnonzero(rest[:first] <= 0)
                bottom = int(zeros[-1]) + 1 if len(zeros) else 0
                peak = int(np.argmax(rest))
                yield start + bottom, start + peak + 1
                start += peak + 1

    def cuts(self, bound: float) -> list[Stretch]:
        """Return the stretches of characters that are no language: of an excursion, all but the words in it."""
        import numpy as np

        if self.highest() <= bound:
            return []
        # Names are looked for only where it matters, for that takes its time.
        self.name_senders()
        heads = np.flatnonzero(~self.touching)
        bad = ~self.fine
        tails = np.concatenate((heads[1:], [len(self.starts)]))
        counts = np.concatenate(([0], np.cumsum(bad)))
        zeros = np.flatnonzero(self._sums() <= 0)
        found: list[Stretch] = []
        for first, last in self.excursions(bound):
            low = int(np.searchsorted(heads, first, "right")) - 1
            high = int(np.searchsorted(heads, last - 1, "right"))
            place = int(np.searchsorted(zeros, last))
            quiet = int(zeros[place]) if place < len(zeros) else len(self.starts)
            for chunk in range(low, self._trail(heads, tails, high, quiet)):
                if counts[tails[chunk]] > counts[heads[chunk]]:
                    start, end = int(self.starts[heads[chunk]]), int(self.ends[tails[chunk] - 1])
                    # A few letters between two such stretches are no word of anybody's.
                    if found and (
                        start - found[-1][1] <= _SHORTEST_BETWEEN
                        or _CODES_BETWEEN.fullmatch(self.text, found[-1][1], start) is not None
                    ):
                        start = found.pop()[0]
                    found.append((start, end))
        return found

    def _trail(self, heads: NDArray[np.int64], tails: NDArray[np.int64], high: int, quiet: int) -> int:
        """Return the chunk at which the codes behind a peak end: a few words between them are no end of a file.

        Args:
            heads: First atom of every chunk.
            tails: The atom behind every chunk.
            high: The chunk behind the peak.
            quiet: The atom at which nothing is suspected any more.
        """
        codes, at = self._code & (self.ends - self.starts >= _LONG_CODE), high
        edge = int(self.ends[tails[high - 1] - 1])
        while at < len(heads) and heads[at] < quiet and self.starts[heads[at]] - edge <= _LONGEST_BETWEEN_CODES:
            if codes[heads[at] : tails[at]].any():
                edge, high = int(self.ends[tails[at] - 1]), at + 1
            at += 1
        return high


def _sums(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cumulative sum of Page: the excess gathered since the lowest point before."""
    import numpy as np

    total = np.cumsum(weight)
    return total - np.minimum.accumulate(np.concatenate(([0.0], total)))[1:]


_GAP, _WORD, _MARKS, _SIGN, _ODD = range(5)


@cache
def _sorts() -> NDArray[np.uint8]:
    import numpy as np

    found = np.full(letters.PARTS, _WORD, np.uint8)
    found[letters.SPACE] = _GAP
    found[letters.MARK] = _MARKS
    found[letters.SYMBOL] = _SIGN
    found[letters.ALIEN] = _ODD
    return found
