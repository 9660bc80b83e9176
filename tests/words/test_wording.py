"""Words that misled people, and do not come back: the list and its reasons stand in decision 0903."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from evidence_kit.words import LANGUAGES, catalogue

# Language, what is not said, what is said instead, and the sentences in which the same letters mean something else.
AVOIDED = (
    ("fr", r"[Aa]ltéré|\bfalsifi", "non conforme", ()),
    ("ar", r"مكسور", "غير سليم", ()),
    ("ar", r"متقطع", "لم يكتمل", ()),
    ("fr", r"\bancré|ANCRÉ|\b[Cc]ohérent", "confirmé de l'extérieur; intact", ()),
    ("ar", r"مثبَّت|متسق", "مؤكَّد من الخارج; سليم", ()),
    ("fr", r"\bfilms?\b", "vidéos", ()),
    ("ar", r"أفلام|\bفيلم", "مقاطع فيديو", ()),
    ("fr", r"\ben clair\b", "non chiffré", ()),
    ("ar", r"مكشوف", "غير مشفر", ()),
    ("ar", r"الإنقاذ|رمز الاسترجاع", "مفتاح الاسترجاع", ()),
    ("fr", r"clé (?:est-elle branchée|formatée)|autre clé,", "clé USB", ()),
    ("ar", r"القسيمة", "الوصل", ()),
    ("fr", r"[Pp]rise en charge", "recueilli", ()),
    ("fr", r"(?:été|ce qui est) pris\b|\bgardé tel|non gardé", "recueilli", ()),
    ("fr", r"\b[Rr]egistre des menaces", "liste des menaces", ()),
    ("ar", r"سجل التهديد", "قائمة التهديدات", ()),
    ("fr", r"\bennuis?\b", "problèmes", ()),
    ("fr", r"\bhach(?:é|age)", "empreinte", ()),
    ("fr", r"bit (?:pour|à) bit", "à l'identique", ()),
    ("ar", r"بتا بتا", "كما هو تماما دون أي تغيير", ()),
    ("ar", r"رشد", "لم يثبت أن الشخص راشد", ()),
    ("ar", r"يحكم في", "يحتاج إلى نظر شخص", ()),
    ("ar", r"مضبَّ?ب", "مموّه", ()),
    ("fr", r"\(à vérifier avant", "", ()),
    ("fr", r"travaille cet ordinateur", "se trouve cet ordinateur", ()),
    ("fr", r"[Dd]ossier (?:de|d’une|d'une) (?:l['’])?affaire\b", "affaire; rapport", ("help.common.case",)),
    # A bit that a stick turned over is as likely as somebody who did it.
    ("fr", r"(?<!n['’])a été modifiée?\b", "diffère de ce qui a été signé", ("match.was.not-compared",)),
    ("en", r"(?<!othing )was changed\b", "differs from what was signed", ("error.links-set-damaged.what",)),
)  # fmt: skip
# The number of these can be one.
_COUNTED = re.compile(r"\{(?:safe|items_in|items|count|lines)\} (?:éléments|fichiers|items|files)\b")


def _texts(language: str) -> Iterator[tuple[str, str]]:
    for name, sentence in catalogue(language).sentences.items():
        for text in (sentence,) if isinstance(sentence, str) else sentence.values():
            yield name, text


@pytest.mark.parametrize(("language", "pattern", "instead", "exempt"), AVOIDED, ids=lambda each: str(each)[:24])
def test_a_word_that_misled_does_not_come_back(language: str, pattern: str, instead: str, exempt: tuple[str]) -> None:
    found = [(name, text) for name, text in _texts(language) if re.search(pattern, text) and name not in exempt]
    assert found == [], f"rather: {instead}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_is_not_told_as_many(language: str) -> None:
    forms = {name for name, sentence in catalogue(language).sentences.items() if not isinstance(sentence, str)}
    found = [(name, text) for name, text in _texts(language) if _COUNTED.search(text) and name not in forms]
    assert found == []
