"""A person sealed in a column: found by their id, unreadable in the file, and found still when keys change."""

import os
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, delete, insert, select
from sqlalchemy.schema import Column

from bot.db import Database, KeyRing, RowId, SealedPerson
from bot.db.ring import KEY_BYTES
from bot.db.rotate import _Rotation
from bot.db.types import NotStorableError

OLD, NEW = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
ALEX, BEA = 700_000_000_000_000_001, 700_000_000_000_000_002
NOTES = Table(
    "notes", MetaData(), Column("id", RowId, primary_key=True), Column("author", SealedPerson("notes.author"))
)


async def opened(folder: Path, *keys: bytes) -> Database:
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/people.db", KeyRing(keys))
    async with database.write() as session:
        await (await session.connection()).run_sync(NOTES.metadata.create_all)
    return database


async def ids_of(database: Database, person: int) -> list[int]:
    async with database.read() as session:
        found = await session.execute(select(NOTES.c.id, NOTES.c.author).where(NOTES.c.author == person))
        rows = found.all()
    assert {row[1] for row in rows} <= {person}
    return sorted(row[0] for row in rows)


async def write(database: Database, *people: int) -> None:
    async with database.write() as session:
        await session.execute(insert(NOTES), [{"author": one} for one in people])


async def test_is_found_by_the_id_and_read_back_and_stands_in_the_file_for_nobody(tmp_path: Path) -> None:
    database = await opened(tmp_path, OLD)
    await write(database, ALEX, BEA, ALEX)
    assert await ids_of(database, ALEX) == [1, 3]
    async with database.write() as session:
        await session.execute(delete(NOTES).where(NOTES.c.author == ALEX))
    assert await ids_of(database, ALEX) == []
    assert await ids_of(database, BEA) == [2]
    await database.close()
    file = (tmp_path / "people.db").read_bytes()
    for person in (ALEX, BEA):
        assert str(person).encode() not in file
        assert person.to_bytes(8, "big") not in file
        assert person.to_bytes(8, "little") not in file


async def test_is_found_under_a_new_key_before_and_after_the_rotation(tmp_path: Path) -> None:
    database = await opened(tmp_path, OLD)
    await write(database, ALEX)
    await database.close()
    database = await opened(tmp_path, NEW, OLD)
    await write(database, ALEX)
    assert await ids_of(database, ALEX) == [1, 2]
    assert database.keys is not None
    assert await _Rotation(database, database.keys, NOTES).run(batch=10) == 1
    await database.close()
    database = await opened(tmp_path, NEW)
    assert await ids_of(database, ALEX) == [1, 2]
    await database.close()


def test_one_person_seals_differently_in_two_columns_and_under_two_keys() -> None:
    ring, other = KeyRing([OLD]), KeyRing([NEW])
    plain = ALEX.to_bytes(8, "big")
    sealed = ring.encrypt_alike(plain, b"notes.author")
    assert ring.encrypt_alike(plain, b"notes.author") == sealed
    assert ring.encrypt_alike(plain, b"shares.author")[5:] != sealed[5:]
    assert other.encrypt_alike(plain, b"notes.author")[5:] != sealed[5:]
    assert ring.encrypt_alike(BEA.to_bytes(8, "big"), b"notes.author")[5:17] != sealed[5:17], "a nonce serves one value"


@pytest.mark.parametrize("value", [True, -1, 2**63, "700"])
async def test_refuses_what_is_no_id(tmp_path: Path, value: object) -> None:
    database = await opened(tmp_path, OLD)
    with pytest.raises(NotStorableError):
        async with database.write() as session:
            await session.execute(insert(NOTES).values(author=value))
    await database.close()


def test_nothing_else_can_be_compared() -> None:
    with pytest.raises(TypeError):
        NOTES.c.author.__gt__(ALEX)
    with pytest.raises(TypeError):
        NOTES.c.author.__ne__(ALEX)
