"""Members, their memberships, what they agreed to, and where their DMs are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, ForeignKeyConstraint, Select, String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, Erase, RowId, Snowflake, UtcDateTime, about
from bot.members.rules import MembershipState


class MemberRow(Base):
    """A person as this server's programme knows them."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("guild_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "who it is; every look-up goes by it",
                    "language": "which texts to use",
                    "language_chosen": "whether they chose it themselves",
                    "timezone": "in which zone to show times",
                    "reminders": "whether session reminders are wanted",
                    "stopped_at": "time of /stop",
                    "paused_until": "until when they want no reminders and nudges",
                    "created_at": "time of the row",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    chosen_name: Mapped[str] = mapped_column(Encrypted("members.chosen_name"))
    language: Mapped[str] = mapped_column(String(8))
    language_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    timezone: Mapped[str | None] = mapped_column(String(64))
    reminders: Mapped[bool] = mapped_column(Boolean, default=True)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MembershipRow(Base):
    """One person's place in one group."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("guild_id", "user_id", "group_key"),
        ForeignKeyConstraint(["guild_id", "user_id"], ["members.guild_id", "members.user_id"], ondelete="CASCADE"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "who it is",
                    "group_key": "which group; Discord's own role says the same",
                    "state": "invited, active, declined or discharged",
                    "invited_by": "the staff member who enrolled",
                    "invited_at": "time of the invitation",
                    "changed_at": "time of the last change",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    group_key: Mapped[str] = mapped_column(String(80))
    state: Mapped[MembershipState]
    invited_by: Mapped[int] = mapped_column(Snowflake)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConsentRow(Base):
    """What somebody answered to which version of the notice. Rows are added, never changed."""

    __tablename__ = "consents"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "who answered",
                    "group_key": "for which group",
                    "notice_version": "which notice",
                    "agreed": "yes or no",
                    "at": "when",
                },
                erase=Erase.DELETE,
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    group_key: Mapped[str] = mapped_column(String(80))
    notice_version: Mapped[str] = mapped_column(String(20))
    agreed: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DmChannelRow(Base):
    """Where somebody's DM with the bot is: Discord does not list DM channels."""

    __tablename__ = "dm_channels"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={"user_id": "whose DM", "channel_id": "where it is; catch-up reads it after downtime"},
            )
        },
    )

    user_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(Snowflake, index=True)


async def member(session: AsyncSession, guild_id: int, user_id: int) -> MemberRow | None:
    """The member, or none."""
    query = select(MemberRow).where(MemberRow.guild_id == guild_id, MemberRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def member_locked(session: AsyncSession, guild_id: int, user_id: int) -> MemberRow | None:
    """The member, or none, held until the end of ``session``."""
    query = select(MemberRow).where(MemberRow.guild_id == guild_id, MemberRow.user_id == user_id)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def guilds_of(session: AsyncSession, user_id: int) -> Sequence[int]:
    """The servers in which this person is a member, the newest first."""
    query = select(MemberRow.guild_id).where(MemberRow.user_id == user_id).order_by(MemberRow.id.desc())
    return (await session.scalars(query)).all()


async def read_membership(session: AsyncSession, membership_id: int) -> MembershipRow | None:
    """One membership by its row id, to look at."""
    return await session.get(MembershipRow, membership_id)


async def membership(session: AsyncSession, membership_id: int) -> MembershipRow | None:
    """One membership by its row id, to be changed: locked where the database locks rows."""
    query = select(MembershipRow).where(MembershipRow.id == membership_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def memberships_of(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[MembershipRow]:
    """Every membership of this person in this server."""
    query = select(MembershipRow).where(MembershipRow.guild_id == guild_id, MembershipRow.user_id == user_id)
    return (await session.scalars(query.order_by(MembershipRow.id))).all()


async def everybody_in(session: AsyncSession, guild_id: int, group_key: str) -> Sequence[MemberRow]:
    """The members who are active in a group, those who have stopped messages among them."""
    return (await session.scalars(_in_group(guild_id, group_key))).all()


def _active(guild_id: int, group_key: str) -> Select[MemberRow]:
    return _in_group(guild_id, group_key).where(MemberRow.stopped_at.is_(None))


def _in_group(guild_id: int, group_key: str) -> Select[MemberRow]:
    return (
        select(MemberRow)
        .join(
            MembershipRow,
            (MembershipRow.guild_id == MemberRow.guild_id) & (MembershipRow.user_id == MemberRow.user_id),
        )
        .where(
            MembershipRow.guild_id == guild_id,
            MembershipRow.group_key == group_key,
            MembershipRow.state == MembershipState.ACTIVE,
        )
        .order_by(MemberRow.id)
    )


async def active_in(session: AsyncSession, guild_id: int, group_key: str) -> Sequence[MemberRow]:
    """The members who are active in a group and have not stopped messages."""
    return (await session.scalars(_active(guild_id, group_key))).all()


async def places_in(session: AsyncSession, guild_id: int, group_key: str) -> Sequence[tuple[MemberRow, datetime]]:
    """Those, each with when their place in the group began (UTC)."""
    query = _active(guild_id, group_key).add_columns(MembershipRow.changed_at)
    return [(row, since) for row, since in await session.execute(query)]


async def active_member(session: AsyncSession, guild_id: int, group_key: str, user_id: int) -> MemberRow | None:
    """One of those, or none."""
    return (await session.scalars(_active(guild_id, group_key).where(MemberRow.user_id == user_id))).one_or_none()


async def dm_channel(session: AsyncSession, user_id: int) -> int | None:
    """The DM channel of this person, where one was opened."""
    query = select(DmChannelRow.channel_id).where(DmChannelRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def forget_dm(session: AsyncSession, user_id: int) -> None:
    """Take the DM channel of this person off the book."""
    await session.execute(delete(DmChannelRow).where(DmChannelRow.user_id == user_id))


async def dm_owner(session: AsyncSession, channel_id: int) -> int | None:
    """Whose DM this channel is, or none."""
    query = select(DmChannelRow.user_id).where(DmChannelRow.channel_id == channel_id)
    return (await session.scalars(query)).first()


async def dm_channels(session: AsyncSession) -> Sequence[tuple[int, int]]:
    """(user id, channel id) of every DM that was ever opened."""
    found = (await session.execute(select(DmChannelRow.user_id, DmChannelRow.channel_id))).all()
    return [(user, channel) for user, channel in found]
