"""Names of people out of a dossier: each stands as a label, the same in every place, in texts and file names too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from evidence_kit.chats.told import OWNER
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.transcript import Line

Fact = TypeVar("Fact")

# What a sentence of the app's calls those whom it speaks of.
_NAMED_IN_EVENTS = ("name", "names")
# A number instead of a name is how an account is found; it is an identifier, and no name.
_NUMBER = re.compile(r"[+\d\s().-]+")


def redacted(dossier: Dossier) -> Dossier:
    """Return a dossier in which no name of a person is left that it states as one.

    Known as names are: senders and receivers, titles of conversations between two, the person, the guardian, those who
    took in, handed over or recorded, contacts that a message hands on, and nicknames that an event states. They are
    found in every text of the dossier, whole words only.
    """
    labels = {name: f"[N{number}]" for number, name in enumerate(_names(dossier), start=1)}
    if not labels:
        return replace(dossier, case=replace(dossier.case, names_redacted=True))
    # The longest first: a first name alone must not leave the rest of a full one.
    listed = sorted(labels, key=len, reverse=True)
    spelled = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in listed))
    made: Dossier = _each(dossier, lambda text: spelled.sub(lambda found: labels[found[0]], text))
    return replace(
        made, case=replace(made.case, names_redacted=True), checks=replace(made.checks, head=dossier.checks.head)
    )


def _names(dossier: Dossier) -> list[str]:
    found: dict[str, None] = {}

    def add(*names: str | None) -> None:
        for name in names:
            told = (name or "").strip()
            if told and told != OWNER and not _NUMBER.fullmatch(told):
                found.setdefault(told)

    case = dossier.case
    add(case.person, case.real_name, case.opened_by.get("name"), dossier.checks.by)
    add((case.guardian or {}).get("name"))
    for intake in dossier.intakes:
        add(
            intake.by, intake.handed_by, *intake.others.get("present", "").split(", "), intake.others.get("exported_by")
        )
    add(*(each.by for each in dossier.demands), *(each.said_by for each in dossier.exhibits))
    for step in dossier.custody:
        add(step.by, *(str(step.values[name]) for name in ("name", "given_by", "received_by") if name in step.values))
    for transcript in dossier.transcripts:
        add(transcript.title, *(name for name, _, _ in transcript.participants))
        for line in transcript.lines:
            add(line.sender, *line.to, *(by for _, by in line.reactions), *(by for _, _, by in line.words))
            add(*_nicknames(line))
    for identifier in dossier.identifiers:
        add(*(name for name, _ in identifier.senders))
    for each in dossier.chronology:
        if each.source == "messages":
            add(str(each.values.get("title") or ""))
        add(str(each.values.get("sender") or ""))
    return _with_parts(found)


def _nicknames(line: Line) -> Iterator[str]:
    """Yield what people are called in what a message states beside its text: contacts handed on, members, new names."""
    for role, text, _ in line.words:
        if role == "contact":
            yield from (each.partition(":")[2] or each for each in text.splitlines()[:1])
    if line.event is not None:
        for name in _NAMED_IN_EVENTS:
            yield from str(line.event[1].get(name, "")).split(", ")


def _with_parts(names: Iterable[str]) -> list[str]:
    """Return names together with their words: a first name alone means the same person as the full one."""
    found: dict[str, None] = dict.fromkeys(names)
    for name in list(found):
        for word in name.split():
            if len(word) > 2 and word[:1].isalpha():
                found.setdefault(word)
    return list(found)


def _each(value: Any, change: Any) -> Any:  # noqa: ANN401 - any fact of a dossier
    if isinstance(value, str):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _each(getattr(value, each.name), change) for each in fields(value)})
    if isinstance(value, Mapping):
        return {key: _each(each, change) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_each(each, change) for each in value)
    return value
