"""Which skill each group had when, what people said about skills, and what they were shown."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Date, String, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.coping.rules import SHOWN_KEPT
from bot.db import Base, Encrypted, RowId, Snowflake, UtcDateTime, about


class SkillPostRow(Base):
    """The skill chosen for one group's post, which stays the same however often the post is tried."""

    __tablename__ = "skill_posts"
    __table_args__ = (
        UniqueConstraint("guild_id", "group_key", "due_at"),
        {
            "info": about(
                person=None,
                why="what a group's channel shows to all of it; nothing of anybody in it",
                plain={
                    "id": "row number; its order is the history",
                    "guild_id": "the server",
                    "group_key": "which group",
                    "local_date": "the date in the programme's zone",
                    "due_at": "when the post is due",
                    "skill_key": "which skill; the channel shows it",
                    "channel_id": "where the post stands",
                    "message_id": "the post",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    group_key: Mapped[str] = mapped_column(String(80))
    local_date: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skill_key: Mapped[str] = mapped_column(String(80))
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    message_id: Mapped[int | None] = mapped_column(Snowflake)


class SkillMarkRow(Base):
    """What one person said about one skill: helped, not for me, or saved."""

    __tablename__ = "skill_marks"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={"id": "row number", "user_id": "who pressed", "at": "time of the press"},
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    skill: Mapped[str] = mapped_column(Encrypted("skill_marks.skill"))
    verdict: Mapped[str] = mapped_column(Encrypted("skill_marks.verdict"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SkillShownRow(Base):
    """A skill that one person was shown on demand. Only the last few are kept."""

    __tablename__ = "skills_shown"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number; its order is the history",
                    "user_id": "who asked",
                    "at": "time of the answer",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    skill: Mapped[str] = mapped_column(Encrypted("skills_shown.skill"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


async def chosen_for(session: AsyncSession, guild_id: int, group_key: str, due_at: datetime) -> SkillPostRow | None:
    """The post of a group that was due at ``due_at`` (UTC), where its skill is chosen."""
    query = select(SkillPostRow).where(
        SkillPostRow.guild_id == guild_id, SkillPostRow.group_key == group_key, SkillPostRow.due_at == due_at
    )
    return (await session.scalars(query)).one_or_none()


async def history_of(session: AsyncSession, guild_id: int, group_key: str, before: datetime) -> Sequence[str]:
    """The keys of the skills that a group had before that instant (UTC), oldest first: one a day, so years are few."""
    query = (
        select(SkillPostRow.skill_key)
        .where(SkillPostRow.guild_id == guild_id, SkillPostRow.group_key == group_key, SkillPostRow.due_at < before)
        .order_by(SkillPostRow.due_at)
    )
    return (await session.scalars(query)).all()


async def choose(
    session: AsyncSession, guild_id: int, group_key: str, day: date, *, due_at: datetime, skill_key: str
) -> None:
    """Write down the skill of a post; where another process was first, its choice stands."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "guild_id": guild_id,
        "group_key": group_key,
        "local_date": day,
        "due_at": due_at,
        "skill_key": skill_key,
    }
    same = ["guild_id", "group_key", "due_at"]
    await session.execute(made(SkillPostRow).values(**values).on_conflict_do_nothing(index_elements=same))


async def marks_of(session: AsyncSession, user_id: int) -> Sequence[SkillMarkRow]:
    """Everything one person said about skills, oldest first."""
    query = select(SkillMarkRow).where(SkillMarkRow.user_id == user_id).order_by(SkillMarkRow.at, SkillMarkRow.id)
    return (await session.scalars(query)).all()


async def shown_to(session: AsyncSession, user_id: int) -> Sequence[str]:
    """The skills one person was shown last, newest last."""
    query = (
        select(SkillShownRow.skill)
        .where(SkillShownRow.user_id == user_id)
        .order_by(SkillShownRow.id.desc())
        .limit(SHOWN_KEPT)
    )
    return (await session.scalars(query)).all()[::-1]


async def note_shown(session: AsyncSession, user_id: int, skill_key: str, at: datetime) -> None:
    """Remember that a skill was shown (``at`` is UTC), and forget what is older than the last few."""
    session.add(SkillShownRow(user_id=user_id, skill=skill_key, at=at))
    await session.flush()
    kept = select(SkillShownRow.id).where(SkillShownRow.user_id == user_id).order_by(SkillShownRow.id.desc())
    last = (await session.scalars(kept.limit(SHOWN_KEPT))).all()[-1]
    await session.execute(delete(SkillShownRow).where(SkillShownRow.user_id == user_id, SkillShownRow.id < last))
