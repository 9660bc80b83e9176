"""The members of a bag, each streamed out of the case when its turn comes; nothing in clear on any disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.custody.manifest import Item
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.keys import age, sshsig
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sshsig import SEAL_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import ByteSink, Digest
from evidence_kit.sealing import bag, letter
from evidence_kit.sealing.archive import ArchivePart, ArchiveSink, small_part
from evidence_kit.sealing.bag import Payload
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.sealing.zipform import ArchiveMember
from evidence_kit.workflows.case.read import PIECE_BYTES, Case
from evidence_kit.workflows.handover.seal_reports import SealedReport


@dataclass(frozen=True, slots=True)
class SealLoad:
    """Everything that all parts of one seal share.

    Attributes:
        case: The case; its log ends with the seal's plan.
        key: Signs the tag manifests.
        kit: Version of the kit.
        volumes: What lies below `data/`, part by part.
        copies: Where the blurred copies lie, encrypted to the case, by item id.
        withheld: Numbers of the event lines whose openings stay closed.
        log_bytes: Where the log ends for this seal.
        on_bytes: Told how many more bytes of originals were written.
        reports: What lies below `report/` of every part, by path.
    """

    case: Case
    key: SigningKey
    kit: str
    volumes: Sequence[Sequence[Payload]]
    copies: Mapping[str, Path]
    withheld: frozenset[int]
    log_bytes: int
    on_bytes: Callable[[int], None] | None = None
    reports: Sequence[SealedReport] = ()
    measured: dict[str, Tally] = field(default_factory=dict)

    @property
    def events_of(self) -> int:
        """How many events the log has at its end for this seal."""
        return len(self.case.custody.commitments)

    def letter_facts(self, number: int) -> letter.LetterFacts:
        """Return the facts of the letter in one part."""
        case = self.case
        last = case.custody.commits[-1]
        receipts = case.opened.entries.get("receipt.issued", ())
        return letter.LetterFacts(
            case=case.id,
            checkpoint=last.checkpoint,
            fingerprint=last.by,
            items_in=len(self.volumes[number - 1]),
            items_of=len(case.opened.items),
            events_in=self.events_of - len(self.withheld),
            events_of=self.events_of,
            receipts=[letter.HandedReceipt(int(each.facts["signature_line"]), each.time) for each in receipts],
            blurred=sum(each.blurred for each in self.volumes[number - 1]),
            part=number,
            parts=len(self.volumes),
            reports=[each.planned.path for each in self.reports],
            purpose=str(case.opened.entries["seal.begun"][-1].facts["purpose"]),
            stamps=[
                letter.StampLines(number, int(clear["line"]))
                for number, clear in sorted(case.custody.clear.items())
                if clear.get("type") == "anchored"
            ],
        )


def bag_members(load: SealLoad, number: int) -> list[ArchivePart]:
    """Return the members of one part in the order in which a verifier wants to meet them."""
    case = load.case
    payloads = load.volumes[number - 1]
    log, events = _measured(load, bag.LOG, _log), _measured(load, bag.EVENTS, _events)
    facts = load.letter_facts(number)
    day = case.custody.commits[-1].time[:10]
    place = bag.PartNumber(number, len(load.volumes))
    small = dict(bag.signed_files(case.custody)) | {
        "bagit.txt": bag.BAGIT,
        bag.INFO: bag.bag_info(case.id, day, payloads, load.kit, place),
        bag.LETTER_PAGE: letter.letter_page(facts),
        bag.LETTER_TEXT: letter.letter_text(facts),
        bag.FORMAT: bag.format_document(),
        bag.MANIFEST: bag.payload_manifest(payloads),
    }
    digests = {name: sha256(content) for name, content in small.items()}
    digests |= {bag.LOG: log.sha256, bag.EVENTS: events.sha256}
    digests |= {each.planned.path: Digest(each.planned.sha256) for each in load.reports}
    tags = bag.manifest_text(digests.items())
    last = {bag.MANIFEST: small.pop(bag.MANIFEST), bag.TAG_MANIFEST: tags}
    last[bag.TAG_SIGNATURE] = sshsig.armour(load.key.sign(tags, SEAL_NAMESPACE).blob)
    first = ("bagit.txt", bag.INFO, bag.LETTER_PAGE, bag.LETTER_TEXT, bag.FORMAT)
    ordered = [small_part(f"{case.id}/{name}", small.pop(name)) for name in first]
    ordered += [_streamed(f"{case.id}/{bag.LOG}", log, lambda: _log(load))]
    ordered += [_streamed(f"{case.id}/{bag.EVENTS}", events, lambda: _events(load))]
    ordered += [small_part(f"{case.id}/{name}", content) for name, content in small.items()]
    ordered += [_report(load, each) for each in load.reports]
    ordered += [small_part(f"{case.id}/{name}", content) for name, content in last.items()]
    return ordered + [_payload(load, each) for each in payloads]


def decrypt_item(case: Case, item: Item, sink: ByteSink) -> None:
    """Push an original into a sink; its bytes count only once this returns.

    Args:
        case: The case, unlocked.
        item: The item.
        sink: Takes the plain bytes.

    Raises:
        ItemDamagedError: It is not any more what was taken in.
    """
    hashed = _Hashed(sink)
    try:
        case.decrypt(item.id, hashed)
    except (DamagedError, FileNotFoundError) as error:
        raise ItemDamagedError("item-damaged", item=item.id, case=case.id) from error
    if hashed.sha256 != item.sha256:
        raise ItemDamagedError("item-damaged", item=item.id, case=case.id)


def _measured(load: SealLoad, name: str, stream: Callable[[SealLoad], Iterator[bytes]]) -> Tally:
    """Measure the members that are the same in every part, once."""
    if name not in load.measured:
        seen = load.measured[name] = Tally()
        for piece in stream(load):
            seen.add(piece)
    return load.measured[name]


def _streamed(name: str, seen: Tally, stream: Callable[[], Iterator[bytes]]) -> ArchivePart:
    def feed(sink: ArchiveSink) -> None:
        for piece in stream():
            sink.write(piece)

    return ArchivePart(ArchiveMember(name, seen.size_bytes, int(seen.crc32, 16)), feed)


def _log(load: SealLoad) -> Iterator[bytes]:
    left = load.log_bytes
    with load.case.folder.log.open("rb") as file:
        while left and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


def _events(load: SealLoad) -> Iterator[bytes]:
    """Stream `events.jsonl`: a line for every line of the log, empty where nothing is opened."""
    case = load.case
    if case.identity is None:
        raise UsageError("key-needed")
    for signed in case.custody.commits:
        if signed.end_bytes > load.log_bytes:
            break
        body = case.folder.body(signed.line).read_bytes()
        openings = age.decrypt_bytes(body, [case.identity.opener]).split(b"\n")
        for number, text in zip(range(signed.first, signed.line), openings, strict=False):
            yield (b"" if number in load.withheld else text) + b"\n"
        yield b"\n"


def _report(load: SealLoad, report: SealedReport) -> ArchivePart:
    """Return a report as a member, out of the encrypted file in which it waits."""

    def feed(sink: ArchiveSink) -> None:
        if load.case.identity is None:
            raise UsageError("key-needed")
        with report.path.open("rb") as file:
            age.open_stream(file, sink, load.case.identity)

    planned = report.planned
    return ArchivePart(ArchiveMember(f"{load.case.id}/{planned.path}", planned.size_bytes, report.crc32), feed)


def _payload(load: SealLoad, payload: Payload) -> ArchivePart:
    """Return an original as a member.

    Age authenticates it, the archive's writer compares its size and CRC-32, and the finished archive is read back:
    there its SHA-256 is held against the log.
    """

    def feed(sink: ArchiveSink) -> None:
        try:
            _open(load, payload, sink if load.on_bytes is None else _Told(sink, load.on_bytes))
        except (DamagedError, FileNotFoundError) as error:
            raise ItemDamagedError("item-damaged", item=payload.item, case=load.case.id) from error

    name = f"{load.case.id}/{payload.path}"
    return ArchivePart(ArchiveMember(name, payload.size_bytes, int(payload.crc32, 16)), feed)


def _open(load: SealLoad, payload: Payload, sink: ByteSink) -> None:
    if not payload.blurred:
        load.case.decrypt(payload.item, sink)
    elif load.case.identity is not None:
        with load.copies[payload.item].open("rb") as file:
            age.open_stream(file, sink, load.case.identity)


class _Told:
    """Tells how much of an original has passed on its way into the archive."""

    def __init__(self, sink: ByteSink, on_bytes: Callable[[int], None]) -> None:
        self._sink = sink
        self._on_bytes = on_bytes

    def write(self, data: bytes, /) -> int:
        self._on_bytes(len(data))
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()


class _Hashed:
    """Hashes an original on its way."""

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> Digest:
        """SHA-256 of everything so far."""
        return Digest(self._sha256.hexdigest())

    def write(self, data: bytes, /) -> int:
        self._sha256.update(data)
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()
