"""The programme's tables: which programme each server runs, which of its objects are ours, who got the role Staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, EncryptedJson, Erase, Json, RowId, Snowflake, UtcDateTime, about
from bot.program.actions import ObjectRef
from bot.program.layout import ObjectKey, ObjectKind
from bot.program.schema import Programme


class ProgrammeRow(Base):
    """The programme that a server runs; one row a server."""

    __tablename__ = "programmes"
    __table_args__ = (
        {
            "info": about(
                person=None,
                why="the operator's own file; the staff whom it names are taken out of it there",
                plain={
                    "id": "a number",
                    "guild_id": "names a server, nobody in it",
                    "name": "the programme's name, as the server shows it",
                    "timezone": "a place's time zone",
                    "digest": "a fingerprint from which nothing can be read",
                    "applied_at": "when the file was applied",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    timezone: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of everything the programme says, in hexadecimal."""
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """In UTC, when this content was adopted."""
    content: Mapped[Json] = mapped_column(EncryptedJson("programmes.content"))
    """What `Programme.to_stored` says. Encrypted: contacts hold passwords and telephone numbers."""


class ServerObjectRow(Base):
    """A role, category or channel of a server that is the programme's own."""

    __tablename__ = "server_objects"
    __table_args__ = (
        UniqueConstraint("guild_id", "kind", "key"),
        {
            "info": about(
                person=None,
                why="roles, categories and channels of the server",
                plain={
                    "id": "a number",
                    "guild_id": "names a server, nobody in it",
                    "kind": "role, category or channel",
                    "key": "the programme's name of the object",
                    "discord_id": "names the object at Discord",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[ObjectKind]
    key: Mapped[str] = mapped_column(String(100))
    discord_id: Mapped[int] = mapped_column(Snowflake)


class StaffGrantRow(Base):
    """Somebody to whom the programme gave the role Staff, so that it can take the role back when they leave staff."""

    __tablename__ = "staff_grants"
    __table_args__ = (
        UniqueConstraint("guild_id", "person_id"),
        {
            "info": about(
                person="person_id",
                erase=Erase.KEEP,
                why="without it somebody who leaves staff would keep sight of the groups; the row goes with the role",
                plain={
                    "id": "a number",
                    "guild_id": "names a server, nobody in it",
                    "person_id": "names a staff member, no words; the server shows the same role",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    person_id: Mapped[int] = mapped_column(Snowflake)


@dataclass(frozen=True, slots=True)
class Adopted:
    """Which content a server's programme has; enough to tell whether a copy in memory is still right."""

    guild_id: int
    digest: str


async def adopted(session: AsyncSession) -> list[Adopted]:
    """Every server that runs a programme, in the order in which they came."""
    rows = await session.execute(select(ProgrammeRow.guild_id, ProgrammeRow.digest).order_by(ProgrammeRow.id))
    return [Adopted(guild_id, digest) for guild_id, digest in rows]


async def read_content(session: AsyncSession, guild_id: int) -> dict[str, Any] | None:
    """What is stored of the programme that a server runs, in the file's own notation.

    Raises:
        DatabaseError: where it cannot be decrypted.
    """
    content = await session.scalar(select(ProgrammeRow.content).where(ProgrammeRow.guild_id == guild_id))
    return content if isinstance(content, dict) else None


async def write_programme(
    session: AsyncSession, guild_id: int, programme: Programme, digest: str, now: datetime
) -> None:
    """Make ``programme`` the one that a server runs; nothing is written where it does already."""
    row = await session.scalar(select(ProgrammeRow).where(ProgrammeRow.guild_id == guild_id).with_for_update())
    if row is None:
        row = ProgrammeRow(guild_id=guild_id, digest="")
        session.add(row)
    if row.digest == digest:
        return
    row.name = programme.program.name
    row.timezone = programme.program.timezone
    row.content = programme.to_stored()
    row.digest = digest
    row.applied_at = now


async def server_objects(session: AsyncSession, guild_id: int) -> Mapping[ObjectRef, int]:
    """The Discord ids of everything that is remembered as the programme's own."""
    columns = (ServerObjectRow.kind, ServerObjectRow.key, ServerObjectRow.discord_id)
    rows = await session.execute(select(*columns).where(ServerObjectRow.guild_id == guild_id))
    return {ObjectRef(kind, ObjectKey(key)): discord_id for kind, key, discord_id in rows}


async def remember_object(session: AsyncSession, guild_id: int, ref: ObjectRef, discord_id: int) -> None:
    """Remember that ``ref`` is this object of Discord's, in place of any that was remembered before."""
    row = await session.scalar(
        select(ServerObjectRow)
        .where(
            ServerObjectRow.guild_id == guild_id,
            ServerObjectRow.kind == ref.kind,
            ServerObjectRow.key == ref.key,
        )
        .with_for_update()
    )
    if row is None:
        session.add(ServerObjectRow(guild_id=guild_id, kind=ref.kind, key=ref.key, discord_id=discord_id))
    else:
        row.discord_id = discord_id


async def staff_grants(session: AsyncSession, guild_id: int) -> frozenset[int]:
    """The people to whom the programme gave the role Staff."""
    people = await session.scalars(select(StaffGrantRow.person_id).where(StaffGrantRow.guild_id == guild_id))
    return frozenset(people)


async def remember_grant(session: AsyncSession, guild_id: int, person: int) -> None:
    """Remember that the programme gives somebody the role Staff."""
    if person not in await staff_grants(session, guild_id):
        session.add(StaffGrantRow(guild_id=guild_id, person_id=person))


async def forget_grants(session: AsyncSession, guild_id: int, people: Iterable[int]) -> None:
    """Forget people who are no longer staff and no longer hold the role."""
    await session.execute(
        delete(StaffGrantRow).where(StaffGrantRow.guild_id == guild_id, StaffGrantRow.person_id.in_(list(people)))
    )
