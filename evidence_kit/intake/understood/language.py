"""The decision on language: how many letters that are no words a text may hold before they could hold a picture.

A text is cut into atoms: runs of letters and digits, of marks, of spaces. A word takes some of the suspicion away, what
is no word adds its length to it, dates and telephone numbers do neither, a number counts where numbers stand in a row.
The sum never falls below zero; where it climbs above `BOUND`, the stretch from its last zero to its highest point is no
language. That is Page's cumulative sum test for a change in a stream (E. S. Page, Biometrika 41, 1954); weights and
bound were chosen by measuring (docs/MINORS.md).
"""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.intake.understood import word_table
from evidence_kit.intake.understood.atoms import ALIEN_WEIGHT, RELIEF, Stretch, TextAtoms, with_plain_marks
from evidence_kit.intake.understood.drawings import drawn_spans
from evidence_kit.intake.understood.known_numbers import DATED_WORD, LINE_BEGINNING, in_european_digits
from evidence_kit.intake.understood.rows import row_spans, widened_over_rows
from evidence_kit.intake.understood.screen import doubtful

BOUND: Final = 240
"""Letters that are no words, more than which a stretch of text may not gather."""
_BLOCK_LETTERS: Final = 2 << 20
_LONGEST_BLOCK_LETTERS: Final = 32 << 20
_SHORTEST_SCREENED: Final = 1 << 10

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
# Of each announcement of several words one that says that it may be there.
_HINTS: Final = ("216,", "-40,", "GIT", "BinHex")
_BEGINNING_LINE: Final = re.compile(r"=y(?:begin|part|end) [^\r\n]{1,400}")
_DATA_ADDRESS: Final = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.\"-]{1,80}){0,4},")
_BLANK_ROW: Final = re.compile(r"(?: ++\t++){12,}|(?:\t++ ++){12,}")
_BLANK_END: Final = re.compile(r"(?m)(?<=\S)[ \t]*+(?<=[ \t]{4})$")
_MOST_BLANK_ENDS: Final = 24
_BROKEN_OFF: Final = re.compile(r"[\s\"'<>]")


def opaque_spans(text: str, bound: float = BOUND, seen: set[int] | None = None) -> list[Stretch]:
    """Return the stretches of a text that are no language, as ascending offsets of characters that do not overlap.

    Args:
        text: Any text.
        bound: What may gather before a stretch is taken for no language.
        seen: Long words without sense that were met in the same file before; added to.
    """
    seen = set() if seen is None else seen
    if len(text) <= _SHORTEST_SCREENED:
        found = [*_announced(text), *row_spans(text)]
        found += [] if _is_too_short(text, bound) else _weighed(text, bound, seen)
        return widened_over_rows(text, merged_spans(found))
    found, spans = _looked_over(text, bound)
    for start, end in spans:
        found += [(start + first, start + last) for first, last in _weighed(text[start:end], bound, seen)]
    return widened_over_rows(text, merged_spans(found))


def doubted(text: str) -> list[Stretch]:
    """Return the spans of a text outside of which every part of it, taken alone, is surely language."""
    found, spans = _looked_over(text, BOUND)
    return merged_spans([*found, *spans])


def _looked_over(text: str, bound: float) -> tuple[list[Stretch], list[Stretch]]:
    """Return the announcements of files in a text, and its spans that have to be weighed letter by letter."""
    if len(text) < word_table.SHORTEST:
        spans = doubtful(_in_plain_marks(text), bound, RELIEF, LINE_BEGINNING)
        return [*_announced(text), *row_spans(text)], spans
    words = word_table.WordTable(word_table.Rules(bound, RELIEF, DATED_WORD, _in_plain_marks, _announces, _HINTS))
    spans = [
        (start + first, start + last)
        for start, end in words.suspected(text)
        for first, last in doubtful(_in_plain_marks(text[start:end]), bound, RELIEF, LINE_BEGINNING)
    ]
    announced = words.announced or (words.hinted and any(mark in text for mark in _ANNOUNCED if " " in mark))
    found = _announced(text) if announced else _drawn(text) if words.drawn else _mixed_blanks(text)
    rows = [(start + first, start + last) for start, end in words.rows for first, last in row_spans(text[start:end])]
    return [*found, *rows], spans


def _announces(text: str) -> bool:
    return "data:" in text or any(mark in text for mark in _ANNOUNCED)


def _is_too_short(text: str, bound: float) -> bool:
    """Say whether a text of any contents is too short to gather the bound."""
    # A control or half of a surrogate weighs three; of what is printed no more than every second letter weighs two.
    most = 1.5 * (len(text) + 1) if text.isascii() and text.isprintable() else ALIEN_WEIGHT * len(text)
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
        atoms = TextAtoms(block, seen)
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
    return TextAtoms(text, set()).highest() if text.strip() else 0.0


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
    if b"=ybegin" in data:
        found += [match.span() for match in _BEGINNING_LINE.finditer(text)]
    if b"data:" in data:
        for match in _DATA_ADDRESS.finditer(text):
            end = _BROKEN_OFF.search(text, match.end())
            found.append((match.start(), len(text) if end is None else end.start()))
    return [*(_widened(text, *each) for each in found), *_drawn(text)]


def _drawn(text: str) -> list[Stretch]:
    """Return the spans that are drawn with letters or with blanks."""
    return [*_mixed_blanks(text), *(drawn_spans(text, BOUND) if len(text) > BOUND else ())]


def _mixed_blanks(text: str) -> list[Stretch]:
    """Return blanks and tabs that change too often to be an indentation: in one row, or at the ends of lines."""
    if "\t" not in text or (" \t" not in text and "\t " not in text):
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
    return in_european_digits(with_plain_marks(text))


def merged_spans(stretches: list[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that overlap or touch as one."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


_DELIMITERS: Final = frozenset(" \t\r\n\f\"'<>")
