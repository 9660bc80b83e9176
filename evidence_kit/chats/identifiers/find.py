"""Looks for everything at once, and does not take the digits of one finding for another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from evidence_kit.chats.identifiers.accounts import account_handles, email_addresses, web_addresses
from evidence_kit.chats.identifiers.amounts import MULTIPLIER_WORDS, UNIT_WORDS, money_amounts
from evidence_kit.chats.identifiers.banks import iban_numbers, rib_numbers
from evidence_kit.chats.identifiers.codes import transfer_codes
from evidence_kit.chats.identifiers.coins import coin_addresses
from evidence_kit.chats.identifiers.identifier import Find, FoldedText, Identifier, IdentifierType, folded_copy
from evidence_kit.chats.identifiers.phones import is_dialled, phone_numbers

LONGEST_CHARACTERS = 200_000
_MOST = 2000

# Without any of these no finder finds anything, and nearly all messages have none. Digits alone are no sign: many write
# Arabic in Latin letters, where 3, 7 and 9 are letters.
_SIGN = re.compile(r"[@:=/>]")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(
    rf"\b\d|\d[\s().\-/]{{0,3}}\d|0x|bc1|[13T][1-9A-HJ-NP-Za-km-z]{{25}}|(?:{UNIT_WORDS})\d", re.IGNORECASE
)
_WORD = re.compile(
    rf"\b(?:{MULTIPLIER_WORDS}|{UNIT_WORDS})\b|[(\[]at[)\]]|الفين|ألفين|مليونين|alfayn|alfin|www\.|هو|dyali|T[1-9A-HJ-NP-Za-km-z]{{25}}",
    re.IGNORECASE,
)

# Words in which no finder finds anything; they decide nothing but how long it takes.
_BARREN: set[str] = set()
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 1 << 16, 40

_WHOLE: tuple[Find, ...] = (web_addresses, email_addresses, iban_numbers, rib_numbers, coin_addresses)
_LOOSE: tuple[Find, ...] = (transfer_codes, account_handles)


def identifiers_in(text: str, region: str = "MA") -> list[Identifier]:
    """Return the names of persons, accounts and money, in the order of the text.

    Inside an address or an account number nothing else is looked for. Digits that may be a phone number or
    the code of a transfer are given as both.

    Args:
        text: A message, as in the source; of one longer than `LONGEST_CHARACTERS` only so much is looked at,
            and at no more than a few thousand of one kind.
        region: ISO code of the country whose phone numbers are written without a country code.
    """
    looked_at = folded_copy(text[:LONGEST_CHARACTERS])
    if not may_hold_identifiers(looked_at.folded):
        return []
    return _found(looked_at, region)


def may_hold_identifiers(text: str) -> bool:
    """Say whether a folded text has anything that some finder looks for; False is sure, True is not.

    No sign of a finding holds white space: a digit behind some stands at the beginning of its word, and is one already.
    So it is enough to judge words, and nearly all words of a conversation were met before.
    """
    words = text.split()
    if _BARREN.issuperset(words):
        return False
    if any(_holds_a_sign(word) for word in words if word not in _BARREN):
        return True
    if len(_BARREN) > _MOST_REMEMBERED:
        _BARREN.clear()
    _BARREN.update([word for word in words if len(word) <= _LONGEST_REMEMBERED])
    return False


def _holds_a_sign(word: str) -> bool:
    return (
        _SIGN.search(word) is not None
        or (_DIGIT.search(word) is not None and _NUMBER.search(word) is not None)
        or _WORD.search(word) is not None
    )


def _found(looked_at: FoldedText, region: str) -> list[Identifier]:
    taken = bytearray(len(looked_at.text))
    found: list[Identifier] = []
    for find in _WHOLE:
        free = _free(find(looked_at), taken)
        _take(free, taken)
        found += free
    numbers = list(phone_numbers(looked_at, region))
    found += _free(money_amounts(looked_at.without(filter(is_dialled, numbers))), taken)
    for loose in _LOOSE:
        found += _free(loose(looked_at), taken)
    _take([each for each in found if each.type is not IdentifierType.TRANSFER_CODE], taken)
    found += _free(numbers, taken)
    return sorted(found, key=lambda each: (each.start, each.end))


def _free(found: Iterable[Identifier], taken: bytearray) -> list[Identifier]:
    return [each for each in islice(found, _MOST) if not any(taken[each.start : each.end])]


def _take(found: Iterable[Identifier], taken: bytearray) -> None:
    for each in found:
        taken[each.start : each.end] = b"\1" * (each.end - each.start)
