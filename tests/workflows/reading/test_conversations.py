"""Conversations in a case: recognised while they are taken in, read again from the encrypted bytes alone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from evidence_kit.custody.errors import ChatNotReadError, ExportExistsError
from evidence_kit.errors import UsageError
from evidence_kit.model import Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.sealing.plan import Scope, discloses
from evidence_kit.workers.job import Answer, Job
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ChatRead, Kept, Outcome
from evidence_kit.workflows.case.plain_file import WantedFile, export_rows
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading import export_bytes
from evidence_kit.workflows.reading import exports as reading_exports
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import conversation_at, conversations
from evidence_kit.workflows.reading.coverage import CoverageError, checked_facts, seconds_for
from evidence_kit.workflows.reading.export_bytes import ExportBytes
from evidence_kit.workflows.reading.exports import ExportReader, open_exports
from evidence_kit.workflows.reading.messages import COLUMNS, transcript_row
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap
from tests.conftest import NewCase
from tests.workflows.helpers import totals

SAMPLES = Path(__file__).parents[3] / "samples"
PHONE = SAMPLES / "phone-export"
WHATSAPP = next((PHONE / "Download").glob("*.zip"))


def take(writer: CaseWriter, describer: WorkerDescriber, *sources: Path) -> list[Outcome]:
    return list(ingest(writer, sources, Provenance(), describer))


def all_of(
    reading: ExportReader, writer: CaseWriter, number: int, wish: ConversationRequest | None = None
) -> list[TranscriptEntry | TranscriptGap]:
    return reading.page(
        conversation_at(conversations(writer.manifest), number, "x"), wish or ConversationRequest(), 0, 1000
    ).entries


def texts(entries: list[TranscriptEntry | TranscriptGap]) -> list[str]:
    return [each.text for each in entries if isinstance(each, TranscriptEntry)]


def test_a_chat_in_a_zip_is_recognised_and_its_event_follows_its_item(
    new_case: NewCase, describer: WorkerDescriber
) -> None:
    writer = new_case()
    outcomes = take(writer, describer, WHATSAPP)
    (read,) = [each for each in outcomes if isinstance(each, ChatRead)]
    (event,) = writer.manifest.entries["chat.parsed"]
    assert event.facts["item"] == read.item
    assert event.line == writer.manifest.items[read.item].line + 1
    assert event.facts["format"] == "whatsapp-text"
    (talk,) = event.facts["conversations"]
    assert (talk["title"], talk["messages"]) == ("ياسين", 22)
    assert talk["attachments"] == {"present": 2, "omitted": 1}
    assert talk["first"] == {
        "raw": "3\u200f/5\u200f/2025، 20:58",
        "kind": "local, zone unknown",
        "value": "2025-05-03T20:58",
    }
    done = totals(outcomes)
    assert (done.chats, done.messages, done.chats_unread, done.complete) == (1, 22, 0, True)


def test_taken_in_again_a_chat_is_not_read_again(new_case: NewCase, describer: WorkerDescriber) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    head = writer.head
    assert totals(take(writer, describer, WHATSAPP)).known == 1
    assert writer.head == head


def test_the_event_is_disclosed_only_with_its_item(new_case: NewCase, describer: WorkerDescriber) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    (event,) = writer.manifest.entries["chat.parsed"]
    item = str(event.facts["item"])
    assert discloses(Scope("lawyer", (item,), everything=False), "chat.parsed", event.facts)
    assert not discloses(Scope("lawyer", ("E000009",), everything=False), "chat.parsed", event.facts)


def test_every_sample_is_recognised_in_a_case_and_can_be_read(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker
) -> None:
    writer = new_case()
    read = [each for each in take(writer, describer, SAMPLES / "chats") if isinstance(each, ChatRead)]
    assert [each for each in read if each.recognition != "recognised"] == []
    listed = conversations(writer.manifest)
    assert len(listed) > 40
    with open_exports(writer.case, worker) as reading:
        for conversation in listed:
            page = reading.page(conversation, ConversationRequest(), 0, 1000)
            assert sum(isinstance(each, TranscriptEntry) for each in page.entries) == conversation.messages
            assert (
                len(list(reading.wanted_messages(conversation, ConversationRequest())))
                == len(page.entries)
                == page.matched
            )
    parts = [each for each in listed if len(each.parts) > 1]
    assert [[part.item.place.path[-14:] for part in each.parts] for each in parts] == [
        ["/messages.html", "messages2.html"]
    ]


def test_an_unread_stretch_is_told_and_counts(new_case: NewCase, describer: WorkerDescriber, tmp_path: Path) -> None:
    (tmp_path / "sms.xml").write_bytes((SAMPLES / "chats/sms/count-is-wrong.xml").read_bytes())
    (tmp_path / "_chat.txt").write_bytes(b"")
    writer = new_case()
    outcomes = take(writer, describer, tmp_path / "sms.xml", tmp_path / "_chat.txt")
    read = {each.place.path: each for each in outcomes if isinstance(each, ChatRead)}
    assert read["sms.xml"].reasons == ("wrong-count",)
    assert read["_chat.txt"].reasons == ("no-messages",)
    assert totals(outcomes).chats_unread == 2
    assert not totals(outcomes).complete


def test_a_file_that_is_no_chat_adds_nothing(new_case: NewCase, describer: WorkerDescriber, source: Path) -> None:
    writer = new_case()
    outcomes = take(writer, describer, source)
    assert not [each for each in outcomes if isinstance(each, ChatRead)]
    assert "chat.parsed" not in writer.manifest.entries


def test_a_chat_too_large_inside_a_container_is_said(
    new_case: NewCase, describer: WorkerDescriber, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence_kit.workflows.accession.reading.KEEP_BYTES", 200)
    writer = new_case()
    (read,) = [each for each in take(writer, describer, WHATSAPP) if isinstance(each, ChatRead)]
    assert (read.recognition, read.format, read.reasons) == ("failed", "whatsapp-text", ("too-large-inside-container",))
    plain = tmp_path / "chat.txt"
    plain.write_bytes((SAMPLES / "chats/whatsapp/order-from-monotony/chat.txt").read_bytes() * 9)
    (read,) = [each for each in take(writer, describer, plain) if isinstance(each, ChatRead)]
    assert read.recognition == "recognised"


def test_a_worker_that_fails_or_lies_is_recorded(
    new_case: NewCase, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CoverageError):
        checked_facts({"recognition": "recognised", "messages": "many"})
    with pytest.raises(CoverageError):
        checked_facts(["no"])
    with WorkerDescriber(workers=1) as describer:
        monkeypatch.setattr("evidence_kit.workflows.accession.describe.READ_CHAT", "evidence_kit.chats.worker:nothing")
        writer = new_case()
        outcomes = take(writer, describer, source / "note.txt")
    (read,) = [each for each in outcomes if isinstance(each, ChatRead)]
    assert (read.recognition, read.reasons) == ("failed", ("chat-not-read",))
    assert [each.item for each in outcomes if isinstance(each, Kept)] == [read.item]


def test_a_transcript_is_tied_to_the_items_that_it_names(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker
) -> None:
    writer = new_case()
    take(writer, describer, PHONE)
    with open_exports(writer.case, worker) as reading:
        entries = [
            each for number in (1, 2) for each in all_of(reading, writer, number) if isinstance(each, TranscriptEntry)
        ]
    tied = {each.name: [item.place.path for item in each.items] for said in entries for each in said.attachments}
    assert [len(items) for name, items in tied.items() if name] == [1, 1, 1]
    voice = next(item for name, items in tied.items() if name and name.startswith("PTT") for item in items)
    assert voice.endswith("PTT-20250503-WA0004.opus")
    assert entries[0].where.endswith(":/messages/7")
    assert next(said.text for said in entries if said.at == "10").startswith("إلا ما صيفطتيش 5000 درهم")


def test_two_files_of_one_name_with_other_bytes_are_not_decided(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    chat = "5/3/25, 9:02 PM - A: IMG-20250503-WA0001.opus (file attached)\n5/3/25, 9:03 PM - B: x\n"
    for folder, content in (("one", b"1"), ("two", b"2")):
        (tmp_path / "p" / folder).mkdir(parents=True)
        (tmp_path / "p" / folder / "IMG-20250503-WA0001.opus").write_bytes(content)
    (tmp_path / "p" / "WhatsApp Chat with A.txt").write_text(chat)
    writer = new_case()
    take(writer, describer, tmp_path / "p")
    with open_exports(writer.case, worker) as reading:
        said = all_of(reading, writer, 1)[0]
    assert isinstance(said, TranscriptEntry)
    assert len(said.attachments[0].items) == 2


@pytest.mark.parametrize(
    ("wish", "count"),
    [
        (ConversationRequest(search="٥٠٠٠"), 1),
        (ConversationRequest(search="الى"), 1),
        (ConversationRequest(search="no such words"), 0),
        (ConversationRequest(search="إِلَا مَا"), 1),
        (ConversationRequest(sender="نادية"), 6),
        (ConversationRequest(since="2025-05-04"), 3),
        (ConversationRequest(until="2025-05-03T20:58"), 2),
        (ConversationRequest(search="https"), 1),
    ],
    ids=str,
)
def test_searching_ignores_marks_and_scripts(
    wish: ConversationRequest, count: int, new_case: NewCase, describer: WorkerDescriber, worker: Worker
) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    with open_exports(writer.case, worker) as reading:
        assert len(all_of(reading, writer, 1, wish)) == count


def test_pages_together_are_the_whole_even_newest_first(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker
) -> None:
    writer = new_case()
    take(writer, describer, PHONE)
    with open_exports(writer.case, worker) as reading:
        for conversation in conversations(writer.manifest):
            whole = [each.where for each in reading.page(conversation, ConversationRequest(), 0, 1000).entries]
            pages = [reading.page(conversation, ConversationRequest(), start, 3) for start in range(0, len(whole), 3)]
            assert [each.where for page in pages for each in page.entries] == whole
            assert {page.matched for page in pages} == {len(whole)}


def test_what_is_too_large_for_a_frame_is_read_from_memory(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    with open_exports(writer.case, worker, kept=False) as reading:
        as_bytes = texts(all_of(reading, writer, 1))
    monkeypatch.setattr(export_bytes, "WORTH_SENDING_ONCE", 100)
    with open_exports(writer.case, worker, kept=False) as reading:
        assert texts(all_of(reading, writer, 1)) == as_bytes
    monkeypatch.setattr(export_bytes, "MEMORY_AT_MOST", 100)
    with open_exports(writer.case, worker, kept=False) as reading:
        assert texts(all_of(reading, writer, 1)) == as_bytes
    monkeypatch.setattr(export_bytes, "free_memory_bytes", lambda: 100)
    with open_exports(writer.case, worker, kept=False) as reading, pytest.raises(ChatNotReadError) as refused:
        all_of(reading, writer, 1)
    assert refused.value.message_id == "chat-too-large"


class Counted:
    """Counts the jobs that a worker gets."""

    def __init__(self, worker: Worker) -> None:
        self.jobs: list[Job] = []
        self._worker = worker

    def submit(self, job: Job) -> Future[Answer]:
        self.jobs.append(job)
        return self._worker.submit(job)


def test_a_long_chat_is_written_out_page_by_page_and_read_once(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "WhatsApp Chat with A.txt"
    source.write_text("".join(f"{1 + n // 60 % 28}/5/2025 21:{n % 60:02} - A: {n}\n" for n in range(500)), "utf-8")
    writer = new_case()
    take(writer, describer, source)
    monkeypatch.setattr(reading_exports, "SCAN", 7)
    counted = Counted(worker)
    with open_exports(writer.case, counted, kept=False) as reading:
        told = texts(list(reading.wanted_messages(conversations(writer.manifest)[0], ConversationRequest())))
    assert told == [str(n) for n in range(500)]
    assert len(counted.jobs) == 72
    # What no worker remembers is read from the beginning, and gives the same; a process for each of few pages.
    monkeypatch.setattr(reading_exports, "SCAN", 70)
    with open_exports(writer.case, Forgetful(worker), kept=False) as reading:
        assert texts(list(reading.wanted_messages(conversations(writer.manifest)[0], ConversationRequest()))) == told


class Forgetful:
    """A worker that is another process for each job."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def submit(self, job: Job) -> Future[Answer]:
        self._worker.close()
        return self._worker.submit(job)


def test_all_messages_in_order_are_those_of_the_pages(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_case()
    take(writer, describer, PHONE)
    monkeypatch.setattr(reading_exports, "SCAN", 3)
    with open_exports(writer.case, worker) as reading:
        for conversation in conversations(writer.manifest):
            paged = [each.where for each in reading.page(conversation, ConversationRequest(), 0, 1000).entries]
            assert [each.where for each in reading.in_order(conversation, ConversationRequest())] == paged


def test_a_large_export_gets_more_time() -> None:
    assert seconds_for(0) == 120
    assert seconds_for(2_000_000_000) > 10_000


def test_a_damaged_item_is_broken_evidence(new_case: NewCase, describer: WorkerDescriber, worker: Worker) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    item = conversations(writer.manifest)[0].parts[0].item
    stored = writer.case.folder.item(item.id)
    stored.write_bytes(stored.read_bytes()[:-1])
    with open_exports(writer.case, worker) as reading, pytest.raises(ItemDamagedError):
        all_of(reading, writer, 1)


def test_in_the_case_of_a_minor_the_words_are_read_and_no_media(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_case("minor", ())
    outcomes = take(writer, describer, SAMPLES / "minor-export")
    assert totals(outcomes).withheld == 1
    asked: list[str] = []
    monkeypatch.setattr(ExportBytes, "bytes_of", _noting(asked))
    with open_exports(writer.case, worker, kept=False) as reading:
        said = all_of(reading, writer, 1)
    assert len(texts(said)) == 12
    assert {writer.manifest.items[item].kind for item in asked} == {"text"}
    assert not [each for each in said if isinstance(each, TranscriptEntry) for tied in each.attachments if tied.items]


def test_in_the_case_of_a_minor_what_was_only_seen_is_tied_to_its_message(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    from PIL import Image

    folder = tmp_path / "export"
    folder.mkdir()
    Image.new("RGB", (40, 30), "teal").save(folder / "IMG-20250513-WA0001.jpg")
    digest = hashlib.sha256((folder / "IMG-20250513-WA0001.jpg").read_bytes()).hexdigest()
    lines = ["IMG-20250513-WA0001.jpg (file attached)", "IMG-20250513-WA0002.jpg (file attached)", "pay"]
    chat = "".join(f"13/05/2025, 21:0{n} - A: {line}\n" for n, line in enumerate(lines))
    (folder / "WhatsApp Chat with A.txt").write_text(chat, "utf-8")
    writer = new_case("minor", ())
    outcomes = take(writer, describer, folder)
    assert totals(outcomes).withheld == 1
    (witnessed,) = writer.manifest.left_out
    with open_exports(writer.case, worker) as reading:
        said = [each for each in all_of(reading, writer, 1) if isinstance(each, TranscriptEntry)]
    first, second = said[0].attachments[0], said[1].attachments[0]
    assert (first.status, [each.id for each in first.items]) == ("witnessed", [witnessed.id])
    assert first.items[0].sha256.hex == digest
    assert (second.status, second.items) == ("missing", ())
    row = transcript_row(said[0], 1, "whatsapp", "A")
    assert row["attachments"] == ["IMG-20250513-WA0001.jpg (witnessed)"]
    assert row["attachment_items"] == [f"{witnessed.id} {digest}"]
    # Its bytes are nowhere: what is tied is what was seen.
    assert not writer.case.folder.item(witnessed.id).exists()


def test_a_file_that_bears_a_day_and_the_identifier_of_a_message_is_tied_to_it(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    (tmp_path / "snap/json").mkdir(parents=True)
    (tmp_path / "snap/chat_media").mkdir()
    native, other = "b~EiQSFTM0SEdmSTFNRzBDdkhlelFQS1hLUhoAGgAyAXxIAlAEYAE", "b~EioSFWVueWoyb2lJbndHcEZieUMx"
    (tmp_path / f"snap/chat_media/2025-05-13_{native}.jpg").write_bytes(b"\xff\xd8\xff\xe0x")
    (tmp_path / "snap/chat_media/2025-05-13_media~zip-38FDD84B.mp4").write_bytes(b"another")
    record = {"From": "salma", "Media Type": "MEDIA", "Created": "2025-05-13 20:04:00 UTC", "IsSender": False}
    told = {"salma": [{**record, "Conversation Title": "Groupe", "Media IDs": f"{native} | {other}"}]}
    (tmp_path / "snap/json/chat_history.json").write_text(json.dumps(told), "utf-8")
    writer = new_case()
    take(writer, describer, tmp_path / "snap")
    (conversation,) = conversations(writer.manifest)
    with open_exports(writer.case, worker) as reading:
        (said,) = [
            each
            for each in reading.wanted_messages(conversation, ConversationRequest())
            if isinstance(each, TranscriptEntry)
        ]
    first, second = said.attachments
    assert conversation.title == "Groupe"
    assert [item.place.path for item in first.items] == [f"snap/chat_media/2025-05-13_{native}.jpg"]
    assert (second.status, second.items) == ("missing", ())


def test_how_dates_were_read_is_told_with_the_conversation(
    new_case: NewCase, describer: WorkerDescriber, tmp_path: Path
) -> None:
    writer = new_case()
    for path in ("no-day-above-12/_chat.txt", "android-en-US/WhatsApp Chat with Salma.txt"):
        take(writer, describer, SAMPLES / "chats/whatsapp" / path)
    assert [part.date_order for each in conversations(writer.manifest) for part in each.parts] == [
        "ambiguous (nothing-decides)", "month, day, year (a-number-above-12)",
    ]  # fmt: skip


def _noting(asked: list[str]):  # type: ignore[no-untyped-def] # noqa: ANN202
    original = ExportBytes.bytes_of

    def payload(self: ExportBytes, item):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        asked.append(item.id)
        return original(self, item)

    return payload


def test_a_number_that_no_conversation_has_is_an_error(new_case: NewCase) -> None:
    with pytest.raises(UsageError):
        conversation_at([], 1, "x")


def test_an_excluded_export_is_no_conversation_any_more(new_case: NewCase, describer: WorkerDescriber) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    item = conversations(writer.manifest)[0].parts[0].item
    item.excluded = "misfiled"
    assert conversations(writer.manifest) == []


ROWS: list[dict[str, Json]] = [{"conversation": 1, "text": "=1+1", "flags": ["a", "b"]}, {"text": 'سلام\n"x"'}]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_is_a_new_private_file_and_an_event(form: str, new_case: NewCase, tmp_path: Path) -> None:
    writer, out = new_case(), tmp_path / "out"
    done = export_rows(writer, WantedFile(out, form, "chats", ["E000001"], {"only": {}}), COLUMNS, ROWS)
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["out"]
    (event,) = writer.manifest.entries["exported"]
    assert (event.facts["what"], event.facts["rows"], event.facts["size"]) == ("chats", 2, out.stat().st_size)
    assert done.rows == 2
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")))
        assert (rows[0]["text"], rows[0]["flags"], rows[1]["text"]) == ("'=1+1", "a; b", 'سلام\n"x"')
    else:
        assert [json.loads(line) for line in out.read_bytes().splitlines()] == ROWS


def test_an_export_overwrites_nothing_and_leaves_nothing_behind(new_case: NewCase, tmp_path: Path) -> None:
    writer, out = new_case(), tmp_path / "out"

    def fails() -> Iterator[dict[str, Json]]:
        yield {"text": "x"}
        raise ChatNotReadError("chat-not-read", item="E000001", reason="x")

    with pytest.raises(ChatNotReadError):
        export_rows(writer, WantedFile(out, "csv", "chats", [], {}), COLUMNS, fails())
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
    assert "exported" not in writer.manifest.entries
    out.write_text("mine")
    with pytest.raises(ExportExistsError):
        export_rows(writer, WantedFile(out, "csv", "chats", [], {}), COLUMNS, ROWS)
    assert out.read_text() == "mine"


def test_a_row_leads_back_to_its_item_and_line(new_case: NewCase, describer: WorkerDescriber, worker: Worker) -> None:
    writer = new_case()
    take(writer, describer, WHATSAPP)
    with open_exports(writer.case, worker) as reading:
        entries = all_of(reading, writer, 1)
    row = transcript_row(entries[9], 1, "whatsapp", "ياسين")
    with zipfile.ZipFile(WHATSAPP) as held:
        data = held.read(held.namelist()[0])
    place = row["locator"]
    assert isinstance(place, dict)
    line = data.decode().split("\n")[int(str(row["where"]).rpartition(":")[2]) - 1]
    assert str(row["text"]).split("\n")[0] in line
    assert str(row["text"]).encode() in data[place["start"] : place["end"]]
