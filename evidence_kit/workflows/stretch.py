"""One stretch of evidence: what is known before it is read, and the one pass that hashes and encrypts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from evidence_kit.custody.manifest import Place
from evidence_kit.hashing.exact import Tally, tally
from evidence_kit.intake.read import CountingSource, Original, Trace
from evidence_kit.keys import age
from evidence_kit.model import Digest, Json
from evidence_kit.vault.store import Draft, Store
from evidence_kit.workflows.group import OwnDiskError

# Up to here the bytes that were hashed are themselves handed to the describer.
KEEP_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of evidence that can be read, once or twice: a file, or a member of a container.

    Attributes:
        place: Where it was found.
        name: Its last name, for the describer and for `name_agrees`.
        head: Its first bytes, up to `HEAD_BYTES`.
        size_bytes: Its length as the source declares it.
        pieces: Reads it from the start.
        times: What the source says about its dates.
        more: Further facts about where it stood.
        file: The open file, for what is too large to be handed over as bytes; None for members.
        original: The file as it was found, watched for change; None for members.
        inside: Path of the container before that of a member, as a chat's name may stand in either.
        beside: Names of everything in the container, where an export names its attachments; None for plain files.
    """

    place: Place
    name: str
    head: bytes
    size_bytes: int
    pieces: Callable[[], Iterator[bytes]]
    times: Json
    more: Mapping[str, Json] = field(default_factory=dict)
    file: BinaryIO | None = None
    original: Original | None = None
    inside: str | None = None
    beside: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a stretch.

    Attributes:
        tally: Digests and length of the bytes that passed by.
        draft: The same bytes, encrypted; None when the case was found to hold them from this very place.
        payload: The same bytes themselves while they are few and somebody wants to look at them, else None.
        unstable: The file changed while it was read, twice.
    """

    tally: Tally
    draft: Draft | None
    payload: bytes | None = None
    unstable: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads stretches into a case's store; knows nothing of the log, so that several can be read at once.

    Attributes:
        store: Where the encrypted bytes go.
        recipient: For whom they are encrypted.
        on_bytes: Told the length of every piece that was read.
    """

    store: Store
    recipient: str
    on_bytes: Callable[[int], None] | None = None

    def read(self, stretch: Stretch, known: Digest | None, *, keep: bool) -> Reading:
        """Read a stretch once, or twice when it changes meanwhile.

        Args:
            stretch: What to read.
            known: What the case holds from this place; when the bytes are still the same, nothing is written.
            keep: Whether the bytes themselves are wanted, up to `KEEP_BYTES`.

        Raises:
            OSError: The source cannot be read.
            MemberError: A member is not what its container declares.
            OwnDiskError: The case's disk failed.
        """
        if known is not None:
            again = tally(self._counted(stretch.pieces()))
            if again.sha256 == known:
                return Reading(again, None)
        draft, source = self._encrypt(stretch, keep=keep)
        original = stretch.original
        if original is None or not original.changed():
            return _reading(source, draft)
        draft.drop()
        original.before = Trace.of(original.file.fileno())
        draft, source = self._encrypt(stretch, keep=keep)
        return _reading(source, draft, unstable=original.changed())

    def _encrypt(self, stretch: Stretch, *, keep: bool) -> tuple[Draft, CountingSource]:
        wanted = keep and stretch.size_bytes <= KEEP_BYTES
        source = CountingSource(stretch.pieces(), KEEP_BYTES if wanted else 0, self.on_bytes)
        try:
            draft = self.store.draft()
        except OSError as error:
            raise OwnDiskError from error
        try:
            age.encrypt_stream(source, _Sink(draft), self.recipient)
        except BaseException:
            draft.drop()
            raise
        return draft, source

    def _counted(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        for piece in stream:
            if self.on_bytes is not None:
                self.on_bytes(len(piece))
            yield piece


class _Sink:
    """Writes into a draft; tells trouble with our disk from trouble with the source."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def write(self, data: bytes, /) -> int:
        try:
            return self._draft.write(data)
        except OSError as error:
            raise OwnDiskError from error

    def flush(self) -> None:
        self._draft.flush()


def _reading(source: CountingSource, draft: Draft, *, unstable: bool = False) -> Reading:
    return Reading(source.tally, draft, None if source.kept is None else bytes(source.kept), unstable)


def place_facts(place: Place) -> dict[str, Json]:
    """Return a place as it goes into the log."""
    facts: dict[str, Json] = {"path": place.path}
    if place.path_bytes is not None:
        facts["path_bytes"] = place.path_bytes
    if place.container is not None:
        facts |= {"container": place.container}
    if place.member is not None:
        facts |= {"member": place.member}
    return facts
