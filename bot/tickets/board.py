"""What staff see of a ticket, and where: cards in #staff-room that say how it stands, and hold none of its words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Outbox
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.service import ProgrammeService
from bot.tickets import deliveries
from bot.tickets.records import TicketRow
from bot.tickets.rules import ANSWER_WITHIN, WORDS_KEPT, Road, TicketState

log = get_logger(__name__)


@dataclass(frozen=True)
class Ticket:
    """A ticket as its card shows it. Datetimes are UTC; nothing in it is escaped.

    ``name`` is what its member chose to be called, empty where we do not know; ``group_name`` their groups, empty for
    none. ``language`` is that of staff, ``members_language`` the member's. ``incident`` is the code of an open one.
    ``emptied_at`` is when what had been written by then was forgotten.
    """

    id: int
    guild_id: int
    user_id: int
    name: str
    group_name: str
    language: str
    members_language: str
    state: TicketState
    road: Road
    round: int
    channel_id: int | None
    assigned_to: int | None
    opened_at: datetime
    waiting_since: datetime | None
    closed_by: int | None
    closed_at: datetime | None
    incident: str | None
    emptied_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.state is not TicketState.CLOSED


class Board:
    """Puts cards up and has them changed, in the caller's transaction; and says what a card shows."""

    def __init__(
        self, outbox: Outbox, programmes: ProgrammeService, members: MemberService, oncall: OnCallService
    ) -> None:
        self._outbox, self._programmes, self._members, self._oncall = outbox, programmes, members, oncall

    async def put_up(self, session: AsyncSession, row: TicketRow, now: datetime, *, reminder: bool = False) -> None:
        """A card: a ticket waits. ``now`` is UTC."""
        room = await self._room(row.guild_id)
        if room is not None:
            await self._outbox.put(session, [deliveries.card(row, room, now, reminder=reminder)])

    async def show_again(self, session: AsyncSession, row: TicketRow, now: datetime, occasion: str) -> None:
        """Have every card of a ticket say how it stands now; ``occasion`` is what has changed."""
        cards = await self._outbox.messages_of(session, deliveries.subject_of(row.id), deliveries.CARD)
        await self._outbox.put(session, deliveries.edits(row, cards, occasion, now))

    async def line(self, session: AsyncSession, row: TicketRow, key: str, occasion: str | int, now: datetime) -> None:
        """One line, where a ticket's words do not reach its member as they did."""
        room = await self._room(row.guild_id)
        if room is not None:
            await self._outbox.put(session, [deliveries.line(row, room, key, occasion, now)])

    async def _room(self, guild_id: int) -> int | None:
        room = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
        if room is None:
            log.error("ticket.no_staff_room", guild=guild_id)
        return room

    async def within(self, guild_id: int) -> timedelta:
        """How long a ticket may wait before staff are reminded."""
        programme = await self._programmes.current(guild_id)
        return programme.moderation.answer_within if programme is not None else ANSWER_WITHIN

    async def kept_for(self, guild_id: int) -> timedelta:
        """How long after its end the words of a ticket are kept."""
        programme = await self._programmes.current(guild_id)
        return programme.moderation.tickets_kept if programme is not None else WORDS_KEPT

    async def language(self, guild_id: int) -> str:
        """In which language this programme's staff are spoken to."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme is not None else "en"

    async def staff(self, guild_id: int) -> tuple[int, ...]:
        """Who is on staff."""
        programme = await self._programmes.current(guild_id)
        return tuple(programme.staff) if programme is not None else ()

    async def whom_to_remind(self, ticket: Ticket) -> list[int]:
        """Who is named where a ticket waits for long: whoever has it, else who is on call, else all staff."""
        staff = [one for one in await self.staff(ticket.guild_id) if one != ticket.user_id]
        if ticket.assigned_to in staff:
            return [ticket.assigned_to]
        shift = await self._oncall.shift(ticket.guild_id)
        if shift.person is not None:
            return [shift.person]
        return list(shift.backup) or staff

    async def shown(self, row: TicketRow) -> Ticket:
        """The ticket as it stands at this moment."""
        member = await self._members.find(row.guild_id, row.user_id)
        standing = await self._members.standing(row.guild_id, row.user_id)
        programme = await self._programmes.current(row.guild_id)
        groups = [programme.group(key) for key in standing.groups] if programme is not None else []
        unresolved = await self._oncall.unresolved(row.guild_id)
        return Ticket(
            id=row.id,
            guild_id=row.guild_id,
            user_id=row.user_id,
            name=member.chosen_name if member is not None else "",
            group_name=", ".join(group.name for group in groups if group is not None),
            language=await self.language(row.guild_id),
            members_language=standing.language,
            state=row.state,
            road=row.road,
            round=row.round,
            channel_id=row.channel_id,
            assigned_to=row.assigned_to,
            opened_at=row.opened_at,
            waiting_since=row.waiting_since,
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            incident=next((one.code for one in unresolved if one.user_id == row.user_id), None),
            emptied_at=row.emptied_at,
        )
