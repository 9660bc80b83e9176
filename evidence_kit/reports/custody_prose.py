"""Custody in prose: the handling of the material in order of time, in sentences of one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evidence_kit.reports.case_facts import CaseFacts, CustodyStep, Intake
from evidence_kit.reports.dossier import Checks, Limit
from evidence_kit.reports.sentence import Sentence, Term, Value

# What is told of an event beside its name, in this order.
_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "sealed": ("archive",),
    "transfer.out": ("given_by", "received_by", "received_for", "purpose"),
    "transfer.in": ("given_by", "received_by"),
    "destroyed": ("reason",),
    "recovered": ("what", "reason"),
    "receipt.issued": ("code",),
    "reader.granted": ("name", "role"),
}
# Values that are codes; a word of ours stands for each.
_CODES: Final = frozenset({"purpose", "role", "what"})
_LIMITS: Final = frozenset({"witnessed", "refused", "destroyed", "items-elsewhere"})
_MOST_OF_A_KIND: Final = 8
_MOST_INTAKES: Final = 12
_UNSAID: Final = Term("unsaid", "?")
_MINUTE: Final = 16


def custody_prose(
    case: CaseFacts, intakes: Sequence[Intake], steps: Sequence[CustodyStep], limits: Sequence[Limit], checks: Checks
) -> Iterator[Sentence]:
    """Yield the custody of a case: opening, intakes and hand-overs in order of time, then omissions and the log.

    Args:
        case: Who opened it, and when.
        intakes: In order of time.
        steps: The log, in its order.
        limits: What the evidence does not show.
        checks: How long the log is.
    """
    if case.opened is not None:
        who = ", ".join(case.opened_by.values())
        yield Sentence("prose.opened", {"time": _time(case.opened), "who": who, "case": case.id})
    timed = [(each.first, sentence) for each in intakes[:_MOST_INTAKES] for sentence in _intake(each)]
    more = sum(each.items for each in intakes[_MOST_INTAKES:])
    told: Counter[str] = Counter()
    for step in steps:
        if step.type not in _TOLD:
            continue
        told[step.type] += 1
        if told[step.type] <= _MOST_OF_A_KIND:
            timed.append((step.time, _step(step)))
    # Stable: of one time, intakes first, and what the log has first.
    yield from (sentence for _, sentence in sorted(timed, key=lambda each: each[0]))
    if more:
        yield Sentence("prose.more", {"count": more, "what": _event("item.kept")})
    for kind, count in told.items():
        if count > _MOST_OF_A_KIND:
            yield Sentence("prose.more", {"count": count - _MOST_OF_A_KIND, "what": _event(kind)})
    yield Sentence("prose.unchanged", {})
    yield from (Sentence(f"limit.{each.code}", each.values) for each in limits if each.code in _LIMITS)
    closed = sum(each.count for each in steps if each.type == "closed")
    if closed:
        yield Sentence("prose.closed", {"count": closed})
    yield Sentence("prose.log", {"lines": checks.lines})


def _intake(intake: Intake) -> Iterator[Sentence]:
    how = intake.how or "unknown"
    values: dict[str, Value] = {
        "count": intake.items,
        "time": _time(intake.first),
        "by": intake.by,
        "first": intake.first_item,
        "last": intake.last_item,
        "how": Term(f"how.{how}", how),
        "device": intake.device or _UNSAID,
        "handed_by": intake.handed_by or _UNSAID,
        "place": intake.place or _UNSAID,
    }
    yield Sentence("prose.intake", values)
    if intake.phone_clock is not None and intake.computer_clock is not None:
        yield Sentence("prose.clocks", {"phone": intake.phone_clock, "computer": intake.computer_clock})


def _step(step: CustodyStep) -> Sentence:
    said: list[str | Term] = [_event(step.type)]
    for name in _TOLD[step.type]:
        value = step.values.get(name)
        if value not in (None, ""):
            said.append(": " if len(said) == 1 else " – ")
            said.append(Term(f"{name}.{value}", str(value)) if name in _CODES else str(value))
    by = (" (", step.by, ")") if step.by else ()
    return Sentence("prose.step", {"time": _time(step.time), "what": (*said, *by), "line": step.first_line})


def _event(kind: str) -> Term:
    return Term(f"event.{kind.replace('.', '-')}", kind)


def _time(value: str) -> str:
    return value[:_MINUTE].replace("T", " ") + " UTC"
