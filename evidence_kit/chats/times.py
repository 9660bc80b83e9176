"""Reads the times that exports state: seconds since 1970, ISO 8601, and dates in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from evidence_kit.chats.folding import fold_text, fold_wording
from evidence_kit.chats.message import NO_TIME, DateOrder, MessageTime, Precision, TimeKind

# The days on which counts begin, and the day before it in zones to the west: Unix, Windows files, OLE, .NET, DOS.
_BEGINNINGS = frozenset(
    {"1969-12-31", "1970-01-01", "1600-12-31", "1601-01-01", "1899-12-29", "1899-12-30", "0001-01-01", "1980-01-01"}
)
# Years in which there are messages; what lies outside of them counts by another calendar.
FIRST_YEAR, LAST_YEAR = 1970, 2100
BUDDHIST_YEARS = 543
# Reasons that say by which calendar a day is counted, or that it lacks its year.
CALENDAR_REASONS = frozenset(
    {f"calendar-{name}" for name in ("hijri", "persian", "buddhist", "reiwa", "heisei", "showa", "not-known")}
    | {"no-year"}
)
# Why a time is none: the beginning of a program's count.
NO_DAY = "stands-for-none"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTES_A_DAY = 1440
_CLOCK_TO_THE_MINUTE = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(_MINUTES_A_DAY)]
_THOUSAND = 1000
# Times are written millions of times: what stands in a table need not be formatted.
_TWO_DIGITS = [f"{number:02d}" for number in range(60)]
_TO_THE_END = [f".{number:03d}Z" for number in range(_THOUSAND)]
_FIRST_DAY_SECONDS = 86_400
# Seconds from 1970 to the year 10000, which no date has.
_BEYOND_SECONDS = 253_402_300_800
_MOST_DIGITS = 18
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?\s?(Z|UTC|[+-]\d\d:?\d\d)?)?\Z", re.IGNORECASE
)
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "monday mon lundi lun الاثنين الإثنين",
            "tuesday tue mardi mar الثلاثاء",
            "wednesday wed mercredi mer الأربعاء الاربعاء",
            "thursday thu jeudi jeu الخميس",
            "friday fri vendredi ven الجمعة",
            "saturday sat samedi sam السبت",
            "sunday sun dimanche dim الأحد الاحد",
        )
    )
    for word in words.split()
}
_WEEKDAY = re.compile(rf"(?<!\w)({'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})(?!\w)")
_HOURS_FROM_UTC = re.compile(r"\b(?:utc|gmt) ?([+-])(\d{1,2})(?::?([0-5]\d))?\Z")
_CLOCK = re.compile(
    r"(?<![\d./\-])(\d{1,2})[:.h](\d\d)(?:[:.](\d\d))?(?!\d|[./\-]\d)"
    r"\s*(am|pm|[ap]\.\s?m\.?|[صم](?!\w)|صباح\w*|مساء\w*)?"
)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_NUMBER = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")
_YEAR_MONTH_DAY = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?!\d)")

_LONGEST_CHARACTERS = 200
# English, French, Arabic (both sets of names, and the Moroccan one), then what phones and Takeout write elsewhere:
# Spanish, Catalan, Portuguese, Italian, German, Dutch, Scandinavian, Turkish, Hungarian, Polish, Czech, Romanian,
# Russian, Greek, Finnish, Indonesian; in the case in which a date has them.
_MONTHS = (
    "january jan janvier janv يناير كانون_الثاني enero ene gener gen janeiro gennaio januar jänner januari ocak oca "
    "január ianuarie ian stycznia sty ledna led января янв ιανουαρίου ιαν tammikuuta",
    "february feb février févr fév فبراير شباط febrero febrer fevereiro fev febbraio februar februari şubat şub "
    "február "
    "febr februarie lutego lut února úno февраля февр фев φεβρουαρίου φεβ helmikuuta",
    "march mar mars مارس آذار marzo març março märz maart mrt mart március márc martie marca března bře марта мар "
    "μαρτίου μαρ maaliskuuta maret",
    "april apr avril avr أبريل ابريل إبريل نيسان abril abr aprile nisan nis április ápr aprilie kwietnia kwi dubna dub "
    "апреля апр απριλίου απρ huhtikuuta",
    "may mai مايو ماي أيار mayo maig maio maggio mag mei maj mayıs május máj maja května kvě мая μαΐου μαϊ toukokuuta",
    "june jun juin يونيو يونيه حزيران junio juny junho giugno giu juni haziran haz június jún iunie iun czerwca cze "
    "června čvn июня июн ιουνίου ιουν kesäkuuta",
    "july jul juillet juil يوليو يوليوز يوليه تموز julio juliol julho luglio lug juli temmuz tem július júl iulie iul "
    "lipca lip července čvc июля июл ιουλίου ιουλ heinäkuuta",
    "august aug août aout أغسطس غشت آب agosto ago agost augustus augusti ağustos ağu augusztus sierpnia sie srpna "
    "srp августа авг αυγούστου αυγ elokuuta agustus agu",
    "september sep sept septembre سبتمبر شتنبر أيلول septiembre setiembre setembre setembro settembre set sett eylül "
    "eyl "
    "szeptember szept septembrie września wrz září zář сентября сент сен σεπτεμβρίου σεπ syyskuuta",
    "october oct octobre أكتوبر اكتوبر تشرين_الأول octubre octubre outubro out ottobre ott oktober okt ekim eki "
    "október "
    "octombrie października paź října říj октября окт οκτωβρίου οκτ lokakuuta",
    "november nov novembre نوفمبر نونبر تشرين_الثاني noviembre novembro kasım kas noiembrie noi listopada lis "
    "listopadu "
    "ноября нояб ноя νοεμβρίου νοε marraskuuta",
    "december dec décembre déc ديسمبر دجنبر كانون_الأول diciembre dic desembre des dezembro dez dicembre dezember "
    "aralık "
    "ara decembrie grudnia gru prosince pro декабря дек δεκεμβρίου δεκ joulukuuta desember",
)
# Abbreviations that are a day of the week beside another month: `mar 14 abr` is a Tuesday in April.
_DAYS_TOO = frozenset({"mar", "lun", "mer", "set"})
_MONTH_NUMBERS = {
    fold_wording(word.replace("_", " ")): number
    for number, words in enumerate(_MONTHS, start=1)
    for word in words.split()
}
_MONTH_WORD = re.compile(
    r"(?<!\w)(" + "|".join(sorted(map(re.escape, _MONTH_NUMBERS), key=len, reverse=True)) + r")(?!\w)"
)


def from_epoch(value: object, per_second: int = 1) -> MessageTime:
    """Return a time that the source gives as a count since 1970-01-01 UTC; the first day stands for none.

    Args:
        value: An integer, or a string of digits, perhaps with a fraction; anything else is no time.
        per_second: Counts a second: 1, 1000, or 1,000,000.
    """
    # Nearly all are positive integers, or their digits: no pattern is matched and no date computed for those.
    if type(value) is int:
        raw, count = str(value), value
    elif type(value) is str and len(value) <= _MOST_DIGITS and value.isdecimal() and value.isascii():
        raw, count = value, int(value)
    else:
        return _from_any_epoch(value, per_second)
    if not _FIRST_DAY_SECONDS * per_second <= count < _BEYOND_SECONDS * per_second:
        return _from_any_epoch(value, per_second)
    if per_second == 1:
        minutes, second = divmod(count, 60)
        day, minute = divmod(minutes, _MINUTES_A_DAY)
        return MessageTime(
            raw, TimeKind.UTC, f"{_date(day)}{_CLOCK_TO_THE_MINUTE[minute]}{_TWO_DIGITS[second]}Z", Precision.SECOND
        )
    seconds, thousandths = divmod(count if per_second == _THOUSAND else count * _THOUSAND // per_second, _THOUSAND)
    minutes, second = divmod(seconds, 60)
    day, minute = divmod(minutes, _MINUTES_A_DAY)
    told = f"{_date(day)}{_CLOCK_TO_THE_MINUTE[minute]}{_TWO_DIGITS[second]}{_TO_THE_END[thousandths]}"
    return MessageTime(raw, TimeKind.UTC, told, Precision.MILLISECOND)


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    """Return the date of a day since 1970-01-01."""
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def _from_any_epoch(value: object, per_second: int) -> MessageTime:
    raw = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", raw):
        return NO_TIME if value is None else MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
    whole, _, fraction = raw.partition(".")
    if not int(whole) and not int(fraction or 0):
        return MessageTime(raw, TimeKind.NONE, None, reason=NO_DAY)
    thousandths = int(whole) * 1000 // per_second + (int((fraction + "000")[:3]) if per_second == 1 else 0)
    try:
        moment = _EPOCH + timedelta(milliseconds=thousandths)
    except OverflowError:
        return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
    if moment.date().isoformat() in _BEGINNINGS:
        # As 0, in a zone of its own, or as -1.
        return MessageTime(raw, TimeKind.NONE, None, reason=NO_DAY)
    fine = per_second > 1 or bool(fraction)
    told = moment.isoformat(timespec="milliseconds" if fine else "seconds").replace("+00:00", "Z")
    return MessageTime(raw, TimeKind.UTC, told, Precision.MILLISECOND if fine else Precision.SECOND)


def from_iso(raw: object, *, is_utc: bool = False) -> MessageTime:
    """Return a time written as `2025-05-03T21:02:11`, with or without a zone, a space instead of the T.

    Args:
        raw: As in the source; anything but a string is no time.
        is_utc: Whether the format is known to mean UTC when no zone is written.
    """
    if not isinstance(raw, str):
        return NO_TIME
    found = _ISO.match(fold_text(raw).strip())
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}{found[3] or ''}") if found else None
    except ValueError:
        moment = None
    if found is None or moment is None:
        return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
    day, clock, seconds, fraction, zone = found.groups()
    told = day if clock is None else f"{day}T{clock}{seconds or ''}{(fraction or '')[:4]}"
    precision = _precision(clock, seconds, fraction)
    kind, reason = TimeKind.LOCAL, None
    if clock is not None and ((zone or "").upper() in {"Z", "UTC"} or (zone is None and is_utc)):
        kind, told, reason = TimeKind.UTC, told + "Z", None if zone else "utc-by-the-format"
    elif zone:
        kind, told = TimeKind.OFFSET, told + zone
    return by_another_calendar(MessageTime(raw, kind, told, precision, reason=reason))


def from_words(raw: str) -> MessageTime:
    """Return a local time whose month is a word of one of many languages.

    A month that is a number gives every reading, unless a day of the week beside it fits only one of them. Both
    Arabic sets of names are known, and the Moroccan one. A zone behind it counts when it is a number of hours from
    UTC; letters such as PDT or CET mean several.
    """
    if len(raw) > _LONGEST_CHARACTERS:
        return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
    text = fold_wording(raw)
    clock = _CLOCK.search(text)
    told, precision = _clock(clock)
    rest = text[: clock.start()] + " " + text[clock.end() :] if clock else text
    days, order = _days(rest)
    by_weekday = _fitting(days, rest)
    if by_weekday:
        order = DateOrder.DAY_FIRST if by_weekday[0] == days[0] else DateOrder.MONTH_FIRST
        days = by_weekday
    readings = tuple(f"{day}T{told}" if told else day for day in days)
    zone = _HOURS_FROM_UTC.search(text)
    if len(readings) == 1 and zone and told and int(zone[2]) <= 14:
        offset = f"{zone[1]}{int(zone[2]):02d}:{zone[3] or '00'}"
        return MessageTime(raw, TimeKind.OFFSET, readings[0] + offset, precision, order)
    if len(readings) == 1:
        words = None if by_weekday or _NUMERIC.search(rest) is None else "only-one-day-is-possible-here"
        reason = "the-day-of-the-week-fits" if by_weekday else words
        return by_another_calendar(MessageTime(raw, TimeKind.LOCAL, readings[0], precision, order, reason))
    if readings:
        return by_another_calendar(
            MessageTime(raw, TimeKind.LOCAL, None, precision, DateOrder.AMBIGUOUS, "nothing-decides", readings)
        )
    return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")


def _fitting(days: list[str], text: str) -> list[str]:
    """Return the one of two days that falls on the day of the week in a text; nothing when that decides nothing."""
    named = _WEEKDAY.search(text) if len(days) > 1 else None
    if named is None:
        return []
    fits = [day for day in days if date.fromisoformat(day).weekday() == _WEEKDAYS[named[1]]]
    return fits if len(fits) == 1 else []


def _days(text: str) -> tuple[list[str], DateOrder]:
    """Return the days that a text may name, and in which order its numbers stand."""
    # Three numbers are the whole date: beside them `mar` is a Tuesday, and no month.
    if found := _NUMERIC.search(text):
        first_number, second, third = (int(number) for number in found.groups())
        if len(found[1]) == 4:
            day = _day(first_number, second, third)
            return [day] if day else [], DateOrder.YEAR_FIRST
        year_number = third if third > 99 else third + 2000
        both = [_day(year_number, second, first_number), _day(year_number, first_number, second)]
        order = DateOrder.DAY_FIRST if both[0] else DateOrder.MONTH_FIRST
        return list(dict.fromkeys(day for day in both if day)), order
    if found := _YEAR_MONTH_DAY.search(text):
        day = _day(*(int(number) for number in found.groups()))
        return [day] if day else [], DateOrder.YEAR_FIRST
    month, year = _month(text), _YEAR.search(text)
    if month and year:
        number = _NUMBER.search(text[: year.start()] + " " + text[year.end() :])
        day = _day(int(year[1]), _MONTH_NUMBERS[month[1]], int(number[1])) if number else None
        first = number is not None and text.find(number[1]) < month.start()
        order = DateOrder.YEAR_FIRST if year.start() < month.start() else DateOrder.MONTH_FIRST
        return [day] if day else [], DateOrder.DAY_FIRST if first and year.start() > month.start() else order
    return [], DateOrder.AMBIGUOUS


def _month(text: str) -> re.Match[str] | None:
    """Return the word for a month; where there are two, the one that is no day of the week."""
    found = list(_MONTH_WORD.finditer(text))
    sure = [each for each in found if each[1] not in _DAYS_TOO]
    return next(iter(sure or found), None)


def by_another_calendar(time: MessageTime) -> MessageTime:
    """Return a time whose year no message has as one of another calendar, or none; any other as it is.

    Buddhist years are the usual ones and 543; of all other calendars the months are others than ours too, so that such
    a day is unread.
    """
    told = time.readings if time.value is None else (time.value,)
    if told and told[0][:10] in _BEGINNINGS:
        return MessageTime(time.raw, TimeKind.NONE, None, reason=NO_DAY)
    if not told or FIRST_YEAR <= int(told[0][:4]) <= LAST_YEAR:
        return time
    year = int(told[0][:4]) - BUDDHIST_YEARS
    if not FIRST_YEAR <= year <= LAST_YEAR or any(each[4:10] == "-02-29" for each in told):
        return MessageTime(time.raw, time.kind, None, time.precision, None, "calendar-not-known")
    counted = tuple(f"{year:04d}{each[4:]}" for each in told)
    value, readings = (None, counted) if time.value is None else (counted[0], ())
    return MessageTime(time.raw, time.kind, value, time.precision, time.date_order, "calendar-buddhist", readings)


def stands_for_none(value: str, *, apple: bool = False) -> bool:
    """Say whether a time stands for none: the beginning of a program's count, in any zone.

    Args:
        value: ISO 8601, as a reader understood it.
        apple: Whether the program counts from 2001, as Apple's do: the first hours of that year in any zone, to the
            minute.
    """
    day, clock = value[:10], value[11:19]
    if day in _BEGINNINGS:
        return True
    return apple and day in {"2000-12-31", "2001-01-01"} and clock[3:8] in {"00:00", "00", "30:00", "30", "45:00", "45"}


def unless_none(time: MessageTime, *, apple: bool = False) -> MessageTime:
    """Return a time, or none where it is the beginning of a program's count."""
    if time.value is None or not stands_for_none(time.value, apple=apple):
        return time
    return MessageTime(time.raw, TimeKind.NONE, None, reason=NO_DAY)


def _clock(found: re.Match[str] | None) -> tuple[str | None, Precision]:
    if found is None:
        return None, Precision.DAY
    hour, half = int(found[1]), (found[4] or "")[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in {"p", "م"} else 0)
    if hour > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None, Precision.DAY
    seconds = f":{found[3]}" if found[3] else ""
    return f"{hour:02d}:{found[2]}{seconds}", Precision.SECOND if seconds else Precision.MINUTE


def _precision(clock: str | None, seconds: str | None, fraction: str | None) -> Precision:
    if clock is None:
        return Precision.DAY
    if fraction:
        return Precision.MILLISECOND
    return Precision.SECOND if seconds else Precision.MINUTE


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
