"""Every sentence a person sees, one catalogue per language.

A catalogue is a TOML file of nested tables; `error.no-case.what` names the key `what` in the table `[error.no-case]`.
A sentence that counts something is a table of plural forms, chosen by the value named `count`. What findings mean
stands in `findings.json`, one table for this program, the page and whoever reads `verify --json`; here it is
`finding.<code>`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
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

_TABLE: Final = re.compile(r"^\[([a-z0-9._-]+)\]\n", re.MULTILINE)


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
    return Words(language, _Sentences(language, Path(__file__).with_name(f"{language}.toml").read_text("utf-8")))


class _Sentences(Mapping[str, Sentence]):
    """The sentences of a catalogue, each table read when something of it is asked for.

    To read all of them takes a tenth of the time in which a short command is done, and it needs a few.
    """

    def __init__(self, language: str, text: str) -> None:
        _, *parts = _TABLE.split(text)
        self._language = language
        self._unread = dict(zip(parts[::2], parts[1::2], strict=True))
        self._unread.pop("about", None)
        self._read: dict[str, Sentence] = {}

    def __getitem__(self, sentence: str) -> Sentence:
        if sentence not in self._read:
            self._look_for(sentence)
        return self._read[sentence]

    def __iter__(self) -> Iterator[str]:
        for table in list(self._unread):
            self._open(table)
        self._open_findings()
        return iter(self._read)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look_for(self, sentence: str) -> None:
        """Read every table that the sentence may stand in."""
        table = ""
        for word in sentence.split("."):
            table = f"{table}.{word}" if table else word
            if table in self._unread:
                self._open(table)
        if sentence.startswith("finding."):
            self._open_findings()

    def _open(self, table: str) -> None:
        above, _, own = table.rpartition(".")
        self._read |= _flat({own: tomllib.loads(self._unread.pop(table))}, above)

    def _open_findings(self) -> None:
        self._read |= {f"finding.{code}": facts.meaning[self._language] for code, facts in findings().items()}


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
