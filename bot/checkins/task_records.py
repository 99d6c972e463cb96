"""What staff have been asked to do for somebody, until one of them has done it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.checkins.rhythm import TaskKind
from bot.db import Base, RowId, Snowflake, UtcDateTime, about

_OPEN = "done_at IS NULL"


class TaskRow(Base):
    """One task. A person has at most one open task of a kind: asked twice, they are still to be contacted once."""

    __tablename__ = "checkin_tasks"
    __table_args__ = (
        UniqueConstraint("source_key"),
        Index(
            "uq_checkin_tasks_one_open_a_person",
            "guild_id",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number; the card's button carries it",
                    "guild_id": "the server",
                    "user_id": "whom it is about",
                    "group_key": "which group; empty for somebody who is in none any more",
                    "kind": "that they asked to hear from staff, or were not heard for a while; none of their words",
                    "source_key": "what it came of, so that the same occasion counts once",
                    "asked_at": "time",
                    "done_by": "staff",
                    "done_at": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    group_key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[TaskKind]
    source_key: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(Snowflake)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def open_task(
    session: AsyncSession,
    guild_id: int,
    user_id: int,
    *,
    group_key: str,
    kind: TaskKind,
    source_key: str,
    now: datetime,
) -> int | None:
    """The id of a new task, or None where one is open already, or this occasion has had its task."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "guild_id": guild_id,
        "user_id": user_id,
        "group_key": group_key,
        "kind": kind,
        "source_key": source_key,
        "asked_at": now,
    }
    statement = made(TaskRow).values(**values).on_conflict_do_nothing().returning(TaskRow.id)
    return (await session.execute(statement)).scalar_one_or_none()


async def task(session: AsyncSession, task_id: int) -> TaskRow | None:
    """One task, or none."""
    return await session.get(TaskRow, task_id, populate_existing=True)


async def tasks_about(session: AsyncSession, user_id: int) -> Sequence[TaskRow]:
    """Every task about this person, in every server, the oldest first."""
    return list(await session.scalars(select(TaskRow).where(TaskRow.user_id == user_id).order_by(TaskRow.id)))


async def open_task_of(session: AsyncSession, guild_id: int, user_id: int, kind: TaskKind) -> TaskRow | None:
    """The open task of this kind about this person, or none."""
    query = select(TaskRow).where(
        TaskRow.guild_id == guild_id, TaskRow.user_id == user_id, TaskRow.kind == kind, TaskRow.done_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


async def close_task(session: AsyncSession, task_id: int, staff_id: int, now: datetime) -> bool:
    """Note who did it; False where somebody had done so before: of two who press at once, one is first."""
    statement = (
        update(TaskRow)
        .where(TaskRow.id == task_id, TaskRow.done_at.is_(None))
        .values(done_by=staff_id, done_at=now)
        .returning(TaskRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None
