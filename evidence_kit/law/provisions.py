"""Provisions of Moroccan law as candidates for a lawyer to assess; the table says them, and nothing here concludes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

LAWS: Final = ("penal-code", "criminal-procedure", "law-43-20", "law-09-08", "law-46-21")


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision of law, in three languages; the text that governs is in `text_language`.

    Attributes:
        id: Such as `PC-538`.
        law: One of `LAWS`.
        article: Its number, or the numbers of a row.
        conduct: What it speaks of, by language.
        penalty: What it provides for, by language; empty where it provides for none.
        note: Aggravation and what a reader has to know, by language.
        source: The edition that was read.
        checked: The day on which somebody compared this table with its source.
        text_language: Language of the text that governs.
        awaits: Who still has to look at the wording, by language.
        facts: Codes of facts of a case on which it is suggested.
    """

    id: str
    law: str
    article: str
    conduct: Mapping[str, str]
    penalty: Mapping[str, str]
    note: Mapping[str, str]
    source: str
    checked: str
    text_language: str
    awaits: str
    facts: tuple[str, ...]
    law_name: Mapping[str, str]

    def title(self, language: str) -> str:
        """Return its law and article in a language."""
        return _TITLE[language].format(law=self.law_name[language], article=self.article)


_TITLE: Final = {"ar": "{law}، الفصل {article}", "fr": "{law}, article {article}", "en": "{law}, article {article}"}


@cache
def provisions() -> tuple[Provision, ...]:
    """Return every provision of the table, in its order."""
    table = tomllib.loads(files(__package__).joinpath("provisions.toml").read_text("utf-8"))
    return tuple(_provision(each, table["laws"]) for each in table["provision"])


def provision(name: str) -> Provision:
    """Return the provision of an id, in capitals or not.

    Raises:
        KeyError: The table has none.
    """
    wanted = name.strip().upper()
    for each in provisions():
        if each.id.upper() == wanted:
            return each
    raise KeyError(name)


def suggested(facts: frozenset[str]) -> tuple[Provision, ...]:
    """Return the provisions that speak of one of these facts; whether one applies, a lawyer says.

    Args:
        facts: Codes such as `money`, `threat`, `pictures`, `minor`, `recording`.
    """
    return tuple(each for each in provisions() if facts & set(each.facts))


def _provision(row: Mapping[str, Any], laws: Mapping[str, Any]) -> Provision:
    law = laws[row["law"]]
    return Provision(
        id=row["id"],
        law=row["law"],
        article=row["article"],
        conduct=row["conduct"],
        penalty=row.get("penalty", {}),
        note=row.get("note", {}),
        source=law["source"],
        checked=law["checked"],
        text_language=law["text_language"],
        awaits=law["awaits"],
        facts=tuple(row.get("facts", ())),
        law_name={name: law[name] for name in ("ar", "fr", "en")},
    )
