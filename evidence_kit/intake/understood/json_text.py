"""JSON, lines of JSON, JSON behind a name: written anew token by token, values without non-language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from evidence_kit.intake.understood.atoms import Stretch
from evidence_kit.intake.understood.files import file_of_numbers, files_in
from evidence_kit.intake.understood.language import without_spans
from evidence_kit.intake.understood.plain import Encode
from evidence_kit.intake.understood.units import (
    NEUTRAL,
    bytes_by_name,
    is_label,
    is_labelled_number,
    odd_names,
    opaque_units,
)
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "json/1"
# Possessive: a string that never ends is looked at once.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}:,\s]++|-?\d[\d.eE+-]*+|[A-Za-z_$.=();]++|.', re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d[\d.eE+-]*")
_BYTE: Final = re.compile(r"-?\d{1,3}")
_SHORTEST_ROW: Final = 16
_WORDS: Final = frozenset({"true", "false", "null", "NaN", "Infinity"})
_MISREAD: Final = re.compile("[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class _Value:
    """One value: its place, its text, and whether it is a name, a text or a number."""

    start: int
    end: int
    sort: str
    said: str
    misread: bool = False


def write_json(text: str, encode: Encode) -> WrittenAnew:
    """Return JSON written anew.

    Args:
        text: The whole text; what is no JSON in it is judged as a value.
        encode: Makes bytes of it as they were.
    """
    written = WrittenAnew(NAME)
    values = _values(text)
    for each in values:
        written.count(each.sort)
    odd = odd_names(each.said for each in values if each.sort == "name")
    found = opaque_units([_shown(values, at, odd) for at in range(len(values))])
    numbered = (
        (values[at - 1].said, at, each.said)
        for at, each in enumerate(values)
        if at and values[at - 1].sort == "name" and each.sort in {"number", "text"}
    )
    for at in bytes_by_name(numbered):
        found.setdefault(at, [(0, len(values[at].said))])
    rows = _rows(values, found)
    at = 0
    for number in sorted(found):
        value = values[number]
        if value.start < at:
            continue
        written.write(encode(text[at : value.start]))
        if row := rows.get(number):
            files = file_of_numbers([int(each.said) for each in row])
            written.leave_out(files, 0 if files else 1)
            at = row[-1].end
        else:
            _replace(written, value, found[number], encode)
            at = value.end
    written.write(encode(text[at:]))
    return written


def _shown(values: list[_Value], at: int, odd: frozenset[str]) -> str:
    """Return a value as it is judged: names announce the next value, and a number that has a name is one."""
    value = values[at]
    if value.sort == "name":
        return NEUTRAL if is_label(value.said) and value.said not in odd else value.said
    name = values[at - 1] if at > 0 and values[at - 1].sort == "name" else None
    named = name is not None and is_label(name.said) and name.said not in odd
    return NEUTRAL if named and is_labelled_number(value.said) else value.said


def _rows(values: list[_Value], found: dict[int, list[Stretch]]) -> dict[int, list[_Value]]:
    """Return rows of numbers most of which are no language, by the place of their first; each counts as one value."""
    rows: dict[int, list[_Value]] = {}
    number = 0
    while number < len(values):
        last = number
        while last < len(values) and values[last].sort == "number" and _BYTE.fullmatch(values[last].said):
            last += 1
        if last - number >= _SHORTEST_ROW and 2 * sum(at in found for at in range(number, last)) > last - number:
            rows[number] = values[number:last]
            found.setdefault(number, [])
        number = max(last, number + 1)
    return rows


def _replace(written: WrittenAnew, value: _Value, stretches: list[Stretch], encode: Encode) -> None:
    """Write a value without some of its spans, and note their kind."""
    if value.sort == "number":
        written.leave_out([], 1)
        written.write(b"null" if encode("0") == b"0" else encode("null"))
        return
    files = files_in(value.said)
    written.leave_out(files, 0 if files else len(stretches))
    if value.sort == "other":
        return
    rest = without_spans(value.said, stretches)
    if value.misread:
        rest = rest.encode("utf-8").decode("latin-1")
    written.write(encode(json.dumps(rest, ensure_ascii=value.misread) if rest or value.sort == "text" else '"-"'))


def _values(text: str) -> list[_Value]:
    values: list[_Value] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first == '"' and len(token) > 1:
            named = text[match.end() : match.end() + 8].lstrip()[:1] == ":"
            said, misread = _said(token)
            values.append(_Value(match.start(), match.end(), "name" if named else "text", said, misread))
        elif first in "[]{}:, \t\r\n" or token in _WORDS:
            continue
        else:
            sort = "number" if _NUMBER.fullmatch(token) else "other"
            values.append(_Value(match.start(), match.end(), sort, token))
    return values


def _said(token: str) -> tuple[str, bool]:
    """Return the text of a string, and whether its UTF-8 was read as another encoding before it was written."""
    if "\\" in token:
        try:
            said = json.loads(token, strict=False)
        except ValueError:
            return token[1:-1], False
    else:
        said = token[1:-1]
    if _MISREAD.search(said):
        try:
            return said.encode("latin-1").decode("utf-8"), True
        except ValueError:
            pass
    return said, False
