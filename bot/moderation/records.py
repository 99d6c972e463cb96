"""Held messages and reports, and their queries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, EncryptedJson, RowId, Snowflake, UtcDateTime, about
from bot.moderation.held_rules import Fault, Found, HeldState, ReportReason, ReportState
from bot.moderation.judgement import Filter

_WAITING = "remind_at IS NOT NULL"
AT_MOST = 500
"""Rows of one person that are looked through for what belongs together."""


class HeldRow(Base):
    """A message that a filter took out of its channel, with its words, until nothing is left to decide."""

    __tablename__ = "held_messages"
    __table_args__ = (
        Index(
            "ix_held_messages_remind_at",
            "remind_at",
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number; buttons carry it",
                    "guild_id": "the server",
                    "user_id": "whose message it is; erasure goes by it",
                    "group_key": "which group; Discord's own channel says the same",
                    "channel_id": "where it stood, and goes back to",
                    "message_id": "which message, so that it is held once",
                    "state": "where it stands",
                    "revision": "counter of its versions, so that nobody approves words they have not seen",
                    "edited_at": "time of the version that is kept",
                    "attachments": "how many files hung on it",
                    "reply_to": "which message it answered, so that it can be posted as an answer",
                    "held_at": "time",
                    "hidden_at": "time",
                    "fault": "why it could not be taken away, from a fixed list",
                    "decided_by": "staff",
                    "decided_at": "time",
                    "remind_at": "schedule",
                    "posted_channel_id": "where it was posted again",
                    "posted_message_id": "what was posted again, so that a report of it is about its author",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    group_key: Mapped[str] = mapped_column(String(80))
    channel_id: Mapped[int] = mapped_column(Snowflake)
    message_id: Mapped[int] = mapped_column(Snowflake, unique=True)
    state: Mapped[HeldState]
    revision: Mapped[int] = mapped_column(Integer)
    words: Mapped[str | None] = mapped_column(Encrypted("held_messages.words"))
    found: Mapped[Any] = mapped_column(EncryptedJson("held_messages.found"))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attachments: Mapped[int] = mapped_column(Integer)
    reply_to: Mapped[int | None] = mapped_column(Snowflake)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[Fault | None]
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    posted_message_id: Mapped[int | None] = mapped_column(Snowflake, index=True)


class ReportRow(Base):
    """A message that people of the group brought before staff: one case, however many point at it."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_remind_at", "remind_at", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
        {
            "info": about(
                person="about_id",
                plain={
                    "id": "row number; buttons carry it",
                    "guild_id": "the server",
                    "about_id": "who wrote the message; erasure goes by it",
                    "channel_id": "where the message stands",
                    "message_id": "which message, so that its reports are one case",
                    "state": "open or closed",
                    "goes_past": "whether it is about staff, and so goes to the others alone",
                    "thread_id": "the private thread where the others find it",
                    "opened_at": "time",
                    "closed_by": "staff",
                    "closed_at": "time",
                    "round": "counter of how often it was opened",
                    "remind_at": "schedule",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    about_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    channel_id: Mapped[int] = mapped_column(Snowflake)
    message_id: Mapped[int] = mapped_column(Snowflake, unique=True)
    words: Mapped[str | None] = mapped_column(Encrypted("reports.words"))
    state: Mapped[ReportState]
    goes_past: Mapped[bool]
    thread_id: Mapped[int | None] = mapped_column(Snowflake)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(Snowflake)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    round: Mapped[int] = mapped_column(Integer)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportVoiceRow(Base):
    """One person's report: who, why, and in which words. It is theirs, and goes with them."""

    __tablename__ = "report_voices"
    __table_args__ = (
        UniqueConstraint("report_id", "reporter_id"),
        {
            "info": about(
                person="reporter_id",
                plain={
                    "id": "row number",
                    "report_id": "which case",
                    "guild_id": "the server",
                    "reporter_id": "who reported; erasure goes by it, and no card shows it",
                    "at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    reporter_id: Mapped[int] = mapped_column(Snowflake, index=True)
    reason: Mapped[str] = mapped_column(Encrypted("report_voices.reason"))
    words: Mapped[str | None] = mapped_column(Encrypted("report_voices.words"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def why(self) -> ReportReason:
        """The reason that was chosen."""
        return ReportReason(self.reason)


# -- held messages -----------------------------------------------------------------------------------------------------


async def held(session: AsyncSession, held_id: int) -> HeldRow | None:
    """One held message, to look at."""
    return await session.get(HeldRow, held_id)


async def locked_held(session: AsyncSession, held_id: int) -> HeldRow | None:
    """One held message, to be decided: locked where the database locks rows, so that one decision wins."""
    return (await session.scalars(select(HeldRow).where(HeldRow.id == held_id).with_for_update())).one_or_none()


async def held_of(session: AsyncSession, message_id: int, *, for_change: bool = False) -> HeldRow | None:
    """What is held of a message, or none."""
    query = select(HeldRow).where(HeldRow.message_id == message_id)
    return (await session.scalars(query.with_for_update() if for_change else query)).one_or_none()


async def author_of_posted(session: AsyncSession, message_id: int) -> int | None:
    """Whose words a message is that was posted again after staff approved it, or none."""
    query = select(HeldRow.user_id).where(HeldRow.posted_message_id == message_id)
    return (await session.scalars(query)).one_or_none()


async def held_by(session: AsyncSession, user_id: int) -> Sequence[HeldRow]:
    """Everything that was ever held of somebody and is kept, in every server, the oldest first."""
    return list(await session.scalars(select(HeldRow).where(HeldRow.user_id == user_id).order_by(HeldRow.id)))


async def waiting_held(session: AsyncSession, guild_id: int) -> Sequence[HeldRow]:
    """What waits for a decision in a server, the oldest first."""
    query = select(HeldRow).where(HeldRow.guild_id == guild_id, text(_WAITING)).order_by(HeldRow.held_at, HeldRow.id)
    return list(await session.scalars(query))


async def next_waiting(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[HeldRow]:
    """What waits for a decision of one person, the oldest first."""
    query = select(HeldRow).where(
        HeldRow.guild_id == guild_id, HeldRow.user_id == user_id, HeldRow.state == HeldState.HELD
    )
    return list(await session.scalars(query.order_by(HeldRow.id).limit(AT_MOST)))


async def behind(session: AsyncSession, row: HeldRow, within: timedelta) -> int:
    """How many came after ``row``, within so long, of the same person, filter and state; ``AT_MOST`` are counted."""
    query = select(HeldRow).where(
        HeldRow.guild_id == row.guild_id,
        HeldRow.user_id == row.user_id,
        HeldRow.state == row.state,
        HeldRow.id > row.id,
        HeldRow.held_at < row.held_at + within,
    )
    first = found_of(row)[:1]
    later = await session.scalars(query.limit(AT_MOST))
    return sum([one.filter for one in found_of(each)[:1]] == [one.filter for one in first] for each in later)


def found_of(row: HeldRow) -> tuple[Found, ...]:
    """What the filters found in it, the gravest first."""
    return tuple(Found(Filter(str(filter_)), str(rule)) for filter_, rule in row.found)


# -- reports -----------------------------------------------------------------------------------------------------------


async def report(session: AsyncSession, report_id: int) -> ReportRow | None:
    """One case, to look at."""
    return await session.get(ReportRow, report_id)


async def locked_report(session: AsyncSession, report_id: int) -> ReportRow | None:
    """One case, to be changed: locked where the database locks rows."""
    return (await session.scalars(select(ReportRow).where(ReportRow.id == report_id).with_for_update())).one_or_none()


async def open_report(
    session: AsyncSession, guild_id: int, message_id: int, channel_id: int, about_id: int | None, now: datetime
) -> ReportRow:
    """The case of a message, to be changed; a new one is still closed, and of nobody.

    Of two who report it first at one second, one makes the row and both find it.
    """
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "guild_id": guild_id,
        "about_id": about_id,
        "channel_id": channel_id,
        "message_id": message_id,
        "state": ReportState.CLOSED,
        "goes_past": False,
        "opened_at": now,
        "round": 0,
    }
    await session.execute(made(ReportRow).values(**values).on_conflict_do_nothing(index_elements=["message_id"]))
    query = select(ReportRow).where(ReportRow.message_id == message_id).with_for_update()
    return (await session.scalars(query)).one()


async def reports_about(session: AsyncSession, user_id: int) -> Sequence[ReportRow]:
    """Every case about somebody's messages, in every server, the oldest first."""
    return list(await session.scalars(select(ReportRow).where(ReportRow.about_id == user_id).order_by(ReportRow.id)))


async def reported_by(session: AsyncSession, user_id: int) -> Sequence[int]:
    """The cases in which somebody has a voice, by row number, the oldest first."""
    query = select(ReportVoiceRow.report_id).where(ReportVoiceRow.reporter_id == user_id)
    return list(await session.scalars(query.order_by(ReportVoiceRow.report_id)))


async def waiting_reports(session: AsyncSession, guild_id: int) -> Sequence[ReportRow]:
    """The open cases of a server, the oldest first."""
    query = select(ReportRow).where(ReportRow.guild_id == guild_id, text(_WAITING))
    return list(await session.scalars(query.order_by(ReportRow.opened_at, ReportRow.id)))


async def voices(session: AsyncSession, report_id: int) -> Sequence[ReportVoiceRow]:
    """Who reported, the first first."""
    query = select(ReportVoiceRow).where(ReportVoiceRow.report_id == report_id).order_by(ReportVoiceRow.id)
    return list(await session.scalars(query))


async def voice_of(session: AsyncSession, report_id: int, reporter_id: int) -> ReportVoiceRow | None:
    """What this person said in a case, or none."""
    query = select(ReportVoiceRow).where(
        ReportVoiceRow.report_id == report_id, ReportVoiceRow.reporter_id == reporter_id
    )
    return (await session.scalars(query)).one_or_none()


async def count_voices(session: AsyncSession, report_id: int) -> int:
    """How many people reported."""
    query = select(func.count()).select_from(ReportVoiceRow).where(ReportVoiceRow.report_id == report_id)
    return (await session.scalars(query)).one()


# -- the clock ---------------------------------------------------------------------------------------------------------


async def next_reminder(session: AsyncSession) -> datetime | None:
    """When staff are to be reminded next of anything that waits (UTC), or none."""
    times = [
        (await session.scalars(select(func.min(column)).where(text(_WAITING)))).one_or_none()
        for column in (HeldRow.remind_at, ReportRow.remind_at)
    ]
    return min((time for time in times if time is not None), default=None)


async def held_due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The held messages of which staff are to be reminded at ``now`` (UTC), by row number."""
    query = select(HeldRow.id).where(text(_WAITING), HeldRow.remind_at <= now).order_by(HeldRow.remind_at)
    return list(await session.scalars(query))


async def reports_due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The cases of which staff are to be reminded at ``now`` (UTC), by row number."""
    query = select(ReportRow.id).where(text(_WAITING), ReportRow.remind_at <= now).order_by(ReportRow.remind_at)
    return list(await session.scalars(query))


async def forget_words(session: AsyncSession, before: datetime) -> None:
    """Empty the words of what was decided or closed ``before`` (UTC)."""
    await session.execute(update(HeldRow).where(HeldRow.decided_at < before).values(words=None))
    await session.execute(update(ReportRow).where(ReportRow.closed_at < before).values(words=None))
    closed = select(ReportRow.id).where(ReportRow.closed_at < before)
    await session.execute(update(ReportVoiceRow).where(ReportVoiceRow.report_id.in_(closed)).values(words=None))
