"""Which language a person reads, found before anything else is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from evidence_kit.words import OFFERED

_DEFAULT = "en"
_VARIABLES = ("EVIDENCE_KIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def environment() -> Mapping[str, str]:
    """Return the process environment; the one place where it is read."""
    return os.environ  # noqa: TID251 - here it enters


def language_of(arguments: Sequence[str], surroundings: Mapping[str, str]) -> str:
    """Return the language: by flag, by our own variable, by the locale."""
    for at, argument in enumerate(arguments):
        flag, separator, value = argument.partition("=")
        if flag == "--lang":
            asked = value if separator else "".join(arguments[at + 1 : at + 2])
            return asked if asked in OFFERED else _DEFAULT
    for name in _VARIABLES:
        if surroundings.get(name):
            language = surroundings[name][:2]
            return language if language in OFFERED else _DEFAULT
    return _DEFAULT
