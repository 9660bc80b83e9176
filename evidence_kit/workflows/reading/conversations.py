"""Conversations of a case: their list, their messages, the identifiers in them; read by an isolated worker."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Protocol

from evidence_kit.chats.message_filter import asked
from evidence_kit.chats.parts import part_number, whole_name
from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.custody.manifest import Item, LogEvent, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import Tally, sha256, tally
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workers.job import Answer, Failure, Job
from evidence_kit.workflows.case.read import Case, pieces
from evidence_kit.workflows.reading.chat_index import PACK, REGION, ChatIndex, Unpacked
from evidence_kit.workflows.reading.coverage import CoverageError, Moment, Participant, Talk, seconds_for, talks
from evidence_kit.workflows.reading.messages import Evidence, Gap, Said, Ties, gap_of, row_of, said_of

ENTRIES: Final = "evidence_kit.chats.worker:entries"
FIND: Final = "evidence_kit.chats.worker:identifiers"
CARRIED: Final = "evidence_kit.chats.worker:carried"
BYTES_AT_MOST: Final = 64 << 20
MEMORY_AT_MOST: Final = 1 << 30
_SECONDS = 120.0
WORTH_SENDING_ONCE: Final = 1 << 20
SCAN: Final = 5000
# Formats in which a name is an attachment because a file of that name lies beside the export.
KNOWS_BY_NAMES: Final = frozenset({"whatsapp-text"})
MOST_BESIDE: Final = 20_000


class Jobs(Protocol):
    """Runs one job after the other somewhere else, where no key is: a worker, or a pool of them."""

    def submit(self, job: Job) -> Future[Answer]:
        """Start a job; its result is an answer, never an exception."""
        ...


@dataclass(frozen=True, slots=True)
class ConversationPart:
    """One conversation as one item holds it.

    Attributes:
        item: The item.
        format: Name of the format that reads it.
        talk: What `chat.parsed` says about it.
        date_order: How its dates are read and why, where that had to be decided: such as
            `day, month, year (a-number-above-12)`.
        wording: In which language the app speaks in it, where its reader says so; begins with `unknown` where the app
            does, in words that no table knows.
        left_out: What the app leaves out of such an export, where that is known.
        path: Where it was found; of a member with the path of its container before it.
    """

    item: Item
    format: str
    talk: Talk
    date_order: str | None = None
    wording: str | None = None
    left_out: str | None = None
    path: str = ""

    @property
    def wording_unknown(self) -> bool:
        """Say whether the app speaks in it in words that nobody here knows."""
        return (self.wording or "").startswith("unknown")


@dataclass(frozen=True, slots=True)
class CaseConversation:
    """One conversation of the case.

    Attributes:
        number: As a person names it, from 1, in the order of taking in.
        parts: The items that hold it, the earliest messages first; more than one where an exporter cuts.
    """

    number: int
    parts: tuple[ConversationPart, ...]

    @property
    def talk(self) -> Talk:
        """The facts that the first part states about it."""
        return self.parts[0].talk

    @property
    def title(self) -> str | None:
        """As the export shows it; None where it has none."""
        return next((part.talk.title for part in self.parts if part.talk.title), None)

    @property
    def messages(self) -> int:
        """How many messages all parts hold."""
        return sum(part.talk.messages for part in self.parts)

    @property
    def first(self) -> Moment | None:
        """The earliest time."""
        return next((part.talk.first for part in self.parts if part.talk.first), None)

    @property
    def last(self) -> Moment | None:
        """The latest time."""
        return next((part.talk.last for part in reversed(self.parts) if part.talk.last), None)

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Who wrote, over all parts; who wrote most comes first."""
        counted: dict[str, Participant] = {}
        for part in self.parts:
            for each in part.talk.participants:
                before = counted.get(each.name, Participant(each.name, 0, owner=None))
                owner = each.owner if before.owner is None else before.owner or each.owner
                counted[each.name] = Participant(each.name, before.messages + each.messages, owner)
        return tuple(sorted(counted.values(), key=lambda each: -each.messages))

    @property
    def members(self) -> tuple[str, ...]:
        """Names of those who take part, as the parts list them; empty where they list nobody."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.talk.members))

    def figures(self, name: str) -> dict[str, int]:
        """Return `kinds`, `flags`, `times` or `attachments`, counted over all parts."""
        counted: dict[str, int] = {}
        for part in self.parts:
            for each, count in part.talk.figures[name].items():
                counted[each] = counted.get(each, 0) + count
        return counted


@dataclass(frozen=True, slots=True)
class ConversationRequest:
    """Which messages are wanted; None wants all.

    Attributes:
        sender: Part of a name or an account.
        since: Beginning of an ISO 8601 time.
        until: The same; what begins so is still wanted.
        search: Words.
    """

    sender: str | None = None
    since: str | None = None
    until: str | None = None
    search: str | None = None

    @property
    def everything(self) -> bool:
        """Say whether no message is left out."""
        return not (self.sender or self.since or self.until or self.search)

    def arguments(self) -> dict[str, Json]:
        """Return the request as a worker takes it, and as the log records an export."""
        told = {"sender": self.sender, "since": self.since, "until": self.until, "search": self.search}
        return {name: value for name, value in told.items() if value}


@dataclass(slots=True)
class Page:
    """Some messages of a conversation, in the order of time as the export gives it.

    Attributes:
        entries: Messages, and stretches that could not be read, where they stand.
        matched: How many entries were wanted in all.
        undated: How many messages were left out because they have no time to compare.
    """

    entries: list[Said | Gap] = field(default_factory=list)
    matched: int = 0
    undated: int = 0


def parsed(manifest: Manifest) -> dict[str, LogEvent]:
    """Return the newest `chat.parsed` of every item that is not excluded."""
    included = {item.id for item in manifest.included}
    newest = {str(entry.facts["item"]): entry for entry in manifest.entries.get("chat.parsed", ())}
    return {item: newest[item] for item in sorted(newest) if item in included}


def conversations(manifest: Manifest) -> list[CaseConversation]:
    """Return the conversations of a case, in the order in which their items were taken in."""
    grouped: dict[tuple[str | None, ...], list[ConversationPart]] = {}
    seen: dict[tuple[str | None, str], int] = {}
    for item_id, entry in parsed(manifest).items():
        item = manifest.items[item_id]
        if entry.facts.get("recognition") != "recognised":
            continue
        whole = whole_name(item.place.path)
        # A file that changed and was taken in again is a second item of the same path, and no further part.
        place = (item.place.container, item.place.path)
        again = seen[place] = seen.get(place, -1) + 1
        for talk in _talks(entry.facts):
            title = None if talk.id else talk.title
            key = (item.place.container, whole, str(again), talk.platform, talk.id, title)
            part = ConversationPart(
                item,
                str(entry.facts["format"]),
                talk,
                _decided(entry.facts, "date-order"),
                _decided(entry.facts, "wording"),
                _decided(entry.facts, "left-out"),
                export_name(item, manifest),
            )
            grouped.setdefault(key, []).append(part)
    return [
        CaseConversation(number, tuple(sorted(parts, key=_earliest_first)))
        for number, parts in enumerate(grouped.values(), start=1)
    ]


def _talks(facts: Mapping[str, Json]) -> list[Talk]:
    try:
        return talks(facts)
    except CoverageError:
        return []


def _decided(facts: Mapping[str, Json], name: str) -> str | None:
    decided = facts.get("decided")
    told = decided.get(name) if isinstance(decided, Mapping) else None
    return told if isinstance(told, str) else None


def _earliest_first(part: ConversationPart) -> tuple[str, int]:
    first = part.talk.first
    return (first.value if first and first.value else "~", part_number(part.item.place.path))


def numbered(listed: Sequence[CaseConversation], number: int, case: str) -> CaseConversation:
    """Return the conversation of a number.

    Raises:
        UsageError: There is none.
    """
    if not 1 <= number <= len(listed):
        raise UsageError("chat-unknown", number=number, case=case)
    return listed[number - 1]


def export_name(item: Item, manifest: Manifest) -> str:
    """Return the path of an item as chat formats want it: for a member, that of its container before it."""
    container = manifest.items.get(item.place.container or "")
    return item.place.path if container is None else f"{container.place.path}/{item.place.path}"


class Exports:
    """Reads exported conversations out of a case: decrypted into memory, looked into by an isolated worker.

    Args:
        case: Unlocked.
        jobs: Does the reading.
        kept: Whether what was found when an export was read is taken from the index, and kept in it.
    """

    def __init__(self, case: Case, jobs: Jobs, *, kept: bool = True) -> None:
        self._case = case
        self._manifest = case.opened
        self._jobs = jobs
        self._ties = Ties(self._manifest)
        self._held: tuple[str, bytes | BinaryIO] | None = None
        self._kept = kept
        self._index: ChatIndex | None = None
        self._known_beside: dict[str, tuple[str, ...]] = {}
        self._unindexed: set[str] = set()
        self._intact: set[str] = set()

    def close(self) -> None:
        """Let go of the bytes that are held, and of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self._let_go()

    def _let_go(self) -> None:
        if self._held is not None and not isinstance(self._held[1], bytes):
            self._held[1].close()
        self._held = None

    def page(self, conversation: CaseConversation, wish: ConversationRequest, offset: int, count: int) -> Page:
        """Return some messages of a conversation, earliest first, counting from `offset` among those wanted.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: The item is not any more what was taken in.
        """
        found = Page()
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

    def each(self, conversation: CaseConversation, wish: ConversationRequest) -> Iterator[Said | Gap]:
        """Yield all messages of a conversation that are wanted, part by part, in the order of each file.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: An item is not any more what was taken in.
        """
        for part in conversation.parts:
            yield from self._scanned(part.item, part.format, wish, {"conversation": part.talk.number})

    def in_order(self, conversation: CaseConversation, wish: ConversationRequest) -> Iterator[Said | Gap]:
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

    def entries(self, item: Item, chosen: str) -> Iterator[Said | Gap]:
        """Yield everything in one export, in the order of the file.

        Raises:
            ChatNotReadError: The worker failed.
            ItemDamagedError: The item is not any more what was taken in.
        """
        yield from self._scanned(item, chosen, ConversationRequest(), {})

    def _scanned(
        self, item: Item, chosen: str, wish: ConversationRequest, how: Mapping[str, Json]
    ) -> Iterator[Said | Gap]:
        start = 0
        while True:
            told = self._told(item, chosen, wish, (start, SCAN), {**how, "until_full": True})
            yield from told.entries
            start += len(told.entries)
            if not told.entries or start >= told.matched:
                return

    def _told(
        self, item: Item, chosen: str, wish: ConversationRequest, window: tuple[int, int], how: Mapping[str, Json]
    ) -> Page:
        arguments = {**wish.arguments(), "offset": window[0], "count": window[1], **how}
        kept = self._from_index(item, chosen, arguments)
        if kept is not None:
            return kept
        answer = self.ask(ENTRIES, item, chosen, arguments)
        listed, matched, undated = answer.get("entries"), answer.get("matched"), answer.get("undated")
        if not isinstance(listed, list) or not isinstance(matched, int) or not isinstance(undated, int):
            raise ChatNotReadError("chat-not-read", item=item.id, reason="bad-answer")
        return Page(self._entries(listed, item), matched, undated)

    def _entries(self, listed: Sequence[Json], item: Item) -> list[Said | Gap]:
        try:
            return [self._entry(each, item) for each in listed]
        except CoverageError as error:
            raise ChatNotReadError("chat-not-read", item=item.id, reason=f"bad-answer: {error}") from error

    def _from_index(self, item: Item, chosen: str, arguments: Mapping[str, Json]) -> Page | None:
        """Return a page out of the index, None where there is none."""
        found = self._indexed(item, chosen)
        if found is None:
            return None
        index, subject = found
        wanted = asked(arguments)
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
        return Page(self._entries(listed, item), len(places), wanted.undated)

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
                found = tally(pieces(file)).sha256
        except OSError:
            return False
        if found == stored.digest:
            self._intact.add(item.id)
        return found == stored.digest

    def keep(self, listed: Sequence[tuple[Item, str]]) -> None:
        """Read exports once, and keep their index; an export without one is read again on demand.

        Args:
            listed: Items that hold messages, each with the name of its format.
        """
        if self._index is None:
            self._index = ChatIndex(self._case)
        index = self._index
        exports = [self._unpacked(item, chosen) for item, chosen in listed]
        self._make_index([export for export in exports if export.about not in index])

    def _unpacked(self, item: Item, chosen: str) -> Unpacked:
        beside = self._beside(item, chosen)
        digest = sha256("\0".join(beside).encode("utf-8", "surrogatepass")).hex if beside else ""
        return Unpacked(item, chosen, export_name(item, self._manifest), digest)

    def _beside(self, item: Item, chosen: str) -> tuple[str, ...]:
        """Return the files in an export's own folder or below it, for a reader that knows attachments by them."""
        if chosen not in KNOWS_BY_NAMES:
            return ()
        if item.id not in self._known_beside:
            folder, container = item.place.path.rpartition("/")[0], item.place.container
            everything: list[Evidence] = [*self._manifest.included, *self._manifest.left_out]
            places = (place for each in everything for place in (each.place, *each.also_at))
            found = {
                place.path
                for place in places
                if place.container == container and (not folder or place.path.startswith(f"{folder}/"))
            }
            self._known_beside[item.id] = tuple(sorted(found)[:MOST_BESIDE])
        return self._known_beside[item.id]

    def _make_index(self, exports: Sequence[Unpacked]) -> None:
        if self._index is None or not exports:
            return

        def page(export: Unpacked, offset: int) -> Mapping[str, Json]:
            return self.ask(PACK, export.item, export.format, {"region": REGION, "offset": offset})

        with suppress(OSError):
            self._index.build(exports, page)

    def _entry(self, told: Json, item: Item) -> Said | Gap:
        if not isinstance(told, Mapping):
            raise CoverageError("entry")
        return said_of(told, item, self._ties) if told.get("entry") == "message" else gap_of(told, item)

    def ask(self, function: str, item: Item, chosen: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the result of a worker's function on an item's bytes.

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
        return self._answer(
            item, Job(function, {**about, **arguments}, self._payload(item), seconds_for(item.size_bytes))
        )

    def _found(self, item: Item, chosen: str, arguments: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """Return a page of the identifiers that were found when the export was read, None where none were kept."""
        found = self._indexed(item, chosen)
        if found is None:
            return None
        offset, count = (value if isinstance(value := arguments.get(name), int) else 0 for name in ("offset", "count"))
        try:
            rows, left_out = found[0].found(found[1])
        except (DamagedError, ValueError, OSError):
            self._unindexed.add(found[1])
            return None
        following = offset + count if offset + count < len(rows) else None
        page: dict[str, Json] = {"found": rows[offset : offset + count], "next": following, "matched": len(rows)}
        return {**page, "left_out": left_out}

    def carried(self, item: Item, chosen: str, record: tuple[int, int], part: int, offset: int) -> Mapping[str, Json]:
        """Return the result of `evidence_kit.chats.worker.carried` on one record of an export.

        Args:
            item: The export.
            chosen: Name of the format that reads it.
            record: Offsets of the record's first byte, and behind its last.
            part: Which of its parts is told first.
            offset: From where in that part.

        Raises:
            ChatNotReadError: Nothing.
            ItemDamagedError: The item is not any more what was taken in.
        """
        held = self._payload(item)
        if isinstance(held, bytes):
            data = held[record[0] : record[1]]
        else:
            held.seek(record[0])
            data = held.read(record[1] - record[0])
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

    def _payload(self, item: Item) -> bytes | BinaryIO:
        if self._held is not None and self._held[0] == item.id:
            return self._held[1]
        self._let_go()
        here = hasattr(os, "memfd_create")
        if item.size_bytes <= (WORTH_SENDING_ONCE if here else BYTES_AT_MOST):
            sink = io.BytesIO()
            self._decrypt(item, sink)
            self._held = (item.id, sink.getvalue())
        else:
            self._held = (item.id, self._in_memory(item))
        return self._held[1]

    def _in_memory(self, item: Item) -> BinaryIO:
        """Decrypt an item too large for a frame into a file that has no name on any disk, where the system can."""
        if not hasattr(os, "memfd_create") or item.size_bytes > max(MEMORY_AT_MOST, free_memory_bytes() // 2):
            raise ChatNotReadError("chat-too-large", item=item.id, size=item.size_bytes)
        descriptor = os.memfd_create("export")
        with open(descriptor, "wb") as sink:  # noqa: PTH123 - a descriptor has no path
            self._decrypt(item, sink)
            sink.flush()
            # A worker takes only what was opened for reading.
            return open(f"/proc/self/fd/{descriptor}", "rb")  # noqa: PTH123 - closed by `close`

    def _decrypt(self, item: Item, sink: BinaryIO) -> None:
        seen = _Seen(sink)
        try:
            self._case.decrypt(item.id, seen)
        except (DamagedError, FileNotFoundError) as error:
            raise ItemDamagedError("item-damaged", item=item.id, case=self._case.id) from error
        if seen.tally.sha256 != item.sha256:
            raise ItemDamagedError("item-damaged", item=item.id, case=self._case.id)


def free_memory_bytes() -> int:
    """Return how much memory the system has left, 0 where it does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


class _Seen:
    """Hashes the bytes that are written, on their way."""

    def __init__(self, sink: BinaryIO) -> None:
        self.tally = Tally()
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        self.tally.add(data)
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()


@contextmanager
def exports(case: Case, jobs: Jobs, *, kept: bool = True) -> Iterator[Exports]:
    """Read exports of a case, and hold none of their bytes afterwards.

    Args:
        case: Unlocked.
        jobs: Does the reading.
        kept: Whether the index of the case is used, and added to.
    """
    opened = Exports(case, jobs, kept=kept)
    try:
        yield opened
    finally:
        opened.close()


def conversation_row(conversation: CaseConversation) -> dict[str, Json]:
    """Return a conversation as a script wants it."""
    talk = conversation.talk
    return {
        "conversation": conversation.number,
        "platform": talk.platform,
        "variant": talk.variant,
        "id": talk.id,
        "title": conversation.title,
        "messages": conversation.messages,
        "participants": [
            {"name": each.name, "messages": each.messages, "owner": each.owner} for each in conversation.participants
        ],
        "members": list(conversation.members),
        "first": moment_row(conversation.first),
        "last": moment_row(conversation.last),
        **{name: conversation.figures(name) for name in ("kinds", "flags", "times", "attachments")},
        "parts": [
            {
                "item": part.item.id,
                "path": part.item.place.path,
                "format": part.format,
                "number": part.talk.number,
                "messages": part.talk.messages,
            }
            for part in conversation.parts
        ],
    }


def row_in(entry: Said | Gap, conversation: CaseConversation) -> dict[str, Json]:
    """Return a message of a conversation, or a stretch that was not understood, as one row."""
    talk = conversation.talk
    return row_of(entry, conversation.number, talk.platform, conversation.title, conversation.members)


def moment_row(moment: Moment | None) -> Json:
    """Return a time as a script wants it."""
    if moment is None:
        return None
    told: dict[str, Json] = {"raw": moment.raw, "kind": moment.kind, "value": moment.value}
    return {**told, "readings": list(moment.readings)} if moment.readings else told


def file_name(conversation: CaseConversation) -> str:
    """Return the name of the file that holds a conversation."""
    return PurePosixPath(conversation.parts[0].item.place.path).name
