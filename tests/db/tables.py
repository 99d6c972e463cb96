"""Tables of the tests' own, apart from the schema of the rooms."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Database, Encrypted, EncryptedJson, RowId, Snowflake, UtcDateTime, about
from bot.db.base import NAMING

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Mood(StrEnum):
    LOW = "low"
    STEADY = "steady-ish"


class Own(Base):
    """As Base, with a schema of its own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING)


class Note(Own):
    __tablename__ = "notes"
    __table_args__ = (
        {
            "info": about(
                person="member_id",
                plain={"id": "a number", "member_id": "names the person", "at": "an instant", "mood": "for the test"},
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    member_id: Mapped[int] = mapped_column(Snowflake)
    at: Mapped[datetime]
    mood: Mapped[Mood] = mapped_column(default=Mood.STEADY)
    words: Mapped[str | None] = mapped_column(Encrypted("notes.words"))
    answers: Mapped[object] = mapped_column(EncryptedJson("notes.answers"), nullable=True)


counters = Table(
    "counters",
    Own.metadata,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
    info=about(person=None, plain={"id": "a number", "value": "a number"}, why="counts, for the tests"),
)
pairs = Table(
    "pairs",
    Own.metadata,
    Column("member_id", Snowflake(), primary_key=True),
    Column("at", UtcDateTime(), primary_key=True),
    Column("note_id", RowId(), ForeignKey("notes.id", ondelete="CASCADE"), nullable=True),
    Column("words", Encrypted("pairs.words")),
    info=about(person="member_id", plain={"member_id": "names the person", "at": "an instant", "note_id": "a number"}),
)


async def make_tables(database: Database) -> None:
    async with database.write() as session:
        await (await session.connection()).run_sync(Own.metadata.create_all)
