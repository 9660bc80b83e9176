"""The languages of the kit: code, name, direction, plural rule. Code that treats a language apart asks here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which the kit speaks.

    Attributes:
        code: ISO 639-1, two letters.
        name: As its own readers call it.
        direction: `ltr` or `rtl`, as HTML has it.
        plurals: Name of its plural rule, a key of `PLURAL_RULES`.
        seen_by_a_native_reader: Whether somebody whose language it is has read the catalogue.
        place_outside: Its place among the languages on what lies beside an archive, from 1; none for a draft.
        draft: Whether sentences may be missing: they are said in English then, and papers leave the language out.
    """

    code: str
    name: str
    direction: str
    plurals: str
    seen_by_a_native_reader: bool = False
    place_outside: int = 99
    draft: bool = False


def _arabic(count: int) -> str:
    if count <= 2:
        return ("zero", "one", "two")[count]
    rest = count % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


@dataclass(frozen=True, slots=True)
class PluralRule:
    """A plural rule of Unicode CLDR for whole numbers.

    Attributes:
        forms: The categories that a sentence has to have, in CLDR's order.
        form_of: The category of a count.
    """

    forms: tuple[str, ...]
    form_of: Callable[[int], str]


# French without CLDR's category for millions in compact numbers, which the kit never writes.
PLURAL_RULES: Final[Mapping[str, PluralRule]] = {
    "arabic": PluralRule(("zero", "one", "two", "few", "many", "other"), _arabic),
    "french": PluralRule(("one", "other"), lambda count: "one" if count in {0, 1} else "other"),
    "english": PluralRule(("one", "other"), lambda count: "one" if count == 1 else "other"),
}
PLURAL_CATEGORIES: Final = frozenset(form for rule in PLURAL_RULES.values() for form in rule.forms)


def _load() -> dict[str, Language]:
    listed = tomllib.loads(Path(__file__).with_name("languages.toml").read_text("utf-8"))["language"]
    languages = {each["code"]: Language(**each) for each in listed}
    for code, each in languages.items():
        if each.plurals not in PLURAL_RULES:
            raise ValueError(f"languages.toml: {code}: plurals is none of {', '.join(PLURAL_RULES)}")
    return languages


_ALL: Final = _load()
OFFERED: Final = tuple(_ALL)
"""Codes of every language that can be asked for on the screen."""
LANGUAGES: Final = tuple(code for code, language in _ALL.items() if not language.draft)
"""Codes of the languages that papers are written in, in their order."""
OUTSIDE: Final = tuple(sorted(LANGUAGES, key=lambda code: _ALL[code].place_outside))
"""The same, in their order on what lies beside an archive."""


def language(code: str) -> Language:
    """Return a language by its code.

    Raises:
        KeyError: The kit does not speak it.
    """
    return _ALL[code]


def direction(code: str) -> str:
    """Return the direction of a language, `ltr` or `rtl`."""
    return _ALL[code].direction


def plural_form(code: str, count: int) -> str:
    """Return the plural category of a whole number in a language.

    Source: the cardinal rules of Unicode CLDR.
    """
    return PLURAL_RULES[_ALL[code].plurals].form_of(count)
