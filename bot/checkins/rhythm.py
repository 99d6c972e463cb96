"""How often somebody is expected, when they are nudged, when staff are asked again, who counts as not heard. Pure.

Instants are aware and in UTC; dates and wall times are local, in the zone that is passed beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.checkins.rules import Audience, Day, Feeling
from bot.content import Need
from bot.errors import TimingError
from bot.program.schema import Track
from bot.timing import QuietHours, parse_time

NUDGE_BEFORE = timedelta(hours=2)
"""How long before a card closes its one nudge comes; halfway through where the window is shorter than twice this."""

QUIET_AFTER = 3
"""How many check-ins in a row somebody was not heard at, until staff are told of it, and again after as many more."""

ASK_AGAIN_AFTER = timedelta(hours=2)
"""How long a task waits for its `Done` before staff are told of it again."""

STAFF_REST = QuietHours(time(22, 0), time(8, 0))
"""Wall times of the programme in which nobody is told of a task again; what cannot wait until eight is a page."""

LATE_IN_THE_DAY = time(20, 0)
"""From this wall time on, `today` may well be tomorrow, and the person is told so."""

VOICES_SHOWN_FROM = 3
"""A group of fewer people is shown no number: there it would be a name."""

HARD = frozenset({Feeling.HEAVY, Feeling.STRUGGLING})
"""The answers after which a skill is offered."""

_HELPS = {
    Feeling.HEAVY: (Need.SADNESS, Need.LONELINESS, Need.MINDFULNESS),
    Feeling.STRUGGLING: (Need.ANXIETY, Need.MINDFULNESS, Need.CRAVING),
}
"""What is tried in turn; a skill for cravings is for people in the programme, not for their families."""

_WEEKLY_FOR, _FORTNIGHTLY_UNTIL = 8, 52
"""Weeks. The taper of telephone continuing care: weekly for eight weeks, every other week to the end of the first year,
then monthly (McKay et al., Addiction 2011, 106:1760). It is a beginning: each person may choose another rhythm."""


class Rhythm(StrEnum):
    """How often somebody in aftercare is expected at the group's check-in. Answering more often is always welcome."""

    TAPER = "taper"
    EVERY = "every"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class TaskKind(StrEnum):
    """What staff are asked to do."""

    CONTACT = "contact"
    """Somebody asked to hear from staff today."""
    QUIET = "quiet"
    """Somebody has not been heard for a while."""


@dataclass(frozen=True)
class Hours:
    """Between which wall times somebody may be nudged, in their own zone; the same twice means at any hour."""

    start: time = time(9, 0)
    end: time = time(21, 0)

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """The hours written as ``9:00-21:00``. Raises TimingError for anything else."""
        first, dash, last = text.replace("–", "-").partition("-")
        if not dash:
            raise TimingError("Hours are written as two times with a dash between them, such as 09:00-21:00.")
        return cls(parse_time(first.strip()), parse_time(last.strip()))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    @property
    def quiet(self) -> QuietHours:
        """The rest of the day."""
        return QuietHours(self.end, self.start)


@dataclass(frozen=True)
class Given:
    """That somebody answered: who, for which day, when, and whether anybody had asked."""

    user_id: int
    day_id: int
    local_date: date
    asked: bool
    at: datetime


def rhythm_for(track: Track, chosen: Rhythm | None) -> Rhythm:
    """The rhythm that counts in a group: in aftercare the chosen one, else the taper; elsewhere every card.

    In the programme itself nobody is expected less often by their own choice: a wish to be left alone is no sign that
    somebody is well.
    """
    return (chosen or Rhythm.TAPER) if track is Track.AFTERCARE else Rhythm.EVERY


def turn_of(rhythm: Rhythm, day: date, joined: date) -> tuple[Rhythm, int]:
    """The turn in which a date lies: weeks from the Monday of the week in which they joined, or the calendar's months.

    One answer a turn is what is expected. For ``EVERY`` each date is a turn; two cards of one date are told apart by
    ``is_their_turn`` and ``was_heard``.
    """
    weeks = ((day - joined).days + joined.weekday()) // 7
    if rhythm is Rhythm.TAPER:
        rhythm = _tapered(weeks)
    number = {
        Rhythm.EVERY: day.toordinal(),
        Rhythm.WEEKLY: weeks,
        Rhythm.FORTNIGHTLY: weeks // 2,
        Rhythm.MONTHLY: day.year * 12 + day.month,
    }
    return rhythm, number[rhythm]


def _tapered(weeks: int) -> Rhythm:
    if weeks < _WEEKLY_FOR:
        return Rhythm.WEEKLY
    return Rhythm.FORTNIGHTLY if weeks < _FORTNIGHTLY_UNTIL else Rhythm.MONTHLY


def is_their_turn(day: Day, earlier: Iterable[Day], rhythm: Rhythm, joined: date) -> bool:
    """Whether this card is the one at which they are expected: the first of its turn.

    ``earlier`` holds the group's cards since they joined, in any order.
    """
    if rhythm is Rhythm.EVERY:
        return True
    turn = turn_of(rhythm, day.local_date, joined)
    others = [one for one in earlier if one.asked and one.id != day.id and one.opens_at < day.opens_at]
    return not any(turn_of(rhythm, one.local_date, joined) == turn for one in others)


def was_heard(day: Day, given: Iterable[Given], rhythm: Rhythm, joined: date) -> bool:
    """Whether one of their answers counts for this card: any of its turn; of a card of every day, its own.

    What they said by `/checkin` earlier on the same date, before there was a card, counts as well.
    """
    if rhythm is Rhythm.EVERY:
        return any(one.day_id == day.id or (not one.asked and one.local_date == day.local_date) for one in given)
    turn = turn_of(rhythm, day.local_date, joined)
    return any(turn_of(rhythm, one.local_date, joined) == turn for one in given)


def silent_in_a_row(closed: Sequence[datetime], heard_last: datetime | None) -> int:
    """How many check-ins somebody was not heard at since they were last: an answer, however late, begins anew."""
    return sum(1 for at in closed if heard_last is None or at > heard_last)


def is_to_be_raised(in_a_row: int) -> bool:
    """Whether staff are told now."""
    return in_a_row > 0 and in_a_row % QUIET_AFTER == 0


def nudge_at(opens_at: datetime, closes_at: datetime, hours: Hours, zone: ZoneInfo) -> datetime | None:
    """When to nudge somebody whose card is open in [``opens_at``, ``closes_at``), inside their ``hours``.

    Rather before than after the time it would be due: it is no use in the last minute. None where their hours and the
    window leave no moment.
    """
    wanted = closes_at - min(NUDGE_BEFORE, (closes_at - opens_at) / 2)
    earlier = hours.quiet.moved_earlier(wanted, zone)
    if earlier > opens_at:
        return earlier
    later = hours.quiet.ends_after(wanted, zone)
    return later if later < closes_at else None


def ask_again_at(now: datetime, zone: ZoneInfo) -> datetime:
    """When staff are told again of a task that nobody has ticked off at ``now``."""
    return STAFF_REST.ends_after(now + ASK_AGAIN_AFTER, zone)


def voices_shown(answers: Iterable[Audience], members: int) -> int | None:
    """The number of voices on a closed card, or None for no number.

    Only what everybody can read in the thread is counted: a number with the private answers in it would tell a small
    group who had spoken to staff, and who had not at all. Nobody is shown a nought.
    """
    count = sum(1 for audience in answers if audience is Audience.GROUP)
    return count if count and members >= VOICES_SHOWN_FROM else None


def need_after(feeling: Feeling, *, family: bool, seed: int) -> Need | None:
    """What a skill should help with after this answer; none where no skill is called for."""
    needs = [need for need in _HELPS.get(feeling, ()) if not (family and need is Need.CRAVING)]
    return needs[seed % len(needs)] if needs else None
