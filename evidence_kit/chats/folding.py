"""A copy of a text for matching: the same words on every keyboard, with any direction marks and digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

DIRECTION_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_VOWELS = re.compile("[\u064b-\u0652\u0670\u0640]")


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(
        [0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
    )
    for zero in (0x660, 0x6F0):
        table.update({zero + number: str(number) for number in range(10)})
    table.update(dict.fromkeys([0xA0, 0x202F, 0x2009, 0x2007], " "))
    table.update(dict.fromkeys([0x2010, 0x2011], "-"))
    table.update({ord("،"): ",", ord("٫"): ".", ord("٬"): ","})
    return table


_TABLE = _table()
# Nearly no text holds any of these: looking for one costs a fraction of going through the table.
_IN_TABLE = re.compile("[" + "".join(map(re.escape, map(chr, _TABLE))) + "]")


def fold_text(text: str) -> str:
    """Return the text without direction marks, with Latin digits, commas and plain spaces."""
    return text if text.isascii() or not _IN_TABLE.search(text) else text.translate(_TABLE)


@lru_cache(maxsize=4096)
def fold_wording(text: str) -> str:
    """Return `fold_text` of a short text, also without vowel marks, outer spaces, full stop and capitals."""
    return _VOWELS.sub("", fold_text(text)).strip().rstrip(".").casefold()


_LETTERS = str.maketrans(dict.fromkeys("أإآٱ", "ا") | {"ى": "ي"})


def fold_for_search(text: str) -> str:
    """Return `fold_text` of a text also without vowel marks, capitals and forms of alef, as people type to search."""
    return " ".join(_VOWELS.sub("", fold_text(text)).translate(_LETTERS).casefold().split())


def _search_table() -> dict[str, str]:
    """Return the replacement of each character that `fold_for_search` changes, capitals apart."""
    vowels = [*map(chr, range(0x64B, 0x653)), "\u0670", "\u0640"]
    letters = [*map(chr, _TABLE), *map(chr, _LETTERS), *vowels]
    return {letter: _VOWELS.sub("", fold_text(letter)).translate(_LETTERS) for letter in letters}


_FOR_SEARCH = _search_table()
_CHANGED = re.compile("[" + "".join(map(re.escape, _FOR_SEARCH)) + "]")
_OTHER_BLANKS = re.compile(r"[^\S \r\n]")


def fold_many_for_search(joined: str) -> str:
    """Return many texts, each as `fold_for_search` gives it, in a fraction of the time.

    Args:
        joined: The texts with carriage returns and line feeds between them, and none of these inside of them.
    """
    folded = joined
    if not joined.isascii():
        for letter in set(_CHANGED.findall(joined)):
            folded = folded.replace(letter, _FOR_SEARCH[letter])
    folded = _OTHER_BLANKS.sub(" ", folded.casefold())
    while "  " in folded:
        folded = folded.replace("  ", " ")
    for end in "\r\n":
        folded = folded.replace(f" {end}", end).replace(f"{end} ", end)
    return folded.strip(" ")


def fold_with_origins(text: str) -> tuple[str, Sequence[int]]:
    """Return `fold_text` of a text, and for each of its characters where it stood; one more for the end."""
    if text.isascii() or not _IN_TABLE.search(text):
        return text, range(len(text) + 1)
    folded, origins = [], []
    for at, character in enumerate(text):
        told = _TABLE.get(ord(character), character)
        if told is not None:
            folded.append(told)
            origins.append(at)
    return "".join(folded), [*origins, len(text)]
