"""A statement is one trip to the driver's thread, and gives what it gave by four."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.db import Database
from bot.db.keys import find_keys
from bot.db.one_trip import OneTripConnection


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'trips.db'}"
    opened = await Database.open(url, find_keys(url, None))
    async with opened.write() as session:
        await session.execute(text("CREATE TABLE trips (id INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
    yield opened
    await opened.close()


async def test_a_statement_is_one_trip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.write() as session:
        connection = await session.connection()
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        trips = 0
        there_and_back = driver._execute

        async def counted(*arguments: object) -> object:
            nonlocal trips
            trips += 1
            return await there_and_back(*arguments)

        monkeypatch.setattr(driver, "_execute", counted)
        await session.execute(text("INSERT INTO trips (word) VALUES (:word)"), {"word": "one"})
        assert trips == 1
        assert (await session.execute(text("SELECT id, word FROM trips"))).all() == [(1, "one")]
        assert trips == 2


async def test_rows_their_names_and_how_many_were_changed(database: Database) -> None:
    words = [{"word": word} for word in ("one", "two", "three")]
    async with database.write() as session:
        await session.execute(text("INSERT INTO trips (word) VALUES (:word)"), words)
        changed = await session.execute(text("UPDATE trips SET word = upper(word) WHERE id > 1 RETURNING id, word"))
        assert [dict(row) for row in changed.mappings()] == [{"id": 2, "word": "TWO"}, {"id": 3, "word": "THREE"}]
        connection = await session.connection()
        deleted = await connection.execute(text("DELETE FROM trips WHERE id < 3"))
        assert deleted.rowcount == 2
        assert not deleted.returns_rows
    async with database.read() as session:
        found = await session.execute(text("SELECT word AS said FROM trips"))
        assert list(found.keys()) == ["said"]
        assert found.scalar_one() == "THREE"
        assert (await session.execute(text("SELECT word FROM trips WHERE id = 1"))).first() is None


async def test_what_the_driver_refuses_is_refused_as_ever_and_the_next_statement_goes(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO trips (word) VALUES ('one')"))
        with pytest.raises(IntegrityError):
            await session.execute(text("INSERT INTO trips (word) VALUES ('one')"))
        assert (await session.execute(text("SELECT count(*) FROM trips"))).scalar_one() == 1


async def test_rows_are_there_a_few_at_a_time(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO trips (word) VALUES ('one'), ('two'), ('three')"))
        found = await session.execute(text("SELECT id FROM trips ORDER BY id"))
        assert [row.id for row in found.fetchmany(2)] == [1, 2]
        assert found.scalars().all() == [3]


async def test_every_connection_to_sqlite_goes_so(database: Database) -> None:
    async with database.read() as session:
        raw = await (await session.connection()).get_raw_connection()
        assert isinstance(raw.dbapi_connection, OneTripConnection)
