"""Durations, wall times and weekdays as people write them."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TimingError
from bot.timing import (
    Weekday,
    WeekTime,
    format_duration,
    format_time,
    parse_duration,
    parse_time,
    parse_week_time,
    parse_weekday,
)
from tests.timing.walls import PROPERTY

DURATIONS = [
    ("0s", timedelta(0)),
    ("1s", timedelta(seconds=1)),
    ("10m", timedelta(minutes=10)),
    ("24h", timedelta(days=1)),
    ("7d", timedelta(days=7)),
    ("1h30m", timedelta(minutes=90)),
    ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ("3660d", timedelta(days=3660)),
]
NOT_DURATIONS = [
    "",
    " ",
    "10",
    "m",
    "10 m",
    "-5m",
    "1.5h",
    "30m1h",
    "1h1h",
    "1w",
    "10M",
    "1h ",
    "٣m",
    "3661d",
    "9" * 400 + "d",
]


@pytest.mark.parametrize(("text", "duration"), DURATIONS)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", NOT_DURATIONS)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(TimingError, match=r"^A duration is .*\.$"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=1), "1d"),
        (timedelta(seconds=3661), "1h1m1s"),
    ],
)
def test_a_duration_is_written_in_its_largest_units(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1), timedelta(days=3661)])
def test_what_cannot_be_read_back_is_not_written(duration: timedelta) -> None:
    with pytest.raises(TimingError):
        format_duration(duration)


@PROPERTY
@given(st.integers(0, 3660 * 86400).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_written_is_read_back(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "at"),
    [("18:00", time(18)), ("9:00", time(9)), ("09:05", time(9, 5)), ("0:00", time(0)), ("23:59", time(23, 59))],
)
def test_a_time_is_read(text: str, at: time) -> None:
    assert parse_time(text) == at
    assert parse_time(format_time(at)) == at


@pytest.mark.parametrize(
    "text",
    ["", "24:00", "12:60", "18:00:00", "6pm", "18", "18:0", ":30", "-1:00", " 18:00", "18:00\n", "1080", "١٨:٠٠"],
)
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(TimingError, match=r"^A time is written .*\.$"):
        parse_time(text)


def test_a_weekday_knows_its_number_its_rule_name_and_its_dates() -> None:
    assert [parse_weekday(name).number for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")] == list(range(7))
    assert [day.rule_name for day in Weekday] == ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    assert parse_weekday("Fri") is Weekday.FRI
    assert Weekday.of(date(2026, 11, 23)) is Weekday.MON
    assert Weekday.of(date(2026, 11, 29)) is Weekday.SUN


@pytest.mark.parametrize("text", ["", "monday", "mo", "lun", "1", "mon,tue"])
def test_anything_else_is_no_weekday(text: str) -> None:
    with pytest.raises(TimingError, match=r"^A weekday is written .*\.$"):
        parse_weekday(text)


def test_a_time_of_the_week_is_read_and_written() -> None:
    assert parse_week_time("mon 09:00") == WeekTime(Weekday.MON, time(9))
    assert str(parse_week_time("Sun  7:30")) == "sun 07:30"


@pytest.mark.parametrize("text", ["", "mon", "09:00", "09:00 mon", "mon 25:00", "mon 09:00 tue", "noon 09:00"])
def test_anything_else_is_no_time_of_the_week(text: str) -> None:
    with pytest.raises(TimingError):
        parse_week_time(text)


def refusal_of(parse: Callable[[str], object], text: str) -> str | None:
    try:
        parse(text)
    except TimingError as refusal:
        return str(refusal)
    return None


@PROPERTY
@given(st.text(max_size=12), st.sampled_from([parse_duration, parse_time, parse_weekday, parse_week_time]))
def test_whatever_is_typed_is_read_or_refused_in_a_sentence_that_does_not_repeat_it(
    text: str, parse: Callable[[str], object]
) -> None:
    assert (refusal_of(parse, text) or ".").endswith(".")
    assert "canary" not in (refusal_of(parse, f"canary {text}") or "canary")
