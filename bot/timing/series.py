"""Series: something that happens at a wall time in a zone, once or by a rule.

Wall time is the truth of people: a group that meets at 18:00 meets at 18:00 all year. So a series is kept as wall
time, zone and rule, and instants are worked out from it one at a time; nothing ever adds 24 hours to an instant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import TimingError
from bot.timing.expansion import wall_times
from bot.timing.instants import as_instant
from bot.timing.recurrence import parse_rule
from bot.timing.walltime import Weekday
from bot.timing.zones import local_date, to_instant, to_local

# How far ahead `next_after` looks. 29 February, the rarest day that people choose, comes at least every eight years;
# a rule without an occurrence in ten is as good as one that never has any, such as 30 February.
HORIZON = timedelta(days=3660)

# An occurrence whose wall time the clock skips happens later than its date says: on the next date where a zone skipped
# a whole day, and never later than that. A day on either side of a window's dates takes in all that happens inside.
_MARGIN = timedelta(days=1)
_EARLIEST = datetime(1970, 1, 5, tzinfo=UTC)
_LATEST = datetime(9999, 12, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Occurrence:
    """One occurrence: `local`, the naive wall time as scheduled, and `instant`, the moment in UTC at which it is.

    The clock shows `local` at `instant`, unless it skips that time: then `instant` is the first moment after the gap.
    """

    local: datetime
    instant: datetime

    @property
    def local_date(self) -> date:
        """The date for which it was scheduled, in the series' zone: what tells occurrences apart in a dedupe key."""
        return self.local.date()


@dataclass(frozen=True)
class Series:
    """A wall time in a zone, repeated by an RRULE body such as `FREQ=WEEKLY;BYDAY=MO,WE,FR`, or once if `rule` is None.

    `starts` is naive wall time in `zone`, in whole seconds, of the years 1970 to 2999. The first occurrence is the
    first time at or after `starts` that fits the rule; a rule takes what it leaves unsaid (weekday, hour) from it.
    `recurrence` says what rules may say. Raises TimingError for a `starts` or a rule that cannot be used.
    """

    starts: datetime
    zone: ZoneInfo
    rule: str | None = None

    def __post_init__(self) -> None:
        if self.starts.tzinfo is not None:
            raise TimingError("A series starts at a wall time; its zone is told beside it.")
        if self.starts.microsecond or not 1970 <= self.starts.year <= 2999:
            raise TimingError("A series starts at a whole second of the years 1970 to 2999.")
        if self.rule is not None:
            parse_rule(self.rule)

    @classmethod
    def daily(cls, at: time, zone: ZoneInfo, since: date) -> "Series":
        """Every day at the wall time `at` (naive) from the date `since` on."""
        return cls(datetime.combine(since, at), zone, "FREQ=DAILY")

    @classmethod
    def weekly(cls, days: Iterable[Weekday], at: time, zone: ZoneInfo, since: date) -> "Series":
        """Every week on `days` at the wall time `at` (naive) from the date `since` on. Raises TimingError if none."""
        names = [day.rule_name for day in sorted(set(days), key=lambda day: day.number)]
        if not names:
            raise TimingError("A weekly series needs at least one weekday.")
        return cls(datetime.combine(since, at), zone, f"FREQ=WEEKLY;BYDAY={','.join(names)}")

    def next_after(self, instant: datetime, *, inclusive: bool = False) -> Occurrence | None:
        """The first occurrence later than `instant` (aware), or at it too if `inclusive`.

        None when the series has ended, and when nothing occurs within ten years (`HORIZON`) of `instant`, or of the
        series' start if that is later. Raises TimingError for a naive datetime.
        """
        moment = as_instant(instant)
        since = self._first_date(moment)
        for occurrence in self._on_dates(since, since + min(HORIZON, _LATEST.date() - since)):
            if occurrence.instant > moment or (inclusive and occurrence.instant == moment):
                return occurrence
        return None

    def between(self, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """The occurrences at `start` or later and before `end` (both aware), in order, found as they are asked for.

        Raises TimingError for a naive datetime.
        """
        first, last = as_instant(start), as_instant(end)
        through = local_date(min(last, _LATEST), self.zone) + _MARGIN
        return (
            occurrence
            for occurrence in self._on_dates(self._first_date(first), through)
            if first <= occurrence.instant < last
        )

    def _first_date(self, moment: datetime) -> date:
        near = local_date(min(max(moment, _EARLIEST), _LATEST), self.zone) - _MARGIN
        return max(near, self.starts.date())

    def _on_dates(self, since: date, through: date) -> Iterator[Occurrence]:
        """The occurrences scheduled on these dates, in order of their instants, no two at one instant.

        Times that the clock skips together happen together, at the end of the gap, and a time that it does show may
        be there already. Of those at one instant the latest stands: the one which the clock shows, if any.
        """
        skipped: Occurrence | None = None
        for local in self._wall_times(since, through):
            occurrence = Occurrence(local, to_instant(local, self.zone))
            if skipped is not None and skipped.instant < occurrence.instant:
                yield skipped
            skipped = None
            if to_local(occurrence.instant, self.zone) == local:
                yield occurrence
            else:
                skipped = occurrence
        if skipped is not None:
            yield skipped

    def _wall_times(self, since: date, through: date) -> Iterator[datetime]:
        if self.rule is None:
            if since <= self.starts.date() <= through:
                yield self.starts
            return
        recurrence = parse_rule(self.rule)
        until = recurrence.until
        for local in wall_times(recurrence, self.starts, since, through):
            if until is not None and self._is_past(local, until):
                return
            yield local

    def _is_past(self, local: datetime, until: datetime) -> bool:
        """Whether a wall time lies after the rule's UNTIL, which is a wall time or, with Z, an instant."""
        return local > until if until.tzinfo is None else to_instant(local, self.zone) > until
