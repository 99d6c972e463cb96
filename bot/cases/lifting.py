"""A pause ends where somebody comes into danger: whoever has an open incident is not kept silent by a time-out of ours.

The end is put into the outbox in the transaction that opens the incident. What is missed there, because it failed or
because the time-out was being set at that very moment, is found when the time-out holds, and again every few minutes.
A time-out that the person on call gave for harm to others stays: that is theirs to decide, and to end.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import deliveries, records
from bot.cases.history import others_of
from bot.cases.records import CaseRow
from bot.cases.rules import CaseDeed, CaseState, Telling, pause_under_way
from bot.db import Database
from bot.delivery.service import Outbox
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService, RestraintKind
from bot.timing import Clock

log = get_logger(__name__)


class Lifting:
    """Ends pauses. Also the planner that looks for what was missed."""

    name = "pauses of people in danger"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, oncall: OnCallService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._oncall = programmes, oncall

    async def opened(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> None:
        """Somebody has an open incident from ``now`` (UTC) on: end their pause, and look at what quiet hours locked."""
        await self.lift(session, guild_id, user_id, now)
        for one in await self._programmes.restraints.of_quiet_hours(session, guild_id):
            if one.kind is RestraintKind.LOCK:
                turn = deliveries.quiet_turn(guild_id, one.channel_id, now, f"danger:{user_id}:{int(now.timestamp())}")
                await self._outbox.put(session, [turn])
                return

    async def lift(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> bool:
        """End the pause that holds somebody at ``now`` (UTC), where there is one that danger ends."""
        stands = await records.standing_of(session, guild_id, user_id)
        pause = pause_under_way(map(others_of, stands), now)
        if pause is None or pause.for_others:
            return False
        if next(row for row in stands if row.id == pause.id).state is CaseState.UNDER_WAY:
            return False  # it is called off when its turn comes, or ended as soon as it holds
        await self.end(session, guild_id, user_id, now)
        return True

    async def lift_where_in_danger(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> bool:
        """The same where somebody has an open incident, as this unit of work sees it."""
        in_danger = await self._oncall.open_incident(session, guild_id, user_id) is not None
        return in_danger and await self.lift(session, guild_id, user_id, now)

    async def end(
        self, session: AsyncSession, guild_id: int, user_id: int, now: datetime, telling: Telling = Telling.WAITING
    ) -> None:
        """Put the end of somebody's pause on record, as nobody's doing, and have Discord asked for it."""
        row = CaseRow(
            guild_id=guild_id,
            user_id=user_id,
            deed=CaseDeed.RELEASE,
            at=now,
            state=CaseState.UNDER_WAY,
            telling=telling,
        )
        session.add(row)
        await session.flush()
        await self._outbox.put(session, [deliveries.timeout(row, now)])
        log.info("cases.pause_lifted", case=row.id)

    async def plan(self, start: datetime, end: datetime) -> None:
        """End every pause of somebody with an open incident that is still there."""
        del start, end
        now = self._clock.now()
        for running in await self._programmes.all():
            async with self._database.read() as session:
                paused = await records.paused_now(session, running.guild_id, now)
            if not paused:
                continue
            in_danger = {one.user_id for one in await self._oncall.unresolved(running.guild_id)}
            for user_id in sorted(paused & in_danger):
                async with self._database.write() as session:
                    await self.lift_where_in_danger(session, running.guild_id, user_id, now)
