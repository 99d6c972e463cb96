"""The occurrences that reminders and answers refer to, and what people answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, RowId, Snowflake, UtcDateTime, about
from bot.sessions.rules import Answer


class OccurrenceRow(Base):
    """One occurrence of a session, for a reminder's buttons to point at; when it is, the programme says."""

    __tablename__ = "session_occurrences"
    __table_args__ = (
        UniqueConstraint("guild_id", "session_key", "local_start"),
        {
            "info": about(
                person=None,
                plain={
                    "id": "row number; buttons carry it",
                    "guild_id": "the server",
                    "session_key": "which session of the programme file",
                    "local_start": "when it is scheduled, on the programme's clock",
                    "starts_at": "when it starts",
                    "ends_at": "when it ends; answers are taken until then",
                    "planned_at": "when its reminders were last planned",
                },
                why="when a group meets; it says nothing of who comes",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    session_key: Mapped[str] = mapped_column(String(80))
    local_start: Mapped[str] = mapped_column(String(19))
    """Naive wall time of the programme's zone in ISO 8601, to the second."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnswerRow(Base):
    """What somebody answered to a reminder. Who comes and who does not is nobody else's business: it is encrypted."""

    __tablename__ = "session_answers"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "occurrence_id": "which occurrence",
                    "user_id": "who answered; every look-up goes by it",
                    "revision": "counts changes, so that each is told once",
                    "changed_at": "time of the last change",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("session_occurrences.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    answer: Mapped[str] = mapped_column(Encrypted("session_answers.answer"))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def said(self) -> Answer:
        """The answer, typed."""
        return Answer(self.answer)


async def occurrence(session: AsyncSession, occurrence_id: int, *, for_change: bool = False) -> OccurrenceRow | None:
    """One occurrence by its row id; locked ``for_change`` where the database locks rows."""
    query = select(OccurrenceRow).where(OccurrenceRow.id == occurrence_id)
    return (await session.scalars(query.with_for_update() if for_change else query)).one_or_none()


async def keep_occurrence(
    session: AsyncSession,
    guild_id: int,
    session_key: str,
    local_start: datetime,
    *,
    starts_at: datetime,
    ends_at: datetime,
) -> OccurrenceRow:
    """The row of an occurrence: made where there is none, brought up to date where the programme changed its times."""
    written = local_start.isoformat(timespec="seconds")
    query = select(OccurrenceRow).where(
        OccurrenceRow.guild_id == guild_id,
        OccurrenceRow.session_key == session_key,
        OccurrenceRow.local_start == written,
    )
    row = (await session.scalars(query.with_for_update())).one_or_none()
    if row is None:
        row = OccurrenceRow(guild_id=guild_id, session_key=session_key, local_start=written)
        session.add(row)
    elif row.starts_at != starts_at:
        row.planned_at = None  # another moment altogether: its reminders are new ones
    row.starts_at, row.ends_at = starts_at, ends_at
    await session.flush()
    return row


async def answer_of(session: AsyncSession, occurrence_id: int, user_id: int) -> AnswerRow | None:
    """What this person answered about an occurrence, or none."""
    query = select(AnswerRow).where(AnswerRow.occurrence_id == occurrence_id, AnswerRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()
