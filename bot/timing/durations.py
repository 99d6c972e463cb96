"""Durations as the programme file writes them: `0s`, `10m`, `24h`, `7d`, `1h30m`."""

import re
from datetime import timedelta

from bot.errors import TimingError

# Nothing in a programme waits longer, and a slip of the finger should not be taken for a wish.
LONGEST = timedelta(days=3660)

_WRITTEN = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """The duration written as whole days, hours, minutes and seconds, from the largest to the smallest.

    A day here is 24 hours: durations are for leads and waits, never for stepping from one wall time to the next.
    Raises TimingError for anything else, and for more than ten years.
    """
    match = _WRITTEN.fullmatch(text)
    if not text or match is None:
        raise TimingError("A duration is written as whole numbers of d, h, m and s, such as 10m, 24h or 1h30m.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if total > LONGEST.total_seconds():
        raise TimingError("A duration is at most ten years, 3660d.")
    return timedelta(seconds=total)


def format_duration(duration: timedelta) -> str:
    """The duration as `parse_duration` reads it: 90 minutes is `1h30m`, a day `1d`, nothing `0s`.

    Raises TimingError for a negative duration, one that is not in whole seconds, or one of more than ten years.
    """
    if not timedelta(0) <= duration <= LONGEST or duration.microseconds:
        raise TimingError("A duration is between 0s and ten years, in whole seconds.")
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(duration.days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
