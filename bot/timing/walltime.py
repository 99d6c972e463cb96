"""What a clock on the wall and a week on a calendar say: `18:00`, `mon`, `mon 09:00`. No zone is in any of them."""

import re
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from bot.errors import TimingError

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)


def parse_time(text: str) -> time:
    """The wall time written as hours and minutes of a 24-hour clock, `18:00` or `9:00`; naive.

    Raises TimingError for anything else, seconds and 24:00 included.
    """
    match = _TIME.fullmatch(text)
    if match is not None:
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise TimingError("A time is written as hours and minutes from 00:00 to 23:59, such as 09:00 or 18:30.")


def format_time(at: time) -> str:
    """The time as `parse_time` reads it, with two digits for the hour."""
    return f"{at:%H:%M}"


class Weekday(StrEnum):
    """A day of the week, named as the programme file names it."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """Days since Monday, 0 to 6, as `date.weekday` counts."""
        return list(Weekday).index(self)

    @property
    def rule_name(self) -> str:
        """The two letters that RFC 5545 has for this day in BYDAY, such as MO."""
        return self.value[:2].upper()

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """The weekday on which a date falls."""
        return list(cls)[day.weekday()]


def parse_weekday(text: str) -> Weekday:
    """The weekday of this three-letter name, in small or capital letters. Raises TimingError for anything else."""
    try:
        return Weekday(text.lower())
    except ValueError:
        raise TimingError("A weekday is written mon, tue, wed, thu, fri, sat or sun.") from None


@dataclass(frozen=True)
class WeekTime:
    """A wall time on a day of the week, such as the hand-over of a rota."""

    weekday: Weekday
    time: time

    def __str__(self) -> str:
        return f"{self.weekday} {format_time(self.time)}"


def parse_week_time(text: str) -> WeekTime:
    """The weekday and time written as `mon 09:00`. Raises TimingError for anything else."""
    words = text.split()
    if len(words) != 2:
        raise TimingError("A time of the week is written as a weekday and a time, such as mon 09:00.")
    return WeekTime(parse_weekday(words[0]), parse_time(words[1]))
