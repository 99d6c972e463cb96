"""The base of every table, what each table says about the people in it, and walks over the schema.

A table says, where it is defined, whom it is about, which of its columns may be read in the file without a key and why,
and what becomes of its rows when that person asks to be erased::

    class CheckIn(Base):
        __tablename__ = "checkins"
        __table_args__ = (
            {"info": about(person="member_id", plain={"id": "a number", "member_id": "names the person, no words"})},
        )

The walks below read that back, so that export, erasure and the tests know every table without a list of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar, Final

import sqlalchemy
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from bot.db.types import RowId, Sealed, UtcDateTime

INFO_KEY: Final = "handrail"

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""So that every constraint has the same name on every database, and a migration can name it."""


def _stored_values(states: type[Enum]) -> list[str]:
    return [str(state.value) for state in states]


class Base(DeclarativeBase):
    """The base of every mapped class.

    `Mapped[datetime]` is a UtcDateTime; `Mapped[SomeStrEnum]` is a VARCHAR holding the value, not the name, and no type
    of PostgreSQL's own, which could not be changed inside a transaction.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        Enum: sqlalchemy.Enum(Enum, native_enum=False, length=40, values_callable=_stored_values),
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 # passed through
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table) and any(isinstance(column.type, RowId) for column in table.primary_key):
            # Without AUTOINCREMENT SQLite gives the id of an erased row to the next one.
            table.dialect_options["sqlite"]["autoincrement"] = True


class Erase(StrEnum):
    """What becomes of a row when the person it is about asks to be erased."""

    DELETE = "delete"
    """The row goes."""
    KEEP = "keep"
    """The row stays, on a ground that `why` states."""
    BLANK = "blank"
    """Its encrypted columns are set to NULL; the bare row stays."""


@dataclass(frozen=True)
class About:
    """What a table says of itself; made by `about`."""

    person: str | None
    plain: Mapping[str, str] = field(default_factory=dict)
    erase: Erase = Erase.DELETE
    why: str = ""


@dataclass(frozen=True)
class PersonTable:
    """A table whose rows are about somebody: what export and erasure need to know of it."""

    table: Table
    person: Column[Any]
    """The column that names the person."""
    erase: Erase
    why: str


def about(
    *, person: str | None, plain: Mapping[str, str], erase: Erase = Erase.DELETE, why: str = ""
) -> dict[str, About]:
    """What a table says of itself, for the `info` of its `__table_args__`.

    `person`: the column that names the person the row is about; None where a row holds nothing of a person.
    `plain`: for each column that is stored unencrypted, the reason it may be.
    `why`: the ground, needed where `person` is None or the row is kept. Raises ValueError when a reason is missing.
    """
    if not why.strip() and (person is None or erase is Erase.KEEP):
        raise ValueError("a table that is about nobody, or is kept, says why")
    if unreasoned := sorted(column for column, reason in plain.items() if not reason.strip()):
        raise ValueError(f"these plain columns have no reason: {', '.join(unreasoned)}")
    return {INFO_KEY: About(person=person, plain=dict(plain), erase=erase, why=why)}


def about_of(table: Table) -> About | None:
    """What `table` says of itself, or None when it says nothing."""
    said = table.info.get(INFO_KEY)
    return said if isinstance(said, About) else None


def tables_of_people(metadata: MetaData) -> list[PersonTable]:
    """Every table whose rows are about somebody, in an order in which rows can be deleted: referring tables first.

    Raises KeyError when a table names a person column that it does not have.
    """
    return [
        PersonTable(table, table.c[said.person], said.erase, said.why)
        for table in reversed(metadata.sorted_tables)
        if (said := about_of(table)) is not None and said.person is not None
    ]


def encrypted_columns(metadata: MetaData) -> list[Column[Any]]:
    """Every Encrypted and EncryptedJson column, by table and column name."""
    return [column for column in _columns(metadata) if isinstance(column.type, Sealed)]


def unexplained_columns(metadata: MetaData) -> list[str]:
    """The columns, as "table.column", that are neither encrypted nor given a reason to be plain. Excludes none."""
    return [
        f"{column.table.name}.{column.name}"
        for column in _columns(metadata)
        if not isinstance(column.type, Sealed)
        and ((said := about_of(column.table)) is None or not said.plain.get(column.name, "").strip())
    ]


def _columns(metadata: MetaData) -> Iterator[Column[Any]]:
    for name in sorted(metadata.tables):
        yield from metadata.tables[name].columns
