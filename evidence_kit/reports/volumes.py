"""Volumes of a paper: transcripts that are too long for one PDF go on in further ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.transcript import Line, Transcript

# A process that sets more lines than these needs more memory than a small laptop has to spare.
LINES_A_VOLUME: Final = 6000


@dataclass(frozen=True, slots=True)
class Volume:
    """One PDF of a paper.

    Attributes:
        number: From 1; the first holds everything but lines of transcripts that found no room.
        of: How many there are.
        transcripts: Transcripts whose lines it prints.
    """

    number: int
    of: int
    transcripts: tuple[Transcript, ...]


def volumes(dossier: Dossier, only: str | None = None) -> list[Volume]:
    """Return how a paper is cut into PDFs: transcripts that are too long for one go on in further volumes."""
    if only not in {None, "transcripts"}:
        return [Volume(1, 1, ())]
    cut: list[list[Transcript]] = [[]]
    room = LINES_A_VOLUME
    for transcript in dossier.transcripts:
        lines = transcript.lines
        while lines or not transcript.lines:
            if room == 0:
                cut.append([])
                room = LINES_A_VOLUME
            cut[-1].append(_with_lines(transcript, lines[:room]))
            lines, room = lines[room:], max(0, room - len(lines[:room]))
            if not transcript.lines:
                break
    return [Volume(number, len(cut), tuple(each)) for number, each in enumerate(cut, start=1)]


def _with_lines(transcript: Transcript, lines: tuple[Line, ...]) -> Transcript:
    return replace(transcript, lines=lines)
