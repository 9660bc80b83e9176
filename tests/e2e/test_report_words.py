"""What a verdict says on the screen and on the page to print: what fixes it, and no more than that."""

from __future__ import annotations

import re

import pytest

from evidence_kit.commands._verdict_view import anchor_sentences, report_page
from evidence_kit.custody.verdict import Anchor, ReceiptOrigin, Verdict
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.checking.report import Report

SINCE = "2026-11-23T18:48:00.000000Z"
ANCHORS = {
    "receipt-paper": Anchor(9, "receipt", SINCE, ReceiptOrigin.PAPER),
    "receipt-told": Anchor(9, "receipt", SINCE, ReceiptOrigin.TOLD),
    "time-stamp": Anchor(9, "time-stamp", SINCE),
    "counter-signature": Anchor(9, "counter-signature", SINCE),
}


def printed(report: Report) -> str:
    """Return the page's words, without its marks and the isolation of names in it."""
    text = report_page(report, {}, "2026-11-30 12:00 +0100", None).decode()
    return re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", " ", text)).replace("&#x27;", "'")


def a_report(verdict: Verdict, *anchors: Anchor, behind: int = 0) -> Report:
    report = Report(verdict, "LRC-2026-0001", "case", case="LRC-2026-0001", anchors=[*anchors], lines=12)
    report.items = report.items_here = 3
    report.items_behind = behind
    return report


@pytest.mark.parametrize("name", ANCHORS)
def test_the_page_says_what_it_was_that_fixed_the_log(name: str) -> None:
    text = printed(a_report(Verdict.ANCHORED, ANCHORS[name]))
    for language in LANGUAGES:
        said = {
            each: catalogue(language).sentence(f"verify.{each}", through=9, lines=12, since=SINCE).split("9")[0]
            for each in ANCHORS
        }
        assert said[name] in text
        for other in ("receipt-paper", "time-stamp", "counter-signature"):
            assert (said[other] in text) == (other == name or said[other] == said[name])


def test_a_consistent_verdict_does_not_say_that_nothing_changed() -> None:
    assert len({each.limits for each in (Verdict.ANCHORED, Verdict.CONSISTENT, Verdict.BROKEN)}) == 3
    text = printed(a_report(Verdict.CONSISTENT))
    for language in LANGUAGES:
        assert catalogue(language).sentence("verify.limits-consistent") in text
        assert catalogue(language).sentence("verify.limits") not in text


def test_items_behind_what_is_fixed_are_said() -> None:
    report = a_report(Verdict.ANCHORED, ANCHORS["receipt-paper"], behind=2)
    assert [name for name, _ in anchor_sentences(report)] == ["verify.receipt-paper", "verify.items-behind"]
    for language in LANGUAGES:
        assert catalogue(language).sentence("verify.items-behind", count=2, items_here=3) in printed(report)


def test_events_that_can_no_longer_be_read_are_said_of_a_case_too() -> None:
    report = a_report(Verdict.CONSISTENT)
    report.with_key, report.events = True, 9
    for closed in (0, 2):
        report.events_closed = closed
        text = printed(report)
        for language in LANGUAGES:
            said = catalogue(language).sentence("verify.events-gone", count=closed, events_of=9)
            assert (said in text) == (closed > 0)
