"""The decision on language: how many letters that are no words a text may hold before they could hold a picture.

A text is cut into atoms: runs of letters and digits, of marks, of spaces. A word takes some of the suspicion away, what
is no word adds its length to it, dates and telephone numbers do neither, a number counts where numbers stand in a row.
The sum never falls below zero; where it climbs above `BOUND`, the stretch from its last zero to its highest point is no
language. That is Page's cumulative sum test for a change in a stream (E. S. Page, Biometrika 41, 1954); weights and
bound were chosen by measuring (docs/MINORS.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.understood import letters
from evidence_kit.intake.understood.screen import doubtful

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BOUND: Final = 240
"""Letters that are no words, more than which a stretch of text may not gather."""
RELIEF: Final = 0.35
"""Suspicion that one letter of a word takes away."""
_LONGEST_WORD: Final = 30
_LONGEST_NAME: Final = 48
_MOST_DRAWN_OUT: Final = 15
_SHORTEST_WORD: Final = 3
_LONGEST_CAPITALS: Final = 20
_LONGEST_DARIJA: Final = 14
_DARIJA_LETTERS: Final = 0.6
# Half of a Chinese text are a few hundred characters; of random ones hardly any is among them.
_RARE_IDEOGRAPH: Final = 2.5
_COMMON_IDEOGRAPH: Final = 2.0
_LONGEST_NUMBER: Final = 20
_LONG_CODE: Final = 12
_CROWD: Final = 4
_ALIEN_WEIGHT: Final = 3.0
_SHORTEST_BETWEEN: Final = 8
_BLOCK_LETTERS: Final = 2 << 20
_LONGEST_BLOCK_LETTERS: Final = 32 << 20
_SHORTEST_SCREENED: Final = 1 << 10
_SHORTEST_SEEN: Final = 8
_LONGEST_SEEN: Final = 40
_MOST_SEEN: Final = 100_000

_EDGE: Final = r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]*"
_DAY: Final = rf"(?:0?[1-9]|[12]\d|3[01]){_EDGE}([/.-]){_EDGE}(?:0?[1-9]|1[0-2]){_EDGE}\1{_EDGE}(?:(?:19|20)\d\d|\d\d)"
_MONTH_FIRST: Final = r"(?:0?[1-9]|1[0-2])([/.-])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d)"
_YEAR_FIRST: Final = rf"(?:19|20)\d\d([/.-]){_EDGE}(?:0?[1-9]|1[0-2]){_EDGE}\3{_EDGE}(?:0?[1-9]|[12]\d|3[01])"
_HOUR: Final = r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,]\d{1,9})?)?(?![\d:.])"
_ZONE: Final = r"(?:Z|[ ]?[+-]\d\d:?\d\d)?"
_PHONE: Final = r"\+\d{1,3}(?:[ \u00a0\u2011().-]{0,2}\d{2,10}){1,5}|0[5-7](?:[ .-]?\d\d){4}|\d{3}[.-]\d{3}[.-]\d{4}"
# How telephones and conversations name their files.
_TAKEN: Final = r"[A-Z][A-Za-z]{2,10}[-_](?:19|20)\d{6}(?:-WA\d{4,6}|[-_]\d{6}(?:\d{3})?)?"
_FILE: Final = rf"\d{{8}}-[A-Z]{{3,8}}-(?:19|20)\d\d(?:-\d\d){{5}}|{_TAKEN}"
_DATE: Final = rf"(?:{_DAY}|{_MONTH_FIRST}|{_YEAR_FIRST})"
_EUROPEAN: Final = {chr(zero + digit): chr(0x30 + digit) for zero in (0x660, 0x6F0) for digit in range(10)}
_KNOWN_NUMBERS: Final = re.compile(
    rf"(?<![\w.+/:-])(?:{_FILE}|{_DATE}(?:(?:T|,?[ \u00a0\u202f]{{1,2}})?{_HOUR})?{_ZONE}"
    rf"|{_HOUR}{_ZONE}|{_PHONE})(?![\w/])"
)
# The same where most of them stand: at the beginning of a line, and hours between spaces; with the character before.
_BEGINNING: Final = re.compile(
    rf"\n(?:[^\w\n+./:-]{{0,4}}{_DATE}(?:(?:T|,?[ \u00a0\u202f]{{1,2}})?{_HOUR})?{_ZONE}(?![\w/])"
    rf"(?:[]\u202f ]{{0,2}}(?:[AaPp]\.?[Mm]\.?)?[] -]{{1,3}}{_EDGE}(?:{_PHONE})(?![\w/]))?"
    rf"|00:00(?=\n)|MIME-Version:|Message-I[dD]:)|[ ]{_HOUR}(?=\s)"
)
# Who speaks, in a line of a conversation: names are spelled in whatever way.
_SENDER: Final = re.compile(rf"(?m)^[^\w\n]{{0,4}}{_DATE}[^\n]{{0,24}}?(?:- |\] )([^:\n]{{1,24}}): ")
# What says that a file follows as letters, and how the files that everybody sends begin in base64, hexadecimal and
# escapes: such a stretch is no language, however short it is.
_ANNOUNCED: Final = (
    "/9j/", "_9j_", "\\/9j\\/", "iVBORw0KGgo", "R0lGODdh", "R0lGODlh", "UklGR", "AAAAGGZ0eXB", "AAAAHGZ0eXB",
    "AAAAIGZ0eXB", "AAAAJGZ0eXB", "AAAAFGZ0eXB", "GkXfo", "ffd8ff", "FFD8FF", "89504e47", "89504E47", "47494638",
    "52494646", "=FF=D8=FF", "=ff=d8=ff", "=89PNG", "%FF%D8%FF", "%ff%d8%ff", "%89PNG", "\\xff\\xd8\\xff",
    "\\xFF\\xD8\\xFF", "\\x89PNG", "\\u00ff\\u00d8\\u00ff", "\\u00FF\\u00D8\\u00FF", "255,216,255",
    "255, 216, 255", "-1,-40,-1", "-1, -40, -1", "M_]C_X", "begin-base64", "=ybegin", "GIT binary patch",
    "(This file must be converted with BinHex",
)  # fmt: skip
_ENTITY: Final = re.compile(r"&(quot|amp|lt|gt|apos);")
_MARK_OF: Final = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}
_DATA_ADDRESS: Final = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.\"-]{1,80}){0,4},")
_BLANK_ROW: Final = re.compile(r"(?: ++\t++){12,}|(?:\t++ ++){12,}")
_BLANK_END: Final = re.compile(r"(?m)(?<=\S)[ \t]*+(?<=[ \t]{4})$")
_MOST_BLANK_ENDS: Final = 24
_BROKEN_OFF: Final = re.compile(r"[\s\"'<>]")


Stretch = tuple[int, int]


def opaque_spans(text: str, bound: float = BOUND, seen: set[int] | None = None) -> list[Stretch]:
    """Return the stretches of a text that are no language, as ascending offsets of characters that do not overlap.

    Args:
        text: Any text.
        bound: What may gather before a stretch is taken for no language.
        seen: Long words without sense that were met in the same file before; added to.
    """
    seen = set() if seen is None else seen
    found = _announced(text)
    if _is_too_short(text, bound):
        return merged_spans(found)
    if len(text) <= _SHORTEST_SCREENED:
        return merged_spans([*found, *_weighed(text, bound, seen)])
    for start, end in doubtful(_in_plain_marks(text), bound, RELIEF, _BEGINNING):
        found += [(start + first, start + last) for first, last in _weighed(text[start:end], bound, seen)]
    return merged_spans(found)


def doubted(text: str) -> list[Stretch]:
    """Return the spans of a text outside of which every part of it, taken alone, is surely language."""
    return merged_spans([*_announced(text), *doubtful(_in_plain_marks(text), BOUND, RELIEF, _BEGINNING)])


def _is_too_short(text: str, bound: float) -> bool:
    """Say whether a text of any contents is too short to gather the bound."""
    # A control or half of a surrogate weighs three; of what is printed no more than every second letter weighs two.
    most = 1.5 * (len(text) + 1) if text.isascii() and text.isprintable() else _ALIEN_WEIGHT * len(text)
    return most <= bound


def _weighed(text: str, bound: float, seen: set[int]) -> list[Stretch]:
    """Return the stretches of a text that are no language, weighed atom by atom, block by block."""
    found: list[Stretch] = []
    at, size = 0, _BLOCK_LETTERS
    while at < len(text):
        block = text[at : at + size]
        if not block.strip():
            at += len(block)
            continue
        atoms = _Atoms(block, seen)
        end = len(block)
        if at + size < len(text):
            # A block ends where nothing is suspected, so that no stretch is cut in two.
            quiet = atoms.last_zero(size // 2)
            if quiet is None and size < _LONGEST_BLOCK_LETTERS:
                size *= 4
                continue
            end = quiet or end
        found += [(at + first, at + min(last, end)) for first, last in atoms.cuts(bound) if first < end]
        at, size = at + end, _BLOCK_LETTERS
    return found


def suspicion_letters(text: str) -> float:
    """Return the highest suspicion that a text gathers, in letters."""
    return _Atoms(text, set()).highest() if text.strip() else 0.0


def is_language(text: str) -> bool:
    """Say whether a short text, such as a name or a value beside a file, is language from end to end."""
    return not opaque_spans(text)


def without_opaque(text: str) -> str:
    """Return a text without the stretches that are no language."""
    return without_spans(text, opaque_spans(text))


def without_spans(text: str, stretches: list[Stretch]) -> str:
    """Return a text without some of its stretches."""
    if not stretches:
        return text
    at, kept = 0, []
    for start, end in stretches:
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]])


def _announced(text: str) -> list[Stretch]:
    """Return the spans that say that a file follows, widened to the spaces or quotation marks around them."""
    found: list[Stretch] = []
    data = text.encode("utf-8", "surrogatepass")
    for mark in _ANNOUNCED:
        # Looking through bytes is several times faster, and most texts have none of these.
        at = text.find(mark) if mark.encode() in data else -1
        while at >= 0:
            found.append((at, at + len(mark)))
            at = text.find(mark, at + len(mark))
    if b"data:" in data:
        for match in _DATA_ADDRESS.finditer(text):
            end = _BROKEN_OFF.search(text, match.end())
            found.append((match.start(), len(text) if end is None else end.start()))
    return [*(_widened(text, *each) for each in found), *_mixed_blanks(text)]


def _mixed_blanks(text: str) -> list[Stretch]:
    """Return blanks and tabs that change too often to be an indentation: in one row, or at the ends of lines."""
    if " \t" not in text and "\t " not in text:
        return []
    rows = [match.span() for match in _BLANK_ROW.finditer(text)]
    ends = [match.span() for match in _BLANK_END.finditer(text)]
    return [*rows, *(ends if len(ends) > _MOST_BLANK_ENDS else [])]


def _widened(text: str, start: int, end: int) -> Stretch:
    """Return a span widened to the spaces, quotation marks or brackets around its edge words."""
    while start > 0 and text[start - 1] not in _DELIMITERS:
        start -= 1
    while end < len(text) and text[end] not in _DELIMITERS:
        end += 1
    return start, end


def _in_plain_marks(text: str) -> str:
    """Return a text of the same length with the marks that entities stand for, and with the digits of Europe."""
    if "&" in text:
        # Entities that stand for marks are no words: the mark itself, as often as the entity is long.
        text = _ENTITY.sub(lambda match: _MARK_OF[match[1]] * len(match[0]), text)
    return _in_european_digits(text)


def _in_european_digits(text: str) -> str:
    # Translating in one pass takes as long as all the rest.
    for other, digit in () if text.isascii() else _EUROPEAN.items():
        if other in text:
            text = text.replace(other, digit)
    return text


def merged_spans(stretches: list[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that overlap or touch as one."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


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
        self.digits, self.aliens = count(part == letters.DIGIT), count(part == letters.ALIEN)
        self.ideographs, self.common = count(part == letters.IDEOGRAPH), count(part == letters.COMMON)
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
        self.word = (self.digits == 0) & one_script & short & (~latin | shaped)
        # Darija in Latin letters writes sounds that these lack as digits: 3lach, 7it, tri9.
        mostly = (lowers >= _DARIJA_LETTERS * size) & (uppers <= 1)
        self.darija = (self.digits > 0) & (self.digits <= 3) & mostly & (size >= 3) & (size <= _LONGEST_DARIJA)


class _Atoms:
    """The atoms of one text, each with its weight; arrays are parallel, one entry an atom that is no space."""

    def __init__(self, text: str, seen: set[int]) -> None:
        import numpy as np

        if "&" in text:
            # Entities that stand for marks are no words: the mark itself, as often as the entity is long.
            text = _ENTITY.sub(lambda match: _MARK_OF[match[1]] * len(match[0]), text)
        self.text = text
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
        weight = np.where(self.sort == _ODD, _ALIEN_WEIGHT * counted.aliens, weight)
        self.weight = np.maximum(weight, self._shredded(dated, np.where(word & (size >= _SHORTEST_WORD), size, 0.0)))
        self.fine = (
            (word & ~little & (self.weight <= 0)) | dated | darija | ((marks | signs) & (self.weight <= _SHORTEST_WORD))
        )

    def _dated(self) -> NDArray[np.bool_]:
        """Return which atoms belong to a date, a time or a telephone number."""
        import numpy as np

        flags = np.zeros(len(self.starts), bool)
        text = _in_european_digits(self.text)
        spans = [match.span() for match in _KNOWN_NUMBERS.finditer(text)]
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

        text = _in_european_digits(self.text)
        for match in _SENDER.finditer(text):
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
        found: list[Stretch] = []
        for first, last in self.excursions(bound):
            low = int(np.searchsorted(heads, first, "right")) - 1
            high = int(np.searchsorted(heads, last - 1, "right"))
            for chunk in range(low, high):
                if counts[tails[chunk]] > counts[heads[chunk]]:
                    start, end = int(self.starts[heads[chunk]]), int(self.ends[tails[chunk] - 1])
                    # A few letters between two such stretches are no word of anybody's.
                    if found and start - found[-1][1] <= _SHORTEST_BETWEEN:
                        start = found.pop()[0]
                    found.append((start, end))
        return found


def _sums(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cumulative sum of Page: the excess gathered since the lowest point before."""
    import numpy as np

    total = np.cumsum(weight)
    return total - np.minimum.accumulate(np.concatenate(([0.0], total)))[1:]


_GAP, _WORD, _MARKS, _SIGN, _ODD = range(5)
_DELIMITERS: Final = frozenset(" \t\r\n\f\"'<>")


@cache
def _sorts() -> NDArray[np.uint8]:
    import numpy as np

    found = np.full(letters.PARTS, _WORD, np.uint8)
    found[letters.SPACE] = _GAP
    found[letters.MARK] = _MARKS
    found[letters.SYMBOL] = _SIGN
    found[letters.ALIEN] = _ODD
    return found
