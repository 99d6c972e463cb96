"""What a database driver complains of, as one sentence that says what to do."""

import sqlite3
from typing import Final

from sqlalchemy import exc

from bot.errors import DatabaseError

# https://www.sqlite.org/rescode.html, primary codes. `{name}` is the file.
_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: "The database {name} is busy: another process holds it and did not let go in time.",
    sqlite3.SQLITE_LOCKED: "The database {name} is busy: another process holds it and did not let go in time.",
    sqlite3.SQLITE_FULL: "The disk that holds the database {name} is full: make room; nothing of this was stored.",
    sqlite3.SQLITE_CANTOPEN: "The database {name} cannot be opened: check that its folder exists and may be written.",
    sqlite3.SQLITE_PERM: "The database {name} cannot be opened: check who owns it and its folder.",
    sqlite3.SQLITE_AUTH: "The database {name} cannot be opened: check who owns it and its folder.",
    sqlite3.SQLITE_READONLY: "The database {name} may not be written: check who owns it and its folder.",
    sqlite3.SQLITE_IOERR: "The disk that holds the database {name} does not read or write: check the disk.",
    sqlite3.SQLITE_CORRUPT: "The database {name} is damaged: stop the bot and restore a backup.",
    sqlite3.SQLITE_NOTADB: "{name} is not a SQLite database: check HANDRAIL_DATABASE__URL, or restore a backup.",
    sqlite3.SQLITE_NOLFS: "The disk that holds the database {name} does not take a file of this size.",
}
WROTE_WHILE_READING: Final = "A reading unit of work tried to write: open it with write()."


def as_database_error(error: BaseException | None, name: str, *, reading: bool = False) -> DatabaseError | None:
    """The DatabaseError for a driver's error, or None where the error is the statement's own (a constraint, its SQL).

    `name` is the file or server as it may be shown; `reading` says that the connection was opened for reading only.
    """
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_READONLY and reading:
            return DatabaseError(WROTE_WHILE_READING)
        sentence = _SENTENCES.get(code)
        return None if sentence is None else DatabaseError(sentence.format(name=name))
    if isinstance(error, exc.TimeoutError):
        return DatabaseError(f"The database {name} is busy: no connection came free in time.")
    if isinstance(error, OSError):
        return DatabaseError(f"The database {name} cannot be reached: check its address, and that it runs.")
    return None
