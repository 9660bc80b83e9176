import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.custody.opening import OpeningError, decode_opening, encode_opening, parse_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = TEXT.filter(lambda key: not key.isdecimal() and key not in {"salt", "type"})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SALT = bytes(16)


@given(fields=st.dictionaries(KEYS, VALUES, max_size=5))
def test_an_opening_gives_back_what_was_put_in(fields: dict[str, object]) -> None:
    opening = encode_opening(SALT, "note", fields)  # type: ignore[arg-type]
    assert decode_opening(opening) == {"salt": "0" * 32, "type": "note", **fields}


@given(fields=st.dictionaries(KEYS, VALUES, max_size=5))
def test_an_opening_holds_no_newline_so_that_it_fits_on_a_line(fields: dict[str, object]) -> None:
    assert b"\n" not in encode_opening(SALT, "note", fields)  # type: ignore[arg-type]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_writes_the_same_bytes() -> None:
    fields = {"text": 'صورة \u2028 \x7f \x1f " \\ / \U0001f600 é', "list": [1, -5, True, None, {"a": ""}]}
    opening = encode_opening(SALT, "note", fields)
    script = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0,'utf8'))))"
    done = subprocess.run(["node", "-e", script], input=opening, capture_output=True, check=True)
    assert done.stdout == opening


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), 2**53, -(2**53), {"7": 1}, {"0": 1}, "\ud800", b"bytes", {1: 2}],
    ids=repr,
)
def test_what_has_no_one_form_is_refused_when_writing(value: object) -> None:
    with pytest.raises(OpeningError):
        encode_opening(SALT, "note", {"value": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "text",
    [
        '{"salt": "x"}',
        '{"a":1,"a":1}',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":NaN}',
        '{"a":-0}',
        '{"a":"\\u00e9"}',
        '{"a":"\\/"}',
        '{"a":"\\ud800"}',
        '{"1":2}',
        '{"a":9007199254740993}',
        '{"a":1} ',
        '\ufeff{"a":1}',
        "[" * 100 + "]" * 100,
        "[" * 100_000,
        "",
    ],
    ids=lambda text: text[:20],
)
def test_any_other_form_is_refused_when_reading(text: str) -> None:
    with pytest.raises(OpeningError):
        parse_canonical(text.encode())


def test_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(OpeningError):
        parse_canonical(b'{"a":"\xff"}')


@pytest.mark.parametrize("text", ['{"type":"note","salt":"' + "0" * 32 + '"}', '{"salt":"0","type":"note"}', "[]", "7"])
def test_an_opening_begins_with_its_salt_and_its_type(text: str) -> None:
    with pytest.raises(OpeningError):
        decode_opening(text.encode())


def test_the_salt_has_sixteen_bytes() -> None:
    with pytest.raises(OpeningError):
        encode_opening(b"short", "note", {})


def test_plain_json_reads_the_same_facts() -> None:
    opening = encode_opening(SALT, "note", {"text": "x"})
    assert json.loads(opening) == decode_opening(opening)
