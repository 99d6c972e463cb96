"""Opening the database that the settings name, with its keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.db import Database, KeyRing
from bot.db.keys import find_keys
from bot.db.migrate import migrate, pending
from bot.errors import DatabaseError
from config.settings import Settings


def keys_of(settings: Settings) -> KeyRing:
    """The keys of the database: those of the setting, else those of the key file beside it.

    Raises:
        SettingsError: where neither is to be had, or one of them is no key.
    """
    listed = settings.security.keys.get_secret_value() if settings.security.keys else None
    return find_keys(settings.database.url, listed)


@asynccontextmanager
async def opened(settings: Settings, keys: KeyRing | None = None) -> AsyncIterator[Database]:
    """The database, open for as long as the block lasts.

    Raises:
        SettingsError, DatabaseError: where it cannot be opened.
    """
    database = await Database.open(settings.database.url, keys or keys_of(settings))
    try:
        yield database
    finally:
        await database.close()


async def bring_up_to_date(database: Database) -> None:
    """A SQLite file is ours alone, so it is migrated at the start; a shared database only by ``migrate``.

    Raises:
        DatabaseError: where a shared one has to be migrated first.
    """
    if database.dialect_name == "sqlite":
        await migrate(database)
    elif await pending(database):
        raise DatabaseError("The database is not up to date: run `python -m bot migrate` once, then start again.")
