"""The steps of a line; each is the workflow of the command of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence_kit.custody.errors import CaseExistsError, NoCaseError
from evidence_kit.custody.verdict import ReceiptOrigin
from evidence_kit.errors import Exit, UsageError
from evidence_kit.hashing.exact import tally_stream
from evidence_kit.hashing.paper import TypedWronglyError
from evidence_kit.intake.errors import SourceMissingError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.sealing import passphrase as digits
from evidence_kit.vault.disk import place_new
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workers.job import JobRunner
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.commit_group import DescriptionService
from evidence_kit.workflows.accession.ingest import ingest as take_in
from evidence_kit.workflows.accession.provenance import WAYS, Provenance
from evidence_kit.workflows.batch.errors import NothingTakenInError
from evidence_kit.workflows.batch.task import BatchTask
from evidence_kit.workflows.case.locate import find_folder, locate, refuse_inside_case
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, Guardian, create_case
from evidence_kit.workflows.case.outcome import Refused, Totals
from evidence_kit.workflows.case.public_keys import named_reader
from evidence_kit.workflows.case.read import file_pieces, read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.copies import earlier_states
from evidence_kit.workflows.checking.outside import known_outside, origin_of
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case

if TYPE_CHECKING:
    from evidence_kit.workflows.handover.scope import SealOrder
    from evidence_kit.workflows.handover.seal_reports import ReportWanted

# So many refused files are named in an outcome; all of them are counted, and all stand in the log.
MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class BatchResources:
    """The resources that a process needs to work on cases.

    Attributes:
        station: Whose cases.
        key: Its unlocked key.
        world: Clock, disk, randomness.
        describer: Looks into files, in isolation.
        run: Compares them, in isolation.
        isolated: Starts one more process that looks into what people sent.
    """

    station: Station
    key: SigningKey
    world: World
    describer: DescriptionService
    run: JobRunner
    isolated: Callable[[], AbstractContextManager[Worker]] = Worker


@dataclass(frozen=True, slots=True)
class Errand:
    """One line of a batch, ready to be carried out.

    Attributes:
        task: The line.
        steps: Those of its steps that were not done before.
        case: Id of its case; None where it concerns none.
        batch: The batch's own mark.
    """

    task: BatchTask
    steps: tuple[str, ...]
    case: str | None
    batch: str

    @property
    def case_mark(self) -> str:
        """The mark of a case that this line opened, by which it is known again."""
        return f"{self.batch}/{self.task.name}"


Did = tuple[int, Mapping[str, Json]]


def open_case(errand: Errand, hands: BatchResources) -> Did:
    """Open the case of a line, or find that this very line opened it before it was interrupted.

    Raises:
        UsageError: The line names no case.
        SourceMissingError: A source of the line is not there; then it leaves no empty case behind.
        CaseExistsError: There is a case of this id that another line, or a person, opened.
    """
    case = errand.case
    if case is None:
        raise UsageError("needed", fact="case", flag="case")
    final = hands.station.cases / case
    if final.exists():
        opened = read_case(find_folder(final), hands.key, hands.station)
        if opened.opened.facts.get("reference") != errand.case_mark:
            raise CaseExistsError("case-exists", path=str(final))
    else:
        ensure_sources(errand)
        create_case(hands.station, hands.key, opening_of(errand, hands.world), hands.world, case)
    return Exit.DONE, {"path": str(final)}


def ensure_sources(errand: Errand) -> None:
    """Look whether everything is there that the steps of a line are to read.

    Raises:
        SourceMissingError: Something is not.
    """
    for step, name in (("ingest", "sources"), ("match", "candidates")):
        for source in errand.task.paths(name) if step in errand.steps else ():
            if not source.exists():
                raise SourceMissingError("source-missing", path=str(source))


def opening_of(errand: Errand, world: World) -> CaseOpening:
    """Return the opening facts that a line gives about the person.

    Raises:
        UsageError: A date is none, or nobody answers for a minor.
    """
    task = errand.task
    guardian = None
    if (name := task.fact("guardian")) is not None:
        guardian = Guardian(name, task.fact("guardian_relation") or "", task.fact("guardian_document"))
    on = _day(task, "consent_on") or world.clock.now().astimezone().date()
    by = task.fact("consent_by") or ("person" if guardian is None else "guardian")
    reference = task.fact("consent_reference")
    consents = [ConsentGiven(each, given=True, on=on, said_by=by, reference=reference) for each in task.many("consent")]
    return CaseOpening(
        age_band=task.fact("age") or "unknown",
        age_known_by=task.fact("age_known_by") or "",
        consents=consents,
        guardian=guardian,
        pseudonym=task.fact("pseudonym"),
        retention=_day(task, "retention"),
        reference=errand.case_mark,
    )


def ingest_sources(errand: Errand, hands: BatchResources) -> Did:
    """Take the sources of a line in; `to_try_again` counts files that could not be read then.

    Raises:
        NothingTakenInError: None of them could be read, and the case holds nothing: no later step has anything to do.
    """
    task = errand.task
    refused: list[Json] = []
    totals = Totals()
    passing = 0
    with _writing(errand, hands) as writer:
        for outcome in take_in(writer, task.paths("sources"), provenance_of(task, hands.station), hands.describer):
            if isinstance(outcome, Totals):
                totals = outcome
            elif isinstance(outcome, Refused):
                passing += outcome.may_pass
                if len(refused) < MOST_NAMED:
                    refused.append({"path": outcome.place.path, "reason": outcome.reason})
        if passing and not writer.manifest.items and not writer.manifest.witnessed:
            raise NothingTakenInError("nothing-taken-in", files=passing)
    facts: dict[str, Json] = {**totals.facts(), "not_kept": refused, "to_try_again": passing}
    return Exit.DONE if totals.complete else Exit.INCOMPLETE, facts


def match_pictures(errand: Errand, hands: BatchResources) -> Did:
    """Compare the pictures of a case, with each other or with those found elsewhere."""
    from evidence_kit.workflows.reading.match import MatchRequest
    from evidence_kit.workflows.reading.match import match_pictures as compare

    with _writing(errand, hands) as writer:
        found = compare(writer, MatchRequest(errand.task.paths("candidates")), hands.run)
    missed: list[Json] = [{"name": each.name, "reason": each.reason} for each in found.not_compared]
    pairs: list[Json] = [pair.facts(found.candidates, found.other_case) for pair in found.pairs]
    open_ends = any(each.matters for each in found.not_compared)
    passing = sum(each.may_pass for each in found.not_compared)
    facts: dict[str, Json] = {
        "compared": found.compared, "pairs": pairs, "not_compared": missed, "to_try_again": passing,
    }  # fmt: skip
    return Exit.INCOMPLETE if open_ends else Exit.DONE, facts


def seal_case(errand: Errand, hands: BatchResources) -> Did:
    """Make the archive of a line, unless this very line made it before it was interrupted."""
    from evidence_kit.workflows.handover.seal import make_seal as make

    with _writing(errand, hands) as writer, hands.isolated() as worker:
        place, secret_file, made = _place(errand, writer)
        if made is not None:
            return Exit.DONE, made
        secret = digits.generate_passphrase()
        sealed = make(writer, hands.key, order_of(errand.task, place, hands.station.person.name), secret, worker=worker)
        if secret_file is not None:
            _write_secret(hands.world, secret_file, sealed.digits or secret)
    return Exit.DONE, {
        "archive": str(sealed.archive),
        "sha256": sealed.sha256,
        "size": sealed.size_bytes,
        "items_in": sealed.items_in,
        "items_of": sealed.items_of,
        "receipt": sealed.receipt_code,
        "passphrase_file": None if secret_file is None else str(secret_file),
    }


def verify_line(errand: Errand, hands: BatchResources) -> Did:
    """Check a case, or an archive that the line names.

    Raises:
        UsageError: The receipt code was typed wrongly.
        NoCaseError: There is no archive at the path.
    """
    task = errand.task
    archive, receipt = task.path("archive"), task.fact("receipt")
    station = hands.station
    outside = known_outside(
        station.folder, station, origin=origin_of(task.fact("receipt_from") or ReceiptOrigin.PAPER.value)
    )
    report: Report
    try:
        if archive is not None:
            report = verify_archive(archive, archive_digits(task), receipt, outside=outside)
        else:
            folder = find_case(station, errand.case or "")
            remembered = station.remembered(folder.root.name)
            earlier = earlier_states(station, folder.root)
            report = verify_case(folder.root, hands.key, remembered, receipt, outside=outside, earlier=earlier)
    except TypedWronglyError as error:
        raise UsageError("receipt-typed-wrongly") from error
    except FileNotFoundError as error:
        raise NoCaseError("no-case", path=str(archive)) from error
    findings: list[Json] = [
        {"code": each.code, "weight": each.weight.value, "file": each.file, "line": each.line, "item": each.item}
        for each in report.findings
    ]
    facts: dict[str, Json] = {
        "verdict": report.verdict.value,
        "items": report.items,
        "items_of": report.items_of,
        "findings": findings,
    }
    return report.exit, facts


STEPS: Final[Mapping[str, Callable[[Errand, BatchResources], Did]]] = {
    "new": open_case,
    "ingest": ingest_sources,
    "match": match_pictures,
    "seal": seal_case,
    "verify": verify_line,
}


def find_case(station: Station, text: str) -> CaseFolder:
    """Return the case that a line means: a folder, an id, or the last number of an id."""
    return locate(text, lambda: station.cases)


def provenance_of(task: BatchTask, station: Station) -> Provenance:
    """Return how the files of a line came here.

    Raises:
        UsageError: The way is none of those known.
    """
    how = task.fact("how") or "unknown"
    if how not in WAYS:
        raise UsageError("how-unknown", how=how, known=", ".join(WAYS))
    place = task.fact("place") or station.person.place
    return Provenance(how, task.fact("handed_by"), task.fact("device"), place)


def readers_of(task: BatchTask) -> dict[str, str]:
    """Return for whom the passphrase of an archive is wrapped.

    Raises:
        UsageError: One is not of the form NAME=KEY.
    """
    return dict(named_reader(each, task.base) for each in task.many("to_key"))


def order_of(task: BatchTask, place: Path, by: str) -> SealOrder:
    """Return the seal order of a line.

    Args:
        task: The line.
        place: Folder for the archive.
        by: Who makes the report, where one is wanted.

    Raises:
        UsageError: The number of a conversation is none, or there is no such provision.
    """
    from evidence_kit.workflows.handover.scope import SealOrder
    from evidence_kit.workflows.reading.overview import item_id

    items = task.many("items")
    return SealOrder(
        purpose=task.fact("for") or "",
        items=[item_id(each) for each in items] if items else None,
        readers=readers_of(task),
        without_consent=task.fact("without_consent"),
        out=place,
        cited=not items and task.fact("scope") != "all",
        redacted=task.fact("redacted") == "yes",
        authorised_by=task.fact("authorised_by"),
        report=_report_of(task, by),
    )


def _report_of(task: BatchTask, by: str) -> ReportWanted | None:
    languages = task.many("report")
    if not languages:
        return None
    from evidence_kit.workflows.handover.seal_reports import ReportWanted
    from evidence_kit.workflows.reporting.suggestions import provisions_named

    wanted = task.many("conversations")
    unknown = next((each for each in wanted if not each.isdecimal()), None)
    if unknown is not None:
        raise UsageError("chat-unknown", number=unknown, case=task.fact("case") or task.name)
    return ReportWanted(
        languages,
        provisions_named(task.many("law")),
        by,
        tuple(map(int, wanted)),
        task.fact("redact_names") == "yes",
        task.fact("pictures") or "none",
    )


def _writing(errand: Errand, hands: BatchResources) -> AbstractContextManager[CaseWriter]:
    folder = find_case(hands.station, errand.case or "")
    return writing(folder, hands.key, hands.station, hands.world)


def _place(errand: Errand, writer: CaseWriter) -> tuple[Path, Path | None, Mapping[str, Json] | None]:
    """Return the path of an archive, its digits, and its facts, if it lies there already and the log knows it.

    An archive from before the newest item came in is another one's: it stays, and the next takes the next name.
    """
    task = errand.task
    sealed = task.path("out") or writer.station.cases.parent / "sealed"
    secrets = task.path("passphrase_folder")
    for chosen in (sealed, secrets):
        if chosen is not None:
            refuse_inside_case(chosen)
    known = {each.facts["sha256"]: each for each in writer.manifest.entries.get("sealed", ())}
    newest = max((item.line for item in writer.manifest.items.values()), default=0)
    number = 1
    while True:
        name = f"{writer.case.id}.{task.fact('for')}.{errand.batch}" + (f".{number}" if number > 1 else "")
        place = sealed / name
        secret = None if secrets is None else secrets / f"{name}.txt"
        archive = place / f"{writer.case.id}.sealed.zip"
        if archive.is_file():
            with archive.open("rb") as file:
                entry = known.get(tally_stream(file_pieces(file)).sha256.hex)
            if entry is not None and entry.line > newest:
                facts = entry.facts
                if secret is not None and not secret.is_file():
                    # An interruption came between the archive and its digits: the log has them.
                    from evidence_kit.workflows.handover.transfers import passphrase_digits

                    _write_secret(writer.world, secret, passphrase_digits(writer.case, entry.line)[1])
                return place, secret, {"archive": str(archive), "sha256": facts["sha256"], "receipt": facts["receipt"]}
        if not place.exists() and (secret is None or not secret.exists()):
            return place, secret, None
        number += 1


def _write_secret(world: World, path: Path, secret: str) -> None:
    world.disk.make_folder(path.parent)
    place_new(world.disk, path, secret.encode("ascii") + b"\n")


def archive_digits(task: BatchTask) -> str:
    """Return the digits of the archive that a line wants checked.

    Raises:
        UsageError: Its file cannot be read, or holds no such digits.
    """
    path = task.path("archive_passphrase_file")
    if path is None:
        raise UsageError("needed", fact="archive-passphrase", flag="archive_passphrase_file")
    try:
        with path.open("rb") as file:
            return digits.normalise_passphrase(file.readline(4096).decode("utf-8", "replace").strip())
    except OSError as error:
        raise UsageError("passphrase-file-unreadable", path=str(path)) from error
    except digits.PassphraseFormError as error:
        raise UsageError("archive-passphrase-malformed") from error


def _day(task: BatchTask, name: str) -> date | None:
    text = task.fact(name)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("date-malformed", date=text or "", flag=name) from error
