"""At which check-ins somebody was expected and not heard when the card closed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.checkins.rules import Day
from bot.db import Base, RowId, Snowflake, UtcDateTime, about


class SilenceRow(Base):
    """That somebody was not heard at one check-in. Staff see it where they ask; an answer takes it away again."""

    __tablename__ = "checkin_silences"
    __table_args__ = (
        UniqueConstraint("day_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "group_key": "which group",
                    "day_id": "which day's check-in",
                    "user_id": "who was not heard; every look-up goes by it",
                    "closed_at": "when its window ended",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    group_key: Mapped[str] = mapped_column(String(80))
    day_id: Mapped[int] = mapped_column(ForeignKey("checkin_days.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)


async def note_silent(session: AsyncSession, day: Day, people: Sequence[int]) -> None:
    """Note that these people were not heard; doing it again changes nothing."""
    if not people:
        return
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    rows = [
        {
            "guild_id": day.guild_id,
            "group_key": day.group_key,
            "day_id": day.id,
            "user_id": person,
            "closed_at": day.closes_at,
        }
        for person in people
    ]
    statement = made(SilenceRow).values(rows).on_conflict_do_nothing(index_elements=["day_id", "user_id"])
    await session.execute(statement)


async def silent_at(session: AsyncSession, day_id: int) -> Sequence[int]:
    """Who was not heard at this check-in, and has not been since."""
    return list(await session.scalars(select(SilenceRow.user_id).where(SilenceRow.day_id == day_id)))


async def silences_of(session: AsyncSession, guild_id: int, group_key: str, user_id: int) -> Sequence[datetime]:
    """When the check-ins closed (UTC) at which this person was not heard in this group."""
    query = select(SilenceRow.closed_at).where(
        SilenceRow.guild_id == guild_id, SilenceRow.group_key == group_key, SilenceRow.user_id == user_id
    )
    return list(await session.scalars(query))


async def forget_silence(session: AsyncSession, day_id: int, user_id: int) -> None:
    """They were heard after all."""
    await session.execute(delete(SilenceRow).where(SilenceRow.day_id == day_id, SilenceRow.user_id == user_id))
