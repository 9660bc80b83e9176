"""What every chat format must keep to, run over all of them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.chats.format import HEAD_BYTES, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_form import entry_json
from evidence_kit.chats.message import Message, Unread, UnreadReason
from evidence_kit.chats.registry import NoChat, Recognised, all_formats, read_export, recognise_format
from tests.chats.reading import (
    LEDGER,
    NAMES,
    SAMPLES,
    assert_nothing_is_lost,
    entries_of,
    named,
    sample_bytes,
)

DEEP = 100_000
LONG_LINE = b"x" * 50_000_000


def sampled(sample: dict[str, Any]) -> str:
    return str(sample["path"])


@pytest.mark.parametrize("sample", LEDGER, ids=sampled)
def test_a_sample_reads_as_its_ledger_line_says(sample: dict[str, Any]) -> None:
    data = sample_bytes(sample["path"])
    assert hashlib.sha256(data).hexdigest() == sample["sha256"]
    chosen = recognise_format(data, sample["path"])
    assert isinstance(chosen, Recognised)
    assert chosen.format.name == sample["format"]
    entries = list(read_export(io.BytesIO(data), chosen.format, Surroundings(sample["path"])))
    counted = [sum(isinstance(entry, kind) for entry in entries) for kind in (Message, Unread)]
    assert counted == [sample["messages"], sample["unread"]]
    assert_nothing_is_lost([entry for entry in entries if not _is_about_the_whole(entry)], len(data))


@pytest.mark.parametrize("sample", LEDGER, ids=sampled)
def test_no_two_formats_claim_one_sample(sample: dict[str, Any]) -> None:
    head = FileHead(sample_bytes(sample["path"])[:HEAD_BYTES])
    for name in (sample["path"], ""):
        votes = {each.name: each.claims(head, name) for each in all_formats()}
        by_content = [name for name, vote in votes.items() if vote is FormatVote.BY_CONTENT]
        assert len(by_content) <= 1


@pytest.mark.parametrize("sample", LEDGER, ids=sampled)
def test_every_entry_of_a_sample_becomes_json_and_comes_back_the_same(sample: dict[str, Any]) -> None:
    for entry in entries_of(sample_bytes(sample["path"]), sample["format"], Surroundings(sample["path"])):
        told = entry_json(entry, "E000001", sample["path"])
        text = json.dumps(told, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
        assert json.loads(text, parse_float=_no_float) == told


def test_every_file_under_samples_has_its_ledger_line() -> None:
    found = {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file()}
    assert found == {str(sample["path"]) for sample in LEDGER} | {"LEDGER.toml"}


@pytest.mark.parametrize("sample", LEDGER, ids=sampled)
def test_every_ledger_line_says_whether_a_sample_is_real_and_what_it_comes_from(sample: dict[str, Any]) -> None:
    assert re.fullmatch(r"(?:hand-made from|real fixture) \S.{10,}", sample["origin"])
    assert sample["licence"] in {"CC0-1.0", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"}


def test_every_format_has_a_sample() -> None:
    assert {str(sample["format"]) for sample in LEDGER} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=400))
def test_no_byte_of_any_text_is_ever_lost(name: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert_nothing_is_lost(entries_of(data, name), len(data))


@pytest.mark.parametrize("sample", LEDGER, ids=sampled)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_byte_of_a_damaged_sample_is_ever_lost(sample: dict[str, Any], seed: int) -> None:
    data = _damaged(sample_bytes(sample["path"]), random.Random(seed))
    entries = entries_of(data, sample["format"])
    assert_nothing_is_lost(entries, len(data))
    assert UnreadReason.OVERLOOKED not in {entry.why for entry in entries if isinstance(entry, Unread)}
    for entry in entries:
        json.dumps(entry_json(entry), ensure_ascii=False).encode("utf-8")


HOSTILE = {
    "nothing": b"",
    "zeros": bytes(100_000),
    "deep json": b'{"participants":[{"name":"a"}],"messages":[' + b"[" * DEEP + b"]" * DEEP + b"]}",
    "deep json, open": b'{"participants":[{"name":"a"}],"messages":' + b'[{"content":' * DEEP,
    "deep html": b'<div class="message default clearfix">' * 2 + b"<div>" * DEEP,
    "unclosed html": b'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="' + b"a" * 1000,
    "lone surrogates": b'{"messages":[{"sender_name":"\\udfff","content":"\\ud83d"}],"\\ud800":1}',
    "surrogates as bytes": b"13/05/2025, 21:02 - \xed\xa0\x80: \xed\xbf\xbf\n",
    "numbers": b'{"messages":[{"sender_name":1e999,"timestamp_ms":' + b"9" * 4000 + b',"content":-0}]}',
    "repeated keys": b'{"messages":[{"sender_name":"a","sender_name":"b","timestamp_ms":1}],"messages":3}',
    "json that pretends": b'{"participants":3,"messages":{"sender_name":[]},"thread_path":[{}]}',
    "json in html": b'<html>{"participants":[{"name":"a"}],"messages":[{"sender_name":"a"}]}</html>',
    "html that pretends": b'<div class="_a6-g">{"messages":[{"sender_name":"a"}]}</div><div class="message">' * 3,
    "json in utf-16": '{"participants":[{"name":"a"}],"messages":[{"sender_name":"a"}]}'.encode("utf-16"),
    "mixed orders": b"13/05/2025, 21:02 - A: x\n05/13/2025, 21:03 - A: y\n05/06/2025, 21:04 - A: z\n",
    "nuls inside": b"13/05/2025, 21:02 - \0A\0: \0x\0\n\0\0\n[LINE] Chat history with \0\n10:00\tA\t\0\n",
    "saved again": "13/05/2025, 21:02 - سلمى: déjà\n".encode("cp1256", "replace") * 3,
    "control characters": bytes(range(32)) * 100,
    "brackets": b"[" * 3 + b"}" * 3 + b'"' * 3,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_input_raises_nothing_and_is_accounted_for(name: str, hostile: str) -> None:
    data = HOSTILE[hostile]
    named(name).claims(FileHead(data[:HEAD_BYTES]), "")
    entries = entries_of(data, name)
    assert_nothing_is_lost(entries, len(data))
    for entry in entries:
        json.dumps(entry_json(entry), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_line_of_50_megabytes_is_accounted_for(name: str) -> None:
    data = LONG_LINE
    entries = entries_of(data, name)
    assert_nothing_is_lost(entries, len(data))
    assert not any(isinstance(entry, Message) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_without_messages_is_never_silence(name: str) -> None:
    said = {entry.why for entry in entries_of(b"", name) if isinstance(entry, Unread)}
    assert said & {UnreadReason.NO_MESSAGES, UnreadReason.UNSUPPORTED}


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", b"[]", b"\xff\xd8\xff", b"<html></html>", b"3/5/2025"])
def test_what_is_no_chat_is_claimed_by_none(data: bytes) -> None:
    assert isinstance(recognise_format(data), NoChat)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes cut, with bits flipped, pieces moved, doubled or replaced by what breaks parsers."""
    damaged = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(6):
            case 0:
                del damaged[at:]
            case 1:
                damaged[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del damaged[at : at + chance.randrange(1, 60)]
            case 3:
                other = chance.randrange(len(damaged) + 1)
                damaged[at:at] = damaged[other : other + 200]
            case 4:
                damaged[at:at] = chance.choice(
                    [b'"', b"{", b"]", b"<", b">", b"\\", b"\n", b"\0", b"\xed\xa0\x80", b"&#0;"]
                )
            case _:
                damaged[at:at] = chance.choice(
                    [b'"a":1e99999,', b"\\ud800", b"<![", b"<!--", b"\r", b"99/99/9999, 99:99 - "]
                )
    return bytes(damaged)


def _is_about_the_whole(entry: object) -> bool:
    return isinstance(entry, Unread) and entry.why is UnreadReason.NO_MESSAGES


def _no_float(text: str) -> str:
    raise AssertionError(text)
