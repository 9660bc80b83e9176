"""The voice of a paper: the sentences of one language, and the words for codes, times and names in it."""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.chats.told import OWNER
from evidence_kit.model import Json
from evidence_kit.reports.blocks import Block, paragraph, time_text
from evidence_kit.reports.blocks import runs as _runs
from evidence_kit.reports.script import code, codes, foreign, with_codes
from evidence_kit.reports.sentence import Sentence, Term
from evidence_kit.words import Words, catalogue, direction

_TERM: Final = re.compile(r"[a-z0-9-]{1,40}")
_BETWEEN: Final = re.compile(r"[ :–()]+")
# Stands in a sentence of ours where a value goes; no catalogue has this letter.
_PLACE: Final = "\ue000"


class Voice:
    """Speaks of a dossier in one language.

    Args:
        language: Its code.
    """

    def __init__(self, language: str) -> None:
        self.words: Words = catalogue(language)
        self.right_to_left = direction(language) == "rtl"

    def sentence(self, name: str, **values: str | int) -> str:
        """Return a sentence of the papers."""
        return self.words.sentence(f"report.{name}", **values)

    def term(self, group: str, value: str) -> str:
        """Return the word for a value of the log; one that this version has no word for stands as it was written."""
        name = f"report.{group}.{value}"
        if self.words.knows(name):
            return self.words.sentence(name)
        # A later version's value is a short word of this form; anything else has no place in a sentence of ours.
        return value if _TERM.fullmatch(value) else "?"

    def own(self, text: str) -> Json:
        """Return a sentence of ours; in one from right to left, codes, dates and Latin words keep their own way."""
        return with_codes(text) if self.right_to_left else text

    def paragraph(self, text: str) -> Block:
        """Return a sentence of ours as a paragraph."""
        return paragraph(self.own(text))

    def spoken(self, sentence: Sentence) -> Json:
        """Return a sentence as runs; texts of other hands keep their own direction among words of ours."""
        if not self.words.knows(f"report.{sentence.code}"):
            return self._unheard_of(sentence)
        told: list[str | Term | tuple[str | Term, ...]] = []
        shown: dict[str, str | int] = {}
        for name, value in sentence.values.items():
            shown[name] = value if isinstance(value, int) else f"{_PLACE}{len(told)}{_PLACE}"
            if not isinstance(value, int):
                told.append(value)
        parts = self.sentence(sentence.code, **shown).split(_PLACE)
        return [
            run
            for at, part in enumerate(parts)
            for run in (self._told(told[int(part)]) if at % 2 else _runs(self.own(part)))
        ]

    def _unheard_of(self, sentence: Sentence) -> Json:
        """Return a sentence that this version does not have: its code, and its values."""
        values = [
            self._told(value if isinstance(value, (str, Term, tuple)) else str(value))
            for value in sentence.values.values()
        ]
        return [*_runs(foreign(sentence.code)), *(run for each in values for run in (" · ", *each))]

    def _told(self, value: str | Term | tuple[str | Term, ...]) -> list[Json]:
        if isinstance(value, tuple):
            return [run for each in value for run in self._told(each)]
        if isinstance(value, Term):
            name = f"report.{value.word}"
            return _runs(self.own(self.words.sentence(name)) if self.words.knows(name) else foreign(value.otherwise))
        # What stands between two values is ours, and keeps its spaces.
        return [value] if _BETWEEN.fullmatch(value) else _runs(foreign(value))

    def time(self, stated: StatedTime) -> Json:
        """Return a time in ISO form with its zone, or the characters of its source where it has no value."""
        if stated.value is None:
            if stated.readings:
                return codes(f"{stated.raw[:100]} ({' / '.join(stated.readings)})")
            if stated.kind == "none" and stated.raw:
                # What stands for no time, such as 1970, must not be read as one.
                return [
                    self.words.sentence("chats.unread-time", written="").rstrip(),
                    " ",
                    *_runs(foreign(stated.raw[:100])),
                ]
            return foreign(stated.raw) if stated.raw else self.words.sentence("chats.no-time")
        return [code(time_text(stated.value))]

    def time_text(self, value: str | None) -> str:
        """Return an ISO time for people; nothing where there is none."""
        return "" if value is None else time_text(value)

    def who(self, sender: str) -> str:
        """Return a sender; the owner of an export who is not named by words of ours."""
        return self.words.sentence("chats.owner-unnamed") if sender == OWNER else sender

    def platform(self, name: str) -> str:
        """Return the name of a platform."""
        known = f"platform.{name}"
        return self.words.sentence(known) if self.words.knows(known) else name

    def reason(self, name: str) -> str:
        """Return the words for why a stretch could not be read."""
        known = f"reason.{name}"
        return self.words.sentence(known) if self.words.knows(known) else name

    def finding(self, name: str) -> str:
        """Return a finding in words, with its code; the code alone where the words want more than a code."""
        known = f"finding.{name}"
        meaning = self.words.sentences[known] if self.words.knows(known) else "{"
        return name if not isinstance(meaning, str) or "{" in meaning else f"{meaning.rstrip('. ')} ({name})"
