"""The things of the world as Discord's JSON objects."""

from datetime import datetime


def iso(moment: datetime) -> str:
    """A timestamp as Discord writes it: ISO 8601 with microseconds and offset."""
    return moment.isoformat(timespec="microseconds")


def iso_or_none(moment: datetime | None) -> str | None:
    """The same for one that may be missing."""
    return None if moment is None else iso(moment)
