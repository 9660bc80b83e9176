"""Looking at a whole batch before anything is done: keys, consent, room, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from evidence_kit.custody.checkpoint import CASE_ID
from evidence_kit.custody.errors import CaseExistsError, NoCaseError
from evidence_kit.errors import EvidenceError, Exit, UsageError
from evidence_kit.intake.errors import DiskFullError
from evidence_kit.model import Json
from evidence_kit.sealing.errors import NoConsentError
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession.ingest import free_bytes, total_bytes
from evidence_kit.workflows.batch.results import (
    FAILED,
    NOT_TRIED,
    WOULD,
    BatchResult,
    ErrorFacts,
    StepResult,
    worst_code,
)
from evidence_kit.workflows.batch.steps import (
    BatchResources,
    Did,
    Errand,
    archive_digits,
    ensure_sources,
    find_case,
    opening_of,
    order_of,
    provenance_of,
)
from evidence_kit.workflows.case.new import check_guardian
from evidence_kit.workflows.case.read import Case, read_case


def rehearse(
    errands: Sequence[Errand], hands: BatchResources, slips: Sequence[StepResult]
) -> Iterator[StepResult | BatchResult]:
    """Yield for every step of every line whether it could begin, failures first, and change nothing.

    Args:
        errands: Every line that would be carried out.
        hands: Whose keys and cases.
        slips: What is wrong with lines as they are written, and what was done before.
    """
    rehearsal = _Rehearsal(hands)
    lines = [list(rehearsal.line(errand)) for errand in errands]
    told = [*slips, *(each for line in lines for each in line)]
    # What has to be mended before the night comes first; it would be lost among hundreds of lines that are well.
    yield from sorted(told, key=lambda each: each.result != FAILED)
    whole = sum(all(each.result == WOULD for each in line) for line in lines)
    count = len(errands) + len({each.name for each in slips if each.result == FAILED})
    yield BatchResult(count, whole, worst_code([each.code for each in told]))


class _Rehearsal:
    """Says of every step whether it could begin, and counts the room that all of them would take."""

    def __init__(self, hands: BatchResources) -> None:
        self._hands = hands
        self._station = hands.station
        self._taken_bytes = 0
        self._checks: Mapping[str, Callable[[Errand], Did]] = {
            "new": self._new,
            "ingest": self._ingest,
            "match": self._match,
            "seal": self._seal,
            "verify": self._verify,
        }

    def line(self, errand: Errand) -> Iterator[StepResult]:
        """Yield the forecast of each step of a line."""
        task, broken = errand.task, False
        for step in errand.steps:
            if broken:
                yield StepResult(task.spot.line, task.name, errand.case, step, NOT_TRIED)
                continue
            try:
                code, facts = self._checks[step](errand)
            except EvidenceError as error:
                broken = True
                yield StepResult.failed(task, step, ErrorFacts.of_error(error), errand.case)
            else:
                yield StepResult(task.spot.line, task.name, errand.case, step, WOULD, int(code), facts)

    def _new(self, errand: Errand) -> Did:
        case = errand.case or ""
        if not CASE_ID.fullmatch(case):
            raise UsageError("case-id-malformed", case=case)
        if (self._station.cases / case).exists():
            raise CaseExistsError("case-exists", path=str(self._station.cases / case))
        ensure_sources(errand)
        opening = opening_of(errand, self._hands.world)
        for consent in opening.consents if opening.age_band != "adult" else ():
            check_guardian(opening.guardian, consent)
        return Exit.DONE, {"age": opening.age_band}

    def _ingest(self, errand: Errand) -> Did:
        sources = errand.task.paths("sources")
        ensure_sources(errand)
        provenance_of(errand.task, self._station)
        self._opened(errand)
        size_bytes = total_bytes(sources)
        self._take(size_bytes)
        return Exit.DONE, {"size": size_bytes}

    def _match(self, errand: Errand) -> Did:
        ensure_sources(errand)
        self._opened(errand)
        return Exit.DONE, {}

    def _seal(self, errand: Errand) -> Did:
        task = errand.task
        order = order_of(task, Path("sealed"), self._station.person.name)
        opened = self._opened(errand)
        if opened is not None and "ingest" not in errand.steps:
            with self._hands.isolated() as worker:
                from evidence_kit.workflows.handover.seal_estimate import planned_counts

                plan = planned_counts(opened, order, worker)
            self._take(plan.size_bytes)
            return Exit.DONE, {"items_in": plan.items_in, "items_of": plan.items_of, "size": plan.size_bytes}
        agreed = task.many("consent") if opened is None else _agreed(opened)
        if order.without_consent is None and order.purpose not in agreed:
            raise NoConsentError("no-consent", purpose=order.purpose, case=errand.case or "")
        size_bytes = total_bytes([each for each in task.paths("sources") if each.exists()])
        self._take(size_bytes)
        return Exit.DONE, {"size": size_bytes}

    def _verify(self, errand: Errand) -> Did:
        task = errand.task
        archive = task.path("archive")
        if archive is None:
            self._opened(errand)
        elif not archive.is_file():
            raise NoCaseError("no-case", path=str(archive))
        else:
            archive_digits(task)
        return Exit.DONE, {}

    def _opened(self, errand: Errand) -> Case | None:
        """Return the case as it is now, None when this line is yet to open it."""
        if "new" in errand.steps:
            return None
        return read_case(find_case(self._station, errand.case or ""), self._hands.key, self._station)

    def _take(self, size_bytes: int) -> None:
        """Count the bytes that a step will write, after those of the steps before it."""
        self._taken_bytes += size_bytes
        free = free_bytes(CaseFolder(self._station.cases))
        if self._taken_bytes > free:
            raise DiskFullError("batch-no-room", needed=self._taken_bytes, free=free)


def _agreed(opened: Case) -> list[str]:
    newest: dict[str, Json] = {each.purpose: each.given for each in opened.opened.consents}
    return [purpose for purpose, given in newest.items() if given]
