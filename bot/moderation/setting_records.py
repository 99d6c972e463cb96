"""What staff changed of the groups' filters: one row a change, kept with who made it, also when it holds no more."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Index, String, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Erase, RowId, Snowflake, UtcDateTime, about

_HOLDS = "ended_at IS NULL"


class FilterChangeRow(Base):
    """One setting as somebody on staff put it, until it was put otherwise."""

    __tablename__ = "filter_changes"
    __table_args__ = (
        Index(
            "uq_filter_changes_one_a_setting",
            "guild_id",
            "group_key",
            "setting",
            unique=True,
            sqlite_where=text(_HOLDS),
            postgresql_where=text(_HOLDS),
        ),
        {
            "info": about(
                person="changed_by",
                erase=Erase.KEEP,
                why="what keeps a group safe stays when whoever set it leaves; and who set it may be asked",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "group_key": "which group",
                    "setting": "a filter's name, or a host that may be linked to; no words of anybody's",
                    "value": "what is done, from a fixed list",
                    "file_said": "what the programme file said then, from the same list",
                    "changed_by": "staff",
                    "changed_at": "time",
                    "ended_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    group_key: Mapped[str] = mapped_column(String(80))
    setting: Mapped[str] = mapped_column(String(270))
    value: Mapped[str] = mapped_column(String(20))
    file_said: Mapped[str] = mapped_column(String(20))
    changed_by: Mapped[int] = mapped_column(Snowflake, index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def holding(session: AsyncSession, guild_id: int) -> Sequence[FilterChangeRow]:
    """What staff set in a server and nobody has ended, in the order in which they did."""
    query = select(FilterChangeRow).where(FilterChangeRow.guild_id == guild_id, text(_HOLDS))
    return (await session.scalars(query.order_by(FilterChangeRow.id))).all()


async def locked(session: AsyncSession, guild_id: int, group_key: str, setting: str) -> FilterChangeRow | None:
    """The change of one setting that holds, to be ended."""
    query = select(FilterChangeRow).where(
        FilterChangeRow.guild_id == guild_id,
        FilterChangeRow.group_key == group_key,
        FilterChangeRow.setting == setting,
        text(_HOLDS),
    )
    return (await session.scalars(query.with_for_update())).one_or_none()


async def end(session: AsyncSession, ids: Collection[int], now: datetime) -> None:
    """These hold no more (``now`` is UTC)."""
    await session.execute(
        update(FilterChangeRow).where(FilterChangeRow.id.in_(list(ids)), text(_HOLDS)).values(ended_at=now)
    )
