"""What the tests of answers look at after a story: the stored answers, and the day's thread."""

from datetime import timedelta

from sqlalchemy import select

from bot.checkins.records import CheckinAnswerRow, CheckinDayRow
from tests.checkins.world import MONDAY_MORNING, World

NINE = MONDAY_MORNING + timedelta(hours=2)
"""When Monday's card of the morning group is posted (UTC)."""


async def stored(world: World) -> list[CheckinAnswerRow]:
    async with world.database.read() as session:
        return list(await session.scalars(select(CheckinAnswerRow).order_by(CheckinAnswerRow.id)))


async def thread_of(world: World, day: int) -> int:
    async with world.database.read() as session:
        row = await session.get(CheckinDayRow, day)
    assert row is not None
    assert row.thread_id is not None
    return row.thread_id
