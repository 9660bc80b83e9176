"""Dates, times, telephone numbers and file names as conversations write them: numbers that hide nothing."""

from __future__ import annotations

import re
from typing import Final

_EDGE: Final = r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]*"
_DAY: Final = rf"(?:0?[1-9]|[12]\d|3[01]){_EDGE}([/.-]){_EDGE}(?:0?[1-9]|1[0-2]){_EDGE}\1{_EDGE}(?:(?:19|20)\d\d|\d\d)"
_MONTH_FIRST: Final = r"(?:0?[1-9]|1[0-2])([/.-])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d)"
_YEAR_FIRST: Final = rf"(?:19|20)\d\d([/.-]){_EDGE}(?:0?[1-9]|1[0-2]){_EDGE}\3{_EDGE}(?:0?[1-9]|[12]\d|3[01])"
_HOUR: Final = r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,]\d{1,9})?)?(?![\d:.])"
_ZONE: Final = r"(?:Z|[ ]?[+-]\d\d:?\d\d)?"
# Of fewer than eight digits a number behind a plus is any number: a line that was added, a difference.
_ABROAD: Final = r"\+(?=(?:\d[ \u00a0\u2011().-]{0,2}){8})\d{1,3}(?:[ \u00a0\u2011().-]{0,2}\d{2,10}){1,5}"
_PHONE: Final = rf"{_ABROAD}|0[5-7](?:[ .-]?\d\d){{4}}|\d{{3}}[.-]\d{{3}}[.-]\d{{4}}"
# How telephones and conversations name their files.
_TAKEN: Final = r"[A-Z][A-Za-z]{2,10}[-_](?:19|20)\d{6}(?:-WA\d{4,6}|[-_]\d{6}(?:\d{3})?)?"
_FILE: Final = rf"\d{{8}}-[A-Z]{{3,8}}-(?:19|20)\d\d(?:-\d\d){{5}}|{_TAKEN}"
_DATE: Final = rf"(?:{_DAY}|{_MONTH_FIRST}|{_YEAR_FIRST})"
# As mails have them: 12 May 2025 21:02:00 +0100, and as their borders do: May 12 21:02:00 2025.
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_POSTED: Final = (
    rf"\d{{1,2}} {_MONTH} (?:19|20)\d\d(?:,? {{1,2}}{_HOUR})?{_ZONE}|{_MONTH} {{1,2}}\d{{1,2}} {_HOUR} (?:19|20)\d\d"
)
_EUROPEAN: Final = {chr(zero + digit): chr(0x30 + digit) for zero in (0x660, 0x6F0) for digit in range(10)}
KNOWN_NUMBERS: Final = re.compile(
    rf"(?<![\w.+/:-])(?:{_FILE}|{_DATE}(?:(?:T|,?[ \u00a0\u202f]{{1,2}})?{_HOUR})?{_ZONE}"
    rf"|{_POSTED}|{_HOUR}{_ZONE}|{_PHONE})(?![\w/])"
)
# The same where most of them stand: at the beginning of a line, and hours between spaces; with the character before.
LINE_BEGINNING: Final = re.compile(
    rf"\n(?:[^\w\n+./:-]{{0,4}}{_DATE}(?:(?:T|,?[ \u00a0\u202f]{{1,2}})?{_HOUR})?{_ZONE}(?![\w/])"
    rf"(?:[]\u202f ]{{0,2}}(?:[AaPp]\.?[Mm]\.?)?[] -]{{1,3}}{_EDGE}(?:{_PHONE})(?![\w/]))?"
    rf"|00:00(?=\n)|MIME-Version:|Message-I[dD]:)|[ ]{_HOUR}(?=\s)"
)
# A date or an hour between two spaces, wherever it stands.
DATED_WORD: Final = rf"{_DATE}(?:T?{_HOUR})?{_ZONE}|{_HOUR}{_ZONE}"
# Who speaks, in a line of a conversation: names are spelled in whatever way.
LINE_SENDER: Final = re.compile(rf"(?m)^[^\w\n]{{0,4}}{_DATE}[^\n]{{0,24}}?(?:- |\] )([^:\n]{{1,24}}): ")


def in_european_digits(text: str) -> str:
    """Return a text with the digits of Europe in the place of the Arabic and Persian ones."""
    # Translating in one pass takes as long as all the rest.
    for other, digit in () if text.isascii() else _EUROPEAN.items():
        if other in text:
            text = text.replace(other, digit)
    return text
