"""Contact cards. Every word on one is encrypted."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, RowId, Snowflake, UtcDateTime, about


class ContactCardRow(Base):
    """What one member left for the case that somebody has to reach them."""

    __tablename__ = "contact_cards"
    __table_args__ = (
        UniqueConstraint("guild_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "whose card it is",
                    "changed_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    phone: Mapped[str | None] = mapped_column(Encrypted("contact_cards.phone"))
    place: Mapped[str | None] = mapped_column(Encrypted("contact_cards.place"))
    whom: Mapped[str | None] = mapped_column(Encrypted("contact_cards.whom"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


async def card(session: AsyncSession, guild_id: int, user_id: int) -> ContactCardRow | None:
    """The card of this member, or none."""
    query = select(ContactCardRow).where(ContactCardRow.guild_id == guild_id, ContactCardRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()
