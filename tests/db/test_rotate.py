import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import MetaData, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Base, Database, KeyRing
from bot.db.migrate import migrate
from bot.db.rotate import RotationReport, rotate
from bot.errors import WrongKeyError
from tests.db.tables import NOON, Note, Own, make_tables, pairs

OLD, NEW = os.urandom(32), os.urandom(32)
ROWS = 23

META = MetaData()
Base.metadata.tables["meta"].to_metadata(META)


@pytest.fixture
async def old(url: str) -> None:
    """A database written under the old key: rows with words, some without, and some with a key of two columns."""
    database = await Database.open(url, KeyRing([OLD]))
    await migrate(database)
    await make_tables(database)
    async with database.write() as session:
        for number in range(ROWS):
            words = f"words {number}" if number % 4 else None
            session.add(Note(id=number + 1, member_id=number, at=NOON, words=words, answers=[number]))
        for number in range(ROWS):
            at = NOON + timedelta(hours=number % 3)
            await session.execute(insert(pairs).values(member_id=number // 3, at=at, words=f"{number}"))
    await database.close()


async def words_of(database: Database) -> list[tuple[object, ...]]:
    async with database.read() as session:
        notes = await session.execute(select(Note.words, Note.answers).order_by(Note.id))
        both = await session.execute(select(pairs.c.words).order_by(pairs.c.member_id, pairs.c.at))
        return [tuple(row) for row in [*notes, *both]]


async def with_keys(url: str, keys: list[bytes], work: Callable[[Database], Awaitable[object]]) -> object:
    database = await Database.open(url, KeyRing(keys))
    try:
        return await work(database)
    finally:
        await database.close()


@pytest.mark.usefixtures("old")
class TestRotation:
    @pytest.mark.parametrize("batch", [1, 5, ROWS, 500])
    async def test_afterwards_the_old_key_is_not_needed_and_everything_reads_the_same(
        self, url: str, batch: int
    ) -> None:
        before = await with_keys(url, [OLD], words_of)

        async def work(database: Database) -> None:
            report = await rotate(database, Own.metadata, batch=batch)
            assert report == RotationReport(KeyRing([NEW]).key_id, {"notes": ROWS, "pairs": ROWS})
            assert (await rotate(database, META)).rows == {"meta": 1}
            assert await rotate(database, Own.metadata) == RotationReport(report.key_id, {"notes": 0, "pairs": 0})

        await with_keys(url, [NEW, OLD], work)
        assert await with_keys(url, [NEW], words_of) == before
        with pytest.raises(WrongKeyError):
            await Database.open(url, KeyRing([OLD]))

    async def test_what_was_changed_meanwhile_is_not_overwritten(self, url: str) -> None:
        """Between the reading of a batch and its writing, somebody changes one row and removes another."""

        async def work(database: Database) -> None:
            async def meanwhile(session: AsyncSession) -> None:
                await session.execute(update(Note).where(Note.id == 2).values(words="newer words"))
                await session.execute(delete(Note).where(Note.id == 3))

            report = await rotate(Meddled(database, meanwhile), Own.metadata)
            assert report.rows["notes"] == ROWS - 2
            async with database.read() as session:
                assert (await session.scalars(select(Note.words).where(Note.id == 2))).one() == "newer words"
                assert (await session.scalars(select(Note).where(Note.id == 3))).all() == []

        await with_keys(url, [NEW, OLD], work)

    async def test_one_that_is_interrupted_goes_on_where_it_stopped(self, url: str) -> None:
        async def work(database: Database) -> None:
            async def stop(_session: AsyncSession) -> None:
                raise InterruptedError

            with pytest.raises(InterruptedError):
                await rotate(Meddled(database, stop, time=3), Own.metadata, batch=5)
            assert (await rotate(database, Own.metadata, batch=5)).rows == {"notes": ROWS - 10, "pairs": ROWS}

        await with_keys(url, [NEW, OLD], work)

    async def test_a_value_under_a_key_that_is_not_listed_is_told(self, url: str) -> None:
        async def lose(database: Database) -> None:
            async with database.write() as session:
                await session.execute(update(Note).where(Note.id == 7).values(words="under a third key"))

        third = os.urandom(32)
        await with_keys(url, [third, OLD], lose)

        async def work(database: Database) -> None:
            with pytest.raises(
                WrongKeyError, match=f"notes.words was encrypted under the key {KeyRing([third]).key_id}"
            ):
                await rotate(database, Own.metadata)

        await with_keys(url, [NEW, OLD], work)


class Meddled(Database):
    """The same database, where something happens before the so-manieth writing unit of work begins."""

    def __init__(self, database: Database, meddle: Callable[[AsyncSession], Awaitable[None]], time: int = 1) -> None:
        self.__dict__.update(database.__dict__)
        self._meddle = meddle
        self._until = time

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        self._until -= 1
        if self._until == 0:
            async with super().write() as session:
                await self._meddle(session)
        async with super().write() as session:
            yield session


async def test_without_keys_there_is_nothing_to_rotate_to(url: str) -> None:
    keyless = await Database.open(url, None)
    try:
        with pytest.raises(WrongKeyError, match="no key to rotate to"):
            await rotate(keyless, Own.metadata)
    finally:
        await keyless.close()
