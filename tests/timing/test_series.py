"""Series: a wall time in a zone, once or by a rule, on ordinary days and when clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TimingError
from bot.timing import Occurrence, Series, Weekday, zone
from tests.timing.walls import (
    MINUTE,
    PROPERTY,
    days_between,
    first_shown,
    reading,
    times_of_day,
    zones_and_instants,
)

DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def listed(series: Series, start: str, end: str) -> list[tuple[str, str]]:
    found = series.between(utc(start), utc(end))
    return [(f"{item.local:%m-%dT%H:%M}", f"{item.instant:%m-%dT%H:%M}") for item in found]


def test_a_group_keeps_its_hour_on_the_wall_when_summer_time_ends() -> None:
    series = Series(at("2026-10-26T18:00"), zone("America/New_York"), "FREQ=WEEKLY;BYDAY=MO,WE,FR")
    assert listed(series, "2026-10-29", "2026-11-05") == [
        ("10-30T18:00", "10-30T22:00"),
        ("11-02T18:00", "11-02T23:00"),
        ("11-04T18:00", "11-04T23:00"),
    ]


def test_once_is_once() -> None:
    once = Series(at("2026-11-23T09:00"), zone("America/New_York"))
    only = Occurrence(at("2026-11-23T09:00"), utc("2026-11-23T14:00"))
    assert once.next_after(utc("2020-01-01")) == only
    assert once.next_after(only.instant, inclusive=True) == only
    assert once.next_after(only.instant) is None
    assert list(once.between(only.instant, only.instant + MINUTE)) == [only]
    assert list(once.between(only.instant - DAY, only.instant)) == []
    assert only.local_date == date(2026, 11, 23)


def test_the_time_a_spring_night_skips_happens_at_the_end_of_the_gap() -> None:
    series = Series.daily(time(2, 30), zone("America/New_York"), date(2026, 3, 1))
    assert listed(series, "2026-03-07", "2026-03-10") == [
        ("03-07T02:30", "03-07T07:30"),
        ("03-08T02:30", "03-08T07:00"),
        ("03-09T02:30", "03-09T06:30"),
    ]
    gap_ends = utc("2026-03-08T07:00")
    for just_before in (gap_ends - timedelta(microseconds=1), gap_ends - timedelta(hours=1)):
        upcoming = series.next_after(just_before)
        assert upcoming is not None
        assert (upcoming.instant, upcoming.local_date) == (gap_ends, date(2026, 3, 8))
    assert series.next_after(gap_ends, inclusive=True) == upcoming
    following = series.next_after(gap_ends)
    assert following is not None
    assert following.local_date == date(2026, 3, 9)


def test_the_time_an_autumn_night_shows_twice_happens_once_at_the_first() -> None:
    series = Series.daily(time(1, 30), zone("America/New_York"), date(2026, 3, 1))
    assert listed(series, "2026-11-01", "2026-11-03") == [
        ("11-01T01:30", "11-01T05:30"),
        ("11-02T01:30", "11-02T06:30"),
    ]
    second_pass = utc("2026-11-01T06:30")
    upcoming = series.next_after(second_pass, inclusive=True)
    assert upcoming is not None
    assert upcoming.local_date == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("name", "rule", "day", "expected"),
    [
        # Two skipped times happen together: one occurrence, the later of the two.
        ("America/New_York", "FREQ=DAILY;BYHOUR=2;BYMINUTE=15,45", "2026-03-08", [("03-08T02:45", "03-08T07:00")]),
        # A skipped time and the one at which the gap ends: the one that the clock shows.
        ("America/New_York", "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0", "2026-03-08", [("03-08T03:00", "03-08T07:00")]),
        ("Asia/Beirut", "FREQ=DAILY;BYHOUR=0,1;BYMINUTE=0", "2026-03-29", [("03-29T01:00", "03-28T22:00")]),
        ("Australia/Lord_Howe", "FREQ=DAILY;BYHOUR=2;BYMINUTE=10,20", "2026-10-04", [("10-04T02:20", "10-03T15:30")]),
        # Apart by a minute stay apart.
        (
            "America/New_York",
            "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=1",
            "2026-03-08",
            [("03-08T02:01", "03-08T07:00"), ("03-08T03:01", "03-08T07:01")],
        ),
    ],
)
def test_times_that_fall_together_happen_once(name: str, rule: str, day: str, expected: list[tuple[str, str]]) -> None:
    series = Series(at("2026-01-01T00:00"), zone(name), rule)
    midday = at(day).replace(hour=12, tzinfo=zone(name))
    found = series.between(midday - timedelta(hours=18), midday)
    by_day = [item for item in found if item.local_date == midday.date()]
    assert [(f"{item.local:%m-%dT%H:%M}", f"{item.instant:%m-%dT%H:%M}") for item in by_day] == expected


def test_a_day_that_a_zone_skips_is_kept_at_its_end() -> None:
    apia = zone("Pacific/Apia")
    evenings = Series.daily(time(18), apia, date(2011, 12, 1))
    assert listed(evenings, "2011-12-30T05:00", "2012-01-01T12:00") == [
        ("12-30T18:00", "12-30T10:00"),  # at midnight, when the 31st begins
        ("12-31T18:00", "12-31T04:00"),
        ("01-01T18:00", "01-01T04:00"),
    ]
    upcoming = evenings.next_after(utc("2011-12-30T10:00"), inclusive=True)
    assert upcoming is not None
    assert upcoming.local_date == date(2011, 12, 30)
    midnights = Series.daily(time(0), apia, date(2011, 12, 1))
    assert listed(midnights, "2011-12-29T00:00", "2011-12-31T12:00") == [
        ("12-29T00:00", "12-29T10:00"),
        ("12-31T00:00", "12-30T10:00"),  # the skipped day's midnight is this one
        ("01-01T00:00", "12-31T10:00"),
    ]


def test_the_29th_of_february_comes_when_it_comes() -> None:
    phoenix = zone("America/Phoenix")
    for rule in ("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;INTERVAL=4"):
        series = Series(at("2024-02-29T09:00"), phoenix, rule)
        upcoming = series.next_after(utc("2024-03-01"))
        assert upcoming is not None
        assert upcoming.local == at("2028-02-29T09:00")
    across_2100 = Series(at("2024-02-29T09:00"), phoenix, "FREQ=YEARLY").next_after(utc("2096-03-01"))
    assert across_2100 is not None
    assert across_2100.local == at("2104-02-29T09:00")


def test_the_first_occurrence_is_the_first_time_that_fits_the_rule() -> None:
    tuesday = at("2026-11-24T09:00")
    series = Series(tuesday, zone("UTC"), "FREQ=WEEKLY;BYDAY=MO,WE")
    assert listed(series, "2026-01-01", "2026-12-01") == [
        ("11-25T09:00", "11-25T09:00"),
        ("11-30T09:00", "11-30T09:00"),
    ]


def test_a_window_is_half_open() -> None:
    series = Series.daily(time(9), zone("UTC"), date(2026, 11, 1))
    nine = utc("2026-11-23T09:00")
    assert [item.instant for item in series.between(nine, nine + DAY)] == [nine]
    assert list(series.between(nine, nine)) == []
    assert list(series.between(nine + DAY, nine)) == []


def test_count_is_counted_from_the_beginning() -> None:
    series = Series(at("2026-10-26T18:00"), zone("America/New_York"), "FREQ=WEEKLY;COUNT=5")
    assert listed(series, "2026-11-10", "2027-11-10") == [
        ("11-16T18:00", "11-16T23:00"),
        ("11-23T18:00", "11-23T23:00"),
    ]
    assert series.next_after(utc("2026-11-23T23:00")) is None


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261125", "11-25T09:00"),  # a plain date: to the end of the day
        ("20261125T090000", "11-25T09:00"),  # wall time, inclusive
        ("20261125T085959", "11-24T09:00"),
        ("20261125T140000Z", "11-25T09:00"),  # 09:00 EST
        ("20261125T135959Z", "11-24T09:00"),
        ("20261125T130000Z", "11-24T09:00"),  # 09:00 only by the summer's offset
    ],
)
def test_until_is_read_as_wall_time_or_with_z_as_an_instant(until: str, last: str) -> None:
    series = Series(at("2026-10-01T09:00"), zone("America/New_York"), f"FREQ=DAILY;UNTIL={until}")
    assert listed(series, "2026-11-20", "2027-01-01")[-1][0] == last


def test_until_an_instant_in_a_gap_takes_in_what_the_gap_puts_there() -> None:
    for until, days in (("20260308T070000Z", 8), ("20260308T065959Z", 7)):
        series = Series(at("2026-03-01T02:30"), zone("America/New_York"), f"FREQ=DAILY;UNTIL={until}")
        assert len(listed(series, "2026-01-01", "2027-01-01")) == days


def test_weekdays_are_named_in_any_order_and_once() -> None:
    days = [Weekday.FRI, Weekday.MON, Weekday.FRI]
    series = Series.weekly(days, time(18), zone("UTC"), date(2026, 11, 23))
    assert series.rule == "FREQ=WEEKLY;BYDAY=MO,FR"
    with pytest.raises(TimingError):
        Series.weekly([], time(18), zone("UTC"), date(2026, 11, 23))


def test_what_is_no_series_is_refused() -> None:
    for starts in (utc("2026-11-23T09:00"), at("1969-12-31T09:00"), at("3000-01-01"), at("2026-11-23T09:00:00.5")):
        with pytest.raises(TimingError):
            Series(starts, zone("UTC"))
    series = Series.daily(time(9), zone("UTC"), date(2026, 11, 1))
    with pytest.raises(TimingError):
        series.next_after(at("2026-11-23T09:00"))
    with pytest.raises(TimingError):
        series.between(at("2026-11-23T09:00"), utc("2026-11-24"))


def test_the_ends_of_the_calendar_are_answered() -> None:
    series = Series.daily(time(9), zone("Pacific/Kiritimati"), date(2026, 11, 1))
    first = series.next_after(datetime.min.replace(tzinfo=UTC))
    assert first is not None
    assert first.local == at("2026-11-01T09:00")
    assert series.next_after(datetime.max.replace(tzinfo=UTC)) is None


def test_a_series_is_a_value() -> None:
    one, same = (Series(at("2026-11-23T09:00"), ZoneInfo("UTC"), "FREQ=DAILY") for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)


RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYHOUR=0,2;BYMINUTE=0,30",
    "FREQ=DAILY;BYHOUR=1,2,3",
    "FREQ=WEEKLY;BYDAY=SA,SU",
    "FREQ=MONTHLY;BYDAY=-1SU,-1FR",
    "FREQ=DAILY;COUNT=400",
    None,
)


@PROPERTY
@given(zones_and_instants(), times_of_day(), st.sampled_from(RULES), st.integers(0, 500), st.integers(0, 20))
def test_walking_by_next_after_and_looking_between_agree(
    case: tuple[ZoneInfo, datetime], clock_time: time, rule: str | None, age: int, span: int
) -> None:
    where, start = case
    end = start + timedelta(days=span)
    series = Series(datetime.combine((start - timedelta(days=age)).date(), clock_time), where, rule)
    walked: list[Occurrence] = []
    upcoming = series.next_after(start, inclusive=True)
    while upcoming is not None and upcoming.instant < end:
        walked.append(upcoming)
        upcoming = series.next_after(upcoming.instant)
    assert list(series.between(start, end)) == walked
    assert all(earlier.instant < later.instant for earlier, later in pairwise(walked))
    for item in walked:
        assert item.instant == first_shown(item.local, where)


@PROPERTY
@given(zones_and_instants(), times_of_day())
def test_every_day_has_its_one_occurrence_at_its_time_or_at_the_end_of_the_gap(
    case: tuple[ZoneInfo, datetime], clock_time: time
) -> None:
    where, middle = case
    start, end = middle - 4 * DAY, middle + 4 * DAY
    days = days_between(reading(start, where).date() - 2 * DAY, reading(end, where).date() + DAY)
    expected = sorted({first_shown(datetime.combine(day, clock_time), where) for day in days})
    found = list(Series.daily(clock_time, where, date(2000, 1, 1)).between(start, end))
    assert [item.instant for item in found] == [instant for instant in expected if start <= instant < end]
    assert len({item.local_date for item in found}) == len(found)
    assert all(item.local.time() == clock_time for item in found)


@PROPERTY
@given(zones_and_instants(), times_of_day(), st.integers(0, 86_400_000_000))
def test_the_next_is_later_and_nothing_lies_between(
    case: tuple[ZoneInfo, datetime], clock_time: time, offset: int
) -> None:
    where, minute = case
    moment = minute + timedelta(microseconds=offset)
    series = Series.daily(clock_time, where, date(2000, 1, 1))
    upcoming = series.next_after(moment)
    assert upcoming is not None
    assert moment < upcoming.instant <= moment + timedelta(hours=48)
    assert list(series.between(moment + timedelta(microseconds=1), upcoming.instant)) == []
    assert series.next_after(upcoming.instant, inclusive=True) == upcoming
