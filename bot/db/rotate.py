"""Puts every encrypted value under the newest key, so that the old ones can be taken off the list.

The bot may run meanwhile, as long as it was started with the new key first: what it writes is under that key already.
A rotation that is interrupted is simply run again; what is done stays done. The key check is done last, so that a
database whose key check is under the newest key holds nothing under another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    MetaData,
    Table,
    TableClause,
    and_,
    column,
    literal,
    select,
    tuple_,
    update,
)

from bot.db.base import encrypted_columns
from bot.db.meta import Meta
from bot.db.models import load_models
from bot.db.ring import MAKE_ONE, SETTING, KeyRing
from bot.db.types import Sealed
from bot.db.work import Database
from bot.errors import WrongKeyError

BATCH: Final = 500
"""Rows a transaction: few enough that the bot's own writing hardly waits."""


@dataclass(frozen=True)
class RotationReport:
    """What a rotation did."""

    key_id: str
    """The short name of the key that everything is now under."""
    rows: Mapping[str, int]
    """How many rows of each table were encrypted anew; 0 where nothing was left to do."""


async def rotate(database: Database, metadata: MetaData | None = None, *, batch: int = BATCH) -> RotationReport:
    """Encrypt anew, under the newest key, every value of `metadata` (all rooms' tables) that is under another.

    Raises WrongKeyError when `database` has no keys or holds a value under a key that is not listed, and DatabaseError
    when a value was altered; the rows before it are done.
    """
    if database.keys is None:
        raise WrongKeyError(f"There is no key to rotate to: set {SETTING}; {MAKE_ONE}.")
    schema = load_models() if metadata is None else metadata
    with_words = {column.table.name for column in encrypted_columns(schema)}
    rows: dict[str, int] = {}
    for name in sorted(with_words, key=lambda name: (name == Meta.__tablename__, name)):
        rows[name] = await _Rotation(database, database.keys, schema.tables[name]).run(batch)
    return RotationReport(database.keys.key_id, rows)


class _Rotation:
    """One table, walked by its primary key. Reads the sealed bytes as they are, past the column types."""

    def __init__(self, database: Database, keys: KeyRing, table: Table) -> None:
        self._database = database
        self._ring = keys
        self._types = {each.name: each.type for each in table.columns if isinstance(each.type, Sealed)}
        self._contexts = {name: each.context.encode() for name, each in self._types.items()}
        self._bare = TableClause(
            table.name,
            *(column(each.name, each.type) for each in table.primary_key),
            *(column(name, LargeBinary) for name in self._contexts),
            schema=table.schema,
        )
        self._key = [self._bare.c[each.name] for each in table.primary_key]

    async def run(self, batch: int) -> int:
        """Walk the table; the number of rows that were encrypted anew."""
        changed = 0
        last: Sequence[Any] | None = None
        while True:
            rows = await self._read(last, batch)
            if not rows:
                return changed
            last = rows[-1][: len(self._key)]
            # Encrypted between two transactions, so that nobody waits for it.
            renewed = [(row, anew) for row in rows if (anew := self._anew(row))]
            if renewed:
                changed += await self._write(renewed)

    async def _read(self, after: Sequence[Any] | None, batch: int) -> Sequence[Sequence[Any]]:
        query = select(*self._key, *(self._bare.c[name] for name in self._contexts)).order_by(*self._key).limit(batch)
        if after is not None:
            bounds = [literal(value, each.type) for each, value in zip(self._key, after, strict=True)]
            query = query.where(tuple_(*self._key) > tuple_(*bounds))
        async with self._database.read() as session:
            return [tuple(row) for row in await session.execute(query)]

    def _anew(self, row: Sequence[Any]) -> dict[str, bytes]:
        sealed = zip(self._contexts.items(), row[len(self._key) :], strict=True)
        return {
            name: self._types[name].seal(self._ring, self._ring.decrypt(blob, context))
            for (name, context), blob in sealed
            if blob is not None and not self._ring.is_current(blob)
        }

    async def _write(self, renewed: Sequence[tuple[Sequence[Any], dict[str, bytes]]]) -> int:
        changed = 0
        async with self._database.write() as session:
            connection = await session.connection()
            for row, anew in renewed:
                was = dict(zip(self._contexts, row[len(self._key) :], strict=True))
                same = [each == value for each, value in zip(self._key, row, strict=False)]
                # Only if it is still what was read: somebody's newer words are not overwritten, and are current anyhow.
                unchanged: list[ColumnElement[bool]] = [self._bare.c[name] == was[name] for name in anew]
                done = await connection.execute(update(self._bare).where(and_(*same, *unchanged)).values(anew))
                changed += done.rowcount
        return changed
