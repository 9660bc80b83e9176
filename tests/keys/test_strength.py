"""A passphrase is as good as the guesses it takes; long and easy ones are refused, six words are not."""

from __future__ import annotations

import pytest

from evidence_kit.keys.errors import WeakPassphraseError
from evidence_kit.keys.strength import WORDS_OFFERED, _words, check_strength, offered_words
from evidence_kit.words import LANGUAGES


@pytest.mark.parametrize(
    "easy",
    [
        "",
        "short",
        "aaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaa",
        "1234567890",
        "password12",
        "azertyuiop12",
        "qwertyuiop",
        "evidence-kit 2026",
    ],
)
def test_what_is_easily_guessed_is_refused(easy: str) -> None:
    with pytest.raises(WeakPassphraseError):
        check_strength(easy.encode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_six_words_of_the_language_are_offered_and_pass(language: str) -> None:
    drawn = {offered_words(language) for _ in range(20)}
    assert len(drawn) == 20
    for words in drawn:
        assert len(words.split()) == WORDS_OFFERED
        check_strength(words.encode())


def test_no_error_repeats_what_was_typed() -> None:
    with pytest.raises(WeakPassphraseError) as refused:
        check_strength(b"password12")
    assert "password12" not in repr(refused.value)


def test_a_very_long_sentence_takes_no_long_time() -> None:
    check_strength("نجمة فوق البحر ".encode() * 200)


def test_a_draft_of_a_language_is_offered_english_words() -> None:
    english = set(_words("en"))
    assert set(offered_words("eo").split()) <= english
