"""Rows of groups: a code in pieces of equal length reads as words, and language is never cut so evenly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise, takewhile
from math import log2
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.understood import letters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Stretch = tuple[int, int]

_LONGEST_GROUP: Final = 32
# At the end of a line stands what is left of it.
_MOST_BETWEEN: Final = 6
_ROW_LETTERS: Final = 60
# A word that holds a row of its own, parted by tabs.
_LONGEST_PLAIN: Final = 120
_MOST_BITS: Final = 800
_LETTER_BITS: Final = 4
_FEWEST_WORDS: Final = 12
_MOST_LETTERS: Final = 4
_FEWEST_ALONE: Final = 60
_LAGS: Final = (1, 2)
_LONG_CHUNKS: Final = 4
_BLOCK_LETTERS: Final = 1 << 21
_SHARED_LETTERS: Final = 1 << 16
_FEWEST_BESIDE: Final = 3
_LETTERS_BESIDE: Final = 12
_WORD: Final = re.compile(r"\S+")
_RUN: Final = re.compile(r"(\S)\1++")
_FEWEST_RUNS: Final = 8
_FEWEST_SPOKEN_RUNS: Final = 4
_DOUBLED: Final = re.compile(r"(?:(\S)\1++){8,}+")
_LETTER: Final = re.compile(r"[^\W\d_]")
# Chinese and Japanese put no spaces between words; where some program did, each sign stands alone.
_UNPARTED: Final = re.compile("[\u2e80-\u9fff]")


def row_spans(text: str) -> list[Stretch]:
    """Return the spans of a text that are rows of groups: letters in pieces of one length, or pieces of signs."""
    found: list[Stretch] = []
    for at in range(0, len(text) if len(text) > _ROW_LETTERS else 0, _BLOCK_LETTERS):
        first = max(0, at - _SHARED_LETTERS)
        found += [(first + start, first + end) for start, end in _rows(text[first : at + _BLOCK_LETTERS])]
    return found


def may_hold_rows(sizes: NDArray[np.int64], bare: NDArray[np.bool_], alike: NDArray[np.bool_]) -> bool:
    """Say whether the words of a text may be a row of groups.

    Args:
        sizes: Length of every word, in the order in which they stand.
        bare: Which of them are nothing but marks or signs.
        alike: Which of them are one letter again and again.
    """
    import numpy as np

    if not len(sizes):
        return False
    if int(sizes.max()) > _LONGEST_PLAIN or any(_even(sizes, lag) for lag in _LAGS):
        return True
    # Of a row that goes on in another block half is here.
    others = (np.flatnonzero(np.concatenate(([True], ~chosen, [True]))) for chosen in (bare, alike))
    return any(2 * int(np.diff(places).max()) > _FEWEST_ALONE for places in others)


def _even(sizes: NDArray[np.int64], lag: int) -> list[Stretch]:
    """Return where words of one length follow each other: the first of them, and the one behind the last.

    Args:
        sizes: Length of every word.
        lag: 1 where all have one length, 2 where two lengths take turns.
    """
    import numpy as np

    same = sizes[lag:] == sizes[:-lag]
    places = np.flatnonzero(same[2:] & same[1:-1] & same[:-2])
    if not len(places):
        return []
    parted = np.diff(places) > _MOST_BETWEEN
    firsts = np.concatenate((places[:1], places[1:][parted]))
    lasts = np.concatenate((places[:-1][parted], places[-1:])) + 2 + lag
    enough = np.concatenate(([0], np.cumsum(sizes)))
    enough = enough[lasts + 1] - enough[firsts] >= _ROW_LETTERS
    return list(zip(firsts[enough].tolist(), (lasts[enough] + 1).tolist(), strict=True))


def _rows(text: str) -> list[Stretch]:
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    parts = letters.character_parts()[points]
    solid = parts != letters.SPACE
    signs = (parts == letters.MARK) | (parts == letters.SYMBOL)
    again = np.concatenate(([False], points[1:] == points[:-1]))
    found: list[Stretch] = []
    for whole in (solid, solid & ~signs):
        starts, ends = _words_of(whole)
        found += _even_rows(text, starts, ends)
    if len(starts):
        alone = (np.add.reduceat(again & solid & ~signs, starts, dtype=np.int32) == ends - starts - 1) & (
            ends - starts > 1
        )
        found += _long_rows(alone, starts, ends, lambda start, _: text[start])
    starts, ends = _words_of(solid)
    if len(starts):
        pairs = np.add.reduceat(again & solid, starts, dtype=np.int32)
        twice = np.flatnonzero((2 * pairs >= ends - starts) & (ends - starts >= 2 * _FEWEST_RUNS))
        words = zip(starts[twice].tolist(), ends[twice].tolist(), strict=True)
        found += [(start, end) for start, end in words if is_doubled(text[start:end])]
    if signs.any():
        bare = np.logical_and.reduceat(signs | ~solid, starts)
        found += _long_rows(bare, starts, ends, lambda start, end: text[start:end])
    return found


def _even_rows(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Stretch]:
    """Yield the rows of groups of one length, or of two in turn."""
    sizes = ends - starts
    for lag in _LAGS:
        for first, last in _even(sizes, lag):
            usual = {*sizes[first : first + lag].tolist(), *sizes[(first + last) // 2 :][:lag].tolist()}
            words = [text[starts[at] : ends[at]] for at in range(first, last) if int(sizes[at]) in usual]
            if max(usual) <= _LONGEST_GROUP and _says_much(word for word in words if _is_group(word)):
                yield _whole(text, int(starts[first]), int(ends[last - 1]), max(usual))


def _whole(text: str, start: int, end: int, size: int) -> Stretch:
    """Return a row with the marks around its edges, without a short word of as many letters before or behind it."""
    low, high = max(0, start - _LONGEST_GROUP), min(len(text), end + _LONGEST_GROUP)
    while start > low and not text[start - 1].isspace():
        start -= 1
    while end < high and not text[end].isspace():
        end += 1
    first = _WORD.match(text, start)
    second = None if first is None else _WORD.search(text, first.end(), end)
    if first and second and len(first[0]) <= size and len(second[0]) > _LONG_CHUNKS * size:
        start = second.start()
    lasts = list(islice(_words_before(text, start, end), 2))
    if len(lasts) > 1 and lasts[0][1] - lasts[0][0] <= size and lasts[1][1] - lasts[1][0] > _LONG_CHUNKS * size:
        end = lasts[1][1]
    return start, end


def _words_of(solid: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    edges = np.flatnonzero(np.diff(solid.view(np.int8), prepend=np.int8(0), append=np.int8(0)))
    return edges[::2], edges[1::2]


def _long_rows(
    chosen: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    said: Callable[[int, int], str],
) -> list[Stretch]:
    """Return the rows of some words that say much.

    Args:
        chosen: Which words may be in such a row.
        starts: Offset of the first character of every word.
        ends: Offset behind the last.
        said: Returns what a word says of its offsets.
    """
    firsts, lasts = _words_of(chosen)
    rows = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return [
        (int(starts[first]), int(ends[last - 1]))
        for first, last in rows
        if last - first >= _FEWEST_ALONE
        and _says_much(said(int(starts[at]), int(ends[at])) for at in range(first, last))
    ]


def _is_group(word: str) -> bool:
    return 2 * len(_LETTER.findall(word)) >= len(word) > 0 and _UNPARTED.match(word) is None


def is_doubled(word: str) -> bool:
    """Say whether a word is signs of all sorts of which none stands alone: each byte of something, twice or thrice."""
    if len(word) < 2 * _FEWEST_RUNS or _DOUBLED.fullmatch(word) is None:
        return False
    runs = [run[0] for run in _RUN.findall(word)]
    return sum(map(str.isalnum, runs)) >= _FEWEST_SPOKEN_RUNS and not word.isalpha()


def _says_much(words: Iterable[str]) -> bool:
    """Say whether words in their order say more than a few names could: what is said again says little."""
    listed = list(words)
    vocabulary = Counter(listed)
    # States, names and answers: a column of a table, and no alphabet. A word that stands there once is of a sentence
    # before the row or behind it.
    again = (word for word, count in vocabulary.items() if count > 1)
    if len(vocabulary) < _FEWEST_WORDS and len({*"".join(again)}) > _MOST_LETTERS:
        return False
    pairs = Counter(pairwise(listed))
    before = Counter(listed[:-1])
    following = sum(count * log2(before[pair[0]] / count) for pair, count in pairs.items())
    return following + _LETTER_BITS * sum(map(len, vocabulary)) > _MOST_BITS


def widened_over_rows(text: str, cuts: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches of a text that are no language, widened over the groups of the same row.

    Pieces of a code that read as words stand between and beside those that do not: all have one length.

    Args:
        text: The whole text.
        cuts: Its stretches that are no language, ascending.
    """
    found: list[Stretch] = []
    for number, (first, end) in enumerate(cuts):
        start, low = first, found[-1][1] if found else 0
        begun = _WORD.match(text, start)
        size = 0 if begun is None else len(begun[0])
        row = list(takewhile(_of_size(text, size), _words_before(text, low, start))) if _may_go(size) else []
        if found and row and not text[low : row[-1][0]].strip():
            start = found.pop()[0]
        elif _is_beside(row, size):
            start = row[-1][0]
        size = next((behind - before for before, behind in _words_before(text, start, end)), 0)
        high = cuts[number + 1][0] if number + 1 < len(cuts) else len(text)
        words = (match.span() for match in _WORD.finditer(text, end, high))
        row = list(takewhile(_of_size(text, size), words)) if _may_go(size) else []
        found.append((start, row[-1][1] if _is_beside(row, size) else end))
    return found


def _may_go(size: int) -> bool:
    return 0 < size <= _LONGEST_GROUP


def _of_size(text: str, size: int) -> Callable[[Stretch], bool]:
    return lambda word: word[1] - word[0] == size <= _LONGEST_GROUP and _LETTER.search(text, *word) is not None


def _is_beside(row: Sequence[Stretch], size: int) -> bool:
    return len(row) * size >= _LETTERS_BESIDE and (len(row) >= _FEWEST_BESIDE or size >= _LETTERS_BESIDE)


def _words_before(text: str, low: int, at: int) -> Iterator[Stretch]:
    """Yield the words between two offsets, the last one first; of a long one its end."""
    while at > low:
        while at > low and text[at - 1].isspace():
            at -= 1
        end = at
        while low < at and end - at <= _LONGEST_GROUP and not text[at - 1].isspace():
            at -= 1
        if at < end:
            yield at, end
