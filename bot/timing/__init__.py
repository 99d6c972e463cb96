"""Clock, wall-time recurrence, zones, quiet hours."""

from bot.timing.clock import Clock, ManualClock, OffsetClock, SystemClock
from bot.timing.durations import format_duration, parse_duration
from bot.timing.instants import as_instant
from bot.timing.quiet import QuietHours
from bot.timing.reminding import next_reminder
from bot.timing.series import Occurrence, Series
from bot.timing.walltime import Weekday, WeekTime, format_time, parse_time, parse_week_time, parse_weekday
from bot.timing.zones import local_date, to_instant, to_local, zone

__all__ = [
    "Clock",
    "ManualClock",
    "Occurrence",
    "OffsetClock",
    "QuietHours",
    "Series",
    "SystemClock",
    "WeekTime",
    "Weekday",
    "as_instant",
    "format_duration",
    "format_time",
    "local_date",
    "next_reminder",
    "parse_duration",
    "parse_time",
    "parse_week_time",
    "parse_weekday",
    "to_instant",
    "to_local",
    "zone",
]
