"""How the outcome of a check looks: the verdict first, then where, what, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen
from evidence_kit.model import Finding, Json

if TYPE_CHECKING:
    from evidence_kit.workflows.verify import Report

_SHOWN = 40


def show(screen: Screen, report: Report) -> None:
    screen.document(_json(screen, report))
    if screen.json:
        return
    name = report.verdict.name.lower()
    screen.result(screen.say(f"verdict.{name}.word"))
    partly = name == "consistent" and report.findings
    screen.result(screen.say("verdict.consistent.but" if partly else f"verdict.{name}.meaning"))
    for anchor in report.anchors:
        screen.result(screen.say("verify.anchored", through=anchor.through, lines=report.lines, since=anchor.since))
    for finding in report.findings[:_SHOWN]:
        screen.result("• " + sentence(screen, finding))
    if len(report.findings) > _SHOWN:
        screen.result(screen.say("verify.more", count=len(report.findings) - _SHOWN))
    if report.wholly_destroyed:
        screen.result(screen.say("verify.wholly-destroyed"))
    elif report.destroyed:
        listed = ", ".join(report.destroyed[:_SHOWN]) + (" …" if len(report.destroyed) > _SHOWN else "")
        screen.result(screen.say("verify.destroyed", count=len(report.destroyed), items=listed))
    if report.case is not None:
        screen.result(screen.say("verify.items", items=report.items, items_here=report.items_here))
        if report.kind == "archive":
            absent = (report.items_of or 0) - report.items_here
            closed = report.events_closed
            screen.result(
                screen.say(
                    "verify.absent",
                    items=absent,
                    items_of=report.items_of or 0,
                    events=closed,
                    events_of=report.events,
                )
            )
        elif not report.with_key:
            screen.result(screen.say("verify.without-key"))
        screen.result(screen.say("verify.signers", signers=", ".join(report.signers)))
    screen.result(screen.say("verify.limits"))


def sentence(screen: Screen, finding: Finding) -> str:
    """Return a finding in words: where, what, what it means."""
    values = dict(finding.values)
    where = finding.file or ""
    if finding.line is not None:
        where += f":{finding.line}"
    if finding.item is not None:
        where += f" ({finding.item})"
    what = screen.say(f"finding.{finding.code}", **values)
    return f"{screen.say('verify.where', where=where)} {what} [{finding.code}]"


def _json(screen: Screen, report: Report) -> Json:
    return {
        "verdict": report.verdict.value,
        "kind": report.kind,
        "path": report.path,
        "case": report.case,
        "lines": report.lines,
        "items": report.items,
        "items_here": report.items_here,
        "items_of": report.items_of,
        "events": report.events,
        "events_closed": report.events_closed,
        "destroyed": list(report.destroyed),
        "wholly_destroyed": report.wholly_destroyed,
        "with_key": report.with_key,
        "signers": list(report.signers),
        "anchors": [
            {"kind": anchor.kind, "through": anchor.through, "since": anchor.since} for anchor in report.anchors
        ],
        "findings": [
            {
                "code": each.code,
                "weight": each.weight.value,
                "file": each.file,
                "line": each.line,
                "item": each.item,
                "values": dict(each.values),
                "meaning": screen.say(f"finding.{each.code}", **each.values),
            }
            for each in report.findings
        ],
        "says": screen.say("verify.limits"),
    }
