"""Ending somebody's place in one group, in the unit of work of whatever ends it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Outbox
from bot.members import drafts, records
from bot.members.rules import MembershipState


class Leaving:
    """Ends places. The person stays known: their safety is looked after as before."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def take_turn(self, session: AsyncSession, guild_id: int, user_id: int) -> None:
        """Wait until nobody else acts on this member; whoever is after waits for the end of ``session``.

        On SQLite there is one writer at a time anyway.
        """
        await records.member_locked(session, guild_id, user_id)

    async def end_place(
        self, session: AsyncSession, guild_id: int, user_id: int, group_key: str, now: datetime
    ) -> bool:
        """End somebody's place in ``group_key`` at ``now`` (UTC); its role follows. False where they have none there.

        Nothing is said to them here: whoever ends it does that.
        """
        for row in await records.memberships_of(session, guild_id, user_id):
            if row.group_key != group_key or row.state is MembershipState.DISCHARGED:
                continue
            row.state, row.changed_at = MembershipState.DISCHARGED, now
            await self._outbox.cancel(session, f"membership:{row.id}")
            await self._outbox.put(session, [drafts.role(row, now, give=False)])
            return True
        return False

    async def end_all(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> list[int]:
        """End every open membership of somebody at ``now`` (UTC), and say farewell; which they were.

        Whoever calls this has looked whether it may be done (``bot/cases/discharging.py``).
        """
        ended: list[int] = []
        for row in await records.memberships_of(session, guild_id, user_id):
            if row.state is MembershipState.DISCHARGED:
                continue
            row.state, row.changed_at = MembershipState.DISCHARGED, now
            await self._outbox.cancel(session, f"membership:{row.id}")
            farewell = drafts.told(row, "enrolment.discharged", now)
            await self._outbox.put(session, [drafts.role(row, now, give=False), farewell])
            ended.append(row.id)
        return ended
