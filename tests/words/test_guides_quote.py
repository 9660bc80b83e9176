"""What the guides quote of the program is what it says: the tables of trouble, word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence_kit.words import LANGUAGES, catalogue

DOCS = Path(__file__).parents[2] / "docs"
_QUOTED = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
_ANY = "…"


def table_of_trouble(language: str) -> list[str]:
    """Return the lines of the table that a person looks into when something goes wrong."""
    name = "handbook.md" if language == "en" else f"handbook.{language}.md"
    lines = (DOCS / name).read_text("utf-8").splitlines()
    # The only table of the handbook that quotes the program in its first column.
    return [line for line in lines if line.startswith("|") and _QUOTED.search(line.split("|")[1])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_trouble_quotes_what_is_said(language: str) -> None:
    texts = {
        re.sub(r"\{\w+\}", _ANY, text)
        for sentence in catalogue(language).sentences.values()
        for text in ((sentence,) if isinstance(sentence, str) else sentence.values())
    }
    rows = table_of_trouble(language)
    assert len(rows) >= 6
    quoted = [found.strip() for row in rows for found in _QUOTED.findall(row.split("|")[1])]
    unsaid = [each for each in quoted if not any(all(part in text for part in each.split(_ANY)) for text in texts)]
    assert unsaid == []
