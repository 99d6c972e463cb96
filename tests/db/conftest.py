"""Real files, real SQLite, random keys."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.db import Database, KeyRing
from bot.db.backup import backup
from bot.db.migrate import migrate
from tests.db.house import LONG
from tests.db.tables import NOON, Note, counters, make_tables


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing([os.urandom(32)])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/house/handrail.db"


@pytest.fixture
async def database(url: str, ring: KeyRing) -> AsyncIterator[Database]:
    """Open and migrated."""
    opened = await Database.open(url, ring)
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def house(database: Database) -> Database:
    """A database with a counter at 0."""
    await make_tables(database)
    async with database.write() as session:
        await session.execute(insert(counters).values(id=1, value=0))
    return database


@pytest.fixture
async def full_house(house: Database) -> Database:
    """The same, with fifty notes."""
    async with house.write() as session:
        session.add_all(Note(member_id=number, at=NOON, words=f"{number} {LONG}") for number in range(50))
    return house


@pytest.fixture
async def taken(full_house: Database, ring: KeyRing, tmp_path: Path) -> Path:
    """A backup of the house, which is closed."""
    info = await backup(full_house, tmp_path / "house.backup", ring)
    await full_house.close()
    return info.path


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """The address of a database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/elsewhere/handrail.db"
