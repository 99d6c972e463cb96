"""The unit of work: everything that reads or writes the database does so inside one.

::

    async with database.write() as session:      # all of it is stored, or none
        session.add(CheckIn(...))

    async with database.read() as session:       # one consistent view; cannot write
        rows = await session.scalars(select(CheckIn))

A row that is read in order to be changed is read in the *writing* unit. On SQLite these run one after another, in the
order they were asked for, but for what is `in_a_hurry()`, which goes first; on PostgreSQL they run side by side, so
such a row is also read `with_for_update()`, which SQLite leaves out.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.db.engine import Purpose, make_engine, parse_url, shown, sqlite_path
from bot.db.files import prepare_file
from bot.db.ring import KeyRing
from bot.db.turn import Turn
from bot.errors import DatabaseError

_T = TypeVar("_T")

PATIENCE: Final = 30.0
"""Seconds that a unit of work waits for a busy database before it fails."""
_CLOSING_PATIENCE: Final = 5.0
"""Seconds that closing gives the units of work that are open."""


class Database:
    """An open database. Made by `Database.open`; `close` it, or its threads keep the process from ending."""

    def __init__(self, url: str, keys: KeyRing | None, patience: float) -> None:
        self.url = url
        self.keys = keys
        self.path: Path | None = sqlite_path(url)
        """The SQLite file, or None on another database."""
        self.patience = patience
        self._writer = make_engine(url, keys, Purpose.WRITE, patience)
        self._reader = self._make_reader()
        self._turn = Turn() if self.path is not None else None
        self._writing: set[asyncio.Task[Any]] = set()
        self._reading: dict[asyncio.Task[Any], AsyncSession] = {}
        self._open = 0
        self._one_ended = asyncio.Event()
        self._closed = False

    @classmethod
    async def open(cls, url: str, keys: KeyRing | None, *, patience: float = PATIENCE) -> "Database":
        """Open the database at `url`, making the SQLite file and its folder where there are none.

        `keys`: what `find_keys` returns; None opens a database whose encrypted columns cannot be used. `patience`:
        seconds to wait for a busy database. Raises WrongKeyError when these keys are not the ones it was written under,
        and DatabaseError when it cannot be opened, is damaged, or was written by a newer Handrail.
        """
        # Imported here: the check reads through units of work.
        from bot.db.schema import check  # noqa: PLC0415

        database = cls(url, keys, patience)
        try:
            if database.path is not None:
                prepare_file(database.path)
            await check(database)
        except BaseException:
            await to_its_end(database.close())
            raise
        return database

    @property
    def dialect_name(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @property
    def name(self) -> str:
        """The file, or the address without its password: fit to be shown."""
        return shown(parse_url(self.url))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A writing unit of work: committed when the block ends, rolled back when it raises or is cancelled.

        A block that is cancelled while it commits is committed, and then cancelled. Raises DatabaseError when this task
        is already inside a writing unit: the inner one would wait for the outer for ever.
        """
        task = asyncio.current_task()
        assert task is not None, "a unit of work runs in a task"  # noqa: S101 # asyncio's promise, for the type checker
        if task in self._writing:
            raise DatabaseError("A writing unit of work was opened inside another one: pass the session on instead.")
        self._writing.add(task)
        self._reading.pop(task, None)  # what this task reads next is to see what it has written
        try:
            async with self._counted(), self._my_turn():
                session = AsyncSession(self._writer, expire_on_commit=False)
                try:
                    yield session
                    await to_its_end(session.commit())
                except exc.TimeoutError:
                    raise DatabaseError(f"The database {self.name} is busy: no connection came free in time.") from None
                finally:
                    await to_its_end(session.close())
        finally:
            self._writing.discard(task)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A reading unit of work: one consistent view of what was committed when it first asked.

        Raises DatabaseError when it tries to write. May be opened inside a writing unit, whose changes it does not see,
        and inside a reading one, whose view it shares: a task that held one connection while it waited for another
        would wait for ever where a dozen do so at once, and a page with them.
        """
        task = asyncio.current_task()
        assert task is not None, "a unit of work runs in a task"  # noqa: S101 # asyncio's promise, for the type checker
        if (outer := self._reading.get(task)) is not None:
            yield outer
            return
        async with self._counted():
            session = AsyncSession(self._reader, expire_on_commit=False)
            self._reading[task] = session
            try:
                yield session
                if session.new or session.dirty or session.deleted:
                    raise DatabaseError("A reading unit of work changed rows: open it with write().")
            except exc.TimeoutError:
                raise DatabaseError(f"The database {self.name} is busy: no connection came free in time.") from None
            finally:
                if self._reading.get(task) is session:
                    del self._reading[task]
                await to_its_end(session.close())

    @asynccontextmanager
    async def exclusively(self) -> AsyncIterator[None]:
        """Hold this process's turn to write, without a connection: for a migration, which brings its own."""
        async with self._my_turn():
            yield

    async def close(self) -> None:
        """Close every connection, once the units of work that are open have ended, or after some seconds.

        A unit of work that begins later is refused: it would open a connection anew, which nobody closes, and whose
        lock the next process would wait for.
        """
        self._closed = True
        mine = asyncio.current_task() in self._writing or asyncio.current_task() in self._reading
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_PATIENCE):
                while self._open > mine:
                    self._one_ended.clear()
                    await self._one_ended.wait()
        await self._writer.dispose()
        await self._reader.dispose()

    def _make_reader(self) -> AsyncEngine:
        # Readers have connections of their own on every database: a writer that looks something up waits for readers
        # alone, and these wait for nobody.
        engine = make_engine(self.url, self.keys, Purpose.READ, self.patience)
        if self.path is not None:
            return engine
        # PostgreSQL tells reading from writing by transaction.
        return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        if self._closed:
            raise DatabaseError(f"The database {self.name} was closed: nothing is read or written any more.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._one_ended.set()

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        # SQLite's busy timeout is a lottery among those who wait; this queue is served in order, pages first.
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._turn.acquire()
        except TimeoutError:
            raise DatabaseError(f"The database {self.name} is busy: another unit of work has not ended.") from None
        try:
            yield
        finally:
            self._turn.release()


async def to_its_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Await `work` to its end even when the caller is cancelled meanwhile; the cancellation is raised after it."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from (None if task.cancelled() else task.exception())
    return task.result()
