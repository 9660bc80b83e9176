"""What stands before each message, in the three styles that WhatsApp has written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence_kit.chats.folding import DIRECTION_MARKS, fold

_M = f"[{DIRECTION_MARKS}]*+"
_SPACE = f"(?:[^\\S\\n]|[{DIRECTION_MARKS}])"
_DATE = rf"{_M}(\d{{1,4}}){_M}[/.\-]{_M}(\d{{1,2}}){_M}[/.\-]{_M}(\d{{1,4}}){_M}\.?"
_BETWEEN = rf"[,،]?{_SPACE}*+(?:(?:à|at|um|kl\.?|الساعة|في){_SPACE}++)?+"
_CLOCK = rf"(\d{{1,2}}){_M}[:.]{_M}(\d{{2}})(?:{_M}[:.]{_M}(\d{{2}}))?+"
_HALF = rf"(?:{_SPACE}*+([AaPp]\.?[^\S\n]?[Mm]\b\.?|صباح[اًـ]*|مساء[اًـ]*|[صم](?!\w)))?+{_M}"
_SENDER = r"(?:((?:[^:\n]++|:(?!\s))*+):(?: |(?=\r?(?:\n|\Z))))?+"


@dataclass(frozen=True, slots=True)
class Style:
    """One way of writing a header.

    Attributes:
        name: The variant of the format.
        day: Matches as far as the date. Groups: the date.
        opening: Matches all. Groups: date and time, three numbers of the date, hour, minute, second, half of
            the day, sender.
    """

    name: str
    day: str
    opening: re.Pattern[str]


def _style(name: str, before: str, after: str) -> Style:
    # One group costs half of three; whoever wants the numbers finds them in it.
    day = f"{before}({_DATE.replace('(', '(?:')})"
    opening = rf"\n{before}({_DATE}{_BETWEEN}{_CLOCK}{_HALF}){after}{_SENDER}"
    return Style(name, rf"\n{day}{_BETWEEN}\d", re.compile(opening))


ANDROID = _style("android", "", r"[^\S\n]+[-–][^\S\n]")
IOS = _style("ios", rf"{_M}\[", rf"\]{_M}[^\S\n]?")
IOS_OLD = _style("ios-old", "", ":[^\\S\\n]")
STYLES = (ANDROID, IOS, IOS_OLD)

HALVES = {"ص": "am", "م": "pm", "a": "am", "p": "pm"}


def half_of_day(mark: str) -> str:
    """Return `am` or `pm` for any spelling that a header may hold."""
    return HALVES[fold(mark).strip()[0].casefold()]


def style_of(text: str) -> tuple[Style, int, int] | None:
    """Return the style that most of the first 200 lines have, how many have it, and of how many.

    None when no style fits more than a fifth of them: a message has 5 lines seldom enough, and a text about
    dates has no header on every fifth.
    """
    lines = text.split("\n")[:200]
    sample = "\n" + "\n".join(lines)
    counted = sum(1 for line in lines if line.strip())
    best = max(STYLES, key=lambda style: len(style.opening.findall(sample)))
    hits = len(best.opening.findall(sample))
    return (best, hits, counted) if hits * 5 > counted else None
