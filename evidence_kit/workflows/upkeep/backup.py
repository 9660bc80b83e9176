"""A copy of a case on another disk: new files are copied, everything is hashed again, the log records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.errors import CaseBrokenError, CaseExistsError
from evidence_kit.custody.established import Custody
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import LogHead
from evidence_kit.custody.manifest import LogEvent, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Disk, Json, Weight
from evidence_kit.vault.disk import replacing_file
from evidence_kit.vault.folder import AGE_ENDING, DRAFT_ENDING, LOG, README, CaseFolder, is_litter
from evidence_kit.vault.links import files_below
from evidence_kit.workflows.case import removal
from evidence_kit.workflows.case.disk_errors import broken_error, is_regular, own_disk
from evidence_kit.workflows.case.read import Case, file_pieces
from evidence_kit.workflows.case.write import CaseWriter


@dataclass(frozen=True, slots=True)
class MirroredCopy:
    """A copy that was read back and found whole.

    Attributes:
        path: The copy.
        lines: How many lines its log has.
        copied: How many files were new.
        copied_bytes: How long these are.
    """

    path: Path
    lines: int
    copied: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class BackedUp(MirroredCopy):
    """The same, and the case itself says that it was made.

    Attributes:
        line: Of the event that says so.
    """

    line: int


def last_backup(manifest: Manifest) -> LogEvent | None:
    """Return the newest event that says that the case was backed up."""
    found = [each for each in manifest.entries.get("exported", ()) if each.facts.get("what") == "backup"]
    return found[-1] if found else None


def holds_all(manifest: Manifest) -> bool:
    """Say whether the newest backup, which was read back, was made behind the last item that the case took in."""
    made = last_backup(manifest)
    return made is not None and all(item.line <= int(made.facts["lines"]) for item in manifest.everything)


def back_up_case(writer: CaseWriter, into: Path, on_bytes: Callable[[int], None] | None = None) -> BackedUp:
    """Copy the case into a folder of its name, or bring the copy that is there up to date.

    Interrupted, it is run again. The copy's log is replaced last, so that a copy is at any time a whole one.

    Args:
        writer: The case.
        into: Folder on the other disk.
        on_bytes: Told how many bytes were copied, again and again; None where nobody watches.

    Raises:
        CaseExistsError: There is something else there, or a copy that is no earlier state of this case.
        CaseBrokenError: The copy was read back and is not what the log says; the case itself was not changed.
        DiskFullError: No room on the other disk.
        UsageError: The folder lies inside the case.
    """
    case = writer.case
    done = mirror_case(case, into, writer.world.disk, on_bytes)
    # Whoever checks the copy here is told that it is the state it was made of, and not that the log was cut.
    writer.remember_head(copied=LogHead(case.id, case.custody.signed_lines, case.custody.head))
    facts: dict[str, Json] = {
        "what": "backup",
        "form": "case-folder",
        "name": into.name.encode("utf-8", "replace").decode("utf-8"),
        "size": done.copied_bytes,
        "lines": done.lines,
        "head": case.custody.head.hex,
    }
    signed = writer.commit([Event("exported", facts)])
    return BackedUp(done.path, done.lines, done.copied, done.copied_bytes, signed.first)


def mirror_case(case: Case, into: Path, disk: Disk, on_bytes: Callable[[int], None] | None = None) -> MirroredCopy:
    """Copy a case into a folder of its name, or bring the copy there up to date, and read the copy back.

    Args:
        case: The case, unlocked.
        into: Folder on the other disk.
        disk: Writes there.
        on_bytes: Told how many bytes were copied, again and again; None where nobody watches.

    Raises:
        CaseExistsError: There is something else there, or a copy that is no earlier state of this case.
        CaseBrokenError: The copy was read back and is not what the log says.
        DiskFullError: No room on the other disk.
        UsageError: The folder lies inside the case.
    """
    # Taking in asks this module when a case was last copied, and verifies none.
    from evidence_kit.workflows.checking.verify import verify_case

    source, target = case.folder, CaseFolder(into / case.id)
    if target.root.resolve().is_relative_to(source.root.resolve()) or source.root.resolve() == target.root.resolve():
        raise UsageError("backup-inside", path=str(into))
    _earlier(case.custody, target)
    told = on_bytes or (lambda _: None)
    copied = size_bytes = 0
    with own_disk(len(case.opened.items)):
        for path in _files(source, case.custody):
            there = target.root / source.relative(path)
            if _same(path, there, source):
                continue
            if path.parent == source.bodies and there.exists():
                # A destruction replaced it. Beside the old log the old body is right until the new log is there.
                there = there.with_name(there.name + DRAFT_ENDING)
            size_bytes += _copy(disk, path, there, told)
            copied += 1
        size_bytes += _copy(disk, source.log, target.log, told, case.custody.end_bytes)
        removal.finish_removal(target, case.custody, disk)
        _sweep(case, target, disk)
    report = verify_case(target.root)
    for finding in report.findings:
        if finding.weight is Weight.UNCHECKED:
            raise broken_error(case.id, finding)
        if finding.weight is Weight.BROKEN:
            raise CaseBrokenError("backup-broken", case=case.id, code=finding.code, path=str(target.root))
    return MirroredCopy(target.root, report.lines, copied, size_bytes)


def _earlier(custody: Custody, target: CaseFolder) -> None:
    """Refuse a place that holds another file than an earlier state of this case."""
    if not target.root.exists():
        return
    if not is_regular(target.root / LOG):
        # An interrupted copy has some of these and no log yet.
        begun = {README, *(each.name for each in (target.store, target.bodies, target.keys, target.recovered))}
        begun |= {f"{name}{DRAFT_ENDING}" for name in (README, LOG)}
        if any(path.name not in begun and not is_litter(path.name) for path in target.root.iterdir()):
            raise CaseExistsError("backup-other", path=str(target.root))
        return
    with target.log.open("rb") as file:
        there = replay_log(file_pieces(file)).custody
    heads = {each.line: each.head for each in custody.commits}
    if there.signed_lines and heads.get(there.signed_lines) != there.head:
        raise CaseExistsError("backup-other", path=str(target.root))


def _sweep(case: Case, target: CaseFolder, disk: Disk) -> None:
    """Delete destroyed files and leftovers of interruptions in a copy."""
    kept = {case.folder.relative(path) for path in _files(case.folder, case.custody)}
    for folder in (target.store, target.bodies, target.keys, target.recovered):
        for path in files_below(folder):
            ours = path.name.endswith((AGE_ENDING, DRAFT_ENDING)) or folder == target.recovered
            if ours and target.relative(path) not in kept and is_regular(path):
                disk.remove(path)


def _files(folder: CaseFolder, custody: Custody) -> Iterator[Path]:
    """Yield every file that belongs to the case, the log aside."""
    yield folder.readme
    yield from (folder.key(name) for name in custody.readers)
    yield from (folder.body(line) for line in custody.bodies)
    yield from (folder.item(item) for item in custody.objects)
    yield from files_below(folder.recovered)


def _same(path: Path, there: Path, folder: CaseFolder) -> bool:
    """Say whether a file was copied before; small ones are compared, an item never changes under its name."""
    if not there.is_file() or there.stat().st_size != path.stat().st_size:
        return False
    return path.parent == folder.store or sha256(there.read_bytes()) == sha256(path.read_bytes())


def _copy(disk: Disk, path: Path, there: Path, on_bytes: Callable[[int], None], end: int | None = None) -> int:
    disk.make_folder(there.parent)
    left = path.stat().st_size if end is None else end
    size_bytes = left
    with replacing_file(disk, there) as file, path.open("rb") as source:
        while left and (piece := source.read(min(1 << 20, left))):
            left -= len(piece)
            file.write(piece)
            on_bytes(len(piece))
    return size_bytes - left
