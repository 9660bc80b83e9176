"""Provisions and routes: complete, with their source, and nothing among them that must not be printed."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from evidence_kit.law.provisions import LAWS, provision, provisions, suggested
from evidence_kit.law.routes import routes
from evidence_kit.words import LANGUAGES, catalogue

# Said of these provisions elsewhere, and not so: possession is not enough to convict, and the law on violence
# against women is in force since September 12 or 13, 2018.
NEVER = (
    r"enough to convict", r"suffi\w* (?:à|pour) condamner", r"كاف\w* للإدانة", r"1 September", r"1er septembre",
    r"(?:فاتح|1) شتنبر", r"constitu\w+ (?:un crime|une infraction établie)",
    r"\bguilty\b", r"\bcoupable\b", r"\bمدان\b",
)  # fmt: skip


def everything_printed() -> str:
    folder = files("evidence_kit.law")
    table = "".join(folder.joinpath(name).read_text("utf-8") for name in ("provisions.toml", "routes.toml"))
    said = [str(text) for code in LANGUAGES for key, text in catalogue(code).sentences.items() if key.startswith(
        ("report.", "law.", "help.law.", "help.report."))]  # fmt: skip
    return table + "\n".join(said)


@pytest.mark.parametrize("pattern", NEVER)
def test_what_must_not_be_printed_is_nowhere(pattern: str) -> None:
    assert not re.search(pattern, everything_printed(), re.IGNORECASE)


def test_the_patterns_find_what_they_look_for() -> None:
    assert re.search(NEVER[0], "possession is enough to convict")
    assert re.search(NEVER[4], "depuis le 1er septembre")


def test_every_provision_has_its_words_its_source_and_its_day_in_all_languages() -> None:
    assert len({each.id for each in provisions()}) == len(provisions()) == 19
    for each in provisions():
        assert each.law in LAWS
        assert set(each.conduct) == set(LANGUAGES)
        assert each.penalty == {} or set(each.penalty) == set(LANGUAGES)
        assert each.note == {} or set(each.note) == set(LANGUAGES)
        assert each.source
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each.checked)
        assert each.text_language == "ar"
        assert each.awaits


def test_a_sum_of_money_suggests_blackmail_and_a_known_adult_no_minor() -> None:
    found = {each.id for each in suggested(frozenset({"money", "threat"}))}
    assert {"PC-538", "PC-425"} <= found
    assert "PC-503-2" not in found


def test_a_provision_is_found_whatever_its_capitals() -> None:
    assert provision("pc-538") is provision("PC-538")
    with pytest.raises(KeyError):
        provision("PC-1")


def test_a_route_that_nobody_checked_is_not_printed() -> None:
    assert {each.id for each in routes() if each.printed} == {"prosecutor", "judicial-police"}
    assert all(each.source and set(each.name) == set(LANGUAGES) for each in routes())
    assert json.dumps([each.reach for each in routes() if not each.printed])
