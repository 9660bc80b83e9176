"""Sealing: plan, sign, stream, open again, re-hash, and only then move into place."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.event import Event
from evidence_kit.custody.line import instant
from evidence_kit.custody.manifest import Item
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.keys import age, sshsig
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE, SEAL_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import DiskFile, Finding, Json
from evidence_kit.sealing import archive, bag, letter, plan, sheet
from evidence_kit.sealing.archive import Part, Sink, part
from evidence_kit.sealing.check import check
from evidence_kit.sealing.errors import (
    ItemDamagedError,
    NoConsentError,
    NothingToSealError,
    SealExistsError,
    SealFailedError,
)
from evidence_kit.sealing.plan import Scope
from evidence_kit.sealing.statement import Statement
from evidence_kit.sealing.zipform import FormError, Member
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case import PIECE_BYTES, Case, CaseWriter, entries
from evidence_kit.workflows.trouble import own_disk

PURPOSES = ("police", "lawyer")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sealed and for whom.

    Attributes:
        purpose: One of `PURPOSES`.
        items: Ids, or None for all.
        readers: age or SSH public keys by a short name, for whom the passphrase is wrapped.
        without_consent: A named person's reason to seal although nobody consented, None when consent is needed.
        out: Folder that is made for the archive.
    """

    purpose: str
    items: Sequence[str] | None
    readers: Mapping[str, str]
    without_consent: str | None
    out: Path


@dataclass(frozen=True, slots=True)
class Planned:
    """What a seal would hold, before anything is made."""

    items_in: int
    items_of: int
    events_in: int
    events_of: int
    size_bytes: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """An archive that lies in place, re-read and found to be what was planned."""

    archive: Path
    folder: Path
    sha256: str
    size_bytes: int
    items_in: int
    items_of: int
    events_in: int
    events_of: int
    receipt_code: str
    line: int


def scope_of(case: Case, order: Order) -> Scope:
    """Return which items an order means.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item that the case does not have.
        NothingToSealError: No item is left.
    """
    manifest = case.opened
    consent = manifest.consent_for(order.purpose)
    if order.without_consent is None and (consent is None or not consent.given):
        raise NoConsentError("no-consent", purpose=order.purpose, case=case.id)
    included = {item.id for item in manifest.included}
    if order.items is not None:
        for item in order.items:
            if item not in included:
                raise UsageError("item-unknown", item=item, case=case.id)
    chosen = sorted(included if order.items is None else set(order.items), key=plan.item_number)
    if not chosen:
        raise NothingToSealError("nothing-to-seal", case=case.id)
    excluded = frozenset(each.id for each in manifest.everything if each.excluded is not None)
    return Scope(order.purpose, tuple(chosen), everything=order.items is None, excluded=excluded)


def planned(case: Case, order: Order) -> Planned:
    """Return what the archive would hold, for a person to agree to."""
    scope = scope_of(case, order)
    withheld = _withheld(case, scope)
    events = len(case.custody.commitments)
    manifest = case.opened
    return Planned(
        items_in=len(scope.items),
        items_of=len(manifest.items),
        events_in=events - len(withheld),
        events_of=events,
        size_bytes=sum(manifest.items[item].size_bytes for item in scope.items),
        purpose=scope.purpose,
    )


def seal(
    writer: CaseWriter,
    key: SigningKey,
    order: Order,
    passphrase: str,
    on_bytes: Callable[[int], None] | None = None,
) -> Sealed:
    """Make an archive.

    Args:
        writer: The case.
        key: Signs the tag manifest and the statement.
        order: What and for whom.
        passphrase: 28 digits.
        on_bytes: Told how many more bytes of originals were written or read back.

    Raises:
        SealExistsError: There is something at `order.out`.
        ItemDamagedError: An item is not any more what was taken in; nothing is left behind.
        SealFailedError: What was written is not what was planned; nothing is left behind.
    """
    case = writer.case
    scope = scope_of(case, order)
    if order.out.exists():
        raise SealExistsError("seal-exists", path=str(order.out))
    begun = _begin(writer, scope, order)
    draft = order.out.with_name(f".{order.out.name}.draft")
    disk = writer.world.disk
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with own_disk(len(case.opened.items)):
            disk.make_folder(draft)
            return _make(_Job(writer, key, scope, order, passphrase, begun, on_bytes), draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Begun:
    """The end of the log for this archive."""

    log_bytes: int
    withheld: frozenset[int]
    events: int
    receipt_code: str


@dataclass(frozen=True, slots=True)
class _Job:
    """Everything that making one archive needs."""

    writer: CaseWriter
    key: SigningKey
    scope: Scope
    order: Order
    passphrase: str
    begun: _Begun
    on_bytes: Callable[[int], None] | None


def _begin(writer: CaseWriter, scope: Scope, order: Order) -> _Begun:
    case = writer.case
    manifest = case.opened
    withheld = _withheld(case, scope)
    payload = bag.payload_manifest([manifest.items[item] for item in scope.items])
    facts: dict[str, Json] = plan.facts(scope, list(manifest.items.values()), withheld, sha256(payload).hex) | {
        "passphrase_for": [{"name": name, "key": reader} for name, reader in order.readers.items()],
    }
    if order.without_consent is not None:
        facts["without_consent"] = order.without_consent
    signed = writer.commit([Event("seal.begun", facts)])
    return _Begun(
        log_bytes=signed.end_bytes,
        withheld=frozenset(withheld),
        events=len(case.custody.commitments),
        receipt_code=signed.checkpoint.receipt_code,
    )


def _withheld(case: Case, scope: Scope) -> set[int]:
    """Return the event lines whose openings stay closed."""
    if case.identity is None:
        raise UsageError("key-needed")
    # What was destroyed is not met here, and stays as closed as what is withheld.
    closed = set(case.custody.commitments)
    for entry in entries(case.folder, case.custody, case.identity):
        if isinstance(entry, Finding):
            raise ItemDamagedError("case-broken", case=case.id, code=entry.code)
        if plan.discloses(scope, entry.type, entry.facts):
            closed.discard(entry.line)
    return closed


def _make(job: _Job, draft: Path) -> Sealed:
    writer, case, begun = job.writer, job.writer.case, job.begun
    name = f"{case.id}.sealed.zip"
    items = [case.opened.items[item] for item in job.scope.items]
    seen = _write(job, items, draft / name)
    _read_back(draft / name, seen, job.passphrase, job.on_bytes)
    last = case.custody.commits[-1].checkpoint
    statement = Statement(case.id, last.lines, last.head, seen.sha256, seen.size_bytes)
    for file_name, content in _beside(job, statement).items():
        write_durably(writer.world.disk, draft / file_name, content)
    writer.world.disk.move(draft, job.order.out)
    writer.world.disk.sync_folder(job.order.out.parent)
    signed = writer.commit([Event("sealed", _sealed_facts(name, seen, statement, begun))])
    return Sealed(
        archive=job.order.out / name,
        folder=job.order.out,
        sha256=seen.sha256.hex,
        size_bytes=seen.size_bytes,
        items_in=len(items),
        items_of=len(case.opened.items),
        events_in=begun.events - len(begun.withheld),
        events_of=begun.events,
        receipt_code=begun.receipt_code,
        line=signed.line,
    )


def _write(job: _Job, items: Sequence[Item], path: Path) -> Tally:
    seen = Tally()
    file = job.writer.world.disk.create(path)
    try:
        archive.write(_Hashed(file, seen), _parts(job, items), job.passphrase)
        file.sync()
    except FormError as error:
        raise SealFailedError("seal-failed", code=str(error)) from error
    finally:
        file.close()
    return seen


def _beside(job: _Job, statement: Statement) -> dict[str, bytes]:
    """Return the small files that lie beside the archive."""
    case = job.writer.case.id
    secret = job.passphrase.encode("ascii") + b"\n"
    signature = job.key.sign(statement.text, ARCHIVE_NAMESPACE)
    files = {
        f"{case}.statement.txt": statement.text,
        f"{case}.statement.txt.sig": sshsig.armour(signature.blob),
        "LISEZ-MOI.txt": letter.outside(),
        "covering-message.txt": letter.covering(),
        "hand-over.pdf": sheet.pdf(_sheet_facts(job, statement)),
        f"{case}.key-case.age": age.encrypt(secret, [job.writer.recipient]),
    }
    for name, recipient in job.order.readers.items():
        files[f"{case}.key-{name}.age"] = age.encrypt(secret, [recipient])
    return files


def _sheet_facts(job: _Job, statement: Statement) -> sheet.Facts:
    case = job.writer.case
    return sheet.Facts(
        file=f"{case.id}.sealed.zip",
        size_bytes=statement.size_bytes,
        sha256=statement.sha256.hex,
        items=f"{len(job.scope.items)} / {len(case.opened.items)}",
        receipt=job.begun.receipt_code,
        fingerprint=job.key.public.fingerprint,
        day=instant(case.custody.commits[-1].time).date(),
    )


def _sealed_facts(name: str, seen: Tally, statement: Statement, begun: _Begun) -> dict[str, Json]:
    return {
        "archive": name,
        "size": seen.size_bytes,
        "sha256": seen.sha256.hex,
        "lines": statement.lines,
        "head": statement.head.hex,
        "receipt": begun.receipt_code,
    }


def _read_back(path: Path, seen: Tally, passphrase: str, on_bytes: Callable[[int], None] | None) -> None:
    """Open the finished archive like a stranger would, and hash every byte of it again."""
    with path.open("rb") as file:
        contents = check(file, seen.size_bytes, path.name, passphrase, on_bytes)
    if contents.findings:
        raise SealFailedError("seal-failed", code=contents.findings[0].code)
    again = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            again.update(piece)
    if again.hexdigest() != seen.sha256.hex:
        raise SealFailedError("seal-failed", code="archive-changed")


def _parts(job: _Job, items: Sequence[Item]) -> list[Part]:
    """Return the members in the order in which a verifier wants to meet them."""
    writer, case, begun = job.writer, job.writer.case, job.begun
    log, log_seen = _log(case, begun)
    events, events_seen = _events(case, begun)
    payload = bag.payload_manifest(items)
    facts = _letter_facts(case, begun, len(items))
    day = case.custody.commits[-1].time[:10]
    small = dict(bag.signed_files(case.custody)) | {
        "bagit.txt": bag.BAGIT,
        bag.INFO: bag.info(case.id, day, items, writer.world.kit),
        bag.LETTER_PAGE: letter.page(facts),
        bag.LETTER_TEXT: letter.text(facts),
        bag.FORMAT: bag.format_document(),
        bag.MANIFEST: payload,
    }
    digests = {name: sha256(content) for name, content in small.items()}
    digests |= {bag.LOG: log_seen.sha256, bag.EVENTS: events_seen.sha256}
    tags = bag.manifest(digests.items())
    small |= {
        bag.TAG_MANIFEST: tags,
        bag.TAG_SIGNATURE: sshsig.armour(job.key.sign(tags, SEAL_NAMESPACE).blob),
    }
    first = ("bagit.txt", bag.INFO, bag.LETTER_PAGE, bag.LETTER_TEXT, bag.FORMAT)
    ordered = [part(f"{case.id}/{name}", small.pop(name)) for name in first]
    ordered += [_streamed(f"{case.id}/{bag.LOG}", log_seen, log)]
    ordered += [_streamed(f"{case.id}/{bag.EVENTS}", events_seen, events)]
    ordered += [part(f"{case.id}/{name}", content) for name, content in small.items()]
    return ordered + [_original(case, item, job.on_bytes) for item in items]


def _letter_facts(case: Case, begun: _Begun, items_in: int) -> letter.Facts:
    receipts = case.opened.entries.get("receipt.issued", ())
    last = case.custody.commits[-1]
    return letter.Facts(
        case=case.id,
        checkpoint=last.checkpoint,
        fingerprint=last.by,
        items_in=items_in,
        items_of=len(case.opened.items),
        events_in=begun.events - len(begun.withheld),
        events_of=begun.events,
        receipts=[(int(each.facts["signature_line"]), each.time) for each in receipts],
    )


def _streamed(name: str, seen: Tally, stream: Callable[[], Iterator[bytes]]) -> Part:
    def feed(sink: Sink) -> None:
        for piece in stream():
            sink.write(piece)

    return Part(Member(name, seen.size_bytes, int(seen.crc32, 16)), feed)


def _log(case: Case, begun: _Begun) -> tuple[Callable[[], Iterator[bytes]], Tally]:
    def stream() -> Iterator[bytes]:
        left = begun.log_bytes
        with case.folder.log.open("rb") as file:
            while left and (piece := file.read(min(PIECE_BYTES, left))):
                left -= len(piece)
                yield piece

    return stream, _measure(stream())


def _events(case: Case, begun: _Begun) -> tuple[Callable[[], Iterator[bytes]], Tally]:
    """Stream `events.jsonl`: a line for every line of the log, empty where nothing is opened."""
    identity, custody = case.identity, case.custody
    if identity is None:
        raise UsageError("key-needed")

    def stream() -> Iterator[bytes]:
        for signed in custody.commits:
            if signed.end_bytes > begun.log_bytes:
                break
            body = case.folder.body(signed.line).read_bytes()
            openings = age.decrypt(body, [identity.opener]).split(b"\n")
            for number, text in zip(range(signed.first, signed.line), openings, strict=False):
                yield (b"" if number in begun.withheld else text) + b"\n"
            yield b"\n"

    return stream, _measure(stream())


def _measure(stream: Iterator[bytes]) -> Tally:
    seen = Tally()
    for piece in stream:
        seen.add(piece)
    return seen


def _original(case: Case, item: Item, on_bytes: Callable[[int], None] | None) -> Part:
    def feed(sink: Sink) -> None:
        watched = _Watched(sink, on_bytes)
        try:
            case.decrypt(item.id, watched)
        except (DamagedError, FileNotFoundError) as error:
            raise ItemDamagedError("item-damaged", item=item.id, case=case.id) from error
        if watched.seen.sha256 != item.sha256:
            raise ItemDamagedError("item-damaged", item=item.id, case=case.id)

    name = f"{case.id}/{plan.data_path(item.id, item.kind)}"
    return Part(Member(name, item.size_bytes, int(item.crc32, 16)), feed)


class _Watched:
    """Hashes an original on its way into the archive."""

    def __init__(self, sink: Sink, on_bytes: Callable[[int], None] | None) -> None:
        self._sink = sink
        self._on_bytes = on_bytes
        self.seen = Tally()

    def write(self, data: bytes, /) -> int:
        self.seen.add(data)
        if self._on_bytes is not None:
            self._on_bytes(len(data))
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()


class _Hashed:
    """Hashes the archive on its way to the disk."""

    def __init__(self, file: DiskFile, seen: Tally) -> None:
        self._file = file
        self._seen = seen

    def write(self, data: bytes, /) -> int:
        self._seen.add(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def next_folder(case: Case, sealed: Path, purpose: str, now: str) -> Path:
    """Return a folder name that is free: case, purpose, day, and a number when the day saw several."""
    base = f"{case.id}.{purpose}.{now[:10]}"
    number = 1
    while (found := sealed / (base if number == 1 else f"{base}.{number}")).exists():
        number += 1
    return found
