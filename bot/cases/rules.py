"""The decisions about cases: who may act on whom, who is shielded from it, and which step is fitting next. Pure.

Three rules stand above all others. Nobody acts on themselves, or on somebody who does not stand below them. Whoever has
an open incident is neither timed out nor removed, but by the person on call, for harm to others. And whatever is done
leaves the ways to help open: `/support`, a message to the bot, and everything about safety.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.members.service import Standing, stands_above

__all__ = [
    "COUNTS_FOR",
    "LONGEST_TIMEOUT",
    "CaseDeed",
    "CaseState",
    "Obstacle",
    "Others",
    "Past",
    "Step",
    "Telling",
    "discharge_obstacle",
    "obstacle",
    "overtaken",
    "pause_under_way",
    "suggested",
]

LONGEST_TIMEOUT: Final = timedelta(days=28)
"""Discord's own limit of a member's timeout."""

COUNTS_FOR: Final = timedelta(days=90)
"""How long a case counts towards the next step. A bad week does not follow somebody for ever."""


AT_ONCE: Final = timedelta(minutes=1)
"""Within this, two of staff who do the same have not read of each other yet."""


class CaseDeed(StrEnum):
    """What staff did."""

    WARN = "warn"
    TIMEOUT = "timeout"
    RELEASE = "release"
    """A time-out was ended early."""
    REMOVE = "remove"
    """Somebody's place in one group was ended."""
    LOCK = "lock"
    UNLOCK = "unlock"
    SLOW = "slow"


SHIELDED_FROM: Final = frozenset({CaseDeed.TIMEOUT, CaseDeed.REMOVE})
"""What somebody with an open incident is shielded from."""


class CaseState(StrEnum):
    """How it went."""

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"
    """Discord did not let us; nothing was done."""
    CALLED_OFF = "called_off"
    """An incident was opened for the person before it could be carried out, or its time was over."""


class Telling(StrEnum):
    """Whether the person was told, which never decides whether it is done."""

    NOBODY = "nobody"
    """It is about a channel: what is said stands there."""
    WAITING = "waiting"
    TOLD = "told"
    NOT_REACHED = "not_reached"


class Obstacle(StrEnum):
    """Why somebody may not act on somebody. The first that holds is said."""

    NOBODY = "nobody"
    """It is a bot."""
    ONESELF = "oneself"
    ABOVE = "above"
    INCIDENT = "incident"
    """They have an open incident, and whoever wants to act is not on call."""
    SAY_HARM = "say_harm"
    """They have an open incident; whoever is on call has not said that it is for harm to others."""
    SAY_WHY = "say_why"
    """They have an open incident; whoever is on call wants to discharge them, and has not said why."""
    PAUSED = "paused"
    """They are in a pause already: it is ended before another begins, so that nobody shortens a colleague's unseen."""
    NOT_PAUSED = "not_paused"
    """There is no pause of ours to end."""
    JUST_NOW = "just_now"
    """A colleague did the same a moment ago."""


def obstacle(
    actor: Standing,
    target: Standing,
    deed: CaseDeed,
    *,
    has_incident: bool,
    on_call: int | None,
    for_others: bool,
) -> Obstacle | None:
    """What stands in the way of ``actor`` doing ``deed`` to ``target``, or nothing. ``on_call`` has the shift now."""
    if actor.user_id == target.user_id:
        return Obstacle.ONESELF
    if not stands_above(actor.roles, target.roles):
        return Obstacle.ABOVE
    if has_incident and deed in SHIELDED_FROM:
        if actor.user_id != on_call:
            return Obstacle.INCIDENT
        if not for_others:
            return Obstacle.SAY_HARM
    return None


def discharge_obstacle(actor_id: int, reason: str, *, has_incident: bool, on_call: int | None) -> Obstacle | None:
    """What stands in the way of a discharge by ``actor_id``. It is the planned end of care, and no step of moderation.

    So it asks for no harm to others. But it closes the rooms of somebody's group to them, and while they are in danger
    that is a push: until the incident is resolved, only whoever is on call may, and says why.
    """
    if not has_incident:
        return None
    if actor_id != on_call:
        return Obstacle.INCIDENT
    return None if reason.strip() else Obstacle.SAY_WHY


@dataclass(frozen=True, slots=True)
class Others:
    """An earlier case about the same person, as far as it stands in the way of another. ``at``, ``until`` are UTC."""

    id: int
    deed: CaseDeed
    by: int | None
    at: datetime
    until: datetime | None
    for_others: bool


def pause_under_way(earlier: Iterable[Others], now: datetime) -> Others | None:
    """The pause that holds at ``now`` (UTC), or is about to: the newest that has not been ended, and is not over.

    ``earlier`` are the cases that were done or are under way, oldest first.
    """
    found: Others | None = None
    for one in earlier:
        if one.deed is CaseDeed.TIMEOUT:
            found = one
        elif one.deed is CaseDeed.RELEASE:
            found = None
    return found if found is not None and found.until is not None and found.until > now else None


def overtaken(
    deed: CaseDeed, actor_id: int, earlier: Iterable[Others], now: datetime
) -> tuple[Obstacle, Others | None] | None:
    """What makes ``deed`` a second of the same at ``now`` (UTC), and which case it comes after; or nothing."""
    earlier = tuple(earlier)
    pause = pause_under_way(earlier, now)
    if deed is CaseDeed.TIMEOUT and pause is not None:
        return Obstacle.PAUSED, pause
    if deed is CaseDeed.RELEASE and pause is None:
        return Obstacle.NOT_PAUSED, None
    for one in earlier:
        if one.deed is deed is CaseDeed.WARN and one.by != actor_id and now - one.at < AT_ONCE:
            return Obstacle.JUST_NOW, one
    return None


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier deed, ``at`` (UTC), that was done."""

    deed: CaseDeed
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A step that would be fitting: never more than a suggestion. ``lasts`` is how long a time-out would be."""

    deed: CaseDeed | None
    lasts: timedelta | None = None


TALK: Final = Step(None)
"""No further step of moderation: a conversation with them, and with whoever is on call."""

LADDER: Final = (
    Step(CaseDeed.WARN),
    Step(CaseDeed.WARN),
    Step(CaseDeed.TIMEOUT, timedelta(minutes=10)),
    Step(CaseDeed.TIMEOUT, timedelta(hours=1)),
    Step(CaseDeed.TIMEOUT, timedelta(hours=24)),
)


def suggested(history: Iterable[Past], now: datetime, *, has_incident: bool) -> Step:
    """Which step would be fitting at ``now`` (UTC), after what was done lately: a word twice, then longer pauses.

    To remove somebody is never suggested, nor anything at all to somebody who has an open incident: talk to them.
    """
    if has_incident:
        return TALK
    counted = {CaseDeed.WARN, CaseDeed.TIMEOUT, CaseDeed.REMOVE}
    steps = sum(one.deed in counted and now - one.at < COUNTS_FOR for one in history)
    return LADDER[steps] if steps < len(LADDER) else TALK
