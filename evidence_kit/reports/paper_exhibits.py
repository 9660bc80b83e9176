"""Exhibits on paper: each with its SHA-256, blurred pictures, and similar ones side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from evidence_kit.model import Json
from evidence_kit.reports.blocks import Block, file_name, heading, runs, thin_number
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.exhibit import Exhibit, SimilarPair
from evidence_kit.reports.script import code, foreign
from evidence_kit.reports.voice import Voice

_MOST_DRAWN: Final = 60
# Numbers of a comparison that are printed, and the number each is to be held against.
_COUNTED: Final = {"distance_bits": "limit_bits", "inliers": "keypoint_pairs", "blocks_agreeing": "blocks"}


class ExhibitBlocks:
    """Draws exhibits and similar pictures as blocks.

    Args:
        dossier: What they are of.
        voice: Of the paper.
        pictures: Blurred pictures as SVG by exhibit number, None for one that could not be blurred.
    """

    def __init__(self, dossier: Dossier, voice: Voice, pictures: Mapping[int, str | None]) -> None:
        self._dossier = dossier
        self._voice = voice
        self._pictures = pictures
        grown = dossier.case.age_band == "adult"
        # Why these have no picture: nobody may see them.
        self._closed = {each.number for each in dossier.exhibits if not grown and each.sensitivity != "none"}

    def all(self) -> Iterator[Block]:
        """Yield the chapter of exhibits."""
        yield heading(1, self._voice.sentence("exhibits.title"))
        yield self._voice.paragraph(self._voice.sentence("exhibits.how")) | {"keep": True}
        for exhibit in self._dossier.exhibits:
            yield self._exhibit(exhibit)
        if self._pictures:
            yield heading(2, self._voice.sentence("exhibits.pictures"))
            yield {"k": "pictures", "list": [self._picture(number) for number in sorted(self._pictures)]}

    def _picture(self, number: int) -> Json:
        """Return a picture and the words below it; words alone where it could not be blurred."""
        svg = self._pictures.get(number)
        name = "blurred" if svg is not None else "not-seen" if number in self._closed else "not-blurred"
        return {"svg": svg, "alt": self._voice.sentence(f"exhibits.{name}", number=number)}

    def _exhibit(self, exhibit: Exhibit) -> Block:
        name = file_name(exhibit.name)
        title: list[Json] = [
            self._voice.sentence("exhibit", number=exhibit.number),
            " · ",
            code(exhibit.item),
            " · ",
            *runs(name),
        ]
        lines: list[Json] = []
        size = self._voice.sentence("exhibits.size", size=thin_number(exhibit.size_bytes))
        lines.append(
            [code(exhibit.kind), " · ", size, " · ", self._voice.sentence("exhibits.place"), " ", code(exhibit.place)]
        )
        if exhibit.dated is not None:
            how = self._voice.term("assumption", exhibit.assumption or "?")
            lines.append(
                [self._voice.sentence("exhibits.dated"), " ", *runs(self._voice.time(exhibit.dated)), " ", f"({how})"]
            )
        else:
            lines.append(self._voice.sentence("exhibits.undated"))
        if exhibit.words is not None:
            by = [" (", *runs(foreign(exhibit.said_by)), ")"] if exhibit.said_by else []
            lines.append(
                [self._voice.sentence("exhibits.words"), " ", *runs(foreign(exhibit.words, longest=2000)), *by]
            )
        if exhibit.demands:
            lines.append(", ".join(self._voice.sentence("demand", number=each) for each in exhibit.demands))
        if exhibit.for_the_lawyer:
            lines.append(self._voice.sentence("exhibits.for-the-lawyer"))
        if exhibit.blurred:
            lines.append(self._voice.sentence("exhibits.copy-is-blurred"))
        return {"k": "exhibit", "t": title, "lines": lines, "sha": f"SHA-256 {exhibit.sha256}"}

    def similar(self) -> Iterator[Block]:
        """Yield the chapter of similar pictures; nothing where there are none."""
        if not self._dossier.similar:
            return
        yield heading(1, self._voice.sentence("similar.title"))
        yield self._voice.paragraph(self._voice.sentence("similar.how")) | {"keep": True}
        rows: list[Json] = []
        drawn: list[Block] = []
        for pair in self._dossier.similar:
            one, other = (self._voice.sentence("exhibit", number=number) for number in pair.exhibits)
            both: list[Json] = [one, " · ", other]
            level, numbers = self._voice.term("similar.level", pair.level), self._measured(pair)
            if len(drawn) < _MOST_DRAWN and any(self._pictures.get(number) for number in pair.exhibits):
                pictures = [self._picture(number) for number in pair.exhibits]
                drawn.append({"k": "pair", "list": pictures, "t": [*both, ": ", level], "how": numbers})
            else:
                rows.append([both, level, numbers])
        yield from drawn
        head = [self._voice.sentence(f"column.{name}") for name in ("both", "similar", "method")]
        if rows:
            yield {"k": "cells", "w": [4, 4, 5], "head": list(head), "rows": rows}

    def _measured(self, pair: SimilarPair) -> Json:
        """Return the method and the numbers of a comparison, each beside its bound where it has one."""
        numbers = ", ".join(
            self._voice.sentence(f"similar.{name}", count=value, of=pair.numbers.get(_COUNTED[name], "?"))
            for name, value in pair.numbers.items()
            if name in _COUNTED
        )
        return [code(pair.method), " ", numbers]
