"""The table of findings holds every code that the program can raise, with its weight, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit.model import Weight
from evidence_kit.words import LANGUAGES, findings
from tests.e2e.conftest import ROOT

PACKAGE = ROOT / "evidence_kit"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "words" not in path.parts)
# Calls whose first argument is a code.
RAISING = frozenset({"Finding", "_broken", "_finding", "_break"})
PAGE = sorted((ROOT / "web" / "verifier" / "src" / "core").glob("*.ts"))
KEBAB = re.compile(r"[a-z]+(-[a-z]+)+")


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in RAISING and node.args:
                yield path, node


def texts() -> Iterator[str]:
    """Yield every text in the program that could be a code, put together where it is put together there."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                if re.fullmatch(r"[a-z]+", node.value):
                    yield from (f"{node.value}-missing", f"{node.value}-changed")


CALLED = {
    node.args[0].value
    for _, node in calls()
    if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
}


def test_the_program_says_enough_to_be_worth_comparing() -> None:
    assert len(CALLED) > 50


@pytest.mark.parametrize("code", sorted(CALLED))
def test_a_code_that_the_program_raises_is_in_the_table(code: str) -> None:
    assert code in findings()


def test_a_code_in_the_table_is_one_that_the_program_can_raise() -> None:
    assert set(findings()) <= set(texts())


def test_the_weight_that_a_finding_is_made_with_is_the_one_in_the_table() -> None:
    for path, node in calls():
        given = node.args[1] if len(node.args) > 1 else None
        if (
            isinstance(node.args[0], ast.Constant)
            and isinstance(given, ast.Attribute)
            and _name(given.value) == "Weight"
        ):
            facts = findings()[str(node.args[0].value)]
            assert Weight[given.attr].value in {facts.weight, facts.in_archive}, (path.name, node.lineno)


def test_the_page_raises_no_code_that_is_not_in_the_table() -> None:
    known = {code.partition("-")[0] for code in findings()}
    for path in PAGE:
        for code in re.findall(r'(?:code: |broken\(|finding\(|return )"([a-z]+(?:-[a-z]+)+)"', path.read_text("utf-8")):
            assert code.partition("-")[0] not in known or code in findings(), (path.name, code)


def test_every_code_has_a_weight_and_one_sentence_in_every_language() -> None:
    for code, facts in findings().items():
        assert KEBAB.fullmatch(code)
        assert {Weight(facts.weight), Weight(facts.in_archive)}
        assert set(facts.meaning) == set(LANGUAGES)
        for sentence in facts.meaning.values():
            assert sentence.endswith("."), code
            assert len(re.findall(r"[.!?](?:\s|$)", sentence)) == 1, sentence


def test_the_catalogues_do_not_say_it_a_second_time() -> None:
    for language in LANGUAGES:
        for topic in (PACKAGE / "words" / language).glob("*.toml"):
            assert "[finding" not in topic.read_text("utf-8"), topic
