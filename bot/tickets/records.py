"""Tickets and what was written in them, and their queries."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, RowId, Snowflake, UtcDateTime, about
from bot.tickets.rules import Road, TicketState

_NOT_CLOSED = "closed_at IS NULL"
_WAITING = "remind_at IS NOT NULL"


class TicketRow(Base):
    """One ticket. ``summary`` is staff's own, and on the private page only.

    ``emptied_at``: when what had been written in it by then was forgotten, because it had been closed for long (UTC).
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(
            "uq_tickets_one_open_a_person",
            "guild_id",
            "user_id",
            unique=True,
            sqlite_where=text(_NOT_CLOSED),
            postgresql_where=text(_NOT_CLOSED),
        ),
        Index("ix_tickets_remind_at", "remind_at", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "the ticket's number; buttons carry it",
                    "guild_id": "the server",
                    "user_id": "who asked; erasure goes by it",
                    "state": "whether it waits, is answered or closed; none of the words",
                    "road": "thread or direct message",
                    "round": "counter of how often it began to wait",
                    "channel_id": "its thread, which Discord knows anyway",
                    "assigned_to": "staff",
                    "opened_at": "time",
                    "waiting_since": "time",
                    "remind_at": "schedule",
                    "closed_by": "staff",
                    "closed_at": "time",
                    "emptied_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    state: Mapped[TicketState]
    road: Mapped[Road]
    round: Mapped[int] = mapped_column(Integer)
    channel_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    assigned_to: Mapped[int | None] = mapped_column(Snowflake)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(Snowflake)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    summary: Mapped[str | None] = mapped_column(Encrypted("tickets.summary"))
    emptied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketMessageRow(Base):
    """Something that was written in a ticket, by its member or by staff.

    ``words`` is None for a picture or a file, and once they were forgotten. ``deleted_at``: when it was deleted on
    Discord (UTC); it stays here until the ticket is emptied, since whoever deletes may have had to.
    """

    __tablename__ = "ticket_messages"
    __table_args__ = (
        UniqueConstraint("source_key"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "ticket_id": "which ticket",
                    "guild_id": "the server",
                    "user_id": "whose ticket it is; erasure goes by it",
                    "author_id": "who wrote it: they, or staff",
                    "source_key": "which message or form it was, so that it is kept once",
                    "at": "time",
                    "deleted_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    author_id: Mapped[int] = mapped_column(Snowflake)
    source_key: Mapped[str] = mapped_column(String(120))
    words: Mapped[str | None] = mapped_column(Encrypted("ticket_messages.words"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# -- tickets -----------------------------------------------------------------------------------------------------------


async def open_ticket(session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> int | None:
    """The number of a new ticket, or None where this person has one that is not closed."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "guild_id": guild_id,
        "user_id": user_id,
        "state": TicketState.ANSWERED,  # nobody waits before the words are in it
        "road": Road.THREAD,
        "round": 0,
        "opened_at": now,
    }
    statement = made(TicketRow).values(**values).on_conflict_do_nothing().returning(TicketRow.id)
    return (await session.execute(statement)).scalar_one_or_none()


async def ticket(session: AsyncSession, ticket_id: int) -> TicketRow | None:
    """One ticket, to look at."""
    return await session.get(TicketRow, ticket_id)


async def locked(session: AsyncSession, ticket_id: int) -> TicketRow | None:
    """One ticket, to be changed: locked where the database locks rows, so that of two who press one is first."""
    return (await session.scalars(select(TicketRow).where(TicketRow.id == ticket_id).with_for_update())).one_or_none()


async def latest_of(session: AsyncSession, guild_id: int, user_id: int) -> TicketRow | None:
    """Somebody's newest ticket, to be changed, or none."""
    query = select(TicketRow).where(TicketRow.guild_id == guild_id, TicketRow.user_id == user_id)
    return (await session.scalars(query.order_by(TicketRow.id.desc()).limit(1).with_for_update())).one_or_none()


async def of_thread(session: AsyncSession, channel_id: int) -> TicketRow | None:
    """The ticket whose thread this is, or none."""
    query = select(TicketRow).where(TicketRow.channel_id == channel_id).order_by(TicketRow.id.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def by_dm_of(session: AsyncSession, guild_id: int | None, user_id: int, closed_after: datetime) -> int | None:
    """The ticket that somebody's direct messages belong to, or none: their newest, and not closed for long (UTC).

    One whose thread is not there, or not there yet, takes them as well: they have no other place to write in.
    """
    query = select(TicketRow).where(TicketRow.user_id == user_id)
    if guild_id is not None:
        query = query.where(TicketRow.guild_id == guild_id)
    row = (await session.scalars(query.order_by(TicketRow.id.desc()).limit(1))).one_or_none()
    if row is None or (row.closed_at is not None and row.closed_at < closed_after):
        return None
    has_no_thread = row.channel_id is None and row.closed_at is None
    return row.id if row.road is Road.DM or has_no_thread else None


async def not_closed(session: AsyncSession, guild_id: int) -> Sequence[TicketRow]:
    """The tickets of a server that are not closed, those that wait the longest first."""
    query = select(TicketRow).where(TicketRow.guild_id == guild_id, TicketRow.closed_at.is_(None))
    return list(await session.scalars(query.order_by(TicketRow.waiting_since.is_(None), TicketRow.waiting_since)))


async def all_of(session: AsyncSession, user_id: int) -> Sequence[TicketRow]:
    """Every ticket of somebody, in every server, the oldest first."""
    return list(await session.scalars(select(TicketRow).where(TicketRow.user_id == user_id).order_by(TicketRow.id)))


# -- what was written --------------------------------------------------------------------------------------------------


async def add_message(
    session: AsyncSession, row: TicketRow, author_id: int, source_key: str, words: str | None, at: datetime
) -> int | None:
    """The id of what was written (``at`` is UTC), or None where it is kept already."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "ticket_id": row.id,
        "guild_id": row.guild_id,
        "user_id": row.user_id,
        "author_id": author_id,
        "source_key": source_key,
        "words": words,
        "at": at,
    }
    statement = made(TicketMessageRow).values(**values).on_conflict_do_nothing().returning(TicketMessageRow.id)
    return (await session.execute(statement)).scalar_one_or_none()


async def reword(session: AsyncSession, source_key: str, words: str) -> bool:
    """Keep what a message says since it was edited; false where it is not kept, or was forgotten."""
    forgotten = exists().where(
        TicketRow.id == TicketMessageRow.ticket_id,
        TicketRow.emptied_at.is_not(None),
        TicketRow.emptied_at >= TicketMessageRow.at,
    )
    statement = (
        update(TicketMessageRow)
        .where(TicketMessageRow.source_key == source_key, ~forgotten)
        .values(words=words)
        .returning(TicketMessageRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def deleted(session: AsyncSession, source_keys: Sequence[str], now: datetime) -> None:
    """These were deleted on Discord at ``now`` (UTC); the first time counts."""
    await session.execute(
        update(TicketMessageRow)
        .where(TicketMessageRow.source_key.in_(source_keys), TicketMessageRow.deleted_at.is_(None))
        .values(deleted_at=now)
    )


async def keeps_any(session: AsyncSession, source_keys: Sequence[str]) -> bool:
    """Whether any of these is kept in a ticket."""
    query = select(TicketMessageRow.id).where(TicketMessageRow.source_key.in_(source_keys)).limit(1)
    return (await session.scalars(query)).one_or_none() is not None


async def message(session: AsyncSession, message_id: int) -> TicketMessageRow | None:
    """One thing that was written, or none."""
    return await session.get(TicketMessageRow, message_id)


async def ticket_of_message(session: AsyncSession, source_key: str) -> int | None:
    """The ticket that something written is kept in, or none."""
    query = select(TicketMessageRow.ticket_id).where(TicketMessageRow.source_key == source_key)
    return (await session.scalars(query)).one_or_none()


async def messages(session: AsyncSession, ticket_id: int) -> Sequence[TicketMessageRow]:
    """Everything that was written in a ticket, in its order."""
    query = select(TicketMessageRow).where(TicketMessageRow.ticket_id == ticket_id)
    return list(await session.scalars(query.order_by(TicketMessageRow.at, TicketMessageRow.id)))


# -- the clock ---------------------------------------------------------------------------------------------------------


async def next_reminder(session: AsyncSession) -> datetime | None:
    """When staff are to be reminded next of a ticket (UTC), or none."""
    return (await session.scalars(select(func.min(TicketRow.remind_at)).where(text(_WAITING)))).one_or_none()


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The tickets of which staff are to be reminded at ``now`` (UTC), by number."""
    query = select(TicketRow.id).where(text(_WAITING), TicketRow.remind_at <= now).order_by(TicketRow.remind_at)
    return list(await session.scalars(query))


# -- forgetting --------------------------------------------------------------------------------------------------------


async def forget_words(session: AsyncSession, guild_id: int, closed_before: datetime, now: datetime) -> int:
    """Empty the tickets that were closed before a moment, and are still; how many (all UTC).

    One that was opened again, and closed once more, is emptied again when that end is as long ago.
    """
    is_full = or_(TicketRow.emptied_at.is_(None), TicketRow.emptied_at < TicketRow.closed_at)
    found = select(TicketRow.id).where(TicketRow.guild_id == guild_id, TicketRow.closed_at < closed_before, is_full)
    numbers = list(await session.scalars(found.with_for_update()))
    if numbers:
        words = update(TicketMessageRow).where(TicketMessageRow.ticket_id.in_(numbers))
        await session.execute(words.values(words=None))
        tickets = update(TicketRow).where(TicketRow.id.in_(numbers))
        await session.execute(tickets.values(summary=None, emptied_at=now))
    return len(numbers)
