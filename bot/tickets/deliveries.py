"""What tickets put into the outbox: the names of their kinds, and their rows. None of them carries a word."""

from collections.abc import Iterable
from datetime import datetime

from bot.delivery.service import Draft, Lane
from bot.tickets.records import TicketRow
from bot.tickets.rules import Told

CARD, CARD_EDIT, CARD_GONE = "tickets.card", "tickets.card-edit", "tickets.card-gone"
WORD, THREAD, THREAD_GONE, LINE = "tickets.word", "tickets.thread", "tickets.thread-gone", "tickets.line"
LEFT = "left"
"""The line that is said only where its member has left the server; Discord is asked when it is composed."""

Arguments = dict[str, str | int]


def subject_of(ticket_id: int) -> str:
    """What everything about a ticket belongs to."""
    return f"ticket:{ticket_id}"


def arguments(ticket_id: int, told: Told, message_id: int, *, quotes: bool) -> Arguments:
    """What a word to the member is drawn from. ``quotes``: whether what was written may stand on Discord again."""
    return {"ticket": ticket_id, "told": told.value, "message": message_id, "quotes": int(quotes), "tries": 0}


def word(row: TicketRow, given: Arguments, now: datetime, thread_id: int | None) -> Draft:
    """Something to be said to the member: in their thread, or without one by direct message."""
    road = f"in:{thread_id}" if thread_id is not None else "dm"
    return Draft(
        kind=WORD,
        lane=Lane.DIRECT,
        dedupe_key=f"ticket-word:{row.id}:{given['told']}:{row.round}:{given['message']}:{road}:{given['tries']}",
        guild_id=row.guild_id,
        channel_id=thread_id,
        user_id=row.user_id,
        subject=subject_of(row.id),
        due_at=now,
        arguments={**given},
    )


def thread(row: TicketRow, given: Arguments, now: datetime, parent_id: int) -> Draft:
    """Opens the private thread, in which what ``given`` says is said then."""
    return Draft(
        kind=THREAD,
        lane=Lane.DIRECT,
        dedupe_key=f"ticket-thread:{row.id}:{given['told']}:{row.round}:{given['message']}:{given['tries']}",
        guild_id=row.guild_id,
        channel_id=parent_id,
        user_id=row.user_id,
        subject=subject_of(row.id),
        due_at=now,
        arguments={**given},
    )


def card(row: TicketRow, room: int, now: datetime, *, reminder: bool = False) -> Draft:
    """The card in #staff-room, or the same again where nobody has answered for long."""
    again = f":again:{int(now.timestamp())}" if reminder else ""
    return Draft(
        kind=CARD,
        lane=Lane.DIRECT,
        dedupe_key=f"ticket-card:{row.id}:{row.round}{again}",
        guild_id=row.guild_id,
        channel_id=room,
        user_id=row.user_id,  # whom it is about, so that export and erasure find it
        subject=subject_of(row.id),
        due_at=now,
        arguments={"ticket": row.id, "reminder": int(reminder)},
    )


def edits(row: TicketRow, messages: Iterable[tuple[int, int]], occasion: str, now: datetime) -> list[Draft]:
    """Has every card that stands say how it is now."""
    return [
        Draft(
            kind=CARD_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"ticket-edit:{row.id}:{row.round}:{occasion}:{message}",
            guild_id=row.guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"ticket": row.id, "message": message},
        )
        for channel, message in messages
    ]


def line(row: TicketRow, room: int, key: str, occasion: str | int, now: datetime) -> Draft:
    """One line in #staff-room: a ticket's words do not reach its member as they did."""
    return Draft(
        kind=LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"ticket-line:{row.id}:{key}:{occasion}",
        guild_id=row.guild_id,
        channel_id=room,
        user_id=row.user_id,
        subject=subject_of(row.id),
        due_at=now,
        arguments={"ticket": row.id, "key": key},
    )


def gone(row: TicketRow, messages: Iterable[tuple[int, int]], now: datetime) -> list[Draft]:
    """After an erasure: the cards say no more, and the thread goes with everything in it.

    They name nobody, so that the erasure of that person's deliveries leaves them to be done.
    """
    made = [
        Draft(
            kind=CARD_GONE,
            lane=Lane.DIRECT,
            dedupe_key=f"ticket-card-gone:{message}",
            guild_id=row.guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"message": message},
        )
        for channel, message in messages
    ]
    if row.channel_id is not None:
        made.append(
            Draft(
                kind=THREAD_GONE,
                lane=Lane.DIRECT,
                dedupe_key=f"ticket-thread-gone:{row.channel_id}",
                guild_id=row.guild_id,
                channel_id=row.channel_id,
                due_at=now,
                arguments={},
            )
        )
    return made
