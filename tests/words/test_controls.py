"""Text out of evidence in tables and in JSON: nothing in it steers who reads it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.words.controls import escaped_json, json_lines, plain_cell
from evidence_kit.workflows.case.plain_file import csv_line

SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "a;", "a; ", "a\t", "a\n", "a\r\n", "a;\u00a0", '";', "a\n\n", "\ufeff"])
def test_a_cell_never_begins_a_formula(before: str, sign: str) -> None:
    assert plain_cell(f"{before}{sign}cmd") == f"{before}'{sign}cmd"


@pytest.mark.parametrize("text", ["", "a", "a-b", "5 = 5", "مرحبا", "https://x/?a=b", "a, -5", "a@b.example"])
def test_what_begins_no_formula_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text


def test_a_control_character_is_shown_and_not_sent() -> None:
    assert plain_cell("a\x1b[2Jb\x00\x9bc\x7f") == "a[U+001B][2Jb[U+0000][U+009B]c[U+007F]"
    assert plain_cell("a\tb\nc") == "a\tb\nc"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_whatever_a_row_holds_no_reader_finds_a_formula_in_it(texts: list[str]) -> None:
    """A spreadsheet may split at commas, at semicolons or at tabs, and find the quotation marks or not."""
    line = csv_line(texts).decode("utf-8", "replace")
    for separator in ",;\t":
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            rows = csv.reader(io.StringIO(line, newline=""), delimiter=separator, quoting=quoting)
            for found in (each for row in rows for each in row):
                # A text of ours is in quotation marks; one that a comma inside of it was split at begins no formula
                # in the program that splits at commas, because that program finds the marks.
                if quoting == csv.QUOTE_NONE and separator == ",":
                    continue
                assert not found.lstrip().startswith(SIGNS), (texts, found)


@given(st.text())
def test_json_says_the_same_without_a_single_control_or_direction_character(text: str) -> None:
    said = escaped_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(said) == text
    assert not {"\x7f", "\x85", "\x9b", "\u202e", "\u2067", "\u200f", "\u2028"} & set(said)
    assert all(ord(sign) >= 0x20 for sign in said)


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_many_values_are_written_as_one_is(value: object) -> None:
    alone = escaped_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    assert list(json_lines([value, value])) == [alone, alone]


def test_half_a_character_among_many_values_breaks_none() -> None:
    told = list(json_lines([{"a": "\ud800"}, "b"]))
    assert told == ['{"a":"%s"}' % ("\ufffd" * 3), '"b"']


@given(st.lists(st.text(), min_size=1))
def test_a_row_is_what_csv_writes(cells: list[str]) -> None:
    held = io.StringIO()
    csv.writer(held, quoting=csv.QUOTE_ALL).writerow([plain_cell(cell) for cell in cells])
    assert csv_line(cells) == held.getvalue().encode("utf-8", "replace")
