"""A counter that units of work count up: what is lost, or stays locked, is seen in it."""

import asyncio
import sqlite3

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from tests.db.tables import counters


async def value_of(database: Database) -> int:
    async with database.read() as session:
        return int(await session.scalar(select(counters.c.value)) or 0)


async def add_one(session: AsyncSession) -> bool:
    await session.execute(update(counters).values(value=counters.c.value + 1))
    return True


async def add_one_to(database: Database) -> None:
    async with database.write() as session:
        await add_one(session)


async def read_modify_write(database: Database) -> None:
    """Reads, lets everybody else have a go, and writes what it read plus one."""
    async with database.write() as session:
        value = await session.scalar(select(counters.c.value))
        assert value is not None
        await asyncio.sleep(0)
        await session.execute(update(counters).values(value=value + 1))


def is_free(database: Database) -> bool:
    """Whether nobody holds the right to write, asked from outside."""
    assert database.path is not None
    connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
