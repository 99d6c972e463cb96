"""Fills every table there is, whatever it holds, with rows about somebody: no table is forgotten here either."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Base, Encrypted, EncryptedJson, RowId, Snowflake, UtcDateTime
from bot.db.base import about_of

GUILD = 700
NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)

# A delivery's columns depend on one another; this one waits in the bulk lane.
WAITING: dict[str, object] = {
    "lane": "bulk",
    "state": "pending",
    "reason": None,
    "lease_until": None,
    "sent_at": None,
    "message_id": None,
}


@dataclass
class Person:
    """Somebody, the words that are theirs alone, and where their rows are: table → the row's first primary key."""

    user_id: int
    canary: str
    rows: dict[str, Any] = field(default_factory=dict)


async def fill(session: AsyncSession, person: Person) -> None:
    """One row about ``person`` in every table that can hold one, and what those rows refer to."""
    for table in Base.metadata.sorted_tables:
        said = about_of(table)
        if said is not None and said.person is not None:
            await _row(session, table, person)


async def _row(session: AsyncSession, table: Table, person: Person) -> Any:  # whatever the table is keyed by
    if table.name in person.rows:
        return person.rows[table.name]
    said = about_of(table)
    named = said.person if said is not None else None
    values: dict[str, Any] = {}
    for column in table.columns:
        single = [key for key in column.foreign_keys if key.constraint and len(key.constraint.columns) == 1]
        if column.name == named:
            values[column.name] = person.user_id
        elif single:
            values[column.name] = await _row(session, single[0].column.table, person)
        elif not isinstance(column.type, RowId):
            values[column.name] = _value(column, person)
    if table.name == "deliveries":
        values |= WAITING
    made = await session.execute(insert(table).values(values).returning(next(iter(table.primary_key))))
    person.rows[table.name] = made.scalar_one()
    return person.rows[table.name]


def _value(column: Column[Any], person: Person) -> object:
    place = f"{column.table.name}.{column.name}"
    match column.type:
        case Encrypted():
            return f"{person.canary} in {place}"
        case EncryptedJson():
            return {"words": f"{person.canary} in {place}"}
        case Snowflake():
            if column.unique:  # two people's rows stand side by side
                return 8000 + person.user_id
            return GUILD if column.name == "guild_id" else 8000
        case UtcDateTime():
            return NOON
        case Enum(enums=words):
            return column.type.python_type(words[0]) if column.type.enum_class else words[0]
        case Boolean():
            return True
        case Integer():
            return 1
        case Date():
            return date(2026, 10, 26)
        case JSON():
            return []
        case String(length=length):
            return f"{person.user_id} {column.name}"[:length]
        case other:
            raise AssertionError(f"{place}: no value of type {other!r} is known here; add one")


async def everything(session: AsyncSession) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, decrypted."""
    return {
        table.name: [dict(row) for row in (await session.execute(select(table))).mappings()]
        for table in Base.metadata.sorted_tables
    }
