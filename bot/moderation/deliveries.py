"""What moderation puts into the outbox: the names of its kinds, and their rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.delivery.service import Draft, Lane
from bot.moderation.held_message import Seen
from bot.moderation.held_rules import Found
from bot.moderation.records import HeldRow, ReportRow

HIDE = "moderation.hide"
CARD, CARD_EDIT, CARD_GONE = "moderation.card", "moderation.card-edit", "moderation.card-gone"
FLAG, LINE = "moderation.flag", "moderation.line"
TOLD, TOLD_THREAD = "moderation.told", "moderation.told-thread"
POST, UNPOST = "moderation.post", "moderation.unpost"
REPORT, REPORT_EDIT, REPORT_THREAD = "moderation.report", "moderation.report-edit", "moderation.report-thread"

FILES = "told_files_back"
"""The private word with which the files that hung on a message are given back."""

CARRIED_ON_AFTER = timedelta(seconds=5)
"""How long after a message was stored the outbox sees to it that it goes, should whoever stored it not have."""


def subject_of_held(held_id: int) -> str:
    """What the cards of a held message, and what its author is told, belong to."""
    return f"held:{held_id}"


def subject_of_hiding(held_id: int) -> str:
    """What taking a message out of its channel belongs to."""
    return f"held-hide:{held_id}"


def subject_of_post(held_id: int) -> str:
    """What was, or is to be, posted again belongs to."""
    return f"held-post:{held_id}"


def subject_of_report(report_id: int) -> str:
    """What the cards of a report belong to."""
    return f"report:{report_id}"


def subject_of_flags(guild_id: int, user_id: int) -> str:
    """What the quiet cards about somebody's messages belong to, so that an erasure finds them."""
    return f"flags:{guild_id}:{user_id}"


def flag(
    seen: Seen,
    found: Sequence[Found],
    room: int,
    occasion: str,
    now: datetime,
    *,
    answer: int = 0,
    is_more: bool = False,
) -> Draft:
    """The quiet card of what stays where it is; or of a check-in (``answer``) that was kept back from its group.

    ``is_more``: it stands for others of the kind as well.
    """
    return Draft(
        kind=FLAG,
        lane=Lane.DIRECT,
        dedupe_key=f"flag:{occasion}"[:200],
        guild_id=seen.guild_id,
        channel_id=room,
        user_id=seen.user_id,  # whom it is about, so that export and erasure find it
        subject=subject_of_flags(seen.guild_id, seen.user_id),
        due_at=now,
        arguments={
            "group": seen.group_key,
            "channel": seen.channel_id,
            "message": seen.message_id,
            "found": " ".join(f"{one.filter.value}={one.rule}" for one in found),
            "answer": answer,
            "more": int(is_more),
        },
    )


def hide(row: HeldRow, due_at: datetime, attempt: str = "") -> Draft:
    """Takes a message out of its channel: what carries on where the first attempt was cut off.

    It names what is to go, and not only the row: an erasure leaves it to be done.
    """
    return Draft(
        kind=HIDE,
        lane=Lane.DIRECT,
        dedupe_key=f"held-hide:{row.id}:{row.revision}{attempt}",
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        subject=subject_of_hiding(row.id),
        due_at=due_at,
        arguments={"held": row.id, "revision": row.revision, "message": row.message_id},
    )


def card(row: HeldRow, room: int, now: datetime, *, reminder: bool = False) -> Draft:
    """The card in #mod-queue, or the same once more where it has waited for long."""
    again = f":again:{int(now.timestamp())}" if reminder else ""
    return Draft(
        kind=CARD,
        lane=Lane.DIRECT,
        dedupe_key=f"held-card:{row.id}:{row.revision}{again}",
        guild_id=row.guild_id,
        channel_id=room,
        user_id=row.user_id,  # whom it is about, so that export and erasure find it
        subject=subject_of_held(row.id),
        due_at=now,
        arguments={"held": row.id, "reminder": int(reminder)},
    )


def edits(
    kind: str, guild_id: int, what: Mapping[str, int], messages: Iterable[tuple[int, int]], key: str, now: datetime
) -> list[Draft]:
    """Has every card that stands say how it is now; ``key`` names the occasion."""
    return [
        Draft(
            kind=kind,
            lane=Lane.DIRECT,
            dedupe_key=f"{kind}:{key}:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={**what, "message": message},
        )
        for channel, message in messages
    ]


def cards_gone(guild_id: int, messages: Iterable[tuple[int, int]], now: datetime) -> list[Draft]:
    """Has every card of what was erased say no more than that."""
    return [
        Draft(
            kind=CARD_GONE,
            lane=Lane.DIRECT,
            dedupe_key=f"card-gone:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"message": message},
        )
        for channel, message in messages
    ]


def told(row: HeldRow, key: str, now: datetime, *, part: int = 0) -> Draft:
    """Tells its author, privately. ``part`` counts on where their words need more than one message."""
    return Draft(
        kind=TOLD,
        lane=Lane.DIRECT,
        dedupe_key=f"held-told:{row.id}:{row.revision}:{key}:{part}",
        guild_id=row.guild_id,
        user_id=row.user_id,
        subject=subject_of_held(row.id),
        due_at=now,
        arguments={"held": row.id, "key": key, "part": part},
    )


def line(guild_id: int, user_id: int, room: int, key: str, occasion: str, now: datetime, held_id: int) -> Draft:
    """One line in #mod-queue about a held message: something did not go as it should."""
    return Draft(
        kind=LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"moderation-line:{key}:{occasion}",
        guild_id=guild_id,
        channel_id=room,
        user_id=user_id,
        subject=subject_of_held(held_id),
        due_at=now,
        arguments={"held": held_id, "key": key},
    )


def posts(row: HeldRow, parts: int, now: datetime, channel_id: int | None = None) -> list[Draft]:
    """What staff approved, for the group; to ``channel_id`` where the place it stood in is no more."""
    return [
        Draft(
            kind=POST,
            lane=Lane.DIRECT,
            dedupe_key=f"held-post:{row.id}:{row.revision}:{part}:{channel_id or row.channel_id}",
            guild_id=row.guild_id,
            channel_id=channel_id or row.channel_id,
            subject=subject_of_post(row.id),
            due_at=now,
            arguments={"held": row.id, "revision": row.revision, "part": part},
        )
        for part in range(parts)
    ]


def unposts(guild_id: int, messages: Iterable[tuple[int, int]], now: datetime) -> list[Draft]:
    """Takes what was posted again out of the group. It is never too late for that."""
    return [
        Draft(
            kind=UNPOST,
            lane=Lane.DIRECT,
            dedupe_key=f"held-unpost:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"message": message},
        )
        for channel, message in messages
    ]


def report_card(row: ReportRow, room: int, now: datetime, *, reminder: bool = False) -> Draft:
    """The card of a report, for staff, or the same once more where it has waited for long."""
    again = f":again:{int(now.timestamp())}" if reminder else ""
    return Draft(
        kind=REPORT,
        lane=Lane.DIRECT,
        dedupe_key=f"report-card:{row.id}:{row.round}{again}",
        guild_id=row.guild_id,
        channel_id=room,
        user_id=row.about_id,
        subject=subject_of_report(row.id),
        due_at=now,
        arguments={"report": row.id, "reminder": int(reminder)},
    )


def report_thread(row: ReportRow, room: int, now: datetime) -> Draft:
    """Opens the private thread for a report that goes past one of staff."""
    return Draft(
        kind=REPORT_THREAD,
        lane=Lane.DIRECT,
        dedupe_key=f"report-thread:{row.id}:{row.round}",
        guild_id=row.guild_id,
        channel_id=room,
        user_id=row.about_id,
        subject=subject_of_report(row.id),
        due_at=now,
        arguments={"report": row.id},
    )
