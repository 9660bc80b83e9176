"""What an index keeps: the same entries, the same folding, the same findings as reading the export anew."""

from __future__ import annotations

import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.folding import fold_for_search, fold_many_for_search
from evidence_kit.chats.identifiers import find
from evidence_kit.chats.identifiers.identifier import folded_copy
from evidence_kit.chats.index_block import IndexColumns, entry_as_told, index_blocks, unpacked_piece
from evidence_kit.chats.message_filter import MessageFilter
from evidence_kit.chats.worker import _matching, export_entries

LETTERS = "aKß3٣أإىةًـ\u200e\u202f\xa0 ،٫٬،İſ'\u2028\x1c\x85…"


@given(st.lists(st.lists(st.text(st.sampled_from(LETTERS) | st.characters(blacklist_categories=["Cs"]), max_size=12))))
def test_texts_folded_together_are_those_folded_alone(entries_of: list[list[str]]) -> None:
    plain = [[text.replace("\r", " ").replace("\n", " ") for text in texts] for texts in entries_of]
    together = fold_many_for_search("\n".join("\r".join(texts) for texts in plain))
    assert together == "\n".join("\r".join(map(fold_for_search, texts)) for texts in plain)


WRITTEN = [
    "0612345678", "+212 612 345 678", "dh5", "DH 5", "500dh", "مليون", "2 alf", "k", "mille", "insta: lina.x",
    "IG=lina_x", "انستا هو lina.x", "telegramdyalilina", "@lina", "a@b.co", "www.x.co", "t.me/lina", "HTTPS://x.co/a",
    "TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC", "TJRyWwFsawTFGZgaJbrVriFbNfCugatDeC", "é1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "0x52908400098527886E0F7030069857D2E4169EE7", "mtcn 1234567890",
    "MA64 0110 0000 0000 0000 0000 0123", "m3ak", "9rib", "salam", "50 ألف درهم", "€5", "5€", "٠٦١٢٣٤٥٦٧٨", "é5", "ك5",
]  # fmt: skip


@given(st.lists(st.sampled_from(WRITTEN) | st.text(max_size=5), max_size=4), st.sampled_from(["", " ", "\u200e", "é"]))
def test_a_text_that_is_passed_over_holds_no_identifier(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert find.identifiers_in(text) == find._found(folded_copy(text), "MA")


@pytest.mark.parametrize("text", WRITTEN)
def test_nothing_that_is_found_is_passed_over(text: str) -> None:
    assert find.identifiers_in(text) == find._found(folded_copy(text), "MA")


STRANGE = [
    {"id": 1, "type": "message", "date_unixtime": "1747166640", "from": "a", "from_id": "user1", "text": "salam"},
    {"id": 2, "type": "message", "date_unixtime": "x", "from": "\ud83d", "from_id": "user1", "text": "\ud83d"},
    {"id": 3, "type": "message", "text": "b", "more": {"7": 1, "big": 2**60, "deep": [[[[1.5]]]]}},
    {"id": 4, "type": "message", "text": "c" * 600_000},
    {"no": "message"},
    {"id": 5, "type": "message", "text": "d", "more": {"a": [True, None, {"b": "c"}]}},
    {"type": "message", "text": "without a number", "date": "2025-01-01T00:00:00"},
]


def test_a_kept_entry_is_told_as_the_export_tells_it() -> None:
    export = json.dumps({"name": "a", "type": "personal_chat", "id": 9, "messages": STRANGE}).encode()
    arguments = {"format": "telegram-json", "name": "result.json"}
    told = export_entries(io.BytesIO(export), {**arguments, "item": "E000007", "count": 5000})
    assert isinstance(told, dict)
    kept = []
    for block in index_blocks(_matching(io.BytesIO(export), arguments, MessageFilter())):
        columns = msgspec.json.decode(unpacked_piece(block.columns), type=IndexColumns)
        lines = unpacked_piece(block.entries).split(b"\n")
        assert len(lines) == block.count == len(columns.times)
        kept += [
            entry_as_told(msgspec.json.decode(line), "E000007", number)
            for line, number in zip(lines, columns.conversation, strict=True)
        ]
    assert kept == told["entries"]
