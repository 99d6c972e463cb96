"""From a rule to wall times: dateutil, asked for one month (or year) at a time.

dateutil walks a rule from its beginning to the year 9999, which is slow for a series that began years ago and has no
end for one that never occurs: "30 February" keeps it busy for seconds. So it is never given the walk. For each month,
or for FREQ=YEARLY each year, that touches the window, it expands that one period, from an interval so large that the
next would lie past its calendar. Which periods count under INTERVAL is arithmetic from the series' beginning, and
everything else in a rule (BYDAY, BYSETPOS, ...) looks at one period only, so the result is the same as the walk's.
COUNT alone has to be counted from the beginning, and is.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import MONTHLY, YEARLY, rrule
from dateutil.rrule import weekday as dateutil_weekday

from bot.timing.recurrence import Frequency, Recurrence

_EVERY_DAY = tuple(range(1, 32))
_PAST_THE_CALENDAR = 12 * 10_000


def wall_times(recurrence: Recurrence, starts: datetime, since: date, through: date) -> Iterator[datetime]:
    """The naive wall times that the rule gives, ascending, on the dates `since` to `through`, both included.

    The first at all is the first at or after `starts` that fits the rule: `starts` itself is one only if it fits.
    COUNT is obeyed here; UNTIL, which may be an instant, is left to who knows the zone.
    """
    if recurrence.count is None:
        yield from _expand(recurrence, starts, max(since, starts.date()), through)
    else:
        counted = islice(_expand(recurrence, starts, starts.date(), through), recurrence.count)
        yield from (local for local in counted if local.date() >= since)


def _expand(recurrence: Recurrence, starts: datetime, since: date, through: date) -> Iterator[datetime]:
    for first_day in _periods(recurrence, starts, since, through):
        for local in _within_period(recurrence, starts, first_day):
            day = local.date()
            if day > through:
                return
            if day >= since and local >= starts and _on_interval(recurrence, starts.date(), day):
                yield local


def _periods(recurrence: Recurrence, starts: datetime, since: date, through: date) -> Iterator[date]:
    """The first days of the years, or months, in which to look."""
    if recurrence.frequency is Frequency.YEARLY:
        for year in range(since.year, through.year + 1):
            if (year - starts.year) % recurrence.interval == 0:
                yield date(year, 1, 1)
        return
    step = recurrence.interval if recurrence.frequency is Frequency.MONTHLY else 1
    for index in range(_month_index(since), _month_index(through) + 1):
        year, month = divmod(index, 12)
        if (index - _month_index(starts)) % step == 0 and (not recurrence.months or month + 1 in recurrence.months):
            yield date(year, month + 1, 1)


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _within_period(recurrence: Recurrence, starts: datetime, first_day: date) -> Iterator[datetime]:
    months, month_days = recurrence.months, recurrence.month_days
    weekdays = tuple(dateutil_weekday(day.weekday, day.nth) for day in recurrence.days)
    # What a rule leaves unsaid it takes from the series' beginning; said here, since dateutil sees another beginning.
    if not (weekdays or month_days or recurrence.year_days):
        match recurrence.frequency:
            case Frequency.YEARLY:
                months, month_days = months or (starts.month,), (starts.day,)
            case Frequency.MONTHLY:
                month_days = (starts.day,)
            case Frequency.WEEKLY:
                weekdays = (dateutil_weekday(starts.weekday()),)
            case Frequency.DAILY:
                month_days = _EVERY_DAY
    return iter(
        rrule(
            freq=YEARLY if recurrence.frequency is Frequency.YEARLY else MONTHLY,
            dtstart=datetime.combine(first_day, time.min),
            interval=_PAST_THE_CALENDAR,
            bysetpos=recurrence.positions or None,
            bymonth=months or None,
            bymonthday=month_days or None,
            byyearday=recurrence.year_days or None,
            byweekday=weekdays or None,
            byhour=recurrence.hours or (starts.hour,),
            byminute=recurrence.minutes or (starts.minute,),
            bysecond=recurrence.seconds or (starts.second,),
        )
    )


def _on_interval(recurrence: Recurrence, first: date, day: date) -> bool:
    """Whether INTERVAL takes in this day, or its week; months and years were chosen before."""
    match recurrence.frequency:
        case Frequency.DAILY:
            return (day - first).days % recurrence.interval == 0
        case Frequency.WEEKLY:
            weeks = _week_number(day, recurrence.week_start) - _week_number(first, recurrence.week_start)
            return weeks % recurrence.interval == 0
        case _:
            return True


def _week_number(day: date, week_start: int) -> int:
    """Weeks since the calendar's first, whose first day, ordinal 1, was a Monday."""
    return (day.toordinal() - 1 - week_start) // 7
