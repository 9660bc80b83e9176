"""Which language a person reads, found before anything else is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from evidence_kit.words import OFFERED

_DEFAULT = "en"
_LONGEST_NAME = 85
_VARIABLES = ("EVIDENCE_KIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def environment() -> Mapping[str, str]:
    """Return the process environment; the one place where it is read."""
    return os.environ  # noqa: TID251 - here it enters


def language_of(arguments: Sequence[str], surroundings: Mapping[str, str]) -> str:
    """Return the language: by flag, by our own variable, by the locale, on Windows by its own menus."""
    for at, argument in enumerate(arguments):
        flag, separator, value = argument.partition("=")
        if flag == "--lang":
            # A paper may be asked for in several languages; the screen speaks the first.
            asked = (value if separator else "".join(arguments[at + 1 : at + 2])).partition(",")[0]
            return asked if asked in OFFERED else _DEFAULT
    names = [surroundings[name] for name in _VARIABLES if surroundings.get(name)]
    language = (names[0] if names else _of_the_menus())[:2]
    return language if language in OFFERED else _DEFAULT


def _of_the_menus() -> str:
    """Return the language of the menus of Windows, such as `fr-FR`; "" elsewhere."""
    if sys.platform == "win32":
        return _of_windows()
    return ""


def _of_windows() -> str:
    """Return the language of the menus of Windows; "" where it does not say."""
    import ctypes

    try:
        system = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
        name = ctypes.create_unicode_buffer(_LONGEST_NAME)
        system.LCIDToLocaleName(system.GetUserDefaultUILanguage(), name, _LONGEST_NAME, 0)
    except (AttributeError, OSError):
        return ""
    return str(name.value)
