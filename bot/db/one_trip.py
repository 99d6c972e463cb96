"""One trip to SQLite's thread a statement, where the adapter that SQLAlchemy brings makes four.

aiosqlite keeps a connection in a thread of its own, and every call of it is handed over there and back: one to open a
cursor, one to execute, one for the rows, one to close it. The three that are no work cost more of the processor than
the statement, at each of a page's statements. Here all four happen in one call. A unit of work that is cut off has
no statement left open either: the thread closes the cursor in that same call, whoever still waits for it.

The adapter has no public door for this. What is used of it beyond that is its connection, its lock and its way to
name an error; tests/db/test_one_trip.py says when a new version of it has moved them.
"""

# ruff: noqa: SLF001 # cursor and connection of the adapter are its own kin, and so are these
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.engine import Dialect
from sqlalchemy.util import await_only

__all__ = ["connect"]

_A_ROW_AT_A_TIME: Final = 1
"""What a driver's ``arraysize`` is, unless told otherwise."""

Trip = Callable[[sqlite3.Cursor], object]


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that holds what a statement gave, and nothing of the database."""

    __slots__ = ("_arraysize", "_description", "_lastrowid", "_rowcount")

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = deque()
        self._description: Any = None
        self._rowcount, self._lastrowid, self._arraysize = -1, 0, _A_ROW_AT_A_TIME

    @property
    def description(self) -> Any:  # noqa: ANN401 # the driver's own, a tuple of seven a column
        """The columns of the rows, or None where the statement gives none."""
        return self._description

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed, -1 where it changes none."""
        return self._rowcount

    @property
    def lastrowid(self) -> int:
        """The key of the row inserted last."""
        return self._lastrowid

    @property
    def arraysize(self) -> int:
        """How many rows ``fetchmany`` gives unless told."""
        return self._arraysize

    @arraysize.setter
    def arraysize(self, value: int) -> None:
        self._arraysize = value

    def close(self) -> None:
        """Let go of the rows; the statement was let go of long ago."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Close what is open: nothing."""

    def execute(self, operation: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> None:
        """Execute, fetch and close. Raises what the driver raises."""
        self._go(lambda cursor: cursor.execute(operation, () if parameters is None else parameters))

    def executemany(
        self, operation: str, seq_of_parameters: Sequence[Sequence[Any]] | Sequence[Mapping[str, Any]]
    ) -> None:
        """Execute once for each, and close. Raises what the driver raises."""
        self._go(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _go(self, trip: Trip) -> None:
        try:
            await_only(self._there_and_back(trip))
        except Exception as error:  # noqa: BLE001 # the adapter's own way: it names the error, and raises it
            self._adapt_connection._handle_exception(error)

    async def _there_and_back(self, trip: Trip) -> None:
        async with self._adapt_connection._execute_mutex:
            await self._connection._execute(self._in_its_thread, trip)

    def _in_its_thread(self, trip: Trip) -> None:
        cursor = self._connection._conn.cursor()
        try:
            trip(cursor)
            self._description = cursor.description
            if cursor.description:
                self._rows = deque(cursor.fetchall())
            # Read last: of an UPDATE … RETURNING the driver knows how many there were when all were fetched.
            self._rowcount, self._lastrowid = cursor.rowcount, cursor.lastrowid or 0
        finally:
            cursor.close()


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose cursors are such ones."""

    __slots__ = ()

    _cursor_cls: Any = OneTripCursor


def connect(dialect: Dialect, _record: object, args: Sequence[Any], settings: dict[str, Any]) -> OneTripConnection:
    """A connection for an engine: what listens for its ``do_connect``. Raises what the driver raises."""
    driver = dialect.loaded_dbapi
    opened = driver.connect(*args, **settings)
    return OneTripConnection(driver, opened.driver_connection)
