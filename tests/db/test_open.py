import asyncio
import gc
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.db import Database, KeyRing
from bot.errors import DatabaseError, WrongKeyError
from tests.db.house import ended, threads
from tests.db.tables import NOON, Note, make_tables

# A connection that nobody closed complains when it is collected; pytest makes that a failure.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


class TestFile:
    async def test_is_its_owners_alone(self, database: Database) -> None:
        assert database.path is not None
        async with database.write() as session:
            await session.execute(text("UPDATE meta SET value = value"))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in database.path.parent.iterdir()}
        assert modes == {"handrail.db": 0o600, "handrail.db-wal": 0o600, "handrail.db-shm": 0o600}
        assert stat.S_IMODE(database.path.parent.stat().st_mode) == 0o700

    async def test_survives_a_power_cut_and_waits_its_turn(self, database: Database) -> None:
        expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000, "temp_store": 2}
        for unit in (database.write, database.read):
            async with unit() as session:
                assert {name: await session.scalar(text(f"PRAGMA {name}")) for name in expected} == expected

    async def test_closes_every_connection(self, url: str) -> None:
        before = threads()
        database = await Database.open(url, None)
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
            opened = threads() - before
            assert opened, "a connection has a thread, or the next assertion says nothing"
        await database.close()
        assert await asyncio.to_thread(ended, opened)

    def test_a_process_ends_once_it_is_closed(self, url: str) -> None:
        program = (
            "import asyncio, sys\n"
            "from bot.db import Database\n"
            "from sqlalchemy import text\n"
            "async def main():\n"
            "    database = await Database.open(sys.argv[1], None)\n"
            "    async with database.read() as session:\n"
            "        print(await session.scalar(text('SELECT 41 + 1')))\n"
            "    await database.close()\n"
            "asyncio.run(main())\n"
        )
        command = [sys.executable, "-c", program, url]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 # our own
        assert ran.stdout == "42\n"


class TestUnusable:
    @pytest.mark.parametrize(
        ("address", "sentence"),
        [
            ("a database", "HANDRAIL_DATABASE__URL is not a database address"),
            ("sqlite+aiosqlite://", "names no file"),
            ("sqlite+aiosqlite:///:memory:", "names no file"),
            ("sqlite:///handrail.db", "asks for sqlite, which cannot be used here"),
            ("oracle9://somewhere", "asks for oracle9, which cannot be used here"),
            ("postgresql+asyncpg://handrail:hunter2@localhost/handrail", "asks for the driver asyncpg, which is not"),
        ],
    )
    async def test_addresses_are_told_in_one_sentence_without_a_password(self, address: str, sentence: str) -> None:
        with pytest.raises(DatabaseError, match=sentence) as refused:
            await Database.open(address, None)
        assert "hunter2" not in str(refused.value)

    async def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(DatabaseError, match="cannot be made"):
            await Database.open(f"sqlite+aiosqlite:///{tmp_path}/file/handrail.db", None)

    async def test_a_folder_in_the_place_of_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseError, match="something else by that name"):
            await Database.open(f"sqlite+aiosqlite:///{tmp_path}", None)

    async def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        before = threads()
        (tmp_path / "letter").write_bytes(b"a letter to somebody, and by no means a database" * 100)
        with pytest.raises(DatabaseError, match="not a SQLite database"):
            await Database.open(f"sqlite+aiosqlite:///{tmp_path}/letter", None)
        gc.collect()
        assert await asyncio.to_thread(ended, threads() - before)

    @pytest.mark.usefixtures("database")
    async def test_other_keys(self, url: str, ring: KeyRing) -> None:
        before = threads()
        with pytest.raises(WrongKeyError, match=f"under the key {ring.key_id}"):
            await Database.open(url, KeyRing([os.urandom(32)]))
        gc.collect()
        assert await asyncio.to_thread(ended, threads() - before)

    async def test_a_damaged_file(self, database: Database, url: str, ring: KeyRing) -> None:
        await make_tables(database)
        async with database.write() as session:
            session.add_all(Note(member_id=number, at=NOON, words="words" * 20) for number in range(200))
        await database.close()
        assert database.path is not None
        whole = database.path.read_bytes()
        database.path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
        with pytest.raises(DatabaseError, match="is damaged"):
            await Database.open(url, ring)

    async def test_a_busy_one(self, database: Database, url: str, ring: KeyRing) -> None:
        impatient = await Database.open(url, ring, patience=0.01)
        try:
            async with database.write() as session:
                await session.execute(text("UPDATE meta SET value = value"))
                with pytest.raises(DatabaseError, match="is busy"):
                    await read_modify_write_of_meta(impatient)
        finally:
            await impatient.close()

    async def test_a_full_disk(self, house: Database) -> None:
        # A bound on the file's pages is to SQLite what a full disk is: the same error, by the same way.
        async with house.write() as session:
            await session.execute(text("PRAGMA max_page_count = 1"))
        with pytest.raises(DatabaseError, match="is full"):
            async with house.write() as session:
                session.add_all(Note(member_id=number, at=NOON, words="words" * 100) for number in range(200))
        async with house.read() as session:
            assert (await session.scalars(select(Note))).all() == []


async def read_modify_write_of_meta(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE meta SET value = value"))
