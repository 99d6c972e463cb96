"""What cases put into the outbox: the deed at Discord, the word to the person, the line in the channel and to staff."""

from datetime import datetime

from bot.cases.records import CaseRow
from bot.delivery.service import Draft, Lane
from bot.program.service import Restraint

TIMEOUT = "cases.timeout"
TOLD = "cases.told"
TOLD_THREAD = "cases.told-thread"
STAFF_LINE = "cases.staff-line"
RESTRAINT = "cases.restraint"
CHANNEL_LINE = "cases.channel-line"
QUIET = "cases.quiet"


def timeout(row: CaseRow, now: datetime) -> Draft:
    """A time-out, or its end, at Discord. ``now`` is UTC, here and below."""
    return Draft(
        kind=TIMEOUT,
        lane=Lane.DIRECT,
        dedupe_key=f"case-timeout:{row.id}",
        guild_id=row.guild_id,
        user_id=row.user_id,
        due_at=now,
        subject=subject(row.id),
        arguments={"case": row.id},
    )


def told(case_id: int, guild_id: int, user_id: int, now: datetime) -> Draft:
    """The word to the person, by DM."""
    return Draft(
        kind=TOLD,
        lane=Lane.DIRECT,
        dedupe_key=f"case-told:{case_id}",
        guild_id=guild_id,
        user_id=user_id,
        due_at=now,
        subject=subject(case_id),
        arguments={"case": case_id},
    )


def staff_line(case_id: int, guild_id: int, room: int, key: str, now: datetime) -> Draft:
    """A line to staff about how a case went."""
    return Draft(
        kind=STAFF_LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"case-line:{case_id}:{key}",
        guild_id=guild_id,
        channel_id=room,
        due_at=now,
        subject=subject(case_id),
        arguments={"case": case_id, "key": key},
    )


def restraint(one: Restraint, occasion: str, now: datetime) -> Draft:
    """Has a channel be as its restraint says when this is carried out."""
    return Draft(
        kind=RESTRAINT,
        lane=Lane.DIRECT,
        dedupe_key=f"restraint:{one.id}:{occasion}",
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        due_at=now,
        arguments={"restraint": one.id, "occasion": occasion},
    )


def channel_line(one: Restraint, key: str, occasion: str, now: datetime) -> Draft:
    """A line in the channel that says what it is about."""
    return Draft(
        kind=CHANNEL_LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"restraint-line:{one.id}:{occasion}",
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        due_at=now,
        arguments={"restraint": one.id, "key": key},
    )


def quiet_turn(guild_id: int, channel_id: int, at: datetime, occasion: str) -> Draft:
    """Has quiet hours begin or end, or go as far as they may, as the clock and the incidents say then."""
    return Draft(
        kind=QUIET,
        lane=Lane.DIRECT,
        dedupe_key=f"quiet-hours:{guild_id}:{occasion}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=at,
    )


def subject(case_id: int) -> str:
    """What ties a case's deliveries together."""
    return f"case:{case_id}"
