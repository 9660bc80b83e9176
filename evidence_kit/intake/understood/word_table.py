"""A first look over a long text: each word is weighed once, however often it stands there.

Most of a text are words that were met before. Every word gets a weight that is at least the sum of the weights its
atoms have in `language`; where the sum over these stays below the bound, nothing is to be left out. What passes it is
looked at more closely, by `screen` and then atom by atom.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from re import Pattern
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.understood import letters, screen
from evidence_kit.intake.understood.drawings import FEWEST_GRID_ROWS, FEWEST_SIGN_ROWS, NARROWEST_GRID
from evidence_kit.intake.understood.plain_words import PlainWords, plain_words
from evidence_kit.intake.understood.rows import is_doubled, may_hold_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Stretch = tuple[int, int]

SHORTEST: Final = 1 << 16
"""Letters below which a text has too few words that come again."""
# The first block is short: of it every word is new.
_FIRST_LETTERS: Final = 1 << 14
_BLOCK_LETTERS: Final = 1 << 17
# Behind these most words of a language were met; where new ones still make more than a share of a text,
# it is no faster to weigh them one by one.
_SETTLED_LETTERS: Final = 1 << 19
_MOST_NEW: Final = 0.4
_MOST_WORDS: Final = 1 << 20
_QUIET, _BARE, _DATED, _PLUS, _TAIL, _NEAR, _LINE, _ANNOUNCED = (1 << bit for bit in range(8))
# How far a telephone number that begins with a plus may reach over spaces.
_LONGEST_PHONE_WORDS: Final = 6
_MOST_MARKS: Final = 3
_ODD_DATE_WEIGHT: Final = 2.0
_NEVER: Final = re.compile(r"(?!)")
_PLUS_WORD: Final = re.compile(r"[\[(<]{0,2}\+\d{1,3}")
_TAIL_WORD: Final = re.compile(r"\d{2,10}(?:[().-]{1,2}\d{2,10}){0,4}[:,]?")
_FEWEST_TAIL_DIGITS: Final = 7
_BEFORE: Final = re.compile(r"[^\w\s+./:-]{0,4}")
_AFTER: Final = r"[\])>,;!?]{0,3}"


@dataclass(frozen=True, slots=True)
class Rules:
    """The parts of `language` that a first look needs.

    Attributes:
        bound: Letters that may gather before a stretch is taken for no language.
        relief: Suspicion that one letter of a word takes away.
        date: Fits a date or an hour that counts as nothing wherever it stands between two spaces.
        plain: Puts marks for entities and the digits of Europe for others, letter by letter.
        announces: Says whether a text holds what announces a file.
        hints: Words of which one is in every announcement of several words.
    """

    bound: float
    relief: float
    date: str
    plain: Callable[[str], str]
    announces: Callable[[str], bool]
    hints: tuple[str, ...]


class _Words(dict[bytes, int]):
    """The class of every word that was met; a new one is noted, and has none yet."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[bytes] = []

    def __missing__(self, word: bytes) -> int:
        self.new.append(word)
        self[word] = -1
        return -1


class WordTable:
    """The words of one text, each with its weight.

    Args:
        rules: What of the decision on language it needs.
    """

    def __init__(self, rules: Rules) -> None:
        self.announced = self.hinted = self.drawn = False
        self.rows: list[Stretch] = []
        self._has_rows = self._mostly_new = self._doubled = False
        self._rules = rules
        self._words = _Words()
        self._classes: dict[tuple[float, float, float, int], int] = {}
        self._date = re.compile(f"(?:{rules.date}){_AFTER}")
        self._arrays: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]] | None
        self._arrays = None

    def suspected(self, text: str) -> list[Stretch]:
        """Return the spans of a text that have to be looked at more closely; each begins and ends where nothing is."""
        import numpy as np

        spans: list[Stretch] = []
        at, gathered, zero, is_open, chained = 0, 0.0, 0, False, False
        edges, even = [0], list[int]()
        while at < len(text):
            end = _behind_a_space(text, at + (_BLOCK_LETTERS if at else _FIRST_LETTERS))
            # A word ends at a space; the last one of all does too.
            raw = text[at:end].encode("utf-8", "surrogatepass") + b"\n"
            ends, weight, quiet, chained = self._weighed(raw, chained=chained)
            edges.append(end)
            even += [len(edges) - 1] if self._has_rows else []
            if self._mostly_new and at < _SETTLED_LETTERS <= end:
                self.announced = self.hinted = self.drawn = True
                self.rows = [(0, len(text))]
                return [(0, len(text))]
            total = np.cumsum(weight) + gathered
            sums = total - np.minimum.accumulate(np.minimum(total, 0.0))
            gathered = float(sums[-1]) if len(sums) else gathered
            zeros = np.flatnonzero((sums <= 0) & quiet)
            over = np.flatnonzero(sums > self._rules.bound)
            if len(over) or is_open:
                offsets = np.concatenate(([zero], np.minimum(_letters_before(raw, ends[zeros]) + at, end), [len(text)]))
                if is_open and len(zeros):
                    spans[-1] = (spans[-1][0], int(offsets[1]))
                after = np.unique(np.searchsorted(zeros, over) + 1)
                padded = np.maximum(offsets[after - 1] - screen.PAD_LETTERS, 0)
                first = offsets[np.maximum(np.searchsorted(offsets, padded, "right") - 1, 0)]
                spans += zip(first.tolist(), offsets[after].tolist(), strict=True)
                is_open = bool(spans) and spans[-1][1] == len(text)
                zero = int(offsets[-2])
            elif len(zeros):
                zero = min(end, end + 1 - len(raw[int(ends[zeros[-1]]) :].decode("utf-8", "surrogatepass")))
            at = end
            if len(self._words) > _MOST_WORDS:
                self._words.clear()
        # A row may begin in the block before, and end in the one behind.
        self.rows = screen.joined((edges[max(0, block - 2)], edges[min(block + 1, len(edges) - 1)]) for block in even)
        return screen.joined(spans)

    def _weighed(
        self, raw: bytes, *, chained: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], bool]:
        """Return the words of a block: the offset behind each, its weight, and which are surely words.

        The last value says whether the last word that is not bare is no quiet one.
        """
        import numpy as np

        plain = plain_words(raw)
        number, self._has_rows = len(plain.starts), False
        weight = np.where(plain.sure, -self._rules.relief * plain.distinct, 0.0)
        flags = np.full(number, _QUIET, np.uint8)
        odd = np.flatnonzero(~(plain.sure | plain.little))
        words = [
            raw[start : end + 1]
            for start, end in zip(plain.starts[odd].tolist(), plain.ends[odd].tolist(), strict=True)
        ]
        found = np.fromiter(map(self._words.__getitem__, words), np.int64, len(words))
        self._mostly_new = sum(map(len, self._words.new)) > _MOST_NEW * len(raw)
        if self._words.new:
            self._learn()
            fresh = np.flatnonzero(found < 0)
            found[fresh] = [self._words[words[place]] for place in fresh.tolist()]
        if number == 0:
            return plain.ends, weight, flags > 0, chained
        free, behind, dated, all_flags = self._columns()
        flags[odd] = all_flags[found]
        bare = flags & _BARE > 0
        sizes = _letters_each(raw, plain)
        self._has_rows = self._doubled or may_hold_rows(sizes, bare, (plain.distinct == 1) & (plain.letters > 1))
        # Of lines that are drawn half are in this block or in the next.
        self.drawn |= _are_together(bare, FEWEST_SIGN_ROWS // 2) or _are_together(
            sizes >= NARROWEST_GRID, FEWEST_GRID_ROWS // 2
        )
        loud = flags & (_QUIET | _BARE) == 0
        last = np.maximum.accumulate(np.where(bare, -1, np.arange(number)))
        follows = np.where(last < 0, chained, loud[last])
        before = np.concatenate(([chained], follows[:-1]))
        weight[plain.little] = (before * np.minimum(plain.letters, 2))[plain.little]
        weight[odd] = np.where(before[odd], behind[found], free[found])
        if (flags & (_PLUS | _NEAR)).any():
            heavy = np.zeros(number)
            heavy[odd] = dated[found]
            beside = np.concatenate((plain.starts[1:] - plain.ends[:-1] == 1, [False]))
            self._phones(weight, flags, heavy, beside)
        self.announced |= bool((flags & _ANNOUNCED).any())
        return plain.ends + 1, weight, flags & _QUIET > 0, bool(follows[-1])

    @staticmethod
    def _phones(
        weight: NDArray[np.float64], flags: NDArray[np.uint8], dated: NDArray[np.float64], beside: NDArray[np.bool_]
    ) -> None:
        """Take the weight off telephone numbers; digits behind one may belong to it, and are no date then."""
        import numpy as np

        number = flags & (_PLUS | _NEAR) > 0
        near = np.zeros(len(number), bool)
        for step in range(1, _LONGEST_PHONE_WORDS + 1):
            near[step:] |= number[:-step]
        odd = near & (flags & _DATED > 0)
        weight[odd] = dated[odd]
        pair = beside[:-1] & (flags[:-1] & _PLUS > 0) & (flags[:-1] & _LINE == 0) & (flags[1:] & _TAIL > 0)
        weight[:-1][pair] = 0.0
        weight[1:][pair] = 0.0

    def _columns(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]:
        import numpy as np

        if self._arrays is None or len(self._arrays[3]) != len(self._classes):
            # A text of nothing but plain words has no class at all.
            free, chained, dated, flags = zip(*self._classes, strict=True) if self._classes else ((),) * 4
            self._arrays = np.array(free), np.array(chained), np.array(dated), np.array(flags, np.uint8)
        return self._arrays

    def _learn(self) -> None:
        """Weigh the words that were met for the first time."""
        raw, self._words.new = self._words.new, []
        new = [word.decode("utf-8", "surrogatepass") for word in raw]
        bare = [word.strip(" \n\r\t") for word in new]
        together = "\n".join(bare)
        plain = self._rules.plain(together).split("\n")
        announced = self._rules.announces(together)
        self.hinted |= any(hint in together for hint in self._rules.hints)
        self._doubled |= any(map(is_doubled, bare))
        # Marks over letters are letters here; without one they are signs.
        self.drawn |= any(not (word.isascii() or any(map(str.isalnum, word))) for word in bare)
        parts: list[str] = []
        starts: list[int] = []
        for word in plain:
            starts.append(len(parts))
            parts += [part for part in _gaps().split(word) if part] or [""] if _has_gap(word) else [word]
        free, chained, quiet, idle = _weights(parts, self._rules.relief)
        several = len(parts) > len(plain)
        for number, word in enumerate(new):
            first, last = starts[number], starts[number + 1] if number + 1 < len(new) else len(parts)
            if several and last - first > 1:
                # Several pieces: none takes anything off, for it is not known in which order they would.
                sure = sum(max(0.0, each) for each in chained[first:last])
                told = (sure, sure, sure, _BARE * all(idle[first:last]))
            else:
                told = self._class_of(
                    plain[number], (free[first], chained[first]), quiet=quiet[first], idle=idle[first]
                )
            flags = told[3] | _LINE * word.endswith("\n")
            if "\t" in word or "\r" in word:
                flags &= ~(_PLUS | _TAIL)
            if announced and self._rules.announces(bare[number]):
                flags |= _ANNOUNCED
            named = (*told[:3], flags)
            self._words[raw[number]] = self._classes.setdefault(named, len(self._classes))

    def _class_of(
        self, word: str, weights: tuple[float, float], *, quiet: bool, idle: bool
    ) -> tuple[float, float, float, int]:
        if not word:
            return 0.0, 0.0, 0.0, _BARE
        free, chained = weights
        flags = _QUIET * quiet | _BARE * idle
        if quiet or word.isalpha():
            return free, chained, chained, flags
        before = _BEFORE.match(word)
        start = 0 if before is None else before.end()
        if self._date.fullmatch(word, start) is not None:
            odd = any(letters.character_parts()[ord(each)] != letters.MARK for each in word[:start])
            sure = float(start if odd or start > _MOST_MARKS else 0)
            return sure, sure, _ODD_DATE_WEIGHT * len(word), _QUIET | _DATED
        if word.startswith(("05", "06", "07")):
            # Five pairs are a number of a telephone too, and may be parted by spaces.
            flags |= _NEAR
        if _PLUS_WORD.fullmatch(word) is not None:
            flags |= _PLUS
        elif _TAIL_WORD.fullmatch(word) is not None and sum(map(str.isdigit, word)) >= _FEWEST_TAIL_DIGITS:
            flags |= _TAIL
        return free, chained, chained, flags


def _weights(parts: Sequence[str], relief: float) -> tuple[list[float], list[float], list[bool], list[bool]]:
    """Return the weights of pieces behind a word and behind a number, which are surely words, and which are marks."""
    places = [place for place, part in enumerate(parts) if part]
    free, chained = [0.0] * len(parts), [0.0] * len(parts)
    quiet, bare = [False] * len(parts), [True] * len(parts)
    if not places:
        return free, chained, quiet, bare
    pieces = [parts[place] for place in places]
    for behind, found in (("word ", free), ("77 ", chained)):
        text = behind + f" {behind}".join(pieces)
        _, weight, told, marks = screen.weighed(text, relief, _NEVER, chained=False)
        for place, each, sure, mark in zip(
            places, weight[1::2].tolist(), told[1::2].tolist(), marks[1::2].tolist(), strict=True
        ):
            found[place], quiet[place], bare[place] = each, sure, mark
    return free, chained, quiet, bare


def _are_together(chosen: NDArray[np.bool_], number: int) -> bool:
    """Say whether some number of words that stand one behind the other are all chosen."""
    import numpy as np

    most = len(chosen) - number + 1
    return most > 0 and bool(np.logical_and.reduce([chosen[at : at + most] for at in range(number)]).any())


def _letters_each(raw: bytes, plain: PlainWords) -> NDArray[np.int64]:
    """Return how many characters each word of a block has, a comma or a full stop behind it left out."""
    import numpy as np

    behind = np.frombuffer(raw, np.uint8)[plain.ends - 1]
    size: NDArray[np.int64] = plain.letters - ((behind == ord(",")) | (behind == ord(".")))
    return size


def _letters_before(raw: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many characters stand before some offsets of bytes."""
    import numpy as np

    if raw.isascii():
        return ends
    first = np.frombuffer(raw, np.uint8) & 0xC0 != 0x80
    return np.concatenate(([0], np.cumsum(first)))[ends]


def _behind_a_space(text: str, at: int) -> int:
    found = text.find(" ", at)
    return len(text) if found < 0 else found + 1


def _has_gap(word: str) -> bool:
    return (
        "\t" in word
        or "\r" in word
        or "\n" in word
        or "\f" in word
        or (not word.isascii() and _gaps().search(word) is not None)
    )


@cache
def _gaps() -> Pattern[str]:
    """Return the signs that part a text into words, besides a space."""
    import numpy as np

    found = np.flatnonzero(letters.character_parts() == letters.SPACE).tolist()
    return re.compile("[" + "".join(f"\\U{point:08x}" for point in found) + "]")
