"""What the rota remembers: from when the turns of each layer are counted, overrides, and times off."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Erase, RowId, Snowflake, UtcDateTime, about
from bot.oncall.rota import Layer


class ChangeKind(StrEnum):
    """What somebody changed."""

    OVERRIDE = "override"
    TAKEN = "taken"
    """An override that somebody gave themselves by `Take this shift`."""
    TIME_OFF = "time_off"


class RotaLayerRow(Base):
    """From which instant a layer's turns are counted, and for which list of people that was settled."""

    __tablename__ = "rota_layers"
    __table_args__ = (
        UniqueConstraint("guild_id", "layer"),
        {
            "info": about(
                person=None,
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "layer": "primary or backup",
                    "people": "staff ids in turn; the programme file's own list, kept to see that it changed",
                    "handoff": "the programme file's own hand-over, kept to see that it changed",
                    "anchor": "time",
                },
                why="Names staff on a rota by id, as the programme file does; nothing of a member.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    layer: Mapped[Layer]
    people: Mapped[Any] = mapped_column(JSON)
    handoff: Mapped[str | None] = mapped_column(String(20))
    """None where it was settled before hand-overs were kept here."""
    anchor: Mapped[datetime] = mapped_column(UtcDateTime)


class RotaChangeRow(Base):
    """An override or a time off. Cancelled rather than deleted: who was on call, and by whose word, stays on record."""

    __tablename__ = "rota_changes"
    __table_args__ = (
        Index("ix_rota_changes_guild_id_ends_at", "guild_id", "ends_at"),
        {
            "info": about(
                person="person_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "kind": "override, shift taken or time off; never a reason",
                    "person_id": "staff: who is on call, or away",
                    "starts_at": "time",
                    "ends_at": "time",
                    "set_by": "staff",
                    "set_at": "time",
                    "cancelled_by": "staff",
                    "cancelled_at": "time",
                },
                erase=Erase.KEEP,
                why="Who was on call when, and by whose word, is part of the record of every incident of that time.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[ChangeKind]
    person_id: Mapped[int] = mapped_column(Snowflake, index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int] = mapped_column(Snowflake)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(Snowflake)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def layer(session: AsyncSession, guild_id: int, which: Layer) -> RotaLayerRow | None:
    """How the turns of a layer are counted, locked, to be changed; none where it was never seen."""
    query = select(RotaLayerRow).where(RotaLayerRow.guild_id == guild_id, RotaLayerRow.layer == which)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def layers(session: AsyncSession, guild_id: int) -> dict[Layer, RotaLayerRow]:
    """How the turns of every layer are counted."""
    rows = await session.scalars(select(RotaLayerRow).where(RotaLayerRow.guild_id == guild_id))
    return {row.layer: row for row in rows}


async def changes(session: AsyncSession, guild_id: int, since: datetime) -> Sequence[RotaChangeRow]:
    """Every override and time off that ends after ``since`` (UTC), in the order in which they were set.

    Those that were cancelled are among them: how often a stretch of time was changed counts, too.
    """
    query = select(RotaChangeRow).where(RotaChangeRow.guild_id == guild_id, RotaChangeRow.ends_at > since)
    return (await session.scalars(query.order_by(RotaChangeRow.id))).all()


async def change(session: AsyncSession, change_id: int) -> RotaChangeRow | None:
    """One override or time off, locked, to be changed."""
    query = select(RotaChangeRow).where(RotaChangeRow.id == change_id)
    return (await session.scalars(query.with_for_update())).one_or_none()
