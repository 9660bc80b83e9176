"""Writing pairs as pictures beside each other into a folder that a person named; the log says so."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import Tally
from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.model import Json
from evidence_kit.vault.disk import draft_beside, write_new
from evidence_kit.vault.patience import discard_tree
from evidence_kit.workers.job import Failure, Job, JobRunner
from evidence_kit.workflows.case.disk_errors import own_disk
from evidence_kit.workflows.case.plain_file import ensure_free, name_recorded, same_tree
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.features import LARGEST_BYTES
from evidence_kit.workflows.reading.match import MatchResult, item_reader
from evidence_kit.workflows.reading.similar import SimilarPair

PAGE: Final = "index.html"
MOST: Final = 200
_FUNCTION: Final = "evidence_kit.matching.worker:draw_side_by_side"
_LARGEST_TOGETHER: Final = LARGEST_BYTES - 8


@dataclass(frozen=True, slots=True)
class DrawnPair:
    """A pair that was drawn.

    Attributes:
        pair: What it shows.
        file: Name of its file.
    """

    pair: SimilarPair
    file: str


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """A pair that could not be drawn, and why."""

    pair: SimilarPair
    reason: str


@dataclass(frozen=True, slots=True)
class PairDrawOrder:
    """Where pairs are drawn, and how.

    Attributes:
        folder: It must not exist.
        sharp: A person's reason to draw the pictures unblurred; None blurs them.
        page: Returns a page of HTML that shows the drawn pairs, in the person's language.
    """

    folder: Path
    sharp: str | None
    page: Callable[[Sequence[DrawnPair]], str]


def draw_pairs(
    writer: CaseWriter, other: Case | None, found: MatchResult, run: JobRunner, order: PairDrawOrder
) -> list[DrawnPair | NotDrawn]:
    """Draw every pair that has a matching area, and note it in the log.

    Args:
        writer: The case, unlocked.
        other: The case that the other pictures are of; None for this one.
        found: The pairs, and where files from outside lie.
        run: Decodes and draws.
        order: The folder, the page round the drawings, and whether they are sharp.

    Raises:
        ExportExistsError: There is something where the folder would go.
        DiskFullError: No room; what was drawn is deleted.
    """
    made: list[DrawnPair | NotDrawn] = []
    disk, draft = writer.world.disk, draft_beside(order.folder)
    discard_tree(draft)
    with own_disk(len(writer.manifest.items)):
        try:
            disk.make_folder(draft)
            sizes = 0
            for number, pair in enumerate(_drawable(found), start=1):
                answer = _jpeg(writer.case, other, found, pair, run, sharp=order.sharp is not None)
                if isinstance(answer, str):
                    made.append(NotDrawn(pair, answer))
                    continue
                name = f"{number:03d}-{pair.item}.jpg"
                write_new(disk, draft / name, answer)
                made.append(DrawnPair(pair, name))
                sizes += len(answer)
            page = order.page([each for each in made if isinstance(each, DrawnPair)]).encode()
            write_new(disk, draft / PAGE, page)
            disk.sync_folder(draft)
            if same_tree(draft, order.folder) and drawn_before(writer, order.folder) is not None:
                discard_tree(draft)
                return made
            ensure_free(order.folder)
            line = writer.commit([Event("exported", _facts(order, made, sizes + len(page), page))]).first
        except BaseException:
            discard_tree(draft)
            raise
    name_recorded(writer, draft, order.folder, line)
    return made


def drawn_before(writer: CaseWriter, folder: Path) -> int | None:
    """Return the line that says that pairs were drawn into a folder of this name, None when none does."""
    told = [
        entry.line
        for entry in writer.manifest.entries.get("exported", ())
        if entry.facts.get("what") == "pairs" and entry.facts.get("name") == _shown(folder)
    ]
    return told[-1] if told and folder.is_dir() else None


def _shown(folder: Path) -> str:
    return folder.name.encode("utf-8", "replace").decode("utf-8")


def _drawable(found: MatchResult) -> Iterator[SimilarPair]:
    drawn = [pair for pair in found.pairs if pair.transformation is not None]
    yield from drawn[:MOST]


def _jpeg(  # noqa: PLR0913
    case: Case, other: Case | None, found: MatchResult, pair: SimilarPair, run: JobRunner, *, sharp: bool
) -> bytes | str:
    told = pair.transformation
    if told is None:
        return "no-area"
    try:
        first, first_kind = _bytes_of(case, other, found, pair.item)
        second, second_kind = _bytes_of(case, other, found, pair.other)
    except OSError:
        return "unreadable"
    if len(first) + len(second) > _LARGEST_TOGETHER:
        return "too-large"
    arguments: dict[str, Json] = {
        "kinds": [first_kind, second_kind],
        "frames": [pair.item_frame, pair.other_frame],
        "pictures": [pair.item_picture, pair.other_picture],
        "area": list(told.area),
        "outline": [list(point) for point in told.outline],
        "differs": [list(each) for each in told.differs or ()],
        "sharp": sharp,
    }
    payload = struct.pack(">Q", len(first)) + first + second
    answer = run.submit(Job(_FUNCTION, arguments, payload)).result()
    if isinstance(answer, Failure):
        return f"{LIBRARY_MISSING}:{answer.detail}" if answer.reason == LIBRARY_MISSING else "not-decoded"
    value = answer.value if isinstance(answer.value, Mapping) else {}
    try:
        return base64.b64decode(str(value["jpeg"]), validate=True)
    except (KeyError, binascii.Error, ValueError):
        return str(value.get("reason", "not-decoded"))


def _bytes_of(case: Case, other: Case | None, found: MatchResult, name: str) -> tuple[bytes, str]:
    """Return the bytes of one side and the name of its type.

    Raises:
        OSError: They cannot be had any more, or are others than were compared.
    """
    if name in found.candidates:
        from evidence_kit.intake.sniff import HEAD_BYTES, sniff

        candidate = found.candidates[name]
        data = candidate.path.read_bytes()
        seen = Tally()
        seen.add(data)
        if seen.sha256.hex != candidate.sha256:
            raise OSError("changed since")
        return data, sniff(data[:HEAD_BYTES], len(data)).name
    if other is not None and name.startswith(f"{other.id}/"):
        case, name = other, name.removeprefix(f"{other.id}/")
    return item_reader(case, name)(), case.opened.items[name].kind


def _facts(order: PairDrawOrder, made: Sequence[DrawnPair | NotDrawn], size: int, page: bytes) -> dict[str, Json]:
    drawn = [each for each in made if isinstance(each, DrawnPair)]
    return {
        "what": "pairs",
        "form": "jpeg",
        "name": _shown(order.folder),
        "rows": len(drawn),
        "size": size,
        "sha256": hashlib.sha256(page).hexdigest(),
        "items": sorted({each.pair.item for each in drawn}),
        "sharp": order.sharp,
    }
