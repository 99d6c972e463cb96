"""Between wall clocks and instants, on both nights of the year when clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.errors import TimingError
from bot.timing import as_instant, local_date, to_instant, to_local, zone
from tests.timing.walls import (
    MINUTE,
    PROPERTY,
    ZONES,
    changes,
    exists,
    first_shown,
    reading,
    zones_and_instants,
    zones_and_wall_times,
)

# zone, wall time, the instant in UTC, what the clock shows then
TABLE = [
    ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59", "2026-03-08T01:59"),
    ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00", "2026-03-08T03:00"),  # the gap's first minute
    ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00", "2026-03-08T03:00"),
    ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00", "2026-03-08T03:00"),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "2026-11-01T01:30"),  # the first of two, EDT
    ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00", "2026-11-01T02:00"),
    ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:00", "2026-03-29T02:00"),
    ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
    ("Australia/Sydney", "2026-10-04T02:30", "2026-10-03T16:00", "2026-10-04T03:00"),  # spring is in October
    ("Australia/Sydney", "2026-04-05T02:30", "2026-04-04T15:30", "2026-04-05T02:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", "2026-10-04T02:30"),  # skips half an hour
    ("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30", "2026-10-04T02:30"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-05T01:45"),
    ("America/Phoenix", "2026-03-08T02:30", "2026-03-08T09:30", "2026-03-08T02:30"),
    ("UTC", "2026-03-08T02:30", "2026-03-08T02:30", "2026-03-08T02:30"),
    ("Asia/Kolkata", "2026-03-08T02:30", "2026-03-07T21:00", "2026-03-08T02:30"),
    ("Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59", "2011-12-29T23:59"),
    ("Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00", "2011-12-31T00:00"),  # the day that was not
    ("Pacific/Apia", "2011-12-30T18:00", "2011-12-30T10:00", "2011-12-31T00:00"),
    ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00", "2011-12-31T00:00"),
    ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28T22:00", "2026-03-29T01:00"),  # no midnight
    ("Asia/Beirut", "2026-10-24T23:30", "2026-10-24T20:30", "2026-10-24T23:30"),
    ("Africa/Cairo", "2024-04-26T00:30", "2024-04-25T22:00", "2024-04-26T01:00"),
    ("Antarctica/Troll", "2026-03-29T02:00", "2026-03-29T01:00", "2026-03-29T03:00"),  # skips two hours
]


@pytest.mark.parametrize(("name", "local", "instant", "shown"), TABLE)
def test_the_nights_when_clocks_are_changed(name: str, local: str, instant: str, shown: str) -> None:
    result = to_instant(datetime.fromisoformat(local), zone(name))
    assert result == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert result.tzinfo is UTC
    assert to_local(result, zone(name)) == datetime.fromisoformat(shown)


def test_the_zones_under_test_are_of_every_kind() -> None:
    assert {name for name in ZONES if not changes(name)} == {"America/Phoenix", "UTC", "Asia/Kolkata"}
    assert not exists(datetime(2011, 12, 30, 12), ZoneInfo("Pacific/Apia"))  # noqa: DTZ001 - wall time


def test_both_passes_of_an_autumn_hour_are_shown_alike() -> None:
    new_york = zone("America/New_York")
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert to_local(first, new_york) == to_local(second, new_york)
    assert to_instant(to_local(second, new_york).replace(fold=1), new_york) == first


def test_seconds_inside_a_gap_lead_to_its_end_and_others_are_kept() -> None:
    new_york = zone("America/New_York")
    end = datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert to_instant(datetime(2026, 3, 8, 2, 59, 59, 999_999), new_york) == end  # noqa: DTZ001 - wall time
    before = datetime(2026, 3, 8, 1, 59, 59, 999_999)  # noqa: DTZ001 - wall time
    assert to_instant(before, new_york) == end - timedelta(microseconds=1)


def test_a_date_is_the_date_of_the_place() -> None:
    instant = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert local_date(instant, zone("America/New_York")) == date(2026, 11, 22)
    assert local_date(instant, zone("Australia/Sydney")) == date(2026, 11, 23)


def test_a_datetime_of_the_wrong_kind_is_refused() -> None:
    naive, aware = datetime(2026, 11, 23, 12), datetime(2026, 11, 23, 12, tzinfo=UTC)  # noqa: DTZ001 - under test
    with pytest.raises(TimingError):
        to_instant(aware, zone("UTC"))
    with pytest.raises(TimingError):
        to_local(naive, zone("UTC"))
    with pytest.raises(TimingError):
        local_date(naive, zone("UTC"))
    with pytest.raises(TimingError):
        as_instant(naive)


def test_the_ends_of_the_calendar_are_refused_not_crashed_into() -> None:
    east, west = zone("Asia/Tokyo"), zone("America/New_York")
    first, last = datetime.min, datetime.max  # noqa: DTZ901 - wall times
    for local, where in ((first, east), (last, west)):
        with pytest.raises(TimingError):
            to_instant(local, where)
    for instant, where in ((first.replace(tzinfo=UTC), west), (last.replace(tzinfo=UTC), east)):
        with pytest.raises(TimingError):
            to_local(instant, where)
    with pytest.raises(TimingError):
        as_instant(first.replace(tzinfo=east))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Amercia/New_York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("New York", "America/New_York"),
        ("Europe/Lodnon", "Europe/London"),
        ("sydney", "Australia/Sydney"),
        ("utc", "UTC"),
    ],
)
def test_a_misspelt_zone_is_refused_with_the_nearest_name(written: str, meant: str) -> None:
    with pytest.raises(TimingError, match=rf"the nearest is {meant}\.$"):
        zone(written)


@pytest.mark.parametrize("written", ["", "../../etc/passwd", "/etc/localtime", "\0", "qqqq", "America", "x" * 10_000])
def test_what_is_no_zone_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(TimingError) as refusal:
        zone(written)
    assert "passwd" not in str(refusal.value)
    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_is_known_by_its_name(name: str) -> None:
    assert zone(name).key == name


@PROPERTY
@given(zones_and_wall_times())
def test_a_wall_time_is_the_first_minute_at_which_a_clock_shows_it_or_has_passed_it(
    case: tuple[ZoneInfo, datetime],
) -> None:
    where, local = case
    assert to_instant(local, where) == first_shown(local, where)


@PROPERTY
@given(zones_and_wall_times())
def test_a_wall_time_outside_a_gap_comes_back_and_one_inside_comes_out_at_its_end(
    case: tuple[ZoneInfo, datetime],
) -> None:
    where, local = case
    shown = to_local(to_instant(local, where), where)
    if exists(local, where):
        assert shown == local
    else:
        assert shown > local
        assert reading(to_instant(local, where) - MINUTE, where) < local


@PROPERTY
@given(zones_and_instants())
def test_an_instant_comes_back_unless_it_is_the_second_pass_of_an_hour(case: tuple[ZoneInfo, datetime]) -> None:
    where, instant = case
    back = to_instant(to_local(instant, where), where)
    assert back <= instant
    assert reading(back, where) == reading(instant, where)
