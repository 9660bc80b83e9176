import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from evidence_kit import words
from evidence_kit.words import LANGUAGES, PLURAL_FORMS, Sentence, catalogue, everywhere, plural_form

ENGLISH = catalogue("en").sentences


def values_of(sentence: Sentence) -> set[str]:
    texts = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    assert set(catalogue(language).sentences) == set(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_the_same_values_in_every_language(language: str) -> None:
    for name, sentence in catalogue(language).sentences.items():
        assert values_of(sentence) == values_of(ENGLISH[name]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_counts_has_every_plural_form_of_its_language(language: str) -> None:
    for name, sentence in catalogue(language).sentences.items():
        if not isinstance(sentence, str):
            assert set(sentence) == set(PLURAL_FORMS[language]), name


def test_arabic_is_written_in_arabic() -> None:
    exempt = re.compile(
        r"help\..*\.example|verify\.where|(demo|intake)\.step|ingest\.line|tidy\.line|chats\.(attachment)|match\.pair"
    )
    for name, sentence in catalogue("ar").sentences.items():
        texts = [sentence] if isinstance(sentence, str) else list(sentence.values())
        for text in texts:
            assert exempt.fullmatch(name) or re.search("[\u0600-\u06ff]", text), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [*range(130), 1000, 1001, 1002, 1003, 1011, 1100])
def test_plural_forms_are_those_of_the_unicode_consortium(language: str, count: int) -> None:
    assert plural_form(language, count) == Locale(language).plural_form(count)


def test_an_error_has_two_sentences() -> None:
    names = {name.split(".")[1] for name in ENGLISH if name.startswith("error.")}
    for name in names:
        assert f"error.{name}.what" in ENGLISH
        assert f"error.{name}.do" in ENGLISH


def test_a_sentence_can_be_said_in_all_languages_at_once() -> None:
    assert len(everywhere("verify.limits")) == len(LANGUAGES)


def test_an_unknown_language_or_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue("de")
    with pytest.raises(KeyError):
        catalogue("en").say("no.such-sentence")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_that_is_read_table_by_table_is_the_one_that_is_read_whole(language: str) -> None:
    text = (Path(words.__file__).parent / f"{language}.toml").read_text("utf-8")
    whole: dict[str, Sentence] = {}

    def flatten(table: dict[str, Any], above: str) -> None:
        for key, value in table.items():
            if isinstance(value, str) or ("other" in value and set(value) <= set(PLURAL_FORMS["ar"])):
                whole[above + key] = value
            else:
                flatten(value, f"{above}{key}.")

    flatten({name: table for name, table in tomllib.loads(text).items() if name != "about"}, "")
    catalogue.cache_clear()
    # One by one first, each before any other of its table was asked for: the order must not matter.
    for sentence, expected in list(whole.items())[::-7]:
        assert catalogue(language).sentences[sentence] == expected
    found = dict(catalogue(language).sentences)
    assert {name: each for name, each in found.items() if not name.startswith("finding.")} == whole
    assert "finding.log-object-twice" in found
    assert not catalogue(language).knows("never.heard-of")
