"""The index of conversations: read once, the same answers, and nothing that is not ours is believed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from evidence_kit.chats.index_block import LARGEST_BLOCK
from evidence_kit.chats.message_filter import MessageFilter
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal_estimate import planned_counts
from evidence_kit.workflows.reading import chat_index, index_records
from evidence_kit.workflows.reading.chat_index import ChatIndex
from evidence_kit.workflows.reading.conversation_page import ConversationPage, ConversationRequest
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.exports import ExportReader, open_exports
from evidence_kit.workflows.reading.identifiers import export_identifiers, exports_of, gathered_identifiers
from evidence_kit.workflows.reading.index_records import UnpackedExport
from evidence_kit.workflows.reading.threats import Threat, record_threat
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap
from tests.conftest import NewCase, made_station, opens_cases, still_world
from tests.workflows.phones import copied_case
from tests.workflows.reading.test_conversations import Counted

SECRET = "باركا وعدني 0612345678"
WISHES = [
    ConversationRequest(**asked)
    for asked in (
        {}, {"search": "وعَدني"}, {"search": "nothing like it"}, {"sender": "nadia"}, {"since": "2025-05-03"},
        {"until": "2025-05-02", "search": "salam"}, {"sender": "Nadia", "since": "2025-05-01T21:30", "search": "7"},
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def without_index(
    tmp_path_factory: pytest.TempPathFactory, key: SigningKey, recovery: SigningKey, describer: WorkerDescriber
) -> CaseWriter:
    """A case with a text, a Telegram chat of many, and one that begins with the newest; made once."""
    home, world = tmp_path_factory.mktemp("chats"), still_world()
    sources = home / "phone"
    sources.mkdir()
    lines = [
        f"{1 + n // 900}/5/2025, 21:{n % 60:02} - {'Nadia' if n % 3 else 'Sami'}: salam {n}\n" for n in range(5000)
    ]
    lines[4321] = f"5/5/2025, 21:01 - Nadia: {SECRET}\n"
    (sources / "WhatsApp Chat with Nadia.txt").write_text("".join(lines), "utf-8")
    record = {"type": "message", "date_unixtime": "1747166640", "from": "Nadia", "from_id": "user1"}
    chats = [
        {
            "name": name,
            "type": "personal_chat",
            "id": at,
            "messages": [record | {"id": n, "text": f"{name} {n} 7"} for n in range(40)],
        }
        for at, name in enumerate(("a", "b"))
    ]
    account = {"about": "x", "personal_information": {"user_id": 1}, "chats": {"list": chats}}
    (sources / "result.json").write_text(json.dumps(account), "utf-8")
    folder = sources / "messages" / "inbox" / "c_1"
    folder.mkdir(parents=True)
    messages = [
        {"sender_name": "Nadia", "timestamp_ms": 1747166640000 - n * 1000, "content": f"salam {n}"} for n in range(30)
    ]
    messages[5] = {"what": "is this"}
    told = {"participants": [{"name": "Nadia"}], "messages": messages, "title": "C", "thread_path": "inbox/c_1"}
    (folder / "message_1.json").write_text(json.dumps(told), "utf-8")
    writer = opens_cases(made_station(home, key, recovery, world), key, world)()
    list(ingest(writer, [sources], Provenance(), describer))
    return writer


@pytest.fixture(scope="module")
def with_index(
    without_index: CaseWriter, key: SigningKey, worker: Worker, tmp_path_factory: pytest.TempPathFactory
) -> CaseWriter:
    """The same case, with an index; made once."""
    made = copied_case(without_index, key, tmp_path_factory.mktemp("indexed"))
    keep(made, worker)
    return made


@pytest.fixture
def taken(without_index: CaseWriter, key: SigningKey, tmp_path: Path) -> CaseWriter:
    return copied_case(without_index, key, tmp_path / "copied")


@pytest.fixture
def case(with_index: CaseWriter, key: SigningKey, tmp_path: Path) -> CaseWriter:
    return copied_case(with_index, key, tmp_path / "copied")


def keep(writer: CaseWriter, worker: Worker) -> None:
    with open_exports(writer.case, worker) as reading:
        reading.index_exports(exports_of(writer.manifest))


def files(writer: CaseWriter) -> list[Path]:
    return sorted((writer.case.folder.cache / "chats").iterdir())


PLACES = ((0, 100), (3, 7), (4900, 200))
ALL_PAGES = [(wish, *place) for wish in WISHES for place in PLACES]
# Every place without a wish, and every wish at one place: what is chosen and where a page begins are two things.
SOME_PAGES = [page for at, page in enumerate(ALL_PAGES) if at < len(PLACES) or at % len(PLACES) == at // 3 % 3]


def pages(
    reading: ExportReader, writer: CaseWriter, asked: list[tuple[ConversationRequest, int, int]] = SOME_PAGES
) -> list[ConversationPage]:
    return [reading.page(each, *page) for each in conversations(writer.manifest) for page in asked]


def everything(reading: ExportReader, writer: CaseWriter) -> list[TranscriptEntry | TranscriptGap]:
    return [told for each in conversations(writer.manifest) for told in reading.in_order(each, ConversationRequest())]


@pytest.fixture(scope="module")
def in_the_exports(without_index: CaseWriter, worker: Worker) -> list[TranscriptEntry | TranscriptGap]:
    """Everything that is said, read without an index."""
    with open_exports(without_index.case, worker, kept=False) as reading:
        return everything(reading, without_index)


@pytest.mark.parametrize(
    "asked",
    [pytest.param(SOME_PAGES, id="some pages"), pytest.param(ALL_PAGES, id="all pages", marks=pytest.mark.deep)],
)
def test_what_is_kept_answers_like_the_exports_and_needs_no_reader(
    asked: list[tuple[ConversationRequest, int, int]], case: CaseWriter, worker: Worker
) -> None:
    counted = Counted(worker)
    with open_exports(case.case, counted) as reading:
        kept, all_kept = pages(reading, case, asked), everything(reading, case)
        named = gathered_identifiers(
            each
            for item, chosen in exports_of(case.manifest)
            for each in export_identifiers(reading, item, chosen, "MA")
        )
    assert counted.jobs == []
    with open_exports(case.case, worker, kept=False) as reading:
        assert pages(reading, case, asked) == kept
        assert everything(reading, case) == all_kept
        anew = gathered_identifiers(
            each
            for item, chosen in exports_of(case.manifest)
            for each in export_identifiers(reading, item, chosen, "MA")
        )
    assert named == anew
    assert any(each.value == "+212612345678" for each in named)
    assert sum(page.matched for page in kept) > 0
    assert any(isinstance(entry, TranscriptGap) for entry in all_kept)


def test_whoever_takes_in_waits_for_no_index_and_who_asks_first_sees_it_grow(taken: CaseWriter, worker: Worker) -> None:
    assert not (taken.case.folder.cache / "chats").exists()
    shown: list[tuple[int, list[int]]] = []

    def progress(total_bytes: int) -> AbstractContextManager[Callable[[int], None]]:
        shown.append((total_bytes, []))
        return nullcontext(shown[-1][1].append)

    listed = exports_of(taken.manifest)
    for _ in range(2):
        with open_exports(taken.case, worker, progress=progress) as reading:
            reading.index_exports(listed)
    ((total_bytes, steps),) = shown
    assert total_bytes == sum(item.size_bytes for item, _ in listed)
    assert len(steps) > len(listed)
    assert sum(steps) == total_bytes


def test_nothing_of_a_conversation_lies_in_clear_in_the_index(case: CaseWriter) -> None:
    (index,) = files(case)
    data = index.read_bytes()
    assert not any(
        word in data for word in (SECRET.encode(), b"Nadia", b"salam", b"E000001", b"whatsapp", b"612345678")
    )
    assert index.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("where", [0, 0.3, 0.7, -1, -13])
def test_a_changed_index_is_discarded_and_the_export_read_again(
    case: CaseWriter, in_the_exports: list[TranscriptEntry | TranscriptGap], worker: Worker, where: float
) -> None:
    (index,) = files(case)
    data = bytearray(index.read_bytes())
    data[int(where * len(data)) if 0 <= where < 1 else int(where)] ^= 1
    index.write_bytes(data)
    with open_exports(case.case, worker) as reading:
        assert everything(reading, case) == in_the_exports
        assert pages(reading, case)


@pytest.mark.parametrize("keep_bytes", [0, 5, 20, 1000])
def test_an_index_that_was_cut_is_deleted_and_made_anew(case: CaseWriter, worker: Worker, keep_bytes: int) -> None:
    (index,) = files(case)
    index.write_bytes(index.read_bytes()[:keep_bytes])
    counted = Counted(worker)
    with open_exports(case.case, counted) as reading:
        assert reading.page(conversations(case.manifest)[0], ConversationRequest(search=SECRET), 0, 10).matched == 1
    assert {job.function for job in counted.jobs} == {chat_index.PACK}
    assert index not in files(case)
    counted = Counted(worker)
    with open_exports(case.case, counted) as reading:
        assert reading.page(conversations(case.manifest)[0], ConversationRequest(search=SECRET), 0, 10).matched == 1
    assert counted.jobs == []


def test_an_index_of_another_case_or_reader_is_not_believed(
    case: CaseWriter,
    new_case: NewCase,
    describer: WorkerDescriber,
    worker: Worker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = new_case("LRC-2026-0099")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "WhatsApp Chat with Nadia.txt").write_text("1/5/2025, 21:00 - Nadia: forged\n" * 30, "utf-8")
    list(ingest(other, [tmp_path / "other"], Provenance(), describer))
    keep(other, worker)
    shutil.copy(files(other)[0], files(case)[0])
    counted = Counted(worker)
    with open_exports(case.case, counted) as reading:
        assert reading.page(conversations(case.manifest)[0], ConversationRequest(search="forged"), 0, 10).matched == 0
    assert counted.jobs
    monkeypatch.setattr(index_records, "reader_digest", lambda: "another")
    counted = Counted(worker)
    with open_exports(case.case, counted) as reading:
        assert reading.page(conversations(case.manifest)[0], ConversationRequest(search=SECRET), 0, 10).matched == 1
    assert counted.jobs


def test_where_nothing_can_be_written_everything_is_still_answered(case: CaseWriter, worker: Worker) -> None:
    shutil.rmtree(case.case.folder.cache)
    case.case.folder.cache.write_bytes(b"no folder")
    with open_exports(case.case, worker) as reading:
        assert reading.page(conversations(case.manifest)[0], ConversationRequest(search=SECRET), 0, 10).matched == 1


def test_a_worker_that_lies_makes_no_index_and_no_crash(case: CaseWriter, worker: Worker) -> None:
    shutil.rmtree(case.case.folder.cache)
    index = ChatIndex(case.case)
    item, chosen = exports_of(case.manifest)[0]
    export = UnpackedExport(item, chosen, "x")
    lies: list[dict[str, Json]] = [
        {}, {"pieces": [7]}, {"pieces": [{"count": 0}]}, {"pieces": [{"found": "no base64!"}]},
        {"pieces": None, "next": 0},
    ]  # fmt: skip
    for lie in lies:

        def answer(_export: UnpackedExport, _offset: int, lie: dict[str, Json] = lie) -> dict[str, Json]:
            return lie

        index.build([export], answer)
        if export.about in index:
            assert index.identifier_rows(export.about) == ([], 0)
            assert list(index.matching(export.about, MessageFilter())) == []
    index.close()
    assert LARGEST_BLOCK < 1 << 30


def test_what_lies_beside_a_chat_is_known_when_it_is_read_again(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    words = "".join(
        f"3/5/2025, 21:{minute:02} - Nadia: {'paßt.jpg (irgendwelche Worte)' if minute == 3 else 'salam'}\n"
        for minute in range(9)
    )
    (folder / "WhatsApp Chat with Nadia.txt").write_text(words, "utf-8")
    (folder / "paßt.jpg").write_bytes(b"\xff\xd8\xff no picture")
    writer = new_case()
    list(ingest(writer, [folder], Provenance(), describer))
    for kept in (True, False):
        with open_exports(writer.case, worker, kept=kept) as reading:
            (said,) = [
                each for each in everything(reading, writer) if isinstance(each, TranscriptEntry) and each.attachments
            ]
        assert [item.place.path for tied in said.attachments for item in tied.items] == ["export/paßt.jpg"]


def test_the_plan_of_a_seal_shows_the_first_reading_of_conversations(taken: CaseWriter, worker: Worker) -> None:
    shown: list[int] = []

    def progress(total_bytes: int) -> AbstractContextManager[Callable[[int], None]]:
        shown.append(total_bytes)
        return nullcontext(lambda _: None)

    order = SealOrder("lawyer", None, {}, "x", Path("out"), cited=True, authorised_by="y")
    item, _ = exports_of(taken.manifest)[0]
    with open_exports(taken.case, worker, kept=False) as reading:
        record_threat(taken, Threat("x", items=(item.id,)), reading)
    planned_counts(taken.case, order, worker, progress)
    assert shown != []
    again = len(shown)
    planned_counts(taken.case, order, worker, progress)
    assert len(shown) == again
