"""A case as other rooms see it, and what is asked for before it becomes one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.records import CaseRow
from bot.cases.rules import CaseDeed, CaseState, Obstacle, Others, Past, Step, Telling


@dataclass(frozen=True, slots=True)
class Case:
    """One deed of staff. ``at`` and ``until`` are UTC.

    ``acted_by`` is None for quiet hours, and for the end of a pause because somebody came into danger.
    """

    id: int
    guild_id: int
    user_id: int | None
    channel_id: int | None
    group_key: str | None
    deed: CaseDeed
    acted_by: int | None
    at: datetime
    until: datetime | None
    seconds: int | None
    for_others: bool
    state: CaseState
    telling: Telling
    reason: str
    words: str

    @property
    def past(self) -> Past:
        """What of it counts towards the next step."""
        return Past(self.deed, self.at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody on staff wants to do to a person, and why.

    ``words`` is what they want said to them. ``lasts`` is for a time-out, ``group_key`` for a removal. ``for_others``
    says that it is for harm to others: only whoever is on call can say so, and without it nobody with an open incident
    is timed out or removed.
    """

    guild_id: int
    user_id: int
    actor_id: int
    deed: CaseDeed
    reason: str
    words: str = ""
    lasts: timedelta | None = None
    group_key: str | None = None
    for_others: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it was not done. ``incident_id`` is the open incident that shields the person, where it is that.

    ``earlier`` is the case that was first, where it is that.
    """

    why: Obstacle
    incident_id: int | None = None
    earlier: Others | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What was done about somebody, oldest first, which step would be fitting, and their open incident, if any.

    ``link`` opens the page with the reasons, once; None where there are no private pages, or there is nothing on it.
    """

    cases: tuple[Case, ...]
    step: Step
    incident_id: int | None
    link: str | None = None


def case_of(row: CaseRow) -> Case:
    """The row as others see it."""
    return Case(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        channel_id=row.channel_id,
        group_key=row.group_key,
        deed=row.deed,
        acted_by=row.acted_by,
        at=row.at,
        until=row.until,
        seconds=row.seconds,
        for_others=row.for_others,
        state=row.state,
        telling=row.telling,
        reason=row.reason or "",
        words=row.words or "",
    )


def others_of(row: CaseRow) -> Others:
    """The row as a later case meets it."""
    return Others(row.id, row.deed, row.acted_by, row.at, row.until, row.for_others)
