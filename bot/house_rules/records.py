"""The versions of each group's rules, and who accepted which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, RowId, Snowflake, UtcDateTime, about
from bot.program.service import EVERY_LANGUAGE


class RulesRow(Base):
    """One version of a group's rules. Added, never changed: an acceptance is of these very words."""

    __tablename__ = "house_rules"
    __table_args__ = (
        UniqueConstraint("guild_id", "group_key", "version"),
        {
            "info": about(
                person=None,
                why="the programme's own text, the same for everybody in the group",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "group_key": "whose rules",
                    "version": "counter",
                    "text": "the rules, as everybody in the group reads them",
                    "texts": "the same in each language they are written in, where that is more than one",
                    "since": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    group_key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    """The rules; where they are written in several languages, in the first of them."""
    texts: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """By language, where there are several; null where ``text`` is for everybody."""
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def by_language(self) -> dict[str, str]:
        """The texts as the programme file has them."""
        return dict(self.texts) if self.texts else {EVERY_LANGUAGE: self.text}


class AcceptanceRow(Base):
    """Somebody accepted one version."""

    __tablename__ = "rules_acceptances"
    __table_args__ = (
        UniqueConstraint("rules_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "rules_id": "which version of which group's rules",
                    "user_id": "who accepted",
                    "at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    rules_id: Mapped[int] = mapped_column(ForeignKey("house_rules.id"), index=True)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


async def find(session: AsyncSession, rules_id: int) -> RulesRow | None:
    """One version."""
    return await session.get(RulesRow, rules_id)


async def newest(session: AsyncSession, guild_id: int, group_key: str) -> RulesRow | None:
    """The newest version of a group's rules."""
    query = select(RulesRow).where(RulesRow.guild_id == guild_id, RulesRow.group_key == group_key)
    return (await session.scalars(query.order_by(RulesRow.version.desc()).limit(1))).one_or_none()


async def acceptance(session: AsyncSession, rules_id: int, user_id: int) -> AcceptanceRow | None:
    """That somebody accepted a version, or none."""
    query = select(AcceptanceRow).where(AcceptanceRow.rules_id == rules_id, AcceptanceRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def who_accepted(session: AsyncSession, rules_id: int) -> frozenset[int]:
    """Everybody who accepted a version."""
    found: Sequence[int] = (
        await session.scalars(select(AcceptanceRow.user_id).where(AcceptanceRow.rules_id == rules_id))
    ).all()
    return frozenset(found)
