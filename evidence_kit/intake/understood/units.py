"""The values of a structured text, judged together: non-language is cut out of each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Final

from evidence_kit.intake.understood.atoms import Stretch
from evidence_kit.intake.understood.language import opaque_spans, suspicion_letters

# Reads as a time of day, which is neither a word nor counts as none, and ends a row of numbers.
NEUTRAL: Final = "00:00"
_SENSELESS_LETTERS: Final = 12
_BYTE: Final = re.compile(r"-?\d{1,3}")
_LONGEST_BYTE: Final = 4
_LONGEST_LABELLED: Final = 24
_LABELLED: Final = re.compile(r"[+(]{0,2}\d[\d\s()+./-]{5,}")
FEWEST_BYTES: Final = 24
"""Numbers under one name, from which on they may be the bytes of something."""
_FEWEST_VALUES: Final = 16
FEWEST_DARK_BYTES: Final = 240
"""Numbers that all are low, from which on they may be the bytes of something."""
_FEWEST_DARK_VALUES: Final = 32
_FEWEST_BYTES_EACH: Final = 50
_FEWEST_SMALL_EACH: Final = 8


def opaque_units(units: Sequence[str]) -> dict[int, list[Stretch]]:
    """Return the non-language spans of each value; values that are language are not among them.

    Args:
        units: The values in the order in which they stand, decoded from whatever escapes their format has.

    Returns:
        Position of a value to its stretches, as offsets of characters in it.
    """
    found: dict[int, list[Stretch]] = {}
    starts = [0, *accumulate(len(unit) + 1 for unit in units)]
    for start, end in opaque_spans("\n".join(units)):
        for number in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
            first, length = starts[number], len(units[number])
            piece = (max(0, start - first), min(length, end - first))
            # What is shown as a time stands for a name or a number that is kept: a stretch goes on behind it.
            if piece[0] < piece[1] and units[number] != NEUTRAL:
                found.setdefault(number, []).append(piece)
    return found


def bytes_by_name(numbered: Iterable[tuple[str, int, str]]) -> list[int]:
    """Return the places of values that are one byte each: numbers under one name that fill the range of a byte.

    Names that few of the numbers share count as one: a number each under the names of a list is no less a row of them.

    Args:
        numbered: Name, place and text of every value that has a name of its own.
    """
    by_name: dict[str, list[tuple[int, int]]] = {}
    larger: dict[str, int] = {}
    for name, place, said in numbered:
        if len(said) <= _LONGEST_BYTE and _BYTE.fullmatch(said) and -128 <= int(said) < 256:
            by_name.setdefault(name, []).append((place, int(said)))
        elif said.isdigit():
            larger[name] = larger.get(name, 0) + 1
    found: list[int] = []
    rest: list[tuple[int, int]] = []
    for name, listed in by_name.items():
        if len(listed) < FEWEST_BYTES:
            rest += listed
        elif are_bytes([value for _, value in listed], larger.get(name, 0)):
            found += [place for place, _ in listed]
    rest.sort(key=itemgetter(0))
    if are_bytes([value for _, value in rest], sum(number for name, number in larger.items() if name in by_name)):
        found += [place for place, _ in rest]
    return found


def are_bytes(values: Sequence[int], larger: int) -> bool:
    """Say whether numbers under one name are the bytes of something.

    A counter climbs; hours, marks and percents stay below, and are few. Bytes do neither; those of a dark picture stay
    below too, but are many, of many values, and hardly any is larger.

    Args:
        values: The numbers that a byte can be, in their order.
        larger: How many numbers of that name no byte can be.
    """
    different = len(set(values))
    if len(values) < FEWEST_BYTES or different < _FEWEST_VALUES:
        return False
    falling = sum(after < before for before, after in pairwise(values))
    upper = sum(value < 0 or value > 127 for value in values)
    if upper * 5 >= len(values) and falling * 5 >= len(values) and larger * _FEWEST_SMALL_EACH <= len(values):
        return True
    many = len(values) >= FEWEST_DARK_BYTES and different >= _FEWEST_DARK_VALUES
    return many and larger * _FEWEST_BYTES_EACH <= len(values) and falling * 10 >= len(values)


def is_labelled_number(said: str) -> bool:
    """Say whether the value behind a name is one number: of a telephone, of an account, of a time."""
    return len(said) <= _LONGEST_LABELLED and _LABELLED.fullmatch(said) is not None


def is_label(text: str) -> bool:
    """Say whether a name announces its value: a name that is a number announces nothing."""
    return is_name(text) and not text.strip("-").isdigit()


def odd_names(names: Iterable[str]) -> frozenset[str]:
    """Return the names that together are no language: each is short, but letters may be spread over many.

    Args:
        names: The names of a text in the order in which they stand, as often as they stand there.
    """
    distinct = [*dict.fromkeys(names)]
    return frozenset(distinct[place] for place in opaque_units(distinct))


@lru_cache(maxsize=4096)
def is_name(text: str) -> bool:
    """Say whether the name of a field, a tag or an attribute is one that people or programs give."""
    return len(text) <= 64 and suspicion_letters(text) <= _SENSELESS_LETTERS
