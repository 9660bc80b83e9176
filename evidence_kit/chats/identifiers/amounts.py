"""Sums of money, in the words that are used for them: dirhams, centimes, rials, thousands and millions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan
from evidence_kit.chats.identifiers.number_words import spoken_numbers
from evidence_kit.model import Json

_NUMBER = (
    r"(?P<number>\d{1,6}[.,]\d{4,18}(?!\d)|\d{1,3}(?:[ .,']\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2}(?!\d))?)"
)
_MULTIPLIERS = {
    1000: r"k|mille|mil|alf|alaf|ألف|الف|آلاف|الاف|ألاف",
    1_000_000: r"million(?:s)?|mlyoun|melyoun|mlioun|مليون|ملايين|ملاين",
    1_000_000_000: r"milliards?|mlyar|milyar|مليار|ملايير",
}
_UNITS = {
    # These two first: in their names stands the name of another unit.
    "SAR": r"sar|r(?:i|y|iy)als? saoudiens?|r(?:i|y|iy)als? saudi|ريال سعودي",
    "AED": r"aed|dirhams? (?:émiratis?|emiratis?)|درهم (?:إماراتي|اماراتي)",
    "MAD": r"dirhams?|drahe?i?m|drhm|dhs?|mad|درهم|دراهم|درهما|د\.م\.?|دهـ",
    "centime": r"centimes?|santim|سنتيما|سنتيم|سنتيمات|فرنك|frank|francs?",
    "rial": r"r(?:i|y|iy)als?|ريال|ريالا|ريالات",
    "EUR": r"€|euros?|eur|اورو|أورو|يورو|orou?",
    "USD": r"\$|dollars?|usd|دولار",
    "USDT": r"usdt|tether",
    "GBP": r"£|gbp",
    "DZD": r"dzd",
    "TND": r"tnd",
    "BTC": r"btc|bitcoins?",
    "ETH": r"eth|ethers?",
}
# What a unit is worth in dirhams, as people in Morocco count; a Saudi rial is not meant among them.
_IN_MAD = {"MAD": Decimal(1), "centime": Decimal("0.01"), "rial": Decimal("0.05")}
_ONE = "one, since no number that was understood stands before it"
_ASSUMED = {"rial": "Moroccan rial of 5 centimes", "centime": "Moroccan centime"}

MULTIPLIER_WORDS = "|".join(_MULTIPLIERS.values())
_MULTIPLIER = "|".join(f"(?P<m{value}>{words})" for value, words in _MULTIPLIERS.items())
UNIT_WORDS = "|".join(_UNITS.values())
_UNIT = "|".join(f"(?P<u{name}>{words})" for name, words in _UNITS.items())
_AFTER = re.compile(
    rf"(?<![\d.,])(?:{_NUMBER}\s?)?(?:(?:{_MULTIPLIER})(?!\w))?"
    rf"(?:(?:\s?(?:de\s|د\s?)?)(?:{_UNIT})(?!\w))?",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(rf"\s?(?:de\s|d'|د\s?)?(?:{_UNIT})(?!\w)", re.IGNORECASE)
_START = re.compile(rf"(?<![\w.,])(?=\d|{_MULTIPLIERS[1_000_000]}|{_MULTIPLIERS[1000]})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<!\w)(?:{_UNIT})\s?{_NUMBER}(?!\w)", re.IGNORECASE)


def money_amounts(text: FoldedText) -> Iterator[Identifier]:
    """Yield sums in the unit that was written; `in-dirhams` is their value as people in Morocco count.

    A thousand or a million without a unit is yielded too, since that is how it is said; of what, stays open.
    """
    spoken = list(_spoken(text))
    yield from spoken
    text = text.without(spoken)
    reached = 0
    for start in _START.finditer(text.folded):
        if start.start() < reached:
            continue
        found = _AFTER.match(text.folded, start.start())
        if found is not None and (identifier := _amount(text, found)):
            reached = found.end()
            yield identifier
    for found in _BEFORE.finditer(text.folded):
        if identifier := _amount(text, found):
            yield identifier


def _spoken(text: FoldedText) -> Iterator[Identifier]:
    """Yield sums whose number is written in words; without a unit only from a thousand on."""
    for number in spoken_numbers(text.folded):
        behind = _UNIT_BEHIND.match(text.folded, number.end)
        unit = next((name for name in _UNITS if behind and behind[f"u{name}"]), None)
        if unit is not None or number.scaled:
            end = behind.end() if behind is not None else number.end
            yield _sum(text, TextSpan(number.start, end), Decimal(number.value), unit, None)


def _amount(text: FoldedText, found: re.Match[str]) -> Identifier | None:
    groups = found.groupdict()
    unit = next((name for name in _UNITS if groups.get(f"u{name}")), None)
    factor = next((value for value in _MULTIPLIERS if groups.get(f"m{value}")), 1)
    written = groups.get("number")
    if (unit is None and (factor == 1 or written is None)) or (written is None and factor == 1):
        return None
    number, assumed = _number(written) if written else (Decimal(1), _ONE)
    end = found.start() + len(found[0].rstrip())
    return _sum(text, TextSpan(found.start(), end), number * factor, unit, assumed)


def _sum(text: FoldedText, span: TextSpan, total: Decimal, unit: str | None, assumed: str | None) -> Identifier:
    """Return the finding of a sum, with its value in dirhams where people in Morocco count in another unit."""
    details: dict[str, Json] = {}
    if unit in _IN_MAD and unit != "MAD":
        details["in-dirhams"] = _plain(total * _IN_MAD[unit])
        assumed = _ASSUMED[unit] if assumed is None else f"{assumed}; {_ASSUMED[unit]}"
    confidence = Confidence.LOW if unit is None else Confidence.MEDIUM if assumed else Confidence.HIGH
    value = f"{_plain(total)} {unit or '(unit not said)'}"
    how = "number-and-unit" if unit else "number-without-unit"
    return text.finding_at(span, IdentifierType.AMOUNT, value, confidence, how, assumed, details or None)


def _number(written: str) -> tuple[Decimal, str | None]:
    """Return a number and an assumption: three digits behind one sign are thousands, except behind a nought."""
    groups = re.split(r"[ .,']", written)
    signs = re.findall(r"[ .,']", written)
    if not signs:
        return Decimal(written), None
    if len(groups[-1]) == 3 and groups[0].strip("0"):
        alone = len(signs) == 1 and signs[0] in ".,"
        return Decimal("".join(groups)), "three digits behind the sign are thousands" if alone else None
    return Decimal("".join(groups[:-1]) + "." + groups[-1]), None


def _plain(number: Decimal) -> str:
    told = f"{number:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
