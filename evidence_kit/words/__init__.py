"""Every sentence a person sees, one catalogue per language.

A catalogue is a TOML file of nested tables; `error.no-case.what` names the key `what` in the table `[error.no-case]`.
A sentence that counts something is a table of plural forms, chosen by the value named `count`. What findings mean
stands in `findings.json`, one table for this program, the page and whoever reads `verify --json`; here it is
`finding.<code>`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

Sentence: TypeAlias = "str | Mapping[str, str]"

LANGUAGES: Final = ("ar", "fr", "en")
PLURAL_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "fr": ("one", "other"),
    "en": ("one", "other"),
}


class Words:
    """The sentences of one language.

    Attributes:
        language: `ar`, `fr` or `en`.
        sentences: Every sentence by its dotted id.
    """

    def __init__(self, language: str, sentences: Mapping[str, Sentence]) -> None:
        self.language = language
        self.sentences = sentences

    def say(self, sentence: str, **values: str | int) -> str:
        """Return a sentence with its values.

        Raises:
            KeyError: There is no such sentence, or it needs a value that was not given.
        """
        text = self.sentences[sentence]
        if not isinstance(text, str):
            text = text[plural_form(self.language, int(values["count"]))]
        return text.format(**values)

    def knows(self, sentence: str) -> bool:
        """Say whether there is such a sentence."""
        return sentence in self.sentences


@cache
def catalogue(language: str) -> Words:
    """Return the sentences of a language.

    Raises:
        KeyError: There is no such catalogue.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    tables = tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text("utf-8"))
    tables.pop("about", None)
    meanings = {f"finding.{code}": facts.meaning[language] for code, facts in findings().items()}
    return Words(language, dict(_flat(tables, "")) | meanings)


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What is known of a finding before it is made.

    Attributes:
        weight: `broken`, `unchecked` or `note`.
        in_archive: Its weight where it is found in an archive, which nobody goes on writing.
        meaning: What it means, one sentence by language; names in braces are values of the finding.
    """

    weight: str
    in_archive: str
    meaning: Mapping[str, str]


@cache
def findings() -> Mapping[str, FindingFacts]:
    """Return the table of findings by their codes, in its own order."""
    table = json.loads(Path(__file__).with_name("findings.json").read_text("utf-8"))["findings"]
    return {
        each["code"]: FindingFacts(each["weight"], each.get("in_archive", each["weight"]), each["meaning"])
        for each in table
    }


def everywhere(sentence: str, **values: str | int) -> list[str]:
    """Return one sentence in all languages, for papers that have to be read by anybody."""
    return [catalogue(language).say(sentence, **values) for language in LANGUAGES]


def plural_form(language: str, count: int) -> str:
    """Return the plural category of a whole number.

    Source: the cardinal rules of Unicode CLDR for Arabic, French (without its category for millions in compact
    numbers) and English.
    """
    if language == "ar":
        return _arabic_plural(count)
    if language == "fr":
        return "one" if count in {0, 1} else "other"
    return "one" if count == 1 else "other"


def _arabic_plural(count: int) -> str:
    if count <= 2:
        return ("zero", "one", "two")[count]
    rest = count % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


def _flat(table: Mapping[str, object], above: str) -> list[tuple[str, Sentence]]:
    found: list[tuple[str, Sentence]] = []
    for key, value in table.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, str) or (
            isinstance(value, dict) and "other" in value and set(value) <= set(PLURAL_FORMS["ar"])
        ):
            found.append((name, value))
        elif isinstance(value, dict):
            found += _flat(value, name)
    return found
