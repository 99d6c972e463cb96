"""What is known of each person's roads, and the drills that tried them. Addresses are never stored here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, RowId, Snowflake, UtcDateTime, about


class PersonRoadRow(Base):
    """One road to one person: whether anything ever came through it, and how the last attempt ended."""

    __tablename__ = "person_roads"
    __table_args__ = (
        {
            "info": about(
                person="person_id",
                plain={
                    "guild_id": "the server",
                    "person_id": "staff, whom the road leads to",
                    "road_key": "a short hash with secrets in it, from which no address can be read",
                    "type": "telephone, e-mail and the like; no address",
                    "verified_at": "time",
                    "last_outcome": "named outcome from a fixed list",
                    "last_at": "time",
                },
            )
        },
    )

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False, index=True)
    road_key: Mapped[str] = mapped_column(String(20), primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_outcome: Mapped[str | None] = mapped_column(String(30))
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DrillRow(Base):
    """One drill: a marked test down every road of everybody who may be paged."""

    __tablename__ = "drills"
    __table_args__ = (
        {
            "info": about(
                person=None,
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "started_by": "staff",
                    "started_at": "time",
                },
                why="Says that staff tried their own roads; nothing of a member.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, index=True)
    started_by: Mapped[int] = mapped_column(Snowflake)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DrillAttemptRow(Base):
    """One road of one person in a drill. ``outcome`` is None while nothing has come of it."""

    __tablename__ = "drill_attempts"
    __table_args__ = (
        {
            "info": about(
                person="person_id",
                plain={
                    "id": "row number",
                    "drill_id": "which drill",
                    "guild_id": "the server",
                    "person_id": "staff, whom the road leads to",
                    "road_key": "a short hash with secrets in it, from which no address can be read",
                    "type": "telephone, e-mail and the like; no address",
                    "outcome": "named outcome from a fixed list",
                    "confirmed_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    person_id: Mapped[int] = mapped_column(Snowflake, index=True)
    road_key: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(30))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def roads_of(session: AsyncSession, guild_id: int, person_id: int) -> Sequence[PersonRoadRow]:
    """All that is known of one person's roads."""
    query = select(PersonRoadRow).where(PersonRoadRow.guild_id == guild_id, PersonRoadRow.person_id == person_id)
    return (await session.scalars(query)).all()


async def road(session: AsyncSession, guild_id: int, person_id: int, road_key: str, road_type: str) -> PersonRoadRow:
    """What is known of one road, to be changed; a row is begun where there is none."""
    row = await session.get(PersonRoadRow, (guild_id, person_id, road_key), with_for_update=True)
    if row is None:
        row = PersonRoadRow(guild_id=guild_id, person_id=person_id, road_key=road_key, type=road_type)
        session.add(row)
        await session.flush()
    return row


async def drill(session: AsyncSession, drill_id: int) -> DrillRow | None:
    """The drill."""
    return await session.get(DrillRow, drill_id)


async def last_drill(session: AsyncSession, guild_id: int) -> datetime | None:
    """When the last drill of a server began (UTC), or none."""
    return (await session.scalars(select(func.max(DrillRow.started_at)).where(DrillRow.guild_id == guild_id))).one()


async def attempts_of(session: AsyncSession, drill_id: int) -> Sequence[DrillAttemptRow]:
    """Every attempt of a drill, in the order in which they were made out."""
    query = select(DrillAttemptRow).where(DrillAttemptRow.drill_id == drill_id).order_by(DrillAttemptRow.id)
    return (await session.scalars(query)).all()


async def attempt(session: AsyncSession, attempt_id: int) -> DrillAttemptRow | None:
    """One attempt, locked for a change where the database locks rows."""
    query = select(DrillAttemptRow).where(DrillAttemptRow.id == attempt_id).with_for_update()
    return (await session.scalars(query)).one_or_none()
