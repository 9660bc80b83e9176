"""Custody in prose: in order of time, codes as words of every language, one page however long the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence_kit.reports.case_facts import CustodyStep, Intake
from evidence_kit.reports.custody_prose import custody_prose
from evidence_kit.reports.dossier import Dossier, Limit
from evidence_kit.reports.sentence import Sentence
from evidence_kit.reports.voice import Voice
from tests.reports.test_pdf import dossier


def step(line: int, kind: str, time: str, **values: str | int) -> CustodyStep:
    return CustodyStep(line, line, time, kind, 1, "Salma B.", values)


def intake(time: str, **more: str) -> Intake:
    one = dossier([]).intakes[0]
    return replace(one, first=time, last=time, **more)  # type: ignore[arg-type]


def prose(made: Dossier, *steps: CustodyStep) -> list[Sentence]:
    return list(custody_prose(made.case, made.intakes, steps, made.limits, made.checks))


def text(sentence: Sentence, language: str = "en") -> str:
    runs = Voice(language).spoken(sentence)
    assert isinstance(runs, list)
    return "".join(str(each["t"]) if isinstance(each, dict) else str(each) for each in runs)


STEPS = (
    step(2, "reader.granted", "2026-11-23T18:50:00Z", name="Salma B.", role="station"),
    step(9, "sealed", "2026-11-23T19:00:00Z", archive="LRC-2026-0007.sealed.zip"),
    step(12, "receipt.issued", "2026-11-23T20:00:00Z", code="GITW-JPQA"),
    step(15, "transfer.out", "2026-11-24T09:00:00Z", given_by="Salma B.", received_by="Me Alami", purpose="lawyer"),
    step(40, "sealed", "2026-11-25T09:00:00Z", archive="LRC-2026-0007.2.sealed.zip"),
)


def test_what_happened_stands_in_order_of_time_and_not_kind_by_kind() -> None:
    made = replace(dossier([]), intakes=(intake("2026-11-23T18:55:00Z"), intake("2026-11-24T10:00:00Z")))
    told = prose(made, *STEPS)
    timed = [str(each.values["time"]) for each in told if "time" in each.values]
    assert timed == sorted(timed)
    codes = [each.code for each in told]
    assert codes[:8] == ["prose.opened", "prose.step", "prose.intake", "prose.step", "prose.step", "prose.step",
                         "prose.intake", "prose.step"]  # fmt: skip
    assert codes[8:] == ["prose.unchanged", "prose.log"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("police and prosecution", "recovery key", "unsigned files were put aside", "copied")),
        ("fr", ("police et parquet", "clé de secours", "des fichiers non signés ont été mis de côté", "copie")),
        ("ar", ("الشرطة والنيابة العامة", "مفتاح الاسترجاع", "ملفات غير موقعة وُضعت جانبا", "نسخ")),
    ],
)
def test_values_that_are_codes_are_words(language: str, words: tuple[str, ...]) -> None:
    made = replace(dossier([]), intakes=(intake("2026-11-23T18:30:00Z", how="copy"),))
    said = " ".join(
        text(each, language)
        for each in prose(
            made,
            step(2, "reader.granted", "2026-11-23T18:00:00Z", name="", role="recovery"),
            step(3, "transfer.out", "2026-11-23T18:00:00Z", purpose="police"),
            step(4, "recovered", "2026-11-23T18:00:00Z", what="unsigned-put-aside"),
            step(5, "recovered", "2026-11-23T18:00:00Z", what="older-accepted", reason="the newer disk burned"),
        )
    )
    for word in words:
        assert word in said
    assert "the newer disk burned" in said
    for code in ("unsigned-put-aside", "older-accepted", "phone-export", "prose."):
        assert code not in said


def test_a_code_of_a_later_version_stands_as_it_is_written() -> None:
    made = replace(dossier([]), intakes=(intake("2026-11-23T18:30:00Z", how="telepathy"),))
    said = [text(each) for each in prose(made, step(2, "recovered", "2026-11-23T18:00:00Z", what="by-magic"))]
    assert any("telepathy" in each for each in said)
    assert any("by-magic" in each for each in said)


def test_a_long_log_is_told_on_a_page_and_the_rest_is_counted() -> None:
    many = [step(n, "receipt.issued", f"2026-11-23T18:{n:02}:00Z", code=f"R{n}") for n in range(50)]
    intakes = tuple(replace(intake(f"2026-11-23T19:{n:02}:00Z"), items=3) for n in range(40))
    told = prose(replace(dossier([]), intakes=intakes), *many)
    assert len(told) < 30
    counted = [each.values["count"] for each in told if each.code == "prose.more"]
    assert counted == [28 * 3, 42]


def test_closed_lines_and_limits_are_told() -> None:
    made = replace(dossier([]), limits=(Limit("witnessed", {"count": 2}), Limit("unread", {"count": 1})))
    closed = CustodyStep(3, 9, "2026-11-23T18:00:00Z", "closed", 7, None, {})
    said = [text(each) for each in prose(made, closed)]
    assert any("2 files were seen" in each for each in said)
    assert any("7 events" in each for each in said)
    assert not any("could not be read" in each for each in said)


def test_a_name_from_right_to_left_keeps_its_way_in_a_sentence_of_ours() -> None:
    runs = Voice("en").spoken(Sentence("prose.closed", {"count": 3}))
    assert runs == ["3 events of the log stay closed for the reader of this paper."]
    runs = Voice("en").spoken(Sentence("prose.opened", {"time": "2026-11-23 18:00 UTC", "who": "سلمى", "case": "L-1"}))
    assert isinstance(runs, list)
    assert {"t": "سلمى", "d": "r"} in runs
    assert not any("\ue000" in str(each) for each in runs)


def test_a_step_reads_as_a_sentence() -> None:
    (said,) = [text(each) for each in prose(dossier([]), STEPS[3]) if each.code == "prose.step"]
    assert said == "2026-11-24 09:00 UTC: handed over: Salma B. – Me Alami – lawyer (Salma B.) (line 15)."
