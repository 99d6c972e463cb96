"""Which revisions this Handrail knows, and whether an opened database fits it and its keys. Needs no Alembic."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, LargeBinary, column, inspect, select, table, type_coerce
from sqlalchemy.exc import DBAPIError

from bot.db.meta import KEYCHECK, KEYCHECK_VALUE, Meta
from bot.db.ring import SETTING, KeyRing, id_of_blob, not_listed
from bot.db.work import Database
from bot.errors import DatabaseError, WrongKeyError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "alembic_version"


def known_revisions(folder: Path = MIGRATIONS) -> list[str]:
    """The revisions that come with this Handrail, oldest first: the numbers that the files of versions/ begin with."""
    return sorted(file.stem.split("_")[0] for file in (folder / "versions").glob("[0-9]*_*.py"))


def head(folder: Path = MIGRATIONS) -> str:
    """The newest revision: what `migrate` brings a database to."""
    return known_revisions(folder)[-1]


def stored_revision(connection: Connection) -> str | None:
    """The revision a database is at, or None when it was never migrated."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))


def refuse_unknown(revision: str | None, folder: Path = MIGRATIONS) -> None:
    """Raise DatabaseError for a revision that does not come with this Handrail."""
    if revision is not None and revision not in known_revisions(folder):
        newest = head(folder)
        raise DatabaseError(
            f"The database is at revision {revision} and this Handrail knows only up to {newest}: update Handrail."
        )


def check_keys(blob: bytes | None, keys: KeyRing | None) -> None:
    """Raise WrongKeyError when `keys` do not open the key check `blob` of a database; None means it has none yet."""
    if blob is None:
        return
    if keys is None:
        raise WrongKeyError(f"The database is encrypted and no key is set: set {SETTING} to its keys.")
    if id_of_blob(blob) not in keys.key_ids:
        raise not_listed("The database", id_of_blob(blob))
    if keys.decrypt(blob, Meta.value.type.context.encode()) != KEYCHECK_VALUE.encode():
        raise WrongKeyError(f"The database was not encrypted by Handrail: restore a backup, or see {SETTING}.")


async def check(database: Database) -> None:
    """Raise DatabaseError or WrongKeyError when `database` does not fit this code or its keys."""
    async with database.read() as session:
        connection = await session.connection()
        try:
            revision = await connection.run_sync(stored_revision)
            refuse_unknown(revision)
            if revision is None:
                return
            kept = select(type_coerce(Meta.value, LargeBinary)).where(Meta.key == KEYCHECK)
            blob = await session.scalar(kept)
        except DBAPIError as error:
            raise DatabaseError(f"The database {database.name} is not one of Handrail's: {error.orig}.") from None
    check_keys(blob, database.keys)
