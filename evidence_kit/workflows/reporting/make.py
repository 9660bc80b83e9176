"""Write a paper about a case into a folder that a person named; the log says so before the folder has its name."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Json
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.pdf import ReportFile, pdfs
from evidence_kit.reports.redaction import redacted
from evidence_kit.vault.disk import draft_beside, write_new
from evidence_kit.vault.patience import discard_tree
from evidence_kit.workers.job import Failure
from evidence_kit.workflows.case.disk_errors import file_refused, is_gone, own_disk
from evidence_kit.workflows.case.plain_file import ensure_free, name_recorded
from evidence_kit.workflows.case.read import Case, file_pieces
from evidence_kit.workflows.reading.exports import ShownProgress, open_exports, unshown_progress
from evidence_kit.workflows.reading.reveal import is_closed
from evidence_kit.workflows.reading.viewable import viewable_items
from evidence_kit.workflows.reporting.collect import ReportRequest, collected
from evidence_kit.workflows.reporting.disclosed import disclosed, disclosed_conversations, resting_on, whole

if TYPE_CHECKING:
    from evidence_kit.sealing.plan import Scope
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.case.write import CaseWriter

PURPOSES = ("lawyer", "police", "person")
PICTURES = ("none", "blurred")
_BLUR = "evidence_kit.media.blurred:blur_picture"
_LARGEST_PICTURE_BYTES = 64 << 20
_LARGEST_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """The order of a paper.

    Attributes:
        request: What it is to say.
        purpose: One of `PURPOSES`.
        languages: One paper for each.
        only: One of `paper.SECTIONS`, None for everything.
        redact_names: Labels stand for people's names.
        pictures: One of `PICTURES`.
    """

    request: ReportRequest
    purpose: str = "lawyer"
    languages: Sequence[str] = ("ar",)
    only: str | None = None
    redact_names: bool = False
    pictures: str = "none"


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A paper that lies in its folder.

    Attributes:
        folder: Where.
        files: Name and length of each file.
        line: The line of the log that says so.
        again: It was there already, byte for byte.
    """

    folder: Path
    files: tuple[tuple[str, int], ...]
    line: int
    again: bool = False


def make(
    writer: CaseWriter,
    order: ReportOrder,
    folders: Iterable[Path],
    worker: Worker,
    progress: ShownProgress = unshown_progress,
) -> ReportMade:
    """Make the papers of an order in a new folder, readable by its owner alone, and note them in the log.

    Args:
        writer: The case.
        order: What is wanted.
        folders: Where; the first of them that is free, or that a run of the same order made.
        worker: Reads conversations and blurs pictures.
        progress: Shows how far conversations are read that were never asked for.

    Raises:
        ExportExistsError: There is something else at each of these paths.
        ReportFailedError: The typesetter failed.
        UsageError: The case has no such conversation.
        DiskFullError: No room; nothing is left behind.
    """
    scope = whole(writer.case, "lawyer" if order.purpose == "person" else order.purpose)
    # So that a paper names a file as an archive would.
    scope = replace(scope, viewable=viewable_items(writer.case, scope.items))
    made = list(files(writer.case, scope, order, worker, progress))
    told: list[Json] = [
        {"name": each.name, "size": len(each.content), "sha256": sha256(each.content).hex} for each in made
    ]
    sizes = tuple((each.name, len(each.content)) for each in made)
    before = _made_before(writer.case, told)
    for folder in folders:
        if before is not None and all(_holds(folder / each.name, each.content) for each in made):
            return ReportMade(folder, sizes, before, again=True)
        if not os.path.lexists(folder):
            break
    ensure_free(folder)
    disk, draft = writer.world.disk, draft_beside(folder)
    with own_disk(len(writer.manifest.items)):
        discard_tree(draft)
        disk.make_folder(draft)
        try:
            for each in made:
                write_new(disk, draft / each.name, each.content)
            line = writer.commit([Event("report.made", facts(order, told))]).first
        except BaseException:
            discard_tree(draft)
            raise
    name_recorded(writer, draft, folder, line)
    return ReportMade(folder, sizes, line)


def files(
    case: Case, scope: Scope, order: ReportOrder, worker: Worker, progress: ShownProgress = unshown_progress
) -> Iterator[ReportFile]:
    """Yield the files of an order: a PDF for each language, or several where a transcript is long.

    Args:
        case: Unlocked.
        scope: What may be said.
        order: What is wanted.
        worker: Reads conversations and blurs pictures.
        progress: Shows how far conversations are read that were never asked for.

    Raises:
        ReportFailedError: The typesetter failed.
        UsageError: The case has no such conversation.
    """
    dossier = dossier_of(case, scope, order, worker, progress)
    pictures = blurred_pictures(case, dossier, worker) if order.pictures == "blurred" else {}
    log = log_of(case)
    for language in order.languages:
        yield from pdfs(dossier, language, log, order.only, pictures)


def dossier_of(
    case: Case, scope: Scope, order: ReportOrder, worker: Worker, progress: ShownProgress = unshown_progress
) -> Dossier:
    """Return the dossier of an order, out of the events that a scope discloses and no others.

    Args:
        case: Unlocked.
        scope: Which events may be told of.
        order: The wish; names are redacted where it says so.
        worker: Reads conversations.
        progress: Shows how far conversations are read that were never asked for.

    Raises:
        UsageError: The case has no such conversation.
    """
    shown = disclosed(case, scope)
    with open_exports(shown, worker, progress=progress) as reading:
        dossier = collected(shown, scope, reading, order.request, disclosed_conversations(case, shown))
    dossier = replace(dossier, case=replace(dossier.case, purpose=order.purpose))
    return redacted(dossier) if order.redact_names else dossier


def facts(order: ReportOrder, told: list[Json]) -> dict[str, Json]:
    """Return the facts of `report.made`; the typed real name is not among them."""
    return {
        "purpose": order.purpose,
        "languages": list(order.languages),
        "only": order.only,
        "conversations": list(order.request.conversations),
        "provisions": list(order.request.provisions),
        "names_redacted": order.redact_names,
        "real_name": order.request.real_name is not None,
        "pictures": order.pictures,
        "files": told,
    }


def log_of(case: Case) -> bytes:
    """Return the signed log of a case up to the commit that a paper rests on."""
    left, found = resting_on(case).end_bytes, io.BytesIO()
    with case.folder.log.open("rb") as file:
        for piece in file_pieces(file):
            found.write(piece[: left - found.tell()])
            if found.tell() >= left:
                break
    return found.getvalue()


def _made_before(case: Case, told: list[Json]) -> int | None:
    made = [each.line for each in case.opened.entries.get("report.made", ()) if each.facts.get("files") == told]
    return made[-1] if made else None


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def blurred_pictures(case: Case, dossier: Dossier, worker: Worker) -> dict[int, str | None]:
    """Return a blurred copy as SVG of every picture among the exhibits, by exhibit number.

    None stands for one that cannot be blurred, and for one that nobody may see: of a person not known to be an adult.

    Args:
        case: Unlocked.
        dossier: Of it.
        worker: Blurs pictures.
    """
    return dict(_pictures(case, dossier, worker))


def _pictures(case: Case, dossier: Dossier, worker: Worker) -> Iterator[tuple[int, str | None]]:
    for exhibit in dossier.exhibits:
        item = case.opened.items.get(exhibit.item)
        if item is None or item.family != "picture":
            continue
        closed = is_closed(case.opened.age_band, item) or item.size_bytes > _LARGEST_PICTURE_BYTES
        jpeg = None if closed else _blurred(case, item, worker)
        yield exhibit.number, None if jpeg is None else _svg(jpeg)


def _blurred(case: Case, item: Item, worker: Worker) -> str | None:
    sink = io.BytesIO()
    try:
        case.decrypt(item.id, sink)
    except DamagedError:
        return None
    except OSError as error:
        # What is gone or damaged, the first page names; what cannot be read now would be left out without a word.
        if is_gone(error):
            return None
        raise file_refused(error, case.folder.relative(case.folder.item(item.id))) from error
    answer = worker.call(_BLUR, {}, sink.getvalue())
    told = None if isinstance(answer, Failure) or not isinstance(answer.value, dict) else answer.value.get("jpeg")
    # The worker read hostile bytes, and what it answers is data: base64 of a small JPEG.
    try:
        jpeg = base64.b64decode(str(told), validate=True)
    except ValueError:
        return None
    sound = jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9") and len(jpeg) <= _LARGEST_COPY_BYTES
    return base64.b64encode(jpeg).decode("ascii") if sound else None


def _svg(jpeg: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240" viewBox="0 0 320 240">'
        f'<image width="320" height="240" href="data:image/jpeg;base64,{jpeg}"/></svg>'
    )
