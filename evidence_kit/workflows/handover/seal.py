"""Sealing: choose, blur, sign the plan, stream, open again, re-hash, and only then move into place."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import LogEvent
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256, tally
from evidence_kit.intake.errors import DiskFullError
from evidence_kit.keys import age
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Json
from evidence_kit.sealing import archive, bag, plan
from evidence_kit.sealing.bag import Payload
from evidence_kit.sealing.check import check
from evidence_kit.sealing.compare import DATA
from evidence_kit.sealing.errors import ItemDamagedError, SealExistsError, SealFailedError
from evidence_kit.sealing.plan import Volume
from evidence_kit.sealing.zipform import OtherContentError
from evidence_kit.vault.disk import draft_beside, write_durably
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.disk_errors import is_regular, own_disk
from evidence_kit.workflows.case.errors import not_in_place
from evidence_kit.workflows.case.read import Case, pieces
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover import bag_members, companions, redact
from evidence_kit.workflows.handover.bag_members import Load
from evidence_kit.workflows.handover.companions import Made
from evidence_kit.workflows.handover.redact import Copy
from evidence_kit.workflows.handover.scope import (
    PURPOSES,
    Chosen,
    Counts,
    SealOrder,
    choose,
    others,
    without,
    wording_unknown,
)
from evidence_kit.workflows.reading.conversations import exports

__all__ = ["PURPOSES", "Planned", "SealOrder", "Sealed", "next_folder", "planned", "seal", "slip_beside"]

Planned = Counts
FAT32_MOST_BYTES = (4 << 30) - 1
# Letters, format, manifests' frames and end records of a part, generously.
_FIXED_BYTES = 192 << 10
# Headers, a manifest line and a place in the plan for each item; for a copy also its event.
_ITEM_BYTES = 1200
# A blurred copy is far smaller; for a plan that is shown before any is made.
_COPY_BYTES = 16 << 10


@dataclass(frozen=True, slots=True)
class Sealed:
    """Archives that lie in place, re-read and found as planned.

    Attributes:
        folder: Where they lie.
        archives: The parts; one, if the archive was not to be split.
        size_bytes: Length of all parts together.
        items_in: How many items went in.
        items_of: How many the case has.
        events_in: How many events are opened.
        events_of: How many the log has.
        blurred: How many of the items are blurred copies.
        left_out: Ids of items that were meant and stayed here because of what they may hold.
        receipt_code: Fixes the log up to the plan.
        lines: How many lines it fixes.
        line: The signature line behind the event `sealed`.
        digits: Its passphrase, where an earlier run made it; that run's is the one that opens it.
    """

    folder: Path
    archives: tuple[Made, ...]
    size_bytes: int
    items_in: int
    items_of: int
    events_in: int
    events_of: int
    blurred: int
    left_out: tuple[str, ...]
    receipt_code: str
    lines: int
    line: int
    digits: str | None = None

    @property
    def archive(self) -> Path:
        """The archive, or the first part of it."""
        return self.folder / self.archives[0].name

    @property
    def sha256(self) -> str:
        """Digest of the archive, or of the first part of it."""
        return self.archives[0].sha256.hex


def planned(case: Case, order: SealOrder, worker: Worker | None = None) -> Counts:
    """Return the counts of the planned archive, for a person to agree to.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item or a note that the case does not have, or parts that are too small.
        NothingToSealError: No item is left.
    """
    return _counts(case, order, _chosen(case, order, worker))


def seal(  # noqa: PLR0913 - a case, a key, an order, a secret, and two that most orders do not need
    writer: CaseWriter,
    key: SigningKey,
    order: SealOrder,
    passphrase: str,
    on_bytes: Callable[[int], None] | None = None,
    worker: Worker | None = None,
) -> Sealed:
    """Make an archive, or several parts of one.

    Args:
        writer: The case.
        key: Signs the tag manifests and the statements.
        order: What and for whom.
        passphrase: 28 digits.
        on_bytes: Told how many more bytes of originals were written or read back.
        worker: Reads conversations and blurs pictures, where the order needs that.

    Raises:
        SealExistsError: There is something at `order.out`, and no interrupted run of this order made it.
        DiskFullError: There is no room for it; nothing was signed or written.
        ItemDamagedError: An item is not any more what was taken in; nothing is left behind.
        SealFailedError: What was written is not what was planned; nothing is left behind.
    """
    chosen = _chosen(writer.case, order, worker)
    counts = _counts(writer.case, order, chosen)
    before = sealed_before(writer, order, counts)
    if before is not None:
        return before
    if os.path.lexists(order.out):
        raise SealExistsError("seal-exists", path=str(order.out))
    _refuse_full(writer.case, order, counts)
    with _draft(writer, order) as draft:
        ready = _blurred(writer, chosen, worker, draft)
        begun = _begin(writer, key, order, ready, on_bytes)
        return _make(writer, order, passphrase, begun, draft)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The contents of an archive, the blurred copies made."""

    chosen: Chosen
    copies: dict[str, Copy]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A signed plan and the resources it uses."""

    ready: _Ready
    load: Load
    receipt_code: str
    lines: int


def _chosen(case: Case, order: SealOrder, worker: Worker | None) -> Chosen:
    if not order.cited or worker is None:
        return choose(case, order)
    with exports(case, worker) as reading:
        return choose(case, order, reading)


def _counts(case: Case, order: SealOrder, chosen: Chosen) -> Counts:
    scope, manifest = chosen.scope, case.opened
    sizes = [(item, _COPY_BYTES if item in scope.blurred else manifest.items[item].size_bytes) for item in scope.items]
    parts = _split(case, order, sizes)
    of = dict(sizes)
    conversations, other = others(case, scope)
    events = len(case.custody.commitments)
    return Counts(
        items_in=len(scope.items),
        items_of=len(manifest.items),
        events_in=events - len(chosen.withheld),
        events_of=events,
        size_bytes=sum(of.values()),
        purpose=scope.purpose,
        scope=scope.kind,
        blurred=len(scope.blurred),
        left_out=chosen.left_out,
        conversations=conversations,
        other_conversations=other,
        notes_closed=chosen.notes_closed,
        absent=chosen.absent,
        wording_unknown=wording_unknown(case, scope),
        parts=len(parts),
        largest_bytes=_overhead(case) + max(sum(of[item] + _ITEM_BYTES for item in part) for part in parts),
    )


def _refuse_full(case: Case, order: SealOrder, counts: Counts) -> None:
    """Refuse an archive that will not fit, before a plan is signed and an hour is spent on writing half of it."""
    place = next(each for each in (order.out.parent.absolute(), *order.out.absolute().parents) if each.exists())
    needed = counts.size_bytes + counts.parts * _overhead(case) + counts.items_in * _ITEM_BYTES
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DiskFullError("seal-no-room", needed=needed, free=free, path=str(order.out))


def _split(case: Case, order: SealOrder, sizes: Sequence[tuple[str, int]]) -> list[tuple[str, ...]]:
    """Return which items go into which part.

    Raises:
        UsageError: The log alone is larger than a part may be.
    """
    if order.split_bytes is None:
        return [tuple(item for item, _ in sizes)]
    room = order.split_bytes - _overhead(case) - _ITEM_BYTES * len(sizes)
    if room < _ITEM_BYTES:
        raise UsageError("split-too-small", minimum=order.split_bytes - room + _ITEM_BYTES)
    return plan.split(sizes, room, _ITEM_BYTES)


def _overhead(case: Case) -> int:
    """Return about how long a part is beside its items: every part holds the whole log and its openings."""
    bodies = sum(case.folder.body(signed.line).stat().st_size for signed in case.custody.commits)
    return case.custody.end_bytes + bodies + _FIXED_BYTES


@contextmanager
def _draft(writer: CaseWriter, order: SealOrder) -> Iterator[Path]:
    draft = draft_beside(order.out)
    shutil.rmtree(draft, ignore_errors=True)
    lines = writer.head.lines
    try:
        with own_disk(len(writer.case.opened.items)):
            writer.world.disk.make_folder(draft)
            yield draft
    finally:
        # What the log says was sealed waits here for its name.
        if not _told_since(writer, lines):
            shutil.rmtree(draft, ignore_errors=True)


def _told_since(writer: CaseWriter, lines: int) -> bool:
    return any(entry.line > lines for entry in writer.manifest.entries.get("sealed", ()))


def _blurred(writer: CaseWriter, chosen: Chosen, worker: Worker | None, draft: Path) -> _Ready:
    """Make the blurred copies; a picture of which none can be made stays here."""
    scope = chosen.scope
    if not scope.blurred:
        return _Ready(chosen, {})
    if worker is None:
        raise RuntimeError("pictures are blurred by a worker")
    folder = draft / "copies"
    writer.world.disk.make_folder(folder)
    pictures = [writer.manifest.items[item] for item in scope.items if item in scope.blurred]
    made = redact.copies(writer, pictures, worker, folder)
    copies = {each.payload.item: each for each in made if isinstance(each, Copy)}
    failed = scope.blurred - set(copies)
    if not failed:
        return _Ready(chosen, copies)
    return _Ready(without(writer.case, chosen, failed), copies)


def _begin(
    writer: CaseWriter,
    key: SigningKey,
    order: SealOrder,
    ready: _Ready,
    on_bytes: Callable[[int], None] | None,
) -> _Begun:
    """Sign the plan: with it the log ends for this archive."""
    case, scope = writer.case, ready.chosen.scope
    copies = ready.copies
    payloads = {
        item: copies[item].payload if item in copies else bag.original(writer.manifest.items[item])
        for item in scope.items
    }
    parts = _split(case, order, [(item, payloads[item].size_bytes) for item in scope.items])
    volumes: list[list[Payload]] = [[payloads[item] for item in part] for part in parts]
    digests = [sha256(bag.payload_manifest(each)).hex for each in volumes]
    facts = plan.facts(
        scope, len(case.opened.items), ready.chosen.withheld, [*map(Volume, parts, digests)]
    ) | _circumstances(order)
    events = [copies[item].event for item in scope.items if item in copies]
    signed = writer.commit([*events, Event("seal.begun", facts)])
    load = Load(
        case=case,
        key=key,
        kit=writer.world.kit,
        volumes=volumes,
        copies={item: each.path for item, each in copies.items()},
        withheld=ready.chosen.withheld,
        log_bytes=signed.end_bytes,
        on_bytes=on_bytes,
    )
    return _Begun(ready, load, signed.checkpoint.receipt_code, signed.checkpoint.lines)


def _circumstances(order: SealOrder) -> dict[str, Json]:
    said: dict[str, Json] = {
        "passphrase_for": [{"name": name, "key": reader} for name, reader in order.readers.items()],
    }
    if order.notes:
        said["notes"] = sorted(set(order.notes))
    if order.without_consent is not None:
        said["without_consent"] = order.without_consent
        said["authorised_by"] = order.authorised_by
    return said


def _make(writer: CaseWriter, order: SealOrder, passphrase: str, begun: _Begun, draft: Path) -> Sealed:
    case, load, disk = writer.case, begun.load, writer.world.disk
    archives = []
    for number in range(1, len(load.volumes) + 1):
        name = companions.archive_name(case.id, number, len(load.volumes))
        _write(writer, bag_members.members(load, number), draft / name, passphrase)
        digest, size_bytes = _read_back(case, draft / name, passphrase, load.on_bytes)
        archives.append(Made(name, digest, size_bytes, len(load.volumes[number - 1])))
    secret = passphrase.encode("ascii") + b"\n"
    readers = {"case": writer.recipient, **order.readers}
    for file_name, content in companions.files(case, load.key, secret, readers, archives).items():
        write_durably(disk, draft / file_name, content)
    shutil.rmtree(draft / "copies", ignore_errors=True)
    disk.sync_folder(draft)
    events_of = load.events_of
    # The log first: an archive under its name that the log does not know would be sealed a second time.
    signed = writer.commit([Event("sealed", _facts(writer, archives, begun, secret))])
    _put_in_place(writer, draft, order.out, signed.first)
    return Sealed(
        folder=order.out,
        archives=tuple(archives),
        size_bytes=sum(each.size_bytes for each in archives),
        items_in=sum(each.items for each in archives),
        items_of=len(case.opened.items),
        events_in=events_of - len(load.withheld),
        events_of=events_of,
        blurred=len(begun.ready.copies),
        left_out=begun.ready.chosen.left_out,
        receipt_code=begun.receipt_code,
        lines=begun.lines,
        line=signed.line,
    )


def _put_in_place(writer: CaseWriter, draft: Path, out: Path, line: int) -> None:
    """Give a sealed draft its final name; on failure it waits, whole, for the next run of the command."""
    disk = writer.world.disk
    try:
        disk.move(draft, out)
        with suppress(OSError):
            disk.sync_folder(out.parent)
    except OSError as error:
        writer.world.left_to_do.append(not_in_place(writer.case.id, line, out, error))


def sealed_before(writer: CaseWriter, order: SealOrder, counts: Counts) -> Sealed | None:
    """Return the seal of an interrupted run of the same order, put in place; None without one.

    Args:
        writer: The case.
        order: What is to be sealed now.
        counts: What the archive would hold now.

    It is the newest seal of the case, its archives are those that the log names, and it holds what would be sealed now.
    """
    case, draft = writer.case, draft_beside(order.out)
    sealed: Sequence[LogEvent] = case.opened.entries.get("sealed", ())
    place = order.out if order.out.is_dir() else draft
    if not sealed or not place.is_dir() or case.identity is None:
        return None
    told = sealed[-1]
    listed = [told.facts, *told.facts.get("further", ())]
    begun = [each for each in case.opened.entries.get("seal.begun", ()) if each.line < told.line][-1].facts
    same = (begun["purpose"], begun["scope"], begun["items_in"]) == (counts.purpose, counts.scope, counts.items_in)
    if not same or not all(_is_there(place / str(each["archive"]), each) for each in listed):
        return None
    if place == draft:
        _put_in_place(writer, draft, order.out, told.line)
    held = [len(plan.numbers_in(each["items"], told.line)) for each in begun.get("volumes", [begun])]
    archives = [
        Made(str(each["archive"]), Digest(each["sha256"]), int(each["size"]), items)
        for each, items in zip(listed, held, strict=True)
    ]
    wrapped = base64.b64decode(told.facts["passphrase_wrapped"])
    return Sealed(
        folder=order.out,
        archives=tuple(archives),
        size_bytes=sum(each.size_bytes for each in archives),
        items_in=counts.items_in,
        items_of=int(begun["items_of"]),
        events_in=counts.events_in,
        events_of=counts.events_of,
        blurred=counts.blurred,
        left_out=counts.left_out,
        receipt_code=str(told.facts["receipt"]),
        lines=int(told.facts["lines"]),
        line=told.line,
        digits=age.decrypt(wrapped, [case.identity.opener]).decode("ascii").strip(),
    )


def _is_there(path: Path, told: Mapping[str, Any]) -> bool:
    if not is_regular(path) or path.stat().st_size != told["size"]:
        return False
    with path.open("rb") as file:
        return tally(pieces(file)).sha256.hex == str(told["sha256"])


def _facts(writer: CaseWriter, archives: Sequence[Made], begun: _Begun, secret: bytes) -> dict[str, Json]:
    """Return the facts of `sealed`; the passphrase in it is for every later reader of the case."""
    last = writer.case.custody.commits[-1].checkpoint
    listed: list[dict[str, Json]] = [
        {"archive": each.name, "size": each.size_bytes, "sha256": each.sha256.hex} for each in archives
    ]
    facts: dict[str, Json] = dict(listed[0])
    facts |= {"lines": last.lines, "head": last.head.hex, "receipt": begun.receipt_code}
    if len(listed) > 1:
        facts["further"] = listed[1:]
    facts["passphrase_wrapped"] = base64.b64encode(age.encrypt(secret, [writer.recipient])).decode("ascii")
    return facts


def _write(writer: CaseWriter, parts: Sequence[archive.ArchivePart], path: Path, passphrase: str) -> None:
    file = writer.world.disk.create(path)
    try:
        archive.write(file, parts, passphrase)
        file.sync()
    except OtherContentError as error:
        item = _item_of(error.name.partition("/")[2])
        if item is not None:
            raise ItemDamagedError("item-damaged", item=item, case=writer.case.id) from error
        raise SealFailedError("seal-failed", code=str(error)) from error
    finally:
        file.close()


def _read_back(case: Case, path: Path, passphrase: str, on_bytes: Callable[[int], None] | None) -> tuple[Digest, int]:
    """Open the finished archive like a stranger would, hash every byte of it; return its digest and length."""
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        contents = check(file, size_bytes, path.name, passphrase, on_bytes)
    for finding in contents.findings:
        # What came out of the vault is what age vouched for; what the log says of it is held against it only here.
        if finding.code == "item-changed" and finding.item is not None:
            raise ItemDamagedError("item-damaged", item=finding.item, case=case.id)
        raise SealFailedError("seal-failed", code=finding.code)
    if contents.sha256 is None:
        raise SealFailedError("seal-failed", code="archive-cut")
    return contents.sha256, size_bytes


def _item_of(name: str) -> str | None:
    match = DATA.fullmatch(name)
    return None if match is None else match[1]


def next_folder(case: Case, sealed: Path, purpose: str, now: str) -> Path:
    """Return a folder name that is free: case, purpose, day, and a number when the day saw several.

    The receipt's slip lies beside the folder and stays when the folder goes on a stick: its name has to be free too.
    """
    return _folders(case, sealed, purpose, now)[-1]


def newest_folder(case: Case, sealed: Path, purpose: str, now: str) -> Path | None:
    """Return the folder that was given such a name last, None when the day saw none.

    Args:
        case: The case.
        sealed: Folder of sealed archives.
        purpose: For whom.
        now: A day, YYYY-MM-DD.
    """
    found = _folders(case, sealed, purpose, now)
    return found[-2] if len(found) > 1 else None


def _folders(case: Case, sealed: Path, purpose: str, now: str) -> list[Path]:
    """Return the folders of a day in their order, and behind them the first that is free."""
    base = f"{case.id}.{purpose}.{now[:10]}"
    found = [sealed / base]
    while any(map(os.path.lexists, _names(found[-1]))):
        found.append(sealed / f"{base}.{len(found) + 1}")
    return found


def slip_beside(folder: Path) -> Path:
    """Return where the receipt's slip goes: beside the folder, because it does not travel with the archive."""
    return folder.with_name(folder.name + ".receipt.html")


def _names(folder: Path) -> tuple[Path, Path]:
    return folder, slip_beside(folder)
