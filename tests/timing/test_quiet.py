"""Quiet hours, held against a wall clock that is read minute by minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.errors import TimingError
from bot.timing import QuietHours, zone
from tests.timing.walls import MINUTE, PROPERTY, minutes_from, reading, times_of_day, zones_and_instants

NIGHT = QuietHours(time(22), time(7))
NEW_YORK = zone("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# hours, instant, when quiet ends, when it may be instead before it begins
TABLE = [
    (NIGHT, "2026-11-23T17:00", "2026-11-23T17:00", "2026-11-23T17:00"),  # noon
    (NIGHT, "2026-11-24T02:59:59", "2026-11-24T02:59:59", "2026-11-24T02:59:59"),  # 21:59:59
    (NIGHT, "2026-11-24T03:00", "2026-11-24T12:00", "2026-11-24T02:59"),  # 22:00 is quiet
    (NIGHT, "2026-11-24T11:59:59", "2026-11-24T12:00", "2026-11-24T02:59"),
    (NIGHT, "2026-11-24T12:00", "2026-11-24T12:00", "2026-11-24T12:00"),  # 07:00 is not
    (NIGHT, "2026-03-08T04:00", "2026-03-08T11:00", "2026-03-08T02:59"),  # the night is an hour short
    (NIGHT, "2026-03-08T10:00", "2026-03-08T11:00", "2026-03-08T02:59"),
    (NIGHT, "2026-11-01T04:00", "2026-11-01T12:00", "2026-11-01T01:59"),  # and an hour long
    (NIGHT, "2026-11-01T11:00", "2026-11-01T12:00", "2026-11-01T01:59"),
    (QuietHours(time(13), time(14, 30)), "2026-11-23T18:10", "2026-11-23T19:30", "2026-11-23T17:59"),
    # Ends at a time that the night skips: the first minute after the gap is free.
    (QuietHours(time(22), time(2, 30)), "2026-03-08T06:59", "2026-03-08T07:00", "2026-03-08T02:59"),
    # Begins at a time that the night skips: quiet from the first minute after it.
    (QuietHours(time(2, 30), time(7)), "2026-03-08T07:00", "2026-03-08T11:00", "2026-03-08T06:59"),
    # The free hour itself is skipped: quiet runs on to the next day's.
    (QuietHours(time(3), time(2)), "2026-03-08T06:30", "2026-03-09T06:00", "2026-03-07T07:59"),
    # Ends at a time shown twice: free between, quiet again when the clock goes back.
    (QuietHours(time(22), time(1, 30)), "2026-11-01T05:15", "2026-11-01T05:30", "2026-11-01T01:59"),
    (QuietHours(time(22), time(1, 30)), "2026-11-01T06:15", "2026-11-01T06:30", "2026-11-01T05:59"),
    # Begins at a time shown twice, and is left once more.
    (QuietHours(time(1, 30), time(7)), "2026-11-01T05:45", "2026-11-01T06:00", "2026-11-01T05:29"),
    (QuietHours(time(1, 30), time(7)), "2026-11-01T06:45", "2026-11-01T12:00", "2026-11-01T06:29"),
    # All of both passes is quiet, so it began before the first.
    (QuietHours(time(1), time(7)), "2026-11-01T06:10", "2026-11-01T12:00", "2026-11-01T04:59"),
]


@pytest.mark.parametrize(("hours", "instant", "ends", "earlier"), TABLE)
def test_nights_in_new_york(hours: QuietHours, instant: str, ends: str, earlier: str) -> None:
    assert hours.ends_after(utc(instant), NEW_YORK) == utc(ends)
    assert hours.moved_earlier(utc(instant), NEW_YORK) == utc(earlier)
    assert hours.contains(utc(instant), NEW_YORK) is (ends != instant)


def test_hours_that_begin_when_they_end_are_none() -> None:
    none = QuietHours(time(8), time(8))
    for instant in (utc("2026-11-23T13:00"), utc("2026-11-23T12:59"), utc("2026-11-23T03:00")):
        assert not none.contains(instant, NEW_YORK)
        assert none.ends_after(instant, NEW_YORK) == instant
        assert none.moved_earlier(instant, NEW_YORK) == instant


def test_hours_are_whole_minutes_of_a_wall_clock() -> None:
    for wrong in (time(22, 0, 1), time(22, 0, 0, 1), time(22, tzinfo=UTC)):
        with pytest.raises(TimingError):
            QuietHours(wrong, time(7))
        with pytest.raises(TimingError):
            QuietHours(time(22), wrong)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 23)  # noqa: DTZ001 - under test
    for ask in (NIGHT.contains, NIGHT.ends_after, NIGHT.moved_earlier):
        with pytest.raises(TimingError):
            ask(naive, NEW_YORK)


def minute_of_day(at: time) -> int:
    return at.hour * 60 + at.minute


def is_quiet(hours: QuietHours, instant: datetime, where: ZoneInfo) -> bool:
    """Counted in minutes round the dial from the beginning of quiet, unlike the comparisons under test."""
    shown = minute_of_day(reading(instant, where).time())
    start, end = minute_of_day(hours.start), minute_of_day(hours.end)
    return (shown - start) % 1440 < (end - start) % 1440


@PROPERTY
@given(zones_and_instants(), times_of_day(), times_of_day(), st.integers(0, 59_999_999))
@example((ZoneInfo("Pacific/Apia"), utc("2011-12-30T12:00")), time(22), time(21), 0)
@example((ZoneInfo("Pacific/Apia"), utc("2011-12-30T09:30")), time(18), time(12), 0)
def test_quiet_ends_and_began_where_the_clock_says(
    case: tuple[ZoneInfo, datetime], start: time, end: time, within_minute: int
) -> None:
    where, minute = case
    hours = QuietHours(start, end)
    instant = minute + timedelta(microseconds=within_minute)
    assert hours.contains(instant, where) is is_quiet(hours, minute, where)
    if is_quiet(hours, minute, where):
        ends = next(i for i in minutes_from(minute) if not is_quiet(hours, i, where))
        before = next(i for i in minutes_from(minute, -MINUTE) if not is_quiet(hours, i, where))
    else:
        ends = before = instant
    assert hours.ends_after(instant, where) == ends
    assert hours.moved_earlier(instant, where) == before


@PROPERTY
@given(zones_and_instants(), times_of_day(), times_of_day())
def test_nothing_is_put_inside_quiet_hours_or_further_off_than_two_days(
    case: tuple[ZoneInfo, datetime], start: time, end: time
) -> None:
    where, instant = case
    hours = QuietHours(start, end)
    assume(hours.contains(instant, where))
    ends, earlier = hours.ends_after(instant, where), hours.moved_earlier(instant, where)
    assert not hours.contains(ends, where)
    assert not hours.contains(earlier, where)
    assert instant - timedelta(hours=50) < earlier < instant < ends < instant + timedelta(hours=50)
