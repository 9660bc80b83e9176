"""Names of people out of a dossier: each stands as a label, the same in every place, in texts and file names too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import chain
from typing import Any, TypeVar

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.chats.told import OWNER
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.sentence import Term
from evidence_kit.reports.transcript import Line

Fact = TypeVar("Fact")

# What a sentence of the app's calls those whom it speaks of.
_NAMED_IN_EVENTS = ("name", "names")
# Fields that hold codes, ids, digests or times: somebody who calls himself `exif` or `E000012` changes none of them.
_CODES = frozenset(
    {
        "age_band", "association", "assumption", "broken", "code", "computer_clock", "confidence", "family", "file",
        "fingerprint", "first_item", "flags", "gap", "head", "how", "id", "item", "items", "kind", "kit", "last_item",
        "level", "made", "messages", "method", "notes", "numbers", "on", "opened", "order", "other", "phone_clock",
        "places", "platform", "provisions", "purpose", "receipt", "recorded", "scope", "sensitivity", "sha256",
        "source", "status", "type", "utc_offset", "where", "zones", "Exhibit.place", "CustodyStep.time", "Intake.first",
        "Intake.last",
        # Of values of a sentence or an event.
        "values.case", "values.code", "values.computer", "values.first", "values.form", "values.how", "values.item",
        "values.key", "values.languages", "values.last", "values.on", "values.phone", "values.platform",
        "values.purpose", "values.sha256", "values.time", "values.what",
    }
)  # fmt: skip
# Tuples that begin with a code: what happened, or what words are.
_CODED = frozenset({"event", "words.each"})
# A number instead of a name is how an account is found; it is an identifier, and no name.
_NUMBER = re.compile(r"[+\d\s().-]+")


class Redaction:
    """Puts labels in the place of people's names, the same in every fact that it is given.

    Known as names are: senders and receivers, titles of conversations between two, the person, the guardian, those who
    took in, handed over or recorded, contacts that a message hands on, and nicknames that an event states. They are
    found in every text of a fact, whole words only; codes, ids and times are no texts.

    Args:
        dossier: Names are taken from it.
        lines: Further lines of conversations that names are taken from.
    """

    def __init__(self, dossier: Dossier, lines: Iterable[Line] = ()) -> None:
        self._labels = {name: f"[N{number}]" for number, name in enumerate(_names(dossier, lines), start=1)}
        # The longest first: a first name alone must not leave the rest of a full one.
        listed = sorted(self._labels, key=len, reverse=True)
        self._spelled = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in listed) or r"(?!)")

    def of(self, fact: Fact) -> Fact:
        """Return a fact of a dossier, such as a line, in which no known name is left."""
        made: Fact = each_text(fact, self._hidden)
        return made

    def _hidden(self, text: str) -> str:
        return self._spelled.sub(lambda found: self._labels[found[0]], text)

    def dossier(self, dossier: Dossier) -> Dossier:
        """Return a dossier in which no known name is left, and which says so."""
        made = self.of(dossier)
        return replace(made, case=replace(made.case, names_redacted=True))


def redacted(dossier: Dossier) -> Dossier:
    """Return a dossier in which no name of a person is left that it states as one."""
    return Redaction(dossier).dossier(dossier)


def _names(dossier: Dossier, lines: Iterable[Line]) -> list[str]:
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
    for line in chain(lines, *(each.lines for each in dossier.transcripts)):
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
    """Yield the nicknames that a message states beside its text: contacts handed on, members, new names."""
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


def each_text(value: Any, change: Callable[[str], str], name: str = "") -> Any:  # noqa: ANN401 - any fact of a dossier
    """Return a fact of a dossier with its texts changed; codes, ids, digests and times stay.

    Args:
        value: The fact.
        change: What is done to a text.
        name: The field that holds it.
    """
    if name in _CODES or isinstance(value, (StatedTime, Term)):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: each_text(each, change, f"values.{key}") for key, each in value.items()}
    if isinstance(value, tuple):
        kept = value[:1] if name in _CODED else ()
        return (*kept, *(each_text(each, change, f"{name}.each") for each in value[len(kept) :]))
    return _fields(value, change) if is_dataclass(value) and not isinstance(value, type) else value


def _fields(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any dataclass
    kind, names = type(value).__name__, [each.name for each in fields(value)]
    changed = {name: each_text(getattr(value, name), change, name) for name in names if f"{kind}.{name}" not in _CODES}
    return replace(value, **changed)
