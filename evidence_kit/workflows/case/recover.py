"""Put aside all bytes behind the last signed line, which were never acknowledged, under `recovered/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from evidence_kit.custody.established import Custody
from evidence_kit.custody.manifest import LogEvent
from evidence_kit.hashing.exact import Tally, tally_stream
from evidence_kit.model import Digest, DiskFile, Json
from evidence_kit.vault.folder import DRAFT_ENDING, CaseFolder
from evidence_kit.vault.links import is_link
from evidence_kit.workflows.case.disk_errors import is_regular
from evidence_kit.workflows.case.read import Case, file_pieces

if TYPE_CHECKING:
    from evidence_kit.workflows.case.world import World


def put_aside(case: Case, world: World) -> Mapping[str, Json] | None:
    """Move all bytes behind the last signed line to `recovered/`; return the event's facts if there were any.

    The order makes it safe to be interrupted: the tail is copied and durable before the log is cut.
    """
    folder, custody, disk = case.folder, case.custody, world.disk
    orphans, unnamed = list(_orphans(folder, custody)), list(_unnamed(case))
    if not custody.tail_bytes and not orphans and not unnamed:
        return None
    aside = _free_name(folder, custody.signed_lines)
    files: list[Json] = []
    for path in unnamed:
        with path.open("rb") as file:
            seen = tally_stream(file_pieces(file))
        files.append(_aside(folder, path, seen.sha256, seen.size_bytes))
    if custody.tail_bytes or orphans:
        disk.make_folder(aside)
    if custody.tail_bytes:
        with folder.log.open("rb") as file:
            file.seek(custody.end_bytes)
            seen = _copy(file, disk.create(aside / "tail.jsonl"))
        files.append(_aside(folder, aside / "tail.jsonl", seen.sha256, seen.size_bytes))
        disk.sync_folder(aside)
        disk.sync_folder(folder.recovered)
    for path in orphans:
        with path.open("rb") as file:
            seen = tally_stream(file_pieces(file))
        target = aside / path.name
        disk.move(path, target)
        files.append(_aside(folder, target, seen.sha256, seen.size_bytes))
    for place in {path.parent for path in orphans} | ({aside} if orphans else set()):
        disk.sync_folder(place)
    if custody.tail_bytes:
        disk.shorten(folder.log, custody.end_bytes)
        custody.tail_bytes = 0
    return {"what": "unsigned-put-aside", "after_line": custody.signed_lines, "files": files}


def _copy(source: BinaryIO, target: DiskFile) -> Tally:
    seen = Tally()
    try:
        for piece in file_pieces(source):
            seen.add(piece)
            target.write(piece)
        target.sync()
    finally:
        target.close()
    return seen


def _aside(folder: CaseFolder, path: Path, digest: Digest, size_bytes: int) -> Json:
    return {"path": folder.relative(path), "size": size_bytes, "sha256": digest.hex}


def _orphans(folder: CaseFolder, custody: Custody) -> Iterator[Path]:
    """Yield files of ours that no signed line names: drafts, and items of a commit that never was."""
    named = {folder.item(item) for item in custody.objects}
    named |= {folder.body(line) for line in custody.bodies} | {folder.key(name) for name in custody.readers}
    for place in (folder.store, folder.bodies, folder.keys):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            ours = path.name.endswith((".age", ".age" + DRAFT_ENDING))
            if ours and path not in named and path.is_file() and not is_link(path):
                yield path


def _unnamed(case: Case) -> Iterator[Path]:
    """Yield files in `recovered/` without an event: a second interruption came before it."""
    folder = case.folder
    if not folder.recovered.is_dir():
        return
    named = {str(each.get("path")) for entry in _recovered(case) for each in entry.facts.get("files", ())}
    for path in sorted(folder.recovered.glob("*/*")):
        if folder.relative(path) not in named and is_regular(path) and path.parent.is_dir():
            yield path


def _recovered(case: Case) -> Sequence[LogEvent]:
    return case.opened.entries.get("recovered", ())


def _free_name(folder: CaseFolder, line: int) -> Path:
    number = 1
    while (aside := folder.recovered / f"after-{line:08d}-{number:02d}").exists():
        number += 1
    return aside
