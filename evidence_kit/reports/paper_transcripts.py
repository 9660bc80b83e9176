"""Transcripts on paper: where a conversation comes from, who wrote, and its lines, each with its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from evidence_kit.chats.told import event_sentence
from evidence_kit.model import Json
from evidence_kit.reports.blocks import Block, heading, joined, paragraph, runs
from evidence_kit.reports.prose import date_order
from evidence_kit.reports.script import code, foreign, paragraphs, printable
from evidence_kit.reports.transcript import Line, Transcript
from evidence_kit.reports.voice import Voice

_LONGEST_TITLE: Final = 120
_MOST_PEOPLE: Final = 12
_MOST_RECEIVERS: Final = 10
_PLAIN_KINDS: Final = frozenset({"text", "system", "media"})


class TranscriptBlocks:
    """Draws transcripts as blocks."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def all(self, transcripts: Sequence[Transcript]) -> Iterator[Block]:
        """Yield the chapter of a volume's transcripts."""
        yield heading(1, self._voice.sentence("transcripts.title"))
        if not transcripts:
            yield self._voice.paragraph(self._voice.sentence("transcripts.none"))
        for transcript in transcripts:
            yield from self._transcript(transcript)

    def _transcript(self, transcript: Transcript) -> Iterator[Block]:
        said = self._voice.sentence(
            "transcript", number=transcript.number, platform=self._voice.platform(transcript.platform)
        )
        yield heading(2, [said, " ", *runs(foreign(transcript.title or "", longest=_LONGEST_TITLE))])
        for part in transcript.parts:
            yield paragraph(
                [self._voice.sentence("transcripts.part"), " ", code(part.item), " · ", *runs(foreign(part.path))]
            )
            yield {"k": "mono", "t": f"SHA-256 {part.sha256}"}
        people = joined(
            [*runs(foreign(self._voice.who(name))), f" ({count})"]
            for name, count, _ in transcript.participants[:_MOST_PEOPLE]
        )
        more = len(transcript.participants) - _MOST_PEOPLE
        yield paragraph(
            [self._voice.sentence("transcripts.people"), " ", *people, *([f" […+{more}]"] if more > 0 else [])]
        )
        if (order := date_order(self._voice.words, transcript)) is not None:
            yield self._voice.paragraph(order)
        for zone, count in transcript.zones.items():
            key = {"utc": "utc", "offset": "offset", "none": "none"}.get(zone, "local")
            yield self._voice.paragraph(self._voice.sentence(f"zone.{key}", count=count))
        for note in transcript.notes:
            if note != "untimed":
                yield self._voice.paragraph(self._voice.term("note", note))
        for line in transcript.lines:
            yield self.line(line)

    def line(self, line: Line) -> Block:
        """Return one message, or a stretch that could not be read; framed where a demand cites it."""
        head: list[Json] = []
        if line.time is not None:
            head += [*runs(self._voice.time(line.time)), " · "]
        if line.sender is not None:
            head += runs(foreign(self._voice.who(line.sender), bold=True))
        elif line.gap is None:
            head.append(self._voice.words.sentence("chats.app"))
        block: Block = {"k": "line", "a": printable(line.where, 200), "h": head, "x": self._body(line)}
        if line.demands:
            block["q"] = ", ".join(self._voice.sentence("demand", number=each) for each in line.demands)
        return block

    def _body(self, line: Line) -> Json:
        body: list[Json] = []

        def add(*pieces: Json) -> None:
            body.append({"t": list(pieces)})

        if line.gap is not None:
            add(self._voice.words.sentence("chats.gap", reason=self._voice.reason(line.gap)))
        body += paragraphs(line.text)
        if line.event is not None:
            happened = event_sentence(self._voice.words.language, line.event[0], line.event[1])
            add("* ", *runs(foreign(happened, longest=500)))
        for role, text, by in line.words:
            name = f"chats.word.{role}"
            label = self._voice.words.sentence(name) if self._voice.words.knows(name) else role
            add(
                f"{label}",
                *([" (", *runs(foreign(by)), ")"] if by else []),
                ": ",
                *runs(foreign(text, longest=2000)),
            )
        if line.to:
            more = len(line.to) - _MOST_RECEIVERS
            names = ", ".join(line.to[:_MOST_RECEIVERS]) + (f" +{more}" if more > 0 else "")
            # The sentence ends in names of other people.
            add(self._voice.words.sentence("chats.to", names="").rstrip(), " ", *runs(foreign(names, longest=500)))
        # Where an event says what could not be read, that is what it was.
        plain = line.kind in _PLAIN_KINDS or (line.kind == "unsupported" and line.event is not None)
        marks = [] if plain else [f"kind.{line.kind}"]
        marks += [f"flag.{flag}" for flag in line.flags if flag not in {line.kind, "app_generated"}]
        told = [
            self._voice.words.sentence(f"chats.{mark}") for mark in marks if self._voice.words.knows(f"chats.{mark}")
        ]
        if told:
            add("[" + " · ".join(dict.fromkeys(told)) + "]")
        for each in line.attachments:
            add(*self._attachment(each.name, each.status, each.items, each.exhibits))
        if line.reactions:
            signs = ", ".join(f"{sign} {by or ''}".strip() for sign, by in line.reactions)
            # The sentence ends in what other people gave.
            said = self._voice.words.sentence("chats.reactions", signs="").rstrip()
            add(said, " ", *runs(foreign(signs, longest=500)))
        return body

    def _attachment(
        self, name: str | None, status: str, items: Sequence[str], exhibits: Sequence[int]
    ) -> Iterator[Json]:
        yield self._voice.sentence("attached")
        yield " "
        yield from runs(foreign(name) if name else self._voice.words.sentence("chats.unnamed"))
        if exhibits and status != "perhaps":
            yield " · "
            yield ", ".join(self._voice.sentence("exhibit", number=each) for each in exhibits)
        for item in items:
            yield " "
            yield code(item)
        if status != "present":
            yield " · "
            yield self._voice.term("status", status)
