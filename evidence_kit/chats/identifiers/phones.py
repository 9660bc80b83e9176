"""Phone numbers: valid ones first, possible ones with low confidence; the region that was assumed is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from evidence_kit.chats.folding import fold_text
from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan

_RUN = re.compile(r"(?<![\d.,])[+(]{0,2}\d(?:[\s().\-/]{0,3}\d){6,60}(?!\d)")
_DATE = re.compile(
    r"(?<![\d/.\-])(?:\d{1,4}([/.\-])\d{1,2}\1\d{2,4}|(?:19|20)\d{2}-?[01]\d-?[0-3]\d)(?=\s|\Z)"
    r"|(?<![\d/.\-])[0-3]?\d[/.\-][01]?\d(?=\s+0\d)"
)
_GROUP = re.compile(r"\d+")
_BETWEEN = " \t\n)./-"
_ALSO = ("FR", "ES", "DZ", "TN")
_MANY = 1000
_FEWEST_DIGITS, _MOST_DIGITS = 7, 19
# What somebody writes in front of a number for it to be dialled; a run that holds more than a number is cut only there.
_DIALLED = re.compile(r"\(?\+|00|0[1-9]")


@dataclass(frozen=True, slots=True)
class _Cut:
    """Digits of a text that are tried as one phone number: where they stand, and whether they are all of their run."""

    start: int
    end: int
    whole: bool


def phone_numbers(text: FoldedText, region: str = "MA") -> Iterator[Identifier]:
    """Return phone numbers in the order of the text, a thousand at most.

    Digits that follow each other with nothing but blanks and points between them may be more than one thing: a date,
    a sum and a number, or two numbers. The whole is tried first; then the longest valid number from each group on.

    Args:
        text: Where to look.
        region: ISO code of the country whose numbers are written without a country code; each such finding
            says so, and where else the number would be valid: 06 and 07 are Moroccan and French.
    """
    found = (number for run in islice(_runs(text.folded), _MANY) for number in _numbers(text, run, region))
    return islice(found, _MANY)


def is_dialled(found: Identifier) -> bool:
    """Say whether a number is valid and written with 0 or a country code, as one dials it: then it is no sum."""
    return found.confidence is not Confidence.LOW and _DIALLED.match(fold_text(found.raw)) is not None


def _runs(folded: str) -> Iterator[_Cut]:
    """Yield runs of digits and of the signs inside numbers, parted at dates."""
    for run in _RUN.finditer(folded):
        start = run.start()
        dates = list(_DATE.finditer(folded, run.start(), run.end()))
        for end, after in [*(date.span() for date in dates), (run.end(), run.end())]:
            piece = folded[start:end]
            if sum(map(str.isdigit, piece)) >= _FEWEST_DIGITS:
                left = len(piece) - len(piece.lstrip(_BETWEEN))
                yield _Cut(start + left, start + len(piece.rstrip(_BETWEEN + "(")), whole=True)
            start = after


def _numbers(text: FoldedText, run: _Cut, region: str) -> Iterator[Identifier]:
    whole = _phone(text, run, region)
    if whole is not None and whole.confidence is not Confidence.LOW:
        yield whole
        return
    parts = list(_parts(text, run, region))
    yield from parts
    if not parts and whole is not None:
        yield whole


def _parts(text: FoldedText, run: _Cut, region: str) -> Iterator[Identifier]:
    """Yield the valid numbers in a run that is none itself, the longest from each place on, in the run's order."""
    groups = list(_GROUP.finditer(text.folded, run.start, run.end))
    first = 0
    while first < len(groups):
        found = None
        start = groups[first].start()
        while start > run.start and text.folded[start - 1] in "+(":
            start -= 1
        if _DIALLED.match(text.folded, start) and not _is_decimal(text.folded, start):
            for last in range(min(len(groups), first + 10) - 1, first - 1, -1):
                found = _phone(text, _Cut(start, groups[last].end(), whole=False), region)
                if found is not None:
                    yield found
                    first = last
                    break
        first += 1


def _is_decimal(folded: str, start: int) -> bool:
    """Say whether digits stand directly behind a sign that may make them the places of a decimal number."""
    return start > 1 and folded[start - 1] in ".," and folded[start - 2].isdigit()


def _phone(text: FoldedText, cut: _Cut, region: str) -> Identifier | None:
    import phonenumbers

    candidate = text.folded[cut.start : cut.end]
    if not _FEWEST_DIGITS <= sum(map(str.isdigit, candidate)) <= _MOST_DIGITS:
        return None
    written = "+" + candidate[2:] if candidate.startswith("00") else candidate
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    if not valid and not (cut.whole and phonenumbers.is_possible_number(number)):
        return None
    national = not written.lstrip("(").startswith("+")
    also = [other for other in _ALSO if national and other != region and _is_valid(written, other)]
    return text.finding_at(
        TextSpan(cut.start, cut.end),
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
