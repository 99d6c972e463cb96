"""The days on which a group is asked how it is, and what people answered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.checkins.rhythm import Given
from bot.checkins.rules import CardTime, Day
from bot.db import Base, Encrypted, EncryptedJson, RowId, Snowflake, UtcDateTime, about


class CheckinDayRow(Base):
    """One day's check-in of one group: its window, its card and its thread.

    A group may be asked twice a day, so a day is told apart by the moment at which it opens. Where nobody asked
    (`/checkin` on a free day) the row has no card, and covers the whole local date.
    """

    __tablename__ = "checkin_days"
    __table_args__ = (
        UniqueConstraint("guild_id", "group_key", "opens_at", "asked"),
        {
            "info": about(
                person=None,
                why="the group's card: when it was asked and where it stands, nothing of anybody in it",
                plain={
                    "id": "row number; the card's button carries it",
                    "guild_id": "the server",
                    "group_key": "which group",
                    "local_date": "the date in the programme's zone",
                    "opens_at": "when the card is due",
                    "closes_at": "when its window ends",
                    "asked": "whether there is a card",
                    "channel_id": "where the card stands",
                    "message_id": "the card",
                    "thread_id": "the day's thread",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    group_key: Mapped[str] = mapped_column(String(80))
    local_date: Mapped[date] = mapped_column(Date)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked: Mapped[bool] = mapped_column(Boolean)
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    message_id: Mapped[int | None] = mapped_column(Snowflake)
    thread_id: Mapped[int | None] = mapped_column(Snowflake)


class CheckinAnswerRow(Base):
    """What one person answered on one day: the newest answer, with how many times it was given."""

    __tablename__ = "checkin_answers"
    __table_args__ = (
        UniqueConstraint("day_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "day_id": "which day's check-in",
                    "user_id": "who answered; every look-up goes by it",
                    "revision": "which answer of that day it is, so that an older one is not posted after it",
                    "answered_at": "time of the row",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    day_id: Mapped[int] = mapped_column(ForeignKey("checkin_days.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    revision: Mapped[int]
    feeling: Mapped[str] = mapped_column(Encrypted("checkin_answers.feeling"))
    words: Mapped[str | None] = mapped_column(Encrypted("checkin_answers.words"))
    audience: Mapped[str] = mapped_column(Encrypted("checkin_answers.audience"))
    reach_out: Mapped[str] = mapped_column(Encrypted("checkin_answers.reach_out"))
    said: Mapped[Any] = mapped_column(EncryptedJson("checkin_answers.said"))
    """The lines said in return (a list of `key#variant`), so that the next ones are others."""
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)


async def keep_day(session: AsyncSession, guild_id: int, card: CardTime, channel_id: int | None, *, asked: bool) -> Day:
    """The day of ``card``, inserted where it is not there yet."""
    values = {
        "guild_id": guild_id,
        "group_key": card.group_key,
        "local_date": card.local_date,
        "opens_at": card.opens_at,
        "closes_at": card.closes_at,
        "asked": asked,
        "channel_id": channel_id,
    }
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    same = ["guild_id", "group_key", "opens_at", "asked"]
    await session.execute(made(CheckinDayRow).values(**values).on_conflict_do_nothing(index_elements=same))
    query = select(CheckinDayRow).where(
        CheckinDayRow.guild_id == guild_id,
        CheckinDayRow.group_key == card.group_key,
        CheckinDayRow.opens_at == card.opens_at,
        CheckinDayRow.asked.is_(asked),
    )
    return _day((await session.scalars(query)).one())


async def day(session: AsyncSession, day_id: int) -> Day | None:
    """One day, or none."""
    row = await session.get(CheckinDayRow, day_id)
    return _day(row) if row is not None else None


async def days_since(session: AsyncSession, guild_id: int, since: datetime) -> Sequence[Day]:
    """The days of a server's groups that close, or closed, at ``since`` (UTC) or later, oldest first."""
    query = (
        select(CheckinDayRow)
        .where(CheckinDayRow.guild_id == guild_id, CheckinDayRow.closes_at >= since)
        .order_by(CheckinDayRow.opens_at, CheckinDayRow.id)
    )
    return [_day(row) for row in await session.scalars(query)]


async def note_card(session: AsyncSession, day_id: int, channel_id: int | None, message_id: int | None) -> None:
    """Remember where a day's card stands."""
    row = await session.get(CheckinDayRow, day_id)
    if row is not None:
        row.channel_id, row.message_id = channel_id, message_id


async def note_thread(session: AsyncSession, day_id: int, thread_id: int | None) -> None:
    """Remember a day's thread, or that it is gone."""
    row = await session.get(CheckinDayRow, day_id)
    if row is not None:
        row.thread_id = thread_id


async def answer(session: AsyncSession, answer_id: int) -> CheckinAnswerRow | None:
    """One answer, or none."""
    return await session.get(CheckinAnswerRow, answer_id)


async def answer_of(
    session: AsyncSession, day_id: int, user_id: int, *, for_change: bool = False
) -> CheckinAnswerRow | None:
    """What this person answered on this day; locked ``for_change`` where the database locks rows."""
    query = select(CheckinAnswerRow).where(CheckinAnswerRow.day_id == day_id, CheckinAnswerRow.user_id == user_id)
    return (await session.scalars(query.with_for_update() if for_change else query)).one_or_none()


async def answers_by(session: AsyncSession, user_id: int) -> Sequence[CheckinAnswerRow]:
    """Everything this person has answered, in every server, oldest first."""
    query = select(CheckinAnswerRow).where(CheckinAnswerRow.user_id == user_id).order_by(CheckinAnswerRow.id)
    return list(await session.scalars(query))


async def given_since(session: AsyncSession, guild_id: int, group_key: str, since: datetime) -> Sequence[Given]:
    """Every answer of a group for a day that opened at ``since`` (UTC) or later: that it was given, not what."""
    query = (
        select(
            CheckinAnswerRow.user_id,
            CheckinAnswerRow.day_id,
            CheckinDayRow.local_date,
            CheckinDayRow.asked,
            CheckinAnswerRow.answered_at,
        )
        .join(CheckinDayRow, CheckinDayRow.id == CheckinAnswerRow.day_id)
        .where(
            CheckinDayRow.guild_id == guild_id, CheckinDayRow.group_key == group_key, CheckinDayRow.opens_at >= since
        )
    )
    return [Given(*row) for row in await session.execute(query)]


async def audiences_of(session: AsyncSession, day_id: int) -> Sequence[str]:
    """Where each answer of a day went."""
    return list(await session.scalars(select(CheckinAnswerRow.audience).where(CheckinAnswerRow.day_id == day_id)))


async def heard_last(session: AsyncSession, guild_id: int, group_key: str, user_id: int) -> datetime | None:
    """When this person answered in this group last (UTC), or none."""
    query = (
        select(func.max(CheckinAnswerRow.answered_at))
        .join(CheckinDayRow, CheckinDayRow.id == CheckinAnswerRow.day_id)
        .where(
            CheckinAnswerRow.guild_id == guild_id,
            CheckinAnswerRow.user_id == user_id,
            CheckinDayRow.group_key == group_key,
        )
    )
    return (await session.scalars(query)).one()


async def open_days(session: AsyncSession, guild_id: int, now: datetime) -> Sequence[Day]:
    """The days of a server whose cards are up and open at ``now`` (UTC)."""
    query = select(CheckinDayRow).where(
        CheckinDayRow.guild_id == guild_id,
        CheckinDayRow.asked.is_(True),
        CheckinDayRow.message_id.is_not(None),
        CheckinDayRow.opens_at <= now,
        CheckinDayRow.closes_at > now,
    )
    return [_day(row) for row in await session.scalars(query)]


async def keep_answer(session: AsyncSession, guild_id: int, day_id: int, user_id: int, now: datetime) -> None:
    """Have a row to write this person's answer into: of two forms sent at once, one makes it and both find it."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "guild_id": guild_id,
        "day_id": day_id,
        "user_id": user_id,
        "revision": 0,
        "feeling": "",
        "audience": "self",
        "reach_out": "no",
        "said": [],
        "answered_at": now,
    }
    statement = made(CheckinAnswerRow).values(**values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["day_id", "user_id"]))


async def newest_answer(session: AsyncSession, guild_id: int, user_id: int) -> CheckinAnswerRow | None:
    """This person's newest answer in this server."""
    query = (
        select(CheckinAnswerRow)
        .where(CheckinAnswerRow.guild_id == guild_id, CheckinAnswerRow.user_id == user_id)
        .order_by(CheckinAnswerRow.answered_at.desc(), CheckinAnswerRow.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


def _day(row: CheckinDayRow) -> Day:
    return Day(
        id=row.id,
        guild_id=row.guild_id,
        group_key=row.group_key,
        local_date=row.local_date,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        asked=row.asked,
        channel_id=row.channel_id,
        message_id=row.message_id,
        thread_id=row.thread_id,
    )
