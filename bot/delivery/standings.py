"""How deliveries stand: for features whose next step depends on how others of theirs fared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.records import LIVE, DeliveryRow
from bot.delivery.rules import Lane, Outcome, State


@dataclass(frozen=True)
class Standing:
    """How a delivery stands. ``due_at`` is UTC; ``set_out`` says that an attempt was begun, and may have arrived."""

    kind: str
    dedupe_key: str
    user_id: int | None
    due_at: datetime
    state: State
    reason: Outcome | None
    set_out: bool

    @property
    def is_live(self) -> bool:
        """Whether it may still go out."""
        return self.state in {State.PENDING, State.CLAIMED}


_TABLE = DeliveryRow.__table__
_COLUMNS = (
    _TABLE.c.kind,
    _TABLE.c.dedupe_key,
    _TABLE.c.user_id,
    _TABLE.c.due_at,
    _TABLE.c.state,
    _TABLE.c.reason,
    _TABLE.c.unsure_since.is_not(None).label("set_out"),
)


async def standings(session: AsyncSession, subject: str, kinds: Sequence[str]) -> Sequence[Standing]:
    """How every delivery of ``kinds`` for ``subject`` stands, oldest first."""
    query = select(*_COLUMNS).where(_TABLE.c.subject == subject, _TABLE.c.kind.in_(kinds)).order_by(_TABLE.c.id)
    return [_standing(row) for row in (await session.execute(query)).all()]


async def last_to(session: AsyncSession, user_id: int, kinds: Sequence[str]) -> Standing | None:
    """How the newest delivery of ``kinds`` to this person ended; those that were called off or wait do not count."""
    query = (
        select(*_COLUMNS)
        .where(_TABLE.c.user_id == user_id, _TABLE.c.kind.in_(kinds))
        .where(_TABLE.c.state.in_([State.SENT.value, State.DEAD.value]))
        .order_by(_TABLE.c.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return _standing(row) if row is not None else None


async def oldest_due(session: AsyncSession, lane: Lane) -> datetime | None:
    """When the longest waiting row of ``lane`` was first due (UTC), however often it was tried since; or none."""
    query = select(func.min(_TABLE.c.due_at)).where(text(LIVE), _TABLE.c.lane == lane.value)
    return (await session.scalars(query)).one_or_none()


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        kind=row.kind,
        dedupe_key=row.dedupe_key,
        user_id=row.user_id,
        due_at=row.due_at,
        state=State(row.state),
        reason=Outcome(row.reason) if row.reason else None,
        set_out=bool(row.set_out),
    )
