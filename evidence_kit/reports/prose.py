"""Custody in prose: the handling of the material and its times, in sentences of one page."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_kit.reports.case_facts import CustodyStep
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.transcript import Transcript
from evidence_kit.words import Words

_ONE_BY_ONE = ("sealed", "transfer.out", "transfer.in", "destroyed", "recovered", "receipt.issued", "reader.granted")
_TOLD = ("given_by", "received_by", "received_for", "archive", "name", "code", "reason")
_MOST_OF_A_KIND = 8
_MINUTE = 16
_ORDERS = {"day, month, year": "day", "month, day, year": "month", "ambiguous": "either"}


def custody_sentences(dossier: Dossier, words: Words) -> list[str]:
    """Return the custody of a case as sentences: opening, intakes, omissions and their reasons, hand-overs."""
    return list(_sentences(dossier, words))


def event_name(words: Words, kind: str) -> str:
    """Return the name of an event in a table; its code, where the catalogue has no word for it."""
    known = f"report.event.{kind.replace('.', '-')}"
    return words.say(known) if words.knows(known) else kind


def date_order(words: Words, transcript: Transcript) -> str | None:
    """Return how the dates of an export were read, and why; None where its form leaves no choice."""
    order, _, reason = (transcript.order or "").partition(" (")
    why = f"chats.order-reason.{reason.rstrip(')')}"
    if order not in _ORDERS or not words.knows(why):
        return None
    return words.say(f"chats.order.{_ORDERS[order]}", number=transcript.number, reason=words.say(why))


def _sentences(dossier: Dossier, words: Words) -> Iterator[str]:
    case = dossier.case
    if case.opened is not None:
        who = ", ".join(case.opened_by.values())
        yield words.say("report.prose.opened", time=_time(case.opened), who=who, case=case.id)
    for each in dossier.intakes:
        how = f"report.how.{each.how}"
        yield words.say(
            "report.prose.intake",
            count=each.items,
            time=_time(each.first),
            by=each.by,
            first=each.first_item,
            last=each.last_item,
            how=words.say(how) if words.knows(how) else each.how or "",
            device=each.device or words.say("report.unsaid"),
            handed_by=each.handed_by or words.say("report.unsaid"),
            place=each.place or words.say("report.unsaid"),
        )
        if each.phone_clock is not None and each.computer_clock is not None:
            yield words.say("report.prose.clocks", phone=each.phone_clock, computer=each.computer_clock)
    yield words.say("report.prose.unchanged")
    for limit in dossier.limits:
        if limit.code in {"witnessed", "refused", "destroyed", "items-elsewhere"}:
            yield words.say(f"report.limit.{limit.code}", **limit.values)
    closed = sum(each.count for each in dossier.custody if each.type == "closed")
    if closed:
        yield words.say("report.prose.closed", count=closed)
    for kind in _ONE_BY_ONE:
        steps = [each for each in dossier.custody if each.type == kind]
        for step in steps[:_MOST_OF_A_KIND]:
            yield _one(step, words)
        if len(steps) > _MOST_OF_A_KIND:
            yield words.say("report.prose.more", count=len(steps) - _MOST_OF_A_KIND, what=event_name(words, kind))
    yield words.say("report.prose.log", lines=dossier.checks.lines)


def _one(step: CustodyStep, words: Words) -> str:
    values = step.values
    said = [event_name(words, step.type)]
    told = [str(values[name]) for name in _TOLD if values.get(name)]
    said += [" – ".join(told)] if told else []
    by = f" ({step.by})" if step.by else ""
    return words.say("report.prose.step", time=_time(step.time), what=": ".join(said) + by, line=step.first_line)


def _time(value: str) -> str:
    return value[:_MINUTE].replace("T", " ") + " UTC"
