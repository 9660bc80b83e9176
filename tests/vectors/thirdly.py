"""The third reader's judgement, held against the program's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from evidence_kit.custody.verdict import judge_findings
from evidence_kit.workflows.checking.report import Report
from tests.vectors import reader

# What only the program looks at, and what no text gives: a receiver's signature, the words of README.txt.
NOT_READ = ("received-", "readme-changed")


def alike(found: reader.Judgement, report: Report) -> None:
    """Hold verdict, findings and counts against each other, but for what a reader without roots and keys cannot say."""
    codes = {each.code for each in report.findings if not each.code.startswith(NOT_READ)}
    findings = [each for each in report.findings if each.code in codes]
    anchors = [each for each in report.anchors if each.kind == "receipt"]
    assert (found.verdict, found.codes) == (judge_findings(findings, anchors).value, codes)
    counts = (report.lines, report.items, report.items_here, report.events, report.events_closed)
    if found.verdict != "NOT CHECKED":
        assert (found.lines, found.items, found.items_here, found.events, found.events_closed) == counts


@contextmanager
def named(attack: str) -> Iterator[None]:
    """Say which attack the two judged differently, and where the third reader stands."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"{attack}: the program against tests/vectors/reader.py")
        raise
