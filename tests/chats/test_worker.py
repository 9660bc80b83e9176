"""What a worker answers about an export: bounded, whatever the export holds."""

from __future__ import annotations

import base64
import io
import json
from typing import Any, cast

import pytest

from evidence_kit.chats import registry, worker
from evidence_kit.chats.bounded import LONGEST_TEXT, shortened
from evidence_kit.chats.folding import fold_for_search
from evidence_kit.chats.parts import whole_name
from evidence_kit.workers.protocol import MAX_JSON_BYTES, encode_json
from evidence_kit.workflows.reading.coverage import checked_facts
from tests.chats.reading import LEDGER, sample_bytes

NAME = "WhatsApp Chat with A.txt"


def android(count: int, text: str = "x") -> bytes:
    lines = [f"5/{1 + n % 28}/25, 9:{n % 60:02} PM - {'AB'[n % 2]}: {text}{n}" for n in range(count)]
    return ("\n".join(lines) + "\n").encode()


def told(function: Any, data: bytes, **arguments: Any) -> Any:
    given = {"name": NAME, "format": "whatsapp-text", "item": "E000001", "offset": 0, "count": 10**6, **arguments}
    return function(io.BytesIO(data), given)


@pytest.mark.parametrize("sample", LEDGER, ids=lambda sample: str(sample["path"]))
def test_the_figures_are_those_of_the_ledger(sample: dict[str, Any]) -> None:
    facts = checked_facts(
        worker.reading_facts(io.BytesIO(sample_bytes(sample["path"])), {"name": sample["path"], "beside": None})
    )
    assert (facts["recognition"], facts["format"]) == ("recognised", sample["format"])
    assert (facts["messages"], facts["unread_count"]) == (sample["messages"], sample["unread"])
    encode_json(facts)


def test_no_answer_grows_without_limit() -> None:
    # Of 5,000 entries, as many as an answer tells at most, each page would be 12 MB; of identifiers there are more.
    data = android(6_000, "y " * 900)
    for function in (worker.export_entries, worker.reading_facts):
        assert len(encode_json(told(function, data))) < MAX_JSON_BYTES // 2
    answer = told(worker.find_identifiers, android(6_000, "https://example.org/"))
    assert len(answer["found"]) < answer["matched"]
    assert len(encode_json(answer)) < MAX_JSON_BYTES // 2
    seen = offset = 0
    page = told(worker.export_entries, data[: 3_000 * 1_830], until_full=True)
    while page["next"] is not None:
        seen, offset = seen + len(page["entries"]), page["next"]
        assert seen == offset
        page = told(worker.export_entries, data[: 3_000 * 1_830], offset=offset, until_full=True)
    assert seen
    numbers = [entry["locator"]["lines"][0] for entry in page["entries"]]
    assert seen + len(numbers) == numbers[-1]


def test_a_page_is_read_on_from_the_page_before(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    matching = worker._matching

    def counted(*given: Any) -> Any:
        begun.append(1)
        return matching(*given)

    monkeypatch.setattr(worker, "_matching", counted)
    data = android(2_000)
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = told(worker.export_entries, data, offset=offset, count=300, until_full=True)
        seen += [entry["text"] for entry in page["entries"]]
        offset = page["next"]
    assert seen == [f"x{n}" for n in range(2_000)]
    assert len(begun) == 1
    # Another wish, an offset that was not reached, or other bytes: from the beginning.
    assert told(worker.export_entries, data, offset=7, count=1, until_full=True)["entries"][0]["text"] == "x7"
    found = told(worker.export_entries, data, offset=8, count=1, until_full=True, search="x9")["entries"]
    assert found[0]["text"] == "x97"
    assert told(worker.export_entries, android(9, "y"), offset=8, count=5, until_full=True)["matched"] == 9
    assert len(begun) == 4


def test_a_message_longer_than_an_answer_is_cut_and_says_so() -> None:
    data = b"5/13/25, 9:00 PM - A: " + b"z" * (1 << 20) + b"\n" + android(3)
    first = told(worker.export_entries, data)["entries"][0]
    assert len(first["text"]) == LONGEST_TEXT
    assert first["cut"] == ["text"]
    assert first["locator"]["end"] > 1 << 20


def test_thousands_of_conversations_are_counted_and_not_all_listed() -> None:
    chats = [
        {"name": f"N{n}", "type": "personal_chat", "id": n, "messages": [
            {"id": 1, "type": "message", "date": "2025-05-13T21:02:00", "from": "s" * 190, "text": "x"}
        ]}
        for n in range(3000)
    ]  # fmt: skip
    facts = told(worker.reading_facts, json.dumps({"chats": {"about": "", "list": chats}}).encode(), name="result.json")
    assert facts["messages"] == 3000
    assert len(facts["conversations"]) + facts["conversations_not_listed"] == 3000
    assert len(encode_json(facts)) < 1 << 20


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (android(10_020), "as-many-as-an-export-holds"),
        (android(39_900), "as-many-as-an-export-holds"),
        (android(50), "begins-in-mid-conversation"),
    ],
    ids=["10000", "40000", "middle"],
)
def test_an_export_that_was_probably_cut_is_said_to_look_so(data: bytes, why: str) -> None:
    assert told(worker.reading_facts, data)["looks_cut"] == [{"conversation": 0, "why": why}]


def test_two_formats_that_claim_one_file_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (*registry.all_formats(), *registry.formats_in("whatsapp"))
    monkeypatch.setattr(registry, "all_formats", lambda: both)
    assert told(worker.reading_facts, android(5)) == {
        "recognition": "contested",
        "formats": ["whatsapp-text", "whatsapp-text"],
    }


def test_what_is_no_chat_says_only_that() -> None:
    assert told(worker.reading_facts, b"bonjour\n", name="note.txt") == {"recognition": "none"}


def test_an_identifier_has_everybody_who_named_it_and_where() -> None:
    data = (
        b"5/13/25, 9:00 PM - A: 2000 dh\n5/13/25, 9:01 PM - B: 2000 dh?\n5/13/25, 9:02 PM - +212 612-345678: ok\n"
        b"5/13/25, 9:03 PM - A: http://evil.example/x\n"
    )
    found = {each["type"]: each for each in told(worker.find_identifiers, data)["found"]}
    assert (found["amount"]["value"], found["amount"]["count"]) == ("2000 MAD", 2)
    assert [each["name"] for each in found["amount"]["senders"]] == ["A", "B"]
    assert found["amount"]["places"] == [{"lines": [1, 1]}, {"lines": [2, 2]}]
    assert (found["phone"]["value"], found["phone"]["how"]) == ("+212612345678", ["account-of-the-sender"])
    assert found["url"]["value"] == "hxxp://evil[.]example/x"


def test_every_place_of_an_identifier_is_told_however_many_there_are() -> None:
    lines = [f"5/13/25, 9:{at % 60:02d} PM - A: 2000 dh, n{at}\n" for at in range(5001)]
    data = "".join(lines).encode()
    rows = [each for each in told(worker.find_identifiers, data)["found"] if each["value"] == "2000 MAD"]
    assert len(rows) == 3
    assert sum(each["count"] for each in rows) == 5001
    places = [place["lines"][0] for each in rows for place in each["places"]]
    assert places == list(range(1, 5002))


def test_what_a_record_carries_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sample_bytes("mail/menace.eml")
    whole = cast("Any", worker.carried_files(io.BytesIO(data), {"format": "mail-eml"}))
    assert whole["next"] is None
    assert whole["pieces"]
    monkeypatch.setattr(worker, "CARRIED_BYTES", 3)
    found: dict[int, bytes] = {}
    following: Any = {"part": 0, "offset": 0}
    while following:
        answer = cast("Any", worker.carried_files(io.BytesIO(data), {"format": "mail-eml", **following}))
        for piece in answer["pieces"]:
            found[piece["part"]] = found.get(piece["part"], b"") + base64.b64decode(piece["data"])
        following = answer["next"]
    assert found == {piece["part"]: base64.b64decode(piece["data"]) for piece in whole["pieces"]}


def test_searching_finds_what_a_person_types() -> None:
    assert fold_for_search("  الصُّوَر\u200f  إلى ٥٠٠٠ ") == "الصور الي 5000"
    assert shortened("x" * 500) == "x" * 299 + "…"
    assert shortened("\udce9") == "\ufffd"


def test_parts_of_one_conversation_share_a_name() -> None:
    assert whole_name("a/message_1.json") == whole_name("a/message_10.json") == "a/message.json"
    assert whole_name("messages.html") == whole_name("messages12.html")
    assert whole_name("direct-messages-part1.js") == "direct-messages.js"
    assert whole_name("chat.txt") == "chat.txt"
