"""Tickets: what members ask of staff, and what is written in them afterwards, by either."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.service import AccessService
from bot.db import Database
from bot.delivery.service import Delivery, Outbox
from bot.intake.service import Origin
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.tickets import deliveries, records
from bot.tickets.board import Board, Ticket
from bot.tickets.deliveries import CARD, CARD_EDIT, CARD_GONE, LEFT, LINE, THREAD, THREAD_GONE, WORD
from bot.tickets.desk import Desk, Ending, Line, Taken, Transcript, answered, waits
from bot.tickets.records import TicketRow
from bot.tickets.rules import (
    CLOCKS_DIFFER_BY,
    REOPENS_BY_DM_FOR,
    Ended,
    Road,
    Snippet,
    TicketState,
    Told,
    sent_at,
)
from bot.tickets.ways import Ways
from bot.timing import Clock, next_reminder

__all__ = [
    "CARD",
    "CARD_EDIT",
    "CARD_GONE",
    "LEFT",
    "LINE",
    "REOPENS_BY_DM_FOR",
    "THREAD",
    "THREAD_GONE",
    "WORD",
    "Asked",
    "Ended",
    "Ending",
    "Line",
    "Road",
    "Snippet",
    "Taken",
    "Ticket",
    "TicketService",
    "TicketState",
    "Told",
    "Transcript",
]

log = get_logger(__name__)

BY_DM = frozenset({"dm", "dm-edit"})
EDITED = frozenset({"edit", "dm-edit"})


@dataclass(frozen=True)
class Asked:
    """What came of `/ask`: the ticket's number, and whether it was open before."""

    ticket_id: int
    was_open: bool


class TicketService:
    """The use cases of a member; ``desk`` has those of staff. Also what the heart asks for reminders that are due."""

    name = "tickets"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        access: AccessService,
    ) -> None:
        self._database, self._clock, self._outbox, self._members = database, clock, outbox, members
        self._programmes = programmes
        self.board = Board(outbox, programmes, members, oncall)
        self.ways = Ways(database, clock, outbox, programmes, self.board)
        self.desk = Desk(database, clock, members, self.board, self.ways, access)

    # -- the member ----------------------------------------------------------------------------------------------------

    async def ask(self, guild_id: int, user_id: int, words: str, key: str, *, quotes: bool) -> Asked:
        """Somebody asks staff. While a ticket of theirs is open, it is added to that one: asked twice is one ticket.

        ``words`` have passed the intake; ``quotes`` says whether they may stand in the thread, too, which what said
        danger may not. ``key`` makes the occasion unique.

        Raises:
            NotAllowedError: where the table does not allow it.
        """
        await self._members.allow(guild_id, user_id, Action.REACH_STAFF)
        now = self._clock.now()
        async with self._database.write() as session:
            known = await records.ticket_of_message(session, key)
            if known is not None:
                return Asked(known, was_open=False)
            row, is_new = await self._open(session, guild_id, user_id, now)
            message_id = await records.add_message(session, row, user_id, key, words, now)
            if message_id is None:
                return Asked(row.id, was_open=True)
            row.road = Road.THREAD  # whoever asks may be there again
            await waits(self.board, session, row, now, now)
            told = Told.HELLO if is_new or row.channel_id is None else Told.ADDED
            await self.ways.say(session, row, told, message_id, now, quotes=quotes)
            log.info("ticket.asked", ticket=row.id, is_new=is_new)
            return Asked(row.id, was_open=not is_new)

    async def _open(self, session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> tuple[TicketRow, bool]:
        """The ticket that is open, or a new one, which goes on in the thread of the last."""
        before = await records.latest_of(session, guild_id, user_id)
        if before is not None and before.closed_at is None:
            return before, False
        made = await records.open_ticket(session, guild_id, user_id, now)
        row = await records.locked(session, made) if made is not None else None
        if row is None:  # they asked twice in one moment, and the other was first
            row = await records.latest_of(session, guild_id, user_id)
            if row is None:
                raise LookupError("a ticket that is open cannot be found")
            return row, False
        if before is not None:
            row.channel_id, before.channel_id = before.channel_id, None
        return row, True

    async def third(self, text: str, origin: Origin) -> None:
        """What was written in a ticket's thread, or by direct message where that is its road; read for danger before.

        Raises where it could not be stored: whoever holds the words tries again, and what is kept already stays once.
        """
        if origin.message_id is None or (origin.parent_id is None and origin.source not in BY_DM):
            return
        async with self._database.read() as session:
            if origin.source in BY_DM:
                since = self._clock.now() - REOPENS_BY_DM_FOR
                ticket_id = await records.by_dm_of(session, origin.guild_id, origin.author_id, since)
            else:
                found = await records.of_thread(session, origin.channel_id or 0)
                ticket_id = found.id if found is not None else None
        if ticket_id is None:
            return
        async with self._database.write() as session:
            row = await records.locked(session, ticket_id)
            if row is not None:
                await self._written(session, row, text, origin, origin.message_id)

    async def _written(self, session: AsyncSession, row: TicketRow, text: str, origin: Origin, message_id: int) -> None:
        key, now = f"message:{message_id}", self._clock.now()
        if origin.source in EDITED and await records.reword(session, key, text):
            return
        is_staff = origin.author_id != row.user_id
        if is_staff and not (await self._members.standing(row.guild_id, origin.author_id)).may(Action.ANSWER_TICKET):
            return
        at = min(sent_at(message_id), now)
        if origin.source in BY_DM and at < row.opened_at - CLOCKS_DIFFER_BY:
            return
        if await records.add_message(session, row, origin.author_id, key, text or None, at) is None:
            return
        if not is_staff:
            waited = row.state is TicketState.WAITING
            await waits(self.board, session, row, at, now)
            if row.road is Road.DM and origin.source in BY_DM and not waited:
                await self.ways.say(session, row, Told.PASSED, message_id, now)
        elif row.closed_at is None and row.road is Road.THREAD:  # else nobody but staff reads there any more
            if row.state is TicketState.WAITING:
                await self.board.line(session, row, LEFT, message_id, now)  # said only where it is so
            await answered(self.board, session, row, origin.author_id, now)

    async def deleted(self, message_ids: Sequence[int]) -> None:
        """Messages were deleted on Discord: where they are in a ticket, staff see that, and what they said."""
        keys = [f"message:{message_id}" for message_id in message_ids]
        async with self._database.read() as session:
            if not await records.keeps_any(session, keys):
                return
        async with self._database.write() as session:
            await records.deleted(session, keys, self._clock.now())

    # -- looking -------------------------------------------------------------------------------------------------------

    async def find(self, ticket_id: int) -> Ticket | None:
        """One ticket, or none where it was erased."""
        async with self._database.read() as session:
            row = await records.ticket(session, ticket_id)
        return await self.board.shown(row) if row is not None else None

    async def words(self, message_id: int) -> str | None:
        """What was written, for whoever may read it in its place; none where it was erased."""
        async with self._database.read() as session:
            row = await records.message(session, message_id)
        return row.words if row is not None else None

    async def card_arrived(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        """A card is up: something may have changed while it was on its way, so it is drawn once more.

        A reminder is not, while it is one: drawing it again takes the line away that calls somebody.
        """
        row = await records.ticket(session, int(delivery.arguments["ticket"]))
        if row is not None and (not delivery.arguments["reminder"] or row.state is not TicketState.WAITING):
            await self.board.show_again(session, row, now, f"arrived:{delivery.id}")

    # -- the clock -----------------------------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """When staff are to be reminded next of a ticket (UTC), or none."""
        async with self._database.read() as session:
            return await records.next_reminder(session)

    async def run_due(self, now: datetime) -> None:
        """Remind staff of every ticket that has waited too long (``now`` is UTC)."""
        async with self._database.read() as session:
            found: Sequence[int] = await records.due(session, now)
        for ticket_id in found:
            try:
                await self._remind(ticket_id, now)
            except Exception:
                # One that cannot be reminded of keeps no other from its turn; the next beat tries it again.
                log.exception("ticket.not_reminded", ticket=ticket_id)

    async def _remind(self, ticket_id: int, now: datetime) -> None:
        async with self._database.write() as session:
            row = await records.locked(session, ticket_id)
            if row is None or row.remind_at is None or row.remind_at > now:
                return
            row.remind_at = next_reminder(row.remind_at, now, await self.board.within(row.guild_id))
            await self.board.put_up(session, row, now, reminder=True)

    async def plan(self, start: datetime, end: datetime) -> None:
        """Forget the words of tickets that were closed long ago; nothing is planned ahead."""
        del start, end
        now = self._clock.now()
        for running in await self._programmes.all():
            before = now - await self.board.kept_for(running.guild_id)
            async with self._database.write() as session:
                emptied = await records.forget_words(session, running.guild_id, before, now)
            if emptied:
                log.info("ticket.words_forgotten", guild=running.guild_id, tickets=emptied)

    # -- erasure -------------------------------------------------------------------------------------------------------

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Before somebody's rows go: their cards are emptied, and their thread goes with everything in it."""
        now = self._clock.now()
        for row in await records.all_of(session, user_id):
            subject = deliveries.subject_of(row.id)
            cards = await self._outbox.messages_of(session, subject, CARD)
            lines = await self._outbox.messages_of(session, subject, LINE)
            await self._outbox.cancel(session, subject)
            await self._outbox.put(session, deliveries.gone(row, [*cards, *lines], now))
