"""When somebody is reminded next of what still waits."""

from datetime import datetime, timedelta


def next_reminder(due: datetime, now: datetime, every: timedelta) -> datetime:
    """When staff are reminded next, after a reminder that was due at ``due`` (all UTC): never twice at once.

    After an outage of two days there is one reminder, and not twelve.
    """
    return max(due, now - every) + every
