"""Phone numbers: valid ones first, possible ones with low confidence; the region that was assumed is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_kit.chats.identifiers.identifier import Confidence, Folded, Identifier, IdentifierType

_CANDIDATE = re.compile(r"(?<![\d.,])[+(]{0,2}\d(?:[\s().\-/]{0,3}\d){6,18}(?![\d])")
_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}(?![\d/.\-])|\d{4}-?\d{2}-?\d{2}(?:\s|\Z)")
_ALSO = ("FR", "ES", "DZ", "TN")
_MANY = 1000


def phones(text: Folded, region: str = "MA") -> Iterator[Identifier]:
    """Yield phone numbers.

    Args:
        text: Where to look.
        region: ISO code of the country whose numbers are written without a country code; each such finding
            says so, and where else the number would be valid: 06 and 07 are Moroccan and French.
    """
    for count, candidate in enumerate(_CANDIDATE.finditer(text.folded)):
        if count == _MANY:
            return
        if not _DATE.match(candidate[0]) and (found := _phone(text, candidate, region)):
            yield found


def _phone(text: Folded, candidate: re.Match[str], region: str) -> Identifier | None:
    import phonenumbers

    written = "+" + candidate[0][2:] if candidate[0].startswith("00") else candidate[0]
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    if not valid and not phonenumbers.is_possible_number(number):
        return None
    national = not written.lstrip("(").startswith("+")
    also = [other for other in _ALSO if national and other != region and _is_valid(written, other)]
    return text.found(
        candidate.span(),
        IdentifierType.PHONE,
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        _confidence(valid=valid, also=bool(also)),
        "valid-number" if valid else "possible-number",
        f"region {region}" if national else None,
        {"also-valid-in": also} if also else None,
    )


def _confidence(*, valid: bool, also: bool) -> Confidence:
    if not valid:
        return Confidence.LOW
    return Confidence.MEDIUM if also else Confidence.HIGH


def _is_valid(written: str, region: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(written, region)))
    except phonenumbers.NumberParseException:
        return False
