"""Backups: taken while the bot writes, encrypted, and restored only after everything about them was verified.

A backup is one consistent moment of the database. The bot is not held up: SQLite's VACUUM INTO reads that moment while
others write, and leaves out what was erased but still lies in free pages. The snapshot lies beside the database, in a
folder only its owner may enter, until it is encrypted; the target never sees it. Keys are not part of a backup: keep
them apart, the old ones as long as backups under them.
"""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.db import archive
from bot.db.faults import as_database_error
from bot.db.files import create_private, sync_folder
from bot.db.restore import RestoreInfo, restore
from bot.db.ring import KeyRing
from bot.db.schema import VERSION_TABLE
from bot.db.work import Database
from bot.errors import BackupError, DatabaseError

__all__ = ["BackupInfo", "RestoreInfo", "backup", "read_info", "restore"]

SUFFIX: Final = ".handrail-backup"

_STEPS_BETWEEN_LOOKS: Final = 10_000
_T = TypeVar("_T")


@dataclass(frozen=True)
class BackupInfo:
    """What a backup file is."""

    path: Path
    created_at: datetime
    """UTC: the moment the backup was begun."""
    revision: str
    """The schema revision of the database in it."""
    key_id: str
    """The short name of the key it is encrypted under."""
    size: int
    """Bytes of the file."""


async def backup(database: Database, target: Path, keys: KeyRing, *, now: datetime | None = None) -> BackupInfo:
    """Write a backup of `database` to `target`, or, where that is a folder, to a file in it named by the moment.

    An older backup by that name is replaced once the new one is complete; a file that is no backup is not. `now` (any
    zone) defaults to the machine's clock. Cancelled or killed at any moment it leaves no half backup by that name.
    Raises BackupError.
    """
    if database.path is None:
        raise BackupError("Handrail backs up SQLite files only: use pg_dump for this one, and keep its keys apart.")
    created_at = (now or datetime.now(UTC)).astimezone(UTC)
    job = _Job(database.path, _file_for(target, created_at), keys, created_at, database.patience)
    return await _in_thread(job.run)


def read_info(path: Path) -> BackupInfo:
    """What a backup says of itself, without its key and so unproven; BackupError when it is none."""
    try:
        with path.open("rb") as file:
            header = archive.read_header(file, str(path))
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BackupError(f"The backup {path} cannot be read: {error.strerror}.") from None
    return BackupInfo(path, header.created_at, header.revision, header.key_id, size)


@dataclass(frozen=True)
class _Job:
    source: Path
    target: Path
    keys: KeyRing
    created_at: datetime
    patience: float

    def run(self, stop: threading.Event) -> BackupInfo:
        try:
            if self.target.exists() and not archive.is_archive(self.target):
                raise BackupError(f"{self.target} exists and is not a backup: choose another name.")
            with self._folder() as folder:
                snapshot = folder / "snapshot.db"
                revision = self._take(snapshot, stop)
                self._encrypt(snapshot, revision, stop)
        except sqlite3.Error as error:
            if stop.is_set():
                raise _StoppedError from None
            plain = as_database_error(error, str(self.source))
            raise BackupError(f"No backup was written. {plain or error}") from None
        except OSError as error:
            raise BackupError(f"The backup {self.target} cannot be written: {error.strerror}.") from None
        return read_info(self.target)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        # Locked by whoever uses it, so that what a killed backup left behind is known to be nobody's.
        folder = self.source.with_name(f".{self.source.name}.backup")
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            self._lock(folder, handle)
            try:
                for left in folder.iterdir():
                    left.unlink()
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)

    def _lock(self, folder: Path, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have removed it between our opening and our locking it.
            mine = folder.exists() and folder.stat().st_ino == os.fstat(handle).st_ino
        except BlockingIOError:
            mine = False
        if not mine:
            raise BackupError(f"Another backup of {self.source} is being written: wait for it.")

    def _take(self, snapshot: Path, stop: threading.Event) -> str:
        create_private(snapshot).close()
        address = f"{self.source.as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=self.patience, isolation_level=None)) as connection:
            _stop_when(connection, stop)
            connection.execute("VACUUM INTO ?", (str(snapshot),))
        with closing(sqlite3.connect(snapshot, isolation_level=None)) as connection:
            _stop_when(connection, stop)
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise DatabaseError(f"The database {self.source} is damaged: keep the backups you have.")
            row: Any = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 # a name from the code
        return str(row[0])

    def _encrypt(self, snapshot: Path, revision: str, stop: threading.Event) -> None:
        def go_on() -> None:
            if stop.is_set():
                raise _StoppedError

        size = snapshot.stat().st_size
        header = archive.Header(self.created_at, revision, self.keys.key_id, archive.new_salt(), size)
        aside = self.target.with_name(f".{self.target.name}.{os.getpid()}.part")
        aside.unlink(missing_ok=True)
        try:
            with snapshot.open("rb") as plain, create_private(aside) as into:
                archive.write(plain, into, header, self.keys, go_on)
                into.flush()
                os.fsync(into.fileno())
            aside.replace(self.target)
            sync_folder(self.target.parent)
        finally:
            aside.unlink(missing_ok=True)


def _file_for(target: Path, created_at: datetime) -> Path:
    return target / f"handrail-{created_at:%Y%m%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target


class _StoppedError(Exception):
    """The task that waited for the backup was cancelled."""


async def _in_thread(work: Callable[[threading.Event], _T]) -> _T:
    """Run `work` beside the event loop; when cancelled, tell it to stop and wait until it has."""
    stop = threading.Event()
    task = asyncio.create_task(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at: a stopped backup has nothing to report
        raise


def _stop_when(connection: sqlite3.Connection, stop: threading.Event) -> None:
    connection.set_progress_handler(lambda: int(stop.is_set()), _STEPS_BETWEEN_LOOKS)
