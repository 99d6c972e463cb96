"""The steps that everything about held messages is made of: an end, a word to its author, a line to staff, a card."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Draft, Outbox
from bot.moderation import deliveries, records
from bot.moderation.crowding import Crowd, Kind, kind_of
from bot.moderation.deliveries import CARD, CARD_EDIT, POST, subject_of_held, subject_of_post
from bot.moderation.held_rules import HELD_WITHIN, HeldState
from bot.moderation.records import HeldRow, found_of
from bot.observe.logs import get_logger
from bot.program.layout import MOD_QUEUE, ObjectKind
from bot.program.service import ProgrammeService

log = get_logger(__name__)

COUNTED_EVERY: Final = timedelta(minutes=1)
PART: Final = 3_900
"""Characters of somebody's words in one message: an embed takes 4,096."""


def parts_of(words: str) -> int:
    """How many messages somebody's words take."""
    return max(1, -(-len(words) // PART))


def end(row: HeldRow, state: HeldState, staff_id: int | None, now: datetime) -> None:
    """Nothing is left to decide about it (``now`` is UTC); ``staff_id`` is who decided, where somebody did."""
    row.state, row.decided_by, row.decided_at, row.remind_at = state, staff_id, now, None


def told(row: HeldRow, key: str, now: datetime) -> list[Draft]:
    """Tells its author, in as many messages as their words take."""
    return [deliveries.told(row, key, now, part=part) for part in range(parts_of(row.words or ""))]


def _kind(row: HeldRow) -> Kind:
    return kind_of(row.guild_id, row.user_id, found_of(row))


class Steps:
    """Each in the transaction of its cause."""

    def __init__(self, outbox: Outbox, programmes: ProgrammeService, crowd: Crowd) -> None:
        self._outbox, self._programmes, self._crowd = outbox, programmes, crowd

    async def card(self, session: AsyncSession, row: HeldRow, room: int, now: datetime, *, reminder: bool) -> None:
        """Have a card put up, or the one that stands for this row say how many more there are.

        One card stands for what one person has held by one filter, for an hour at most and while it waits itself.
        """
        kind = _kind(row)
        sort = "again" if reminder else row.state.value
        lead_id = self._crowd.lead(kind, sort, now)
        lead = await records.held(session, lead_id) if lead_id not in {None, row.id} else None
        if lead is None or lead.state is not row.state or _kind(lead) != kind:
            await self._outbox.put(session, [deliveries.card(row, room, now, reminder=reminder)])
            self._crowd.leads(kind, sort, row.id, now)
            return
        # Once a minute at most, and when that minute is over: so the last number said is the right one.
        due = now.replace(second=0, microsecond=0) + COUNTED_EVERY
        cards = await self._outbox.messages_of(session, subject_of_held(lead.id), CARD)
        key = f"{lead.id}:behind:{int(due.timestamp())}"
        await self._outbox.put(session, deliveries.edits(CARD_EDIT, row.guild_id, {"held": lead.id}, cards, key, due))

    async def _next_card(self, session: AsyncSession, row: HeldRow, now: datetime) -> None:
        """What waited behind a row that is decided comes up. One that has a card has it; there is no second."""
        waiting = await records.next_waiting(session, row.guild_id, row.user_id)
        room = await self.room(row.guild_id)
        following = next((one for one in waiting if one.id != row.id and _kind(one) == _kind(row)), None)
        if following is not None and room is not None:
            await self._outbox.put(session, [deliveries.card(following, room, now)])
            self._crowd.leads(_kind(following), following.state.value, following.id, now)

    async def take_down(self, session: AsyncSession, row: HeldRow, now: datetime) -> None:
        """Have what was posted again taken out of the group, and what is still to be posted not posted."""
        posted = await self._outbox.messages_of(session, subject_of_post(row.id), POST)
        await self._outbox.cancel(session, subject_of_post(row.id))
        await self._outbox.put(session, deliveries.unposts(row.guild_id, posted, now))

    async def show_on_cards(self, session: AsyncSession, row: HeldRow, now: datetime, occasion: str = "") -> None:
        """Have every card say how it stands now; one that is still to be posted will say so by itself."""
        cards = await self._outbox.messages_of(session, subject_of_held(row.id), CARD)
        key = f"{row.id}:{row.revision}:{row.state.value}:{row.fault.value if row.fault else ''}{occasion}"
        await self._outbox.put(session, deliveries.edits(CARD_EDIT, row.guild_id, {"held": row.id}, cards, key, now))
        if row.state not in {HeldState.HELD, HeldState.REMOVED}:
            await self._next_card(session, row, now)

    async def tell_staff(self, session: AsyncSession, row: HeldRow, key: str, now: datetime) -> None:
        """A line in #mod-queue: something did not go as it should."""
        room = await self.room(row.guild_id)
        if room is None:
            log.error("moderation.no_queue", held=row.id, key=key)
            return
        occasion = f"{row.id}:{row.revision}"
        line = deliveries.line(row.guild_id, row.user_id, room, key, occasion, now, row.id)
        await self._outbox.put(session, [line])

    async def room(self, guild_id: int) -> int | None:
        """The channel #mod-queue, or none."""
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, MOD_QUEUE)

    async def within(self, guild_id: int) -> timedelta:
        """How long something may wait before staff are reminded."""
        programme = await self._programmes.current(guild_id)
        return programme.moderation.held_within if programme is not None else HELD_WITHIN
