"""The decisions of on call: which step is next, whom it reaches, when an incident pages again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.oncall.rota import Shift as Shift  # noqa: PLC0414  # who is on call comes to the ladder from here


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
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    WORRIED = "worried"
    NOTED = "noted"
    PRESSED = "pressed"
    HANDED_OVER = "handed_over"
    ESCALATED = "escalated"
    LET_GO = "let_go"
    REOPENED = "reopened"
    FOLLOWED_UP = "followed_up"
    DISCLOSED = "disclosed"
    JOINED_OTHERS = "joined_others"
    ON_ITS_OWN = "on_its_own"


class ResolvedAs(StrEnum):
    """How an incident ended."""

    SAFE_SUPPORTED = "safe_supported"
    EMERGENCY_CALLED = "emergency_called"
    HANDED_TO_CLINICIAN = "handed_to_clinician"
    FALSE_ALARM = "false_alarm"
    READ_NOT_URGENT = "read_not_urgent"
    OTHER = "other"


ACKNOWLEDGEMENT_COVERS = timedelta(minutes=30)
"""How long whoever acknowledged is taken to be with the person; danger told later pages anew."""
NOTIFY_BECOMES_PAGE_AFTER = timedelta(hours=4)  # PRODUCT: "the programme's stated time (4 h by default)"
LET_GO_AFTER = timedelta(minutes=20)
"""How long an acknowledgement holds of which nothing more is heard; then it ends, and the page begins anew."""
FOLLOW_UPS_AFTER = (timedelta(hours=24), timedelta(hours=72))
"""When whoever is on call then is asked to look in on somebody whose incident was resolved."""
TOLD_OF_UNREAD_EVERY = timedelta(minutes=5)
"""How often at most staff are told whose messages a broken detector has left unread."""


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
    notify_within: timedelta = NOTIFY_BECOMES_PAGE_AFTER
    let_go_after: timedelta = LET_GO_AFTER

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
            "notify_within": self.notify_within.total_seconds(),
            "let_go_after": self.let_go_after.total_seconds(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Policy":
        """What ``to_json`` wrote, also before it wrote the last two."""
        steps = tuple(Step(timedelta(seconds=after), notify) for after, notify in stored["steps"])
        notify_within = stored.get("notify_within", NOTIFY_BECOMES_PAGE_AFTER.total_seconds())
        let_go_after = stored.get("let_go_after", LET_GO_AFTER.total_seconds())
        return cls(
            steps,
            timedelta(seconds=stored["repeat"]),
            timedelta(seconds=notify_within),
            timedelta(seconds=let_go_after),
        )


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


def wants_follow_up(outcome: ResolvedAs) -> bool:
    """Whether somebody looks in on the person a day and three days later: always, unless there was no danger."""
    return outcome not in {ResolvedAs.FALSE_ALARM, ResolvedAs.READ_NOT_URGENT}


def asks_for_log(outcome: ResolvedAs | None) -> bool:
    """Whether this end must be written into the emergency log of 42 CFR 2.51(c)."""
    return outcome is ResolvedAs.EMERGENCY_CALLED


def told_of_unread_at(began: datetime, now: datetime) -> datetime:
    """When staff are next told whose messages are unread (UTC), for an alarm about the detector that ``began`` (UTC).

    The alarm itself has only just told of the first; from then on it is once every ``TOLD_OF_UNREAD_EVERY``.
    """
    passed = max(now - began, timedelta(0)) // TOLD_OF_UNREAD_EVERY
    return began + TOLD_OF_UNREAD_EVERY * (passed + 1)
