"""One walk over every table that holds something of a person. It knows none of them by name.

Each table says itself whom it is about and what becomes of its rows (`bot.db.about`), so a table that is added tomorrow
is exported and erased without a change here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, and_, delete, false, func, not_, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import PersonTable, tables_of_people
from bot.db.models import load_models
from bot.db.types import Sealed, SealedPerson, Snowflake
from bot.privacy.rules import Plain, readable, spared_in

Row = Mapping[str, Plain]

__all__ = ["PersonTable", "Place", "Row", "blank", "count", "delete_rows", "people_tables", "places", "rows"]


@dataclass(frozen=True)
class Place:
    """Somebody's place in one group, by its row."""

    membership_id: int
    guild_id: int
    group_key: str


def people_tables() -> Sequence[PersonTable]:
    """Every table of every room that holds something of a person; referring tables come before those they refer to."""
    return tables_of_people(load_models())


async def rows(session: AsyncSession, table: PersonTable, user_id: int, guild_id: int | None = None) -> list[Row]:
    """This person's rows, decrypted, oldest first; with ``guild_id`` those of one server, and those of none.

    Discord's ids are text: as numbers they are too long for what many programs read JSON with.
    """
    ids = {column.name for column in table.table.columns if isinstance(column.type, Snowflake | SealedPerson)}
    query = _theirs(select(table.table), table, user_id, guild_id).order_by(*table.table.primary_key.columns)
    return [
        {name: str(value) if name in ids and value is not None else readable(value) for name, value in found.items()}
        for found in (await session.execute(query)).mappings()
    ]


async def count(session: AsyncSession, table: PersonTable, user_id: int, guild_id: int | None = None) -> int:
    """How many rows of ``table`` are about this person; with ``guild_id`` in one server, and in none."""
    query = _theirs(select(func.count()).select_from(table.table), table, user_id, guild_id)
    found: int = (await session.execute(query)).scalar_one()
    return found


async def delete_rows(session: AsyncSession, table: PersonTable, user_id: int) -> int:
    """Delete this person's rows, except those spared; how many went."""
    going = and_(table.person == user_id, not_(_is_spared(table)))
    return _count(await session.execute(delete(table.table).where(going)))


async def blank(session: AsyncSession, table: PersonTable, user_id: int) -> int:
    """Empty the encrypted columns of this person's rows, and leave the bare rows; how many had anything in them."""
    sealed = [column for column in table.table.columns if isinstance(column.type, Sealed)]
    holds_something = or_(false(), *(column.is_not(None) for column in sealed))
    emptied = update(table.table).where(table.person == user_id, holds_something)
    return _count(await session.execute(emptied.values({column.name: None for column in sealed}))) if sealed else 0


async def places(session: AsyncSession, table: PersonTable, user_id: int) -> list[Place]:
    """The groups this person has a place in, whatever its state; ``table`` is that of the memberships."""
    columns = table.table.c
    query = select(columns.id, columns.guild_id, columns.group_key).where(table.person == user_id).order_by(columns.id)
    return [Place(*found) for found in await session.execute(query)]


def _theirs(query: Select[Any], table: PersonTable, user_id: int, guild_id: int | None) -> Select[Any]:
    return query.where(table.person == user_id, _in_guild(table, guild_id))


def _in_guild(table: PersonTable, guild_id: int | None) -> ColumnElement[bool]:
    column = table.table.c.get("guild_id")
    if guild_id is None or column is None:
        return true()
    return or_(column == guild_id, column.is_(None))


def _is_spared(table: PersonTable) -> ColumnElement[bool]:
    columns = table.table.c
    return or_(
        false(),
        *(
            and_(*(columns[name].in_(sorted(values)) for name, values in spared.where.items()))
            for spared in spared_in(table.table.name)
        ),
    )


def _count(result: Any) -> int:  # noqa: ANN401  # a cursor result, which a session's `execute` does not say
    assert isinstance(result, CursorResult)  # noqa: S101  # a delete or an update always gives one
    return result.rowcount
