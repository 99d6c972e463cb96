"""Days and times as staff type them: `2026-12-24`, or `2026-12-24 18:00`, on the programme's own clock."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import TimingError
from bot.timing import parse_time, to_instant

_WRITTEN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]+([0-9:]+))?", re.ASCII)
_NEVER = "Write a day as 2026-12-24, or a day and a time as 2026-12-24 18:00, on the programme's own clock."


def moment_of(text: str, zone: ZoneInfo, *, ends: bool) -> datetime:
    """The instant (UTC) that ``text`` means in ``zone``. A day alone is its first moment; what ``ends``, its last.

    Raises:
        TimingError: with one sentence, where it is no such day or time.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise TimingError(_NEVER)
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        raise TimingError("This day is in no calendar. " + _NEVER) from None
    if found[2] is not None:
        return to_instant(datetime.combine(day, parse_time(found[2])), zone)
    # Never 24 hours on: the day after begins when its own wall clock says so.
    return to_instant(datetime.combine(day + timedelta(days=ends), datetime.min.time()), zone)
