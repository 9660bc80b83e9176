"""What the formats stand on: the JSON walk, cutting, markup, times, JSON for the log."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.blocks import marked_blocks
from evidence_kit.chats.conservation import conserved_entries
from evidence_kit.chats.folding import fold_text, fold_with_origins
from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.json_form import entry_json, message_id
from evidence_kit.chats.jsontree import JsonPiece, TornJson, json_pointer, json_shape, walk_values
from evidence_kit.chats.markup import parse_markup
from evidence_kit.chats.message import (
    NO_TIME,
    AttachmentStatus,
    ByteRange,
    Conversation,
    DateOrder,
    Message,
    Metadata,
    TimeKind,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.times import from_epoch, from_iso, from_words

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def pieces(data: bytes, depth: int = 2) -> list[JsonPiece | TornJson]:
    return list(walk_values(io.BytesIO(data), lambda path: len(path) < depth))


@given(value=JSON, depth=st.integers(0, 4), indent=st.sampled_from([None, 1]))
def test_a_walk_takes_every_value_whole_and_every_byte_once(value: Any, depth: int, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    walked = pieces(data, depth)
    assert all(isinstance(piece, JsonPiece) for piece in walked)
    reached = 0
    for piece in walked:
        assert piece.start == reached
        reached = piece.end
        if isinstance(piece, JsonPiece) and piece.path:
            assert json.loads(json.dumps(piece.value)) == _at(value, piece.path)
    assert reached == len(data)


@given(data=st.binary(max_size=200))
def test_a_walk_over_anything_covers_it(data: bytes) -> None:
    reached = 0
    for piece in pieces(data):
        assert piece.start == reached
        reached = piece.end
    assert reached == len(data)


def test_a_record_longer_than_the_window_is_still_one() -> None:
    long = "é" * 300_000
    data = json.dumps([long, 1], ensure_ascii=False).encode()
    assert [piece.value for piece in pieces(data) if isinstance(piece, JsonPiece)] == [long, 1, None]


def test_what_is_too_deep_too_long_or_twice_is_said_and_passed() -> None:
    deep = b"[" + b"[" * 100_000 + b"]" * 100_000 + b',{"a":1,"a":2},7]'
    torn = [piece.why for piece in pieces(deep, 1) if isinstance(piece, TornJson)]
    assert torn == [UnreadReason.TOO_DEEP, UnreadReason.REPEATED_KEY]
    assert [piece.value for piece in pieces(deep, 1) if isinstance(piece, JsonPiece)] == [7, None]
    endless = b'["' + b"x" * 40_000_000
    assert [piece.why for piece in pieces(endless, 1) if isinstance(piece, TornJson)] == [UnreadReason.TOO_LONG]


def test_numbers_with_a_fraction_are_strings_and_so_is_what_is_no_number() -> None:
    assert [piece.value for piece in pieces(b"[1.50,NaN,-Infinity]", 1) if isinstance(piece, JsonPiece)][:3] == [
        "1.50", "NaN", "-Infinity",
    ]  # fmt: skip


def test_pointers_are_escaped_and_shapes_have_no_indices() -> None:
    assert json_pointer(("a/b", "~", 3)) == "/a~1b/~0/3"
    assert json_shape(b'{"a":[{"b":1},{"c":') == {"/a", "/a/*", "/a/*/b", "/a/*/c"}


@given(parts=st.lists(st.binary(max_size=40), max_size=6))
def test_blocks_cover_the_file_and_begin_at_marks(parts: list[bytes]) -> None:
    data = b"<x>".join(parts)
    cut = list(marked_blocks(io.BytesIO(data), re.compile(b"<x>")))
    assert b"".join(block.data or b"" for block in cut) == data
    assert sum(block.marked for block in cut) == data.count(b"<x>")


def test_a_block_longer_than_any_is_passed_over_and_the_next_is_read() -> None:
    data = b"<x>" + b"a" * 3_000_000 + b"<x>b"
    cut = list(marked_blocks(io.BytesIO(data), re.compile(b"<x>"), 1_000_000))
    assert [block.data for block in cut if block.data] == [b"<x>b"]
    assert cut[-2].place.end == cut[-1].place.start


@given(text=st.text(alphabet="<>/=\"' abdiv!-&;", max_size=300))
def test_any_markup_becomes_a_tree(text: str) -> None:
    root = parse_markup(text)
    assert root.end == len(text)
    root.text()


@pytest.mark.parametrize("piece", ["<a", "<!", '<a "', "<a '\"", "<!--", "</a", "<a b=", "&#", "<a>", '"<a"', "< "])
def test_markup_made_to_take_long_does_not(piece: str) -> None:
    root = parse_markup(piece * (1_000_000 // len(piece)))
    root.text()


def test_a_file_of_nothing_but_broken_records_is_given_up() -> None:
    walked = pieces(b"[" + b"nope," * 30_000 + b"1]", 1)
    assert sum(isinstance(piece, TornJson) for piece in walked) == 10_002
    assert walked[-1].end == 1 + 5 * 30_000 + 2


def test_scripts_and_styles_are_no_text() -> None:
    assert parse_markup("<p>a<script>b</script><br>c &amp; d</p>").text() == "a\nc & d"


@pytest.mark.parametrize(
    ("raw", "value", "kind"),
    [
        ("May 13, 2025 9:03 pm", "2025-05-13T21:03", TimeKind.LOCAL),
        ("13 mai 2025 à 21:04:05", "2025-05-13T21:04:05", TimeKind.LOCAL),
        ("١٣ مايو ٢٠٢٥ ٩:٠٤ م", "2025-05-13T21:04", TimeKind.LOCAL),
        ("14 غشت 2025 21:04", "2025-08-14T21:04", TimeKind.LOCAL),
        ("1 شتنبر 2025", "2025-09-01", TimeKind.LOCAL),
        ("30 دجنبر 2025", "2025-12-30", TimeKind.LOCAL),
        ("30 juil. 2025, 01:02", "2025-07-30T01:02", TimeKind.LOCAL),
        ("25/12/2025 10:00", "2025-12-25T10:00", TimeKind.LOCAL),
        ("05/06/2025", None, TimeKind.LOCAL),
        ("31 février 2025", None, TimeKind.NONE),
        ("hier", None, TimeKind.NONE),
    ],
)
def test_dates_in_words_are_read_in_three_languages(raw: str, value: str | None, kind: TimeKind) -> None:
    time = from_words(raw)
    assert (time.value, time.kind, time.raw) == (value, kind, raw)


@pytest.mark.parametrize(
    ("raw", "value", "order"),
    [
        ("Mon, 11/03/2025 21:04", "2025-11-03T21:04", DateOrder.MONTH_FIRST),
        ("lun. 03/11/2025 21:04", "2025-11-03T21:04", DateOrder.DAY_FIRST),
        ("mar. 04/11/2025 21:04", "2025-11-04T21:04", DateOrder.DAY_FIRST),
        ("الاثنين 3/11/2025 21:04", "2025-11-03T21:04", DateOrder.DAY_FIRST),
        ("Wed, 11/03/2025 21:04", None, DateOrder.AMBIGUOUS),
        ("11/03/2025 21:04", None, DateOrder.AMBIGUOUS),
    ],
)
def test_a_day_of_the_week_decides_between_day_and_month(raw: str, value: str | None, order: DateOrder) -> None:
    time = from_words(raw)
    assert (time.value, time.date_order) == (value, order)
    assert (time.reason == "the-day-of-the-week-fits") is (value is not None)


@pytest.mark.parametrize("raw", ["2025-13-45T10:00:00", "", "2025-05-13T25:00", "x"])
def test_what_is_no_time_becomes_none(raw: str) -> None:
    assert from_iso(raw).value is None


def test_counts_since_1970_never_become_1970_when_they_are_none() -> None:
    assert from_epoch(None) == NO_TIME
    assert from_epoch("soon").value is None
    assert from_epoch(10**19).value is None
    assert from_epoch("1747170240.5").value == "2025-05-13T21:04:00.500Z"


@given(text=st.text(max_size=50))
def test_a_folded_text_knows_where_its_characters_stood(text: str) -> None:
    copy, origins = fold_with_origins(text)
    assert copy == fold_text(text)
    assert len(origins) == len(copy) + 1


def test_a_reader_that_leaves_something_out_is_noticed() -> None:
    told = list(conserved_entries([Metadata(ByteRange(2, 4), "x")], 9))
    assert [(entry.place.start, entry.place.end) for entry in told] == [(0, 2), (2, 4), (4, 9), (9, 9)]
    assert [entry.why for entry in told if isinstance(entry, Unread)] == [
        UnreadReason.OVERLOOKED, UnreadReason.OVERLOOKED, UnreadReason.NO_MESSAGES,
    ]  # fmt: skip


def test_a_message_becomes_json_that_any_verifier_takes() -> None:
    message = Message(
        ByteRange(0, 9), Conversation("x", "y"), None, NO_TIME, "a\udcff٣", details={"7": 2**60, "\ud800": "1.5"}
    )
    told = entry_json(message, "E000001", "chat.txt")
    assert told["text"] == {"text": "a\ufffd٣", "escaped": '"a\\udcff\\u0663"'}
    assert told["details"] == [
        ["7", "1152921504606846976"],
        [{"text": "\ufffd", "escaped": '"\\ud800"'}, "1.5"],
    ]
    assert told["locator"] == {
        "item": "E000001", "member": "chat.txt", "start": 0, "end": 9, "lines": None, "pointer": None,
    }  # fmt: skip


def test_an_identifier_without_a_native_one_is_the_hash_of_the_place() -> None:
    message = Message(ByteRange(0, 9), Conversation("x", "y"), None, NO_TIME, "a")
    assert message_id(message, "E1") != message_id(message, "E2")
    assert len(message_id(message)) == 64


def test_files_are_looked_for_by_the_end_of_their_path() -> None:
    around = Surroundings("a", frozenset({"root/media/1.jpg"}))
    assert around.status("./media/1.jpg") is AttachmentStatus.PRESENT
    assert around.status("edia/1.jpg") is AttachmentStatus.MISSING


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value
