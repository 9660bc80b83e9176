"""Custody as steps: the events of the log in its order, equal ones under one signature together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from evidence_kit.custody.manifest import LogEvent
from evidence_kit.keys.age import CaseIdentity
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.model import Finding
from evidence_kit.reports.case_facts import CustodyStep
from evidence_kit.sealing import plan
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.disk_errors import broken_error
from evidence_kit.workflows.case.read import Case, opened_events
from evidence_kit.workflows.reporting.disclosed import resting_on

# Facts that a step's sentence may need, by the type of its event.
_FACTS: Mapping[str, tuple[str, ...]] = {
    "consent.recorded": ("purpose", "given", "on"),
    "item.excluded": ("reason",),
    "destroyed": ("reason",),
    "sealed": ("archive", "sha256"),
    "seal.begun": ("purpose", "items_in"),
    "transfer.out": ("given_by", "received_by", "received_for", "purpose", "on", "means"),
    "transfer.in": ("given_by", "received_by", "on", "key"),
    "receipt.issued": ("code", "lines"),
    "report.made": ("purpose", "languages"),
    "case.updated": ("reason",),
    "reader.granted": ("name", "role"),
    "exported": ("what", "form"),
    "recovered": ("what", "reason"),
    "item.refused": ("reason",),
}


def steps(case: Case, scope: Scope) -> list[CustodyStep]:
    """Return the steps of a case; lines whose openings a scope leaves closed are counted as such.

    Raises:
        CaseBrokenError: An opening is not what its line commits to.
        NoReaderError: The case was not unlocked.
    """
    if case.identity is None:
        raise NoReaderError("key-needed")
    known = {each.first_line: each for each in _disclosed(case, case.identity, scope)}
    found: dict[tuple[object, ...], CustodyStep] = {}
    last = resting_on(case).line
    for line in sorted(each for each in case.custody.commitments if each < last):
        step = known.get(line) or _closed(case, line)
        # What one signature covers was done in one go: a file, its description, the next file.
        key = (step.time, step.type, step.by, *step.values.items())
        before = found.get(key)
        found[key] = step if before is None else replace(before, last_line=line, count=before.count + 1)
    return list(found.values())


def _disclosed(case: Case, identity: CaseIdentity, scope: Scope) -> Iterator[CustodyStep]:
    for entry in opened_events(case.folder, case.custody, identity, form=False):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        if plan.discloses(scope, entry.type, entry.facts, entry.line):
            yield _step(entry)


def _closed(case: Case, line: int) -> CustodyStep:
    return CustodyStep(line, line, case.custody.time_of(line), "closed", 1, None, {})


def _step(entry: LogEvent) -> CustodyStep:
    # What read a conversation stands there under this name, and is nobody.
    by = None if entry.type == "chat.parsed" else entry.facts.get("by")
    return CustodyStep(
        entry.line, entry.line, entry.time, entry.type, 1, None if by is None else str(by), _values(entry)
    )


def _values(entry: LogEvent) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for name in _FACTS.get(entry.type, ()):
        value: Any = entry.facts.get(name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if value is not None:
            found[name] = int(value) if isinstance(value, (bool, int)) else str(value)
    return found
