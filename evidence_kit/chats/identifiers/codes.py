"""Codes with which money is fetched at a counter: digits beside the name of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan

_SERVICES = {
    "western union": r"western\s?union|w\.?u\.?(?=\W)|ويسترن\s?يونيون|وسترن\s?يونيون",
    "moneygram": r"money\s?gram|موني\s?(?:غرام|جرام|گرام)|مونيغرام",
    "wafacash": r"wafa\s?cash|وفا\s?كاش|وافا\s?كاش",
    "cash plus": r"cash\s?plus|كاش\s?(?:بلوس|بلس|پلوس)",
    "barid cash": r"barid\s?cash|بريد\s?كاش",
    "damane cash": r"damane\s?cash|ضمان\s?كاش",
    "ria": r"(?<!\w)ria(?!\w)",
    "tasshilat": r"tas+hilat|تسهيلات",
    "not named": r"mtcn|mandat|transfert|حوالة|مانضا|ماندا",
}
_SERVICE = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SERVICES.items()}
_CODE_WORD = re.compile(r"mtcn|code|ref|كود|الرمز|رمز|رقم الحوالة", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\d+.,/])(?:\d{10}|\d{8}|\d{3}[ \-]\d{3}[ \-]\d{4}|\d{4}[ \-]\d{4})(?![\d/]|[.,]\d)")
_LIKE_A_PHONE = re.compile(r"0[5-8]")
_NEAR = 60


def transfer_codes(text: FoldedText) -> Iterator[Identifier]:
    """Yield numbers of 10 or 8 digits that stand beside the name of a service, in Latin or Arabic letters."""
    for found in _DIGITS.finditer(text.folded):
        around = text.folded[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        services = [name for name, pattern in _SERVICE.items() if pattern.search(around)]
        if not services:
            continue
        digits = re.sub(r"\D", "", found[0])
        confidence = Confidence.MEDIUM
        if len(digits) == 10 and _LIKE_A_PHONE.match(digits):
            confidence = Confidence.LOW
        elif _CODE_WORD.search(around):
            confidence = Confidence.HIGH
        yield text.finding_at(
            TextSpan(*found.span()),
            IdentifierType.TRANSFER_CODE,
            digits,
            confidence,
            "beside-a-service",
            details={"services": services},
        )
