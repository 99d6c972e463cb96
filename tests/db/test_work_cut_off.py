import asyncio
import gc
import sqlite3

import pytest
from sqlalchemy import event, insert, select, update

from bot.db import Database, KeyRing
from bot.db.turn import Turn
from bot.errors import DatabaseError
from tests.db.counting import add_one, add_one_to, is_free, read_modify_write, value_of
from tests.db.house import ended, threads
from tests.db.tables import NOON, Note, counters

# A connection that nobody closed complains when it is collected; pytest makes that a failure.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


class TestCancelled:
    @pytest.mark.parametrize(
        ("moment", "time"),
        [
            ("connect", 1),
            ("checkout", 1),
            ("begin", 1),
            *(("before_cursor_execute", time) for time in (1, 2, 3)),
            *(("after_cursor_execute", time) for time in (1, 2, 3)),
            ("commit", 1),
            ("checkin", 1),
        ],
    )
    async def test_at_any_moment_it_is_all_or_nothing_and_nothing_stays_open(
        self, house: Database, url: str, ring: KeyRing, moment: str, time: int
    ) -> None:
        """`moment` and `time`: cancelled when the driver is about to do this for the so-manieth time."""
        before = threads()
        database = await Database.open(url, ring, patience=5)

        async def write() -> None:
            async with database.write() as session:
                await session.execute(update(counters).values(value=counters.c.value + 1))
                await session.execute(insert(counters).values(id=2, value=0))

        task = asyncio.create_task(write())
        seen = 0

        @event.listens_for(database._writer.sync_engine, moment)
        def cancel(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == time:
                task.cancel()

        await asyncio.gather(task, return_exceptions=True)
        assert seen >= time, "the moment never came"
        assert task.cancelled()
        async with house.read() as session:
            rows = [tuple(row) for row in await session.execute(select(counters).order_by(counters.c.id))]
        # The driver's thread is handed the commit in the moment after the last statement: who is cut off there has it.
        has_it = moment in ("commit", "checkin") or (moment, time) == ("after_cursor_execute", 3)
        assert rows == ([(1, 1), (2, 0)] if has_it else [(1, 0)])
        assert is_free(house)
        async with database.write() as session:
            await add_one(session)
        await database.close()
        gc.collect()
        assert await asyncio.to_thread(ended, threads() - before)

    @pytest.mark.parametrize("time", [1, 2, 3])
    async def test_while_rows_come_back_it_keeps_no_lock(self, house: Database, time: int) -> None:
        """SQLite keeps a closed connection, and its lock, alive while any of its statements still has rows to give."""

        async def write() -> None:
            async with house.write() as session:
                await session.execute(update(counters).values(value=counters.c.value + 1).returning(counters.c.value))
                await session.execute(insert(counters).values(id=2, value=0).returning(counters.c.value))

        task = asyncio.create_task(write())
        seen = 0

        @event.listens_for(house._writer.sync_engine, "before_cursor_execute")
        def cancel(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == time:
                task.cancel()

        [cancelled] = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(cancelled, asyncio.CancelledError), "and its traceback is kept, with all that it holds"
        async with asyncio.timeout(5):
            await add_one_to(house)
        assert await value_of(house) == 1
        assert is_free(house)

    async def test_once_it_commits_it_is_stored_whatever_comes(self, house: Database) -> None:
        async def write() -> None:
            async with house.write() as session:
                session.add(Note(member_id=1, at=NOON))  # goes to the file when the block has ended

        task = asyncio.create_task(write())

        @event.listens_for(house._writer.sync_engine, "before_cursor_execute")
        def cancel(*_: object) -> None:
            task.cancel()

        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        async with house.read() as session:
            assert len((await session.scalars(select(Note))).all()) == 1

    async def test_in_the_block_it_is_undone(self, house: Database) -> None:
        reached = asyncio.Event()

        async def write() -> None:
            async with house.write() as session:
                await add_one(session)
                reached.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(write())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await value_of(house) == 0
        assert is_free(house)

    async def test_in_the_queue_it_leaves_the_queue(self, house: Database) -> None:
        async with house.write():
            waiting = [asyncio.create_task(read_modify_write(house)) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await value_of(house) == 2

    async def test_while_it_waits_for_another_process_it_gives_up_its_turn(self, house: Database) -> None:
        assert house.path is not None
        other = sqlite3.connect(house.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(read_modify_write(house))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        other.execute("ROLLBACK")
        other.close()
        with pytest.raises(asyncio.CancelledError):
            await task
        await read_modify_write(house)
        assert await value_of(house) == 1


class TestClosing:
    async def test_waits_for_what_is_open_and_refuses_what_comes_later(
        self, house: Database, url: str, ring: KeyRing
    ) -> None:
        before = threads()
        database = await Database.open(url, ring)
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def write() -> None:
            async with database.write() as session:
                await add_one(session)
                reached.set()
                await go_on.wait()

        writing = asyncio.create_task(write())
        await reached.wait()
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        with pytest.raises(DatabaseError, match="was closed"):
            await read_modify_write(database)
        with pytest.raises(DatabaseError, match="was closed"):
            await value_of(database)
        assert not closing.done()
        go_on.set()
        await asyncio.gather(writing, closing)
        assert is_free(house)
        gc.collect()
        assert await asyncio.to_thread(ended, threads() - before)
        assert await value_of(house) == 1


class TestTurn:
    async def test_giving_up_in_the_moment_in_which_it_is_passed_on(self) -> None:
        turn = Turn()
        await turn.acquire()
        waiting = asyncio.create_task(turn.acquire())
        await asyncio.sleep(0)
        waiting.cancel()
        turn.release()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(5):
            await turn.acquire()
