"""Incidents and their append-only timeline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.crisis.assessment import Tier
from bot.db import Base, Encrypted, EncryptedJson, Erase, RowId, Snowflake, UtcDateTime, about
from bot.oncall.rules import EventKind, IncidentState

_NOT_RESOLVED = "state <> 'resolved'"
_CLIMBING = "next_escalation_at IS NOT NULL"


class IncidentRow(Base):
    """Somebody may be in danger. The row carries its own next step, so that any process can carry it on."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "uq_incidents_one_open_a_person",
            "guild_id",
            "user_id",
            unique=True,
            sqlite_where=text(_NOT_RESOLVED),
            postgresql_where=text(_NOT_RESOLVED),
        ),
        Index(
            "ix_incidents_next_escalation_at",
            "next_escalation_at",
            sqlite_where=text(_CLIMBING),
            postgresql_where=text(_CLIMBING),
        ),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "code": "random; the only name an incident has outside",
                    "guild_id": "the server",
                    "user_id": "whose safety it is about",
                    "channel_id": "where the words were, for the jump link",
                    "message_id": "where the words were, for the jump link",
                    "tier": "how loud it pages; the ladder needs it",
                    "state": "open, acknowledged or resolved",
                    "opened_at": "time",
                    "paging_since": "time the ladder counts from",
                    "policy": "the ladder's steps and times; no names",
                    "next_step": "counter",
                    "next_escalation_at": "schedule",
                    "acknowledged_by": "staff",
                    "acknowledged_at": "time",
                    "resolved_by": "staff",
                    "resolved_at": "time",
                    "round": "counter",
                    "unread": "that the detector could not read a message; nothing of what was in it",
                    "joined_to": "which incident pages for several that no program could read",
                },
                erase=Erase.BLANK,
                why="An erasure must not end a page, and that somebody was looked after stays on record; the words go.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    message_id: Mapped[int | None] = mapped_column(Snowflake)
    tier: Mapped[Tier]
    state: Mapped[IncidentState]
    categories: Mapped[Any] = mapped_column(EncryptedJson("incidents.categories"), nullable=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paging_since: Mapped[datetime] = mapped_column(UtcDateTime)
    policy: Mapped[Any] = mapped_column(JSON)
    next_step: Mapped[int] = mapped_column(Integer, default=0)
    next_escalation_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[int | None] = mapped_column(Snowflake)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[int | None] = mapped_column(Snowflake)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    round: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    unread: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    joined_to: Mapped[int | None] = mapped_column(RowId, index=True)
    outcome: Mapped[str | None] = mapped_column(Encrypted("incidents.outcome"))


class IncidentEventRow(Base):
    """One entry of an incident's timeline. Added, never changed."""

    __tablename__ = "incident_events"
    __table_args__ = (
        UniqueConstraint("source_key", "tier"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "incident_id": "which incident; none for what was only recorded",
                    "guild_id": "the server",
                    "user_id": "whose safety it is about",
                    "at": "time",
                    "kind": "what happened",
                    "actor_id": "who did it",
                    "source_key": "message, interaction or delivery id, so that what is heard twice counts once",
                    "tier": "of these words; none for entries that are no words",
                },
                erase=Erase.BLANK,
                why="The timeline of an incident is its record; the words go, that something happened stays.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[EventKind]
    actor_id: Mapped[int | None] = mapped_column(Snowflake)
    source_key: Mapped[str | None] = mapped_column(String(80))
    tier: Mapped[Tier | None]
    words: Mapped[str | None] = mapped_column(Encrypted("incident_events.words"))
    detail: Mapped[Any] = mapped_column(EncryptedJson("incident_events.detail"), nullable=True)


class DisclosureRow(Base):
    """One entry of the emergency log: medical personnel were told of somebody. Added, never changed."""

    __tablename__ = "emergency_disclosures"
    __table_args__ = (
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "incident_id": "which incident",
                    "guild_id": "the server",
                    "user_id": "of whom medical personnel were told",
                    "recorded_by": "staff",
                    "recorded_at": "time",
                },
                erase=Erase.KEEP,
                why="42 CFR 2.51(c) has the programme keep, in writing, whom it told of a medical emergency.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    recorded_by: Mapped[int] = mapped_column(Snowflake)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said: Mapped[Any] = mapped_column(EncryptedJson("emergency_disclosures.said"))


async def incident(session: AsyncSession, incident_id: int) -> IncidentRow | None:
    """The incident, locked for a change where the database locks rows."""
    query = select(IncidentRow).where(IncidentRow.id == incident_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def read_incident(session: AsyncSession, incident_id: int) -> IncidentRow | None:
    """The incident, to look at."""
    return await session.get(IncidentRow, incident_id)


async def unresolved_of(session: AsyncSession, guild_id: int, user_id: int) -> IncidentRow | None:
    """The one incident of this person that is not resolved, or none."""
    query = (
        select(IncidentRow)
        .where(IncidentRow.guild_id == guild_id, IncidentRow.user_id == user_id)
        .where(text(_NOT_RESOLVED))
        .with_for_update()
    )
    return (await session.scalars(query)).one_or_none()


async def is_followed(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether this person has an incident that is not resolved."""
    query = select(IncidentRow.id).where(IncidentRow.guild_id == guild_id, IncidentRow.user_id == user_id)
    return (await session.scalars(query.where(text(_NOT_RESOLVED)))).first() is not None


async def unresolved_id(session: AsyncSession, guild_id: int, user_id: int) -> int | None:
    """The number of the one incident of this person that is not resolved, to look at; or none."""
    query = select(IncidentRow.id).where(IncidentRow.guild_id == guild_id, IncidentRow.user_id == user_id)
    return (await session.scalars(query.where(text(_NOT_RESOLVED)))).first()


async def tiers_heard(session: AsyncSession, source_key: str) -> Sequence[Tier]:
    """At which tiers words of this source were taken note of already."""
    query = select(IncidentEventRow.tier).where(
        IncidentEventRow.source_key == source_key, IncidentEventRow.tier.is_not(None)
    )
    return [tier for tier in (await session.scalars(query)).all() if tier is not None]


async def verdicts(session: AsyncSession, incident_id: int) -> Sequence[object]:
    """What is kept beside the words of an incident (``IncidentEventRow.detail``), the oldest first."""
    query = select(IncidentEventRow.detail).where(
        IncidentEventRow.incident_id == incident_id, IncidentEventRow.tier.is_not(None)
    )
    return (await session.scalars(query.order_by(IncidentEventRow.id))).all()


async def replies_given(session: AsyncSession, guild_id: int, user_id: int) -> int:
    """How many replies this person was ever given, so that the next one reads differently."""
    query = select(func.count()).where(
        IncidentEventRow.guild_id == guild_id,
        IncidentEventRow.user_id == user_id,
        IncidentEventRow.kind == EventKind.REPLIED,
    )
    return (await session.scalars(query)).one()


async def due(session: AsyncSession, now: datetime) -> Sequence[tuple[int, int]]:
    """(incident id, server) of each incident whose next step is due at ``now`` (UTC), longest waiting first."""
    query = (
        select(IncidentRow.id, IncidentRow.guild_id)
        .where(text(_CLIMBING), IncidentRow.next_escalation_at <= now)
        .order_by(IncidentRow.next_escalation_at)
    )
    return [(incident_id, guild_id) for incident_id, guild_id in (await session.execute(query)).all()]


async def climbing(session: AsyncSession, incident_id: int, now: datetime) -> IncidentRow | None:
    """The incident, where its next step is due at ``now`` (UTC) and nobody else is taking it; locked, to be changed."""
    query = (
        select(IncidentRow)
        .where(IncidentRow.id == incident_id, text(_CLIMBING), IncidentRow.next_escalation_at <= now)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).one_or_none()


async def next_escalation(session: AsyncSession) -> datetime | None:
    """When the next step of any incident is due (UTC), or none."""
    query = (
        select(IncidentRow.next_escalation_at).where(text(_CLIMBING)).order_by(IncidentRow.next_escalation_at).limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def unresolved(session: AsyncSession, guild_id: int) -> Sequence[IncidentRow]:
    """Every incident of a server that is not resolved, oldest first."""
    query = select(IncidentRow).where(IncidentRow.guild_id == guild_id).where(text(_NOT_RESOLVED))
    return (await session.scalars(query.order_by(IncidentRow.id))).all()


async def by_code(session: AsyncSession, guild_id: int, code: str) -> IncidentRow | None:
    """The incident of this code, resolved or not, or none."""
    query = select(IncidentRow).where(IncidentRow.guild_id == guild_id, IncidentRow.code == code)
    return (await session.scalars(query)).one_or_none()


async def events(session: AsyncSession, incident_id: int) -> Sequence[IncidentEventRow]:
    """The timeline, the oldest first."""
    query = select(IncidentEventRow).where(IncidentEventRow.incident_id == incident_id)
    return (await session.scalars(query.order_by(IncidentEventRow.id))).all()


async def newest_event(session: AsyncSession, incident_id: int) -> int:
    """The number of the newest entry of an incident's timeline."""
    query = select(func.max(IncidentEventRow.id)).where(IncidentEventRow.incident_id == incident_id)
    return (await session.scalars(query)).one() or 0


async def newest_danger(session: AsyncSession, incident_id: int) -> int:
    """The number of the newest entry by which danger was told: words, a worry, or a call for contact."""
    query = select(func.max(IncidentEventRow.id)).where(
        IncidentEventRow.incident_id == incident_id,
        or_(IncidentEventRow.tier.is_not(None), IncidentEventRow.kind == EventKind.ASKED_CONTACT),
    )
    return (await session.scalars(query)).one() or 0


async def is_only_by_hand(session: AsyncSession, incident_id: int, user_id: int) -> bool:
    """Whether nothing was heard of this person but that they paged others by hand."""
    query = select(IncidentEventRow.actor_id, IncidentEventRow.kind).where(
        IncidentEventRow.incident_id == incident_id,
        or_(IncidentEventRow.tier.is_not(None), IncidentEventRow.kind == EventKind.ASKED_CONTACT),
    )
    heard = (await session.execute(query)).all()
    return all(actor_id == user_id and kind is not EventKind.ASKED_CONTACT for actor_id, kind in heard)


async def is_noted(session: AsyncSession, incident_id: int, kind: EventKind, occasion: str) -> bool:
    """Whether this occasion stands in the timeline already."""
    query = select(IncidentEventRow.id).where(
        IncidentEventRow.incident_id == incident_id,
        IncidentEventRow.kind == kind,
        IncidentEventRow.source_key == occasion,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def times_noted(session: AsyncSession, guild_id: int, user_id: int, kind: EventKind) -> int:
    """How often this stands in the timelines of one person."""
    query = select(func.count()).where(
        IncidentEventRow.guild_id == guild_id, IncidentEventRow.user_id == user_id, IncidentEventRow.kind == kind
    )
    return (await session.scalars(query)).one()


async def unread_alarms(session: AsyncSession, guild_id: int) -> Sequence[IncidentRow]:
    """The incidents that page for what the detector could not read, newest first; locked, for others may join them."""
    query = (
        select(IncidentRow)
        .where(IncidentRow.guild_id == guild_id, IncidentRow.unread, IncidentRow.joined_to.is_(None))
        .where(text(_NOT_RESOLVED))
        .with_for_update()
    )
    return (await session.scalars(query.order_by(IncidentRow.id.desc()))).all()


async def joined(session: AsyncSession, incident_id: int) -> Sequence[IncidentRow]:
    """The unresolved incidents that this one pages for, the oldest first; locked, to be changed."""
    query = select(IncidentRow).where(IncidentRow.joined_to == incident_id).where(text(_NOT_RESOLVED))
    return (await session.scalars(query.order_by(IncidentRow.id).with_for_update())).all()


async def read_joined(session: AsyncSession, incident_id: int) -> Sequence[IncidentRow]:
    """As ``joined``, to look at."""
    query = select(IncidentRow).where(IncidentRow.joined_to == incident_id).where(text(_NOT_RESOLVED))
    return (await session.scalars(query.order_by(IncidentRow.id))).all()


async def disclosures(session: AsyncSession, incident_id: int) -> Sequence[DisclosureRow]:
    """What of this incident medical personnel were told, the oldest first."""
    query = select(DisclosureRow).where(DisclosureRow.incident_id == incident_id)
    return (await session.scalars(query.order_by(DisclosureRow.id))).all()
