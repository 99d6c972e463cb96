"""Who is on call, and why: turns in wall time, times off, overrides, and where nobody would answer. Pure.

Turns run from hand-over to hand-over on the programme's own clock, so a week is 167 or 169 hours long, and a day 23 or
25, where the clocks change. What counts, in this order: an override, a time off (the next in turn stands in), the rota.
Every datetime is UTC unless it says otherwise.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from bot.timing import WeekTime, to_instant, to_local

Handoff: TypeAlias = WeekTime | time
"""When turns change hands, in wall time: once a week, or at a time of every day."""

LEADS: Final = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
"""So long before a gap begins staff are told of it."""


class Layer(StrEnum):
    """Which rota."""

    PRIMARY = "primary"
    BACKUP = "backup"


class Why(StrEnum):
    """Why somebody is on call."""

    TURN = "turn"
    STANDS_IN = "stands_in"
    OVERRIDE = "override"
    NOBODY = "nobody"


class Problem(StrEnum):
    """Why a page would not be answered."""

    NOBODY = "nobody"
    NOT_THERE = "not_there"
    """An id that nobody in the server has: a slip, or somebody who left."""
    NOT_STAFF = "not_staff"
    NOT_REACHED = "not_reached"
    """No verified road leads to them."""


@dataclass(frozen=True)
class Shift:
    """Who is on call, and until when. ``person`` is None where nobody is; ``ends_at``, where nothing is planned.

    ``backup``: whom the ladder's step ``backup`` reaches meanwhile, the one whose turn it is first.
    """

    person: int | None
    ends_at: datetime | None
    backup: tuple[int, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """A stretch of time with one answer to who is on call; from ``starts_at`` on, and no longer at ``ends_at``."""

    starts_at: datetime
    ends_at: datetime
    person: int | None
    why: Why
    instead_of: int | None = None
    """Whose turn it is, where somebody stands in for them."""


@dataclass(frozen=True)
class Gap:
    """A stretch of time in which a page would not be answered, and why. ``person`` is whoever is on call then."""

    starts_at: datetime
    ends_at: datetime
    person: int | None
    problem: Problem


@dataclass(frozen=True)
class Override:
    """Somebody is on call, whatever the rota says. Of two at one time the one with the higher ``number`` counts."""

    number: int
    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class TimeOff:
    """Somebody's turns, in this time, go to the next in turn."""

    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Turns:
    """A rota without exceptions: ``people`` in turn, the first of them in the turn that ``anchor`` lies in."""

    people: tuple[int, ...]
    handoff: Handoff
    zone: ZoneInfo
    anchor: datetime

    def number(self, instant: datetime) -> int:
        """The number of the turn that ``instant`` lies in, counted in hand-overs since the first of the year 1."""
        local = to_local(instant, self.zone)
        number = (local.date().toordinal() - self._first) // self._days
        while self.begins(number) > instant:
            number -= 1
        while self.begins(number + 1) <= instant:
            number += 1
        return number

    def begins(self, number: int) -> datetime:
        """The hand-over with which turn ``number`` begins."""
        day = date.fromordinal(self._first + self._days * number)
        return to_instant(datetime.combine(day, self._time), self.zone)

    def person(self, number: int, away: Collection[int] = ()) -> int | None:
        """Whose turn it is; the next one who is not ``away`` stands in. None where nobody is left."""
        turn = number - self.number(self.anchor)
        in_turn = (self.people[(turn + step) % len(self.people)] for step in range(len(self.people)))
        return next((one for one in in_turn if one not in away), None)

    def handovers(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The hand-overs at ``start`` or later and before ``end``, in order."""
        number = self.number(start)
        number += self.begins(number) < start
        while (at := self.begins(number)) < end:
            yield at
            number += 1

    @property
    def _days(self) -> int:
        return 7 if isinstance(self.handoff, WeekTime) else 1

    @property
    def _first(self) -> int:
        # 0001-01-01 was a Monday in the calendar that datetime extends backwards.
        return 1 + (self.handoff.weekday.number if isinstance(self.handoff, WeekTime) else 0)

    @property
    def _time(self) -> time:
        return self.handoff.time if isinstance(self.handoff, WeekTime) else self.handoff


@dataclass(frozen=True)
class _Held:
    """The answer at one instant; two that are equal are one stretch, unless a hand-over lies between."""

    person: int | None
    why: Why
    instead_of: int | None = None
    override: int | None = None


@dataclass(frozen=True)
class Rota:
    """One layer, with its exceptions."""

    turns: Turns
    overrides: tuple[Override, ...] = ()
    times_off: tuple[TimeOff, ...] = ()

    def shift_at(self, instant: datetime) -> Shift:
        """Who is on call at ``instant``, and until when."""
        held = self._held(instant)
        if not self.turns.people and held.person is None:
            return Shift(None, None)
        return Shift(held.person, self._holds_until(instant, held))

    def stretches(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Who is on call from ``start`` until ``end``, without a gap or an overlap; cut off at both."""
        at = start
        while at < end:
            held = self._held(at)
            until = min(self._holds_until(at, held), end)
            yield Stretch(at, until, held.person, held.why, held.instead_of)
            at = until

    def with_away(self, person: int | None) -> "Rota":
        """The rota in which ``person`` takes no turn: whoever is on call already is nobody's backup."""
        if person is None:
            return self
        rest = tuple(one for one in self.turns.people if one != person)
        if len(rest) == len(self.turns.people):
            return self
        always = TimeOff(person, datetime.min.replace(tzinfo=self.turns.anchor.tzinfo), _FAR)
        return replace(self, times_off=(*self.times_off, always))

    def away(self, instant: datetime) -> frozenset[int]:
        """Who has time off at ``instant``."""
        return frozenset(off.person for off in self.times_off if off.starts_at <= instant < off.ends_at)

    def _held(self, instant: datetime) -> _Held:
        in_force = [one for one in self.overrides if one.starts_at <= instant < one.ends_at]
        if in_force:
            latest = max(in_force, key=lambda one: one.number)
            return _Held(latest.person, Why.OVERRIDE, override=latest.number)
        number = self.turns.number(instant)
        in_turn = self.turns.person(number)
        person = self.turns.person(number, self.away(instant))
        if person is None:
            return _Held(None, Why.NOBODY)
        return _Held(person, Why.TURN) if person == in_turn else _Held(person, Why.STANDS_IN, in_turn)

    def _holds_until(self, instant: datetime, held: _Held) -> datetime:
        at = instant
        while True:
            handover = self.turns.begins(self.turns.number(at) + 1)
            at = min((handover, *(edge for edge in self._edges() if edge > at)))
            if (at == handover and held.override is None) or self._held(at) != held:
                return at

    def _edges(self) -> Iterator[datetime]:
        exceptions: tuple[Override | TimeOff, ...] = (*self.overrides, *self.times_off)
        for one in exceptions:
            yield one.starts_at
            yield one.ends_at


_FAR: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def anchor_for(turns: Turns, holder: int | None, now: datetime) -> datetime:
    """From when the turns of a changed list are counted, so that ``holder`` keeps the turn that is under way.

    Somebody who is not on the new list keeps nothing: then the first on it has this turn.
    """
    if holder is None or holder not in turns.people:
        return now
    return turns.begins(turns.number(now) - turns.people.index(holder))


def gaps_in(stretches: Iterable[Stretch], problems: Mapping[int, Problem]) -> list[Gap]:
    """Where nobody is on call, or somebody with whom something is wrong. What follows on from each other is one gap."""
    found: list[Gap] = []
    for one in stretches:
        problem = Problem.NOBODY if one.person is None else problems.get(one.person)
        if problem is None:
            continue
        last = found[-1] if found else None
        if last is not None and (last.ends_at, last.person, last.problem) == (one.starts_at, one.person, problem):
            found[-1] = replace(last, ends_at=one.ends_at)
        else:
            found.append(Gap(one.starts_at, one.ends_at, one.person, problem))
    return found


def notices(gap: Gap, now: datetime) -> list[tuple[timedelta, datetime]]:
    """(lead, when to tell) of each notice of a gap. Of the moments that have passed only the last is told, now."""
    passed = [lead for lead in LEADS if gap.starts_at - lead <= now]
    ahead = [(lead, gap.starts_at - lead) for lead in LEADS if gap.starts_at - lead > now]
    return [(lead, now) for lead in passed[-1:]] + ahead


def backup_of(shift: Shift, in_turn: int | None, listed: Sequence[int], away: Collection[int]) -> tuple[int, ...]:
    """Whom the step ``backup`` reaches: whose turn it is, then the list, without those who have time off."""
    wanted = [one for one in (in_turn, *listed) if one is not None and (one == in_turn or one not in away)]
    return tuple(one for one in dict.fromkeys(wanted) if one != shift.person)
