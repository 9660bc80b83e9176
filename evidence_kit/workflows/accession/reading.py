"""One source of evidence: its facts before it is read, and the one pass that hashes and encrypts it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from evidence_kit.custody.manifest import FoundAt
from evidence_kit.hashing.exact import Tally, tally_stream
from evidence_kit.intake.read import FileTrace, Original
from evidence_kit.intake.window import PIECE_BYTES
from evidence_kit.keys.age_writer import AgeWriter
from evidence_kit.model import Digest, Json, Kind
from evidence_kit.threads import Threads
from evidence_kit.vault.store import Draft, Store
from evidence_kit.workflows.accession.commit_group import OwnDiskError

# Up to here the bytes that were hashed are themselves handed to the describer.
KEEP_BYTES = 64 << 20
# From here on it is worth a second thread to encrypt what the first one has read and hashed.
_LARGE_BYTES = 8 << 20
_PIECES_BETWEEN = 4
_GATHERED_BYTES = 640 << 10
_UNKNOWN_BYTES = 16 << 20
# What is this short is hashed before it is encrypted: an archive may hold the same few bytes ten thousand times, and
# each time a draft would be made, synced and deleted.
_SHORT_BYTES = 64 << 10


class StoppedError(Exception):
    """The reading was asked to stop."""


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """One stretch of evidence that can be read, once or twice: a file, or a member of a container.

    Attributes:
        place: Where it was found.
        name: Its last name, for the describer and for `name_agrees`.
        head: Its first bytes, up to `HEAD_BYTES`.
        kind: What these say it is.
        size_bytes: Its length as the source declares it, None where only reading tells.
        pieces: Reads it from the start; each piece is to be used before the next is asked for.
        times: What the source says about its dates.
        more: Further facts about where it stood.
        file: The open file, for what is too large to be handed over as bytes; None for members.
        original: The file as it was found, watched for change; None for members.
        inside: Path of the container before that of a member, as a chat's name may stand in either.
        beside: Names of everything in the container, where an export names its attachments; None for plain files.
    """

    place: FoundAt
    name: str
    head: bytes
    kind: Kind
    size_bytes: int | None
    pieces: Callable[[], Iterator[bytes | memoryview]]
    times: Json
    more: Mapping[str, Json] = field(default_factory=dict)
    file: BinaryIO | None = None
    original: Original | None = None
    inside: str | None = None
    beside: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a source.

    Attributes:
        tally: Digests and length of the bytes that passed by.
        draft: The same bytes, encrypted; None when the case was found to hold them already.
        payload: The same bytes themselves while they are few and somebody wants to look at them, else None.
        unstable: The file changed while it was read, twice.
    """

    tally: Tally
    draft: Draft | None
    payload: bytes | None = None
    unstable: bool = False

    def discard(self) -> None:
        """Forget the written draft."""
        if self.draft is not None:
            self.draft.discard()


class SourceEncryptor:
    """Reads stretches into a case's store; knows nothing of the log, so that several can be read at once.

    Args:
        store: Where the encrypted bytes go.
        recipient: For whom they are encrypted.
        on_bytes: Told the length of every piece that was read, from whichever thread.
        holds: Says whether the case holds bytes of a digest already; asked from whichever thread.
    """

    def __init__(
        self,
        store: Store,
        recipient: str,
        on_bytes: Callable[[int], None] | None = None,
        holds: Callable[[Digest], bool] = lambda _: False,
    ) -> None:
        self._store = store
        self._recipient = recipient
        self._on_bytes = on_bytes
        self._holds = holds
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let every reading end at its next piece."""
        self._stopped.set()

    def read(self, stretch: EvidenceSource, known: Digest | None, *, keep: bool) -> Reading:
        """Read a stretch once, or twice when it changes meanwhile.

        Args:
            stretch: What to read.
            known: What the case holds from this place; when the bytes are still the same, nothing is written.
            keep: Whether the bytes themselves are wanted, up to `KEEP_BYTES`.

        Raises:
            OSError: The source cannot be read.
            MemberError: A member is not what its container declares.
            OwnDiskError: The case's disk failed.
            StoppedError: `stop` was called.
        """
        if known is not None:
            again = tally_stream(self._counted(stretch.pieces()))
            if again.sha256 == known:
                return Reading(again, None)
        reading, original = self._encrypt(stretch, keep=keep), stretch.original
        if original is None or not original.changed():
            return reading
        reading.discard()
        original.before = FileTrace.of_open_file(original.file.fileno())
        reading = self._encrypt(stretch, keep=keep)
        return Reading(reading.tally, reading.draft, reading.payload, original.changed())

    def hash(self, stretch: EvidenceSource) -> tuple[Tally, bool]:
        """Read a stretch and copy nothing of it; return its digests, and whether it changed meanwhile, twice.

        Raises:
            OSError: The source cannot be read.
            MemberError: A member is not what its container declares.
            StoppedError: `stop` was called.
        """
        seen, original = tally_stream(self._counted(stretch.pieces())), stretch.original
        if original is None or not original.changed():
            return seen, False
        original.before = FileTrace.of_open_file(original.file.fileno())
        return tally_stream(self._counted(stretch.pieces())), original.changed()

    def _encrypt(self, stretch: EvidenceSource, *, keep: bool) -> Reading:
        source = self._counted(stretch.pieces())
        if stretch.size_bytes is not None and stretch.size_bytes <= _SHORT_BYTES:
            begun, whole = _begun(source)
            if whole and self._holds((seen := tally_stream(begun)).sha256):
                return Reading(seen, None)
            source = chain(begun, source)
        try:
            draft = self._store.draft()
        except OSError as error:
            raise OwnDiskError from error
        sink = _Sink(draft, AgeWriter(self._recipient))
        seen, kept = Tally(), _Kept() if keep and (stretch.size_bytes or 0) <= KEEP_BYTES else None
        try:
            with _Beside(sink) if (stretch.size_bytes or 0) >= _LARGE_BYTES else sink as writer:
                for piece in source:
                    writer.add(piece)
                    seen.add(piece)
                    if kept is not None:
                        kept.add(piece)
            sink.end()
        except BaseException:
            draft.discard()
            raise
        return Reading(seen, draft, None if kept is None else kept.whole())

    def _counted(self, stream: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        for piece in stream:
            if self._stopped.is_set():
                raise StoppedError
            if self._on_bytes is not None:
                self._on_bytes(len(piece))
            yield piece


class _Sink:
    """Encrypts into a draft; tells trouble with our disk from trouble with the source.

    What is short is gathered: a small file goes down, and is hashed, in one piece.
    """

    def __init__(self, draft: Draft, writer: AgeWriter) -> None:
        self._draft = draft
        self._writer = writer
        self._gathered = bytearray()

    def __enter__(self) -> _Sink:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def add(self, piece: bytes | memoryview) -> None:
        try:
            for sealed in self._writer.encrypt_piece(piece):
                self._put(sealed)
        except OSError as error:
            raise OwnDiskError from error

    def end(self) -> None:
        try:
            self._put(self._writer.encrypt_rest())
            self._draft.write(memoryview(self._gathered))
            self._draft.finish()
        except OSError as error:
            raise OwnDiskError from error

    def _put(self, sealed: bytes | memoryview) -> None:
        if len(self._gathered) + len(sealed) > _GATHERED_BYTES:
            self._draft.write(memoryview(self._gathered))
            self._gathered.clear()
        if len(sealed) > _GATHERED_BYTES:
            self._draft.write(sealed)
        else:
            self._gathered += sealed


class _Beside:
    """The same in a thread of its own, a few pieces behind."""

    def __init__(self, sink: _Sink) -> None:
        self._sink = sink
        self._thread = Threads(1, thread_name_prefix="encrypt")
        self._begun: list[Future[None]] = []
        self._copies: list[bytearray] = []

    def __enter__(self) -> _Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            for each in self._begun:
                each.result()

    def add(self, piece: bytes | memoryview) -> None:
        if len(self._begun) >= _PIECES_BETWEEN:
            self._begun.pop(0).result()
        # The piece is only lent, and this is used later: a copy, in memory that was used for an earlier one.
        copy = self._copies.pop(0) if len(self._copies) > _PIECES_BETWEEN else bytearray(PIECE_BYTES)
        if len(copy) < len(piece):
            copy = bytearray(len(piece))
        self._copies.append(copy)
        view = memoryview(copy)[: len(piece)]
        view[:] = piece
        self._begun.append(self._thread.submit(self._sink.add, view))


class _Kept:
    """The bytes themselves, until they are too many."""

    def __init__(self) -> None:
        self._pieces: list[bytes] | None = []
        self._size_bytes = 0

    def add(self, piece: bytes | memoryview) -> None:
        self._size_bytes += len(piece)
        if self._size_bytes > KEEP_BYTES:
            self._pieces = None
        elif self._pieces is not None:
            self._pieces.append(bytes(piece))

    def whole(self) -> bytes | None:
        return None if self._pieces is None else b"".join(self._pieces)


def _begun(source: Iterator[bytes | memoryview]) -> tuple[list[bytes], bool]:
    """Return the first pieces of a source up to the short limit, and whether the source ends there."""
    begun, size_bytes = list[bytes](), 0
    for piece in source:
        # The piece is only lent.
        begun.append(bytes(piece))
        size_bytes += len(piece)
        if size_bytes > _SHORT_BYTES:
            return begun, False
    return begun, True


def held_bytes(size_bytes: int | None) -> int:
    """Return how much memory a stretch may take between its reading and its turn."""
    size_bytes = _UNKNOWN_BYTES if size_bytes is None else size_bytes
    return size_bytes if size_bytes <= KEEP_BYTES else 0


def place_facts(place: FoundAt) -> dict[str, Json]:
    """Return a place as it goes into the log."""
    facts: dict[str, Json] = {"path": place.path}
    if place.path_bytes is not None:
        facts["path_bytes"] = place.path_bytes
    if place.container is not None:
        facts |= {"container": place.container}
    if place.member is not None:
        facts |= {"member": place.member}
    return facts
