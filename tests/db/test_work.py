import asyncio

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from bot.db import Database, KeyRing, in_a_hurry, out_of_sight
from bot.errors import DatabaseError
from tests.db.counting import add_one, add_one_to, is_free, read_modify_write, value_of
from tests.db.tables import NOON, Note, counters

# A connection that nobody closed complains when it is collected; pytest makes that a failure.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

WRITERS = 15
CONNECTIONS = 12
"""As many readers as have a connection at once."""


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
