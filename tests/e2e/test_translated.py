"""Nothing of a case is shown in another language than the person's, and nothing that a person wrote is translated."""

from __future__ import annotations

import re

import pytest

from evidence_kit.words import catalogue
from tests.e2e.conftest import Program

# Words of the kit's own vocabulary, as they stand in the log and in JSON.
OURS = re.compile(
    r"\b(True|False|None|age_band|age band|case\.opened|item\.kept|said by|minor media|readers|given|witness)\b"
)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_case_and_its_log_are_shown_in_the_language(language: str, case_program: Program) -> None:
    run, say = case_program, catalogue(language).sentence
    run.keyed("note", "1", "lawyer", "--reader", "lawyer")
    run.keyed("consent", "1", "police", "--by", "person")
    shown = run.keyed("show", "1", "--lang", language).stdout
    log = run.keyed("log", "1", "--lang", language).stdout
    assert not OURS.search(shown), OURS.search(shown)
    assert not OURS.search(log), OURS.search(log)
    assert say("page.happened.case-opened") in log
    assert say("fact.pair", name=say("fact.text"), value="lawyer") in shown, "a person's own words stay"
    assert say("fact.value.lawyer") in shown
    told = run("export", "1", "--as", "csv", "--for", "takedown", "--lang", language, "--no-input",
               "--passphrase-file", run.passphrase, expect=None).stderr  # fmt: skip
    assert "takedown" not in told or say("fact.value.takedown") in told


def test_every_event_that_a_log_can_hold_has_a_name_in_every_language() -> None:
    from evidence_kit.custody import folds
    from evidence_kit.words import LANGUAGES

    source = folds.__loader__.get_source(folds.__name__)  # type: ignore[union-attr]
    kinds = set(re.findall(r"^    \"([a-z]+(?:[.-][a-z]+)*)\": _[a-z_]+,$", source, re.MULTILINE))
    assert len(kinds) > 10
    for language in LANGUAGES:
        for kind in kinds:
            assert catalogue(language).knows(f"page.happened.{kind.replace('.', '-')}"), kind
