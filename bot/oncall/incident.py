"""An incident, and what raises one, as values that other rooms may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crisis.assessment import Tier
from bot.db import Json
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
    judged: "Judged | None" = None


@dataclass(frozen=True)
class Judged:
    """Why words alarmed: the rules that fired, where in the words (half-open ranges of characters), which detector.

    It is kept with the words and encrypted as they are: a rule's name says what they were about.
    """

    rules: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    version: str = ""

    def to_json(self) -> dict[str, Json]:
        """As an entry of the timeline keeps it."""
        return {"rules": list(self.rules), "spans": [list(span) for span in self.spans], "version": self.version}

    @classmethod
    def from_json(cls, stored: object) -> "Judged | None":
        """What ``to_json`` wrote; None for an entry that holds no verdict, or an erased one."""
        if not isinstance(stored, Mapping) or "rules" not in stored:
            return None
        spans = tuple((int(start), int(end)) for start, end in stored["spans"])
        return cls(tuple(map(str, stored["rules"])), spans, str(stored["version"]))


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
