"""What the rota says in #on-call, as outbox rows. What is true is looked up again when each goes out."""

from datetime import datetime, timedelta

from bot.delivery.service import Draft, Lane
from bot.oncall.rota import Gap, Problem

HAND_OVER, GAP, ABSENTEE, CHANGE = "rota.hand-over", "rota.gap", "rota.absentee", "rota.change"

HAND_OVER_WORTH = timedelta(hours=12)
"""How late a hand-over may still be told, after an outage."""


def subject(guild_id: int) -> str:
    """How everything that the rota says in one server is called off together."""
    return f"rota:{guild_id}"


def hand_over(guild_id: int, channel_id: int, at: datetime) -> Draft:
    """The post of the hand-over at ``at`` (UTC)."""
    return Draft(
        kind=HAND_OVER,
        lane=Lane.DIRECT,
        dedupe_key=f"rota:hand-over:{guild_id}:{_moment(at)}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=at,
        expires_at=at + HAND_OVER_WORTH,
        subject=subject(guild_id),
    )


def gap(
    guild_id: int,
    channel_id: int,
    found: Gap,
    occasion: str,
    lead: timedelta,
    due_at: datetime,
    *,
    open_ended: bool,
) -> Draft:
    """The notice of a gap, ``lead`` ahead of it. ``occasion`` tells one gap from another.

    ``open_ended``: it goes on for as far as anybody looked.
    """
    return Draft(
        kind=GAP,
        lane=Lane.DIRECT,
        dedupe_key=f"rota:gap:{guild_id}:{found.problem}:{found.person or 0}:{occasion}:{int(lead.total_seconds())}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=due_at,
        expires_at=found.ends_at,
        subject=subject(guild_id),
        arguments={
            "problem": found.problem.value,
            "person": found.person,
            "starts": _moment(found.starts_at),
            "ends": _moment(found.ends_at),
            "lead": int(lead.total_seconds()),
            "open_ended": int(open_ended),
        },
    )


def absentee(guild_id: int, channel_id: int, person: int, problem: Problem, day: str, now: datetime) -> Draft:
    """That somebody who is to be paged is not there, or no staff any more; again on each ``day`` that it is so."""
    return Draft(
        kind=ABSENTEE,
        lane=Lane.DIRECT,
        dedupe_key=f"rota:absentee:{guild_id}:{person}:{problem}:{day}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject(guild_id),
        arguments={"person": person, "problem": problem.value},
    )


def change(guild_id: int, channel_id: int, change_id: int, state: str, now: datetime) -> Draft:
    """That an override or a time off was set, or cancelled."""
    return Draft(
        kind=CHANGE,
        lane=Lane.DIRECT,
        dedupe_key=f"rota:change:{change_id}:{state}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject(guild_id),
        arguments={"change": change_id, "state": state},
    )


def _moment(at: datetime) -> int:
    return int(at.timestamp())
