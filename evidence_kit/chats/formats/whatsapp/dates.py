"""Which number of a date is the day: decided once for a file, with the reason, or not at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from evidence_kit.chats.folding import fold_text
from evidence_kit.chats.formats.whatsapp.headers import half_of_day
from evidence_kit.chats.message import DateOrder, MessageTime, Precision, TimeKind
from evidence_kit.chats.times import BUDDHIST_YEARS, FIRST_YEAR, LAST_YEAR, NO_DAY, from_words, stands_for_none

_REMEMBERED = 8192
_CALENDARS = {
    "hijri": ("AH", "هـ", "ه.", "ه", "ب.ه.", "ب.ه"),
    "persian": ("AP",),
    "buddhist": ("BE", "พ.ศ."),
    "reiwa": ("R", "令和"),
    "heisei": ("H", "平成"),
    "showa": ("S",),
}
_ERAS = re.compile("|".join(re.escape(each) for spellings in _CALENDARS.values() for each in spellings))
_POSSIBLE = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates of a file are read.

    Attributes:
        order: The order, or AMBIGUOUS.
        reason: `year-has-four-digits`, `a-number-above-12`, `dates-in-media-names`, `time-never-goes-back`,
            `both-orders-in-one-file` or `nothing-decides`.
    """

    order: DateOrder
    reason: str


@dataclass(slots=True)
class DateOrderVotes:
    """Votes of a file's dates for their order, gathered message by message."""

    _impossible: Counter[DateOrder] = field(default_factory=Counter)
    _named: Counter[DateOrder] = field(default_factory=Counter)
    _backward: Counter[DateOrder] = field(default_factory=Counter)
    _last: dict[DateOrder, str] = field(default_factory=dict)
    _year_first: int = 0
    _seen: int = 0
    _previous: tuple[str, str, str] | None = None
    _today: dict[DateOrder, str | None] = field(default_factory=dict)

    def add(self, numbers: tuple[str, str, str]) -> None:
        """Take in the date of the next message; its year may be one of another calendar."""
        if numbers == self._previous:
            return
        self._previous = numbers
        self._seen += 1
        if _year_is_first(numbers):
            self._year_first += 1
            self._today = {}
            return
        self._today = {order: _day(numbers, order) for order in _POSSIBLE}
        if not any(self._today.values()):
            return
        for order, day in self._today.items():
            if day is None:
                self._impossible[order] += 1
                continue
            self._backward[order] += day < self._last.get(order, day)
            self._last[order] = day

    def add_named(self, digits: str) -> None:
        """Take in a date that a media name in that message bears, as `20250503` or `2025-05-03`."""
        named = re.sub(r"\D", "", fold_text(digits))
        for order, day in self._today.items():
            self._named[order] += day is not None and day.replace("-", "") == named

    def decision(self) -> DateReading:
        """Return the order that the votes decide, and why."""
        if self._seen and self._year_first == self._seen:
            return DateReading(DateOrder.YEAR_FIRST, "year-has-four-digits")
        # From the surest to the weakest: a number above 12 proves; a name of a file was given by the same phone; that
        # time never goes back holds only while nobody joined two exports.
        for counts, reason in (
            (self._impossible, "a-number-above-12"),
            (Counter({_other(order): count for order, count in self._named.items()}), "dates-in-media-names"),
            (self._backward, "time-never-goes-back"),
        ):
            against = [order for order in _POSSIBLE if counts[order]]
            if len(against) == 1:
                return DateReading(_other(against[0]), reason)
            # Both orders are impossible somewhere: two exports were joined, and neither speaks for the other.
            if against and counts is self._impossible:
                return DateReading(DateOrder.AMBIGUOUS, "both-orders-in-one-file")
        return DateReading(DateOrder.AMBIGUOUS, "nothing-decides")


class TimeReader:
    """Reads the times of one file; remembers, since many messages share a day and a minute.

    Attributes:
        known: The times that are remembered, by their characters.
    """

    def __init__(self, decision: DateReading) -> None:
        self._decision = decision
        self.known: dict[str, MessageTime] = {}
        self._days: dict[str, tuple[DateOrder | None, str, tuple[str, ...]]] = {}

    def time_in(self, opening: re.Match[str]) -> MessageTime:
        """Return the time in a header."""
        raw = opening[1]
        if raw not in self.known:
            # All at once: an export in which every date is another must not fill the memory, and to look for the
            # oldest would cost every message.
            if len(self.known) > _REMEMBERED:
                self.known.clear()
                self._days.clear()
            self.known[raw] = self._read(raw, opening)
        return self.known[raw]

    def _read(self, raw: str, opening: re.Match[str]) -> MessageTime:
        """Return the time of a header that was not met before; its day, most often, was."""
        if not opening[2]:
            return _in_words(raw)
        told, doubt = _clock(*opening.group(5, 6, 7, 8))
        # An era stands with the date, before the clock.
        stated = raw[: opening.start(5) - opening.start(1)]
        if stated not in self._days:
            self._days[stated] = self._day_of(stated, opening.group(2, 3, 4))
        order, reason, days = self._days[stated]
        precision = Precision.SECOND if opening[7] else Precision.MINUTE
        if order is None:
            precise = None if told is None else precision
            return _by_another(raw, opening.group(2, 3, 4), reason, told, precise, self._decision)
        if told and len(days) == 1:
            return MessageTime(raw, TimeKind.LOCAL, f"{days[0]}T{told}", precision, order, doubt or reason)
        if told and days:
            readings = tuple(f"{day}T{told}" for day in days)
            return MessageTime(raw, TimeKind.LOCAL, None, precision, order, doubt or reason, readings)
        if reason == NO_DAY:
            return MessageTime(raw, TimeKind.NONE, None, reason=NO_DAY)
        return MessageTime(raw, TimeKind.LOCAL, None, None, order, "no-such-date-or-time")

    def _day_of(self, stated: str, numbers: tuple[str | Any, ...]) -> tuple[DateOrder | None, str, tuple[str, ...]]:
        """Return how a date is read, why, and which days it can be; of another calendar no order, and which it is."""
        if calendar := calendar_of(stated, numbers):
            return None, calendar, ()
        order, reason, days = _days(numbers, self._decision)
        if days and stands_for_none(f"{days[0]}T"):
            return order, NO_DAY, ()
        return order, reason, days


def calendar_of(raw: str, numbers: tuple[str, ...]) -> str | None:
    """Return by which calendar a date counts, None for the usual one: its era says so, or its year does."""
    era = _ERAS.search(raw)
    if era is not None:
        return next(name for name, spellings in _CALENDARS.items() if era[0] in spellings)
    years = [int(number) for number in (numbers[0], numbers[2]) if len(number) == 4]
    if not years or FIRST_YEAR <= years[0] <= LAST_YEAR:
        return None
    return "buddhist" if FIRST_YEAR <= years[0] - BUDDHIST_YEARS <= LAST_YEAR else "not-known"


def _by_another(  # noqa: PLR0913 - what a header says, and what was decided
    raw: str,
    numbers: tuple[str | Any, ...],
    calendar: str,
    told: str | None,
    precision: Precision | None,
    decision: DateReading,
) -> MessageTime:
    """Return a time by another calendar: as it is written, and by ours where only the years are counted otherwise."""
    # The other calendar's months are others than ours, and differ by a day from country to country: that is unread.
    years = {"buddhist": -BUDDHIST_YEARS, "reiwa": 2018, "heisei": 1988, "showa": 1925}.get(calendar)
    if years is None or told is None:
        return MessageTime(raw, TimeKind.LOCAL, None, precision, None, f"calendar-{calendar}")
    at = 0 if len(numbers[0]) == 4 else 2
    counted = tuple(f"{int(number) + years:04d}" if place == at else number for place, number in enumerate(numbers))
    order, _, days = _days(counted, decision)
    readings = tuple(f"{day}T{told}" for day in days)
    reason = f"calendar-{calendar}"
    if len(readings) == 1:
        return MessageTime(raw, TimeKind.LOCAL, readings[0], precision, order, reason)
    return MessageTime(raw, TimeKind.LOCAL, None, precision, order, reason, readings)


def _in_words(raw: str) -> MessageTime:
    """Return a time whose month is a word; without a year it is only raw."""
    time = from_words(raw)
    known = time.value is not None or time.reason == "stands-for-none"
    return time if known else MessageTime(raw, TimeKind.LOCAL, None, None, None, "no-year")


def _days(numbers: tuple[str, ...], decision: DateReading) -> tuple[DateOrder, str, tuple[str, ...]]:
    """Return how one date is read, why, and which days it can be."""
    order, reason = decision.order, decision.reason
    if _year_is_first(numbers):
        order, reason = DateOrder.YEAR_FIRST, "year-has-four-digits"
    orders = _POSSIBLE if order is DateOrder.AMBIGUOUS else (order,)
    days = {day: each for each in reversed(orders) if (day := _day(numbers, each))}
    if order is DateOrder.AMBIGUOUS and len(days) == 1:
        order, reason = next(iter(days.values())), "only-one-day-is-possible-here"
    return order, reason, tuple(reversed(days))


@lru_cache(maxsize=8192)
def _clock(hour: str, minute: str, seconds: str | None, half: str | None) -> tuple[str | None, str | None]:
    """Return the time of day in 24 hours, and a doubt about it.

    A 24-hour clock with a half-of-day mark is left as it is: Arabic phones write `20:16 م`.
    """
    number, doubt = int(hour), None
    if half is not None:
        marked = half_of_day(half)
        if number > 12 or (number == 0 and marked == "pm"):
            agrees = (number > 12) == (marked == "pm")
            doubt = "half-of-day-beside-a-24-hour-clock" if agrees else "half-of-day-contradicts-the-hour"
        else:
            number = number % 12 + (12 if marked == "pm" else 0)
    if number > 23 or int(minute) > 59 or int(seconds or 0) > 59:
        return None, None
    told = f"{number:02d}:{int(minute):02d}"
    return (f"{told}:{int(seconds):02d}" if seconds else told), doubt


def _year_is_first(numbers: tuple[str, ...]) -> bool:
    return len(numbers[0]) >= 3 or int(numbers[0]) > 31


def _day(numbers: tuple[str, ...], order: DateOrder) -> str | None:
    first, second, third = (int(number) for number in numbers)
    match order:
        case DateOrder.YEAR_FIRST:
            year, month, day = first, second, third
        case DateOrder.MONTH_FIRST:
            month, day, year = first, second, third
        case _:
            day, month, year = first, second, third
    try:
        return date(year + 2000 if year < 100 else year, month, day).isoformat()
    except ValueError:
        return None


def _other(order: DateOrder) -> DateOrder:
    return DateOrder.MONTH_FIRST if order is DateOrder.DAY_FIRST else DateOrder.DAY_FIRST
