"""Brings a database to the newest revision; all of it, or nothing.

Downgrades are written for development; in a programme, a backup restored is the way back.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, insert, select
from sqlalchemy.exc import SQLAlchemyError

from bot.db.engine import Purpose, make_engine
from bot.db.meta import KEYCHECK, KEYCHECK_VALUE, Meta
from bot.db.ring import KeyRing
from bot.db.schema import MIGRATIONS, head, known_revisions, refuse_unknown, stored_revision
from bot.db.work import Database
from bot.errors import DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["configuration", "current", "head", "migrate", "pending"]


def configuration(
    connection: Connection | None,
    folder: Path = MIGRATIONS,
    *,
    metadata: MetaData | None = None,
    dialect: str | None = None,
) -> "Config":
    """Alembic's settings, without a file: the revisions' folder, and what they run on or are printed for."""
    # Imported here: a start on a database that is up to date does without Alembic, and its megabytes.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=metadata, dialect=dialect)
    return config


async def current(database: Database) -> str | None:
    """The revision `database` is at, or None when it was never migrated."""
    async with database.read() as session:
        return await (await session.connection()).run_sync(stored_revision)


async def pending(database: Database, folder: Path = MIGRATIONS) -> list[str]:
    """The revisions that `migrate` would apply, oldest first."""
    return _after(await current(database), folder)


async def migrate(database: Database, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, in one transaction, and return the revisions applied, oldest first.

    Writes the key check where there is none and the database has keys. Raises DatabaseError when the database is at a
    revision that does not come with this Handrail, or when a revision fails; the database is then as it was. `folder`:
    where env.py and versions/ lie.
    """
    engine = make_engine(database.url, database.keys, Purpose.MIGRATE, database.patience)
    try:
        async with database.exclusively(), engine.begin() as connection:
            applied = await connection.run_sync(_upgrade, folder)
            await connection.run_sync(_write_keycheck, database.keys)
            await connection.run_sync(_check_references)
    except SQLAlchemyError as error:
        raise DatabaseError(f"The database {database.name} was not migrated: {_first_line(error)}.") from error
    finally:
        await engine.dispose()
    return applied


def _upgrade(connection: Connection, folder: Path) -> list[str]:
    # Looked up inside the transaction: another process may have migrated a moment ago.
    missing = _after(stored_revision(connection), folder)
    if missing:
        from alembic import command  # noqa: PLC0415  # as above

        command.upgrade(configuration(connection, folder), missing[-1])
    return missing


def _after(revision: str | None, folder: Path) -> list[str]:
    known = known_revisions(folder)
    refuse_unknown(revision, folder)
    return known if revision is None else known[known.index(revision) + 1 :]


def _write_keycheck(connection: Connection, keys: KeyRing | None) -> None:
    if keys is not None and connection.scalar(select(Meta.key).where(Meta.key == KEYCHECK)) is None:
        connection.execute(insert(Meta).values(key=KEYCHECK, value=KEYCHECK_VALUE))


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
    if broken:
        raise DatabaseError(
            f"The migration would leave rows that refer to nothing, in {', '.join(broken)}: not applied."
        )


def _first_line(error: SQLAlchemyError) -> str:
    # What the database complains of, without the statement.
    return str(error.args[0]).splitlines()[0] if error.args else type(error).__name__
