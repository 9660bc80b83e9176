"""A quick look over a long text: where it is surely language, so that only the rest is weighed atom by atom.

Every chunk between two spaces gets a weight that is at least the sum of the weights its atoms have in `language`. The
sum over these larger weights lies above the exact one everywhere: where it is zero the exact one is zero too, and where
it stays below the bound there is nothing to be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from re import Pattern
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.understood import letters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Stretch = tuple[int, int]

_SHORTEST_WORD: Final = 3
_LONGEST_WORD: Final = 30
_LONGEST_CAPITALS: Final = 20
# A chunk of fewer letters is never taken for torn; a number of fewer digits is no long code.
_SHORTEST_TORN: Final = 16
_LONG_CODE: Final = 12
_MOST_MARKS: Final = 3
PAD_LETTERS: Final = 1 << 12
_BLOCK_LETTERS: Final = 1 << 20
_HEAVIEST: Final = 3.0
_LONGEST_NUMBER: Final = 20
_LONGEST_DARIJA: Final = 14
_SPACE: Final = re.compile(r"[ \n]")
# Sorts of characters; the first eight are counted, each in eight bits of one sum.
_DIGIT, _LOWER, _UPPER, _ALPHA, _ACCENTED, _MARK, _SIGN, _OTHER, _KNOWN, _GAP = range(10)
_SORTS: Final = 10


def doubtful(text: str, bound: float, relief: float, known: Pattern[str]) -> list[Stretch]:
    """Return the spans of a text that have to be weighed exactly; each begins and ends where nothing is suspected.

    Args:
        text: Any text, entities put back into the marks that they are.
        bound: Letters that may gather before a stretch is taken for no language.
        relief: Suspicion that one letter of a word takes away.
        known: What counts as nothing at the beginning of a line, with the line break before it.
    """
    import numpy as np

    spans: list[Stretch] = []
    # The sum goes on over the edges of blocks, and so does a span that is still open.
    at, gathered, zero, is_open = 0, 0.0, 0, False
    while at < len(text):
        end = _behind_a_space(text, at + _BLOCK_LETTERS)
        ends, weight, quiet, _ = weighed(text[at:end], relief, known, chained=at > 0)
        if len(ends):
            total = np.cumsum(weight) + gathered
            sums = total - np.minimum.accumulate(np.minimum(total, 0.0))
            gathered = float(sums[-1])
            # A number counts by what stood before it: a span begins behind something that is surely none.
            zeros = np.flatnonzero((sums <= 0) & quiet)
            offsets = np.concatenate(([zero], ends[zeros] + at, [len(text)]))
            over = np.flatnonzero(sums > bound)
            if is_open and len(zeros):
                spans[-1] = (spans[-1][0], int(offsets[1]))
            after = np.unique(np.searchsorted(zeros, over) + 1)
            # A little of what stands before is weighed too: what is met again tells nothing new.
            padded = np.maximum(offsets[after - 1] - PAD_LETTERS, 0)
            first = offsets[np.maximum(np.searchsorted(offsets, padded, "right") - 1, 0)]
            spans += zip(first.tolist(), offsets[after].tolist(), strict=True)
            is_open = bool(spans) and spans[-1][1] == len(text)
            zero = int(offsets[-2])
        at = end
    return joined(spans)


def _behind_a_space(text: str, at: int) -> int:
    """Return the first offset from some offset on that stands behind a line break or a space; the end if none does."""
    found = _SPACE.search(text, at)
    return len(text) if found is None else found.end()


def weighed(
    text: str, relief: float, known: Pattern[str], *, chained: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the chunks of a text: where each ends, a weight of at least its atoms together, its sort.

    The sort is told in two arrays: which are surely words, and which are nothing but marks or nothing but signs.

    Args:
        text: Any text, entities put back into the marks that they are.
        relief: Suspicion that one letter of a word takes away.
        known: What counts as nothing at the beginning of a line.
        chained: A number or no word may stand before the first.
    """
    import numpy as np

    sorts, alike = _sorted(text)
    for match in known.finditer(text):
        sorts[match.start() + 1 : match.end()] = _KNOWN
    edges = np.flatnonzero(np.diff((sorts != _GAP).view(np.int8), prepend=np.int8(0), append=np.int8(0)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return ends, np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)
    return ends, *_weights(sorts, alike, (starts, ends), relief, chained=chained)


def joined(spans: Iterable[Stretch]) -> list[Stretch]:
    """Return spans that ascend, those that overlap or touch as one."""
    found: list[Stretch] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _sorted(text: str) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the sort of every character, and whether it is the same as the one before."""
    import numpy as np

    if text.isascii():
        plain = np.frombuffer(text.encode("ascii"), np.uint8)
        sorts = _sorts()[:128][plain]
        return sorts, np.concatenate(([False], (plain[1:] == plain[:-1]) & (sorts[1:] != _GAP)))
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    sorts = _sorts()[points]
    # Letters of two scripts in one word.
    script = letters.character_scripts()[points]
    spoken = (sorts >= _LOWER) & (sorts <= _ACCENTED)
    sorts[1:][(script[1:] != script[:-1]) & spoken[1:] & spoken[:-1]] = _OTHER
    return sorts, np.concatenate(([False], (points[1:] == points[:-1]) & (sorts[1:] != _GAP)))


def _weights(
    sorts: NDArray[np.uint8],
    alike: NDArray[np.bool_],
    chunks: tuple[NDArray[np.int64], NDArray[np.int64]],
    relief: float,
    *,
    chained: bool,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return a weight for every chunk, at least that of its atoms together, which are surely words, and which marks.

    Args:
        sorts: Sort of every character.
        alike: Which characters are the same as the one before.
        chunks: Offset of each chunk's first character, and behind its last.
        relief: Suspicion that one letter of a word takes away.
        chained: A number or no word may stand before the first.
    """
    import numpy as np

    starts, ends = chunks
    # Of a chunk that is longer than eight bits can count nothing is asked but that it is.
    digits, lowers, uppers, alphas, accented, marks, signs, others = _counted(_ones()[sorts], starts)
    before = np.concatenate((np.array([_GAP], np.uint8), sorts[:-1]))
    atoms, inner, rows, numbers, mixed, *_ = _counted(_changes()[before * np.uint8(_SORTS) + sorts], starts)
    length = ends - starts
    size = np.minimum(length, 255).astype(np.uint8)
    spoken = lowers + uppers + alphas + accented
    run, known = spoken + digits, size - spoken - digits - marks - signs - others
    outside = _outside(sorts, starts, ends, marks)
    capitals = (uppers <= _LONGEST_CAPITALS) & (lowers + accented == 0)
    shaped = ((inner == 0) | capitals) & ((accented <= 1) | ((accented + accented <= spoken) & outside & (signs == 0)))
    # No run of marks is longer than three, and no run of letters longer than a word.
    letter = (sorts >= _LOWER) & (sorts <= _ACCENTED)
    # Letters of which none may stand alone: two that are written twice stand side by side.
    again = letter & alike
    pairs = np.add.reduceat(again, starts, dtype=np.uint8)
    again[2:] &= again[:-2] & letter[1:-1] & ~alike[1:-1]
    again[:2] = False
    doubled = np.logical_or.reduceat(again, starts) & (~outside | (pairs >= (spoken + np.uint8(1)) // 2))
    spelled = (others == 0) & (known == 0) & ~doubled & (marks - rows < _MOST_MARKS) & shaped & (size < 255)
    spelled &= (size <= _LONGEST_WORD) | ((signs == 0) & (run.astype(np.int16) + rows - atoms < _LONGEST_WORD))
    letter[2:] &= letter[1:-1] & letter[:-2]
    third = np.add.reduceat(letter, starts, dtype=np.uint8).astype(np.int16)
    # Torn is what falls into many pieces and is not half of words: a word has three letters at least.
    whole = (size < _SHORTEST_TORN) | (size / 3 > atoms) | ((third > 0) & (third + third + 4 >= size))
    word = spelled & (digits == 0) & (signs == 0) & outside & (spoken >= _SHORTEST_WORD) & (size <= _LONGEST_WORD)
    # Words that marks join, signs behind them: no atom of these counts but the signs.
    joined = spelled & ~word & whole & (spoken > 0) & (digits == 0)
    # One number among them counts by what stands before, and makes a word of two letters behind it count.
    with_number = spelled & whole & (mixed == 0) & (spoken > 0) & (numbers == 1) & (digits <= _LONG_CODE)
    numeric = (size <= _LONGEST_WORD) & (others == 0) & outside & (digits > 0) & (run + marks == size)
    # Darija in Latin letters, as `language` tells it.
    darija = numeric & (digits <= _MOST_MARKS) & (uppers <= 1) & (run >= _SHORTEST_WORD) & (run <= _LONGEST_DARIJA)
    darija &= 5 * lowers >= 3 * run
    number = numeric & (digits == run) & ((run <= _LONG_CODE) | ((marks == 0) & (run <= _LONGEST_NUMBER)))
    dated = (known > 0) & (marks <= _MOST_MARKS) & (known + marks == size) & (size < 255)
    changing = size - np.minimum(np.add.reduceat(alike, starts, dtype=np.uint8), size - 1)
    bare = (size < 255) & ((marks == size) | (signs == size))
    quiet = word | joined | dated | darija
    last = np.maximum.accumulate(np.where(bare, -1, np.arange(len(size))))
    follows = np.concatenate(([chained], np.where(last < 0, chained, ~quiet[last])[:-1]))
    weight = np.where((others == 0) & (size < 255), 2.0 * digits + (size - digits), _HEAVIEST * length)
    weight[bare] = np.where((marks == size) & (changing <= _MOST_MARKS), 0, changing)[bare]
    weight[word] = -relief * np.maximum(changing, marks + np.uint8(1))[word] + relief * marks[word]
    weight[joined] = (signs + follows * np.minimum(size, 2))[joined]
    free = with_number & ~follows
    weight[free] = (signs + np.uint8(2))[free]
    weight[dated | darija | (number & ~follows)] = 0.0
    return weight, quiet, bare


def _counted(packed: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the sums of its characters' counts over each chunk, eight counts of eight bits."""
    import numpy as np

    return np.add.reduceat(packed, starts).view(np.uint8).reshape(-1, 8).T.copy()


@cache
def _changes() -> NDArray[np.uint64]:
    """Return the counts of two characters in a row: an atom, a capital inside, a run of marks, of digits, a mix."""
    import numpy as np

    found = np.zeros((_SORTS, _SORTS), np.uint64)
    spoken = (_LOWER, _UPPER, _ALPHA, _ACCENTED)
    letters_and_digits = (*spoken, _DIGIT)
    for before in range(_SORTS):
        for sort in range(_SORTS):
            same = before == sort or (before in letters_and_digits and sort in letters_and_digits)
            counts = (
                not same,
                sort == _UPPER and before in letters_and_digits,
                sort == _MARK and not same,
                sort == _DIGIT and before != _DIGIT,
                (before == _DIGIT and sort in spoken) or (sort == _DIGIT and before in spoken),
            )
            found[before, sort] = sum(int(count) << 8 * place for place, count in enumerate(counts))
    found[:, _GAP] = 0
    return found.ravel()


def _outside(
    sorts: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], marks: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Return in which chunks all marks, three at most, stand at the end, but for one at the beginning."""
    import numpy as np

    last, middle, third = (sorts[np.maximum(ends - back, starts)] == _MARK for back in (1, 2, 3))
    middle &= last
    behind = last.astype(np.uint8) + middle + (middle & third)
    return np.asarray((behind + (sorts[starts] == _MARK) == marks) | (behind == marks), bool)


@cache
def _ones() -> NDArray[np.uint64]:
    """Return the counts that one character of each sort adds to its chunk."""
    import numpy as np

    return np.array([*(1 << 8 * sort for sort in range(_OTHER + 1)), 0, 0], np.uint64)


@cache
def _sorts() -> NDArray[np.uint8]:
    """Return the sort of every character, indexed by code point."""
    import numpy as np

    sort = np.full(letters.PARTS, _OTHER, np.uint8)
    for part, found in (
        (letters.SPACE, _GAP), (letters.DIGIT, _DIGIT), (letters.LOWER, _LOWER), (letters.UPPER, _UPPER),
        (letters.ACCENTED, _ACCENTED), (letters.LETTER, _ALPHA), (letters.MARK, _MARK), (letters.SYMBOL, _SIGN),
    ):  # fmt: skip
        sort[part] = found
    return sort[letters.character_parts()]
