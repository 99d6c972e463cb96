"""A house an hour and more before its evening group."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content import Content
from bot.db import Database, KeyRing
from bot.db.models import load_models
from tests.sessions.house import ALEX, BEA, MONDAY, House, programme


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load()


@pytest.fixture
async def empty_house(tmp_path: Path, content: Content) -> AsyncIterator[House]:
    """Two days before the first evening, with nobody in it."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/handrail.db", KeyRing([os.urandom(32)]))
    async with database.write() as session:
        await (await session.connection()).run_sync(load_models().create_all)
    house = House(database, content, MONDAY - timedelta(days=2))
    await house.open(programme())
    yield house
    await house.outbox.close()
    await database.close()


@pytest.fixture
async def house(empty_house: House) -> House:
    """With Alex and Bea in the evening group."""
    await empty_house.has(ALEX, "Alex")
    await empty_house.has(BEA, "Bea")
    return empty_house
