"""Rules, findings, both implementations, vectors and attacks are held against each other: nothing stands alone."""

from __future__ import annotations

import json
import re

from evidence_kit.words import findings
from tests.attacks.generator import rows
from tests.e2e.conftest import ROOT
from tests.vectors import files
from tests.vectors.rules import rules

VECTORS = {each["name"]: each for each in json.loads(files.LISTED.read_text("utf-8"))["vectors"]}
ATTACKS = {what: code.strip("`") for what, _, code, _ in rows()}
SOUND = re.compile(
    r"^(good|receipt-paper|receipt-told|receipt-blurred|stamp-told-right|folder-good|folder-whole"
    r"|key-good|key-opening-destroyed|root-anchors|receiver-anchors)"
)


def _sources(folder: str, ending: str) -> str:
    return "".join(path.read_text("utf-8") for path in sorted((ROOT / folder).rglob(f"*{ending}")))


def test_every_rule_has_a_number_of_its_own() -> None:
    numbers = [rule.number for rule in rules()]
    assert len(set(numbers)) == len(numbers) > 90


def test_every_finding_has_a_rule_and_every_rule_a_finding() -> None:
    assert {rule.code for rule in rules()} == set(findings())


def test_every_rule_is_in_both_implementations_or_in_the_one_it_names() -> None:
    # Without the table itself, which names every code.
    program = "".join(
        path.read_text("utf-8") for path in (ROOT / "evidence_kit").rglob("*.py") if path.name != "rules.py"
    )
    page = _sources("web/verifier/src", ".ts")
    for rule in rules():
        stem = re.sub(r"^(body|key|item|recovered)-(missing|changed)$", r"-\2", rule.code)
        assert f'{rule.code}"' in program or f'{{what}}{stem}"' in program, rule
        assert (f'"{rule.code}"' in page) == (rule.who == "both"), rule


def test_every_rule_is_shown_by_something_that_gives_its_finding() -> None:
    for rule in rules():
        assert rule.shown_by, rule
        for shown in rule.shown_by:
            if shown.startswith("“"):
                assert ATTACKS[shown.strip("“”")] == rule.code, (rule, shown)
            elif shown.startswith("tests/"):
                assert rule.code in (ROOT / shown).read_text("utf-8"), (rule, shown)
            else:
                assert rule.code in VECTORS[shown]["must"], (rule, shown)


def test_every_vector_that_is_not_sound_is_named_by_a_rule() -> None:
    named = {shown for rule in rules() for shown in rule.shown_by}
    assert {name for name in VECTORS if not SOUND.match(name)} <= named


def test_every_attack_gives_a_finding_that_a_rule_names() -> None:
    codes = {rule.code for rule in rules()}
    assert {code for code in ATTACKS.values() if code not in {"none", "any"}} <= codes
