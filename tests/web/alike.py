"""What two verifiers say of one archive, in one shape."""

from __future__ import annotations

from typing import Any

from evidence_kit.custody.verdict import judge_findings
from evidence_kit.workflows.checking.report import Report

# Codes that only the program gives, and the sentence by which the page says that it does not look for them.
NOT_HERE = {"received-": "page.counter-signatures", "part": "page.other-parts"}


def said(report: Report) -> dict[str, Any]:
    """What the program says, in the shape of the page's answer; reasons are each verifier's own words.

    What the page says of itself that it does not check is left out.
    """
    findings = [each for each in report.findings if not each.code.startswith(tuple(NOT_HERE))]
    anchors = [each for each in report.anchors if each.kind == "receipt"]
    return {
        "verdict": judge_findings(findings, anchors).value,
        "findings": [(each.code, each.weight.value, each.file, each.line, each.item) for each in findings],
        "anchors": [(each.kind, each.through, each.since) for each in anchors],
        "counts": (report.lines, report.items, report.items_here, report.items_of, report.events_closed),
        "behind": report.items_behind,
        "events": report.events,
        "signers": list(report.signers),
    }


def answered(answer: dict[str, Any]) -> dict[str, Any]:
    names = ("code", "weight", "file", "line", "item")
    intact, broken = len(answer["items"]), len(answer["brokenItems"])
    return {
        "verdict": answer["verdict"],
        "findings": [tuple(each.get(name) for name in names) for each in answer["findings"]],
        "anchors": [(each["kind"], each["through"], each["since"]) for each in answer["anchors"]],
        "counts": (answer["lines"], intact, intact + broken, answer.get("itemsOf"), answer["eventsClosed"]),
        "behind": answer["itemsBehind"],
        "events": answer["events"],
        "signers": [each["fingerprint"] for each in answer["signers"]],
    }
