"""An incident, and what raises one, as values that other rooms may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.crisis.assessment import Tier
from bot.db import Json
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Policy, Step, is_covered
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
    unread: bool = False
    """No program could read the words: the detector broke on them."""
    reported_by: int | None = None
    """Who pointed at the person, where it was neither themselves nor their words."""


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
    """An incident as others see it: no words. All datetimes are UTC.

    ``round`` counts how often it was paged for from the start. ``unread``: the detector broke on the words, and a human
    has to read them; ``joined_to`` is then the incident that pages for it, where another one does. ``categories`` name
    the reasons, and say something of the person's health.
    """

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
    round: int
    unread: bool
    joined_to: int | None
    categories: tuple[str, ...]

    def is_covered(self, now: datetime) -> bool:
        """Whether somebody from staff took it a short while ago and is with the person (``now`` is UTC)."""
        return is_covered(self.state, self.acknowledged_at, now)

    @property
    def is_waiting_unread(self) -> bool:
        """Whether somebody has yet to read what the detector could not, and another incident pages for it."""
        return self.joined_to is not None


def policy_of(programme: Programme | None) -> Policy:
    """The programme's ladder, as it is copied into an incident; without a programme, everybody there is."""
    if programme is None:
        return Policy((Step(timedelta(0), "everyone"),), timedelta(minutes=5))
    ladder = programme.oncall.ladder
    steps = tuple(Step(rung.after, rung.notify.value) for rung in ladder)
    return Policy(steps, programme.oncall.repeat, programme.oncall.notify_within)


def incident_of(row: IncidentRow) -> Incident:
    """The row as others see it."""
    values = {name: getattr(row, name) for name in Incident.__dataclass_fields__}
    return Incident(**{**values, "categories": tuple(map(str, row.categories or ()))})


@dataclass(frozen=True)
class Disclosure:
    """What 42 CFR 2.51(c) has a programme write down when it tells medical personnel of somebody in an emergency.

    To whom (their name, and the health care facility they belong to), by whom, when (UTC), and what the emergency was.
    """

    told: str
    affiliation: str
    disclosed_by: str
    disclosed_at: datetime
    emergency: str

    def to_json(self) -> dict[str, Json]:
        """As its encrypted column keeps it."""
        return {
            "told": self.told,
            "affiliation": self.affiliation,
            "disclosed_by": self.disclosed_by,
            "disclosed_at": self.disclosed_at.isoformat(),
            "emergency": self.emergency,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Disclosure":
        """What ``to_json`` wrote."""
        return cls(
            told=str(stored["told"]),
            affiliation=str(stored["affiliation"]),
            disclosed_by=str(stored["disclosed_by"]),
            disclosed_at=datetime.fromisoformat(str(stored["disclosed_at"])),
            emergency=str(stored["emergency"]),
        )
