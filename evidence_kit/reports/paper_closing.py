"""The end of a paper: consent, provisions and routes, limits of the evidence, how to check, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_kit.law.provisions import provision
from evidence_kit.law.routes import routes
from evidence_kit.model import Json
from evidence_kit.reports.blocks import Block, heading, paragraph, runs
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.script import code, foreign
from evidence_kit.reports.sentence import Sentence
from evidence_kit.reports.voice import Voice

_CHECKS: Final = ("files", "page", "receipt", "attached")


class ClosingBlocks:
    """Draws the last chapters of a paper as blocks."""

    def __init__(self, dossier: Dossier, voice: Voice) -> None:
        self._dossier = dossier
        self._voice = voice

    def consent(self) -> Iterator[Block]:
        """Yield the chapter of consent."""
        yield heading(1, self._voice.sentence("consent.title"))
        items: list[Json] = []
        for each in self._dossier.consents:
            given = "given" if each.given else "withdrawn"
            said = self._voice.sentence(f"consent.{given}", purpose=self._voice.term("purpose", each.purpose))
            items.append(
                [said, " ", code(each.on), *([" · ", *runs(foreign(each.reference))] if each.reference else [])]
            )
        if not items:
            items.append(self._voice.sentence("consent.none"))
        guardian = self._dossier.case.guardian
        if guardian:
            items.append([self._voice.sentence("consent.guardian"), " ", *runs(foreign(", ".join(guardian.values())))])
        elif self._dossier.case.age_band != "adult":
            items.append(self._voice.sentence("consent.no-guardian"))
        yield {"k": "list", "items": items}

    def law(self) -> Iterator[Block]:
        """Yield the chosen provisions as candidates, and where to turn."""
        yield heading(1, self._voice.sentence("law.title"))
        yield self._voice.paragraph(self._voice.sentence("law.candidates"))
        language = self._voice.words.language
        for name in self._dossier.provisions:
            known = provision(name)
            yield heading(2, known.title(language))
            yield self._voice.paragraph(known.conduct[language])
            if known.penalty.get(language):
                yield self._voice.paragraph(self._voice.sentence("law.penalty", penalty=known.penalty[language]))
            if known.note.get(language):
                yield self._voice.paragraph(known.note[language])
            yield self._voice.paragraph(self._voice.sentence("law.source", source=known.source, checked=known.checked))
        if not self._dossier.provisions:
            yield self._voice.paragraph(self._voice.sentence("law.none"))
        yield heading(2, self._voice.sentence("law.routes"))
        for route in routes():
            if route.printed:
                said: list[Json] = [f"{route.name[language]} ", *([code(route.reach)] if route.reach else [])]
                yield paragraph(
                    [*said, " ", *runs(self._voice.own(self._voice.sentence("law.checked", checked=route.checked)))]
                )

    def limits(self) -> Iterator[Block]:
        """Yield the limits of this evidence."""
        yield heading(1, self._voice.sentence("limits.title"))
        items: list[Json] = [
            self._voice.own(self._voice.sentence(f"limits.{name}")) for name in ("genuine", "clock", "similar", "names")
        ]
        items += [self._voice.spoken(Sentence(f"limit.{each.code}", each.values)) for each in self._dossier.limits]
        yield {"k": "list", "items": items}

    def how_to_check(self) -> Iterator[Block]:
        """Yield how the paper is checked."""
        checks = self._dossier.checks
        yield heading(1, self._voice.sentence("check.title"))
        yield {"k": "list", "items": [self._voice.own(self._voice.sentence(f"check.{each}")) for each in _CHECKS]}
        yield self._voice.paragraph(self._voice.sentence("check.head", lines=checks.lines))
        yield {"k": "mono", "t": checks.head}
        yield self._voice.paragraph(self._voice.sentence("check.signer"))
        yield {"k": "mono", "t": checks.fingerprint}
        if checks.receipt is not None:
            yield self._voice.paragraph(self._voice.sentence("check.code", lines=checks.receipt[1]))
            yield {"k": "mono", "t": checks.receipt[0]}
        yield self._voice.paragraph(self._voice.sentence("check.made", kit=checks.kit))

    def signatures(self) -> Block:
        """Return the boxes for those who hand over and receive."""
        lines = [self._voice.words.sentence(f"sheet.{name}") for name in ("name", "date", "signature")]
        boxes: list[Json] = [
            {"title": self._voice.sentence("signature.association"), "lines": list(lines)},
            {"title": self._voice.sentence("signature.receiver"), "lines": list(lines)},
        ]
        return {"k": "sign", "boxes": boxes}
