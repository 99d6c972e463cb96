"""How each member likes to be asked: their rhythm, whether they want a nudge, and between which hours."""

from collections.abc import Sequence

from sqlalchemy import Boolean, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, RowId, Snowflake, about


class HabitRow(Base):
    """One member's choices about check-ins. Without a row there is no nudge, and the group's own rhythm."""

    __tablename__ = "checkin_habits"
    __table_args__ = (
        UniqueConstraint("guild_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "whose choices; every look-up goes by it",
                    "rhythm": "how often they want to be expected; the planner reads it",
                    "nudge": "whether they want a nudge; the planner reads it",
                    "hours": "between which wall times",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    rhythm: Mapped[str | None] = mapped_column(String(20))
    nudge: Mapped[bool] = mapped_column(Boolean)
    hours: Mapped[str] = mapped_column(String(11))


async def habit_of(session: AsyncSession, guild_id: int, user_id: int) -> HabitRow | None:
    """One member's choices, where they made any."""
    query = select(HabitRow).where(HabitRow.guild_id == guild_id, HabitRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def habits_in(session: AsyncSession, guild_id: int) -> Sequence[HabitRow]:
    """Everybody's choices in one server."""
    return list(await session.scalars(select(HabitRow).where(HabitRow.guild_id == guild_id)))
