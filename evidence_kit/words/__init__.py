"""Every sentence a person sees, one catalogue per language.

In: the id of a sentence and the values it names. Out: the sentence in a person's language.

A catalogue is a folder of TOML files, one a topic: `new.toml` holds the sentences and the help of the command `new`
beside each other. A sentence's id is its dotted path, `error.no-case.what`; one that counts something is a table of
plural forms, chosen by the value named `count`. What findings mean stands in `findings.json`, one table for this
program, the page and whoever reads `verify --json`; here it is `finding.<code>`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from evidence_kit.words.languages import (
    FALLBACK,
    LANGUAGES,
    OFFERED,
    PLURAL_CATEGORIES,
    direction,
    language,
    plural_form,
)

__all__ = ["LANGUAGES", "OFFERED", "Words", "catalogue", "direction", "findings", "in_all_languages", "plural_form"]

Sentence: TypeAlias = "str | Mapping[str, str]"

_FOLDER: Final = Path(__file__).parent


class Words:
    """The sentences of one language.

    Attributes:
        language: Its code.
        sentences: Every sentence by its dotted id.
    """

    def __init__(
        self, language: str, sentences: Mapping[str, Sentence], draft: Mapping[str, Sentence] | None = None
    ) -> None:
        self.language = language
        self.sentences = sentences
        self._draft = draft

    def sentence(self, sentence: str, **values: str | int) -> str:
        """Return a sentence with its values.

        Raises:
            KeyError: There is no such sentence, or it needs a value that was not given.
        """
        text = self.sentences[sentence]
        if not isinstance(text, str):
            # A sentence that a draft does not say yet has the forms of the language that says it instead.
            own = self._draft is None or sentence in self._draft
            text = text[plural_form(self.language if own else FALLBACK, int(values["count"]))]
        return text.format(**values)

    def knows(self, sentence: str) -> bool:
        """Say whether there is such a sentence."""
        return sentence in self.sentences


@cache
def catalogue(code: str) -> Words:
    """Return the sentences of a language.

    Args:
        code: A code of `languages.toml`.

    Raises:
        KeyError: There is no such catalogue.
    """
    own = _Sentences(code)
    if not language(code).draft:
        return Words(code, own)
    return Words(code, _Sentences(FALLBACK, under=own), own)


class _Sentences(Mapping[str, Sentence]):
    """The sentences of a catalogue; a topic is read when a sentence of it is first asked for.

    To read all of them takes a tenth of the time in which a short command is done, and it needs a few topics.

    Args:
        code: The language.
        under: Sentences that count before these: those that a draft has already.
    """

    def __init__(self, code: str, under: _Sentences | None = None) -> None:
        self._code = code
        self._under = under
        self._unread = {path.stem: path for path in (_FOLDER / code).glob("*.toml")}
        self._read: dict[str, Sentence] = {}
        self._findings_read = False

    def __getitem__(self, sentence: str) -> Sentence:
        if self._under is not None and sentence in self._under:
            return self._under[sentence]
        if sentence not in self._read:
            self._look_for(sentence)
        return self._read[sentence]

    def __iter__(self) -> Iterator[str]:
        for topic in sorted(self._unread):
            self._open(topic)
        self._open_findings()
        return iter(self._read)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look_for(self, sentence: str) -> None:
        """Read the topic of a sentence: the help of `new` is beside `new`, every other where it begins."""
        first, _, rest = sentence.partition(".")
        if first == "finding":
            self._open_findings()
        elif first == "help" and (topic := rest.partition(".")[0]) in self._unread:
            self._open_first_table(topic)
            if sentence not in self._read:
                self._open(topic)
        if first in self._unread and sentence not in self._read:
            self._open(first)

    def _open_first_table(self, topic: str) -> None:
        """Read a topic as far as its first table goes: there stands its help, and `--help` asks all of them for a line.

        It is no guess: what is cut off in a sentence is no TOML, and what is missing is looked for in the whole.
        """
        head = self._unread[topic].read_text("utf-8").partition("\n\n[")[0]
        with suppress(tomllib.TOMLDecodeError):
            self._read |= _flat(tomllib.loads(head), "")

    def _open(self, topic: str) -> None:
        self._read |= _flat(tomllib.loads(self._unread.pop(topic).read_text("utf-8")), "")

    def _open_findings(self) -> None:
        if not self._findings_read:
            self._findings_read = True
            said = {code: facts.meaning for code, facts in findings().items()}
            self._read |= {f"finding.{code}": each[self._code] for code, each in said.items() if self._code in each}


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """The facts of a finding code.

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


def in_all_languages(sentence: str, **values: str | int) -> list[str]:
    """Return one sentence in all languages, for papers that any reader must understand."""
    return [catalogue(code).sentence(sentence, **values) for code in LANGUAGES]


def _flat(table: Mapping[str, object], above: str) -> list[tuple[str, Sentence]]:
    found: list[tuple[str, Sentence]] = []
    for key, value in table.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, str) or (isinstance(value, dict) and "other" in value and set(value) <= PLURAL_CATEGORIES):
            found.append((name, value))
        elif isinstance(value, dict):
            found += _flat(value, name)
    return found
