"""Times: of other languages, of other counts, and those that stand for none."""

from __future__ import annotations

import pytest

from evidence_kit.chats.message import TimeKind
from evidence_kit.chats.times import from_epoch, from_iso, from_words, stands_for_none, unless_none


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("lunes, 14 de septiembre de 2026, 18:00:00 UTC", "2026-09-14T18:00:00"),
        ("martes, 3 de marzo de 2026, 18:00:00", "2026-03-03T18:00:00"),
        ("2026. szeptember 14., hétfő 18:54:36", "2026-09-14T18:54:36"),
        ("ago 14, 2026 6:02 pm", "2026-08-14T18:02"),
        ("ene 14, 2026 6:02 p. m.", "2026-01-14T18:02"),
        ("mar 14 abr 2026 18:00", "2026-04-14T18:00"),
        ("mar. 14 avr. 2026", "2026-04-14"),
        ("mar 14, 2026 6:02 pm", "2026-03-14T18:02"),
        ("14 de outubro de 2026 18:02", "2026-10-14T18:02"),
        ("14. März 2026, 18:02", "2026-03-14T18:02"),
        ("14 Ağustos 2026 18:02", "2026-08-14T18:02"),
        ("14 mei 2026 18:02", "2026-05-14T18:02"),
        ("14 gennaio 2026 18:02", "2026-01-14T18:02"),
        ("14 сентября 2026 18:02", "2026-09-14T18:02"),
        ("2026年9月14日 18:00", "2026-09-14T18:00"),
        ("14 شتنبر 2026 18:02", "2026-09-14T18:02"),
    ],
)
def test_months_of_many_languages_are_known(raw: str, value: str) -> None:
    assert from_words(raw).value == value


@pytest.mark.parametrize("raw", ["1970-01-01T00:00:00", "1969-12-31T16:00:00", "1970-01-01T14:00:00Z", "0001-01-01"])
def test_a_time_that_stands_for_none_is_none(raw: str) -> None:
    time = from_iso(raw)
    assert (time.raw, time.kind, time.value, time.reason) == (raw, TimeKind.NONE, None, "stands-for-none")


@pytest.mark.parametrize("count", [-1, 0, 1, 3600, "0", "-1", "43200", 0.0])
def test_a_count_of_the_first_day_stands_for_none(count: object) -> None:
    for per_second in (1, 1000):
        time = from_epoch(count, per_second)
        assert (time.kind, time.value, time.reason) == (TimeKind.NONE, None, "stands-for-none")


@pytest.mark.parametrize("raw", ["1 janvier 1970 00:00", "01/01/1970 01:00", "31 décembre 1969, 16:00"])
def test_the_first_day_in_words_stands_for_none(raw: str) -> None:
    assert (from_words(raw).kind, from_words(raw).value) == (TimeKind.NONE, None)


def test_the_beginning_of_apples_count_is_none_only_where_apple_counts() -> None:
    time = from_words("Dec 31, 2000  4:00:00 PM")
    assert unless_none(time) is time
    assert unless_none(time, apple=True).kind is TimeKind.NONE
    assert not stands_for_none("2001-01-01T10:12:41", apple=True)
    assert not stands_for_none("2026-01-01T00:00:00")


@pytest.mark.parametrize(
    ("raw", "value", "reason"),
    [
        ("14/09/2569 18:02", "2026-09-14T18:02", "calendar-buddhist"),
        ("14 September 2569 18:02", "2026-09-14T18:02", "calendar-buddhist"),
        ("24/3/1448 18:02", None, "calendar-not-known"),
        ("24 ربيع الأول 1448", None, "no-such-date-or-time"),
    ],
)
def test_a_year_that_no_message_has_is_one_of_another_calendar(raw: str, value: str | None, reason: str) -> None:
    assert (from_words(raw).value, from_words(raw).reason) == (value, reason)


def test_a_year_of_another_calendar_in_the_order_of_machines_is_none_of_ours() -> None:
    assert (from_iso("1448-03-24T18:02").value, from_iso("1448-03-24T18:02").reason) == (None, "calendar-not-known")
    assert from_iso("2569-09-14 18:02").value == "2026-09-14T18:02"
