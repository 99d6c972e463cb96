"""Where each watched channel was read up to."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Snowflake, about


class WatermarkRow(Base):
    """Up to which message a channel has been read in one piece."""

    __tablename__ = "watermarks"
    __table_args__ = (
        {
            "info": about(
                person=None,
                plain={
                    "channel_id": "which channel, thread or DM",
                    "parent_id": "the channel a thread hangs on",
                    "message_id": "read up to here",
                },
                why="Ids of places and of the last message read there; who wrote it is not kept.",
            )
        },
    )

    channel_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None] = mapped_column(Snowflake)
    message_id: Mapped[int] = mapped_column(Snowflake)


async def every(session: AsyncSession) -> dict[int, tuple[int, int | None]]:
    """Channel id → (message id, parent id)."""
    rows = (await session.scalars(select(WatermarkRow))).all()
    return {row.channel_id: (row.message_id, row.parent_id) for row in rows}


async def drop(session: AsyncSession, channel_ids: Collection[int]) -> None:
    """Delete the rows of places that are read no more."""
    for channel_id in channel_ids:
        await session.execute(delete(WatermarkRow).where(WatermarkRow.channel_id == channel_id))
