"""The decisions of on call: who is on shift, which step is next, when an incident pages again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.timing import WeekTime, to_instant, to_local


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EventKind(StrEnum):
    """What an entry of an incident's timeline says."""

    OPENED = "opened"
    RAISED = "raised"
    JOINED = "joined"
    REPLIED = "replied"
    STEP = "step"
    STEP_EMPTY = "step_empty"
    BECAME_PAGE = "became_page"
    ASKED_CONTACT = "asked_contact"
    SAFE_FOR_NOW = "safe_for_now"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class ResolvedAs(StrEnum):
    """How an incident ended."""

    SAFE_SUPPORTED = "safe_supported"
    EMERGENCY_CALLED = "emergency_called"
    HANDED_TO_CLINICIAN = "handed_to_clinician"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


ACKNOWLEDGEMENT_COVERS = timedelta(minutes=30)
"""How long whoever acknowledged is taken to be with the person; danger told later pages anew."""
NOTIFY_BECOMES_PAGE_AFTER = timedelta(hours=4)  # PRODUCT: "the programme's stated time (4 h by default)"


@dataclass(frozen=True)
class Step:
    """One step of a ladder: so long after the page began, these are paged."""

    after: timedelta
    notify: str


@dataclass(frozen=True)
class Policy:
    """A ladder as it stood when the incident opened; a later edit of the programme does not reach into it."""

    steps: tuple[Step, ...]
    repeat: timedelta

    def step(self, number: int) -> Step:
        """Step ``number`` (from 0). Past the last one it repeats the last, every ``repeat``, for ever."""
        if number < len(self.steps):
            return self.steps[number]
        last = self.steps[-1]
        return Step(last.after + self.repeat * (number - len(self.steps) + 1), last.notify)

    def due(self, began: datetime, number: int) -> datetime:
        """When step ``number`` is due (UTC) for a page that began at ``began`` (UTC)."""
        return began + self.step(number).after

    def to_json(self) -> dict[str, Any]:
        """As a JSON column keeps it; durations in seconds."""
        return {
            "steps": [[step.after.total_seconds(), step.notify] for step in self.steps],
            "repeat": self.repeat.total_seconds(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Policy":
        """What ``to_json`` wrote."""
        steps = tuple(Step(timedelta(seconds=after), notify) for after, notify in stored["steps"])
        return cls(steps, timedelta(seconds=stored["repeat"]))


@dataclass(frozen=True)
class Shift:
    """Who is on call, and until when (UTC). ``person`` is None where the rota is empty."""

    person: int | None
    ends_at: datetime | None


def shift_at(people: Sequence[int], handoff: WeekTime, zone: ZoneInfo, anchor: datetime, now: datetime) -> Shift:
    """Whose week it is at ``now``: the first on the list has the week that ``anchor`` lies in, then each in turn.

    Weeks run from hand-over to hand-over in wall time, so a week is 167 or 169 hours long where the clocks change.
    All datetimes are UTC.
    """
    if not people:
        return Shift(None, None)
    turn = _week(now, handoff, zone) - _week(anchor, handoff, zone)
    return Shift(people[turn % len(people)], _handover(_week(now, handoff, zone) + 1, handoff, zone))


def _week(instant: datetime, handoff: WeekTime, zone: ZoneInfo) -> int:
    """The number of the week, counted in hand-overs since the first of the year 1."""
    local = to_local(instant, zone)
    week = (local.date().toordinal() - _first(handoff)) // 7
    while _handover(week, handoff, zone) > instant:
        week -= 1
    while _handover(week + 1, handoff, zone) <= instant:
        week += 1
    return week


def _first(handoff: WeekTime) -> int:
    return 1 + handoff.weekday.number  # 0001-01-01 was a Monday in the calendar that datetime extends backwards


def _handover(week: int, handoff: WeekTime, zone: ZoneInfo) -> datetime:
    day = datetime.fromordinal(_first(handoff) + 7 * week)
    return to_instant(datetime.combine(day.date(), handoff.time), zone)


def is_covered(state: IncidentState, acknowledged_at: datetime | None, now: datetime) -> bool:
    """Whether somebody is with the person at this moment (times are UTC)."""
    recent = acknowledged_at is not None and now - acknowledged_at <= ACKNOWLEDGEMENT_COVERS
    return state is IncidentState.ACKNOWLEDGED and recent


def people_of(notify: str, on_shift: int | None, backup: Sequence[int], staff: Sequence[int]) -> tuple[int, ...]:
    """Whom a step reaches, each once, in order."""
    match notify:
        case "on-call":
            wanted: Sequence[int] = () if on_shift is None else (on_shift,)
        case "backup":
            wanted = backup
        case _:
            wanted = (*(() if on_shift is None else (on_shift,)), *backup, *staff)
    return tuple(dict.fromkeys(wanted))
