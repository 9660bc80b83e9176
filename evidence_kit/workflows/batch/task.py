"""One line of a batch: its steps, its facts, and its slips."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from evidence_kit.words import LANGUAGES

Value: TypeAlias = "str | tuple[str, ...]"

STEPS: Final = ("new", "ingest", "match", "seal", "verify")

# Which step a fact belongs to; those of "" belong to the line itself. What is in `_MANY` may have several values.
FIELDS: Final[Mapping[str, str]] = {
    "name": "",
    "case": "",
    "steps": "",
    "age": "new",
    "age_known_by": "new",
    "consent": "new",
    "consent_on": "new",
    "consent_by": "new",
    "consent_reference": "new",
    "guardian": "new",
    "guardian_relation": "new",
    "guardian_document": "new",
    "pseudonym": "new",
    "retention": "new",
    "sources": "ingest",
    "how": "ingest",
    "handed_by": "ingest",
    "device": "ingest",
    "place": "ingest",
    "candidates": "match",
    "for": "seal",
    "scope": "seal",
    "items": "seal",
    "redacted": "seal",
    "report": "seal",
    "law": "seal",
    "conversations": "seal",
    "redact_names": "seal",
    "pictures": "seal",
    "to_key": "seal",
    "out": "seal",
    "passphrase_folder": "seal",
    "without_consent": "seal",
    "authorised_by": "seal",
    "archive": "verify",
    "archive_passphrase_file": "verify",
    "receipt": "verify",
    "receipt_from": "verify",
}
_MANY: Final = frozenset(
    {"steps", "consent", "sources", "candidates", "items", "to_key", "report", "law", "conversations"}
)
# How a report is made; without one these would do nothing.
_OF_REPORT: Final = ("law", "conversations", "redact_names", "pictures")
_PATHS: Final = frozenset({"sources", "candidates", "out", "passphrase_folder", "archive", "archive_passphrase_file"})
# Without these a step cannot be done, and nobody is there to be asked.
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "new": ("age", "age_known_by"),
    "ingest": ("sources",),
    "match": (),
    "seal": ("for",),
    "verify": (),
}
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "steps": STEPS,
    "age": ("adult", "minor", "unknown"),
    "consent": ("police", "lawyer", "psychologist", "takedown", "links"),
    "for": ("police", "lawyer"),
    "scope": ("all", "threats"),
    "redacted": ("yes", "no"),
    "report": LANGUAGES,
    "redact_names": ("yes", "no"),
    "pictures": ("none", "blurred"),
    "receipt_from": ("paper", "told", "archive"),
}


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A place in a batch file, both counting from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TaskSlip:
    """A slip in a line, found before any of its steps.

    Attributes:
        spot: Where it stands.
        code: Names two sentences in the word catalogues: `error.<code>.what` and `error.<code>.do`.
        values: What these need.
    """

    spot: FilePosition
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchTask:
    """One line of a batch.

    Attributes:
        spot: Where it begins.
        name: What it is called in every outcome; unique in its batch.
        steps: Which of `STEPS`, in their order.
        facts: Everything else that it says, defaults included.
        base: Folder that its relative paths start from.
        slips: What is wrong with it; a line with a slip is not carried out.
    """

    spot: FilePosition
    name: str
    steps: tuple[str, ...]
    facts: Mapping[str, Value]
    base: Path
    slips: tuple[TaskSlip, ...] = ()

    def fact(self, name: str) -> str | None:
        """Return a fact, None when nobody said."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None

    def many(self, name: str) -> tuple[str, ...]:
        """Return all values of a fact."""
        value = self.facts.get(name, ())
        return (value,) if isinstance(value, str) else value

    def path(self, name: str) -> Path | None:
        """Return a fact that is a path."""
        value = self.fact(name)
        return None if value is None else self.base / value

    def paths(self, name: str) -> list[Path]:
        """Return the values of a fact that are paths."""
        return [self.base / each for each in self.many(name)]

    def digest(self, step: str) -> str:
        """Return a fingerprint of everything that this line says about one step."""
        said = {name: self.facts[name] for name in sorted(self.facts) if FIELDS[name] == step or name == "case"}
        return hashlib.sha256(json.dumps([step, said]).encode()).hexdigest()


def checked_task(
    spot: FilePosition, facts: Mapping[str, Value], spots: Mapping[str, FilePosition], base: Path, number: int
) -> BatchTask:
    """Return a line as a task, with everything that is wrong with it.

    Args:
        spot: Where the line begins.
        facts: What it says, defaults included.
        spots: Where each fact stands.
        base: Folder that its relative paths start from.
        number: Which line of the batch it is, counting from 1; its name where it has none.
    """
    slips: list[TaskSlip] = []
    known: dict[str, Value] = {}
    for name, value in facts.items():
        at = spots.get(name, spot)
        if name not in FIELDS:
            slips.append(TaskSlip(at, "batch-key-unknown", {"key": name, "nearest": nearest_word(name, tuple(FIELDS))}))
        elif not isinstance(value, str) and name not in _MANY:
            slips.append(TaskSlip(at, "batch-one-value", {"key": name}))
        else:
            known[name] = value if isinstance(value, str) and name not in _MANY else _several(value)
            slips += _choices(at, name, known[name])
            slips += _escapes(at, name, known[name])
    task = BatchTask(spot, _text(known.get("name")) or f"{number}", _steps(known), known, base)
    # A key that was typed wrongly is missing as well; one of the two is enough to say.
    return BatchTask(spot, task.name, task.steps, known, base, tuple(slips or _missing(task)))


def _escapes(at: FilePosition, name: str, value: Value) -> list[TaskSlip]:
    r"""Return a slip for a path with a control character: in double quotes TOML reads `C:\temp` as one with a tab."""
    told = name in _PATHS and any(letter < " " for each in _several(value) for letter in each)
    return [TaskSlip(at, "batch-backslash", {"key": name})] if told else []


def nearest_word(typed: str, known: Sequence[str]) -> str:
    """Return the known word that was most likely meant; all of them where none is near."""
    found = difflib.get_close_matches(typed, known, 1, 0.6)
    return found[0] if found else ", ".join(known)


def _text(value: Value | None) -> str:
    return value if isinstance(value, str) else ""


def _several(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _choices(at: FilePosition, name: str, value: Value) -> list[TaskSlip]:
    allowed = CHOICES.get(name)
    if allowed is None:
        return []
    wrong = [each for each in _several(value) if each not in allowed]
    return [
        TaskSlip(at, "batch-value-unknown", {"key": name, "value": each, "nearest": nearest_word(each, allowed)})
        for each in wrong
    ]


def _steps(known: Mapping[str, Value]) -> tuple[str, ...]:
    asked = _several(known.get("steps", ()))
    return tuple(step for step in STEPS if step in asked)


def _missing(task: BatchTask) -> list[TaskSlip]:
    if "steps" not in task.facts:
        return [TaskSlip(task.spot, "batch-no-steps", {"known": ", ".join(STEPS)})]
    lacking = [name for step in task.steps for name in NEEDED[step] if not task.facts.get(name)]
    if "new" not in task.steps and not (task.facts.get("case") or (task.steps == ("verify",) and task.fact("archive"))):
        lacking.append("case")
    if "seal" in task.steps and not (task.facts.get("to_key") or task.facts.get("passphrase_folder")):
        lacking.append("passphrase_folder")
    if "seal" in task.steps and not task.facts.get("report") and any(map(task.facts.get, _OF_REPORT)):
        lacking.append("report")
    if task.fact("without_consent") and not task.fact("authorised_by"):
        lacking.append("authorised_by")
    if "verify" in task.steps and task.fact("archive") and not task.fact("archive_passphrase_file"):
        lacking.append("archive_passphrase_file")
    # A code is worth what it is worth where it comes from, and nobody is there to be asked.
    if "verify" in task.steps and task.fact("receipt") and not task.fact("receipt_from"):
        lacking.append("receipt_from")
    return [TaskSlip(task.spot, "batch-key-missing", {"key": name}) for name in dict.fromkeys(lacking)]
