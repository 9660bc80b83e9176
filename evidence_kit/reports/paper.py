"""A dossier as a paper in one language: blocks that a template draws, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from evidence_kit.model import Json
from evidence_kit.reports.blocks import (
    Block,
    heading,
    joined,
    paragraph,
    runs,
    title,
)
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.exhibit import Demand, Occurrence
from evidence_kit.reports.paper_closing import ClosingBlocks
from evidence_kit.reports.paper_exhibits import ExhibitBlocks
from evidence_kit.reports.paper_transcripts import TranscriptBlocks
from evidence_kit.reports.prose import event_name
from evidence_kit.reports.script import NARROW, code, codes, foreign, printable
from evidence_kit.reports.sentence import Sentence
from evidence_kit.reports.voice import Voice
from evidence_kit.reports.volumes import Volume

SECTIONS: Final = ("demands", "chronology", "transcripts", "custody")
_MOST_PLACES: Final = 12
# Letters of a demand that fill a good part of a page.
_LONG: Final = 1000


class Paper:
    """Draws one volume of a dossier as blocks.

    Args:
        dossier: What is to be said.
        language: In which language.
        only: One of `SECTIONS`, None for everything.
        qr: The receipt's picture as SVG, None where there is no receipt.
        pictures: Blurred pictures as SVG by exhibit number, None for one that could not be blurred; empty where none
            are shown.
    """

    def __init__(
        self,
        dossier: Dossier,
        language: str,
        only: str | None = None,
        qr: str | None = None,
        pictures: Mapping[int, str | None] | None = None,
    ) -> None:
        self._dossier = dossier
        self._voice = Voice(language)
        self._only = only
        self._qr = qr
        self._transcripts = TranscriptBlocks(self._voice)
        self._exhibits = ExhibitBlocks(dossier, self._voice, pictures or {})
        self._closing = ClosingBlocks(dossier, self._voice)
        self._cited_lines = {line.where: line for each in dossier.transcripts for line in each.lines if line.demands}

    def data(self, volume: Volume) -> dict[str, Json]:
        """Return one volume as the template reads it."""
        made = datetime.fromisoformat(self._dossier.checks.made)
        return {
            "title": f"{self._voice.sentence('title')} {self._dossier.case.id}",
            "date": [made.year, made.month, made.day],
            "lang": self._voice.words.language,
            "dir": "r" if self._voice.right_to_left else "l",
            "head": self._voice.sentence("title"),
            "case": self._dossier.case.id,
            "page": self._voice.sentence("page", page="{page}", pages="{pages}"),
            "foot": f"{self._dossier.case.id} · {self._dossier.checks.head}",
            "blocks": list(self._blocks(volume)),
        }

    def _blocks(self, volume: Volume) -> Iterator[Block]:
        if volume.number > 1:
            yield title(self._voice.sentence("annex", number=volume.number, of=volume.of))
            yield from self._transcripts.all(volume.transcripts)
            return
        yield from self._cover(volume)
        sections: dict[str, Iterable[Block]] = {
            "demands": self._demands(),
            "chronology": self._chronology(),
            "exhibits": self._exhibits.all(),
            "transcripts": self._transcripts.all(volume.transcripts),
            "identifiers": self._identifiers(),
            "similar": self._exhibits.similar(),
            "custody": self._custody(),
            "consent": self._closing.consent(),
            "law": self._closing.law(),
        }
        for name, blocks in sections.items():
            if self._only in {None, name}:
                yield from blocks
        yield from self._closing.limits()
        yield from self._closing.how_to_check()
        yield self._closing.signatures()

    def _cover(self, volume: Volume) -> Iterator[Block]:
        case, checks = self._dossier.case, self._dossier.checks
        yield title(self._voice.sentence("title"))
        if checks.broken:
            findings = "; ".join(self._voice.finding(each) for each in checks.broken)
            yield {"k": "banner", "t": self._voice.own(self._voice.sentence("broken", findings=printable(findings)))}
        if self._only is not None:
            yield self._voice.paragraph(self._voice.sentence(f"only.{self._only}"))
        rows: list[Json] = [[self._voice.sentence("row.case"), [code(case.id)]]]

        def row(name: str, value: Json | None) -> None:
            if value not in (None, "", []):
                rows.append([self._voice.sentence(f"row.{name}"), value])

        row("association", foreign(case.association or ""))
        row("person", foreign(case.real_name or case.person or ""))
        row("age", self._voice.term("age", case.age_band))
        row("reference", foreign(case.reference or ""))
        row(
            "opened",
            [code(self._voice.time_text(case.opened)), " · ", *runs(foreign(", ".join(case.opened_by.values())))],
        )
        row("made", [code(self._voice.time_text(checks.made)), " · ", *runs(foreign(checks.by))])
        row("for", self._voice.term("purpose", case.purpose))
        row("items", self._voice.sentence("items", items_in=case.items_in, items_of=case.items_of))
        row("head", [{"t": checks.head, "m": 1}])
        row("signer", [code(checks.fingerprint)])
        if checks.receipt is not None:
            row("receipt", [code(checks.receipt[0])])
        yield {"k": "kv", "rows": rows}
        if self._qr is not None and checks.receipt is not None:
            yield {"k": "qr", "svg": self._qr, "alt": self._voice.sentence("qr-alt", code=checks.receipt[0])}
            yield self._voice.paragraph(self._voice.sentence("qr"))
        if case.names_redacted:
            yield self._voice.paragraph(self._voice.sentence("redacted"))
        if volume.of > 1:
            yield self._voice.paragraph(self._voice.sentence("volumes", count=volume.of - 1))
        yield heading(1, self._voice.sentence("summary.title"))
        yield {"k": "list", "items": list(self._summary())}

    def _summary(self) -> Iterator[Json]:
        dossier = self._dossier
        yield self._voice.sentence("summary.demands", count=len(dossier.demands))
        amounts = list(dict.fromkeys(each.amount for each in dossier.demands if each.amount))
        if amounts:
            yield [self._voice.sentence("summary.amounts"), " ", *joined(foreign(each) for each in amounts)]
        deadlines = list(dict.fromkeys(each.deadline for each in dossier.demands if each.deadline))
        if deadlines:
            yield [self._voice.sentence("summary.deadlines"), " ", *joined(foreign(each) for each in deadlines)]
        accounts = list(dict.fromkeys(each.account for each in dossier.demands if each.account))
        if accounts:
            yield [self._voice.sentence("summary.accounts"), " ", *joined(codes(each) for each in accounts)]
        yield self._voice.sentence("summary.exhibits", count=len(dossier.exhibits))
        yield self._voice.sentence("summary.transcripts", count=sum(len(each.lines) for each in dossier.transcripts))

    def _demands(self) -> Iterator[Block]:
        yield heading(1, self._voice.sentence("demands.title"))
        if not self._dossier.demands:
            yield self._voice.paragraph(self._voice.sentence("demands.none"))
        else:
            yield self._voice.paragraph(self._voice.sentence("demands.how")) | {"keep": True}
        for demand in self._dossier.demands:
            yield heading(2, self._voice.sentence("demand", number=demand.number))
            cited = list(self._cited(demand))
            said = sum(len(each or "") for each in (demand.demand, demand.amount, demand.deadline, demand.account))
            # A table of many places does not fit one page, and one that may not break would be cut there.
            long = len(demand.messages) > 5 * _MOST_PLACES or said > _LONG
            keep = bool(cited) and not long
            yield {"k": "kv", "rows": list(self._demand(demand)), "long": long, "keep": keep}
            yield from cited

    def _cited(self, demand: Demand) -> Iterator[Block]:
        """Yield the messages that a demand cites, as the transcripts print them."""
        cited = [self._cited_lines[where] for where in demand.messages if where in self._cited_lines]
        yield from (self._transcripts.line(line) for line in cited[:_MOST_PLACES])
        if len(cited) > _MOST_PLACES:
            yield self._voice.paragraph(self._voice.sentence("demands.more", count=len(cited) - _MOST_PLACES))

    def _demand(self, demand: Demand) -> Iterator[Json]:
        date = self._voice.time(demand.date) if demand.date is not None else [self._voice.sentence("demands.no-date")]
        yield [self._voice.sentence("demands.date"), date]
        for name in ("demand", "amount", "deadline", "channel"):
            value = getattr(demand, name)
            if value:
                yield [self._voice.sentence(f"demands.{name}"), foreign(value, longest=2000)]
        if demand.account:
            yield [self._voice.sentence("demands.account"), codes(demand.account)]
        if demand.messages:
            shown: list[Json] = list(joined([code(each)] for each in demand.messages))
            yield [self._voice.sentence("demands.messages"), shown]
        if demand.exhibits:
            numbers = ", ".join(map(str, demand.exhibits))
            yield [self._voice.sentence("demands.exhibits"), [code(numbers)]]
        recorded = [code(self._voice.time_text(demand.recorded)), " · ", *runs(foreign(demand.by))]
        yield [self._voice.sentence("demands.recorded", line=demand.line), recorded]

    def _chronology(self) -> Iterator[Block]:
        yield heading(1, self._voice.sentence("chronology.title"))
        yield self._voice.paragraph(self._voice.sentence("chronology.how")) | {"keep": True}
        rows: list[Json] = [
            [self._voice.time(each.time), self._occurred(each), [code(each.where)] if each.where else ""]
            for each in self._dossier.chronology
        ]
        head = [
            self._voice.sentence("column.time"),
            self._voice.sentence("column.what"),
            self._voice.sentence("column.where"),
        ]
        if rows:
            yield {"k": "cells", "w": [3, 6, 3], "head": list(head), "rows": rows}

    def _occurred(self, each: Occurrence) -> Json:
        values = each.values
        if each.source == "messages":
            count = int(values["count"])
            platform = self._voice.platform(str(values["platform"]))
            said = self._voice.sentence(
                "chronology.messages", count=count, number=values["conversation"], platform=platform
            )
            return [said, " ", *runs(foreign(str(values["title"])))]
        if each.source == "demand":
            said = self._voice.sentence("demand", number=each.demands[0])
            more = [str(values[name]) for name in ("amount", "deadline") if values.get(name)]
            return [
                {"t": said, "b": 1}, ": ", *runs(foreign(str(values["text"]))),
                *(piece for value in more for piece in (" · ", *runs(foreign(value)))),
            ]  # fmt: skip
        if each.source == "call":
            sender = str(values["sender"])
            return [self._voice.sentence("chronology.call"), " ", *runs(foreign(self._voice.who(sender)))]
        if each.source == "post":
            told = Sentence(f"chronology.{each.code}", {"number": values["exhibit"]})
            return [
                *runs(self._voice.spoken(told)),
                " ",
                *runs(foreign(str(values["account"]))),
                " ",
                *runs(codes(str(values["address"]))),
            ]
        if each.code == "consent.recorded":
            given = "given" if values["given"] else "withdrawn"
            return self._voice.sentence(f"consent.{given}", purpose=self._voice.term("purpose", str(values["purpose"])))
        count = int(values.get("count", 1))
        return event_name(self._voice.words, each.code) + (f" × {count}" if count > 1 else "")

    def _identifiers(self) -> Iterator[Block]:
        if not self._dossier.identifiers:
            return
        yield heading(1, self._voice.sentence("identifiers.title"))
        yield self._voice.paragraph(self._voice.sentence("identifiers.how")) | {"keep": True}
        rows: list[Json] = []
        for each in self._dossier.identifiers:
            kind = f"identifiers.type.{each.type}"
            label = self._voice.words.sentence(kind) if self._voice.words.knows(kind) else each.type
            places: list[Json] = list(joined([code(place)] for place in each.places[:_MOST_PLACES]))
            if len(each.places) > _MOST_PLACES:
                places.append(f" […+{len(each.places) - _MOST_PLACES}]")
            value: list[Json] = [*runs(codes(each.value))]
            if each.bank:
                value += [" · ", *runs(foreign(each.bank, word=NARROW))]
            rows.append([label, value, str(each.count), places])
        head = [self._voice.sentence(f"column.{name}") for name in ("type", "value", "count", "where")]
        yield {"k": "cells", "w": [3, 6, 1, 5], "head": list(head), "rows": rows}

    def _custody(self) -> Iterator[Block]:
        yield heading(1, self._voice.sentence("custody.title"))
        for each in self._dossier.prose:
            yield paragraph(self._voice.spoken(each))
        yield heading(2, self._voice.sentence("custody.table"))
        rows: list[Json] = [
            [
                [
                    code(
                        str(each.first_line)
                        if each.first_line == each.last_line
                        else f"{each.first_line}–{each.last_line}"
                    )
                ],
                [code(self._voice.time_text(each.time))],
                [event_name(self._voice.words, each.type), f" × {each.count}" if each.count > 1 else ""],
                foreign(each.by or "", word=NARROW),
            ]
            for each in self._dossier.custody
        ]
        head = [self._voice.sentence(f"column.{name}") for name in ("line", "time", "what", "by")]
        yield {"k": "cells", "w": [2, 4, 5, 4], "head": list(head), "rows": rows}
