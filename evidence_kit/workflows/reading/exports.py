"""Exported conversations, read by an isolated worker: pages of messages, identifiers, attached files."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from io import BytesIO
from typing import Final, TypeAlias

from evidence_kit.chats.message_filter import filter_from_arguments
from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.custody.manifest import CaseObject, Item
from evidence_kit.hashing.exact import sha256, tally_stream
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import ByteSpan, Json
from evidence_kit.workers.job import Failure, Job
from evidence_kit.workflows.case.read import Case, file_pieces
from evidence_kit.workflows.reading.attachment_ties import AttachmentTies
from evidence_kit.workflows.reading.chat_index import PACK, ChatIndex
from evidence_kit.workflows.reading.conversation_page import ConversationPage, ConversationRequest, JobService
from evidence_kit.workflows.reading.conversations import CaseConversation, export_name
from evidence_kit.workflows.reading.coverage import CoverageError, seconds_for
from evidence_kit.workflows.reading.export_bytes import ExportBytes
from evidence_kit.workflows.reading.index_records import REGION, UnpackedExport
from evidence_kit.workflows.reading.messages import transcript_entry, transcript_gap
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap

ENTRIES: Final = "evidence_kit.chats.worker:export_entries"
FIND: Final = "evidence_kit.chats.worker:find_identifiers"
CARRIED: Final = "evidence_kit.chats.worker:carried_files"
_SECONDS = 120.0
SCAN: Final = 5000
# Formats in which a name is an attachment because a file of that name lies beside the export.
KNOWS_BY_NAMES: Final = frozenset({"whatsapp-text"})
MOST_BESIDE: Final = 20_000
ShownProgress: TypeAlias = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Takes how many bytes are to be read; gives a callback that counts those that were."""


def unshown_progress(_total_bytes: int) -> AbstractContextManager[Callable[[int], None]]:
    """Return the progress that nobody sees."""
    return nullcontext(lambda _: None)


class ExportReader:
    """Reads exported conversations out of a case: decrypted into memory, looked into by an isolated worker.

    Args:
        case: Unlocked.
        jobs: Does the reading.
        kept: Whether what was found when an export was read is taken from the index, and kept in it.
        progress: Shows how far an index is that has to be made first.
    """

    def __init__(
        self, case: Case, jobs: JobService, *, kept: bool = True, progress: ShownProgress = unshown_progress
    ) -> None:
        self._case = case
        self._manifest = case.opened
        self._jobs = jobs
        self._ties = AttachmentTies(self._manifest)
        self._bytes = ExportBytes(case)
        self._kept = kept
        self._progress = progress
        self._index: ChatIndex | None = None
        self._known_beside: dict[str, tuple[str, ...]] = {}
        self._known_texts: dict[str, dict[str, Item]] = {}
        self._read_texts: dict[str, str] = {}
        self._unindexed: set[str] = set()
        self._intact: set[str] = set()

    def close(self) -> None:
        """Let go of the bytes that are held, and of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self._bytes.close()

    def page(
        self, conversation: CaseConversation, wish: ConversationRequest, offset: int, count: int
    ) -> ConversationPage:
        """Return some messages of a conversation, earliest first, counting from `offset` among those wanted.

        Args:
            conversation: The conversation, whose parts may lie in several items.
            wish: Which of its messages are wanted.
            offset: How many of those wanted to pass over.
            count: How many to return at most.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: The item is not any more what was taken in.
        """
        found = ConversationPage()
        for part in conversation.parts:
            start = max(0, offset - found.matched)
            while True:
                wanted = max(0, count - len(found.entries))
                how: dict[str, Json] = {"conversation": part.talk.number, "newest_first": part.talk.newest_first}
                told = self._told(part.item, part.format, wish, (start, wanted), how)
                found.entries += told.entries
                start += len(told.entries)
                if not told.entries or start >= told.matched or len(found.entries) >= count:
                    break
            found.matched += told.matched
            found.undated += told.undated
        return found

    def wanted_messages(
        self, conversation: CaseConversation, wish: ConversationRequest
    ) -> Iterator[TranscriptEntry | TranscriptGap]:
        """Yield all messages of a conversation that are wanted, part by part, in the order of each file.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: An item is not any more what was taken in.
        """
        for part in conversation.parts:
            yield from self._scanned(part.item, part.format, wish, {"conversation": part.talk.number})

    def in_order(
        self, conversation: CaseConversation, wish: ConversationRequest
    ) -> Iterator[TranscriptEntry | TranscriptGap]:
        """Yield all messages of a conversation that are wanted, earliest first as far as its files are in order.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: An item is not any more what was taken in.
        """
        for part in conversation.parts:
            how: dict[str, Json] = {"conversation": part.talk.number}
            if not part.talk.newest_first:
                yield from self._scanned(part.item, part.format, wish, how)
                continue
            start, matched = 0, 1
            while start < matched:
                window, turned = (start, SCAN), {**how, "newest_first": True}
                told = self._told(part.item, part.format, wish, window, turned)
                yield from told.entries
                start, matched = start + len(told.entries), told.matched if told.entries else 0

    def entries(self, item: Item, chosen: str) -> Iterator[TranscriptEntry | TranscriptGap]:
        """Yield everything in one export, in the order of the file.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: The item is not any more what was taken in.
        """
        yield from self._scanned(item, chosen, ConversationRequest(), {})

    def _scanned(
        self, item: Item, chosen: str, wish: ConversationRequest, how: Mapping[str, Json]
    ) -> Iterator[TranscriptEntry | TranscriptGap]:
        start = 0
        while True:
            told = self._told(item, chosen, wish, (start, SCAN), {**how, "until_full": True})
            yield from told.entries
            start += len(told.entries)
            if not told.entries or start >= told.matched:
                return

    def _told(
        self, item: Item, chosen: str, wish: ConversationRequest, window: tuple[int, int], how: Mapping[str, Json]
    ) -> ConversationPage:
        arguments = {**wish.arguments(), "offset": window[0], "count": window[1], **how}
        kept = self._from_index(item, chosen, arguments)
        if kept is not None:
            return kept
        answer = self.run_on_item(ENTRIES, item, chosen, arguments)
        listed, matched, undated = answer.get("entries"), answer.get("matched"), answer.get("undated")
        if not isinstance(listed, list) or not isinstance(matched, int) or not isinstance(undated, int):
            raise ChatNotReadError("chat-not-read", item=item.id, reason="bad-answer")
        return ConversationPage(self._entries(listed, item), matched, undated)

    def _entries(self, listed: Sequence[Json], item: Item) -> list[TranscriptEntry | TranscriptGap]:
        try:
            return [self._entry(each, item) for each in listed]
        except CoverageError as error:
            raise ChatNotReadError("chat-not-read", item=item.id, reason=f"bad-answer: {error}") from error

    def _from_index(self, item: Item, chosen: str, arguments: Mapping[str, Json]) -> ConversationPage | None:
        """Return a page out of the index, None where there is none."""
        found = self._indexed(item, chosen)
        if found is None:
            return None
        index, subject = found
        wanted = filter_from_arguments(arguments)
        offset, count = (value if isinstance(value := arguments[name], int) else 0 for name in ("offset", "count"))
        try:
            places = index.matching(subject, wanted)
            if arguments.get("newest_first"):
                end = max(0, len(places) - offset)
                window = places[max(0, end - count) : end]
                listed = list(index.entries(subject, item.id, window))[::-1]
            else:
                listed = list(index.entries(subject, item.id, places[offset : offset + count]))
        except (DamagedError, ValueError, OSError):
            # Changed under our hands: it is no evidence, and the export is still there.
            self._unindexed.add(subject)
            return None
        return ConversationPage(self._entries(listed, item), len(places), wanted.undated)

    def _indexed(self, item: Item, chosen: str) -> tuple[ChatIndex, str] | None:
        """Return the index that covers an export, after making it where that is not so yet; None where none can be."""
        export = self._unpacked(item, chosen)
        subject = export.about
        if not self._kept or subject in self._unindexed:
            return None
        if self._index is None:
            self._index = ChatIndex(self._case)
        if subject not in self._index:
            self._make_index([export])
        if subject in self._index and self._is_intact(item):
            return self._index, subject
        self._unindexed.add(subject)
        return None

    def _is_intact(self, item: Item) -> bool:
        """Say whether an item is in the store as it was taken in: only then its index counts."""
        if item.id in self._intact:
            return True
        stored = self._case.custody.objects.get(item.id)
        if stored is None:
            return False
        try:
            with self._case.folder.item(item.id).open("rb") as file:
                found = tally_stream(file_pieces(file)).sha256
        except OSError:
            return False
        if found == stored.digest:
            self._intact.add(item.id)
        return found == stored.digest

    def index_exports(self, listed: Sequence[tuple[Item, str]]) -> None:
        """Read exports once, and keep their index; an export without one is read again on demand.

        Args:
            listed: Items that hold messages, each with the name of its format.
        """
        if not self._kept:
            return
        if self._index is None:
            self._index = ChatIndex(self._case)
        index = self._index
        exports = [self._unpacked(item, chosen) for item, chosen in listed]
        self._make_index([export for export in exports if export.about not in index])

    def _unpacked(self, item: Item, chosen: str) -> UnpackedExport:
        beside = self._beside(item, chosen)
        told = [*beside, *(f"{path}\0{each.sha256.hex}" for path, each in self._texts_beside(item).items())]
        digest = sha256("\0".join(told).encode("utf-8", "surrogatepass")).hex if told else ""
        return UnpackedExport(item, chosen, export_name(item, self._manifest), digest)

    def _beside(self, item: Item, chosen: str) -> tuple[str, ...]:
        """Return the files in an export's own folder or below it, for a reader that knows attachments by them."""
        if chosen not in KNOWS_BY_NAMES:
            return ()
        if item.id not in self._known_beside:
            folder, container = item.place.path.rpartition("/")[0], item.place.container
            everything: list[CaseObject] = [*self._manifest.included, *self._manifest.left_out]
            places = (place for each in everything for place in (each.place, *each.also_at))
            found = {
                place.path
                for place in places
                if place.container == container and (not folder or place.path.startswith(f"{folder}/"))
            }
            self._known_beside[item.id] = tuple(sorted(found)[:MOST_BESIDE])
        return self._known_beside[item.id]

    def _texts_beside(self, item: Item) -> dict[str, Item]:
        """Return the files beside an export whose words are those of messages, by their paths."""
        if item.id not in self._known_texts:
            self._known_texts[item.id] = self._ties.texts_beside(item)
        return self._known_texts[item.id]

    def _texts(self, item: Item) -> dict[str, Json]:
        """Return the contents of these files in base64; a damaged one is left to the checks."""
        told: dict[str, Json] = {}
        for path, each in self._texts_beside(item).items():
            if each.id not in self._read_texts:
                sink = BytesIO()
                with suppress(DamagedError, OSError):
                    self._case.decrypt(each.id, sink)
                self._read_texts[each.id] = base64.b64encode(sink.getvalue()).decode("ascii")
            told[path] = self._read_texts[each.id]
        return told

    def _make_index(self, exports: Sequence[UnpackedExport]) -> None:
        if self._index is None or not exports:
            return

        def page(export: UnpackedExport, offset: int) -> Mapping[str, Json]:
            return self.run_on_item(PACK, export.item, export.format, {"region": REGION, "offset": offset})

        with suppress(OSError), self._progress(sum(each.item.size_bytes for each in exports)) as on_bytes:
            self._index.build(exports, page, on_bytes)

    def _entry(self, told: Json, item: Item) -> TranscriptEntry | TranscriptGap:
        if not isinstance(told, Mapping):
            raise CoverageError("entry")
        return (
            transcript_entry(told, item, self._ties) if told.get("entry") == "message" else transcript_gap(told, item)
        )

    def run_on_item(self, function: str, item: Item, chosen: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the result of a worker's function on an item's bytes.

        Args:
            function: `module:function` of the worker.
            item: The item; its bytes are decrypted into memory.
            chosen: Name of its chat format.
            arguments: Arguments besides those about the item.

        Raises:
            ChatNotReadError: Nothing.
            ItemDamagedError: The item is not any more what was taken in.
        """
        if function == FIND and arguments.get("region") == REGION and (kept := self._found(item, chosen, arguments)):
            return kept
        about: dict[str, Json] = {"name": export_name(item, self._manifest), "format": chosen, "item": item.id}
        about["sha256"] = item.sha256.hex
        if beside := self._beside(item, chosen):
            about["beside"] = list(beside)
        if texts := self._texts(item):
            about["texts"] = texts
        return self._answer(
            item, Job(function, {**about, **arguments}, self._bytes.bytes_of(item), seconds_for(item.size_bytes))
        )

    def _found(self, item: Item, chosen: str, arguments: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """Return a page of the identifiers that were found when the export was read, None where none were kept."""
        found = self._indexed(item, chosen)
        if found is None:
            return None
        offset, count = (value if isinstance(value := arguments.get(name), int) else 0 for name in ("offset", "count"))
        try:
            rows, left_out = found[0].identifier_rows(found[1])
        except (DamagedError, ValueError, OSError):
            self._unindexed.add(found[1])
            return None
        following = offset + count if offset + count < len(rows) else None
        page: dict[str, Json] = {"found": rows[offset : offset + count], "next": following, "matched": len(rows)}
        return {**page, "left_out": left_out}

    def carried_files(self, item: Item, chosen: str, record: ByteSpan, part: int, offset: int) -> Mapping[str, Json]:
        """Return the result of `evidence_kit.chats.worker.carried_files` on one record of an export.

        Args:
            item: The export.
            chosen: Name of the format that reads it.
            record: The bytes of the record.
            part: Which of its parts is told first.
            offset: From where in that part.

        Raises:
            ChatNotReadError: Nothing.
            ItemDamagedError: The item is not any more what was taken in.
        """
        data = self._bytes.record(item, *record)
        arguments: dict[str, Json] = {"format": chosen, "part": part, "offset": offset}
        return self._answer(item, Job(CARRIED, arguments, data, _SECONDS))

    def _answer(self, item: Item, job: Job) -> Mapping[str, Json]:
        answer = self._jobs.submit(job).result()
        if isinstance(answer, Failure):
            reason = f"{answer.reason}: {answer.detail}"
            raise ChatNotReadError("chat-not-read", item=item.id, reason=reason)
        if not isinstance(answer.value, Mapping):
            raise ChatNotReadError("chat-not-read", item=item.id, reason="bad-answer")
        return answer.value


@contextmanager
def open_exports(
    case: Case, jobs: JobService, *, kept: bool = True, progress: ShownProgress = unshown_progress
) -> Iterator[ExportReader]:
    """Read exports of a case, and hold none of their bytes afterwards.

    Args:
        case: Unlocked.
        jobs: Does the reading.
        kept: Whether the index of the case is used, and added to.
        progress: Shows how far an index is that has to be made first.
    """
    opened = ExportReader(case, jobs, kept=kept, progress=progress)
    try:
        yield opened
    finally:
        opened.close()
