"""Questions between associations in files that travel: asked of a case, answered from a set, read by who asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evidence_kit.custody.errors import ExportExistsError
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.blinding import UnsoundPointError
from evidence_kit.keys.sealing_box import NONCE_BYTES, SealingBox
from evidence_kit.keys.station import SigningKey
from evidence_kit.links.between import (
    LARGEST_FILE_BYTES,
    MOST_VALUES,
    Answer,
    Question,
    SignedFile,
    UnfinishedWorkError,
    UnsoundFileError,
    answered_points,
    asked_points,
    common_count,
    read_file,
    signed_file,
    value_point,
)
from evidence_kit.links.errors import LinkSetError
from evidence_kit.links.link_set import MOST_OF_ONE
from evidence_kit.links.search import rare_points
from evidence_kit.model import Json
from evidence_kit.sealing.errors import NoConsentError
from evidence_kit.vault.disk import draft_beside, give_name, open_regular, write_durably, write_new
from evidence_kit.vault.folder import DRAFT_ENDING
from evidence_kit.workers.job import JobRunner
from evidence_kit.workflows.case.disk_errors import file_refused, is_gone, own_disk
from evidence_kit.workflows.case.plain_file import ensure_free
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.linking.association import AssociationLinks, opened_set
from evidence_kit.workflows.linking.case_links import PARTNERS, consents, taking_part
from evidence_kit.workflows.reading.identifiers import NamedIdentifier

ASKED: Final = "asked"
_AT_STATION: Final = "evidence-kit/1 links asked"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was written.

    Attributes:
        values: How many values of the case it holds.
        points: How many points, those that make up the number among them.
        digest: SHA-256 of its file, in hexadecimal.
    """

    values: int
    points: int
    digest: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was written.

    Attributes:
        asker: Code of the association that asked, by its own word.
        points: How many values it asked at most.
        used: How many its key has asked this month.
    """

    asker: str
    points: int
    used: int
    most: int = MOST_OF_ONE


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer to a question of this station.

    Attributes:
        case: The case that it was asked for.
        values: How many of its values were asked.
        known: How many of them the other association says it knows.
        association: Its code, by its own word.
        answers: Person and place to call, by its own word.
        signer: Fingerprint of the key that signed it.
    """

    case: str
    values: int
    known: int
    association: str
    answers: str
    signer: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The station that asks or answers.

    Attributes:
        station: The station.
        key: Its key, which signs.
        world: Clock, disk and randomness.
    """

    station: Station
    key: SigningKey
    world: World


def refuse_without_partners(case: Case) -> None:
    """Refuse a case whose person did not consent to questions to other associations.

    Raises:
        NoConsentError: Nobody consented, or it was withdrawn.
    """
    if not consents(case.opened, PARTNERS):
        raise NoConsentError("links-no-partners", case=case.id)


def ask_partner(case: Case, identifiers: Iterable[NamedIdentifier], desk: Desk, path: Path) -> AskedQuestion:
    """Write a question about the identifiers of a case, and remember the secret that opens its answer.

    Args:
        case: Unlocked.
        identifiers: All that its conversations name.
        desk: The station that asks.
        path: The new file.

    Raises:
        NoConsentError: The person did not consent to it.
        UsageError: The case has nothing to ask, or too much.
        ExportExistsError: There is a file already.
        DiskFullError: No room; nothing is left behind.
    """
    refuse_without_partners(case)
    station, key, world = desk.station, desk.key, desk.world
    if (before := _asked_before(case.id, desk, path)) is not None:
        return before
    ensure_free(path)
    values = taking_part(case.opened, identifiers).values
    if not values:
        raise UsageError("links-nothing-to-ask", case=case.id)
    if len(values) > MOST_VALUES:
        raise UsageError("links-too-many", count=len(values), most=MOST_VALUES)
    points, inverse = asked_points([value_point(*each) for each in values], world.random)
    person = station.person
    question = Question(world.random(16).hex(), station.association, f"{person.name}, {person.place}", points)
    data = signed_file(question, key)
    digest = read_file(data).digest
    facts: Json = {"v": 1, "case": case.id, "values": len(values), "inverse": inverse.hex()}
    box = SealingBox(key.derive(_AT_STATION))
    sealed = box.seal(digest, json.dumps(facts).encode(), world.random(NONCE_BYTES))
    with own_disk(0), station.alone(world.disk):
        folder = station.folder / ASKED
        world.disk.make_folder(folder)
        for left in folder.glob(f"*{DRAFT_ENDING}"):
            world.disk.remove(left)
        # What opens the answer first: a question that left without it could never be read.
        write_durably(world.disk, folder / f"{digest}.sealed", sealed)
        _write(data, path, world)
    return AskedQuestion(len(values), len(points) // 32, digest)


def _asked_before(case: str, desk: Desk, path: Path) -> AskedQuestion | None:
    """Return the question about a case that an interrupted run wrote under this very name; None where there is none."""
    if not path.is_file():
        return None
    try:
        read = known_file(path)
        facts = _remembered(read.digest, desk)
    except (EvidenceError, OSError):
        return None
    if not isinstance(read.content, Question) or facts["case"] != case:
        return None
    return AskedQuestion(int(facts["values"]), len(read.content.points) // 32, read.digest)


def _remembered(digest: str, desk: Desk) -> Mapping[str, Any]:
    """Return the memory of a question of this station.

    Raises:
        LinkSetError: There is none, or it cannot be read.
    """
    path = desk.station.folder / ASKED / f"{digest}.sealed"
    try:
        facts = json.loads(SealingBox(desk.key.derive(_AT_STATION)).open(digest, path.read_bytes()))
        return {"inverse": bytes.fromhex(facts["inverse"]), "case": str(facts["case"]), "values": int(facts["values"])}
    except FileNotFoundError as error:
        raise LinkSetError("links-other-question") from error
    except (DamagedError, ValueError, KeyError, TypeError) as error:
        raise LinkSetError("links-asked-unreadable", path=str(path)) from error


def known_file(path: Path) -> SignedFile:
    """Return a question or answer from a file that came from outside.

    Raises:
        UsageError: There is no such file.
        LinkSetError: It is none, or it was changed since it was signed.
        DiskFailureError: It cannot be read now.
    """
    try:
        with open_regular(path, follow=True) as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        if is_gone(error):
            raise UsageError("links-file-missing", path=str(path)) from error
        raise file_refused(error, str(path)) from error
    try:
        if len(data) > LARGEST_FILE_BYTES:
            raise UnsoundFileError("too large")
        return read_file(data)
    except UnsoundFileError as error:
        raise LinkSetError("links-file-unsound", path=str(path)) from error


def refuse_unknown_signer(read: SignedFile, names: dict[str, str]) -> str:
    """Return the name of whose key signed a file.

    Args:
        read: The file.
        names: Names by fingerprint that a person here gave to keys.

    Raises:
        LinkSetError: Nobody here knows the key.
    """
    name = names.get(read.signer.fingerprint)
    if name is None:
        raise LinkSetError("links-signer-unknown", fingerprint=read.signer.fingerprint)
    return name


def answer_partner(
    read: SignedFile, links: AssociationLinks, desk: Desk, path: Path, run: JobRunner | None
) -> GivenAnswer:
    """Answer a question out of the association's set; it is counted before a value of the set is looked at.

    Args:
        read: The question; its signer is known.
        links: The station's part in the association's links.
        desk: The station that answers.
        path: The new file.
        run: Multiplies many points.

    Raises:
        LinkSetError: It is no question, was answered before, asks too much in a month, or the set cannot be used.
        ExportExistsError: There is a file already.
        DiskFullError: No room; nothing is left behind.
    """
    question, world = read.content, desk.world
    if not isinstance(question, Question):
        raise LinkSetError("links-no-question")
    done = _answered_here(read.digest, desk, path)
    if not done:
        ensure_free(path)
    asked = len(question.points) // 32
    month = world.clock.now().isoformat()[:7]
    if not done:
        with opened_set(links, world) as opened:
            opened.count_question(read.digest, read.signer.fingerprint, month, asked)
            kept = rare_points(opened.entries(), opened.left_out)
        answer = _computed(read, kept, links, desk, run)
        with own_disk(0):
            _write(signed_file(answer, desk.key), path, world)
    with opened_set(links, world) as opened:
        opened.finish_question(read.digest)
        used = opened.asked_by(read.signer.fingerprint, month)
    return GivenAnswer(question.association, asked, used)


def _answered_here(question: str, desk: Desk, path: Path) -> bool:
    """Say whether an interrupted run wrote the answer to a question under this very name."""
    try:
        read = known_file(path)
    except (EvidenceError, OSError):
        return False
    answers = isinstance(read.content, Answer) and read.content.question == question
    return answers and read.signer == desk.key.public


def _computed(
    read: SignedFile, kept: set[bytes], links: AssociationLinks, desk: Desk, run: JobRunner | None
) -> Answer:  # fmt: skip
    question, station, world = read.content, desk.station, desk.world
    try:
        points, tags = answered_points(question.points, sorted(kept), links.key.blinding, world.random, run)
    except UnsoundPointError as error:
        raise LinkSetError("links-points-unsound") from error
    except UnfinishedWorkError as error:
        raise LinkSetError("links-work-unfinished", reason=str(error)) from error
    person = station.person
    return Answer(read.digest, station.association, f"{person.name}, {person.place}", points, tags)


def read_answer(read: SignedFile, desk: Desk) -> ReadAnswer:
    """Return the count that an answer gives to a question of this station.

    Args:
        read: The answer; its signer is known.
        desk: The station that asked.

    Raises:
        LinkSetError: It is no answer, answers no question of this station, or is not one to all of its values.
    """
    answer = read.content
    if not isinstance(answer, Answer):
        raise LinkSetError("links-no-answer")
    facts = _remembered(answer.question, desk)
    inverse, case, values = facts["inverse"], facts["case"], facts["values"]
    try:
        known = common_count(answer, inverse)
    except UnsoundPointError as error:
        raise LinkSetError("links-points-unsound") from error
    if known > values:
        raise LinkSetError("links-points-unsound")
    return ReadAnswer(case, values, known, answer.association, answer.answers, read.signer.fingerprint)


def _write(data: bytes, path: Path, world: World) -> None:
    draft = draft_beside(path)
    world.disk.remove(draft)
    write_new(world.disk, draft, data)
    try:
        give_name(world.disk, draft, path)
    except FileExistsError as error:
        # Another process wrote it since this one looked.
        raise ExportExistsError("export-exists", path=str(path)) from error
    except BaseException:
        world.disk.remove(draft)
        raise
