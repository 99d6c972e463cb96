"""The decisions about sessions: which reminders fall due, when one is late, and when one is no longer wanted.

Instants are aware datetimes in UTC; a "wall time" is naive and belongs to the programme's zone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import TypeVar

from bot.timing import Occurrence, Series

NOT_WORTH_A_WORD = timedelta(minutes=2)
"""A reminder that is behind by no more than this does not call itself late."""

LINK_SHOWN_FROM = timedelta(minutes=15)
"""The join link stands in a reminder from this long before the start: an older message should not open a room."""

SOON = timedelta(hours=1)
"""A reminder at this lead or a shorter one does not queue behind the bulk of the evening."""

Named = TypeVar("Named")


class Answer(StrEnum):
    """What somebody says to a reminder."""

    ON_MY_WAY = "on_my_way"
    RUNNING_LATE = "running_late"
    CANT_MAKE_IT = "cant_make_it"


class OccurrenceState(StrEnum):
    """Whether an occurrence can still be answered."""

    AHEAD = "ahead"
    """It has not ended."""
    OVER = "over"
    """It has ended."""
    CALLED_OFF = "called_off"
    """The programme does not have it any more, or not at this time."""


@dataclass(frozen=True)
class Reminded:
    """An occurrence, and those of its leads whose reminders were asked for, the longest first."""

    occurrence: Occurrence
    leads: tuple[timedelta, ...]


def reminded_between(series: Series, leads: Iterable[timedelta], start: datetime, end: datetime) -> list[Reminded]:
    """The occurrences of ``series`` with a reminder that falls in [``start``, ``end``), by their instants.

    A lead of nothing has no reminder: it would be due at the moment at which it expires.
    """
    found: dict[Occurrence, list[timedelta]] = {}
    for lead in sorted({lead for lead in leads if lead > timedelta(0)}, reverse=True):
        for occurrence in series.between(start + lead, end + lead):
            found.setdefault(occurrence, []).append(lead)
    ordered = sorted(found, key=lambda occurrence: occurrence.instant)
    return [Reminded(occurrence, tuple(found[occurrence])) for occurrence in ordered]


def still_to_plan(
    leads: Iterable[timedelta], starts_at: datetime, planned_at: datetime | None, now: datetime
) -> list[timedelta]:
    """The leads for which rows are to be written at ``now``; ``planned_at`` is when that was last done.

    Whoever was a member when a reminder was last planned has a row for it. So for a reminder that was due before, who
    has none came later, and is spared a message about a moment that passed before they joined. An occurrence that was
    never planned (a new session, or a start after a long stop) has its overdue reminders written: they say so.
    """
    if starts_at <= now:
        return []
    return [lead for lead in leads if planned_at is None or starts_at - lead >= planned_at]


def occurrence_at(series: Series, local_start: datetime, starts_at: datetime) -> Occurrence | None:
    """The occurrence scheduled for ``local_start`` (wall time), if the series has it at the instant ``starts_at``."""
    found = series.next_after(starts_at, inclusive=True)
    return found if found is not None and (found.instant, found.local) == (starts_at, local_start) else None


def state_of(*, in_programme: bool, ends_at: datetime, now: datetime) -> OccurrenceState:
    """Whether an occurrence that ends at ``ends_at`` can still be answered at ``now``."""
    if now >= ends_at:
        return OccurrenceState.OVER
    return OccurrenceState.AHEAD if in_programme else OccurrenceState.CALLED_OFF


def coming(series: Series, duration: timedelta, now: datetime) -> Occurrence | None:
    """The occurrence that is under way at ``now``, or else the next one: where a session that was moved now is."""
    return series.next_after(now - duration)


def is_late(due_at: datetime, said_at: datetime) -> bool:
    """Whether a reminder due at ``due_at`` and said at ``said_at`` says that it is late."""
    return said_at - due_at > NOT_WORTH_A_WORD


def is_superseded(lead: timedelta, leads: Iterable[timedelta], starts_at: datetime, now: datetime) -> bool:
    """Whether a shorter lead has come due meanwhile: after a long stop one reminder is enough, the nearest."""
    return any(timedelta(0) < other < lead and starts_at - other <= now for other in leads)


def shows_link(starts_at: datetime, said_at: datetime) -> bool:
    """Whether the join link belongs into a reminder said at ``said_at``."""
    return starts_at - said_at <= LINK_SHOWN_FROM


def wants_reminder(answer: Answer | None) -> bool:
    """Whether somebody who gave ``answer`` is reminded again: not after saying that they cannot come."""
    return answer is not Answer.CANT_MAKE_IT


def is_told_to_staff(before: Answer | None, answer: Answer) -> bool:
    """Whether staff get a line: when somebody will be late or away, and when somebody expected away comes after all."""
    if answer is before:
        return False
    return answer is not Answer.ON_MY_WAY or before is Answer.CANT_MAKE_IT


def next_of(series: Sequence[tuple[Named, Series]], now: datetime, count: int) -> list[tuple[Named, Occurrence]]:
    """The next ``count`` occurrences after ``now`` among several series, each with the name it was given under."""
    streams = [_ahead(place, one, now, count) for place, (_, one) in enumerate(series)]
    soonest = islice(merge(*streams), count)
    return [(series[place][0], occurrence) for _, place, occurrence in soonest]


def _ahead(place: int, series: Series, now: datetime, count: int) -> list[tuple[datetime, int, Occurrence]]:
    found: list[tuple[datetime, int, Occurrence]] = []
    following = series.next_after(now)
    while following is not None and len(found) < count:
        found.append((following.instant, place, following))
        following = series.next_after(following.instant)
    return found


def said_time(at: time, language: str) -> str:
    """A wall time as people say it: "6 pm" and "6:30 pm" in English, "18:00" elsewhere."""
    if language.partition("-")[0] != "en":
        return f"{at.hour}:{at.minute:02}"
    half = "am" if at.hour < 12 else "pm"
    hour = at.hour % 12 or 12
    return f"{hour}:{at.minute:02} {half}" if at.minute else f"{hour} {half}"
