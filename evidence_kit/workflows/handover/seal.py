"""Sealing: choose, blur, report, sign the plan, stream, open again, re-hash, and only then move into place."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Json
from evidence_kit.sealing import archive, bag, plan
from evidence_kit.sealing.bag import Payload
from evidence_kit.sealing.check import check_archive
from evidence_kit.sealing.compare import DATA
from evidence_kit.sealing.errors import ItemDamagedError, SealExistsError, SealFailedError
from evidence_kit.sealing.plan import Volume
from evidence_kit.sealing.zipform import OtherContentError
from evidence_kit.vault.disk import draft_beside, write_durably
from evidence_kit.vault.patience import discard_tree
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.disk_errors import own_disk
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover import bag_members, companions, redact
from evidence_kit.workflows.handover.bag_members import SealLoad
from evidence_kit.workflows.handover.companions import WrittenArchive
from evidence_kit.workflows.handover.redact import RedactedCopy
from evidence_kit.workflows.handover.scope import ChosenScope, SealOrder, without_items
from evidence_kit.workflows.handover.seal_estimate import chosen_for, estimated, refuse_full, split_into_parts
from evidence_kit.workflows.handover.seal_reports import SealReports, made_reports
from evidence_kit.workflows.handover.sealed import SealResult, put_in_place, sealed_before
from evidence_kit.workflows.reading.viewable import viewable_items


def make_seal(  # noqa: PLR0913 - a case, a key, an order, a secret, and two that most orders do not need
    writer: CaseWriter,
    key: SigningKey,
    order: SealOrder,
    passphrase: str,
    on_bytes: Callable[[int], None] | None = None,
    worker: Worker | None = None,
) -> SealResult:
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
    chosen = chosen_for(writer.case, order, worker)
    counts = estimated(writer.case, order, chosen)
    before = sealed_before(writer, order, counts)
    if before is not None:
        return before
    if os.path.lexists(order.out):
        raise SealExistsError("seal-exists", path=str(order.out))
    refuse_full(writer.case, order, counts)
    with _draft(writer, order) as draft:
        ready = _shown(writer, _blurred(writer, chosen, worker, draft))
        ready = _reported(writer, order, ready, worker, draft)
        begun = _begin(writer, key, order, ready, on_bytes)
        return _make(writer, order, passphrase, begun, draft)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The contents of an archive, blurred copies and reports made."""

    chosen: ChosenScope
    copies: dict[str, RedactedCopy]
    reports: SealReports = field(default_factory=SealReports)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A signed plan and the resources it uses."""

    ready: _Ready
    load: SealLoad
    receipt_code: str
    lines: int


@contextmanager
def _draft(writer: CaseWriter, order: SealOrder) -> Iterator[Path]:
    draft = draft_beside(order.out)
    discard_tree(draft)
    lines = writer.head.lines
    try:
        with own_disk(len(writer.case.opened.items)):
            writer.world.disk.make_folder(draft)
            yield draft
    finally:
        # What the log says was sealed waits here for its name.
        if not _told_since(writer, lines):
            discard_tree(draft)


def _told_since(writer: CaseWriter, lines: int) -> bool:
    return any(entry.line > lines for entry in writer.manifest.entries.get("sealed", ()))


def _blurred(writer: CaseWriter, chosen: ChosenScope, worker: Worker | None, draft: Path) -> _Ready:
    """Make the blurred copies; a picture of which none can be made stays here."""
    scope = chosen.scope
    if not scope.blurred:
        return _Ready(chosen, {})
    if worker is None:
        raise RuntimeError("pictures are blurred by a worker")
    folder = draft / "copies"
    writer.world.disk.make_folder(folder)
    pictures = [writer.manifest.items[item] for item in scope.items if item in scope.blurred]
    made = redact.redacted_copies(writer, pictures, worker, folder)
    copies = {each.payload.item: each for each in made if isinstance(each, RedactedCopy)}
    failed = scope.blurred - set(copies)
    if not failed:
        return _Ready(chosen, copies)
    return _Ready(without_items(writer.case, chosen, failed), copies)


def _shown(writer: CaseWriter, ready: _Ready) -> _Ready:
    """Note which texts keep an ending that opens them."""
    scope = ready.chosen.scope
    found = viewable_items(writer.case, scope.items)
    return replace(ready, chosen=replace(ready.chosen, scope=replace(scope, viewable=found)))


def _reported(writer: CaseWriter, order: SealOrder, ready: _Ready, worker: Worker | None, draft: Path) -> _Ready:
    """Make the reports, of nothing but the contents of this very archive."""
    if order.report is None:
        return ready
    if worker is None:
        raise RuntimeError("conversations are read by a worker")
    folder = draft / "reports"
    writer.world.disk.make_folder(folder)
    return replace(ready, reports=made_reports(writer, ready.chosen.scope, order.report, worker, folder))


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
    items = writer.manifest.items
    payloads = {
        item: copies[item].payload
        if item in copies
        else bag.original_payload(items[item], viewable=item in scope.viewable)
        for item in scope.items
    }
    sizes = [(item, payloads[item].size_bytes) for item in scope.items]
    parts = split_into_parts(case, order, sizes, ready.reports.size_bytes)
    volumes: list[list[Payload]] = [[payloads[item] for item in part] for part in parts]
    digests = [sha256(bag.payload_manifest(each)).hex for each in volumes]
    reports = [each.planned for each in ready.reports.files]
    facts = plan.plan_facts(
        scope, len(case.opened.items), ready.chosen.withheld, [*map(Volume, parts, digests)], reports
    ) | _circumstances(order)
    events = [*ready.reports.events, *(copies[item].event for item in scope.items if item in copies)]
    signed = writer.commit([*events, Event("seal.begun", facts)])
    load = SealLoad(
        case=case,
        key=key,
        kit=writer.world.kit,
        volumes=volumes,
        copies={item: each.path for item, each in copies.items()},
        withheld=ready.chosen.withheld,
        log_bytes=signed.end_bytes,
        on_bytes=on_bytes,
        reports=ready.reports.files,
    )
    return _Begun(ready, load, signed.checkpoint.receipt_code, signed.checkpoint.lines)


def _circumstances(order: SealOrder) -> dict[str, Json]:
    said: dict[str, Json] = {
        "passphrase_for": [{"name": name, "key": reader} for name, reader in order.readers.items()],
    }
    if order.notes:
        said["notes"] = sorted(set(order.notes))
    if order.opens_threats:
        said["threats"] = True
    if order.without_consent is not None:
        said["without_consent"] = order.without_consent
        said["authorised_by"] = order.authorised_by
    return said


def _make(writer: CaseWriter, order: SealOrder, passphrase: str, begun: _Begun, draft: Path) -> SealResult:
    case, load, disk = writer.case, begun.load, writer.world.disk
    archives = []
    for number in range(1, len(load.volumes) + 1):
        name = companions.archive_name(case.id, number, len(load.volumes))
        _write(writer, bag_members.bag_members(load, number), draft / name, passphrase)
        digest, size_bytes = _read_back(case, draft / name, passphrase, load.on_bytes)
        archives.append(WrittenArchive(name, digest, size_bytes, len(load.volumes[number - 1])))
    secret = passphrase.encode("ascii") + b"\n"
    readers = {"case": writer.recipient, **order.readers}
    for file_name, content in companions.companion_files(case, load.key, secret, readers, archives).items():
        write_durably(disk, draft / file_name, content)
    for waiting in ("copies", "reports"):
        discard_tree(draft / waiting)
    disk.sync_folder(draft)
    events_of = load.events_of
    # The log first: an archive under its name that the log does not know would be sealed a second time.
    signed = writer.commit([Event("sealed", _facts(writer, archives, begun, secret))])
    put_in_place(writer, draft, order.out, signed.first)
    return SealResult(
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


def _facts(writer: CaseWriter, archives: Sequence[WrittenArchive], begun: _Begun, secret: bytes) -> dict[str, Json]:
    """Return the facts of `sealed`; the passphrase in it is for every later reader of the case."""
    last = writer.case.custody.commits[-1].checkpoint
    listed: list[dict[str, Json]] = [
        {"archive": each.name, "size": each.size_bytes, "sha256": each.sha256.hex} for each in archives
    ]
    facts: dict[str, Json] = dict(listed[0])
    facts |= {"lines": last.lines, "head": last.head.hex, "receipt": begun.receipt_code}
    if len(listed) > 1:
        facts["further"] = listed[1:]
    facts["passphrase_wrapped"] = base64.b64encode(age.encrypt_bytes(secret, [writer.recipient])).decode("ascii")
    return facts


def _write(writer: CaseWriter, parts: Sequence[archive.ArchivePart], path: Path, passphrase: str) -> None:
    file = writer.world.disk.create(path)
    try:
        archive.write_archive(file, parts, passphrase)
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
        contents = check_archive(file, size_bytes, path.name, passphrase, on_bytes)
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
