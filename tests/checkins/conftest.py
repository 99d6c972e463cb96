import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.checkins.records import CheckinDayRow
from tests.checkins.stories import NINE
from tests.checkins.world import World, a_world, furnish_in


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a furnished house."""
    folder = tmp_path_factory.mktemp("furnished")
    asyncio.run(furnish_in(folder))
    return folder


@pytest.fixture
async def world(furnished: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(furnished, tmp_path) as made:
        yield made


@pytest.fixture
async def day(world: World) -> int:
    """Monday's card of the morning group, posted, with its thread."""
    await world.plan()
    await world.until(NINE)
    async with world.database.read() as session:
        query = select(CheckinDayRow.id).where(CheckinDayRow.opens_at == NINE)
        found = (await session.scalars(query)).one()
    world.clock.advance(minutes=5)
    world.wall.posted.clear()
    return found
