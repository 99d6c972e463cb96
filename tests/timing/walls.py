"""Clocks on walls, read minute by minute with plain zoneinfo: the second opinion on what bot.timing works out.

Nothing here uses bot.timing. Offsets of the years used here are in whole minutes, so a scan by minutes sees everything.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)

ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # half an hour
    "America/Phoenix",  # no DST
    "UTC",
    "Asia/Kolkata",  # half an hour off the hour, no DST
    "Pacific/Apia",  # no 30 December 2011
    "Africa/Cairo",  # the gap begins at midnight, on and off over the years
    "Asia/Beirut",  # the gap begins at midnight
    "America/Sao_Paulo",  # midnight gaps until 2018, then none
    "America/St_Johns",  # changed at 00:01 until 2011
    "Pacific/Chatham",  # 12:45
    "Antarctica/Troll",  # two hours
    "Africa/Casablanca",  # DST that pauses for Ramadan
)
FIRST, LAST = datetime(2005, 1, 1, tzinfo=UTC), datetime(2036, 12, 31, tzinfo=UTC)

# The same examples on every run; no deadline, because two cores are shared.
PROPERTY = settings(max_examples=120, derandomize=True, deadline=None, database=None)


def reading(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def first_shown(local: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock shows `local` or, where it never does, has passed it."""
    instant = local.replace(tzinfo=UTC) - timedelta(hours=15)
    while reading(instant, zone) < local:
        instant += MINUTE
    return instant


def exists(local: datetime, zone: ZoneInfo) -> bool:
    return reading(first_shown(local, zone), zone) == local


def minutes_from(instant: datetime, step: timedelta = MINUTE) -> Iterator[datetime]:
    while True:
        yield instant
        instant += step


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants from FIRST to LAST at which this zone changes its clock."""
    zone, found, day = ZoneInfo(name), [], FIRST
    while day < LAST:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            before = day.astimezone(zone).utcoffset()
            found.append(next(i for i in minutes_from(day) if i.astimezone(zone).utcoffset() != before))
        day = following
    return tuple(found)


def instants_in(name: str) -> st.SearchStrategy[datetime]:
    """Whole minutes in UTC: anywhere from 2005 to 2036, or within a day or two of a change of the clock."""
    anywhere = st.integers(0, int((LAST - FIRST) / MINUTE)).map(lambda minutes: FIRST + minutes * MINUTE)
    if not changes(name):
        return anywhere
    near = st.builds(lambda at, by: at + by * MINUTE, st.sampled_from(changes(name)), st.integers(-1800, 1800))
    close = st.builds(lambda at, by: at + by * MINUTE, st.sampled_from(changes(name)), st.integers(-130, 130))
    return anywhere | near | close


def zones_and_instants() -> st.SearchStrategy[tuple[ZoneInfo, datetime]]:
    return st.sampled_from(ZONES).flatmap(lambda name: st.tuples(st.just(ZoneInfo(name)), instants_in(name)))


@st.composite
def zones_and_wall_times(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a wall time, often one that its clock skips or shows twice."""
    zone, instant = draw(zones_and_instants())
    return zone, reading(instant, zone) + draw(st.integers(-90, 90)) * MINUTE


def times_of_day() -> st.SearchStrategy[time]:
    """Whole minutes, often those at which clocks are changed."""
    awkward = st.sampled_from([time(0), time(0, 30), time(1), time(1, 30), time(2), time(2, 30), time(3), time(23, 59)])
    return awkward | st.builds(time, st.integers(0, 23), st.integers(0, 59))


def days_between(first: date, last: date) -> list[date]:
    return [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]
