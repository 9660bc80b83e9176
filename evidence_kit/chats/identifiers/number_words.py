"""Numbers in words, as people write sums: French, Spanish, English, Arabic, and Darija in both alphabets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from evidence_kit.chats.folding import fold_for_search

_FRENCH = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete"
    " dieciocho diecinueve"
)
_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_DARIJA = "- wahed jouj tlata reb3a khamsa setta seb3a tmenya tes3oud 3echra"
_ARABIC = "صفر واحد اثنان ثلاثة اربعة خمسة ستة سبعة ثمانية تسعة عشرة"
_OTHER = {
    1: "une una wahd واحدة",
    2: "juj joj zouj اثنين جوج زوج",
    3: "ثلاث تلاتة تلات تلت",
    4: "rb3a arb3a اربع ربعة",
    5: "khmsa 5amsa خمس",
    6: "sta stta ست",
    7: "sb3a سبع",
    8: "tmnya tmania ثماني ثمان تمنية",
    9: "ts3oud تسع تسعود",
    10: "3achra 3chra عشر",
    20: "vingt vingts veinte twenty 3echrin 3chrin 3ichrin عشرون عشرين",
    30: "trente treinta thirty tlatin ثلاثون ثلاثين تلاتين",
    40: "quarante cuarenta forty reb3in rb3in اربعون اربعين ربعين",
    50: "cinquante cincuenta fifty khamsin khmsin خمسون خمسين",
    60: "soixante sesenta sixty settin stin ستون ستين",
    70: "septante setenta seventy seb3in sb3in سبعون سبعين",
    80: "ochenta eighty tmanin ثمانون ثمانين تمانين",
    90: "nonante noventa ninety tes3in ts3in تسعون تسعين",
    100: "cent cents cien ciento hundred mya miya mia مئة مائة مية مايه",
    200: "doscientos miten mitin مئتان مئتين مائتين ميتين",
    300: "trescientos",
    400: "cuatrocientos",
    500: "quinientos",
    600: "seiscientos",
    700: "setecientos",
    800: "ochocientos",
    900: "novecientos",
    2_000: "alfayn alfin الفان الفين",
    2_000_000: "مليونان مليونين",
}
_SCALES = {
    1000: "mille mil thousand alf alaf الف الاف",
    1_000_000: "million millions millon millones mlyoun melyoun mlioun mlayn مليون ملايين ملاين",
    1_000_000_000: "milliard milliards mlyar milyar مليار ملايير",
}
_ARABIC_UNITS = {
    "ثلاث": 3, "تلت": 3, "اربع": 4, "ربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثمان": 8, "ثماني": 8, "تسع": 9,
}  # fmt: skip
# Between two parts of one number; the Arabic one is written together with the word behind it.
_JOINING = frozenset({"et", "y", "and", "ou", "w", "u", "و"})
_AND = "و"
_TOKEN = re.compile(r"\d{1,3}(?:[ .]\d{3})+(?![^\W_])|[^\W_]+")
_DIGITS = re.compile(r"\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+")
_GAP = re.compile(r"[ \-]{0,2}")
_LONGEST_WORDS, _LONGEST_DIGITS = 16, 16
_HUNDRED, _THOUSAND = 100, 1000


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A number that is written in words, or partly.

    Attributes:
        value: The number.
        start: Index of its first character in the text that was searched.
        end: Index after its last.
        scaled: Whether a thousand, a million or a milliard stands in it as a word.
    """

    value: int
    start: int
    end: int
    scaled: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A word or digits that may be a part of a number; `joined` says that "and" stands before it."""

    value: int
    start: int
    end: int
    scale: bool
    digits: bool
    joined: bool


@cache
def _values() -> dict[str, tuple[int, bool]]:
    """Return words as `fold_for_search` writes them, with their value and whether they are a scale."""
    words = {word: (value, False) for value, spelled in _OTHER.items() for word in spelled.split()}
    for spelled in (_FRENCH, _SPANISH, _ENGLISH, _DARIJA, _ARABIC):
        words |= {word: (value, False) for value, word in enumerate(spelled.split()) if word != "-"}
    for scale, spelled in _SCALES.items():
        words |= dict.fromkeys(spelled.split(), (scale, True))
    for unit, value in _ARABIC_UNITS.items():
        words |= {unit + hundred: (value * _HUNDRED, False) for hundred in ("مئة", "مائة", "مية")}
    return {fold_for_search(word): value for word, value in words.items()}


def spoken_numbers(folded: str) -> Iterator[SpokenNumber]:
    """Yield the numbers in which a word counts: "deux mille", "خمسة آلاف", "3 mille 500"; none of digits alone.

    A thousand or a million that stands alone, or behind digits only, is none of these: `money_amounts` reads it.
    """
    run: list[_Part] = []
    for part in _parts(folded):
        if part is not None:
            run.append(part)
            continue
        while run and not all(each.digits for each in run):
            found, used = _read(run)
            if found is not None:
                yield found
            run = run[used:]
        run = []


def _parts(folded: str) -> Iterator[_Part | None]:
    """Yield the parts of numbers in order, and None where a new number begins."""
    end, joined = 0, False
    for token in _TOKEN.finditer(folded):
        known = _known(token[0])
        if known is None:
            continue
        start = token.start()
        if not _GAP.fullmatch(folded, end, start):
            yield None
            joined = False
        if known.joining:
            joined, end = True, token.end()
            continue
        stop = start + known.characters
        yield _Part(known.value, start, stop, known.scale, digits=known.digits, joined=joined or known.joined)
        joined, end = False, stop
    yield None


@dataclass(frozen=True, slots=True)
class _Known:
    """A word that may stand in a number; `characters` of it, since "500dh" begins with digits."""

    value: int
    characters: int
    scale: bool = False
    digits: bool = False
    joined: bool = False
    joining: bool = False


@lru_cache(maxsize=16384)
def _known(token: str) -> _Known | None:
    word = fold_for_search(token)
    if word in _JOINING:
        return _Known(0, len(token), joining=True)
    values = _values()
    with_and = word.startswith(_AND) and word not in values
    known = values.get(word[1:] if with_and else word)
    if known is not None:
        return _Known(known[0], len(token), known[1], joined=with_and)
    digits = _DIGITS.match(token)
    if digits is None or digits.end() > _LONGEST_DIGITS:
        return None
    return _Known(int(re.sub(r"\D", "", digits[0])), digits.end(), digits=True)


def _read(run: list[_Part]) -> tuple[SpokenNumber | None, int]:
    """Return the number at the head of a run of parts, if one is there, and how many parts it takes."""
    total = current = used = 0
    least: int | None = None
    for at, part in enumerate(run[:_LONGEST_WORDS]):
        follows = at + 1 < len(run) and run[at + 1].scale
        if part.scale:
            if least is not None and part.value >= least:
                break
            total, current, least = total + max(current, 1) * part.value, 0, part.value
        elif part.value >= _THOUSAND and not part.digits:
            if current or total:
                break
            total, least = part.value, _THOUSAND
        else:
            grown = _grown(current, part, starts=at == 0, follows=follows, least=least)
            if grown is None:
                break
            current = grown
        used = at + 1
    taken = run[:used]
    words = [part for part in taken if not part.digits]
    scales = [part for part in taken if part.scale]
    plain = not words or (len(words) == len(scales) == 1 and (used == 1 or (used == 2 and taken[0].digits)))
    if plain:
        return None, max(used, 1)
    scaled = bool(scales) or any(part.value >= _THOUSAND for part in words)
    return SpokenNumber(total + current, taken[0].start, taken[-1].end, scaled), used


def _grown(current: int, part: _Part, *, starts: bool, follows: bool, least: int | None) -> int | None:
    """Return a number below a thousand grown by one more part; None where the part begins another number."""
    value = part.value
    if part.digits:
        fits = current == 0 and ((starts and follows) or (least is not None and value < least))
        return value if fits else None
    if value == _HUNDRED:
        return max(current, 1) * _HUNDRED if current < 10 else None
    if value > _HUNDRED:
        return value if current == 0 else None
    hundreds, below = divmod(current, _HUNDRED)
    grown = _below_hundred(below, value, joined=part.joined)
    return None if grown is None else hundreds * _HUNDRED + grown


def _below_hundred(below: int, value: int, *, joined: bool) -> int | None:
    """Return units and tens together, in the orders of the languages: vingt-cinq, soixante-dix, خمسة وعشرون."""
    if value == 20 and below == 4 and not joined:  # quatre-vingt
        return 80
    if value >= 20:
        fits = below == 0 or (joined and below < 10)
    elif value >= 10:
        fits = below in (0, 60, 80)
    else:
        fits = value in (7, 8, 9) if below == 10 else below % 10 == 0
    return below + value if fits else None
