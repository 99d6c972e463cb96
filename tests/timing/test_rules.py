"""Rules: what is refused, what never occurs, and that one month at a time gives what dateutil's whole walk gives."""

import calendar
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import TimingError
from bot.timing import Series, zone
from bot.timing.expansion import wall_times
from bot.timing.recurrence import LONGEST_RULE, parse_rule
from tests.timing.walls import PROPERTY

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STARTS = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - wall time

REFUSED = [
    ("FREQ=SECONDLY", "by the day"),
    ("FREQ=MINUTELY;INTERVAL=5", "by the day"),
    ("FREQ=HOURLY", "by the day"),
    ("FREQ=FORTNIGHTLY", "FREQ is"),
    ("FREQ=DA\u0131LY", "FREQ is"),  # a dotless i, which would turn into I
    ("INTERVAL=2", "needs FREQ"),
    ("", "written in parts"),
    ("FREQ=DAILY;", "written in parts"),
    ("FREQ", "written in parts"),
    ("FREQ=", "written in parts"),
    ("weekly on mondays", "written in parts"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a whole number from 1"),
    ("FREQ=DAILY;INTERVAL=-1", "INTERVAL is a whole number from 1"),
    ("FREQ=DAILY;INTERVAL=1001", "INTERVAL is a whole number from 1"),
    ("FREQ=DAILY;INTERVAL=" + "9" * 400, "INTERVAL is a whole number from 1"),
    ("FREQ=DAILY;INTERVAL=٣", "INTERVAL is a whole number from 1"),
    ("FREQ=DAILY;COUNT=0", "COUNT is a whole number from 1"),
    ("FREQ=DAILY;COUNT=10001", "COUNT is a whole number from 1"),
    ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "not both"),
    ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is written"),
    ("FREQ=DAILY;UNTIL=20260230", "UNTIL is written"),
    ("FREQ=DAILY;UNTIL=20261231T250000", "UNTIL is written"),
    ("FREQ=DAILY;UNTIL=00000101", "UNTIL is written"),
    ("FREQ=DAILY;FREQ=WEEKLY", "stands twice"),
    ("FREQ=DAILY;BYDAYS=MO", "nearest known one is BYDAY"),
    ("FREQ=DAILY;INTERVALL=2", "nearest known one is INTERVAL"),
    ("FREQ=YEARLY;BYEASTER=0", "is not known"),
    ("FREQ=DAILY;__CLASS__=1", "is not known"),
    ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO is not supported"),
    ("FREQ=WEEKLY;BYDAY=XX", "BYDAY lists"),
    ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY lists"),
    ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY lists"),
    ("FREQ=MONTHLY;BYDAY=6MO", "at most the 5th"),
    ("FREQ=YEARLY;BYDAY=54MO", "at most the 5th"),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", "at most the 5th"),
    ("FREQ=MONTHLY;BYDAY=MO,1TU", "not both"),
    ("FREQ=WEEKLY;BYDAY=1MO", "Numbered weekdays"),
    ("FREQ=DAILY;BYDAY=-1MO", "Numbered weekdays"),
    ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go"),
    ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY belongs"),
    ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses"),
    ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", "BYSETPOS belongs"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS lists"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY lists"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY lists"),
    ("FREQ=YEARLY;BYMONTH=13", "BYMONTH lists"),
    ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH lists"),
    ("FREQ=DAILY;BYHOUR=24", "BYHOUR lists"),
    ("FREQ=DAILY;BYHOUR=1.5", "BYHOUR lists"),
    ("FREQ=DAILY;BYSECOND=60", "BYSECOND lists"),
    ("FREQ=DAILY;BYHOUR=8,12,16,20,22", "at most 4 times a day"),
    ("FREQ=DAILY;BYHOUR=8,9,10;BYMINUTE=0,30", "at most 4 times a day"),
    ("FREQ=DAILY;BYMINUTE=0,1,2,3;BYSECOND=0,30", "at most 4 times a day"),
    ("FREQ=WEEKLY;WKST=XX", "WKST is"),
    ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "is not known"),
    ("FREQ=DAILY" + " " * LONGEST_RULE, "at most 500 characters"),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_a_rule_that_cannot_be_used_is_refused_in_one_sentence(rule: str, reason: str) -> None:
    with pytest.raises(TimingError) as refusal:
        Series(STARTS, zone("UTC"), rule)
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) < 180


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31;COUNT=10000",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",  # every seventh day from a Monday
    "FREQ=MONTHLY;BYMONTH=2;BYDAY=MO;BYMONTHDAY=31,30",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=1",  # every twelfth month from a November
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=11",
    "FREQ=YEARLY;BYYEARDAY=60;BYMONTH=12",
    "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR;BYSETPOS=4",
]


@pytest.mark.timeout(10)  # by dateutil's walk to the year 9999 one of these alone takes seconds
@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_that_never_occurs_is_answered_within_bounds(rule: str) -> None:
    series = Series(STARTS, zone("America/New_York"), rule)
    for _ in range(20):
        assert series.next_after(NOW) is None
    assert list(series.between(NOW, NOW + timedelta(days=20 * 365))) == []


def test_small_letters_and_the_property_s_own_name_are_understood() -> None:
    assert parse_rule("RRULE:FREQ=WEEKLY;BYDAY=MO") == parse_rule("freq=weekly;byday=mo")


PERIODS = {
    "FREQ=DAILY": ["", ";BYMONTH=1,7,12", ";BYMONTHDAY=1,15,-1", ";BYDAY=MO,WE,SU", ";BYDAY=FR;BYMONTHDAY=13"],
    "FREQ=WEEKLY": [
        "",
        ";BYDAY=MO",
        ";BYDAY=MO,WE,FR",
        ";BYDAY=SA,SU",
        ";BYMONTH=2,3;BYDAY=TU",
        ";BYMONTH=1,12;BYDAY=SU,MO",
    ],
    "FREQ=MONTHLY": [
        "",
        ";BYMONTHDAY=31",
        ";BYMONTHDAY=1,-1,29",
        ";BYDAY=1MO,-1FR",
        ";BYDAY=5WE",
        ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ";BYDAY=SA,SU;BYSETPOS=1,-1,9",
        ";BYDAY=FR;BYMONTHDAY=13",
        ";BYMONTH=2;BYMONTHDAY=29",
    ],
    "FREQ=YEARLY": [
        "",
        ";BYMONTH=3,9",
        ";BYMONTH=2;BYMONTHDAY=29",
        ";BYMONTH=11;BYDAY=4TH",
        ";BYDAY=20MO,-1SU",
        ";BYYEARDAY=1,60,366,-1",
        ";BYMONTH=1,6;BYDAY=MO,TU;BYSETPOS=2,-2",
        ";BYMONTHDAY=31",
        ";BYDAY=SU",
    ],
}
HOURS = ["", ";BYHOUR=7,19", ";BYHOUR=6,12;BYMINUTE=0,30", ";BYMINUTE=15;BYSECOND=0,20,40"]


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(PERIODS)))
    interval = draw(st.sampled_from([1, 1, 2, 3, 4, 5, 7, 10, 13]))
    count = draw(st.none() | st.integers(1, 200))
    return (
        frequency
        + draw(st.sampled_from(PERIODS[frequency]))
        + (f";INTERVAL={interval}" if interval > 1 else "")
        + (f";COUNT={count}" if count else "")
        + draw(st.sampled_from(HOURS))
        + draw(st.sampled_from(["", "", ";WKST=SU", ";WKST=WE"]))
    )


def walked(rule: str, starts: datetime) -> Iterator[datetime]:
    """dateutil's own walk from the beginning. It stumbles over its calendar's last week, where it ends anyway."""
    with suppress(ValueError, OverflowError):
        yield from rrulestr(rule, dtstart=starts)


# In the calendar's last decades, where dateutil's walk has an end even for a rule that never occurs.
STARTING = st.datetimes(datetime(9960, 1, 1), datetime(9985, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 - wall times


@PROPERTY
@given(rules(), STARTING, st.integers(-400, 3000), st.integers(0, 800))
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", datetime(9970, 1, 3, 9), 300, 100)  # noqa: DTZ001 - wall time
@example("FREQ=MONTHLY;COUNT=7;BYDAY=SA,SU;BYSETPOS=1,-1,9", datetime(9970, 1, 18, 9), 10, 300)  # noqa: DTZ001 - wall time
def test_a_period_at_a_time_gives_what_the_whole_walk_gives(rule: str, starts: datetime, later: int, span: int) -> None:
    since = starts.date() + timedelta(days=later)
    through = since + timedelta(days=span)
    until = takewhile(lambda local: local.date() <= through, walked(rule, starts))
    expected = [local for local in until if local.date() >= since]
    assert list(wall_times(parse_rule(rule), starts, since, through)) == expected


@PROPERTY
@given(rules(), STARTING)
def test_from_the_beginning_nothing_is_lost_either(rule: str, starts: datetime) -> None:
    through = starts.date() + timedelta(days=3000)
    expected = list(takewhile(lambda local: local.date() <= through, walked(rule, starts)))
    assert list(wall_times(parse_rule(rule), starts, starts.date(), through)) == expected


def test_the_host_s_first_day_of_the_week_changes_nothing() -> None:
    # dateutil takes its default from `calendar`, which the host process may have set; RFC 5545's is Monday.
    rule, starts = parse_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU"), datetime(2026, 11, 23, 9)  # noqa: DTZ001 - wall time
    first_day = calendar.firstweekday()
    calendar.setfirstweekday(calendar.SUNDAY)
    try:
        dates = [local.date() for local in wall_times(rule, starts, starts.date(), date(2026, 12, 14))]
    finally:
        calendar.setfirstweekday(first_day)
    assert dates == [date(2026, 11, 23), date(2026, 11, 29), date(2026, 12, 7), date(2026, 12, 13)]


KEYS = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYSETPOS",
    "BYHOUR",
]
VALUES = [
    *[
        "DAILY",
        "WEEKLY",
        "MONTHLY",
        "YEARLY",
        "SECONDLY",
        "MO",
        "MO,TU",
        "1MO",
        "-5FR",
        "53SU",
        "0",
        "1",
        "2",
        "-1",
        "5",
    ],
    *[
        "12",
        "30",
        "31",
        "366",
        "-366",
        "999",
        "10000",
        "9" * 40,
        "1,2,3",
        "20261231",
        "20261231T235959Z",
        "99991231",
        "",
        "²",
    ],
]
FRAGMENTS = st.lists(
    st.tuples(st.sampled_from([*KEYS, "BYMINUTE", "BYSECOND", "BYWEEKNO", "X"]), st.sampled_from(VALUES)).map("=".join),
    max_size=5,
)


def hostile() -> st.SearchStrategy[str]:
    whole = FRAGMENTS.map(";".join)
    frequent = st.sampled_from(sorted(PERIODS)).flatmap(lambda frequency: whole.map(lambda rest: f"{frequency};{rest}"))
    return st.text(max_size=40) | whole | frequent


@pytest.mark.timeout(30)
@PROPERTY
@given(hostile())
def test_whatever_is_written_is_refused_or_answered_soon(rule: str) -> None:
    try:
        series = Series(STARTS, zone("Europe/London"), rule)
    except TimingError:
        return
    upcoming = series.next_after(NOW)
    assert upcoming is None or upcoming.instant > NOW
    for occurrence in series.between(NOW, NOW + timedelta(days=30)):
        assert occurrence.instant >= NOW
