"""What staff do with tickets: look, take, answer, close. Each asks the permission table; nobody acts on their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.service import AccessService, AuditAction
from bot.db import Database
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.tickets import records
from bot.tickets.board import Board, Ticket
from bot.tickets.records import TicketMessageRow, TicketRow
from bot.tickets.rules import Ended, TicketState, Told, may_act
from bot.tickets.ways import Ways
from bot.timing import Clock

log = get_logger(__name__)


@dataclass(frozen=True)
class Taken:
    """What came of `Take it`: ``by`` has it now, and ``first`` says whether it was this press that gave it to them."""

    ticket: Ticket
    by: int
    first: bool


@dataclass(frozen=True)
class Ending:
    """What came of closing or answering."""

    ticket: Ticket
    ended: Ended


@dataclass(frozen=True)
class Line:
    """Something that was written, at ``at`` (UTC). ``words`` is None for a picture or a file, or where forgotten.

    ``deleted_at`` is when it was deleted on Discord (UTC), and ``is_forgotten`` whether its words are kept no more.
    """

    at: datetime
    author_id: int
    is_members: bool
    words: str | None
    deleted_at: datetime | None = None
    is_forgotten: bool = False


@dataclass(frozen=True)
class Transcript:
    """A whole ticket: what was written, and staff's summary. For the private page alone.

    ``kept_for`` is how long after its end words are kept.
    """

    ticket: Ticket
    lines: tuple[Line, ...]
    summary: str | None
    kept_for: timedelta


async def waits(board: Board, session: AsyncSession, row: TicketRow, since: datetime, now: datetime) -> None:
    """The member wrote (``since``, UTC): the ticket waits, open again where it was closed, and staff have a card."""
    if row.state is TicketState.WAITING:
        return
    row.state, row.waiting_since = TicketState.WAITING, since
    row.remind_at = since + await board.within(row.guild_id)
    row.closed_by = row.closed_at = None
    row.round += 1
    await session.flush()
    await board.put_up(session, row, now)
    await board.show_again(session, row, now, "waits")


async def answered(board: Board, session: AsyncSession, row: TicketRow, staff_id: int, now: datetime) -> None:
    """Staff wrote: nobody waits. Whoever answers a ticket that nobody had, has it."""
    row.state = TicketState.ANSWERED
    row.waiting_since = row.remind_at = None
    is_taken = row.assigned_to is not None
    row.assigned_to = row.assigned_to or staff_id
    await board.show_again(session, row, now, "answered" if is_taken else f"answered:{staff_id}")


class Desk:
    """The use cases of staff; ``TicketService`` holds it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        members: MemberService,
        board: Board,
        ways: Ways,
        access: AccessService,
    ) -> None:
        self._database, self._clock, self._members = database, clock, members
        self._board, self._ways, self._access = board, ways, access

    # -- looking -------------------------------------------------------------------------------------------------------

    async def open_tickets(self, guild_id: int, staff_id: int) -> list[Ticket]:
        """The tickets that are not closed, those that wait the longest first.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._members.allow(guild_id, staff_id, Action.ANSWER_TICKET)
        async with self._database.read() as session:
            rows = await records.not_closed(session, guild_id)
        return [await self._board.shown(row) for row in rows]

    async def show(self, ticket_id: int, staff_id: int) -> tuple[Ticket, list[Line]]:
        """What the member wrote since staff last did, or else last of all. The look is put on record first.

        Raises:
            NotAllowedError: where this person may not, or the ticket is their own.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(ticket_id, staff_id)
        lines = await self._looked(row, staff_id)
        theirs = [place for place, line in enumerate(lines) if line.is_members]
        ours = [place for place, line in enumerate(lines) if not line.is_members]
        unanswered = [place for place in theirs if place > max(ours, default=-1)]
        return await self._board.shown(row), [lines[place] for place in unanswered or theirs[-1:]]

    async def transcript(self, guild_id: int, ticket_id: int, staff_id: int) -> Transcript:
        """Everything. The look is put on record first. Raises as ``show``, and for a ticket of another server."""
        row = await self._allowed(ticket_id, staff_id)
        if row.guild_id != guild_id:
            raise NotFoundError("That is no longer there.")
        lines = await self._looked(row, staff_id)
        kept_for = await self._board.kept_for(guild_id)
        return Transcript(await self._board.shown(row), tuple(lines), row.summary, kept_for)

    async def page(self, ticket: Ticket, staff_id: int) -> str | None:
        """A one-time link to a ticket's private page; none where there are no private pages."""
        return await self._access.link(ticket.guild_id, staff_id, f"/ticket/{ticket.id}")

    @property
    def has_pages(self) -> bool:
        """Whether there are private pages, and so somewhere to read a summary."""
        return self._access.is_offered

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def may_answer(self, ticket_id: int, staff_id: int) -> Ticket:
        """The ticket, where this person may look to it. Raises as ``show``."""
        return await self._board.shown(await self._allowed(ticket_id, staff_id))

    async def take(self, ticket_id: int, staff_id: int, instead_of: int | None = None) -> Taken:
        """Have a ticket. Of two who press at once one is first; ``instead_of`` takes it over from whoever has it.

        Raises as ``show``.
        """
        await self._allowed(ticket_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await self._locked(session, ticket_id)
            first = row.closed_at is None and row.assigned_to in {None, instead_of} and row.assigned_to != staff_id
            if first:
                row.assigned_to = staff_id
                await self._board.show_again(session, row, now, f"taken:{staff_id}:{int(now.timestamp())}")
                log.info("ticket.taken", ticket=row.id, staff=staff_id)
            by = row.assigned_to or staff_id
        return Taken(await self._board.shown(row), by, first)

    async def answer(self, ticket_id: int, staff_id: int, words: str, key: str) -> Ending:
        """Answer by form; the words passed the intake. ``key`` makes the occasion unique: the same is said once.

        Raises as ``show``.
        """
        await self._allowed(ticket_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await self._locked(session, ticket_id)
            ended = Ended.CLOSED
            if row.closed_at is None:
                message_id = await records.add_message(session, row, staff_id, key, words, now)
                ended = Ended.DONE if message_id is not None else Ended.BEFORE
                if message_id is not None:
                    await self._ways.say(session, row, Told.ANSWER, message_id, now)
                    await answered(self._board, session, row, staff_id, now)
        return Ending(await self._board.shown(row), ended)

    async def close(self, ticket_id: int, staff_id: int, seen: int, summary: str) -> Ending:
        """Close a ticket; its member is told how to open it again. ``seen`` is its round when staff looked.

        Raises as ``show``.
        """
        await self._allowed(ticket_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await self._locked(session, ticket_id)
            ended = Ended.DONE
            if row.closed_at is not None:
                ended = Ended.BEFORE
            elif row.round != seen:
                ended = Ended.WRITTEN_SINCE
            else:
                row.state, row.closed_by, row.closed_at = TicketState.CLOSED, staff_id, now
                row.waiting_since = row.remind_at = None
                row.summary = "\n\n".join(part for part in (row.summary, summary) if part) or None
                await self._board.show_again(session, row, now, f"closed:{int(now.timestamp())}")
                await self._ways.say(session, row, Told.CLOSED, int(now.timestamp()), now)
                log.info("ticket.closed", ticket=row.id, staff=staff_id)
        return Ending(await self._board.shown(row), ended)

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _looked(self, row: TicketRow, staff_id: int) -> list[Line]:
        await self._access.audit.look(
            AuditAction.TICKET_VIEWED, "ticket", row.id, actor=staff_id, person=row.user_id, guild_id=row.guild_id
        )
        async with self._database.read() as session:
            return [_line(row, one) for one in await records.messages(session, row.id)]

    async def _allowed(self, ticket_id: int, staff_id: int) -> TicketRow:
        async with self._database.read() as session:
            row = await records.ticket(session, ticket_id)
        if row is None:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.ANSWER_TICKET)
        if not may_act(row.user_id, staff_id):
            raise NotAllowedError("That one is your own. Somebody else on staff looks to it.")
        return row

    async def _locked(self, session: AsyncSession, ticket_id: int) -> TicketRow:
        row = await records.locked(session, ticket_id)
        if row is None:
            raise NotFoundError("That is no longer there.")
        return row


def _line(row: TicketRow, one: TicketMessageRow) -> Line:
    return Line(
        at=one.at,
        author_id=one.author_id,
        is_members=one.author_id == row.user_id,
        words=one.words,
        deleted_at=one.deleted_at,
        is_forgotten=row.emptied_at is not None and one.at <= row.emptied_at and one.words is None,
    )
