"""Instants: the one form in which a moment is kept, passed and compared, which is an aware datetime in UTC."""

from datetime import UTC, datetime

from bot.errors import TimingError


def as_instant(moment: datetime) -> datetime:
    """The same moment in UTC; `moment` may be in any zone.

    Raises TimingError for a naive datetime: nobody can tell which moment it means.
    """
    if moment.utcoffset() is None:
        raise TimingError("A moment needs its time zone; this one has none.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise TimingError("This moment lies outside the calendar's years 1 to 9999.") from None
