"""Makes the engines that the unit of work runs on: addresses, SQLite's settings, and the driver's errors made plain.

SQLite gets two: one connection that writes, and a few that can only read. On every one of them: write-ahead log,
foreign keys, a busy timeout, and `synchronous=FULL`, so that a page that was committed is there after a power cut. A
writing transaction opens with BEGIN IMMEDIATE: with a plain BEGIN two that read, then write, both read the old value,
and one is lost or fails.
"""

import asyncio
import sqlite3
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, event, exc, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, NullPool

from bot.db.faults import as_database_error
from bot.db.one_trip import connect
from bot.db.ring import KeyRing
from bot.db.types import KEYS_ATTRIBUTE
from bot.errors import DatabaseError

SETTING: Final = "HANDRAIL_DATABASE__URL"

_READERS: Final = 4
_READERS_AT_MOST: Final = 12


class Purpose(Enum):
    """What an engine's connections are for."""

    WRITE = "write"
    READ = "read"
    MIGRATE = "migrate"
    """As WRITE, a connection of its own, with foreign keys unenforced: SQLite changes a table by dropping it, and an
    enforced ON DELETE CASCADE would take the rows that refer to it along."""


def parse_url(url: str) -> URL:
    """The address of a database; DatabaseError when it cannot be used, without showing a password."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise DatabaseError(
            f"{SETTING} is not a database address such as sqlite+aiosqlite:///data/handrail.db."
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        # A writer and readers of their own cannot share a database that lives in one connection.
        raise DatabaseError(f"{SETTING} names no file: a database in memory is lost at every stop.")
    return parsed


def sqlite_path(url: str) -> Path | None:
    """The absolute path of a SQLite file, or None for another database. Raises DatabaseError as `parse_url` does."""
    parsed = parse_url(url)
    return Path(parsed.database or "").absolute() if parsed.get_backend_name() == "sqlite" else None


def make_engine(url: str, keys: KeyRing | None, purpose: Purpose, patience: float) -> AsyncEngine:
    """An engine for one purpose. `patience`: seconds to wait for a busy database.

    Raises DatabaseError for an address whose driver is not installed or cannot be used here.
    """
    parsed = parse_url(url)
    on_sqlite = parsed.get_backend_name() == "sqlite"
    settings: dict[str, Any] = {}
    if on_sqlite:
        # isolation_level None: the driver begins nothing by itself, the listener below does.
        settings["connect_args"] = {"timeout": patience, "isolation_level": None}
    if purpose is Purpose.MIGRATE:
        settings["poolclass"] = NullPool
    else:
        size = 1 if on_sqlite and purpose is Purpose.WRITE else _READERS
        settings |= {
            "poolclass": AsyncAdaptedQueuePool,
            "pool_size": size,
            "max_overflow": 0 if size == 1 else _READERS_AT_MOST - _READERS,
            "pool_timeout": patience,
        }
    try:
        # hide_parameters: an error's text, and so a log, never holds what a statement carried.
        engine = create_async_engine(parsed, hide_parameters=True, **settings)
    except ModuleNotFoundError as error:
        raise DatabaseError(f"{SETTING} asks for the driver {error.name}, which is not installed.") from None
    except (exc.ArgumentError, exc.InvalidRequestError):
        raise DatabaseError(
            f"{SETTING} asks for {parsed.drivername}, which cannot be used here: sqlite+aiosqlite can."
        ) from None
    setattr(engine.sync_engine.dialect, KEYS_ATTRIBUTE, keys)
    _make_errors_plain(engine, parsed, purpose)
    if on_sqlite:
        _set_up_sqlite(engine, purpose, patience)
    return engine


def shown(url: URL) -> str:
    """How a database is named in a sentence: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def _set_up_sqlite(engine: AsyncEngine, purpose: Purpose, patience: float) -> None:
    pragmas = (
        f"busy_timeout = {int(patience * 1000)}",  # first: the next one may have to wait
        "journal_mode = WAL",
        "synchronous = FULL",
        f"foreign_keys = {'OFF' if purpose is Purpose.MIGRATE else 'ON'}",
        "secure_delete = FAST",  # what was erased is overwritten where that costs no extra write
        "temp_store = MEMORY",  # sorting leaves nothing of anybody in a temporary file
        f"query_only = {'ON' if purpose is Purpose.READ else 'OFF'}",
    )
    begin = "BEGIN" if purpose is Purpose.READ else "BEGIN IMMEDIATE"
    event.listen(engine.sync_engine, "do_connect", connect)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 # the driver's own, adapted
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def let_go(connection: Any, _entry: ConnectionPoolEntry, _error: BaseException | None) -> None:  # noqa: ANN401
        # A unit of work that is cancelled between a statement and its rows has its connection closed, but SQLite keeps
        # a closed connection, with its transaction and the lock on the whole database, until the last of its
        # statements is let go: when the traceback of the cancellation is. So what it began is ended first. Once asked
        # for, the driver's thread does it, whoever waits; and where a cancellation is on its way, it stays so.
        with suppress(asyncio.CancelledError, exc.DBAPIError, exc.MissingGreenlet, sqlite3.Error, ValueError):
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _make_errors_plain(engine: AsyncEngine, url: URL, purpose: Purpose) -> None:
    @event.listens_for(engine.sync_engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        plain = as_database_error(context.original_exception, shown(url), reading=purpose is Purpose.READ)
        if plain is not None:
            raise plain from context.original_exception
