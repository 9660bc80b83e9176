"""Opening a case: its folder, its identity, its readers, and the facts about the person and the consent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evidence_kit.custody.checkpoint import CASE_ID
from evidence_kit.custody.clear_lines import FORMAT
from evidence_kit.custody.errors import CaseExistsError
from evidence_kit.custody.established import Custody
from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Manifest
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.age import CaseIdentity
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.vault.disk import write_durably
from evidence_kit.vault.folder import DRAFT_ENDING, CaseFolder
from evidence_kit.vault.patience import discard_tree
from evidence_kit.workflows.case import readme
from evidence_kit.workflows.case.read import Case, read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter

AGE_BANDS = ("adult", "minor", "unknown")
MINOR_MEDIA = ("witness", "refuse", "keep")
PURPOSES = ("police", "lawyer", "psychologist", "takedown")
# Comparing a case with others hands nothing over, and is agreed to by itself.
CONSENTS = (*PURPOSES, "links", "partners")
_NUMBER_DIGITS = 4
_DRAFT = re.compile(r"\.[A-Z0-9][A-Z0-9-]{2,31}-[0-9a-f]{8}" + re.escape(DRAFT_ENDING))


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for a minor."""

    name: str
    relation: str
    document: str | None = None

    def facts(self) -> Json:
        """Return the facts as they go into the log."""
        return {"name": self.name, "relation": self.relation, "document": self.document}


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A consent or a withdrawal.

    Attributes:
        purpose: One of `CONSENTS`.
        given: False when it is refused or withdrawn.
        on: The day it was said.
        said_by: `person` or `guardian`, or a name.
        reference: Where the paper is.
    """

    purpose: str
    given: bool
    on: date
    said_by: str
    reference: str | None = None

    def event(self) -> Event:
        """Return the event that records it."""
        return Event(
            "consent.recorded",
            {
                "purpose": self.purpose,
                "given": self.given,
                "on": self.on.isoformat(),
                "said_by": self.said_by,
                "reference": self.reference,
            },
        )


@dataclass(frozen=True, slots=True)
class CaseOpening:
    """The facts given when a case is opened.

    Attributes:
        age_band: One of `AGE_BANDS`; `unknown` counts as minor everywhere.
        age_known_by: How anybody knows.
        consents: What was allowed so far.
        guardian: Needed before a minor's consent counts.
        pseudonym: What the person is called in the case.
        retention: Until when the case is kept.
        safety_asked: The person was asked whether they are safe; what they answered is written nowhere.
        reference: What whoever opens it calls it elsewhere: a file number, or the mark of a batch.
        minor_media: What is done with pictures while the person is not known to be an adult, one of `MINOR_MEDIA`.
        minor_media_by: Name and reason of who decided otherwise than `witness`.
    """

    age_band: str
    age_known_by: str
    consents: Sequence[ConsentGiven] = field(default_factory=tuple)
    guardian: Guardian | None = None
    pseudonym: str | None = None
    retention: date | None = None
    safety_asked: bool = False
    reference: str | None = None
    minor_media: str = MINOR_MEDIA[0]
    minor_media_by: tuple[str, str] | None = None


def check_guardian(guardian: object, given: ConsentGiven) -> None:
    """Refuse a consent that only the person gave in a case that is not an adult's; unknown counts as minor.

    Raises:
        UsageError: Nobody answers for the person, or it was not they who consented.
    """
    if not guardian:
        raise UsageError("guardian-missing")
    if given.given and given.said_by == "person":
        raise UsageError("consent-of-minor")


def next_id(station: Station, year: int, promised: Iterable[str] = ()) -> str:
    """Return an id that no case of this station had this year, erased ones included.

    Args:
        station: Whose cases.
        year: Part of the id.
        promised: Ids that were given away and whose cases do not exist yet.
    """
    pattern = re.compile(rf"{re.escape(station.association)}-{year}-(\d{{{_NUMBER_DIGITS},9}})")
    places = (station.cases, station.folder / "heads")
    names = [path.stem for place in places if place.is_dir() for path in place.iterdir()]
    names += promised
    taken = [int(match[1]) for name in names if (match := pattern.fullmatch(name))]
    return f"{station.association}-{year}-{max(taken, default=0) + 1:0{_NUMBER_DIGITS}d}"


def create_case(
    station: Station, key: SigningKey, about: CaseOpening, world: World, case_id: str | None = None
) -> CaseWriter:
    """Make a new case; it appears under its name only when it is complete.

    Args:
        station: Where the case is opened.
        key: The station's key, the first that may sign.
        about: The facts that the person, or who answers for them, gives.
        world: Time, disk and randomness.
        case_id: Id of the case; None for the next one of this year.

    Raises:
        CaseExistsError: There is something at its place already.
        UsageError: A minor's consent was given and nobody answers for the minor, or pictures are to be treated
            otherwise than usual and nobody is named for it.
        CaseLockedError: Another process opens a case, and is not done yet.
    """
    check_facts(about)
    with naming(station, world, case_id) as name:
        return create_named(station, key, about, world, name)


def check_facts(about: CaseOpening) -> None:
    """Refuse facts that do not go together.

    Raises:
        UsageError: As `create_case` says.
    """
    if about.minor_media != MINOR_MEDIA[0] and about.minor_media_by is None:
        raise UsageError("keep-unsigned")
    if about.age_band != "adult":
        for consent in about.consents:
            check_guardian(about.guardian, consent)


@contextmanager
def naming(station: Station, world: World, case_id: str | None = None) -> Iterator[str]:
    """Give an id that nobody else takes inside.

    Args:
        station: Whose ids are meant; nobody else may open a case there meanwhile.
        world: Time, for the year, and disk.
        case_id: The id that is wanted; None for the next one of this year.

    Raises:
        CaseExistsError: There is something at its place already.
        CaseLockedError: Another process opens a case, and is not done yet.
        UsageError: It is no id.
    """
    with station.alone(world.disk):
        name = case_id or next_id(station, world.clock.now().year)
        if not CASE_ID.fullmatch(name):
            raise UsageError("case-id-malformed", case=name)
        _clear_drafts(station.cases)
        if os.path.lexists(station.cases / name):
            raise CaseExistsError("case-exists", path=str(station.cases / name))
        yield name


def create_named(station: Station, key: SigningKey, about: CaseOpening, world: World, name: str) -> CaseWriter:
    """Make a case under an id from `naming`.

    Args:
        station: Where the case is opened.
        key: The station's key, the first that may sign.
        about: The facts that the person, or who answers for them, gives; checked already.
        world: Time, disk and randomness.
        name: The id, held until this returns.
    """
    final, disk = station.cases / name, world.disk
    draft = CaseFolder(station.cases / f".{name}-{world.random(4).hex()}{DRAFT_ENDING}")
    identity = CaseIdentity.generate()
    custody = Custody(case=name, recipient=identity.recipient)
    try:
        for folder in (draft.root, draft.store, draft.bodies, draft.keys):
            disk.make_folder(folder)
        write_durably(disk, draft.readme, readme.readme_text(name))
        write_durably(disk, draft.log, b"")
        # The station remembers a case once it is there.
        writer = CaseWriter(Case(draft, custody, Manifest(), identity), key, station, world, remembers=False)
        writer.commit(_first_events(writer, station, about, identity))
        disk.move(draft.root, final)
    except BaseException:
        discard_tree(draft.root)
        raise
    with suppress(OSError):
        # The case is there, whatever the disk says now: a second one in its place would be worse.
        disk.sync_folder(station.cases)
    made = CaseWriter(Case(CaseFolder(final), custody, writer.manifest, identity), key, station, world)
    made.remember_head()
    made.close()
    return made


def _clear_drafts(cases: Path) -> None:
    """Delete the drafts of interrupted runs; the station's lock is held, so no other run has any."""
    for path in cases.iterdir() if cases.is_dir() else ():
        if _DRAFT.fullmatch(path.name):
            discard_tree(path)


def opened_before(station: Station, key: SigningKey, about: CaseOpening, case_id: str) -> Case | None:
    """Return the case of an id when it was opened with these very facts and nothing happened in it since.

    Then the command that opened it was interrupted before it could say so, or is given a second time.

    Args:
        station: Whose cases.
        key: Opens it.
        about: The facts.
        case_id: The id.
    """
    folder = CaseFolder(station.cases / case_id)
    if not folder.log.is_file():
        return None
    try:
        case = read_case(folder, key, station)
    except EvidenceError:
        return None
    wanted = [(each.purpose, each.given) for each in about.consents]
    same = len(case.custody.commits) == 1 and [(each.purpose, each.given) for each in case.opened.consents] == wanted
    facts = case.opened.facts
    return (
        case if same and all(facts.get(name) == said for name, said in _opened_facts(station, about).items()) else None
    )


def _first_events(writer: CaseWriter, station: Station, about: CaseOpening, identity: CaseIdentity) -> list[Event]:
    signers: Json = [station.public.line, station.recovery.line]
    clear: dict[str, Json] = {
        "format": FORMAT,
        "case": writer.case.id,
        "recipient": identity.recipient,
        "signers": signers,
    }
    return [
        Event("case.opened", _opened_facts(station, about), clear=clear),
        grant_event(writer, identity, "K0001", KeyHolder(station.public.line, "station", station.person.name)),
        grant_event(writer, identity, "K0002", KeyHolder(station.recovery.line, "recovery")),
        *(each.event() for each in about.consents),
    ]


def _opened_facts(station: Station, about: CaseOpening) -> dict[str, Json]:
    """Return the facts of `case.opened` for key holders."""
    opened: dict[str, Json] = {
        "association": station.association,
        "person": {
            "name": station.person.name,
            "role": station.person.role,
            "place": station.person.place,
        },
        "age_band": about.age_band,
        "age_known_by": about.age_known_by,
        "guardian": None if about.guardian is None else about.guardian.facts(),
        "pseudonym": about.pseudonym,
        "retention": None if about.retention is None else about.retention.isoformat(),
        "minor_media": about.minor_media,
        "recovery_to_file": station.recovery_to_file,
    }
    if about.minor_media_by is not None:
        opened["minor_media_by"] = dict(zip(("name", "reason"), about.minor_media_by, strict=True))
    if about.safety_asked:
        opened["safety_asked"] = True
    if about.reference is not None:
        opened["reference"] = about.reference
    return opened


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A person whose key opens the case.

    Attributes:
        recipient: `age1…` or an OpenSSH public key without comment.
        role: `station`, `recovery` or `granted`.
        name: Who it is, where that is known.
    """

    recipient: str
    role: str
    name: str | None = None


def grant_event(writer: CaseWriter, identity: CaseIdentity, key: str, reader: KeyHolder) -> Event:
    """Wrap the case identity for one more reader and return the event that says so.

    Args:
        writer: The case; the wrapped key is written to its `keys/` durably, before any line speaks of it.
        identity: The case identity.
        key: Name of the file in `keys/`.
        reader: Who is let in.
    """
    wrapped = identity.wrap(reader.recipient)
    write_durably(writer.world.disk, writer.case.folder.key(key), wrapped)
    return Event(
        "reader.granted",
        {"reader": reader.recipient, "role": reader.role, "name": reader.name},
        clear={"key": key, "sha256": sha256(wrapped).hex},
    )
