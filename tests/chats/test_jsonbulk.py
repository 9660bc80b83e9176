"""Many elements at a time: the same values, ranges and breaks as one by one."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats import jsontree
from evidence_kit.chats.jsontree import JsonPiece, Path, TornJson, values_at_paths, walk_values
from evidence_kit.chats.message import UnreadReason

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from(["id", "text", 'a"b', "x:y", "{", "\\"]), VALUES, max_size=4)


def inside(path: Path) -> bool:
    return len(path) < 2


def one_by_one(data: bytes) -> list[JsonPiece | TornJson]:
    """Return what the walk says when it takes each element by itself."""
    patient = jsontree._Walk(jsontree._begun(io.BytesIO(data), None), inside, None)
    patient._alone = 1 << 40
    found: list[JsonPiece | TornJson] = []
    for step in patient.pieces():
        assert isinstance(step, (JsonPiece, TornJson))
        found.append(step)
    return found


def plain(steps: list[JsonPiece | TornJson]) -> list[tuple[Any, ...]]:
    """Return all but what a decoder said, which names places in its own window."""
    return [
        (step.path, step.start, step.end, repr(step.value) if isinstance(step, JsonPiece) else step.why)
        for step in steps
    ]


def same(data: bytes) -> list[JsonPiece | TornJson]:
    found = list(walk_values(io.BytesIO(data), inside))
    assert plain(found) == plain(one_by_one(data))
    return found


@given(records=st.lists(RECORDS, max_size=6), indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_elements_read_together_are_those_read_alone(
    records: list[dict[str, Any]], indent: int | None, ascii_only: bool
) -> None:
    told = json.dumps({"messages": records, "title": "x"}, indent=indent, ensure_ascii=ascii_only)
    same(told.encode("utf-8", "surrogatepass"))


@given(
    records=st.lists(RECORDS, min_size=1, max_size=5),
    at=st.integers(0, 400),
    sign=st.sampled_from([*'{}[]",:\\ \n', "\x00", "x", '"a":1,', "é", "},{", "\ufeff"]),
    cut=st.booleans(),
)
def test_damage_is_told_alike_and_every_byte_is_covered(
    records: list[dict[str, Any]], at: int, sign: str, cut: bool
) -> None:
    data = json.dumps({"messages": records, "title": "x"}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    at %= len(data)
    data = data[:at] + sign.encode() + (b"" if cut else data[at + 1 :])
    reached = 0
    for step in same(data):
        assert step.start == reached
        reached = step.end
    assert reached == len(data)


@pytest.mark.parametrize(
    "record",
    [
        b'{"a":1,"a":2}', b'{"a" :1,"b":{"c":1,"c":2}}', b'{"a":NaN}', b'{"a":"line\nend"}', b'{"a":"\\ud83d"}',
        b'{"a":"\xff"}', b'{"a":123456789012345678901234567890}', b'{"a":1.50,"b":-0,"c":1E400}', b'{"a":":{}[]\\":"}',
        b'{"a":"' + b"\\\\" * 40 + b'"}', b'{"a":"' + b"\\\\" * 40 + b'\\""}', b"[1,[2]]", b'{"a":tru}', b"{]", b"7",
        b'{"a":1}{"b":2}', b'{"a":1},,{"b":2}',
    ],
)  # fmt: skip
def test_a_strange_element_among_plain_ones_is_told_as_if_it_stood_alone(record: bytes) -> None:
    filler = b'{"id":1,"text":"salam"}'
    for before in (0, 1, 3):
        data = b'{"messages":[' + b",\n".join([*[filler] * before, record, *[filler] * 3]) + b"]}"
        same(data)


def test_the_text_of_numbers_with_a_fraction_stays_as_it_is() -> None:
    walked = walk_values(io.BytesIO(b'{"messages":[{"a":1.50},{"a":-0},{"a":12}]}'), inside)
    assert [step.value for step in walked if isinstance(step, JsonPiece) and step.path] == [
        {"a": "1.50"},
        {"a": 0},
        {"a": 12},
    ]


def test_elements_longer_than_a_stretch_and_many_stretches_keep_their_ranges() -> None:
    chance = random.Random(5)
    records = [{"id": number, "text": 'é\\"' * chance.randrange(2000)} for number in range(400)]
    records[200] = {"text": "long " * 200_000}
    data = json.dumps({"messages": records}, ensure_ascii=False).encode()
    walked = [step for step in walk_values(io.BytesIO(data), inside) if step.path]
    assert [step.value for step in walked if isinstance(step, JsonPiece)] == records
    for step in walked[1:]:
        assert json.loads(data[step.start : step.end].lstrip(b", ")) == records[int(step.path[1])]


def test_what_nobody_wants_is_passed_without_being_read() -> None:
    data = b'{"messages":[' + b",".join([b'{"a":broken}'] * 2000) + b'],"title":"behind"}'
    found = list(values_at_paths(io.BytesIO(data), inside, lambda path: path == ("title",)))
    assert [(piece.path, piece.value) for piece in found] == [(("title",), "behind")]


def test_a_key_that_stands_twice_costs_one_record_of_thousands() -> None:
    records = [b'{"id":1,"text":"a: b"}'] * 3000
    records[1500] = b'{"id":1,"id":2}'
    torn = [
        step
        for step in walk_values(io.BytesIO(b'{"messages":[' + b",".join(records) + b"]}"), inside)
        if isinstance(step, TornJson)
    ]
    assert [(step.path, step.why) for step in torn] == [(("messages", 1500), UnreadReason.REPEATED_KEY)]
