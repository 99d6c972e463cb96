"""The book of roads: which of them are known to lead to their person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.roads import records
from bot.roads.addresses import RoadType
from bot.roads.records import DrillAttemptRow, DrillRow, PersonRoadRow

DISCORD_DM = "discord-dm"
"""Stands where a road key does, for the DM: the one road that everybody has."""

HANDED_OVER = "handed_over"
"""The outcome of an attempt that its service took. Whether it reached the person, only the person can say."""


@dataclass(frozen=True)
class Known:
    """What is known of one road. Times are UTC."""

    key: str
    type: str
    verified_at: datetime | None
    last_outcome: str | None
    last_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """One road of one person in a drill. ``outcome`` is None while nothing has come of it. Times are UTC."""

    id: int
    drill_id: int
    guild_id: int
    person: int
    road_key: str
    type: str
    outcome: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class DrillReport:
    """How a drill stands. ``started_at`` is UTC."""

    id: int
    guild_id: int
    started_by: int
    started_at: datetime
    attempts: tuple[Attempt, ...]

    def count(self, *, outcome: str | None) -> int:
        """How many attempts have come to ``outcome``."""
        return sum(one.outcome == outcome for one in self.attempts)

    @property
    def confirmed(self) -> int:
        """How many somebody has said arrived."""
        return sum(one.confirmed_at is not None for one in self.attempts)


class RoadBook:
    """Written in the transactions of those who try the roads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, guild_id: int, person: int) -> dict[str, Known]:
        """All that is known of one person's roads, by key. A road that left the programme file may be among them."""
        async with self._database.read() as session:
            return {row.road_key: _known(row) for row in await records.roads_of(session, guild_id, person)}

    async def note(
        self,
        session: AsyncSession,
        guild_id: int,
        person: int,
        key: str,
        road_type: RoadType | str,
        outcome: str,
        now: datetime,
    ) -> None:
        """An attempt has ended; ``outcome`` is ``HANDED_OVER`` or a delivery's ``Outcome``. ``now`` is UTC."""
        row = await records.road(session, guild_id, person, key, str(road_type))
        row.last_outcome, row.last_at = outcome, now

    # -- drills --------------------------------------------------------------------------------------------------------

    async def begin_drill(
        self,
        session: AsyncSession,
        guild_id: int,
        by: int,
        roads: list[tuple[int, str, str]],
        now: datetime,
    ) -> DrillReport:
        """Begin a drill down ``roads``: (person, road key, type) each."""
        row = DrillRow(guild_id=guild_id, started_by=by, started_at=now)
        session.add(row)
        await session.flush()
        attempts = [
            DrillAttemptRow(drill_id=row.id, guild_id=guild_id, person_id=person, road_key=key, type=road_type)
            for person, key, road_type in roads
        ]
        session.add_all(attempts)
        await session.flush()
        return _report(row, attempts)

    async def drill(self, drill_id: int) -> DrillReport | None:
        """How a drill stands."""
        async with self._database.read() as session:
            row = await records.drill(session, drill_id)
            return _report(row, await records.attempts_of(session, drill_id)) if row is not None else None

    async def last_drill(self, guild_id: int) -> datetime | None:
        """When the last drill of a server began (UTC), or none."""
        async with self._database.read() as session:
            return await records.last_drill(session, guild_id)

    async def attempt(self, session: AsyncSession, attempt_id: int) -> Attempt | None:
        """One attempt of a drill."""
        row = await records.attempt(session, attempt_id)
        return _attempt(row) if row is not None else None

    async def end_attempt(self, session: AsyncSession, attempt_id: int, outcome: str, now: datetime) -> Attempt | None:
        """Something has come of an attempt: noted with the drill, and with the road."""
        row = await records.attempt(session, attempt_id)
        if row is None:
            return None
        row.outcome = outcome
        await self.note(session, row.guild_id, row.person_id, row.road_key, row.type, outcome, now)
        return _attempt(row)

    async def confirm(self, session: AsyncSession, attempt_id: int, person: int, now: datetime) -> Attempt | None:
        """Its person says that it arrived: the road is verified. None where it is nobody's, or somebody else's."""
        row = await records.attempt(session, attempt_id)
        if row is None or row.person_id != person:
            return None
        road = await records.road(session, row.guild_id, person, row.road_key, row.type)
        row.confirmed_at = row.confirmed_at or now
        road.verified_at = now
        return _attempt(row)


def _known(row: PersonRoadRow) -> Known:
    return Known(row.road_key, row.type, row.verified_at, row.last_outcome, row.last_at)


def _attempt(row: DrillAttemptRow) -> Attempt:
    return Attempt(
        id=row.id,
        drill_id=row.drill_id,
        guild_id=row.guild_id,
        person=row.person_id,
        road_key=row.road_key,
        type=row.type,
        outcome=row.outcome,
        confirmed_at=row.confirmed_at,
    )


def _report(row: DrillRow, attempts: Iterable[DrillAttemptRow]) -> DrillReport:
    return DrillReport(row.id, row.guild_id, row.started_by, row.started_at, tuple(map(_attempt, attempts)))
