"""The archive's passphrase: 28 random digits in seven groups of four, 93 bits.

Everybody knows how to read out a recharge code. Digits survive a telephone, three scripts and two keyboards.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable

DIGITS = 28
GROUP = 4
# The digit row of a French keyboard without Shift, from 1 to 0.
_AZERTY = str.maketrans("&é\"'(-è_çà", "1234567890")
_AZERTY_ONLY = frozenset("&é\"'(è_çà")


class PassphraseFormError(ValueError):
    """The typed text is no passphrase of an archive."""


def generate_passphrase(below: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a new passphrase for an archive, without spaces."""
    return f"{below(10**DIGITS):0{DIGITS}d}"


def grouped_passphrase(passphrase: str) -> str:
    """Return it the way it is read out: groups of four."""
    return " ".join(passphrase[at : at + GROUP] for at in range(0, len(passphrase), GROUP))


def normalise_passphrase(typed: str) -> str:
    """Return the passphrase that a person meant.

    Spaces and hyphens are ignored, digits of any script count, and so does the digit row of an AZERTY keyboard
    whose Shift key was not held.

    Raises:
        PassphraseFormError: It has not 28 digits.
    """
    text = unicodedata.normalize("NFC", typed)
    if _AZERTY_ONLY & set(text):
        text = text.translate(_AZERTY)
    digits = "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
    strangers = [sign for sign in text if not (sign.isdecimal() or sign in "- \t\r\n\u00a0\u202f")]
    if strangers or len(digits) != DIGITS:
        raise PassphraseFormError("an archive's passphrase has 28 digits")
    return digits
