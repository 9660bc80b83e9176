"""A plain text, a table, a log, a page of notes: its words are kept."""

from __future__ import annotations

import email.errors
import email.header
import re
from collections.abc import Callable
from typing import Final

from evidence_kit.intake.understood.atoms import Stretch
from evidence_kit.intake.understood.files import files_in, framed_spans
from evidence_kit.intake.understood.language import merged_spans, opaque_spans
from evidence_kit.intake.understood.units import FEWEST_BYTES, bytes_by_name
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "text/1"
_MOST_GUESSES: Final = 500
_LONG_STRETCH: Final = 1 << 10
_LOOKED_AT: Final = 1 << 14
_FEWEST_ROWS: Final = 16
_LONGEST_CELL: Final = 4
_HIGH: Final = {
    mark: re.compile(rf"[\n{mark}][ \"]*(?:1[2-9]\d|2[0-5]\d|0\d\d|-\d{{1,3}})[ \"\r]*(?=[\n{mark}]|$)")
    for mark in ",;\t"
}
_ENCODED_WORD: Final = re.compile(
    r"=\?[\w-]{2,24}\?[BbQq]\?[!->@-~]{1,120}\?=(?:\s+=\?[\w-]{2,24}\?[BbQq]\?[!->@-~]{1,120}\?=)*"
)
_QUOTING: Final = " \t\r\n>|"
Encode = Callable[[str], bytes]


def write_plain(text: str, encode: Encode, *, is_language: bool = False) -> WrittenAnew:
    """Return a text written anew out of its words.

    Args:
        text: The whole text.
        encode: Makes bytes of it as they were.
        is_language: It was judged already, with what stands around it, and no part of it was doubted.
    """
    written = WrittenAnew(NAME)
    written.count("text")
    senseless = [] if is_language else opaque_spans(text)
    if senseless and (spoken := with_words_decoded(text)) != text:
        # Headers of mails quoted in a text: names and subjects beyond ASCII.
        text, senseless, written.exact = spoken, opaque_spans(spoken), False
    write_rest(written, text, merged_spans([*senseless, *framed_spans(text), *_byte_columns(text)]), encode)
    return written


def with_words_decoded(text: str) -> str:
    """Return a text with the encoded words of mail headers decoded (RFC 2047)."""
    if "=?" not in text:
        return text

    def decoded(match: re.Match[str]) -> str:
        try:
            said = str(email.header.make_header(email.header.decode_header(match[0])))
        except (LookupError, ValueError, email.errors.HeaderParseError):
            return match[0]
        return said if said.isprintable() else match[0]

    return _ENCODED_WORD.sub(decoded, text)


def _byte_columns(text: str) -> list[Stretch]:
    """Return the cells of a table that are one byte each: a column of numbers that fill the range of a byte."""
    beginning = [line for line in text[:_LOOKED_AT].split("\n")[:-1] if line.strip()]
    for mark in ",;\t":
        counts = [line.count(mark) for line in beginning]
        if len(counts) >= _FEWEST_ROWS and counts[0] and counts.count(counts[0]) * 10 >= len(counts) * 9:
            # Most tables have no such column: in one, a fifth of the numbers has the highest bit set.
            if len(_HIGH[mark].findall(text)) * 5 >= FEWEST_BYTES or _has_low_column(beginning, mark):
                return _cells(text, mark)
            return []
    return []


def _has_low_column(beginning: list[str], mark: str) -> bool:
    """Say whether a table begins with a column of small numbers of many values."""
    columns = zip(*(line.split(mark) for line in beginning), strict=False)
    small = [
        [cell for each in said if (cell := each.strip(' "\r')).isdigit() and len(cell) < _LONGEST_CELL]
        for said in columns
    ]
    return any(len(each) * 10 >= len(beginning) * 9 and len({*each}) >= _FEWEST_ROWS for each in small)


def _cells(text: str, mark: str) -> list[Stretch]:
    cells: list[Stretch] = []
    numbered: list[tuple[str, int, str]] = []
    at = 0
    for line in text.split("\n"):
        start = at
        for column, cell in enumerate(line.split(mark)):
            said = cell.strip(' "\r')
            if said and len(said) <= _LONGEST_CELL:
                numbered.append((str(column), len(cells), said))
                cells.append((start, start + len(cell)))
            start += len(cell) + 1
        at += len(line) + 1
    return [cells[place] for place in bytes_by_name(numbered)]


def write_rest(written: WrittenAnew, text: str, stretches: list[Stretch], encode: Encode) -> None:
    """Write the rest of a text without some of its spans, and note their contents.

    Args:
        written: Where to.
        text: The text.
        stretches: What of it is no language.
        encode: Makes bytes of it.
    """
    at = missed = 0
    for group in _groups(text, stretches):
        for start, end in group:
            written.write(encode(text[at:start]))
            at = end
        letters = text[group[0][0] : group[-1][1]]
        # A log has a stretch in every line: after many that are no file, no short one is guessed at any more.
        found = files_in(letters, guess=missed < _MOST_GUESSES or len(letters) >= _LONG_STRETCH)
        missed += not found
        written.leave_out(found, 0 if found else 1)
    written.write(encode(text[at:]))


def _groups(text: str, stretches: list[Stretch]) -> list[list[Stretch]]:
    """Put stretches together between which only spaces and quotation signs of mails stand: lines of one file."""
    groups: list[list[Stretch]] = []
    for start, end in stretches:
        if groups and not text[groups[-1][-1][1] : start].strip(_QUOTING):
            groups[-1].append((start, end))
        else:
            groups.append([(start, end)])
    return groups
