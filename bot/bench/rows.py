"""Databases to measure on: migrated, and filled with deliveries that are due some day."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.db import Database, KeyRing
from bot.db.migrate import migrate
from bot.delivery import records
from bot.delivery.records import DeliveryRow, Draft
from bot.delivery.rules import Lane

GUILD_ID: Final = 1_000_000_000_000_000_000
_PEOPLE: Final = 500
_AT_ONCE: Final = 100_000


@asynccontextmanager
async def migrated(path: Path, keys: KeyRing) -> AsyncIterator[Database]:
    """The database at ``path`` as the bot opens it, brought up to date."""
    database = await Database.open(f"sqlite+aiosqlite:///{path}", keys)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


def drafts(count: int, occasion: str, due_at: datetime, apart: timedelta = timedelta(0)) -> Iterator[Draft]:
    """``count`` reminders, the first due at ``due_at`` (UTC) and each next one ``apart`` from it."""
    for number in range(count):
        due = due_at + number * apart
        yield Draft(
            kind="sessions.reminder",
            lane=Lane.BULK,
            dedupe_key=f"bench:{occasion}:{number}",
            guild_id=GUILD_ID,
            due_at=due,
            user_id=GUILD_ID + number % _PEOPLE,
            subject=f"bench:{occasion}:{number // _PEOPLE}",
            arguments={"series": "morning-group", "lead": "10m"},
            expires_at=due + timedelta(hours=3),
        )


async def fill(path: Path, keys: KeyRing, rows: int) -> None:
    """Add ``rows`` pending deliveries, due from tomorrow on over sixty days, to the database at ``path``.

    One is written as the bot writes it; the others are copies of it, made inside SQLite, which takes seconds where the
    bot's way takes half a minute. They share one encrypted value.
    """
    now = datetime.now(UTC)
    async with migrated(path, keys) as database, database.write() as session:
        [pattern] = drafts(1, "pattern", now + timedelta(days=1))
        await records.put(session, [pattern], now)
    statement = _copies()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # a benchmark's own file: a power cut may have it
        for first in range(1, rows, _AT_ONCE):
            connection.execute(statement, {"first": first, "end": min(first + _AT_ONCE, rows)})
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copies() -> str:
    """The statement that copies the pattern under the numbers from ``:first`` to before ``:end``."""
    # Instants are compared as texts: three digits of a second from SQLite, three more and the offset as UtcDateTime
    # writes them.
    due = "strftime('%Y-%m-%d %H:%M:%f', 'now', '+' || (86400 + i * 86 % 5184000) || ' seconds') || '000+00:00'"
    own = {
        "dedupe_key": "'bench:copy:' || i",
        "subject": f"'bench:copy:' || (i / {_PEOPLE})",
        "user_id": f"user_id + i % {_PEOPLE}",
        "nonce": "lower(hex(randomblob(10)))",
        "due_at": due,
        "next_at": due,
        "expires_at": due,
    }
    names = [column.name for column in DeliveryRow.__table__.columns if column.name != "id"]
    values = ", ".join(own.get(name, name) for name in names)
    numbers = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end) "
    # Only names of the model and the texts above: nothing from outside comes into it.
    return (
        f"{numbers} INSERT INTO deliveries ({', '.join(names)}) SELECT {values} "  # noqa: S608  # as said above
        "FROM n CROSS JOIN deliveries WHERE dedupe_key = 'bench:pattern:0'"
    )
