"""Dangers of names from outside: facts only, since such a name is never used as a path."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_CONTROL = re.compile("[\x01-\x1f\x7f-\x9f]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\..*)?", re.IGNORECASE)
_PART_BYTES = 255


def name_dangers(name: str) -> tuple[str, ...]:
    """Return the ids of the dangers of a name that is taken for a path, in a fixed order."""
    parts = re.split(r"[/\\]", name)
    # A folder's name ends in a slash: the empty part behind it has no ending of its own.
    named = [part for part in parts if part not in {"", ".", ".."}]
    unc = name.startswith(("//", "\\\\"))
    found = {
        "empty": not name,
        "dot-dot": ".." in parts,
        "absolute": not unc and (name[:1] in {"/", "\\"} or re.match(r"[A-Za-z]:", name) is not None),
        "backslash": "\\" in name,
        "unc": unc,
        "nul": "\0" in name,
        "colon": ":" in name,
        "reserved": any(_RESERVED.fullmatch(part) for part in named),
        "trailing-dot": any(part[-1] in ". " for part in named),
        "control": _CONTROL.search(name) is not None,
        "direction": _DIRECTION.search(name) is not None,
        "long": any(len(part.encode("utf-8", "surrogateescape")) > _PART_BYTES for part in named),
    }
    return tuple(danger for danger, present in found.items() if present)


def name_collisions(names: Sequence[str]) -> list[tuple[str, ...]]:
    """For each name whether others are equal, or become equal on a disk that folds case or normalises.

    Returns:
        One tuple a name, in the same order: `duplicate`, `duplicate-after-folding`, both or none.
    """
    folded = [unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold()) for name in names]
    equal, equal_folded = Counter(names), Counter(folded)
    return [
        ("duplicate",) * (equal[name] > 1) + ("duplicate-after-folding",) * (equal_folded[key] > equal[name])
        for name, key in zip(names, folded, strict=True)
    ]
