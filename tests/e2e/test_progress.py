"""The bar that a person watches speaks their language: its units, its decimal sign, what is left."""

from __future__ import annotations

import pytest

from evidence_kit.commands._progress import size_text, time_text
from evidence_kit.words import LANGUAGES, catalogue


@pytest.mark.parametrize(
    ("language", "size_bytes", "of_bytes", "shown"),
    [
        ("fr", 999, None, "999 o"), ("fr", 1_000, None, "1,0 ko"), ("fr", 1_234_567, None, "1,2 Mo"),
        ("fr", 900_000_000, 5_400_000_000, "0,9 sur 5,4 Go"), ("ar", 2_500_000, None, "2,5 ميغابايت"),
        ("ar", 0, 10_000, "0,0 من 10,0 كيلوبايت"), ("en", 2_500_000, 5_000_000, "2.5 of 5.0 MB"),
    ],
)  # fmt: skip
def test_a_size_is_in_the_units_of_the_language(
    language: str, size_bytes: int, of_bytes: int | None, shown: str
) -> None:
    assert size_text(catalogue(language), size_bytes, of_bytes) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_is_told_once_it_is_known(language: str) -> None:
    words = catalogue(language)
    assert time_text(words, None) == ""
    assert "1:05" in time_text(words, 65.2)
    assert "2:00:00" in time_text(words, 7200)
    assert time_text(words, 65) != "1:05"
