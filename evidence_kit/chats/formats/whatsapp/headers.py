"""The header before each message, in the styles that WhatsApp has written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from evidence_kit.chats.folding import DIRECTION_MARKS, fold_text

_M = f"[{DIRECTION_MARKS}]*+"
_SPACE = f"(?:[^\\S\\n]|[{DIRECTION_MARKS}])"
_DATE = rf"{_M}(\d{{1,4}}){_M}[/.\-]{_M}(\d{{1,2}}){_M}[/.\-]{_M}(\d{{1,4}}){_M}\.?"
# An era behind the year says by which calendar it counts; before it, as in Japan, it is one letter or a name.
_ERA = r"AH|BE|AP|هـ|ه\.?|ب\.ه\.?|พ\.ศ\.|R|H|S|令和|平成"
_DATE_WITH_ERA = (
    rf"{_M}(\d{{1,4}}){_M}[/.\-]{_M}(\d{{1,2}}){_M}[/.\-]{_M}(?:(?:{_ERA}){_SPACE}?+)?+(\d{{1,4}}){_M}\.?"
    rf"(?:{_SPACE}?+(?:{_ERA}){_M})?+"
)
_BETWEEN = rf"[,،]?{_SPACE}*+(?:(?:à|at|um|klo?\.?|a las|às|alle|om|saat|الساعة|في){_SPACE}++)?+"
_GROUP = re.compile(r"\((?!\?)")
_CLOCK = rf"(\d{{1,2}}){_M}[:.]{_M}(\d{{2}})(?:{_M}[:.]{_M}(\d{{2}}))?+"
_HALF = rf"(?:{_SPACE}*+([AaPp]\.?[^\S\n]?[Mm]\b\.?|صباح[اًـ]*|مساء[اًـ]*|[صم](?!\w)))?+{_M}"
_SENDER = r"(?:((?:[^:\n]++|:(?!\s))*+):(?: |(?=\r?(?:\n|\Z))))?+"


@dataclass(frozen=True, slots=True)
class HeaderStyle:
    """One way of writing a header.

    Attributes:
        name: The variant of the format.
        day: Matches as far as the date. Groups: the date.
        opening: Matches all. Groups: date and time, three numbers of the date, hour, minute, second, half of
            the day, sender.
        in_words: The month is a word; then only the first group and the last hold something.
    """

    name: str
    day: str
    opening: re.Pattern[str]
    in_words: bool = False


def _style(name: str, before: str, after: str, date: str = _DATE) -> HeaderStyle:
    # One group costs half of three; whoever wants the numbers finds them in it.
    day = f"{before}({_GROUP.sub('(?:', date)})"
    opening = rf"\n{before}({date}{_BETWEEN}{_CLOCK}{_HALF}){after}{_SENDER}"
    return HeaderStyle(name, rf"\n{day}{_BETWEEN}\d", re.compile(opening))


def _style_in_words(name: str, before: str, after: str) -> HeaderStyle:
    """Return a style whose month is a word and whose clock may stand first; its first and last group are filled."""
    day = r"\d{1,2}\.?[^\S\n][^\W\d_]{3,12}\.?(?:[^\S\n]\d{4})?+|[^\W\d_]{3,12}\.?[^\S\n]\d{1,2}(?:,?[^\S\n]\d{4})?+"
    clock = rf"\d{{1,2}}[:.]\d{{2}}(?:{_SPACE}*+[AaPp]\.?[^\S\n]?[Mm]\b\.?)?+"
    either = rf"(?:(?:{day})[,،]?{_SPACE}++{clock}|{clock},?{_SPACE}++(?:{day}))"
    opening = rf"\n{before}({either})()()()()()()(){after}{_SENDER}"
    return HeaderStyle(name, r"(?!)()", re.compile(opening), in_words=True)


_BEHIND_ANDROID, _BEFORE_IOS = r"[^\S\n]+[-–][^\S\n]", rf"{_M}\["
_BEHIND_IOS = rf"\]{_M}[^\S\n]?(?:[-–][^\S\n])?+"
ANDROID = _style("android", "", _BEHIND_ANDROID)
IOS = _style("ios", _BEFORE_IOS, _BEHIND_IOS)
IOS_OLD = _style("ios-old", "", ":[^\\S\\n]")
ANDROID_WORDS = _style_in_words("android-words", "", _BEHIND_ANDROID)
# The last fit whatever the first fit, at a cost; they are taken only where they fit more.
STYLES = (
    ANDROID,
    IOS,
    IOS_OLD,
    ANDROID_WORDS,
    _style("android", "", _BEHIND_ANDROID, _DATE_WITH_ERA),
    _style("ios", _BEFORE_IOS, _BEHIND_IOS, _DATE_WITH_ERA),
)

HALVES = {"ص": "am", "م": "pm", "a": "am", "p": "pm"}


def half_of_day(mark: str) -> str:
    """Return `am` or `pm` for any spelling that a header may hold."""
    return HALVES[fold_text(mark).strip()[0].casefold()]


class StyleCount(NamedTuple):
    """A style, and how much of the beginning of a file has it.

    Attributes:
        style: The style.
        headers: How many lines have it.
        lines: How many of the first 200 lines are not empty.
    """

    style: HeaderStyle
    headers: int
    lines: int


def style_of(text: str) -> StyleCount | None:
    """Return the style that most of the first 200 lines have, how many have it, and of how many.

    None when no style fits more than a fifth of them: a message has 5 lines seldom enough, and a text about
    dates has no header on every fifth.
    """
    lines = text.split("\n")[:200]
    sample = "\n" + "\n".join(lines)
    counted = sum(1 for line in lines if line.strip())
    best = max(STYLES, key=lambda style: len(style.opening.findall(sample)))
    hits = len(best.opening.findall(sample))
    return StyleCount(best, hits, counted) if hits * 5 > counted else None
