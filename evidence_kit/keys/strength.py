"""The strength of a passphrase: how many guesses it takes, not how long it is."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.resources import files
from typing import Final

from evidence_kit.keys.errors import WeakPassphraseError
from evidence_kit.words.languages import FALLBACK

# At 0.6 s a guess for this station's key file, ten thousand million guesses are 190 years of one core's work.
GUESSES_NEEDED: Final = 10**10
WORDS_OFFERED: Final = 6
# The library looks at no more; what stands behind it can only make a passphrase stronger.
_LOOKED_AT_CHARACTERS: Final = 72
_KNOWN_TO_ALL: Final = ("evidence", "evidence-kit", "association", "larache", "العرائش", "جمعية")


def guesses(passphrase: str) -> int:
    """Return about how many guesses a guesser needs who knows common passwords, names, dates and keyboards."""
    from zxcvbn import zxcvbn

    if not passphrase:
        return 0
    return int(zxcvbn(passphrase[:_LOOKED_AT_CHARACTERS], user_inputs=list(_KNOWN_TO_ALL))["guesses"])


def check_strength(passphrase: bytes) -> None:
    """Refuse a passphrase that can be guessed.

    Raises:
        WeakPassphraseError: It takes fewer guesses than `GUESSES_NEEDED`.
    """
    if guesses(passphrase.decode("utf-8", "replace")) < GUESSES_NEEDED:
        raise WeakPassphraseError("passphrase-weak")


def offered_words(language: str) -> str:
    """Return six words drawn from the language's list, a passphrase that nobody can guess: 48 bits or more."""
    return " ".join(secrets.choice(_words(language)) for _ in range(WORDS_OFFERED))


@cache
def _words(language: str) -> tuple[str, ...]:
    lists = files(__package__).joinpath("wordlists")
    own = lists.joinpath(f"{language}.txt")
    # A language that is still a draft has none: as everywhere, English stands in for what is missing.
    return tuple((own if own.is_file() else lists.joinpath(f"{FALLBACK}.txt")).read_text("utf-8").split())
