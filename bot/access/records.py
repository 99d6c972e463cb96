"""Links, sessions, second factors, and the append-only record of who saw what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, Index, Integer, String, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.access.rules import GENESIS, LinkKind
from bot.db import Base, Encrypted, Erase, RowId, Snowflake, UtcDateTime, about

HEAD: Final = 1
"""The one row of the record's head."""


class LinkRow(Base):
    """A one-time link, by the hash of its token: whoever reads the database cannot follow it."""

    __tablename__ = "access_links"
    __table_args__ = (
        Index("ix_access_links_expires_at", "expires_at"),
        {
            "info": about(
                person="user_id",
                plain={
                    "token_hash": "SHA-256 of the token; not the token",
                    "kind": "what the link is for",
                    "guild_id": "the server",
                    "user_id": "whose link it is",
                    "path": "which page it opens, by row number",
                    "created_at": "time",
                    "expires_at": "time",
                    "used_at": "time",
                },
            )
        },
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[LinkKind]
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    path: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """A browser that came by a one-time link, by the hash of its cookie."""

    __tablename__ = "access_sessions"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={
                    "token_hash": "SHA-256 of the cookie; not the cookie",
                    "guild_id": "the server",
                    "user_id": "whose session it is",
                    "path": "where the link led, for after the second factor",
                    "began_at": "time",
                    "seen_at": "time",
                    "factor_at": "time of the second factor",
                },
            )
        },
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    path: Mapped[str] = mapped_column(String(200))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered: Mapped[str | None] = mapped_column(Encrypted("access_sessions.offered"))
    """The secret this browser was shown to set a second factor up; nobody else's browser ever sees the same."""


class FactorRow(Base):
    """Somebody's second factor, and how the guesses at it stand."""

    __tablename__ = "second_factors"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={
                    "user_id": "whose it is",
                    "set_up_at": "time",
                    "last_step": "number of the newest code that was used, so that none is used twice",
                    "wrong": "counter of wrong codes in a row",
                    "wait_until": "time",
                },
                erase=Erase.BLANK,
                why="It guards other people's words: after an erasure only the operator can have a new one set up.",
            )
        },
    )

    user_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    secret: Mapped[str | None] = mapped_column(Encrypted("second_factors.secret"))
    set_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    wait_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """Who did or saw what, and when. Added, never changed; each row's hash covers the former's."""

    __tablename__ = "audit"
    __table_args__ = (
        {
            "info": about(
                person="person_id",
                plain={
                    "id": "row number, without gaps",
                    "at": "time",
                    "action": "what was done or seen",
                    "object_kind": "what sort of thing it was done to",
                    "object_id": "that thing's row number",
                    "actor_id": "who did it; none for the operator's command line",
                    "person_id": "whose words or particulars it was about",
                    "guild_id": "the server",
                    "hash": "SHA-256 over this row and the former's hash",
                },
                erase=Erase.KEEP,
                why="The record of who saw what keeps all its rows; it holds ids and times, and no words.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    person_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    guild_id: Mapped[int | None] = mapped_column(Snowflake)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHeadRow(Base):
    """The newest row's number and hash: one row, locked by whoever adds to the record, so that it never forks."""

    __tablename__ = "audit_head"
    __table_args__ = (
        {
            "info": about(
                person=None,
                plain={
                    "id": "always 1",
                    "number": "the newest row's number; 0 for none",
                    "hash": "the newest row's hash",
                },
                why="A number and a hash.",
            )
        },
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))


async def link(session: AsyncSession, token_hash: str) -> LinkRow | None:
    """The link of this hash, to look at."""
    return await session.get(LinkRow, token_hash)


async def use(session: AsyncSession, token_hash: str, now: datetime) -> bool:
    """Mark the link as used at ``now`` (UTC); False where it is used already, or too old. Of two at once, one wins."""
    done = await session.execute(
        update(LinkRow)
        .where(LinkRow.token_hash == token_hash, LinkRow.used_at.is_(None), LinkRow.expires_at > now)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return _count(done) == 1


async def visit(session: AsyncSession, token_hash: str, *, locked: bool = False) -> SessionRow | None:
    """The session of this hash; ``locked`` where it is about to be changed."""
    query = select(SessionRow).where(SessionRow.token_hash == token_hash)
    return (await session.scalars(query.with_for_update() if locked else query)).one_or_none()


async def end(session: AsyncSession, token_hash: str) -> None:
    """Forget a session."""
    await session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


async def end_all_of(session: AsyncSession, user_id: int) -> int:
    """Forget every session of somebody; how many there were."""
    return _count(await session.execute(delete(SessionRow).where(SessionRow.user_id == user_id)))


async def seen(session: AsyncSession, token_hash: str, now: datetime) -> None:
    """Note that a session was used at ``now`` (UTC)."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == token_hash)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


async def sweep(session: AsyncSession, links_before: datetime, sessions_before: datetime) -> int:
    """Drop links that expired and sessions that were last used before these instants (UTC); how many went."""
    links = await session.execute(delete(LinkRow).where(LinkRow.expires_at < links_before))
    sessions = await session.execute(delete(SessionRow).where(SessionRow.seen_at < sessions_before))
    return _count(links) + _count(sessions)


async def factor(session: AsyncSession, user_id: int) -> FactorRow | None:
    """Somebody's second factor, to look at."""
    return await session.get(FactorRow, user_id)


async def locked_factor(session: AsyncSession, user_id: int) -> FactorRow:
    """Somebody's second factor, to be changed; made where there was none."""
    made = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    await session.execute(made(FactorRow).values(user_id=user_id, wrong=0).on_conflict_do_nothing())
    query = select(FactorRow).where(FactorRow.user_id == user_id).with_for_update()
    return (await session.scalars(query)).one()


async def drop_factor(session: AsyncSession, user_id: int) -> bool:
    """Take somebody's second factor away; False where there was none."""
    return _count(await session.execute(delete(FactorRow).where(FactorRow.user_id == user_id))) == 1


async def head(session: AsyncSession) -> AuditHeadRow:
    """The record's head, locked until this unit of work ends.

    The migration makes it, so that nobody has to; it is made here only where there is a bare schema.
    """
    query = select(AuditHeadRow).where(AuditHeadRow.id == HEAD).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    if row is None:
        row = AuditHeadRow(id=HEAD, number=0, hash=GENESIS)
        session.add(row)
        await session.flush()
    return row


async def read_head(session: AsyncSession) -> AuditHeadRow | None:
    """The record's head, to look at."""
    return await session.get(AuditHeadRow, HEAD)


async def audit_after(session: AsyncSession, number: int, limit: int) -> Sequence[AuditRow]:
    """The next ``limit`` rows of the record after row ``number``, in order."""
    query = select(AuditRow).where(AuditRow.id > number).order_by(AuditRow.id).limit(limit)
    return (await session.scalars(query)).all()


def _count(result: Any) -> int:  # noqa: ANN401  # a cursor result, which a session's `execute` does not say
    assert isinstance(result, CursorResult)  # noqa: S101  # a delete or an update always gives one
    return result.rowcount
