import asyncio
import io
import os
import shutil
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, text

from bot.db import Base, Database, KeyRing
from bot.db.base import NAMING
from bot.db.migrate import configuration, current, head, migrate, pending
from bot.db.models import load_models
from bot.db.revise import differences, next_revision, write_revision
from bot.db.schema import MIGRATIONS, known_revisions
from bot.errors import DatabaseError, WrongKeyError
from tests.db.tables import Own, make_tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the migrations up to the first, where a test may write its own."""
    later = [f"{number}_*" for number in known_revisions()[1:]]
    copy = shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__", *later))
    return Path(copy)


@pytest.fixture
async def young(url: str, ring: KeyRing, folder: Path) -> AsyncIterator[Database]:
    """A database at the first revision."""
    opened = await Database.open(url, ring)
    await migrate(opened, folder)
    yield opened
    await opened.close()


def write(folder: Path, body: str) -> str:
    """Write the next revision and return its number."""
    number = next_revision(folder)
    (folder / "versions" / f"{number}_of_a_test.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = {number!r}, {head(folder)!r}, None, None\n"
        f"def upgrade() -> None:\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    )
    return number


async def test_an_empty_database_comes_to_the_newest_revision_once(url: str, ring: KeyRing) -> None:
    database = await Database.open(url, ring)
    try:
        assert await current(database) is None
        assert await pending(database) == known_revisions()
        assert await migrate(database) == known_revisions()
        assert await current(database) == head() == known_revisions()[-1]
        assert await pending(database) == []
        assert await migrate(database) == []
    finally:
        await database.close()


async def test_two_that_migrate_at_once_do_it_once(url: str, ring: KeyRing) -> None:
    first, second = await Database.open(url, ring), await Database.open(url, ring)
    try:
        applied = await asyncio.gather(migrate(first), migrate(second))
        assert sorted(applied, key=len) == [[], known_revisions()]
    finally:
        await first.close()
        await second.close()


def test_revisions_are_numbered_without_a_gap() -> None:
    assert known_revisions() == [f"{number:04d}" for number in range(1, len(known_revisions()) + 1)]
    assert next_revision() == f"{len(known_revisions()) + 1:04d}"


async def test_the_models_and_the_migrations_say_the_same(database: Database) -> None:
    async with database.read() as session:
        assert await (await session.connection()).run_sync(differences, load_models()) == []


async def test_a_difference_would_be_seen(database: Database) -> None:
    async with database.read() as session:
        found = await (await session.connection()).run_sync(differences, Own.metadata)
    assert {each[1].name for each in found if each[0] == "add_table"} == {"counters", "notes", "pairs"}


async def test_every_migration_can_be_undone(database: Database) -> None:
    def to_and_fro(connection: Connection) -> None:
        command.downgrade(configuration(connection), "base")
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")).scalars().all()
        )
        assert set(names) <= {"alembic_version", "sqlite_autoindex_alembic_version_1"}
        command.upgrade(configuration(connection), "head")

    async with database.write() as session:
        await (await session.connection()).run_sync(to_and_fro)


def test_every_migration_is_sql_that_postgresql_takes() -> None:
    config = configuration(None, dialect="postgresql")
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    printed = config.output_buffer.getvalue()
    assert "CREATE TABLE meta" in printed
    assert "BYTEA" in printed


@pytest.mark.parametrize("newer", ["9999", "somebody-elses"])
async def test_a_database_of_a_newer_handrail_is_refused(
    database: Database, url: str, ring: KeyRing, newer: str
) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = :newer"), {"newer": newer})
    for work in (migrate, pending):
        with pytest.raises(DatabaseError, match=f"revision {newer} .* update Handrail"):
            await work(database)
    with pytest.raises(DatabaseError, match=f"revision {newer} .* update Handrail"):
        await Database.open(url, ring)


async def test_a_migration_that_fails_leaves_the_database_as_it_was(young: Database, folder: Path) -> None:
    write(folder, "op.execute('CREATE TABLE first (id INTEGER)')")
    write(folder, "op.execute('CREATE TABLE second (id INTEGER)')\nop.execute('CREATE TABLE second (id INTEGER)')")
    with pytest.raises(DatabaseError, match=r"was not migrated: .*already exists"):
        await migrate(young, folder)
    assert await current(young) == "0001"
    async with young.read() as session:
        made = text("SELECT count(*) FROM sqlite_master WHERE name IN ('first', 'second')")
        assert await session.scalar(made) == 0


async def test_a_migration_may_change_a_table_that_others_refer_to(young: Database, folder: Path) -> None:
    """SQLite changes a table by dropping it: the rows that refer to it with ON DELETE CASCADE must stay."""
    async with young.write() as session:
        for statement in (
            "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT)",
            "CREATE TABLE children (parent_id INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE)",
            "INSERT INTO parents VALUES (1, 'one')",
            "INSERT INTO children VALUES (1)",
        ):
            await session.execute(text(statement))
    number = write(
        folder,
        """
        with op.batch_alter_table('parents', recreate='always') as batch:
            batch.alter_column('name', type_=sa.String(40), nullable=False)
        """,
    )
    assert await migrate(young, folder) == [number]
    async with young.write() as session:
        assert await session.scalar(text("SELECT count(*) FROM children")) == 1
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1


async def test_a_migration_that_leaves_rows_referring_to_nothing_is_refused(young: Database, folder: Path) -> None:
    await make_tables(young)
    write(folder, "op.execute(\"INSERT INTO pairs (member_id, at, note_id) VALUES (1, '2026', 99)\")")
    with pytest.raises(DatabaseError, match="refer to nothing, in pairs"):
        await migrate(young, folder)
    assert await current(young) == "0001"


async def test_the_next_revision_is_written_from_the_models(young: Database, folder: Path) -> None:
    number = next_revision(folder)
    async with young.read() as session:
        connection = await session.connection()
        path = await connection.run_sync(write_revision, "Notes & pairs, for a test", Own.metadata, folder)
    assert path == folder / "versions" / f"{number}_notes_pairs_for_a_test.py"
    written = path.read_text()
    for part in (
        "from bot.db.types import Encrypted\n",
        "sa.Column('words', Encrypted(\"notes.words\"), nullable=True)",
        'EncryptedJson("notes.answers")',
        "UtcDateTime()",
        "Snowflake()",
        "RowId()",
        "sqlite_autoincrement=True",
        "name=op.f('pk_notes')",
        "name=op.f('fk_pairs_note_id_notes')",
    ):
        assert part in written, part
    assert "about" not in written.lower(), "what a table says of itself belongs to the model"


async def test_a_revision_written_from_the_models_makes_what_they_say(young: Database, folder: Path) -> None:
    models = MetaData(naming_convention=NAMING)
    for table in (Base.metadata.tables["meta"], *Own.metadata.sorted_tables):
        table.to_metadata(models)

    async def revise() -> Path | None:
        async with young.read() as session:
            return await (await session.connection()).run_sync(write_revision, "own", models, folder)

    written = await revise()
    assert written is not None
    assert await migrate(young, folder) == [head(folder)]
    async with young.read() as session:
        assert await (await session.connection()).run_sync(differences, models) == []
    assert await revise() is None
    assert head(folder) == written.name[:4]


async def test_keys_that_come_later_are_kept_from_then_on(url: str, ring: KeyRing) -> None:
    keyless = await Database.open(url, None)
    await migrate(keyless)
    await keyless.close()
    keyed = await Database.open(url, ring)
    await migrate(keyed)
    await keyed.close()
    with pytest.raises(WrongKeyError):
        await Database.open(url, KeyRing([os.urandom(32)]))
