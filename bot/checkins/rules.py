"""The decisions of check-ins: when a card comes, which day an answer belongs to, who sees it, what is said to it.

Pure. Instants are aware and in UTC; dates and wall times are the programme's, in the zone that is passed beside them.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.content import pick_variant
from bot.crisis.assessment import Tier
from bot.program.schema import Checkin, Programme
from bot.timing import Series, local_date, to_instant

WORDS_AT_MOST = 500
"""Characters of an answer's words: a check-in takes half a minute, and with its escapes it still fits one message."""

LATE_AFTER = timedelta(minutes=10)
"""A card that goes out this long after its hour says so."""

# A series is worked out from a date a little before the window that is asked about: it has no beginning of its own.
_MARGIN = timedelta(days=2)


class Feeling(StrEnum):
    """How today is, in the person's own choice of word. Never a number, and nothing is ever worked out from it."""

    STEADY = "steady"
    UP_AND_DOWN = "up_and_down"
    HEAVY = "heavy"
    STRUGGLING = "struggling"
    NOT_SURE = "not_sure"


class Audience(StrEnum):
    """Where an answer goes."""

    GROUP = "group"
    STAFF = "staff"
    SELF = "self"


class ReachOut(StrEnum):
    """Whether somebody should get in touch, and how soon."""

    NO = "no"
    TODAY = "today"
    NOW = "now"


@dataclass(frozen=True)
class CardTime:
    """One card to come: its group, the local date it is for, and its window in UTC; ``closes_at`` is past the end."""

    group_key: str
    local_date: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Day:
    """One day's check-in of a group, as it stands. Instants are UTC, ``local_date`` is in the programme's zone.

    ``asked`` is False for a day on which nobody asked: somebody used `/checkin` where no card was open.
    """

    id: int
    guild_id: int
    group_key: str
    local_date: date
    opens_at: datetime
    closes_at: datetime
    asked: bool
    channel_id: int | None = None
    message_id: int | None = None
    thread_id: int | None = None


def card_times(programme: Programme, start: datetime, end: datetime) -> Iterator[CardTime]:
    """Every card whose hour lies in [start, end); on a holiday of the programme's nobody is asked."""
    for checkin in programme.checkins:
        for card in _times_of(checkin, programme.zone, start, end):
            if card.local_date not in programme.holidays:
                yield card


def is_still_planned(programme: Programme, day: Day) -> bool:
    """Whether the programme, as it is now, still asks this group at this very moment."""
    moment = timedelta(microseconds=1)
    times = card_times(programme, day.opens_at, day.opens_at + moment)
    return any(time.group_key == day.group_key and time.local_date == day.local_date for time in times)


def _times_of(checkin: Checkin, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[CardTime]:
    if not checkin.days:
        return
    series = Series.weekly(checkin.days, checkin.time, zone, local_date(start, zone) - _MARGIN)
    for occurrence in series.between(start, end):
        # The window is a span of real hours, not of wall time: 12 hours stay 12 hours on the night the clock changes.
        closes_at = occurrence.instant + checkin.window
        yield CardTime(checkin.group, occurrence.local_date, occurrence.instant, closes_at)


def is_open(day: Day, now: datetime) -> bool:
    """Whether an answer at ``now`` is on time."""
    return day.opens_at <= now < day.closes_at


def day_for(pressed: Day | None, days: Iterable[Day], now: datetime, zone: ZoneInfo) -> Day | None:
    """The day an answer at ``now`` belongs to, or none of ``days`` (the group's, in any order).

    The card that was pressed, while it is open. After that the question is still "how is today?", so the answer belongs
    to whichever card is open now, the newest first; else, as a late one, to the newest card of today that has closed.
    """
    if pressed is not None and is_open(pressed, now):
        return pressed
    today = local_date(now, zone)
    opened = sorted((day for day in days if day.opens_at <= now), key=lambda day: day.opens_at, reverse=True)
    current = next((day for day in opened if day.asked and is_open(day, now)), None)
    return current or next((day for day in opened if day.asked and day.local_date == today), None)


def group_for(groups: Sequence[str], days: Iterable[Day], now: datetime, answered: Container[int] = ()) -> str | None:
    """Which of a person's groups a bare `/checkin` is for: the one whose open card is the newest, else the first.

    Where one of several open cards is not ``answered`` (days, by row number) yet, it is for that one.
    """
    current = [day for day in days if day.group_key in groups and day.asked and is_open(day, now)]
    waiting = [day for day in current if day.id not in answered]
    if current:
        return max(waiting or current, key=lambda day: day.opens_at).group_key
    return groups[0] if groups else None


def mark_of(group_key: str) -> str:
    """A group's key as a form carries it: short, and the same for as long as the key is."""
    return sha256(group_key.encode()).hexdigest()[:12]


def whole_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants, in UTC, at which a local date begins and ends."""
    midnight = time(0, 0)
    begins = to_instant(datetime.combine(day, midnight), zone)
    ends = to_instant(datetime.combine(day + timedelta(days=1), midnight), zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def audience_of(chosen: Audience, *, in_danger: bool) -> Audience:
    """Who gets to see an answer.

    Words that say somebody is in danger are not put before the group by the bot: they belong to people who can help,
    and a post would stand there without an answer. They go to staff. What somebody kept to themselves stays with them:
    whoever is on call is paged all the same, and a page carries no words.
    """
    return Audience.STAFF if in_danger and chosen is Audience.GROUP else chosen


def is_grave(tier: Tier, reach_out: ReachOut) -> bool:
    """Whether the crisis path has answered already: nothing cheerful is said after it, nor anything else at length."""
    return tier >= Tier.NOTIFY or reach_out is ReachOut.NOW


def texts_in_return(
    tier: Tier,
    chosen: Audience,
    audience: Audience,
    feeling: Feeling,
    reach_out: ReachOut,
    *,
    same: bool = False,
    late: bool = False,
    kept_back: bool = False,
) -> tuple[str, ...]:
    """The keys of what is said to an answer: thanks and a line for the feeling; after a grave one, where it went.

    ``same``: this very answer was there already. ``late``: its card had closed, which is no fault of anybody's.
    ``kept_back``: something in the words is not to stand in the group, such as a telephone number.
    """
    if tier is Tier.PAGE:
        return (f"checkins.held_{chosen.value}",)
    if is_grave(tier, reach_out):
        return (f"checkins.went_{audience.value}",)
    if same:
        return ("checkins.same",)
    first = ("checkins.late",) if late else ()
    went = "checkins.kept_back" if kept_back else f"checkins.thanks_{audience.value}"
    return (*first, went, f"checkins.supportive_{feeling.value}")


def choose_line(key: str, count: int, said_last: Iterable[str], seed: int) -> int:
    """Which of the ``count`` variants of the text ``key`` to say: not one of those said to this person last time."""
    last = next((int(line.rpartition("#")[2]) for line in said_last if line.startswith(f"{key}#")), None)
    return pick_variant(count, last, seed)


def line_said(key: str, index: int) -> str:
    """How a line that was said is remembered: ``checkins.supportive_heavy#1``."""
    return f"{key}#{index}"
