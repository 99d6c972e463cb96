"""The case history: one row a deed of staff."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.cases.rules import CaseDeed, CaseState, Telling
from bot.db import Base, Encrypted, Erase, RowId, Snowflake, UtcDateTime, about


class CaseRow(Base):
    """A deed of staff about a person or a channel, and how it went. Added; only how it went is changed."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_guild_id_user_id", "guild_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "whom it is about; none for a channel's",
                    "channel_id": "which channel it is about, where it is one's",
                    "group_key": "out of which group",
                    "deed": "what was done, from a short list",
                    "acted_by": "staff; none for quiet hours, and for a pause that an incident ended",
                    "at": "time",
                    "until": "time a time-out ends",
                    "seconds": "of a slow mode",
                    "for_others": "that whoever is on call acted in spite of an open incident, for harm to others",
                    "state": "how it went",
                    "telling": "whether the person was told",
                },
                erase=Erase.BLANK,
                why="That staff acted stays on record, for whoever has to answer for it; what was said goes.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int | None] = mapped_column(Snowflake)
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    group_key: Mapped[str | None] = mapped_column(String(80))
    deed: Mapped[CaseDeed]
    acted_by: Mapped[int | None] = mapped_column(Snowflake)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None] = mapped_column(Integer)
    for_others: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[CaseState]
    telling: Mapped[Telling]
    reason: Mapped[str | None] = mapped_column(Encrypted("cases.reason"))
    words: Mapped[str | None] = mapped_column(Encrypted("cases.words"))
    """What staff wanted said to the person, in their own words."""


async def find(session: AsyncSession, case_id: int) -> CaseRow | None:
    """One case, to look at."""
    return await session.get(CaseRow, case_id)


async def locked(session: AsyncSession, case_id: int) -> CaseRow | None:
    """One case, to be changed."""
    return (await session.scalars(select(CaseRow).where(CaseRow.id == case_id).with_for_update())).one_or_none()


async def of_person(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[CaseRow]:
    """Every case about somebody, oldest first."""
    query = select(CaseRow).where(CaseRow.guild_id == guild_id, CaseRow.user_id == user_id)
    return (await session.scalars(query.order_by(CaseRow.id))).all()


async def standing_of(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[CaseRow]:
    """The cases about somebody that were done or are under way, oldest first, to be changed: their writers take turns.

    A time-out that Discord is being asked for at this moment is among them, once its own unit of work has ended.
    """
    query = select(CaseRow).where(CaseRow.guild_id == guild_id, CaseRow.user_id == user_id)
    stands = CaseRow.state.in_((CaseState.DONE, CaseState.UNDER_WAY))
    return (await session.scalars(query.where(stands).order_by(CaseRow.id).with_for_update())).all()


async def standing_since(session: AsyncSession, guild_id: int, user_id: int, case_id: int) -> Sequence[CaseRow]:
    """The cases about somebody after this one that were done or are under way, to look at."""
    query = select(CaseRow).where(CaseRow.guild_id == guild_id, CaseRow.user_id == user_id, CaseRow.id > case_id)
    return (await session.scalars(query.where(CaseRow.state.in_((CaseState.DONE, CaseState.UNDER_WAY))))).all()


async def paused_now(session: AsyncSession, guild_id: int, now: datetime) -> frozenset[int]:
    """Whom a time-out of ours may hold at ``now`` (UTC), in a server; some may have been released since."""
    query = select(CaseRow.user_id).where(
        CaseRow.guild_id == guild_id, CaseRow.deed == CaseDeed.TIMEOUT, CaseRow.until > now
    )
    return frozenset(one for one in (await session.scalars(query)).all() if one is not None)


async def of_channel(session: AsyncSession, guild_id: int, channel_id: int) -> Sequence[CaseRow]:
    """Every case about a channel, oldest first."""
    query = select(CaseRow).where(CaseRow.guild_id == guild_id, CaseRow.channel_id == channel_id)
    return (await session.scalars(query.order_by(CaseRow.id))).all()
