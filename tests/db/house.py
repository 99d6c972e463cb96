"""A house with people's words in it, and ways to look at files and to spoil them."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select

from bot.db import Database, KeyRing, archive
from bot.db.migrate import head
from tests.db.tables import NOON, Note, counters

LONG = "words that fill pages " * 40


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as it lies in the file."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608 # names of the file's own


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def ruin(folder: Path) -> Path:
    """Leave of the database nothing that SQLite could open."""
    path = folder / "handrail.db"
    path.write_bytes(b"\xa5" * 8192)
    path.with_name("handrail.db-wal").write_bytes(b"\x5a" * 100)
    path.with_name("handrail.db-shm").write_bytes(b"\x5b" * 100)
    return path


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def repack(target: Path, plain: Path, ring: KeyRing, revision: str | None = None) -> None:
    """A backup made by hand of whatever `plain` is."""
    size = plain.stat().st_size
    header = archive.Header(NOON, revision or head(), ring.key_id, archive.new_salt(), size)
    with plain.open("rb") as file, target.open("wb") as into:
        archive.write(file, into, header, ring, lambda: None)


def altered(folder: Path, statement: str) -> Path:
    """A copy of the house's database in which somebody ran a statement."""
    copy = folder / "altered.db"
    copy.write_bytes((folder / "house" / "handrail.db").read_bytes())
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(statement)
        connection.execute("PRAGMA journal_mode = DELETE")
    return copy


def key_of(ring: KeyRing) -> str:
    return next(iter(ring._keys.values())).hex()


async def counted(database: Database) -> tuple[int, int]:
    """What the counter says, and how many notes there are."""
    async with database.read() as session:
        count = await session.scalar(select(counters.c.value))
        notes = await session.scalar(select(func.count()).select_from(Note))
    return count or 0, notes or 0


def threads() -> set[threading.Thread]:
    """Those of the driver: one for every connection."""
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


def ended(running: set[threading.Thread]) -> bool:
    for thread in running:
        thread.join(timeout=10)
    return not any(thread.is_alive() for thread in running)
