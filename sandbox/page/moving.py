"""Moving the clock, as people say it: by so much, to the next nine o'clock, to a day and time."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.errors import Refused

FARTHEST: Final = timedelta(days=3 * 366)
"""How far one move may go: what is a slip of the finger is not a decade of reminders."""


def zone_named(name: str) -> ZoneInfo:
    """The zone of this IANA name.

    Raises:
        Refused: none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("zone", "There is no time zone of that name.") from None


def until_next(now: datetime, wall: time, zone: ZoneInfo) -> timedelta:
    """How long it is until the clocks of `zone` next show `wall`; `now` is aware. Never zero.

    On a day that skips that time it is the first instant after the gap, on one that has it twice the first.
    """
    day = now.astimezone(zone).date()
    for ahead in range(3):
        moment = _instant(datetime.combine(day + timedelta(days=ahead), wall), zone)
        if moment > now:
            return moment - now
    raise AssertionError("every day has every wall time, or the end of a gap in its place")


def until(now: datetime, wall: datetime, zone: ZoneInfo) -> timedelta:
    """How long it is until a day and time (`wall`, naive) of `zone`.

    Raises:
        Refused: that is past.
    """
    delta = _instant(wall, zone) - now
    if delta < timedelta(0):
        raise Refused("past", "That is past. The clock moves forward only.")
    return delta


def checked(delta: timedelta) -> timedelta:
    """The same, where it is forward and not out of all reason.

    Raises:
        Refused: it is not.
    """
    if delta < timedelta(0):
        raise Refused("past", "The clock moves forward only.")
    if delta > FARTHEST:
        raise Refused("far", "That is more than three years ahead.")
    return delta


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    local = wall.replace(tzinfo=zone, fold=0)
    there = local.astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) == wall:
        return there
    # In a gap: the offset before it, applied to a time inside it, lands as far behind its end as `wall` lies in it.
    offset_after = wall.replace(tzinfo=zone, fold=1).utcoffset() or timedelta(0)
    offset_before = local.utcoffset() or timedelta(0)
    low, high = there - abs(offset_before - offset_after), there
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == there.astimezone(zone).utcoffset():
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)
