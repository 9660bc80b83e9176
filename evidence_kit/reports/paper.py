"""A dossier as a paper in one language: blocks that a template draws, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.chats.told import OWNER, event_sentence
from evidence_kit.law.provisions import provision
from evidence_kit.law.routes import routes
from evidence_kit.model import Json
from evidence_kit.reports.blocks import (
    Block,
    file_name,
    heading,
    joined,
    paragraph,
    runs,
    thin_number,
    time_text,
    title,
)
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.exhibit import Demand, Exhibit, Occurrence, SimilarPair
from evidence_kit.reports.prose import custody_sentences, date_order, event_name
from evidence_kit.reports.script import code, codes, foreign, paragraphs, printable, with_codes
from evidence_kit.reports.transcript import Line, Transcript
from evidence_kit.reports.volumes import Volume
from evidence_kit.words import Words, catalogue, direction

SECTIONS: Final = ("demands", "chronology", "transcripts", "custody")
_MOST_PLACES: Final = 12
_TERM: Final = re.compile(r"[a-z0-9-]{1,40}")
_MOST_PEOPLE: Final = 12
_MOST_DRAWN: Final = 60
# Numbers of a comparison that are printed, and the number each is to be held against.
_COUNTED: Final = {"distance_bits": "limit_bits", "inliers": "keypoint_pairs", "blocks_agreeing": "blocks"}
_CHECKS: Final = ("files", "page", "receipt", "attached")
_PLAIN_KINDS: Final = frozenset({"text", "system", "media"})


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
        self._words: Words = catalogue(language)
        self._right_to_left = direction(language) == "rtl"
        self._only = only
        self._qr = qr
        self._pictures = pictures or {}
        self._cited_lines = {line.where: line for each in dossier.transcripts for line in each.lines if line.demands}

    def data(self, volume: Volume) -> dict[str, Json]:
        """Return one volume as the template reads it."""
        made = datetime.fromisoformat(self._dossier.checks.made)
        return {
            "title": f"{self._say('title')} {self._dossier.case.id}",
            "date": [made.year, made.month, made.day],
            "lang": self._words.language,
            "dir": "r" if self._right_to_left else "l",
            "head": self._say("title"),
            "case": self._dossier.case.id,
            "page": self._say("page", page="{page}", pages="{pages}"),
            "foot": f"{self._dossier.case.id} · {self._dossier.checks.head}",
            "blocks": list(self._blocks(volume)),
        }

    def _say(self, name: str, **values: str | int) -> str:
        return self._words.say(f"report.{name}", **values)

    def _term(self, group: str, value: str) -> str:
        """Return the word for a value of the log; one that this version has no word for stands as it was written."""
        name = f"report.{group}.{value}"
        if self._words.knows(name):
            return self._words.say(name)
        # A later version's value is a short word of this form; anything else has no place in a sentence of ours.
        return value if _TERM.fullmatch(value) else "?"

    def _own(self, text: str) -> Json:
        """Return a sentence of ours; in one from right to left, codes, dates and Latin words keep their own way."""
        return with_codes(text) if self._right_to_left else text

    def _paragraph(self, text: str) -> Block:
        return paragraph(self._own(text))

    def _blocks(self, volume: Volume) -> Iterator[Block]:
        if volume.number > 1:
            yield title(self._say("annex", number=volume.number, of=volume.of))
            yield from self._transcripts(volume)
            return
        yield from self._cover(volume)
        sections: dict[str, Iterable[Block]] = {
            "demands": self._demands(),
            "chronology": self._chronology(),
            "exhibits": self._exhibits(),
            "transcripts": self._transcripts(volume),
            "identifiers": self._identifiers(),
            "similar": self._similar(),
            "custody": self._custody(),
            "consent": self._consent(),
            "law": self._law(),
        }
        for name, blocks in sections.items():
            if self._only in {None, name}:
                yield from blocks
        yield from self._limits()
        yield from self._how_to_check()
        yield self._signatures()

    def _cover(self, volume: Volume) -> Iterator[Block]:
        case, checks = self._dossier.case, self._dossier.checks
        yield title(self._say("title"))
        if checks.broken:
            findings = "; ".join(self._finding(each) for each in checks.broken)
            yield {"k": "banner", "t": self._say("broken", findings=printable(findings))}
        if self._only is not None:
            yield self._paragraph(self._say(f"only.{self._only}"))
        rows: list[Json] = [[self._say("row.case"), [code(case.id)]]]

        def row(name: str, value: Json | None) -> None:
            if value not in (None, "", []):
                rows.append([self._say(f"row.{name}"), value])

        row("association", foreign(case.association or ""))
        row("person", foreign(case.real_name or case.person or ""))
        row("age", self._term("age", case.age_band))
        row("reference", foreign(case.reference or ""))
        row(
            "opened",
            [code(self._time_text(case.opened)), " · ", *runs(foreign(", ".join(case.opened_by.values())))],
        )
        row("made", [code(self._time_text(checks.made)), " · ", *runs(foreign(checks.by))])
        row("for", self._say(f"purpose.{case.purpose}"))
        row("items", self._say("items", items_in=case.items_in, items_of=case.items_of))
        row("head", [{"t": checks.head, "m": 1}])
        row("signer", [code(checks.fingerprint)])
        if checks.receipt is not None:
            row("receipt", [code(checks.receipt[0])])
        yield {"k": "kv", "rows": rows}
        if self._qr is not None and checks.receipt is not None:
            yield {"k": "qr", "svg": self._qr, "alt": self._say("qr-alt", code=checks.receipt[0])}
        if case.names_redacted:
            yield self._paragraph(self._say("redacted"))
        if volume.of > 1:
            yield self._paragraph(self._say("volumes", count=volume.of - 1))
        yield heading(1, self._say("summary.title"))
        yield {"k": "list", "items": list(self._summary())}

    def _summary(self) -> Iterator[Json]:
        dossier = self._dossier
        yield self._say("summary.demands", count=len(dossier.demands))
        amounts = list(dict.fromkeys(each.amount for each in dossier.demands if each.amount))
        if amounts:
            yield [self._say("summary.amounts"), " ", *joined(foreign(each) for each in amounts)]
        deadlines = list(dict.fromkeys(each.deadline for each in dossier.demands if each.deadline))
        if deadlines:
            yield [self._say("summary.deadlines"), " ", *joined(foreign(each) for each in deadlines)]
        accounts = list(dict.fromkeys(each.account for each in dossier.demands if each.account))
        if accounts:
            yield [self._say("summary.accounts"), " ", *joined([code(each)] for each in accounts)]
        yield self._say("summary.exhibits", count=len(dossier.exhibits))
        yield self._say("summary.transcripts", count=sum(len(each.lines) for each in dossier.transcripts))

    def _demands(self) -> Iterator[Block]:
        yield heading(1, self._say("demands.title"))
        if not self._dossier.demands:
            yield self._paragraph(self._say("demands.none"))
        else:
            yield self._paragraph(self._say("demands.how")) | {"keep": True}
        for demand in self._dossier.demands:
            yield heading(2, self._say("demand", number=demand.number))
            rows = list(self._demand(demand))
            # A table of many places does not fit one page, and one that may not break would be cut there.
            yield {"k": "kv", "rows": rows, "long": len(demand.messages) > 5 * _MOST_PLACES}
            yield from self._cited(demand)

    def _cited(self, demand: Demand) -> Iterator[Block]:
        """Yield the messages that a demand cites, as the transcripts print them."""
        cited = [self._cited_lines[where] for where in demand.messages if where in self._cited_lines]
        yield from (self._line(line) for line in cited[:_MOST_PLACES])
        if len(cited) > _MOST_PLACES:
            yield self._paragraph(self._say("demands.more", count=len(cited) - _MOST_PLACES))

    def _demand(self, demand: Demand) -> Iterator[Json]:
        date = self._time(demand.date) if demand.date is not None else [self._say("demands.no-date")]
        yield [self._say("demands.date"), date]
        for name in ("demand", "amount", "deadline", "channel"):
            value = getattr(demand, name)
            if value:
                yield [self._say(f"demands.{name}"), foreign(value, longest=2000)]
        if demand.account:
            yield [self._say("demands.account"), [code(demand.account)]]
        if demand.messages:
            shown: list[Json] = list(joined([code(each)] for each in demand.messages))
            yield [self._say("demands.messages"), shown]
        if demand.exhibits:
            numbers = ", ".join(map(str, demand.exhibits))
            yield [self._say("demands.exhibits"), [code(numbers)]]
        recorded = [code(self._time_text(demand.recorded)), " · ", *runs(foreign(demand.by))]
        yield [self._say("demands.recorded", line=demand.line), recorded]

    def _chronology(self) -> Iterator[Block]:
        yield heading(1, self._say("chronology.title"))
        yield self._paragraph(self._say("chronology.how")) | {"keep": True}
        rows: list[Json] = [
            [self._time(each.time), self._occurred(each), [code(each.where)] if each.where else ""]
            for each in self._dossier.chronology
        ]
        head = [self._say("column.time"), self._say("column.what"), self._say("column.where")]
        if rows:
            yield {"k": "cells", "w": [3, 6, 3], "head": list(head), "rows": rows}

    def _occurred(self, each: Occurrence) -> Json:
        values = each.values
        if each.source == "messages":
            count = int(values["count"])
            platform = self._platform(str(values["platform"]))
            said = self._say("chronology.messages", count=count, number=values["conversation"], platform=platform)
            return [said, " ", *runs(foreign(str(values["title"])))]
        if each.source == "demand":
            said = self._say("demand", number=each.demands[0])
            more = [str(values[name]) for name in ("amount", "deadline") if values.get(name)]
            return [
                {"t": said, "b": 1}, ": ", *runs(foreign(str(values["text"]))),
                *(piece for value in more for piece in (" · ", *runs(foreign(value)))),
            ]  # fmt: skip
        if each.source == "call":
            sender = str(values["sender"])
            return [self._say("chronology.call"), " ", *runs(foreign(self._who(sender)))]
        if each.source == "post":
            said = self._say(f"chronology.{each.code}", number=values["exhibit"])
            return [
                said,
                " ",
                *runs(foreign(str(values["account"]))),
                " ",
                *runs(codes(str(values["address"]))),
            ]
        if each.code == "consent.recorded":
            given = "given" if values["given"] else "withdrawn"
            return self._say(f"consent.{given}", purpose=self._term("purpose", str(values["purpose"])))
        count = int(values.get("count", 1))
        return event_name(self._words, each.code) + (f" × {count}" if count > 1 else "")

    def _exhibits(self) -> Iterator[Block]:
        yield heading(1, self._say("exhibits.title"))
        yield self._paragraph(self._say("exhibits.how")) | {"keep": True}
        for exhibit in self._dossier.exhibits:
            yield self._exhibit(exhibit)
        if self._pictures:
            yield heading(2, self._say("exhibits.pictures"))
            yield {"k": "pictures", "list": [self._picture(number) for number in sorted(self._pictures)]}

    def _picture(self, number: int) -> Json:
        """Return a picture and the words below it; words alone where it could not be blurred."""
        svg = self._pictures.get(number)
        name = "exhibits.not-blurred" if svg is None else "exhibits.blurred"
        return {"svg": svg, "alt": self._say(name, number=number)}

    def _exhibit(self, exhibit: Exhibit) -> Block:
        name = file_name(exhibit.name)
        title: list[Json] = [
            self._say("exhibit", number=exhibit.number),
            " · ",
            code(exhibit.item),
            " · ",
            *runs(name),
        ]
        lines: list[Json] = []
        size = self._say("exhibits.size", size=thin_number(exhibit.size_bytes))
        lines.append([code(exhibit.kind), " · ", size, " · ", self._say("exhibits.place"), " ", code(exhibit.place)])
        if exhibit.dated is not None:
            how = self._say(f"assumption.{exhibit.assumption}")
            lines.append([self._say("exhibits.dated"), " ", *runs(self._time(exhibit.dated)), " ", f"({how})"])
        else:
            lines.append(self._say("exhibits.undated"))
        if exhibit.words is not None:
            by = [" (", *runs(foreign(exhibit.said_by)), ")"] if exhibit.said_by else []
            lines.append([self._say("exhibits.words"), " ", *runs(foreign(exhibit.words, longest=2000)), *by])
        if exhibit.demands:
            lines.append(", ".join(self._say("demand", number=each) for each in exhibit.demands))
        if exhibit.for_the_lawyer:
            lines.append(self._say("exhibits.for-the-lawyer"))
        if exhibit.blurred:
            lines.append(self._say("exhibits.copy-is-blurred"))
        return {"k": "exhibit", "t": title, "lines": lines, "sha": f"SHA-256 {exhibit.sha256}"}

    def _transcripts(self, volume: Volume) -> Iterator[Block]:
        yield heading(1, self._say("transcripts.title"))
        if not volume.transcripts:
            yield self._paragraph(self._say("transcripts.none"))
        for transcript in volume.transcripts:
            yield from self._transcript(transcript)

    def _transcript(self, transcript: Transcript) -> Iterator[Block]:
        said = self._say("transcript", number=transcript.number, platform=self._platform(transcript.platform))
        yield heading(2, f"{said} {printable(transcript.title or '', _MOST_PLACES * 10)}".strip())
        for part in transcript.parts:
            yield paragraph([self._say("transcripts.part"), " ", code(part.item), " · ", *runs(foreign(part.path))])
            yield {"k": "mono", "t": f"SHA-256 {part.sha256}"}
        people = joined(
            [*runs(foreign(self._who(name))), f" ({count})"]
            for name, count, _ in transcript.participants[:_MOST_PEOPLE]
        )
        more = len(transcript.participants) - _MOST_PEOPLE
        yield paragraph([self._say("transcripts.people"), " ", *people, *([f" […+{more}]"] if more > 0 else [])])
        if (order := date_order(self._words, transcript)) is not None:
            yield self._paragraph(order)
        for zone, count in transcript.zones.items():
            key = {"utc": "utc", "offset": "offset", "none": "none"}.get(zone, "local")
            yield self._paragraph(self._say(f"zone.{key}", count=count))
        for note in transcript.notes:
            if note != "untimed":
                yield self._paragraph(self._say(f"note.{note}"))
        for line in transcript.lines:
            yield self._line(line)

    def _line(self, line: Line) -> Block:
        head: list[Json] = []
        if line.time is not None:
            head += [*runs(self._time(line.time)), " · "]
        if line.sender is not None:
            head += runs(foreign(self._who(line.sender), bold=True))
        elif line.gap is None:
            head.append(self._words.say("chats.app"))
        block: Block = {"k": "line", "a": printable(line.where, 200), "h": head, "x": self._body(line)}
        if line.demands:
            block["q"] = ", ".join(self._say("demand", number=each) for each in line.demands)
        return block

    def _body(self, line: Line) -> Json:
        body: list[Json] = []

        def add(*pieces: Json) -> None:
            body.append({"t": list(pieces)})

        if line.gap is not None:
            add(self._words.say("chats.gap", reason=self._reason(line.gap)))
        body += paragraphs(line.text)
        if line.event is not None:
            add("* ", printable(event_sentence(self._words.language, line.event[0], line.event[1]), 500))
        for role, text, by in line.words:
            name = f"chats.word.{role}"
            label = self._words.say(name) if self._words.knows(name) else role
            add(
                f"{label}",
                *([" (", *runs(foreign(by)), ")"] if by else []),
                ": ",
                *runs(foreign(text, longest=2000)),
            )
        marks = [f"kind.{line.kind}"] if line.kind not in _PLAIN_KINDS else []
        marks += [f"flag.{flag}" for flag in line.flags if flag not in {line.kind, "app_generated"}]
        told = [self._words.say(f"chats.{mark}") for mark in marks if self._words.knows(f"chats.{mark}")]
        if told:
            add("[" + " · ".join(dict.fromkeys(told)) + "]")
        for each in line.attachments:
            add(*self._attachment(each.name, each.status, each.items, each.exhibits))
        if line.reactions:
            signs = ", ".join(f"{sign} {by or ''}".strip() for sign, by in line.reactions)
            add(self._words.say("chats.reactions", signs=printable(signs, 500)))
        return body

    def _attachment(
        self, name: str | None, status: str, items: Sequence[str], exhibits: Sequence[int]
    ) -> Iterator[Json]:
        yield self._say("attached")
        yield " "
        yield from runs(foreign(name) if name else self._words.say("chats.unnamed"))
        if exhibits and status != "perhaps":
            yield " · "
            yield ", ".join(self._say("exhibit", number=each) for each in exhibits)
        for item in items:
            yield " "
            yield code(item)
        if status != "present":
            yield " · "
            yield self._say(f"status.{status}")

    def _identifiers(self) -> Iterator[Block]:
        if not self._dossier.identifiers:
            return
        yield heading(1, self._say("identifiers.title"))
        yield self._paragraph(self._say("identifiers.how")) | {"keep": True}
        rows: list[Json] = []
        for each in self._dossier.identifiers:
            kind = f"identifiers.type.{each.type}"
            label = self._words.say(kind) if self._words.knows(kind) else each.type
            places: list[Json] = list(joined([code(place)] for place in each.places[:_MOST_PLACES]))
            if len(each.places) > _MOST_PLACES:
                places.append(f" […+{len(each.places) - _MOST_PLACES}]")
            value: list[Json] = [*runs(codes(each.value))]
            if each.bank:
                value += [" · ", *runs(foreign(each.bank))]
            rows.append([label, value, str(each.count), places])
        head = [self._say(f"column.{name}") for name in ("type", "value", "count", "where")]
        yield {"k": "cells", "w": [3, 6, 1, 5], "head": list(head), "rows": rows}

    def _similar(self) -> Iterator[Block]:
        if not self._dossier.similar:
            return
        yield heading(1, self._say("similar.title"))
        yield self._paragraph(self._say("similar.how")) | {"keep": True}
        rows: list[Json] = []
        drawn: list[Block] = []
        for pair in self._dossier.similar:
            both: list[Json] = [
                self._say("exhibit", number=pair.exhibits[0]), " · ", self._say("exhibit", number=pair.exhibits[1])
            ]  # fmt: skip
            level, numbers = self._term("similar.level", pair.level), self._measured(pair)
            if len(drawn) < _MOST_DRAWN and any(self._pictures.get(number) for number in pair.exhibits):
                pictures = [self._picture(number) for number in pair.exhibits]
                drawn.append({"k": "pair", "list": pictures, "t": [*both, ": ", level], "how": numbers})
            else:
                rows.append([both, level, numbers])
        yield from drawn
        head = [self._say(f"column.{name}") for name in ("both", "similar", "method")]
        if rows:
            yield {"k": "cells", "w": [4, 4, 5], "head": list(head), "rows": rows}

    def _measured(self, pair: SimilarPair) -> Json:
        """Return the method of a comparison and what it counted, each number beside its bound where it has one."""
        numbers = ", ".join(
            self._say(f"similar.{name}", count=value, of=pair.numbers.get(_COUNTED[name], "?"))
            for name, value in pair.numbers.items()
            if name in _COUNTED
        )
        return [code(pair.method), " ", numbers]

    def _custody(self) -> Iterator[Block]:
        yield heading(1, self._say("custody.title"))
        for sentence in custody_sentences(self._dossier, self._words):
            yield self._paragraph(printable(sentence))
        yield heading(2, self._say("custody.table"))
        rows: list[Json] = [
            [
                [
                    code(
                        str(each.first_line)
                        if each.first_line == each.last_line
                        else f"{each.first_line}–{each.last_line}"
                    )
                ],
                [code(self._time_text(each.time))],
                [event_name(self._words, each.type), f" × {each.count}" if each.count > 1 else ""],
                foreign(each.by or ""),
            ]
            for each in self._dossier.custody
        ]
        head = [self._say(f"column.{name}") for name in ("line", "time", "what", "by")]
        yield {"k": "cells", "w": [2, 4, 6, 3], "head": list(head), "rows": rows}

    def _consent(self) -> Iterator[Block]:
        yield heading(1, self._say("consent.title"))
        items: list[Json] = []
        for each in self._dossier.consents:
            given = "given" if each.given else "withdrawn"
            said = self._say(f"consent.{given}", purpose=self._term("purpose", each.purpose))
            items.append(
                [said, " ", code(each.on), *([" · ", *runs(foreign(each.reference))] if each.reference else [])]
            )
        if not items:
            items.append(self._say("consent.none"))
        guardian = self._dossier.case.guardian
        if guardian:
            items.append([self._say("consent.guardian"), " ", *runs(foreign(", ".join(guardian.values())))])
        elif self._dossier.case.age_band != "adult":
            items.append(self._say("consent.no-guardian"))
        yield {"k": "list", "items": items}

    def _law(self) -> Iterator[Block]:
        yield heading(1, self._say("law.title"))
        yield self._paragraph(self._say("law.candidates"))
        language = self._words.language
        for name in self._dossier.provisions:
            known = provision(name)
            yield heading(2, known.title(language))
            yield self._paragraph(known.conduct[language])
            if known.penalty.get(language):
                yield self._paragraph(self._say("law.penalty", penalty=known.penalty[language]))
            if known.note.get(language):
                yield self._paragraph(known.note[language])
            yield self._paragraph(self._say("law.source", source=known.source, checked=known.checked))
        if not self._dossier.provisions:
            yield self._paragraph(self._say("law.none"))
        yield heading(2, self._say("law.routes"))
        for route in routes():
            if route.printed:
                said: list[Json] = [f"{route.name[language]} ", *([code(route.reach)] if route.reach else [])]
                yield paragraph([*said, " ", *runs(self._own(self._say("law.checked", checked=route.checked)))])

    def _limits(self) -> Iterator[Block]:
        yield heading(1, self._say("limits.title"))
        items: list[Json] = [
            self._own(self._say(f"limits.{name}")) for name in ("genuine", "clock", "similar", "names")
        ]
        for each in self._dossier.limits:
            values = {
                key: printable(str(value)) if isinstance(value, str) else value for key, value in each.values.items()
            }
            items.append(self._own(self._say(f"limit.{each.code}", **values)))
        yield {"k": "list", "items": items}

    def _how_to_check(self) -> Iterator[Block]:
        checks = self._dossier.checks
        yield heading(1, self._say("check.title"))
        yield {"k": "list", "items": [self._own(self._say(f"check.{each}")) for each in _CHECKS]}
        yield self._paragraph(self._say("check.head", lines=checks.lines))
        yield {"k": "mono", "t": checks.head}
        yield self._paragraph(self._say("check.signer"))
        yield {"k": "mono", "t": checks.fingerprint}
        if checks.receipt is not None:
            yield self._paragraph(self._say("check.code", lines=checks.receipt[1]))
            yield {"k": "mono", "t": checks.receipt[0]}
        yield self._paragraph(self._say("check.made", kit=checks.kit))

    def _signatures(self) -> Block:
        lines = [self._words.say(f"sheet.{name}") for name in ("name", "date", "signature")]
        boxes: list[Json] = [
            {"title": self._say("signature.association"), "lines": list(lines)},
            {"title": self._say("signature.receiver"), "lines": list(lines)},
        ]
        return {"k": "sign", "boxes": boxes}

    def _time(self, stated: StatedTime) -> Json:
        """Return a time in ISO form with its zone, or the characters of its source where it has no value."""
        if stated.value is None:
            if stated.readings:
                return [code(f"{printable(stated.raw, 100)} ({' / '.join(stated.readings)})")]
            return foreign(stated.raw) if stated.raw else self._words.say("chats.no-time")
        return [code(time_text(stated.value))]

    def _time_text(self, value: str | None) -> str:
        return "" if value is None else time_text(value)

    def _who(self, sender: str) -> str:
        return self._words.say("chats.owner-unnamed") if sender == OWNER else sender

    def _platform(self, name: str) -> str:
        known = f"platform.{name}"
        return self._words.say(known) if self._words.knows(known) else name

    def _reason(self, code_: str) -> str:
        known = f"reason.{code_}"
        return self._words.say(known) if self._words.knows(known) else code_

    def _finding(self, code_: str) -> str:
        known = f"report.finding.{code_}"
        return self._words.say(known) if self._words.knows(known) else code_
