"""What membership puts into the outbox: the notice and its thread, the role, lines to staff and to the person."""

from datetime import datetime

from bot.delivery.service import Draft, Lane
from bot.members.records import MembershipRow

NOTICE = "members.notice"
NOTICE_THREAD = "members.notice-thread"
ROLE = "members.role"
TOLD = "members.told"
STAFF_LINE = "staff.line"


def _moment(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def notice(row: MembershipRow, now: datetime) -> Draft:
    """The plain notice, by DM; once for each invitation. ``now`` is UTC, here and below."""
    return Draft(
        kind=NOTICE,
        lane=Lane.DIRECT,
        dedupe_key=f"notice:{row.id}:{_moment(row.invited_at)}",
        guild_id=row.guild_id,
        user_id=row.user_id,
        due_at=now,
        subject=f"membership:{row.id}",
        arguments={"membership": row.id},
    )


def notice_thread(membership_id: int, guild_id: int, user_id: int, channel_id: int, now: datetime) -> Draft:
    """The private thread for a notice whose DM is closed."""
    return Draft(
        kind=NOTICE_THREAD,
        lane=Lane.DIRECT,
        dedupe_key=f"notice-thread:{membership_id}:{_moment(now)}",
        guild_id=guild_id,
        channel_id=channel_id,
        user_id=user_id,
        due_at=now,
        subject=f"membership:{membership_id}",
        arguments={"membership": membership_id},
    )


def notice_into(membership_id: int, guild_id: int, thread_id: int, cause: int, now: datetime) -> Draft:
    """The notice, for a private thread; ``cause`` is the delivery that opened it, so that it is posted once."""
    return Draft(
        kind=NOTICE,
        lane=Lane.DIRECT,
        dedupe_key=f"notice:{membership_id}:thread:{cause}",
        guild_id=guild_id,
        channel_id=thread_id,
        due_at=now,
        subject=f"membership:{membership_id}",
        arguments={"membership": membership_id},
    )


def role(row: MembershipRow, now: datetime, *, give: bool) -> Draft:
    """The group's role, given or taken as the membership says when it is carried out."""
    return Draft(
        kind=ROLE,
        lane=Lane.DIRECT,
        dedupe_key=f"role:{row.id}:{'give' if give else 'take'}:{_moment(now)}",
        guild_id=row.guild_id,
        user_id=row.user_id,
        due_at=now,
        arguments={"group": row.group_key, "membership": row.id},
    )


def told(row: MembershipRow, key: str, now: datetime) -> Draft:
    """One line to the person, by DM; ``key`` names the text."""
    return Draft(
        kind=TOLD,
        lane=Lane.DIRECT,
        dedupe_key=f"told:{row.id}:{key}:{_moment(now)}",
        guild_id=row.guild_id,
        user_id=row.user_id,
        due_at=now,
        arguments={"key": key},
    )


def staff_line(guild_id: int, user_id: int, group_key: str, key: str, staff_room: int, now: datetime) -> Draft:
    """One neutral line about somebody in #staff-room; ``key`` names the text."""
    return Draft(
        kind=STAFF_LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"staff-line:{guild_id}:{user_id}:{key}:{_moment(now)}",
        guild_id=guild_id,
        channel_id=staff_room,
        user_id=user_id,
        due_at=now,
        arguments={"key": key, "group": group_key, "user": user_id},
    )
