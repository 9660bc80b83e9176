"""docs/GLOSSARY.md: every term in one line, each with the Python type that carries it, and that type exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = (Path(__file__).parents[1] / "docs" / "GLOSSARY.md").read_text("utf-8")
ROWS = re.findall(r"^\| (?!term|---)(.+?) \| (.+?) \| (.+?) \|$", GLOSSARY, re.MULTILINE)
# Words that a court, a laboratory or an archivist uses, and that have to mean here what they mean there.
FIELD = {"custody", "accession", "item", "exhibit", "checkpoint", "anchor", "witness", "seal", "bag", "opening"}


def test_the_terms_of_the_field_are_there_and_no_term_stands_twice() -> None:
    terms = [each.strip() for term, _, _ in ROWS for each in term.split(",")]
    assert set(terms) >= FIELD
    assert len(set(terms)) == len(terms)
    assert len(ROWS) > 60


@pytest.mark.parametrize(("term", "meaning", "carried"), ROWS, ids=[term for term, _, _ in ROWS])
def test_a_term_has_one_line_and_a_type_that_exists(term: str, meaning: str, carried: str) -> None:
    assert len(meaning) < 130
    assert not meaning.endswith(".")
    (name,) = re.findall(r"^`([\w.]+)`$", carried)
    module, _, own = name.rpartition(".")
    found = getattr(importlib.import_module(f"evidence_kit.{module}"), own)
    assert isinstance(found, type) or getattr(found, "__origin__", None) is not None, term
