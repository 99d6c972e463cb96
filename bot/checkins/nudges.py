"""One nudge a card, by the member's own choice, inside their hours."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import deliveries, records
from bot.checkins.deliveries import NUDGE
from bot.checkins.expected import Expected, expected_at
from bot.checkins.habits import zone_of
from bot.checkins.rhythm import nudge_at
from bot.checkins.rules import Day, is_still_planned
from bot.db import Database
from bot.delivery.service import Outbox
from bot.members.service import MemberService
from bot.program.schema import Programme
from bot.program.service import ProgrammeService


@dataclass(frozen=True)
class Nudge:
    """What a nudge is drawn from; ``closes_at`` is UTC, ``number`` counts how many this person was ever sent."""

    day_id: int
    guild_id: int
    language: str
    closes_at: datetime
    number: int


async def nobody_is_in_care(_guild_id: int, _user_id: int) -> bool:
    """Until whoever knows of incidents is asked."""
    return False


class Nudges:
    """Plans nudges and decides, at the last moment, whether each is still wanted."""

    def __init__(
        self, database: Database, outbox: Outbox, members: MemberService, programmes: ProgrammeService
    ) -> None:
        self._database, self._outbox = database, outbox
        self._members, self._programmes = members, programmes
        self.is_in_care: Callable[[int, int], Awaitable[bool]] = nobody_is_in_care
        """Whether somebody has an open incident: staff are with them, and no machine taps their shoulder meanwhile."""

    async def plan(self, session: AsyncSession, day: Day, now: datetime, only: int | None = None) -> None:
        """Plan the nudges of a card that is up; of one member where they have just changed their choices."""
        programme = await self._programmes.current(day.guild_id)
        if programme is None:
            return
        drafts = []
        for one in await expected_at(session, self._members, programme, day, now):
            at = self._at(programme, day, one)
            # Never in arrears: who chooses it after its hour has passed is nudged from the next card on.
            if at is not None and at > now and only in (None, one.member.user_id):
                drafts.append(deliveries.nudge(day, one.member.user_id, at))
        await self._outbox.put(session, drafts)

    async def plan_for(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> None:
        """Plan one member's nudges for the cards that are open now."""
        for day in await records.open_days(session, guild_id, now):
            await self.plan(session, day, now, only=user_id)

    async def wanted(self, day_id: int, user_id: int, now: datetime) -> Nudge | datetime | None:
        """The nudge; or a later moment (UTC) at which to ask again; or none: it is not wanted any more."""
        async with self._database.read() as session:
            day = await records.day(session, day_id)
            programme = await self._programmes.current(day.guild_id) if day is not None else None
            if day is None or programme is None or now >= day.closes_at or not is_still_planned(programme, day):
                return None
            expected = await expected_at(session, self._members, programme, day, now)
            number = await self._outbox.count_to(session, user_id, NUDGE)
        one = next((each for each in expected if each.member.user_id == user_id), None)
        at = self._at(programme, day, one) if one is not None else None
        if one is None or at is None or await self.is_in_care(day.guild_id, user_id):
            return None
        at = max(at, one.habit.hours.quiet.ends_after(now, zone_of(one.member, programme)))
        if at >= day.closes_at:
            return None
        return at if at > now else Nudge(day.id, day.guild_id, one.member.language, day.closes_at, number)

    @staticmethod
    def _at(programme: Programme, day: Day, one: Expected) -> datetime | None:
        if one.heard or not one.habit.nudge:
            return None
        return nudge_at(day.opens_at, day.closes_at, one.habit.hours, zone_of(one.member, programme))
