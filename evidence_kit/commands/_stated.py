"""Stated times, days, sums and numbers that cannot be: they are asked for again, and recorded as they were typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from evidence_kit.commands._answers import phrases, plain
from evidence_kit.commands._screen import Screen

_DAY = re.compile(
    r"(?<![\d.])(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2}))(?![\d])"
)
_TIME = re.compile(r"(?<!\d)(\d{1,2})\s?(?::|h)\s?(\d{1,2})(?!\d)", re.IGNORECASE)
_BARE_TIME = re.compile(r"\s*(\d{1,2})[.,]?(\d{2})\s*")
_NUMBER = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_DIALLED = re.compile(r"\+?[\d\s()./\-]{5,}")
_LAST_HOUR: Final = 24
_LAST_MINUTE: Final = 59
_LAST_ZONE: Final = timedelta(days=1)
_CENTURY: Final = 2000
_YEAR_DIGITS: Final = 4


def clock_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on the time that a phone's clock is said to show; None where nothing speaks against it.

    A phone may be years off, so that no day is too late for it.

    Args:
        text: As it was typed.
        today: Not looked at.
    """
    del today
    folded = _folded(text)
    if (doubt := _impossible(folded)) is not None:
        return doubt
    rest = _DAY.sub(" ", folded)
    if _TIME.search(rest) or plain(text) in {*phrases("clock", "right"), *phrases("still-there", "unknown")}:
        return None
    if bare := _BARE_TIME.fullmatch(rest):
        return None if _is_time(bare) else "time"
    numbers = [int(each) for each in _NUMBER.findall(rest)]
    if not numbers:
        return "no-time"
    return "time" if numbers[0] > _LAST_HOUR or max(numbers) > _LAST_MINUTE else None


def past_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on the time of something that is said to have happened.

    Args:
        text: As it was typed.
        today: The day here; a day more is allowed for, since it has begun elsewhere.
    """
    folded = _folded(text)
    if (doubt := _impossible(folded)) is not None:
        return doubt
    ahead = [min(days) > today + _LAST_ZONE for days in map(_days, _DAY.finditer(folded)) if days]
    return "ahead" if any(ahead) else None


def deadline_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on a deadline: a day or a time that is in no calendar and on no clock.

    Args:
        text: As it was typed.
        today: Not looked at; a deadline may be over.
    """
    del today
    return _impossible(_folded(text))


def sum_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on a sum.

    Args:
        text: As it was typed.
        today: Not looked at.
    """
    del today
    folded = _folded(text)
    figures = _NUMBER.findall(folded)
    if not figures:
        return "no-sum"
    negative = re.match(r"\s*[-\u2212\u2013]\s*\d", folded) is not None
    return "sum" if negative or not any(int(each) for each in figures) else None


def number_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on digits that are neither a phone number nor one of the accounts known here.

    Args:
        text: As it was typed; a name, an address or a user name is never doubted.
        today: Not looked at.
    """
    del today
    if _DIALLED.fullmatch(_folded(text).strip()) is None:
        return None
    from evidence_kit.chats.identifiers.find import identifiers_in

    # A number within the number is another one.
    written = len(_DIGIT.findall(text))
    return None if any(len(_DIGIT.findall(each.raw)) == written for each in identifiers_in(text)) else "number"


def kept_until_doubt(text: str, today: date) -> str | None:
    """Return the id of a remark on the day until which a case is kept.

    Args:
        text: The day, as YYYY-MM-DD.
        today: The day here.
    """
    with suppress(ValueError):
        return "over" if date.fromisoformat(text.strip()) < today else None
    return None


STATED: Final[Mapping[str, Callable[[str, date], str | None]]] = {
    "account": number_doubt,
    "amount": sum_doubt,
    "consent_on": past_doubt,
    "deadline": deadline_doubt,
    "lost_since": past_doubt,
    "on": past_doubt,
    "phone_clock": clock_doubt,
    "posted": past_doubt,
    "retention": kept_until_doubt,
    "seen": past_doubt,
    "taken_by": past_doubt,
    "taken_when": past_doubt,
    "value": number_doubt,
}
"""What is looked at in the value of each parameter, whatever the command."""


def remark_on(screen: Screen, name: str, text: str, today: date) -> None:
    """Tell a person, or a script's log, that a value of the command line cannot be; it is recorded as it was typed.

    Args:
        screen: Where.
        name: Of the parameter.
        text: Its value.
        today: The day here.
    """
    if (doubt := STATED[name](text, today)) is not None:
        screen.warn("stated.kept", remark=screen.sentence(f"stated.{doubt}", text=text))


def asked_fact(screen: Screen, question: str, name: str, today: date) -> str | None:
    """Ask for a fact; what cannot be is asked for again, and counts when it is left so. None where only Enter came.

    Args:
        screen: Where.
        question: Id of the question.
        name: Of the parameter by which a command line gives the fact.
        today: The day here.
    """
    said = screen.ask_once(question)
    while said is not None and (doubt := STATED[name](said, today)) is not None:
        again = screen.ask_once("ask.stated-again", remark=screen.sentence(f"stated.{doubt}", text=said))
        if again is None or again == said:
            return said
        said = again
    return said


def _folded(text: str) -> str:
    """Return a text with the digits of every script as those of ASCII."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)


def _impossible(folded: str) -> str | None:
    """Return the id of the remark on a day that is in no calendar, or a time that is on no clock."""
    if not all(_days(found) for found in _DAY.finditer(folded)):
        return "date"
    times = _TIME.finditer(_DAY.sub(" ", folded))
    return None if all(map(_is_time, times)) else "time"


def _is_time(found: re.Match[str]) -> bool:
    hour, minute = int(found[1]), int(found[2])
    return (hour < _LAST_HOUR and minute <= _LAST_MINUTE) or (hour, minute) == (_LAST_HOUR, 0)


def _days(found: re.Match[str]) -> list[date]:
    """Return the days that a written date may mean: the year stands first, or the day or the month does."""
    return list(_readings(*(found.groups())))


def _readings(*parts: str | None) -> Iterator[date]:
    first = [int(each) for each in parts[:3] if each is not None]
    orders = [(first[0], first[1], first[2])] if first else []
    last = [each for each in parts[3:] if each is not None]
    if last:
        year = int(last[2]) + (0 if len(last[2]) == _YEAR_DIGITS else _CENTURY)
        orders = [(year, int(last[1]), int(last[0])), (year, int(last[0]), int(last[1]))]
    for each in orders:
        with suppress(ValueError):
            yield date(*each)
