"""How fast series become instants: the arithmetic of wall time, for every series at every plan."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Final

from dateutil.rrule import rrulestr

from bot.bench.figures import Figure, Table, Unit
from bot.bench.scale import Scale
from bot.timing import Series, Weekday, zone

_DAYS_AHEAD: Final = timedelta(days=30)
_NOW: Final = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
_ZONES: Final = ("America/New_York", "America/Los_Angeles", "Europe/Madrid", "Australia/Sydney", "America/Phoenix")


def measure(scale: Scale) -> Table:
    """Weekly series over thirty days, against dateutil walking each from its beginning."""
    found = [_made_up_series(number) for number in range(scale.series)]
    ours, walks = [], []
    for _ in range(scale.runs):
        took, expanded = _timed(lambda: [_expanded(one) for one in found])
        walked_in, walked = _timed(lambda: [_walked(one) for one in found])
        if expanded != walked:
            raise RuntimeError("two ways to expand one series disagree: the figures compare nothing")
        ours.append(took * 1000)
        walks.append(walked_in * 1000)
    ratios = [walk / took for walk, took in zip(walks, ours, strict=True)]
    what = f"{scale.series:,} weekly series, {_DAYS_AHEAD.days} days"
    return Table(
        "Series",
        (
            Figure(what, tuple(ours), Unit.MILLISECONDS, design=38),
            Figure("dateutil from each series' beginning, against that", tuple(ratios), Unit.TIMES),
        ),
    )


def _made_up_series(number: int) -> Series:
    """Begun up to three years ago, on one to three days a week, at an hour that no zone's clock skips."""
    days = [Weekday.MON, Weekday.WED, Weekday.FRI][: number % 3 + 1]
    since = date(2026, 11, 1) - timedelta(days=number * 13 % 1_100)
    return Series.weekly(days, time(9 + number % 10, number % 4 * 15), zone(_ZONES[number % len(_ZONES)]), since)


def _expanded(one: Series) -> list[datetime]:
    return [occurrence.instant for occurrence in one.between(_NOW, _NOW + _DAYS_AHEAD)]


def _walked(one: Series) -> list[datetime]:
    rule = rrulestr(one.rule or "", dtstart=one.starts.replace(tzinfo=one.zone))
    found = rule.between(_NOW, _NOW + _DAYS_AHEAD, inc=True)
    return [local.astimezone(UTC) for local in found if local < _NOW + _DAYS_AHEAD]


def _timed(work: Callable[[], list[list[datetime]]]) -> tuple[float, list[list[datetime]]]:
    began = perf_counter()
    found = work()
    return perf_counter() - began, found
