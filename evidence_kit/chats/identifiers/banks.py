"""Bank accounts: the Moroccan RIB, and the IBAN of any country."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_kit.chats.identifiers.iban import is_valid_iban
from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan
from evidence_kit.model import Json

_RIB = re.compile(r"(?<!\d)(?<![A-Z]{2}\d\d)\d(?:[ .\-/]{0,2}\d){23}(?![ \-]?\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")

# The central bank publishes no list that could be had, and public ones contradict each other. What stands here:
# 001 from accounts that ministry and central bank published for gifts (RIB 001 810 00780002011062 03 18, in 2023;
# 02 21 in 2020); 007 from a payment provider's description of the code; the others from lists in public programs,
# among them those in DISPUTED on which such lists do not agree. Nothing else is named.
BANKS = {
    "001": "Bank Al-Maghrib",
    "007": "Attijariwafa Bank",
    "011": "Bank of Africa (BMCE)",
    "013": "BMCI",
    "021": "Crédit du Maroc",
    "022": "Société Générale Maroc / Saham Bank",
    "028": "Citibank Maghreb",
    "050": "CFG Bank",
    "225": "Crédit Agricole du Maroc",
    "230": "CIH Bank",
    "310": "Trésorerie Générale du Royaume",
    "350": "Al Barid Bank",
}
DISPUTED = frozenset({"013", "022", "190", "225", "350"})
_REGIONAL = {"101", "127", "145", "148", "150", "155", "157", "159", "164", "172", "178", "181", "190"}


def bank_of(rib: str) -> str | None:
    """Return the bank that the first three digits of a RIB name; None when the table does not know them."""
    return "Banque Populaire" if rib[:3] in _REGIONAL else BANKS.get(rib[:3])


def is_valid_rib(digits: str) -> bool:
    """Return whether 24 digits are a RIB: as a number they leave nothing when divided by 97."""
    return len(digits) == 24 and digits.isdecimal() and int(digits) % 97 == 0 and int(digits) > 0


def rib_numbers(text: FoldedText) -> Iterator[Identifier]:
    """Yield account numbers of 24 digits; one that breaks the rule of 97 was mistyped, and is said so."""
    for found in _RIB.finditer(text.folded):
        digits = re.sub(r"\D", "", found[0])
        if is_valid_rib(digits):
            yield text.finding_at(
                TextSpan(*found.span()),
                IdentifierType.RIB,
                digits,
                Confidence.HIGH,
                "checksum",
                details=_details(digits),
            )
        elif bank_of(digits):
            yield text.finding_at(
                TextSpan(*found.span()),
                IdentifierType.RIB,
                digits,
                Confidence.LOW,
                "checksum-fails",
                details=_details(digits),
            )


def iban_numbers(text: FoldedText) -> Iterator[Identifier]:
    """Yield IBANs whose country, length and checksum are right; a Moroccan one with its bank."""
    for found in _IBAN.finditer(text.folded):
        length = _valid_length(found[0])
        if length is None:
            continue
        value = re.sub(r"[ \-]", "", found[0][:length])
        details: dict[str, Json] = {"country": value[:2]}
        if value[:2] == "MA":
            details |= _details(value[4:])
        span = TextSpan(found.start(), found.start() + length)
        yield text.finding_at(span, IdentifierType.IBAN, value, Confidence.HIGH, "checksum", details=details)


def _details(rib: str) -> dict[str, Json]:
    bank, code = bank_of(rib), rib[:3]
    if bank is None:
        return {"bank-code": code}
    return {"bank-code": code, "bank": bank} | ({"bank-disputed": True} if code in DISPUTED else {})


def _valid_length(written: str) -> int | None:
    """Return the length of the IBAN that a text begins with; words in capitals may follow it."""
    ends = [match.end() for match in re.finditer(r"[A-Z0-9](?=[ \-]|\Z)", written)]
    for end in reversed(ends):
        if is_valid_iban(re.sub(r"[ \-]", "", written[:end])):
            return end
    return None
