"""Anonymous shares, the requests to open their seals, and where they are on; and their queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, EncryptedJson, RowId, SealedPerson, Snowflake, UtcDateTime, about
from bot.shares.rules import STATES_OF_AN_END, SealReason, SealState, ShareState, Telling

_WAITING = "remind_at IS NOT NULL"
_OPEN = "decided_at IS NULL"


class ShareRow(Base):
    """An anonymous share. Who wrote it is sealed: the file alone does not say, and no other row does.

    So nothing else that belongs to it (its deliveries, who looked at it, who asked to open it) names its author.
    """

    __tablename__ = "shares"
    __table_args__ = (
        Index("ix_shares_remind_at", "remind_at", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
        {
            "info": about(
                person="author",
                plain={
                    "id": "the share's number; buttons carry it",
                    "guild_id": "the server",
                    "group_key": "which group; the post in its channel says the same",
                    "state": "where it stands",
                    "made_at": "time",
                    "sent_at": "time",
                    "decided_by": "staff",
                    "decided_at": "time",
                    "remind_at": "schedule",
                    "posted_channel_id": "where it was posted",
                    "posted_message_id": "what was posted, so that it can be taken down",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    author: Mapped[int] = mapped_column(SealedPerson("shares.author"), index=True)
    group_key: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[ShareState]
    words: Mapped[str | None] = mapped_column(Encrypted("shares.words"))
    found: Mapped[Any] = mapped_column(EncryptedJson("shares.found"), nullable=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    posted_message_id: Mapped[int | None] = mapped_column(Snowflake, index=True)


class SealRow(Base):
    """A request to open a share's seal: staff's act. It names no author, and goes where its share goes."""

    __tablename__ = "share_seals"
    __table_args__ = (
        Index(
            "uq_share_seals_one_open_a_share",
            "share_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        {
            "info": about(
                person=None,
                plain={
                    "id": "row number; buttons carry it",
                    "share_id": "which share",
                    "guild_id": "the server",
                    "reason": "why, from a fixed list",
                    "state": "where it stands",
                    "asked_by": "staff",
                    "asked_at": "time",
                    "ends_at": "schedule",
                    "decided_by": "staff",
                    "decided_at": "time",
                    "telling": "whether the author is told",
                },
                why="it is about a share, whose row alone knows the author; it is erased with that row",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id", ondelete="CASCADE"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    reason: Mapped[SealReason]
    words: Mapped[str | None] = mapped_column(Encrypted("share_seals.words"))
    state: Mapped[SealState]
    asked_by: Mapped[int] = mapped_column(Snowflake)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    telling: Mapped[Telling | None]


class ShareGroupRow(Base):
    """What staff said last about shares in a group."""

    __tablename__ = "share_groups"
    __table_args__ = (
        {
            "info": about(
                person=None,
                plain={"guild_id": "the server", "group_key": "which group", "is_on": "a setting"},
                why="a setting of a group; who set it is in the audit",
            )
        },
    )

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    group_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    is_on: Mapped[bool] = mapped_column(Boolean)


# -- shares ------------------------------------------------------------------------------------------------------------


async def share(session: AsyncSession, share_id: int) -> ShareRow | None:
    """One share, to look at."""
    return await session.get(ShareRow, share_id)


async def locked(session: AsyncSession, share_id: int) -> ShareRow | None:
    """One share, to be changed: locked where the database locks rows, so that of two who press one is first."""
    return (await session.scalars(select(ShareRow).where(ShareRow.id == share_id).with_for_update())).one_or_none()


async def of_author(session: AsyncSession, author: int, guild_id: int | None = None) -> Sequence[ShareRow]:
    """Everything somebody wrote, drafts included, the oldest first; with ``guild_id`` in one server."""
    query = select(ShareRow).where(ShareRow.author == author).order_by(ShareRow.id)
    if guild_id is not None:
        query = query.where(ShareRow.guild_id == guild_id)
    return list(await session.scalars(query))


async def waiting(session: AsyncSession, guild_id: int) -> Sequence[ShareRow]:
    """What waits for staff, the oldest first."""
    query = select(ShareRow).where(ShareRow.guild_id == guild_id, ShareRow.state == ShareState.WAITING)
    return list(await session.scalars(query.order_by(ShareRow.sent_at)))


async def posted_as(session: AsyncSession, guild_id: int, message_id: int) -> ShareRow | None:
    """The share that a message of ours in a group is, or none."""
    query = select(ShareRow).where(ShareRow.guild_id == guild_id, ShareRow.posted_message_id == message_id)
    return (await session.scalars(query)).one_or_none()


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The shares of which staff are to be reminded at ``now`` (UTC), by number."""
    query = select(ShareRow.id).where(text(_WAITING), ShareRow.remind_at <= now).order_by(ShareRow.remind_at)
    return list(await session.scalars(query))


async def forget(session: AsyncSession, drafts_before: datetime, ended_before: datetime) -> None:
    """Delete drafts made before the one moment and whatever ended unposted before the other; empty what stands posted.

    Whose share stands in a group stays sealed in its row for as long, so that they can take it down.
    """
    is_over = ShareRow.decided_at < ended_before
    await session.execute(
        delete(ShareRow).where(
            or_(
                and_(ShareRow.state == ShareState.DRAFT, ShareRow.made_at < drafts_before),
                and_(ShareRow.state == ShareState.ASIDE, ShareRow.made_at < ended_before),
                and_(is_over, ShareRow.state.in_(STATES_OF_AN_END - {ShareState.APPROVED})),
            )
        )
    )
    empty = update(ShareRow).where(is_over, ShareRow.state == ShareState.APPROVED, ShareRow.words.is_not(None))
    await session.execute(empty.values(words=None, found=None))


# -- seals -------------------------------------------------------------------------------------------------------------


async def seal(session: AsyncSession, seal_id: int) -> SealRow | None:
    """One request, to look at."""
    return await session.get(SealRow, seal_id)


async def locked_seal(session: AsyncSession, seal_id: int) -> SealRow | None:
    """One request, to be changed."""
    return (await session.scalars(select(SealRow).where(SealRow.id == seal_id).with_for_update())).one_or_none()


async def newest_seal(session: AsyncSession, share_id: int) -> SealRow | None:
    """The newest request about a share, or none."""
    query = select(SealRow).where(SealRow.share_id == share_id).order_by(SealRow.id.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def seals_of(session: AsyncSession, share_id: int) -> Sequence[int]:
    """The requests about a share, by number."""
    return list(await session.scalars(select(SealRow.id).where(SealRow.share_id == share_id).order_by(SealRow.id)))


async def seals_due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The requests whose time is over at ``now`` (UTC), by number."""
    query = select(SealRow.id).where(text(_OPEN), SealRow.ends_at <= now).order_by(SealRow.ends_at)
    return list(await session.scalars(query))


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next reminder or the next end of a request is due (UTC), or none."""
    reminder = (await session.scalars(select(func.min(ShareRow.remind_at)).where(text(_WAITING)))).one_or_none()
    end = (await session.scalars(select(func.min(SealRow.ends_at)).where(text(_OPEN)))).one_or_none()
    return min((one for one in (reminder, end) if one is not None), default=None)


# -- where they are on -------------------------------------------------------------------------------------------------


async def by_staff(session: AsyncSession, guild_id: int) -> dict[str, bool]:
    """What staff said last, by group."""
    query = select(ShareGroupRow).where(ShareGroupRow.guild_id == guild_id)
    return {row.group_key: row.is_on for row in await session.scalars(query)}


async def switch(session: AsyncSession, guild_id: int, group_key: str, *, is_on: bool) -> None:
    """Keep what staff say about a group."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = made(ShareGroupRow).values(guild_id=guild_id, group_key=group_key, is_on=is_on)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["guild_id", "group_key"], set_={"is_on": is_on})
    )
