"""Collect the dossier of a case: every fact that a paper prints, out of the disclosed events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence_kit.custody.manifest import Manifest
from evidence_kit.reports.case_facts import CaseFacts, ConsentFact
from evidence_kit.reports.custody_prose import custody_prose
from evidence_kit.reports.dossier import Checks, Dossier, Limit
from evidence_kit.reports.exhibit import Demand, Exhibit, Identifier, SimilarPair
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reporting import custody_steps, intakes, transcripts
from evidence_kit.workflows.reporting.chronology import chronology
from evidence_kit.workflows.reporting.disclosed import resting_on
from evidence_kit.workflows.reporting.exhibits import exhibits
from evidence_kit.workflows.reporting.ledger import cited_places, demands
from evidence_kit.workflows.reporting.transcripts import Read

_GUARDIAN = ("name", "relation", "document")
_NUMBERS = ("distance_bits", "limit_bits", "inliers", "keypoint_pairs", "blocks_agreeing", "blocks")


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The wish of a person who asks for a paper.

    Attributes:
        by: Who makes it.
        kit: Version of the kit.
        conversations: Numbers of conversations that are printed beside those that are cited.
        provisions: Ids of the provisions that a person chose.
        real_name: Of the person, typed for this paper only.
        broken: Codes of what was found broken in the case.
    """

    by: str
    kit: str
    conversations: Sequence[int] = ()
    provisions: Sequence[str] = ()
    real_name: str | None = None
    broken: Sequence[str] = ()


def collected(
    case: Case,
    scope: Scope,
    reading: ExportReader,
    request: ReportRequest,
    talks: Sequence[CaseConversation] | None = None,
) -> Dossier:
    """Return the dossier of a case.

    Args:
        case: As `disclosed` returns it: what it does not hold cannot come into a paper.
        scope: What it discloses.
        reading: Reads the exports of that very case.
        request: What a person wishes.
        talks: Its conversations under their numbers; None where it discloses the whole case.

    Raises:
        UsageError: The case has no such conversation.
        ChatNotReadError: The worker failed; one export that cannot be read is a limit of the dossier, and no error.
    """
    manifest = case.opened
    listed = conversations(manifest) if talks is None else talks
    read = transcripts.read(case, listed, reading, cited_places(manifest), request.conversations)
    shown = exhibits(manifest, scope)
    ledger = demands(manifest, shown, read)
    shown = [_cited(each, ledger) for each in shown]
    found = transcripts.transcripts(read, ledger, shown, set(scope.items))
    steps = custody_steps.steps(case, scope)
    facts, taken_in = _case(case, scope, request), intakes.intakes(manifest, scope)
    limits, checks = _limits(manifest, scope, read, shown, case), _checks(case, request)
    return Dossier(
        case=facts,
        intakes=tuple(taken_in),
        demands=tuple(ledger),
        chronology=tuple(chronology(manifest, read, ledger, shown)),
        exhibits=tuple(shown),
        transcripts=tuple(found),
        identifiers=tuple(_identifiers(read)),
        similar=tuple(_similar(manifest, shown)),
        custody=tuple(steps),
        consents=tuple(_consents(manifest)),
        provisions=tuple(request.provisions),
        limits=tuple(limits),
        checks=checks,
        prose=tuple(custody_prose(facts, taken_in, steps, limits, checks)),
    )


def _cited(exhibit: Exhibit, ledger: Sequence[Demand]) -> Exhibit:
    return replace(exhibit, demands=tuple(each.number for each in ledger if exhibit.item in each.items))


def _case(case: Case, scope: Scope, request: ReportRequest) -> CaseFacts:
    manifest = case.opened
    facts, opened = manifest.facts, manifest.opened
    guardian = facts.get("guardian")
    person = opened.facts.get("person", {}) if opened is not None else {}
    return CaseFacts(
        id=case.id,
        association=_text(facts.get("association")),
        opened=None if opened is None else opened.time,
        opened_by={name: str(person[name]) for name in ("name", "role", "place") if person.get(name)},
        person=_text(facts.get("pseudonym")),
        real_name=request.real_name,
        age_band=manifest.age_band,
        age_known_by=_text(facts.get("age_known_by")),
        guardian=None if not guardian else {key: str(guardian[key]) for key in _GUARDIAN if guardian.get(key)},
        reference=_text(facts.get("reference")),
        items_in=len(scope.items),
        items_of=len(case.custody.objects),
        witnessed=len(manifest.not_copied),
        purpose=scope.purpose,
        scope=scope.kind,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _identifiers(read: Read) -> list[Identifier]:
    return [
        Identifier(
            each.type,
            each.value,
            each.confidence,
            each.count,
            tuple(each.senders.items()),
            tuple(each.places),
            each.bank("bank"),
        )
        for each in read.identifiers
    ]


def _similar(manifest: Manifest, shown: Sequence[Exhibit]) -> list[SimilarPair]:
    """Return the pairs of the newest comparison among items that are exhibits, and no candidate's name."""
    numbers = {each.item: each.number for each in shown}
    found: dict[frozenset[str], SimilarPair] = {}
    for entry in manifest.entries.get("match.found", ()):
        for pair in entry.facts.get("pairs", ()):
            one, other = str(pair.get("item")), str(pair.get("other"))
            if one not in numbers or other not in numbers:
                continue
            found[frozenset((one, other))] = SimilarPair(
                one,
                other,
                (numbers[one], numbers[other]),
                str(pair.get("level")),
                str(pair.get("method")),
                {name: int(pair[name]) for name in _NUMBERS if isinstance(pair.get(name), int)},
            )
    return list(found.values())


def _consents(manifest: Manifest) -> list[ConsentFact]:
    return [
        ConsentFact(
            each.line,
            each.purpose,
            each.given,
            each.on,
            _text(each.facts.get("said_by")),
            _text(each.facts.get("reference")),
        )
        for each in manifest.consents
    ]


def _limits(manifest: Manifest, scope: Scope, read: Read, shown: Sequence[Exhibit], case: Case) -> list[Limit]:
    """Return the limits of this evidence as codes; limits of every case stand in the paper's own words."""
    found: list[Limit] = []

    def say(code: str, count: int, **values: str | int) -> None:
        if count:
            found.append(Limit(code, {"count": count, **values}))

    say("items-elsewhere", len(case.custody.objects) - len(scope.items))
    say("witnessed", len(manifest.not_copied))
    say("refused", len(manifest.refused))
    say("destroyed", len(case.custody.destroyed))
    say("recordings", sum(each.for_the_lawyer for each in shown))
    say("local-times", read.times.get("local, zone unknown", 0))
    say("untimed", read.times.get("none", 0))
    say("unread", sum(1 for talk in read.talks for entry in talk.gaps))
    say("wording-unknown", sum(talk.conversation.parts[0].wording_unknown for talk in read.talks))
    for item, reason in read.failed:
        found.append(Limit("conversation-not-read", {"item": item, "reason": reason}))
    return found


def _checks(case: Case, request: ReportRequest) -> Checks:
    last = resting_on(case)
    issued = case.opened.entries.get("receipt.issued", ())
    receipt = (str(issued[-1].facts["code"]), int(issued[-1].facts["lines"])) if issued else None
    return Checks(
        lines=last.checkpoint.lines,
        head=last.checkpoint.head.hex,
        fingerprint=last.by,
        receipt=receipt,
        kit=request.kit,
        made=last.time,
        by=request.by,
        broken=tuple(request.broken),
    )
