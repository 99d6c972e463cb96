"""Which channels are locked or slowed, and what they were before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, RowId, Snowflake, UtcDateTime, about
from bot.program.restraints import RestraintCause, RestraintKind

_HOLDS = "lifted_at IS NULL"


class RestraintRow(Base):
    """A lock or a slow mode on one channel. ``before`` is noted before the channel is touched, and given back from."""

    __tablename__ = "channel_restraints"
    __table_args__ = (
        UniqueConstraint("occasion"),
        Index(
            "uq_channel_restraints_one_of_a_kind",
            "channel_id",
            "kind",
            unique=True,
            sqlite_where=text(_HOLDS),
            postgresql_where=text(_HOLDS),
        ),
        {
            "info": about(
                person=None,
                why="a channel and how it is set; who set it stands in the case",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "channel_id": "which channel",
                    "kind": "locked or slowed",
                    "cause": "staff, or quiet hours",
                    "seconds": "between two messages of one person",
                    "before": "what the channel's settings were; ids and bits",
                    "occasion": "which night's quiet hours, so that none begins twice",
                    "set_at": "time",
                    "lifted_at": "time",
                    "restored_at": "time at which the channel was as before",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, index=True)
    channel_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[RestraintKind]
    cause: Mapped[RestraintCause]
    seconds: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    occasion: Mapped[str | None] = mapped_column(String(120))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def find(session: AsyncSession, restraint_id: int) -> RestraintRow | None:
    """One restraint, to look at."""
    return await session.get(RestraintRow, restraint_id)


async def locked_row(session: AsyncSession, restraint_id: int) -> RestraintRow | None:
    """One restraint, to be changed."""
    query = select(RestraintRow).where(RestraintRow.id == restraint_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def holding(session: AsyncSession, channel_id: int, kind: RestraintKind) -> RestraintRow | None:
    """The restraint of this kind that holds a channel, to be changed."""
    query = select(RestraintRow).where(RestraintRow.channel_id == channel_id, RestraintRow.kind == kind)
    return (await session.scalars(query.where(text(_HOLDS)).with_for_update())).one_or_none()


async def lock_of(session: AsyncSession, channel_id: int) -> RestraintRow | None:
    """The lock that a channel is under, or that was lifted and is not given back yet; to be changed."""
    query = select(RestraintRow).where(
        RestraintRow.channel_id == channel_id,
        RestraintRow.kind == RestraintKind.LOCK,
        RestraintRow.restored_at.is_(None),
    )
    return (await session.scalars(query.order_by(RestraintRow.id.desc()).limit(1).with_for_update())).one_or_none()


async def unfinished(session: AsyncSession, guild_id: int) -> Sequence[RestraintRow]:
    """Every restraint that holds, or was lifted and is not given back yet, oldest first."""
    query = select(RestraintRow).where(RestraintRow.guild_id == guild_id, RestraintRow.restored_at.is_(None))
    return (await session.scalars(query.order_by(RestraintRow.id))).all()


async def of_occasion(session: AsyncSession, occasion: str) -> RestraintRow | None:
    """The restraint of this occasion, lifted or not."""
    return (await session.scalars(select(RestraintRow).where(RestraintRow.occasion == occasion))).one_or_none()


async def of_quiet_hours(session: AsyncSession, guild_id: int) -> Sequence[RestraintRow]:
    """The restraints of quiet hours that hold."""
    query = select(RestraintRow).where(
        RestraintRow.guild_id == guild_id, RestraintRow.cause == RestraintCause.QUIET_HOURS
    )
    return (await session.scalars(query.where(text(_HOLDS)))).all()
