"""Telling staff in time that a term of theirs ends."""

from datetime import datetime

from bot.crisis import lexicon_drafts as drafts
from bot.crisis import records
from bot.crisis.lexicon_rules import REMIND_BEFORE, reminder_at
from bot.db import Database
from bot.delivery.service import Outbox
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock


class ExpiryPlanner:
    """A line in #staff-room a week before a term ends, so that staff can propose it again."""

    name = "lexicon"

    def __init__(self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the line of every term in use whose reminder falls before ``end`` (UTC)."""
        del start  # a reminder that was missed while we were down is worth sending for as long as the term lasts
        now = self._clock.now()
        async with self._database.read() as session:
            terms = await records.terms_ending(session, now, end + REMIND_BEFORE)
        for term in terms:
            due_at = reminder_at(term.expires_at, term.approved_at)
            room = await self._programmes.object_id(term.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
            if due_at is not None and due_at < end and room is not None:
                async with self._database.write() as session:
                    await self._outbox.put(session, [drafts.ending(term, room, due_at)])
