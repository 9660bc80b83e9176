"""Redaction: labels for names in every text, and codes, ids and times as they are whatever somebody calls himself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from evidence_kit.reports.conversation_file import encoded_line
from evidence_kit.reports.dossier import Dossier, encoded
from evidence_kit.reports.redaction import Redaction, redacted
from evidence_kit.reports.sentence import Sentence, Term
from tests.reports.test_pdf import ARABIC, dossier, line, paper

# Names that are words of the form as well.
HOSTILE = ("exif", "messages", "utc", "text", "whatsapp", "lawyer", "adult", "demand", "E000001", "data", "case",
           "UTC", "report", "picture", "all", "prose.opened", "day", "sealed")  # fmt: skip


def named(names: tuple[str, ...]) -> Dossier:
    made = dossier([line(at, f"{ARABIC} {name}", sender=name) for at, name in enumerate(names, start=1)], 3)
    said = Sentence("prose.opened", {"time": "2026-11-23 18:48 UTC", "who": names[0], "case": "LRC-2026-0007"})
    what = (Term("event.sealed", "sealed"), ": ", names[-1])
    step = Sentence("prose.step", {"time": "2026-11-23 18:48 UTC", "what": what, "line": 3})
    return replace(made, prose=(said, step))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_name_that_is_a_code_too_changes_no_code(language: str) -> None:
    made = named(HOSTILE)
    hidden = redacted(made)
    assert [each.where for each in hidden.transcripts[0].lines] == [each.where for each in made.transcripts[0].lines]
    assert [each.time for each in hidden.transcripts[0].lines] == [each.time for each in made.transcripts[0].lines]
    assert [each.place for each in hidden.exhibits] == [each.place for each in made.exhibits]
    assert [each.code for each in hidden.prose] == [each.code for each in made.prose]
    assert hidden.prose[0].values["time"] == "2026-11-23 18:48 UTC"
    assert not {each.sender for each in hidden.transcripts[0].lines} & set(HOSTILE)
    assert "exif" not in json.loads(encoded(hidden))["prose"][0]["values"]["who"]
    assert paper(hidden, language).startswith(b"%PDF")


def test_lines_of_other_conversations_bear_the_same_labels() -> None:
    made = dossier([line(1, "ياسين was here")])
    other = line(9, "Noussa told ياسين", sender="Noussa Ziani")
    redaction = Redaction(made, [other])
    label = redaction.dossier(made).transcripts[0].lines[0].text.split()[0]
    written = encoded_line(redaction.of(other), None).decode()
    assert "Noussa" not in written
    assert "ياسين" not in written
    assert label in written


def test_without_any_name_a_dossier_says_that_names_are_redacted() -> None:
    made = dossier([])
    made = replace(made, case=replace(made.case, person=None, opened_by={}), checks=replace(made.checks, by=""),
                   intakes=(), demands=(), chronology=(), transcripts=())  # fmt: skip
    hidden = redacted(made)
    assert hidden.case.names_redacted
    assert hidden.exhibits == made.exhibits
