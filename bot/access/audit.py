"""The record of who saw what, and when: append-only, and chained so that a row taken out or altered is found.

A row is written in the transaction of what it records: where it cannot be written, the thing is not done, and what was
to be seen is not shown. The chain is one of plain hashes. Whoever can write to the database could compute all of it
anew; so the newest hash is to be noted elsewhere from time to time, and held against the record by ``verify``.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access import records
from bot.access.records import AuditRow
from bot.access.rules import GENESIS, AuditAction, Recorded, row_hash
from bot.db import Database
from bot.timing import Clock

_BATCH: Final = 1_000


@dataclass(frozen=True)
class Verdict:
    """What ``verify`` found. ``broken_at`` is the number of the first row that does not fit, or none.

    ``knows_noted`` says whether the hash that was noted elsewhere is in the record; None where none was given.
    """

    rows: int
    newest: str
    broken_at: int | None = None
    knows_noted: bool | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was taken out, put in or altered, as far as the chain can tell."""
        return self.broken_at is None and self.knows_noted is not False


class Audit:
    """Writes the record, and holds it against itself."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def note(
        self,
        session: AsyncSession,
        action: AuditAction,
        object_kind: str,
        object_id: int | str,
        *,
        actor: int | None,
        person: int | None = None,
        guild_id: int | None = None,
    ) -> None:
        """Add a row, in the unit of work of what it records. ``actor`` None is the operator at the command line."""
        head = await records.head(session)
        row = Recorded(
            number=head.number + 1,
            at=self._clock.now(),
            action=action.value,
            object_kind=object_kind,
            object_id=str(object_id),
            actor_id=actor,
            person_id=person,
            guild_id=guild_id,
        )
        chained = row_hash(head.hash, row)
        session.add(
            AuditRow(
                id=row.number,
                at=row.at,
                action=row.action,
                object_kind=row.object_kind,
                object_id=row.object_id,
                actor_id=row.actor_id,
                person_id=row.person_id,
                guild_id=row.guild_id,
                hash=chained,
            )
        )
        head.number, head.hash = row.number, chained
        await session.flush()

    async def look(
        self, action: AuditAction, object_kind: str, object_id: int | str, *, actor: int, person: int, guild_id: int
    ) -> None:
        """Put a look on record, before what is looked at is shown.

        Raises:
            DatabaseError: where it cannot be; then nothing may be shown.
        """
        async with self._database.write() as session:
            await self.note(session, action, object_kind, object_id, actor=actor, person=person, guild_id=guild_id)

    async def verify(self, noted: str | None = None) -> Verdict:
        """Walk the whole record. ``noted``: a hash that was written down elsewhere earlier, which must be in it."""
        number, newest, knows = 0, GENESIS, False
        async with self._database.read() as session:
            head = await records.read_head(session)
            while rows := await records.audit_after(session, number, _BATCH):
                for row in rows:
                    if row.id != number + 1 or row.hash != row_hash(newest, _recorded(row)):
                        return Verdict(number, newest, number + 1, None if noted is None else knows)
                    number, newest = row.id, row.hash
                    knows = knows or newest == noted
                session.expunge_all()  # a long record need not stand in memory
        # The head is compared last: rows taken off the end leave a chain that is whole and too short.
        if head is not None and (head.number, head.hash) != (number, newest):
            return Verdict(number, newest, number + 1, None if noted is None else knows)
        return Verdict(number, newest, None, None if noted is None else knows)


def _recorded(row: AuditRow) -> Recorded:
    return Recorded(
        number=row.id,
        at=row.at,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        actor_id=row.actor_id,
        person_id=row.person_id,
        guild_id=row.guild_id,
    )
