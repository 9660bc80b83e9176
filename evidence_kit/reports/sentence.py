"""Sentences of a dossier in no language: which one it is, and its values; paper and page say them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the papers.

    Attributes:
        word: Names it: `event.sealed` is `report.event.sealed` in the word catalogues.
        otherwise: Stands for it in a version that has no such word.
    """

    word: str
    otherwise: str


Value: TypeAlias = "str | int | Term | tuple[str | Term, ...]"
"""What stands in a sentence: a text of a person, a number, a word of ours, or several of them in a row."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        code: Names it: `prose.opened` is `report.prose.opened` in the word catalogues.
        values: What it speaks of; `count` chooses its plural form.
    """

    code: str
    values: Mapping[str, Value]
