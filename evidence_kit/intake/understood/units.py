"""The values of a structured text, judged together: what is no language is cut out of each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from evidence_kit.intake.understood.language import Stretch, height, opaque

# Reads as a time of day, which is neither a word nor counts as none, and ends a row of numbers.
NEUTRAL: Final = "00:00"
_SENSELESS_LETTERS: Final = 12


def judged(units: Sequence[str]) -> dict[int, list[Stretch]]:
    """Return what of each value is no language; values that are language are not among them.

    Args:
        units: The values in the order in which they stand, decoded from whatever escapes their format has.

    Returns:
        Position of a value to its stretches, as offsets of characters in it.
    """
    found: dict[int, list[Stretch]] = {}
    starts = [0, *accumulate(len(unit) + 1 for unit in units)]
    for start, end in opaque("\n".join(units)):
        for number in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
            first, length = starts[number], len(units[number])
            piece = (max(0, start - first), min(length, end - first))
            if piece[0] < piece[1]:
                found.setdefault(number, []).append(piece)
    return found


@lru_cache(maxsize=4096)
def is_name(text: str) -> bool:
    """Say whether the name of a field, a tag or an attribute is one that people or programs give."""
    return len(text) <= 64 and height(text) <= _SENSELESS_LETTERS
