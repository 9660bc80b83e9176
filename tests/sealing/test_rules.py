"""The table of rules names every finding, a function that is there, and the same rules as the document."""

from __future__ import annotations

import importlib
import re
from functools import reduce

import pytest

from evidence_kit.sealing.rules import RULES, Rule
from evidence_kit.words import findings
from tests.e2e.conftest import ROOT

DOCUMENT = ROOT / "docs" / "RULES.md"
_ROW = re.compile(r"^\| ([A-Z][0-9]+) \| .*?\| `([a-z]+(?:-[a-z]+)+)` \|", re.MULTILINE)


def test_every_finding_is_one_of_a_rule_and_no_number_stands_twice() -> None:
    assert {each.code for each in RULES} == set(findings())
    numbers = [each.number for each in RULES]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_a_rule_is_enforced_where_the_table_says(rule: Rule) -> None:
    module, _, name = rule.place.partition(":")
    assert callable(reduce(getattr, name.split("."), importlib.import_module(f"evidence_kit.{module}")))


def test_the_document_lists_the_same_rules() -> None:
    shown = _ROW.findall(DOCUMENT.read_text("utf-8"))
    assert shown == [(each.number, each.code) for each in RULES]
