"""Time zones: between what the clock on somebody's wall shows and the instant it means.

Zones are IANA names ("America/New_York"). Their rules come from the machine, or from the `tzdata` package where the
machine has none, which `zoneinfo` looks for by itself. "Local" here always means a naive datetime: the reading of a
wall clock in a zone that is passed beside it.
"""

from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import TimingError
from bot.timing.instants import as_instant


@cache
def _names_by_spelling() -> dict[str, str]:
    """Zone names by what people write for them: the name itself or its city, in small letters, `_` for a space."""
    names = sorted(available_timezones())
    spellings = {name.rpartition("/")[2].lower(): name for name in names if "/" in name}
    # Second, so that a whole name ("Japan") wins over a city spelt the same.
    spellings |= {name.lower(): name for name in names}
    return spellings


def _nearest_name(name: str) -> str | None:
    spellings = _names_by_spelling()
    written = name.strip().lower().replace(" ", "_")[:64]
    for attempt in (written, written.rpartition("/")[2]):
        if attempt in spellings:
            return spellings[attempt]
    for attempt in (written, written.rpartition("/")[2]):
        if near := get_close_matches(attempt, spellings, n=1, cutoff=0.7):
            return spellings[near[0]]
    return None


def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name, spelt exactly.

    Raises TimingError naming the nearest known zone, if one is near. The name itself is not repeated: it may be
    something that a person typed.
    """
    # Looked up in the list first, because ZoneInfo opens a file by the name it is given.
    if name in available_names():
        return ZoneInfo(name)
    nearest = _nearest_name(name)
    hint = f"the nearest is {nearest}" if nearest else 'write it like "America/New_York"'
    raise TimingError(f"This time zone is not known; {hint}.")


@cache
def available_names() -> frozenset[str]:
    """Every zone name that `zone` accepts."""
    return frozenset(available_timezones())


def to_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a wall clock in `zone` shows `local` (naive).

    A time that the clock skips in spring becomes the first instant after the gap: 02:30 in New York on that day is
    03:00 EDT, the instant of the change. A time that it shows twice in autumn is the first of the two. So the result
    never decreases as `local` grows, and two times of one gap give the same instant.

    Raises TimingError for an aware datetime, or one at the very ends of the calendar.
    """
    if local.tzinfo is not None:
        raise TimingError("A wall time carries no time zone of its own; its zone is told beside it.")
    try:
        first = local.replace(fold=0, tzinfo=zone).astimezone(UTC)
        if to_local(first, zone) == local.replace(fold=0):
            return first
        return _end_of_gap(local, zone)
    except OverflowError:
        raise TimingError("This wall time lies outside the calendar's years 1 to 9999.") from None


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the gap in which `local` lies, found by halving, since zoneinfo keeps no public list.

    PEP 495: in a gap fold=1 reads the time by the offset after the change, which gives an instant before it, and
    fold=0 by the offset before, which gives an instant after it. The change lies between, on a whole second.
    """
    whole = local.replace(microsecond=0, fold=0)
    before = whole.replace(fold=1, tzinfo=zone).astimezone(UTC)
    after = whole.replace(tzinfo=zone).astimezone(UTC)
    while (width := after - before) > timedelta(seconds=1):
        middle = before + timedelta(seconds=width // timedelta(seconds=2))
        if to_local(middle, zone) > whole:
            after = middle
        else:
            before = middle
    return after


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What a wall clock in `zone` shows at `instant` (aware): naive, and always with fold=0.

    Raises TimingError for a naive `instant`, or one at the very ends of the calendar.
    """
    moment = as_instant(instant)
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        raise TimingError("This moment lies outside the calendar's years 1 to 9999.") from None


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date in `zone` at `instant` (aware). Raises TimingError for a naive datetime."""
    return to_local(instant, zone).date()
