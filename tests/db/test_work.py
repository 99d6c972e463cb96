import asyncio
import gc
import sqlite3

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database, KeyRing, in_a_hurry, out_of_sight
from bot.db.turn import Turn
from bot.errors import DatabaseError
from tests.db.house import ended, threads
from tests.db.tables import NOON, Note, counters

# A connection that nobody closed complains when it is collected; pytest makes that a failure.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

WRITERS = 15
CONNECTIONS = 12
"""As many readers as have a connection at once."""


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


class TestWriting:
    async def test_is_stored_when_the_block_ends(self, house: Database) -> None:
        async with house.write() as session:
            session.add(note := Note(member_id=1, at=NOON, words="I am here"))
        assert note.words == "I am here", "what was written may be used afterwards"
        async with house.read() as session:
            assert (await session.scalars(select(Note.words))).one() == "I am here"

    async def test_is_undone_when_the_block_fails(self, house: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            async with house.write() as session:
                await session.execute(update(counters).values(value=7 // 0 if await add_one(session) else 0))
        assert await value_of(house) == 0
        assert is_free(house)

    async def test_fifteen_at_once_lose_nothing(self, house: Database) -> None:
        await asyncio.gather(*(read_modify_write(house) for _ in range(WRITERS)))
        assert await value_of(house) == WRITERS

    async def test_fifteen_from_two_processes_worth_of_connections_lose_nothing(
        self, house: Database, url: str, ring: KeyRing
    ) -> None:
        other = await Database.open(url, ring)
        try:
            await asyncio.gather(*(read_modify_write(house if turn % 2 else other) for turn in range(WRITERS)))
        finally:
            await other.close()
        assert await value_of(house) == WRITERS

    async def test_are_served_in_the_order_they_came(self, house: Database) -> None:
        served: list[int] = []

        async def write(number: int) -> None:
            async with house.write() as session:
                await session.execute(update(counters).values(value=number))
                served.append(number)

        await asyncio.gather(*(write(number) for number in range(WRITERS)))
        assert served == list(range(WRITERS))

    async def test_what_is_in_a_hurry_goes_first_and_keeps_its_order(self, house: Database) -> None:
        written: list[str] = []

        async def write(name: str) -> None:
            async with house.write():
                written.append(name)

        async def page(name: str) -> None:
            with in_a_hurry():
                await write(name)

        async with house.write():
            waiting = [asyncio.create_task(write("reminder 1")), asyncio.create_task(write("reminder 2"))]
            waiting += [asyncio.create_task(page("page 1")), asyncio.create_task(page("page 2"))]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert written == ["page 1", "page 2", "reminder 1", "reminder 2"]

    async def test_what_is_to_be_out_of_sight_waits_for_pages_alone(self, house: Database) -> None:
        written: list[str] = []

        async def write(name: str) -> None:
            async with house.write():
                written.append(name)

        async def hide() -> None:
            with out_of_sight():
                await write("hidden")

        async def page() -> None:
            with in_a_hurry(), out_of_sight():  # a page stays one, whatever is done inside it
                await write("page")

        async with house.write():
            waiting = [asyncio.create_task(one) for one in (write("reminder"), hide(), page())]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert written == ["page", "hidden", "reminder"]

    @pytest.mark.parametrize("handed", [False, True], ids=["still waiting", "just handed the turn"])
    async def test_who_gives_up_waiting_leaves_the_turn_to_others(self, house: Database, handed: bool) -> None:
        async with house.write():
            impatient = asyncio.create_task(add_one_to(house))
            patient = asyncio.create_task(add_one_to(house))
            await asyncio.sleep(0)
            if not handed:
                impatient.cancel()
        impatient.cancel()
        await asyncio.gather(impatient, patient, return_exceptions=True)
        assert impatient.cancelled()
        assert not patient.cancelled()
        async with asyncio.timeout(5):
            await read_modify_write(house)
        assert await value_of(house) == 2

    async def test_one_inside_another_fails_at_once(self, house: Database) -> None:
        with pytest.raises(DatabaseError, match="inside another"):
            async with house.write(), house.write():
                pass
        await read_modify_write(house)
        assert await value_of(house) == 1

    async def test_that_a_unit_waits_for_fails_when_patience_ends(self, url: str, ring: KeyRing) -> None:
        impatient = await Database.open(url, ring, patience=0.05)

        async def inner() -> None:
            async with impatient.write():
                pass

        try:
            with pytest.raises(DatabaseError, match="has not ended"):
                async with impatient.write():
                    await asyncio.create_task(inner())
            await inner()
        finally:
            await impatient.close()

    async def test_refuses_a_second_row_of_a_key_without_telling_what_was_in_it(self, house: Database) -> None:
        with pytest.raises(IntegrityError) as refused:
            async with house.write() as session:
                await session.execute(text("INSERT INTO counters VALUES (1, :value)"), {"value": "canary"})
        assert "canary" not in str(refused.value)

    async def test_keeps_foreign_keys(self, house: Database) -> None:
        with pytest.raises(IntegrityError):
            async with house.write() as session:
                await session.execute(text("INSERT INTO pairs VALUES (1, '2026', 99, NULL)"))


class TestReading:
    async def test_sees_one_moment(self, house: Database) -> None:
        async with house.read() as session:
            before = await session.scalar(select(counters.c.value))
            await read_modify_write(house)
            assert await session.scalar(select(counters.c.value)) == before == 0
        assert await value_of(house) == 1

    async def test_does_not_wait_for_a_writer(self, house: Database) -> None:
        async with house.write() as session:
            await session.execute(update(counters).values(value=7))
            assert await value_of(house) == 0

    async def test_cannot_write(self, house: Database) -> None:
        with pytest.raises(DatabaseError, match=r"open it with write\(\)"):
            async with house.read() as session:
                await session.execute(update(counters).values(value=7))
        assert await value_of(house) == 0

    async def test_tells_of_changes_that_would_be_lost(self, house: Database) -> None:
        with pytest.raises(DatabaseError, match=r"open it with write\(\)"):
            async with house.read() as session:
                session.add(Note(member_id=1, at=NOON))

    async def test_more_at_once_than_there_are_connections(self, house: Database) -> None:
        assert await asyncio.gather(*(value_of(house) for _ in range(40))) == [0] * 40

    async def test_one_inside_another_shares_its_view_and_its_connection(self, house: Database) -> None:
        """As many as have a connection wait for each other, and then each looks up something else."""
        there = asyncio.Barrier(CONNECTIONS)

        async def looks_up() -> int:
            async with house.read() as session:
                await session.scalar(select(counters.c.value))
                await there.wait()
                return await value_of(house)

        async with asyncio.timeout(10):
            assert await asyncio.gather(*(looks_up() for _ in range(CONNECTIONS))) == [0] * CONNECTIONS

    async def test_what_was_written_inside_another_is_seen(self, house: Database) -> None:
        async with house.read() as session:
            assert await session.scalar(select(counters.c.value)) == 0
            assert await value_of(house) == 0
            await read_modify_write(house)
            assert await value_of(house) == 1
        assert await value_of(house) == 1

    async def test_an_error_inside_another_ends_neither_for_others(self, house: Database) -> None:
        async with house.read() as session:
            with pytest.raises(LookupError):
                async with house.read():
                    raise LookupError
            assert await session.scalar(select(counters.c.value)) == 0
        assert await value_of(house) == 0


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
        assert rows == ([(1, 1), (2, 0)] if moment in ("commit", "checkin") else [(1, 0)])
        assert is_free(house)
        async with database.write() as session:
            await add_one(session)
        await database.close()
        gc.collect()
        assert await asyncio.to_thread(ended, threads() - before)

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
