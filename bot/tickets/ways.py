"""How words reach a ticket's member: the private thread first, a direct message where it fails, else staff are told."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.delivery.service import Delivery, Outbox
from bot.observe.logs import get_logger
from bot.program.layout import WELCOME, ObjectKind
from bot.program.service import ProgrammeService
from bot.tickets import deliveries, records
from bot.tickets.board import Board
from bot.tickets.deliveries import Arguments
from bot.tickets.records import TicketRow
from bot.tickets.rules import Road, Told
from bot.timing import Clock

log = get_logger(__name__)

TRIES = 1
"""How often a thread is opened anew for one word, where it could not be said in the one there was."""


class Ways:
    """Chooses the road. Threads hang under #welcome: that outlasts a discharge, and no group's filter reads there."""

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, board: Board
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._board = programmes, board

    async def say(
        self,
        session: AsyncSession,
        row: TicketRow,
        told: Told,
        message_id: int,
        now: datetime,
        *,
        quotes: bool = True,
    ) -> None:
        """Say something to the member, in the caller's transaction."""
        await self._by_the_road(session, row, deliveries.arguments(row.id, told, message_id, quotes=quotes), now)

    async def _by_the_road(self, session: AsyncSession, row: TicketRow, given: Arguments, now: datetime) -> None:
        if row.road is Road.DM:
            await self._outbox.put(session, [deliveries.word(row, given, now, None)])
        elif row.channel_id is not None:
            await self._outbox.put(session, [deliveries.word(row, given, now, row.channel_id)])
        else:
            await self._open(session, row, given, now)

    async def _open(self, session: AsyncSession, row: TicketRow, given: Arguments, now: datetime) -> None:
        parent = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, WELCOME)
        if parent is None:
            log.error("ticket.no_welcome", ticket=row.id)
            await self._by_dm(session, row, given, now)
            return
        await self._outbox.put(session, [deliveries.thread(row, given, now, parent)])

    async def _by_dm(self, session: AsyncSession, row: TicketRow, given: Arguments, now: datetime) -> None:
        row.road, row.channel_id = Road.DM, None
        await self._outbox.put(session, [deliveries.word(row, given, now, None)])
        await self._board.show_again(session, row, now, f"dm:{given['message']}")

    # -- what the outbox tells -----------------------------------------------------------------------------------------

    async def thread_opened(self, session: AsyncSession, delivery: Delivery, thread_id: int, now: datetime) -> None:
        """The thread is there: say in it what it was opened for."""
        row = await records.locked(session, int(delivery.arguments["ticket"]))
        if row is None:
            return
        row.channel_id, row.road = thread_id, Road.THREAD
        await self._outbox.put(session, [deliveries.word(row, delivery.arguments, now, thread_id)])
        await self._board.show_again(session, row, now, f"thread:{thread_id}")

    async def thread_failed(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        """There is no thread to be had, or the member is not in the server: by direct message then."""
        row = await records.locked(session, int(delivery.arguments["ticket"]))
        if row is not None:
            await self._by_dm(session, row, delivery.arguments, now)

    async def word_failed(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        """It could not be said in the thread: in a new one, then by direct message, and then staff know."""
        row = await records.locked(session, int(delivery.arguments["ticket"]))
        if row is None:
            return
        tries = int(delivery.arguments["tries"])
        if delivery.channel_id is None:
            await self._board.line(session, row, "unreached", str(delivery.arguments["message"]), now)
        elif tries < TRIES:
            row.channel_id = None
            await self._open(session, row, {**delivery.arguments, "tries": tries + 1}, now)
        else:
            await self._by_dm(session, row, delivery.arguments, now)

    # -- what Discord tells --------------------------------------------------------------------------------------------

    async def thread_deleted(self, thread_id: int) -> None:
        """Somebody deleted a thread by hand. The ticket stands; whatever is said next opens another."""
        async with self._database.read() as session:
            found = await records.of_thread(session, thread_id)
        if found is None:
            return
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked(session, found.id)
            if row is None or row.channel_id != thread_id:
                return
            row.channel_id = None
            if row.closed_at is None:
                await self._board.line(session, row, "thread_deleted", thread_id, now)
                await self._board.show_again(session, row, now, f"deleted:{thread_id}")

    async def found_gone(self, session: AsyncSession, ticket_id: int, now: datetime) -> None:
        """The member of a ticket has left the server: what is written in their thread reaches them no more."""
        row = await records.locked(session, ticket_id)
        if row is not None and row.closed_at is None:
            row.road = Road.DM
            await self._board.show_again(session, row, now, f"left:{int(now.timestamp())}")
