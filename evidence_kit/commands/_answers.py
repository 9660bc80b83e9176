"""Understanding of a typed answer: a number of the list, or a word of any language of the kit, never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from evidence_kit.words import OFFERED, catalogue

ADULT_FROM_YEARS: Final = 18
_OLDEST_YEARS: Final = 120
# A list of choices has fewer entries than this, so that a number from here on can be an age.
_YOUNGEST_YEARS: Final = 6
# Between several choices: a comma, a number, a word for "and"; Arabic writes it at the beginning of the next one.
_BETWEEN: Final = re.compile(r"[,،;+&]|\s+(?:et|and)\s+|\s+(?:و\s*)?(?=\d)|\s+و(?=ال)|\s+و\s+")
# Letters that people write for each other in Arabic.
_SAME_LETTERS: Final = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None, "ٱ": "ا", "ي": "ي", "ک": "ك"})


def plain(text: str) -> str:
    """Return a text without case, accents, vowel signs and punctuation, words parted by one space."""
    bare = unicodedata.normalize("NFKD", text).casefold().translate(_SAME_LETTERS)
    kept = (sign if sign.isalnum() else " " for sign in bare if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())


def phrases(kind: str, key: str) -> list[str]:
    """Return the words by which people mean a choice, in every language of the kit, as `plain` writes them."""
    sentence, label = f"choice.words.{kind}.{key}", f"choice.{kind}.{key}"
    said = [catalogue(code) for code in OFFERED]
    words = [each for spoken in said for each in spoken.sentence(sentence).split("|")]
    words += [spoken.sentence(label) for spoken in said if spoken.knows(label)]
    return [plain(each) for each in words]


def number_in(text: str) -> int | None:
    """Return the whole number that a text is, in the digits of any script; None when it is none."""
    bare = text.strip().strip(".)")
    return int(bare) if bare.isdecimal() and len(bare) < 5 else None


def choice(text: str, kind: str, keys: Sequence[str]) -> str | None:
    """Return the choice that an answer means; None when it means none of them, or more than one.

    Args:
        text: As it was typed.
        kind: The list, a table of `choice.toml`.
        keys: Its choices in the order in which they are numbered.
    """
    number = number_in(text)
    if number is not None:
        return keys[number - 1] if 1 <= number <= len(keys) else None
    return _named(plain(text), {key: phrases(kind, key) for key in keys}, whole=kind == "agree")


def age(text: str, keys: Sequence[str]) -> str | None:
    """Return the age band that an answer means: a choice, or an age in years and nothing that changes its sense."""
    meant = choice(text, "age", keys)
    if meant is not None:
        return meant
    words = plain(text).split()
    years = [int(word) for word in words if word.isdecimal() and len(word) < 4]
    around = {word for word in words if not word.isdecimal()}
    if len(years) != 1 or not _YOUNGEST_YEARS <= years[0] <= _OLDEST_YEARS or around - set(phrases("years", "any")):
        return None
    return "adult" if years[0] >= ADULT_FROM_YEARS else "minor"


def several(text: str, kind: str, keys: Sequence[str]) -> list[str] | None:
    """Return all choices that an answer names, in its order; None when a part of it is not understood."""
    chosen = [choice(part, kind, keys) for part in _BETWEEN.split(text) if part.strip()]
    if not chosen or None in chosen:
        return None
    return [key for key in dict.fromkeys(chosen) if key is not None]


def _named(bare: str, meant: Mapping[str, Sequence[str]], *, whole: bool) -> str | None:
    """Return the one key whose words stand in a text; a denial beside them makes it nobody's."""
    key_of = {phrase: key for key, words in meant.items() for phrase in words if phrase}
    if whole or bare in key_of:
        return key_of.get(_polite(bare))
    longest_first = sorted(key_of, key=len, reverse=True)
    # A single letter counts only when it is the whole answer.
    pattern = "|".join(re.escape(phrase) for phrase in longest_first if len(phrase) > 1)
    found = {key_of[each] for each in re.findall(rf"(?<!\S)(?:{pattern})(?!\S)", bare)}
    rest = re.sub(rf"(?<!\S)(?:{pattern})(?!\S)", " ", bare).split()
    if len(found) != 1 or set(rest) & set(phrases("denial", "any")):
        return None
    return found.pop()


def _polite(bare: str) -> str:
    """Return an answer without the words that only make it polite."""
    return re.sub(rf"(?<!\S)(?:{'|'.join(map(re.escape, phrases('polite', 'any')))})(?!\S)", " ", bare).strip()
