import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from evidence_kit import words
from evidence_kit.words import LANGUAGES, Sentence, catalogue, in_all_languages, languages, plural_form
from evidence_kit.words.languages import OFFERED, PLURAL_CATEGORIES, PLURAL_RULES, Language

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
            assert set(sentence) == set(PLURAL_RULES[languages.language(language).plurals].forms), name


def test_arabic_is_written_in_arabic() -> None:
    exempt = re.compile(
        r"help\..*\.example|verify\.where|(demo|intake)\.step|ingest\.line|tidy\.line|chats\.(attachment|labelled)|match\.pair|fact\.pair|size\.decimal-sign"
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
    assert len(in_all_languages("verify.limits")) == len(LANGUAGES)


def test_an_unknown_language_or_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue("de")
    with pytest.raises(KeyError):
        catalogue("en").sentence("no.such-sentence")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_that_is_read_topic_by_topic_is_the_one_that_is_read_whole(language: str) -> None:
    whole: dict[str, Sentence] = {}

    def flatten(table: dict[str, Any], above: str) -> None:
        for key, value in table.items():
            if isinstance(value, str) or ("other" in value and set(value) <= PLURAL_CATEGORIES):
                whole[above + key] = value
            else:
                flatten(value, f"{above}{key}.")

    for topic in (Path(words.__file__).parent / language).glob("*.toml"):
        flatten(tomllib.loads(topic.read_text("utf-8")), "")
    catalogue.cache_clear()
    # One by one first, each before any other of its table was asked for: the order must not matter.
    for sentence, expected in list(whole.items())[::-7]:
        assert catalogue(language).sentences[sentence] == expected
    found = dict(catalogue(language).sentences)
    assert {name: each for name, each in found.items() if not name.startswith("finding.")} == whole
    assert "finding.log-object-twice" in found
    assert not catalogue(language).knows("never.heard-of")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_topics(language: str) -> None:
    folder = Path(words.__file__).parent
    assert {path.name for path in (folder / language).iterdir()} == {path.name for path in (folder / "en").iterdir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_a_command_stands_beside_its_sentences(language: str) -> None:
    for topic in (Path(words.__file__).parent / language).glob("*.toml"):
        tables = set(tomllib.loads(topic.read_text("utf-8")))
        assert tables <= {topic.stem, "help"}, topic


def test_every_folder_of_words_is_a_language_and_every_language_a_folder() -> None:
    folders = {path.name for path in Path(words.__file__).parent.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(OFFERED)


def test_a_draft_says_in_english_what_it_does_not_say_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "new.toml").write_text('[help.new]\nwhat = "Abrir un caso."\n', "utf-8")
    english = Path(words.__file__).parent / "en"
    (tmp_path / "en").symlink_to(english)
    monkeypatch.setattr(words, "_FOLDER", tmp_path)
    monkeypatch.setitem(languages._ALL, "es", Language("es", "Español", "ltr", "arabic", draft=True))
    catalogue.cache_clear()
    spanish = catalogue("es")
    assert spanish.sentence("help.new.what") == "Abrir un caso."
    assert spanish.sentence("help.new.age") == ENGLISH["help.new.age"]
    assert spanish.sentence("match.matched", count=3) == "3 pairs match."
    assert set(spanish.sentences) == set(ENGLISH)
    catalogue.cache_clear()


def slips_of(code: str) -> list[str]:
    """Return what a language says that English does not, or says in forms that it has not; a draft may say less."""
    forms = set(PLURAL_RULES[languages.language(code).plurals].forms)
    topics = {path.stem for path in (words._FOLDER / code).glob("*.toml")}
    found = [f"{topic}.toml" for topic in sorted(topics) if not (words._FOLDER / "en" / f"{topic}.toml").is_file()]
    for name, sentence in words._Sentences(code).items():
        if name not in ENGLISH:
            found.append(name)
        elif values_of(sentence) != values_of(ENGLISH[name]):
            found.append(f"{name}: values")
        elif not isinstance(sentence, str) and set(sentence) != forms:
            found.append(f"{name}: forms")
    return found


@pytest.mark.parametrize("language", OFFERED)
def test_no_language_says_what_english_does_not(language: str) -> None:
    assert slips_of(language) == []


def test_slips_of_a_draft_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "nuevo.toml").write_text('[nuevo]\nx = "…"\n', "utf-8")
    said = '[new]\ndone = "Caso {quien}"\n[help.new]\nwhot = "…"\n'
    (tmp_path / "es" / "new.toml").write_text(said, "utf-8")
    (tmp_path / "es" / "match.toml").write_text(
        '[match.matched]\none = "{count} par"\nfew = "{count}"\nother = "{count}"\n', "utf-8"
    )
    (tmp_path / "en").symlink_to(Path(words.__file__).parent / "en")
    monkeypatch.setattr(words, "_FOLDER", tmp_path)
    monkeypatch.setitem(languages._ALL, "es", Language("es", "Español", "ltr", "english", draft=True))
    assert set(slips_of("es")) == {"nuevo.toml", "nuevo.x", "help.new.whot", "new.done: values", "match.matched: forms"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_parts_of_a_paper_bear_the_same_title(language: str) -> None:
    said = catalogue(language).sentences
    titles = [text for name, text in said.items() if re.fullmatch(r"report(?:\.[a-z]+)?\.title", name)]
    assert len(titles) > 10
    assert len({str(each) for each in titles}) == len(titles)


# What a folder of the disk and a case are called: a case was once named a folder, and the words were put right by
# replacing them, which told volunteers to copy a whole case onto a stick and made sentences that agree with nothing.
NAMED = {
    "folder": {"en": r"\bfolders?\b", "fr": r"\bdossiers?\b", "ar": "مجلد"},
    "case": {"en": r"\bcases?\b", "fr": r"\baffaires?\b", "ar": "قضي|قضاي"},
}
# An unnamed thing, or a value that stands for it, needs no word.
_NAMELESS = {
    "setup.done", "error.key-has-none.do", "error.folder-unknown.what", "help.transfer.into",
}  # fmt: skip


def texts_of(sentence: Sentence) -> str:
    return sentence if isinstance(sentence, str) else " ".join(sentence.values())


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_folder_is_called_a_folder_and_no_case(language: str) -> None:
    said = {name: texts_of(sentence) for name, sentence in catalogue(language).sentences.items()}
    english = {name: texts_of(sentence) for name, sentence in ENGLISH.items()}

    def names(thing: str, code: str, text: str) -> bool:
        return re.search(NAMED[thing][code], text, re.IGNORECASE) is not None

    folders = {name for name, text in english.items() if names("folder", "en", text)} - _NAMELESS
    assert {name for name in folders if not names("folder", language, said[name])} == set()
    assert {
        name: said[name]
        for name, text in english.items()
        if names("case", language, said[name]) and not names("case", "en", text) and names("folder", "en", text)
    } == {}


def test_french_agrees_with_a_case() -> None:
    wrong = re.compile(
        r"\baffaires? (?:n'est |n'a été |est |a été |sont |ne sont pas )?"
        r"(?:entiers?|perdus?|faits?|ouverts?|fermés?|nouveaux|scellés?|recueillis?|complets?)\b"
        r"|\b(?:un|le|du|au|ce|aucun|nouveaux|tous les|quels?) affaires?\b",
        re.IGNORECASE,
    )
    found = {name: texts_of(each) for name, each in catalogue("fr").sentences.items() if wrong.search(texts_of(each))}
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_an_export_can_be_chosen(language: str) -> None:
    from evidence_kit.workflows.handover.interop import FORMS

    for each in FORMS:
        assert catalogue(language).knows(f"choice.form.{each.name}"), each.name
        assert catalogue(language).knows(f"choice.words.form.{each.name}"), each.name
