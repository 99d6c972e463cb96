"""Quiet hours: the wall times between which a person is not to be disturbed.

They are read off the person's own clock, moment by moment. On the night when the clock goes back, a time that it
shows twice is quiet twice or not at all; on the night when it goes forward, hours that it skips do not exist.
Nothing is dropped for quiet hours: it waits for their end (`ends_after`) or comes before them (`moved_earlier`).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import TimingError
from bot.timing.instants import as_instant
from bot.timing.zones import to_local

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From `start`, inclusive, to `end`, exclusive: naive wall times in whole minutes.

    They cross midnight when `end` is the earlier of the two. `start == end` means that there are none.
    Raises TimingError for a time with a zone, seconds or less.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        for at in (self.start, self.end):
            if at.tzinfo is not None or at.second or at.microsecond:
                raise TimingError("Quiet hours begin and end at wall times in whole minutes, such as 22:00 and 07:30.")

    def contains(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Whether the clock in `zone` shows a quiet time at `instant` (aware)."""
        shown = to_local(instant, zone).time()
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def ends_after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The first instant at or after `instant` (aware) that is not quiet, in UTC."""
        moment = as_instant(instant)
        while self.contains(moment, zone):
            shown = to_local(moment, zone)
            # By the offset of this moment the end is so far off; if the clock is changed before, ask again there.
            end = moment + _until(shown.time(), self.end)
            moment = _change(moment, end, zone) or end
        return moment

    def moved_earlier(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The instant itself if it is not quiet, else the last minute before the quiet around it began; in UTC.

        A whole minute before, because wall times are in minutes: what is sent in the last instant is read in the
        first minute of the quiet.
        """
        moment = as_instant(instant)
        while self.contains(moment, zone):
            shown = to_local(moment, zone)
            start = moment - _until(self.start, shown.time())
            # A change of the clock may have led into the quiet without its start being shown, or past it again.
            began = _change(start, moment, zone) or start
            moment = began - MINUTE
        return moment


def _until(earlier: time, later: time) -> timedelta:
    """How long a clock that nobody changes takes from one time to the other: nothing to just under a day."""
    return (_since_midnight(later) - _since_midnight(earlier)) % DAY


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant in (start, end] from which the zone's offset is another than at `start`; None if it is not.

    The span is under a day, in which no zone changes its clock twice.
    """
    before, after = start, end
    if _offset(before, zone) == _offset(after, zone):
        return None
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) // 2
        if _offset(middle, zone) == _offset(start, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()
