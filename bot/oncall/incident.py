"""An incident, and what raises one, as values that other rooms may hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crisis.assessment import Tier
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Policy, Step
from bot.program.schema import Programme


@dataclass(frozen=True)
class Alarm:
    """Words, or a button, that somebody should know about. ``source_key`` makes the occasion unique."""

    guild_id: int
    user_id: int
    tier: Tier
    source_key: str
    categories: tuple[str, ...] = ()
    words: str | None = None
    channel_id: int | None = None
    message_id: int | None = None
    kind: EventKind = EventKind.JOINED


@dataclass(frozen=True)
class Incident:
    """An incident as others see it: no words. All datetimes are UTC."""

    id: int
    code: str
    guild_id: int
    user_id: int
    channel_id: int | None
    message_id: int | None
    tier: Tier
    state: IncidentState
    opened_at: datetime
    paging_since: datetime
    next_escalation_at: datetime | None
    acknowledged_by: int | None
    acknowledged_at: datetime | None
    resolved_by: int | None
    resolved_at: datetime | None


def policy_of(programme: Programme | None) -> Policy:
    """The programme's ladder, as it is copied into an incident; without a programme, everybody there is."""
    if programme is None:
        return Policy((Step(timedelta(0), "everyone"),), timedelta(minutes=5))
    ladder = programme.oncall.ladder
    return Policy(tuple(Step(rung.after, rung.notify.value) for rung in ladder), programme.oncall.repeat)


def incident_of(row: IncidentRow) -> Incident:
    """The row as others see it."""
    return Incident(**{name: getattr(row, name) for name in Incident.__dataclass_fields__})
