"""Puts a backup in the place of a database, once it is proven whole, ours, under our keys and of a schema we know."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.db import archive
from bot.db.engine import sqlite_path
from bot.db.files import create_private, prepare_folder, sync_folder
from bot.db.meta import KEYCHECK, Meta
from bot.db.ring import KeyRing
from bot.db.schema import VERSION_TABLE, check_keys, refuse_unknown
from bot.db.work import to_its_end
from bot.errors import BackupError, DatabaseError

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file; without them a file may lack its last transactions."""
_SQLITE_BEGINS: Final = b"SQLite format 3\0"
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True)
class RestoreInfo:
    """What a restore did."""

    path: Path
    """The database that is now in place."""
    created_at: datetime
    """UTC: the moment it is of."""
    revision: str
    """Its schema revision; `migrate` brings it to the newest."""
    moved_to: Path | None
    """Where the database that was there before is now, or None where there was none."""


async def restore(
    source: Path, url: str, keys: KeyRing, *, replace: bool = False, now: datetime | None = None
) -> RestoreInfo:
    """Restore the backup `source` as the database at `url`, where the bot must not be running.

    Nothing is touched before the backup is decrypted, checked by SQLite, and found to fit these keys and this Handrail.
    A database that holds anything is replaced only with `replace`, and is moved aside under a name with the time `now`
    (any zone; the machine's clock by default), not deleted. Raises BackupError; everything is then as it was.
    """
    path = sqlite_path(url)
    if path is None:
        raise BackupError("Handrail restores SQLite files only: use pg_restore for this database.")
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    # Not stopped half-way: a cancelled restore is done, or has failed, before the cancellation goes on.
    return await to_its_end(asyncio.to_thread(_restore, source, path, keys, moment, replace=replace))


def _restore(source: Path, path: Path, keys: KeyRing, moment: datetime, *, replace: bool) -> RestoreInfo:
    try:
        _refuse_overwriting(path, replace=replace)
        prepare_folder(path)
        aside = path.with_name(f".{path.name}.{os.getpid()}.restoring")
        with _gone_afterwards(aside):
            header = _decrypt(source, aside, keys)
            _verify(source, aside, keys, header)
            moved_to = _swap(aside, path, moment)
    except OSError as error:
        raise BackupError(f"The backup {source} was not restored: {error.strerror} ({error.filename}).") from None
    return RestoreInfo(path, header.created_at, header.revision, moved_to)


def _refuse_overwriting(path: Path, *, replace: bool) -> None:
    if not replace and _holds_anything(path):
        raise BackupError(f"The database {path} is not empty: restore with --replace to put it aside.")


def _holds_anything(path: Path) -> bool:
    """Whether a file holds more than a database without a table; read as bytes, so that nothing is touched."""
    if not path.exists():
        return False
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size > 0:
        return True
    with path.open("rb") as file:
        begin = file.read(100)
    # Bytes 40 to 43 count the changes of the schema: https://www.sqlite.org/fileformat.html#the_database_header
    return bool(begin) and (not begin.startswith(_SQLITE_BEGINS) or any(begin[40:44]))


def _decrypt(source: Path, aside: Path, keys: KeyRing) -> archive.Header:
    with source.open("rb") as file, create_private(aside) as into:
        header, pieces = archive.read(file, str(source), keys)
        into.writelines(pieces)
        into.flush()
        os.fsync(into.fileno())
    return header


def _verify(source: Path, aside: Path, keys: KeyRing, header: archive.Header) -> None:
    try:
        with closing(_connect(aside)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            referring = connection.execute("PRAGMA foreign_key_check").fetchone() is None
            revisions = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()  # noqa: S608 # a name from the code
            find = f"SELECT value FROM {Meta.__tablename__} WHERE key = ?"  # noqa: S608 # a name from the code
            keycheck = connection.execute(find, (KEYCHECK,)).fetchone()
    except sqlite3.Error:
        raise BackupError(f"The backup {source} holds no database of Handrail's: use another one.") from None
    if not whole or not referring or revisions != [(header.revision,)]:
        raise BackupError(f"The database in the backup {source} is damaged: use another one.")
    try:
        refuse_unknown(header.revision)
        check_keys(keycheck and keycheck[0], keys)
    except DatabaseError as error:
        raise BackupError(f"The backup {source} does not fit. {error}") from None


def _swap(aside: Path, path: Path, moment: datetime) -> Path | None:
    """Put `aside` in the place of `path` and return where what was there is now; undone when any step fails."""
    refuse_running(path)
    moved_to = _free_name(path, moment) if path.exists() else None
    done: list[tuple[Path, Path]] = []
    try:
        if moved_to is not None:
            # There is no moment without a database by this name: a bot started meanwhile would make an empty one.
            os.link(path, moved_to)
            for suffix in _BESIDE:
                if (beside := Path(f"{path}{suffix}")).exists():
                    beside.rename(f"{moved_to}{suffix}")
                    done.append((Path(f"{moved_to}{suffix}"), beside))
        aside.replace(path)
    except BaseException:
        for now_at, was_at in done:
            now_at.rename(was_at)
        if moved_to is not None:
            moved_to.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return moved_to


def refuse_running(path: Path, what: str = "restore") -> None:
    """Raise BackupError when any process has the database open; leaves it without a log beside it where it can.

    ``what`` is what is to be done once nobody has.
    """
    if not path.exists() or not _looks_like_sqlite(path):
        return
    try:
        with closing(_connect(path)) as connection:
            # Leaving the write-ahead log needs the file to oneself, and moves what the log holds into the file.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise BackupError(f"The database {path} is in use: stop the bot, then {what}.") from None
        # Too damaged to be opened: it is put aside as it is, with what lies beside it.


def _looks_like_sqlite(path: Path) -> bool:
    # Where even this is gone SQLite is not asked: it would clear away the log, which may hold all that can be saved.
    with path.open("rb") as file:
        return file.read(len(_SQLITE_BEGINS)) == _SQLITE_BEGINS


def _free_name(path: Path, moment: datetime) -> Path:
    for count in range(1, 1000):
        again = f"-{count}" if count > 1 else ""
        name = path.with_name(f"{path.name}.replaced-{moment:%Y%m%dT%H%M%SZ}{again}")
        if not name.exists():
            return name
    raise BackupError(f"There are too many replaced databases beside {path}: clear some away.")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0.0, isolation_level=None)


@contextmanager
def _gone_afterwards(aside: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for suffix in ("", *_BESIDE):
            Path(f"{aside}{suffix}").unlink(missing_ok=True)
