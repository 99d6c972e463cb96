"""Answers that no road reached somebody with. They have them at the next thing they press or run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis import records
from bot.crisis.records import OwedAnswerRow
from bot.db import Database
from bot.timing import Clock


@dataclass(frozen=True)
class OwedAnswer:
    """An answer to be given: which text, which variant of it, in which language. ``owed_since`` is UTC."""

    id: int
    guild_id: int
    user_id: int
    incident_id: int | None
    owed_since: datetime
    key: str
    count: int
    language: str


class Owed:
    """Keeps the newest answer that is owed to each person in each server."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def owe(
        self,
        session: AsyncSession,
        guild_id: int,
        user_id: int,
        incident_id: int | None,
        answer: dict[str, str | int],
    ) -> None:
        """Note, in the transaction that knows of it, that neither a DM nor a thread reached them."""
        row = await records.owed_in(session, guild_id, user_id)
        if row is None:
            row = OwedAnswerRow(guild_id=guild_id, user_id=user_id)
            session.add(row)
        row.incident_id, row.owed_since, row.answer = incident_id, self._clock.now(), answer
        await session.flush()

    async def reached(self, session: AsyncSession, guild_id: int, user_id: int) -> None:
        """A road led to them after all."""
        row = await records.owed_in(session, guild_id, user_id)
        if row is not None:
            await session.delete(row)

    async def to(self, user_id: int) -> list[OwedAnswer]:
        """What is owed to somebody."""
        async with self._database.read() as session:
            return [_owed(row) for row in await records.owed(session, user_id)]

    async def given(self, answer: OwedAnswer) -> None:
        """They have it now."""
        async with self._database.write() as session:
            await records.given(session, answer.id, answer.owed_since)


def _owed(row: OwedAnswerRow) -> OwedAnswer:
    answer = row.answer
    return OwedAnswer(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        incident_id=row.incident_id,
        owed_since=row.owed_since,
        key=str(answer["key"]),
        count=int(answer["count"]),
        language=str(answer["language"]),
    )
