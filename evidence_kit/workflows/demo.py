"""The whole path on invented material, in a folder of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.errors import CaseLockedError, PathTakenError
from evidence_kit.custody.manifest import Item
from evidence_kit.errors import EvidenceError, Exit, UsageError
from evidence_kit.intake.errors import SourceGoneError
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import passphrase as digits
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.vault.patience import remove_tree
from evidence_kit.workers.job import JobRunner
from evidence_kit.workflows.accession.commit_group import DescriptionService
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case
from evidence_kit.workflows.case.outcome import Outcome, Refused
from evidence_kit.workflows.case.record import issue_receipt
from evidence_kit.workflows.case.setup import SetupRequest, set_up_station
from evidence_kit.workflows.case.station import Station, StationUser
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.sealed import SealResult
from evidence_kit.workflows.reading.match import MatchRequest, MatchResult, ensure_matching, match_pictures

EXPORT = "phone-export"
CANDIDATES = "candidates"
# Lies in the folder for as long as it is not all there.
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step begins; its name has a sentence."""

    step: str


@dataclass(frozen=True, slots=True)
class DemoListing:
    """The contents of the demo's case."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DemoMatches:
    """The similar pictures found in the demo's case, and the names of its items."""

    case: str
    matches: MatchResult
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where everything lies.

    Attributes:
        case: The case folder.
        archive: The sealed archive.
        digits: File with the archive's passphrase.
        exit: 0 where every step went through; else something could not be read, and the next run begins anew.
    """

    case: Path
    archive: Path
    digits: Path
    exit: Exit


@dataclass(frozen=True, slots=True)
class StepLeftOut:
    """A step that this installation cannot show, and the error that says why."""

    error: EvidenceError


Step = StepBegun | StepLeftOut | Outcome | DemoListing | DemoMatches | SealResult | Report | DemoResult


def samples_folder(package: Path) -> Path:
    """Return where the samples lie: beside the package in a checkout, inside it in a wheel."""
    beside = package.parent / "samples"
    return beside if (beside / EXPORT).is_dir() else package / "samples"


def run_demo(out: Path, samples: Path, describer: DescriptionService, run: JobRunner, world: World) -> Iterator[Step]:
    """Run every step once, and yield the outcomes to be shown.

    Args:
        out: Folder for case and archive; must be missing, empty, or left by an interrupted demonstration.
        samples: Folder of the samples.
        describer: Looks into the files.
        run: Compares the pictures.
        world: Time, disk and randomness.

    Raises:
        UsageError: The samples are not there.
        SourceGoneError: Not one of them could be read.
        PathTakenError: There is something at `out` already.
        CaseLockedError: Another demonstration is being made there.
    """
    if not (samples / EXPORT).is_dir():
        raise UsageError("samples-missing", path=str(samples))
    mark = out / UNFINISHED
    taken = out.is_dir() and any(out.iterdir()) and not mark.exists()
    if taken or (os.path.lexists(out) and not out.is_dir()):
        raise PathTakenError("demo-exists", path=str(out))
    world.disk.make_folder(out)
    with _alone(mark, out):
        _begin_anew(mark, out, world)
        result = yield from _all(out, samples, describer, run, world)
    if result.exit is Exit.DONE:
        world.disk.remove(mark)
    yield result


def _begin_anew(mark: Path, out: Path, world: World) -> None:
    """Remove the remains of an interrupted demonstration, none of them evidence.

    Raises:
        PathTakenError: Another one came to its end here since this process looked: the mark is a new one, and empty.
    """
    fresh = mark.stat().st_size == 0
    left = [each for each in out.iterdir() if each.name != UNFINISHED]
    if fresh and left:
        world.disk.remove(mark)
        raise PathTakenError("demo-exists", path=str(out))
    if fresh:
        file = world.disk.append(mark)
        try:
            file.write(b"unfinished\n")
        finally:
            file.close()
    for each in left:
        if each.is_dir() and not each.is_symlink():
            remove_tree(each)
        else:
            world.disk.remove(each)


@contextmanager
def _alone(mark: Path, out: Path) -> Iterator[None]:
    """Be the only demonstration in a folder, from the first look until it is all there."""
    try:
        with hold_lock(mark, 0):
            yield
    except HeldError as error:
        raise CaseLockedError("station-locked", path=str(out)) from error


def _all(
    out: Path, samples: Path, describer: DescriptionService, run: JobRunner, world: World
) -> Generator[Step, None, DemoResult]:
    yield StepBegun("setup")
    station, key = _station(out, world)
    yield StepBegun("new")
    today = world.clock.now().astimezone().date()
    consent = ConsentGiven("lawyer", given=True, on=today, said_by="person")
    made = create_case(station, key, CaseOpening("adult", "told", [consent], pseudonym="Nadia"), world)
    with writing(made.case.folder, key, station, world) as writer:
        return (yield from _inside(out, samples, describer, run, writer, key))


def _station(out: Path, world: World) -> tuple[Station, SigningKey]:
    world.disk.make_folder(out)
    passphrase = secrets.token_hex(10)
    _write(world, out / "station-passphrase.txt", passphrase)
    person = StationUser("Salma (demo)", "volunteer", "Larache")
    wish = SetupRequest(out / "station", "DEMO", person, out / "cases", None, recovery_to_file=True)
    station = set_up_station(wish, passphrase.encode(), world, out / "recovery.key").station
    return station, station.unlock(passphrase.encode())


def _inside(  # noqa: PLR0913
    out: Path, samples: Path, describer: DescriptionService, run: JobRunner, writer: CaseWriter, key: SigningKey
) -> Generator[Step, None, DemoResult]:
    yield StepBegun("ingest")
    provenance = Provenance("phone-export", "Nadia", "invented phone", "Larache")
    unread = 0
    for outcome in ingest(writer, [samples / EXPORT], provenance, describer):
        unread += isinstance(outcome, Refused) and outcome.may_pass
        yield outcome
    items = writer.manifest.items
    if unread and not items:
        raise SourceGoneError("samples-unreadable", path=str(samples))
    code, _, _ = issue_receipt(writer)
    yield StepBegun("list")
    yield DemoListing(tuple(items.values()))
    for step in _compared(samples, run, writer):
        unread += isinstance(step, DemoMatches) and any(each.may_pass for each in step.matches.not_compared)
        yield step
    yield StepBegun("seal")
    secret = digits.generate_passphrase()
    _write(writer.world, out / "archive-passphrase.txt", secret)
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, out / "sealed"), secret)
    yield sealed
    yield StepBegun("verify")
    report = verify_archive(sealed.archive, secret, code)
    yield report
    ended = report.exit if report.exit is not Exit.DONE or not unread else Exit.INCOMPLETE
    return DemoResult(writer.case.folder.root, sealed.archive, out / "archive-passphrase.txt", ended)


def _compared(samples: Path, run: JobRunner, writer: CaseWriter) -> Iterator[Step]:
    yield StepBegun("match")
    try:
        ensure_matching()
    except EvidenceError as error:
        yield StepLeftOut(error)
        return
    items = writer.manifest.items
    names = {item.id: item.place.path for item in items.values()}
    yield DemoMatches(writer.case.id, match_pictures(writer, MatchRequest(), run), names)
    yield StepBegun("match-found")
    yield DemoMatches(writer.case.id, match_pictures(writer, MatchRequest([samples / CANDIDATES]), run), names)


def _write(world: World, path: Path, text: str) -> None:
    file = world.disk.create(path)
    try:
        file.write(text.encode("ascii") + b"\n")
    finally:
        file.close()
