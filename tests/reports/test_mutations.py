"""Every text of a dossier filled with hostile ones, every code with an unheard-of one: papers are made all the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.reports.case_facts import ConsentFact, CustodyStep
from evidence_kit.reports.custody_prose import custody_prose
from evidence_kit.reports.dossier import Dossier, Limit
from evidence_kit.reports.exhibit import Identifier, Occurrence, SimilarPair
from evidence_kit.reports.paper import Paper
from evidence_kit.reports.redaction import each_text, redacted
from evidence_kit.reports.transcript import Attachment
from evidence_kit.reports.volumes import volumes
from tests.reports.test_pdf import UTC, bare, dossier, line, paper, pdftotext

TEXTS = {
    "markup": '#set page(width: 1cm) <script>alert(1)</script> #panic("x") $ * _ ` {count} {0} %s \\u{202e}',
    "bidi": "\u202e\u2066دفع\u2069 5000 \u200f\u061c\u200e abc \u202c\u2067x",
    "long": "ش" * 2500 + "x" * 2500,
    "lines": "a\nb\r\nc\u2028d\x85e\x0bf\tg",
    "nothing": "\u200b\ufeff\u00ad",
    "private": "\ue0000\ue000 \ue0001\ue000 \ue000",
    "half": "a\udc80b",
}


def full() -> Dossier:
    """Return a dossier in which every field is filled."""
    lines = [
        line(1, "pay", demands=(1,), words=(("contact", "Noussa", "Nadia"), ("caption", "x", None)), to=("Me",),
             reactions=(("👍", "Nadia"),), event=("members-added", {"names": "Zizou"}), flags=("edited", "later"),
             attachments=(Attachment("a.jpg", "perhaps", ("E000002",), (2,)), Attachment(None, "omitted")),),
        line(2, "", kind="unread", sender=None, gap="not-understood"),
        line(3, "x", time=StatedTime("3/5/2025", "ambiguous", None, ("2025-05-03", "2025-03-05"))),
    ]  # fmt: skip
    made = dossier(lines, 3)
    order = "day, month, year (a-number-above-12)"
    made = replace(made, transcripts=(replace(made.transcripts[0], order=order, notes=("left-out",)),))
    exhibit = replace(made.exhibits[0], words="a picture", said_by="Nadia", for_the_lawyer=True, blurred=True)
    case = replace(made.case, guardian={"name": "Fatima", "relation": "mother"}, reference="R", real_name="Real",
                   age_known_by="told")  # fmt: skip
    steps = (
        CustodyStep(2, 3, "2026-11-23T18:00:00Z", "transfer.out", 2, "Salma", {"given_by": "S", "purpose": "police"}),
        CustodyStep(4, 4, "2026-11-23T18:00:00Z", "recovered", 1, None, {"what": "unsigned-put-aside"}),
    )
    intakes = tuple(
        replace(each, handed_by="Nadia", device="A12", place="Larache", phone_clock="20:00", computer_clock="20:01")
        for each in made.intakes
    )
    made = replace(
        made, case=case, exhibits=(exhibit, *made.exhibits[1:]), custody=steps, intakes=intakes,
        chronology=(
            *made.chronology,
            Occurrence(UTC, "messages", "day", {"count": 2, "platform": "whatsapp", "conversation": 1, "title": "T"}),
            Occurrence(UTC, "call", "call", {"sender": "Nadia"}, "E000001:1"),
            Occurrence(UTC, "post", "posted", {"exhibit": 1, "account": "@a", "address": "https://example.org/x"}),
            Occurrence(UTC, "case", "consent.recorded", {"purpose": "police", "given": 0}),
            Occurrence(UTC, "case", "case.opened", {"line": 1}),
        ),
        identifiers=(Identifier("phone", "+212600000000", "high", 2, (("Nadia", 2),), ("E000001:1",), "Bank"),),
        similar=(SimilarPair("E000001", "E000002", (1, 2), "to-judge", "pdq", {"distance_bits": 40}),),
        consents=(ConsentFact(3, "police", True, "2026-11-23", "person", "form 3"),),
        limits=(Limit("conversation-not-read", {"item": "E000002", "reason": "x"}), Limit("unread", {"count": 1})),
    )  # fmt: skip
    checks = replace(made.checks, broken=("item-changed",))
    prose = tuple(custody_prose(case, intakes, steps, made.limits, checks))
    return replace(made, checks=checks, prose=prose)


def filled(made: Dossier, text: str) -> Dossier:
    """Return a dossier in which every text of another hand is this one."""
    changed: Dossier = each_text(made, lambda _: text)
    return changed


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_text_in_any_field_breaks_a_paper(name: str, language: str, tmp_path: Path) -> None:
    made = filled(full(), TEXTS[name])
    said = pdftotext(paper(made, language), tmp_path)
    for each in made.exhibits:
        assert each.sha256 in said
    assert made.checks.head in said
    assert "\ue000" not in said
    if language == "ar":
        assert paper(replace(made, case=replace(made.case, purpose="person"))).startswith(b"%PDF")
        assert paper(redacted(made)).startswith(b"%PDF")


CODES = ("age_band", "assumption", "family", "kind", "level", "method", "order", "platform", "sensitivity", "status",
         "type", "code", "gap", "how", "purpose", "source", "scope", "flags", "notes", "broken")  # fmt: skip
LATER = "from-a-later-version"


def coded(value: Any, name: str) -> Any:
    """Return a fact in which every field of a name holds a code that nobody here knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: put(getattr(value, each.name), each.name, name) for each in fields(value)})
    return tuple(coded(each, name) for each in value) if isinstance(value, tuple) else value


def put(value: Any, field: str, name: str) -> Any:
    if field != name:
        return coded(value, name)
    return (LATER,) if isinstance(value, tuple) else LATER if isinstance(value, str) else coded(value, name)


@pytest.mark.parametrize("name", CODES)
def test_a_code_of_a_later_version_breaks_no_paper(name: str) -> None:
    made = coded(full(), name)
    assert made != full()
    for language in ("ar", "fr", "en"):
        assert made.exhibits[0].sha256 in json.dumps(Paper(made, language).data(volumes(made)[0]))


def test_a_paper_whose_every_code_is_of_a_later_version_is_set(tmp_path: Path) -> None:
    made = full()
    for name in CODES:
        made = coded(made, name)
    said = pdftotext(paper(made, "fr"), tmp_path)
    assert made.exhibits[0].sha256 in said
    assert LATER in said


def test_every_change_is_a_change() -> None:
    """The filling reaches demand, message, name, title, account, words, path, remark: each by itself."""
    made = filled(full(), "FILLED")
    change: Callable[[Dossier], list[str | None]] = lambda each: [  # noqa: E731
        each.demands[0].demand, each.demands[0].amount, each.demands[0].account, each.demands[0].by, each.case.person,
        each.case.real_name, each.transcripts[0].title, each.transcripts[0].lines[0].text, each.exhibits[0].name,
        each.transcripts[0].lines[0].sender, each.exhibits[0].words, each.identifiers[0].value, each.intakes[0].device,
        each.checks.by,
    ]  # fmt: skip
    assert set(change(made)) == {"FILLED"}
    assert "FILLED" not in change(full())


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("letter", ["W", "\u0634", "\U0001f60a", "\u2d5b"])
def test_nothing_is_drawn_outside_the_margins_however_long_a_word_is(
    letter: str, language: str, tmp_path: Path
) -> None:
    """A word without a place to break it ran over the edge of the page, and was not to be read on paper."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper(filled(full(), letter * 150 + " 10 " + letter * 37), language))
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, text=True).stdout
    found = [(float(left), float(right)) for left, right in re.findall(r'xMin="([-\d.]+)" .* xMax="([-\d.]+)"', boxes)]
    assert len(found) > 300
    # A4 is 595.3 points wide, with 65.2 on either side.
    assert min(left for left, _ in found) > 63
    assert max(right for _, right in found) < 595.3 - 63


def test_a_long_word_in_a_line_of_the_other_direction_keeps_its_order(tmp_path: Path) -> None:
    """Where a word may be broken, its parts must not change places in a line from right to left."""
    letters, digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJK", "1234567890" * 3 + "2468"
    made = full()
    asked = replace(made.demands[0], demand=f"ادفع {digits} درهم", deadline=f"vendredi {letters}", amount=digits)
    made = replace(made, demands=(asked,), exhibits=(replace(made.exhibits[0], name=f"{letters}.jpg"),))
    found = bare(pdftotext(paper(made, "ar"), tmp_path))
    whole = "".join(found.split())
    assert whole.count(letters) >= 3
    assert whole.count(digits) >= 3
