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
