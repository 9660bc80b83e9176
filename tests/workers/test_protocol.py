"""Frames and JSON from an end that may have been taken over."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.model import Json
from evidence_kit.workers.protocol import (
    BYTES,
    JSON,
    MAX_JSON_BYTES,
    ProtocolError,
    decode_json,
    encode_json,
    frame_header,
    read_frame,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT.filter(lambda key: not key.isdigit()), inner),
    max_leaves=20,
)


@given(value=VALUES)
def test_what_is_written_is_read(value: Json) -> None:
    assert decode_json(encode_json(value)) == value


@pytest.mark.parametrize(
    "value", [0.5, {"12": 1}, {1: 2}, 2**53, -(2**53), "\ud800", {"\udfff": 1}, {1, 2}, b"x", object()]
)
def test_what_the_log_would_refuse_is_not_written(value: Json) -> None:
    with pytest.raises(ProtocolError):
        encode_json([value])


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"NaN", b"1e3", b"0.5", b'{"a":1,"a":2}', b'{"7":1}', b'"\\ud800"', b"[" * 100_000,
     b"[" * 70 + b"]" * 70, b"9" * 5000, b"9007199254740992"],
)  # fmt: skip
def test_hostile_json_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_json(body)


@given(data=st.binary(max_size=40))
def test_any_bytes_are_a_frame_an_end_or_refused(data: bytes) -> None:
    try:
        frame = read_frame(io.BytesIO(data).read)
    except ProtocolError:
        return
    assert (frame is None) == (data == b"")


def test_a_frame_is_read_as_it_was_written() -> None:
    assert read_frame(io.BytesIO(frame_header(BYTES, 3) + b"abc").read) == (BYTES, b"abc")


def test_a_large_length_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(ProtocolError):
        frame_header(JSON, MAX_JSON_BYTES + 1)
    with pytest.raises(ProtocolError):
        read_frame(io.BytesIO(b"J\xff\xff\xff\xff").read)
    with pytest.raises(ProtocolError):
        read_frame(io.BytesIO(b"J\x00\x00\x00\x05ab").read)
