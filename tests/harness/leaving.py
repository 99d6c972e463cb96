"""Somebody's places end, whatever stands in the way: for tests of what comes after."""

from bot.db import Database
from bot.members.service import MemberService
from bot.timing import Clock


async def leaves(database: Database, clock: Clock, members: MemberService, guild_id: int, user_id: int) -> None:
    """End every open membership of ``user_id``."""
    async with database.write() as session:
        assert await members.leaving.end_all(session, guild_id, user_id, clock.now())
