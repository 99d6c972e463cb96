"""Until when a member does not want to be reminded or nudged. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import TimingError
from bot.timing import local_date, to_instant

LONGEST_PAUSE = timedelta(days=180)
"""Who wants quiet for longer than half a year has `/stop`."""


def pause_end(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of a pause, in UTC: the first moment of the date written, such as 2026-12-24, or so many days from today.

    None for nothing and for 0, which end a pause. Raises TimingError for anything else, for a date that is not to come,
    and for one beyond the longest pause. ``now`` is aware; the date is one in ``zone``.
    """
    written = text.strip()
    if not written or written == "0":
        return None
    today = local_date(now, zone)
    until = _date(written, today)
    if not today < until <= today + LONGEST_PAUSE:
        raise TimingError("A pause ends on a date to come, within half a year.")
    return to_instant(datetime.combine(until, time(0, 0)), zone).astimezone(UTC)


def _date(written: str, today: date) -> date:
    if written.isascii() and written.isdigit() and len(written) <= 3:
        return today + timedelta(days=int(written))
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise TimingError("A pause is written as a date, such as 2026-12-24, or as a number of days.") from None
