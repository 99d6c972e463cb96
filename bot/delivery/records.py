"""The outbox table and its queries, in Core: this path carries the pages, and it is the busiest."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    CursorResult,
    Index,
    Integer,
    Result,
    Row,
    String,
    and_,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, EncryptedJson, RowId, Snowflake, UtcDateTime, about
from bot.delivery.rules import LANES, LEASE, Lane, Outcome, State

LIVE = "state IN ('pending', 'claimed')"
_INSERTED_AT_ONCE = 500


class DeliveryRow(Base):
    """One thing the bot is to say or do unasked: the row is the schedule, the record and the proof."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("lane IN ('crisis', 'roads', 'direct', 'bulk')", name="lane_known"),
        CheckConstraint("state IN ('pending', 'claimed', 'sent', 'dead', 'expired', 'cancelled')", name="state_known"),
        CheckConstraint("channel_id IS NOT NULL OR user_id IS NOT NULL", name="has_target"),
        CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name="claimed_has_lease"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("state NOT IN ('dead', 'expired', 'cancelled') OR reason IS NOT NULL", name="end_has_reason"),
        Index("ix_deliveries_due", "lane", "next_at", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index(
            "ix_deliveries_claimed",
            "id",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "dedupe_key": "series, local date, target and lead: ids only, never words",
                    "subject": "what it belongs to (incident, occurrence), by id, so that it can be called off",
                    "lane": "its place in the queue",
                    "kind": "name of the renderer",
                    "guild_id": "the server",
                    "channel_id": "where it goes",
                    "user_id": "whom it goes to; needed to deliver",
                    "due_at": "schedule",
                    "next_at": "schedule",
                    "expires_at": "schedule",
                    "state": "where it stands",
                    "reason": "named outcome from a fixed list",
                    "attempts": "counter",
                    "lease_until": "claim",
                    "fence": "claim",
                    "unsure_since": "since when an attempt may have arrived unseen",
                    "nonce": "random",
                    "message_id": "what Discord calls the message",
                    "message_channel_id": "where Discord put it",
                    "created_at": "time of the row",
                    "sent_at": "time of the record",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    subject: Mapped[str | None] = mapped_column(String(100), index=True)
    lane: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(50))
    guild_id: Mapped[int] = mapped_column(Snowflake)
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    user_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    arguments: Mapped[Any] = mapped_column(EncryptedJson("deliveries.arguments"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=State.PENDING)
    reason: Mapped[str | None] = mapped_column(String(30))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    unsure_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nonce: Mapped[str] = mapped_column(String(25), unique=True)
    message_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    message_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Draft:
    """Something to be said: what its cause puts into the outbox, in the cause's own transaction.

    ``dedupe_key`` names the occasion (series : local date : target : lead) and is said once, for ever. ``due_at`` and
    ``expires_at`` are UTC; without ``expires_at`` it is never too late. Either ``channel_id`` or ``user_id`` is set.
    """

    kind: str
    lane: Lane
    dedupe_key: str
    guild_id: int
    due_at: datetime
    channel_id: int | None = None
    user_id: int | None = None
    subject: str | None = None
    arguments: dict[str, str | int | None] = field(default_factory=dict)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """A claimed row: ours until its lease ends, and only under this fence. All times are UTC."""

    id: int
    dedupe_key: str
    subject: str | None
    lane: Lane
    kind: str
    guild_id: int
    channel_id: int | None
    user_id: int | None
    arguments: dict[str, Any]
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    fence: int
    unsure_since: datetime | None
    nonce: str


_TABLE = DeliveryRow.__table__
_CLAIMED_COLUMNS = [_TABLE.c[name] for name in Delivery.__dataclass_fields__]


async def put(session: AsyncSession, drafts: Iterable[Draft], now: datetime) -> None:
    """Insert ``drafts``; one whose dedupe key is there already is passed over."""
    rows = [
        {
            "dedupe_key": draft.dedupe_key,
            "subject": draft.subject,
            "lane": draft.lane.value,
            "kind": draft.kind,
            "guild_id": draft.guild_id,
            "channel_id": draft.channel_id,
            "user_id": draft.user_id,
            "arguments": draft.arguments,
            "due_at": draft.due_at,
            "next_at": draft.due_at,
            "expires_at": draft.expires_at,
            "state": State.PENDING.value,
            "attempts": 0,
            "fence": 0,
            "nonce": secrets.token_hex(10),
            "created_at": now,
        }
        for draft in drafts
    ]
    dialect = session.get_bind().dialect.name
    made = sqlite_insert(DeliveryRow) if dialect == "sqlite" else postgresql_insert(DeliveryRow)
    statement = made.on_conflict_do_nothing(index_elements=[_TABLE.c.dedupe_key])
    for start in range(0, len(rows), _INSERTED_AT_ONCE):
        await session.execute(statement, rows[start : start + _INSERTED_AT_ONCE])


async def lanes_due(session: AsyncSession, now: datetime) -> Sequence[Lane]:
    """The lanes in which anything is due at ``now`` (UTC), the highest first: a look that takes no turn to write."""
    due = [exists().where(text(LIVE), _TABLE.c.lane == lane.value, _TABLE.c.next_at <= now) for lane in Lane]
    found = (await session.execute(select(*due))).one()
    return [lane for lane, is_due in zip(Lane, found, strict=True) if is_due]


async def claim(session: AsyncSession, lane: Lane, limit: int, now: datetime) -> Sequence[Delivery]:
    """Claim up to ``limit`` due rows of ``lane``, oldest first: one conditional update, which raises each row's fence.

    ``next_at`` moves to the end of the lease, so that a claim whose owner died is due again by itself.
    """
    until = now + LEASE[lane]
    due = (
        select(_TABLE.c.id)
        .where(text(LIVE), _TABLE.c.lane == lane.value, _TABLE.c.next_at <= now)
        .order_by(_TABLE.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(DeliveryRow)
        .where(_TABLE.c.id.in_(due.scalar_subquery()), text(LIVE), _TABLE.c.next_at <= now)
        .values(
            state=State.CLAIMED.value,
            lease_until=until,
            next_at=until,
            fence=_TABLE.c.fence + 1,
            attempts=_TABLE.c.attempts + 1,
        )
        .returning(*_CLAIMED_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.execute(statement)).all()
    return sorted((_delivery(row) for row in rows), key=lambda delivery: (delivery.due_at, delivery.id))


def _delivery(row: Row[Any]) -> Delivery:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's documented accessor, in spite of its underscore
    return Delivery(**{**values, "lane": Lane(values["lane"])})


async def renew(session: AsyncSession, delivery: Delivery, now: datetime) -> bool:
    """Lengthen the lease of a claim that is still being worked on; false where it is no longer ours."""
    until = now + LEASE[delivery.lane]
    return await _change(session, delivery, lease_until=until, next_at=until)


async def about_to_send(session: AsyncSession, delivery: Delivery, now: datetime) -> bool:
    """Note that from now on the message may be out although we do not know it; false where the claim is lost."""
    if delivery.unsure_since is not None:
        return await still_ours(session, delivery)
    return await _change(session, delivery, unsure_since=now)


async def still_ours(session: AsyncSession, delivery: Delivery) -> bool:
    """Whether the claim stands: not called off, not taken over after its lease."""
    query = select(_TABLE.c.id).where(_ours(delivery))
    return (await session.execute(query)).first() is not None


async def finish(
    session: AsyncSession,
    delivery: Delivery,
    state: State,
    now: datetime,
    *,
    reason: Outcome | None = None,
    message: tuple[int, int] | None = None,
) -> bool:
    """End a claimed delivery; ``message`` is (channel id, message id). False where the fence says it is not ours."""
    values: dict[str, Any] = {"state": state.value, "lease_until": None, "reason": reason.value if reason else None}
    if state is State.SENT:
        values["sent_at"] = now
        values["message_channel_id"], values["message_id"] = message or (None, None)
    return await _change(session, delivery, **values)


async def put_back(
    session: AsyncSession, delivery: Delivery, next_at: datetime, *, unsure: bool, counts: bool = True
) -> bool:
    """Return a claimed delivery to the queue for ``next_at`` (UTC); ``unsure`` where it may have arrived after all.

    ``counts`` is False where it was only looked at, and that is to count as no attempt.
    """
    values: dict[str, Any] = {"state": State.PENDING.value, "lease_until": None, "next_at": next_at}
    if not counts:
        values["attempts"] = delivery.attempts - 1
    if not unsure:
        # What this attempt adds is no doubt; what an earlier one left remains.
        values["unsure_since"] = delivery.unsure_since
    return await _change(session, delivery, **values)


async def has_any_left(session: AsyncSession, subject: str, kind: str) -> bool:
    """Whether any delivery of ``kind`` for ``subject`` has arrived or may still arrive."""
    query = select(_TABLE.c.id).where(
        _TABLE.c.subject == subject,
        _TABLE.c.kind == kind,
        _TABLE.c.state.in_([State.PENDING.value, State.CLAIMED.value, State.SENT.value]),
    )
    return (await session.execute(query.limit(1))).first() is not None


async def cancel(
    session: AsyncSession, subject: str, reason: Outcome, kinds: Sequence[str] = (), user_id: int | None = None
) -> int:
    """Call off whatever of ``subject`` has not ended yet (of ``kinds``, to ``user_id``, where given); how many."""
    statement = (
        update(DeliveryRow)
        .where(_TABLE.c.subject == subject, text(LIVE))
        .values(state=State.CANCELLED.value, reason=reason.value, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    if kinds:
        statement = statement.where(_TABLE.c.kind.in_(kinds))
    if user_id is not None:
        statement = statement.where(_TABLE.c.user_id == user_id)
    return _count(await session.execute(statement))


async def note_message(session: AsyncSession, delivery: Delivery, message: tuple[int, int] | None) -> None:
    """Keep where a message went although its delivery was called off meanwhile, so that it can still be edited."""
    if message is None:
        return
    statement = (
        update(DeliveryRow)
        .where(_TABLE.c.id == delivery.id, _TABLE.c.message_id.is_(None))
        .values(message_channel_id=message[0], message_id=message[1])
        .execution_options(synchronize_session=False)
    )
    await session.execute(statement)


async def release_all(session: AsyncSession, now: datetime) -> int:
    """Make every claimed row due now: at the start of the only process on this database, no lease has an owner."""
    statement = (
        update(DeliveryRow)
        .where(text("state = 'claimed'"))
        .values(state=State.PENDING.value, lease_until=None, next_at=now)
        .execution_options(synchronize_session=False)
    )
    return _count(await session.execute(statement))


async def nearest(session: AsyncSession, lanes: Collection[Lane] = LANES) -> datetime | None:
    """When the next live row of ``lanes`` is due (UTC), or none."""
    times = [
        (
            await session.execute(
                select(_TABLE.c.next_at)
                .where(text(LIVE), _TABLE.c.lane == lane.value)
                .order_by(_TABLE.c.next_at)
                .limit(1)
            )
        ).scalar_one_or_none()
        for lane in lanes
    ]
    return min((time for time in times if time is not None), default=None)


async def is_known_message(session: AsyncSession, message_id: int) -> bool:
    """Whether a message is already on record as some delivery's."""
    query = select(_TABLE.c.id).where(_TABLE.c.message_id == message_id)
    return (await session.execute(query)).first() is not None


async def sent_as(session: AsyncSession, message_id: int) -> tuple[str, dict[str, Any]] | None:
    """Of which kind a message of ours is, and by which arguments it was drawn; none where it is not on record."""
    query = select(_TABLE.c.kind, _TABLE.c.arguments).where(_TABLE.c.message_id == message_id).limit(1)
    found = (await session.execute(query)).first()
    return (found[0], found[1]) if found is not None else None


async def count_to(session: AsyncSession, user_id: int, kind: str) -> int:
    """How many deliveries of ``kind`` were ever made out to this person."""
    query = select(func.count()).where(_TABLE.c.user_id == user_id, _TABLE.c.kind == kind)
    return (await session.scalars(query)).one()


async def messages_of(session: AsyncSession, subject: str, kind: str) -> Sequence[tuple[int, int]]:
    """(channel id, message id) of everything of ``kind`` that was sent for ``subject``, oldest first."""
    query = (
        select(_TABLE.c.message_channel_id, _TABLE.c.message_id)
        .where(_TABLE.c.subject == subject, _TABLE.c.kind == kind, _TABLE.c.message_id.is_not(None))
        .order_by(_TABLE.c.id)
    )
    found = (await session.execute(query)).all()
    return [(channel, message) for channel, message in found if channel is not None and message is not None]


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    return and_(_TABLE.c.id == delivery.id, _TABLE.c.fence == delivery.fence, text("state = 'claimed'"))


async def _change(session: AsyncSession, delivery: Delivery, **values: Any) -> bool:  # noqa: ANN401  # by column
    statement = update(DeliveryRow).where(_ours(delivery)).values(**values).execution_options(synchronize_session=False)
    return _count(await session.execute(statement)) == 1


def _count(result: Result[Any]) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
