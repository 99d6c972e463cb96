"""What staff decide about held messages, and what they and the cards see of them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.moderation import deliveries, records
from bot.moderation.crowding import STANDS_FOR
from bot.moderation.deliveries import CARD, LINE, subject_of_held
from bot.moderation.held_message import Held, Kept, Outcome, held_of
from bot.moderation.held_rules import HeldState
from bot.moderation.held_steps import Steps, end, parts_of, told
from bot.moderation.records import HeldRow
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.layout import ObjectKind, check_in_key
from bot.program.service import ProgrammeService
from bot.timing import Clock, next_reminder

log = get_logger(__name__)


class Deciding:
    """The use cases of deciding and of looking; ``ModerationService`` is their door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        steps: Steps,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox, self._steps = database, clock, outbox, steps
        self._programmes, self._members, self._oncall, self._audit = programmes, members, oncall, audit

    # -- what staff decide ---------------------------------------------------------------------------------------------

    async def decide(self, held_id: int, revision: int, staff_id: int, state: HeldState) -> tuple[Held, Outcome]:
        """Approve, decline, or ask to word it anew: the first decision counts, and is told to its author.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        before = await self._allowed(held_id, staff_id)
        is_there = await self._is_in_group(before)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked_held(session, held_id)
            if row is None:
                raise NotFoundError("That is no longer there.")
            if row.state is not HeldState.HELD:
                outcome = Outcome.BEFORE
            elif row.revision != revision:
                outcome = Outcome.CHANGED
            elif state is HeldState.APPROVED and not is_there:
                outcome = Outcome.LEFT
                end(row, HeldState.LAPSED, staff_id, now)
                await self._steps.show_on_cards(session, row, now)
            else:
                outcome = Outcome.DONE
                end(row, state, staff_id, now)
                await self._carry_out(session, row, now)
                await self._steps.show_on_cards(session, row, now)
        log.info("moderation.decided", held=held_id, state=row.state.value, outcome=outcome.value)
        return await self._seen(row), outcome

    async def _carry_out(self, session: AsyncSession, row: HeldRow, now: datetime) -> None:
        if row.state is HeldState.APPROVED:
            await self._outbox.put(session, deliveries.posts(row, parts_of(row.words or ""), now))
        else:
            key = "told_declined" if row.state is HeldState.DECLINED else "told_reword"
            await self._outbox.put(session, told(row, key, now))

    async def posted(
        self, session: AsyncSession, held_id: int, message: tuple[int, int], *, guild_id: int, is_first: bool
    ) -> None:
        """What staff approved stands in the group again: its author is told where."""
        row = await records.locked_held(session, held_id)
        if row is None or row.state is not HeldState.APPROVED:  # erased or taken back in this very moment
            await self._outbox.put(session, deliveries.unposts(guild_id, [message], self._clock.now()))
            return
        if is_first:
            row.posted_channel_id, row.posted_message_id = message
            await self._outbox.put(session, [deliveries.told(row, "told_approved", self._clock.now())])

    async def not_posted(self, session: AsyncSession, held_id: int, channel_id: int) -> None:
        """The place it stood in takes it no more: it goes to the group's own channel; else staff have to know."""
        row = await records.locked_held(session, held_id)
        if row is None:
            return
        now = self._clock.now()
        home = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, check_in_key(row.group_key))
        if home is not None and channel_id != home:
            await self._outbox.put(session, deliveries.posts(row, parts_of(row.words or ""), now, home))
        else:
            await self._steps.tell_staff(session, row, "not_posted", now)

    async def not_told(self, session: AsyncSession, held_id: int) -> None:
        """No road led to its author: staff know, and everything else goes its way."""
        row = await records.held(session, held_id)
        if row is not None:
            await self._steps.tell_staff(session, row, "not_told", self._clock.now())

    async def card_arrived(self, session: AsyncSession, held_id: int, occasion: int) -> None:
        """A card stands in #mod-queue. Where it was decided meanwhile, have it say so."""
        row = await records.held(session, held_id)
        if row is not None and (row.state is not HeldState.HELD or row.revision > 1 or row.fault is not None):
            await self._steps.show_on_cards(session, row, self._clock.now(), f":{occasion}")

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, held_id: int, staff_id: int) -> Kept:
        """A held message with its words, for one staff member's eyes. That they looked is put on record first.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(held_id, staff_id)
        await self._audit.look(
            AuditAction.HELD_VIEWED, "held", row.id, actor=staff_id, person=row.user_id, guild_id=row.guild_id
        )
        return Kept(await self._seen(row), row.words)

    async def find(self, held_id: int) -> Held | None:
        """A held message without its words, for its card."""
        async with self._database.read() as session:
            row = await records.held(session, held_id)
            behind = await records.behind(session, row, STANDS_FOR) if row is not None else 0
        return replace(await self._seen(row), behind=behind) if row is not None else None

    async def words(self, held_id: int) -> str | None:
        """The words, to be given back to their author, or posted where staff approved them; never on a card."""
        async with self._database.read() as session:
            row = await records.held(session, held_id)
        return row.words if row is not None else None

    async def may_be_posted(self, held_id: int, revision: int) -> bool:
        """Whether what was approved is still to be posted: not taken back, and its author still in the group."""
        async with self._database.read() as session:
            row = await records.held(session, held_id)
        if row is None or row.state is not HeldState.APPROVED or row.revision != revision:
            return False
        return await self._is_in_group(row)

    async def waiting(self, guild_id: int) -> list[Held]:
        """Everything that waits for a decision, the oldest first."""
        async with self._database.read() as session:
            rows = await records.waiting_held(session, guild_id)
        return [await self._seen(row) for row in rows]

    async def cards_of(self, held_id: int) -> list[tuple[int, int]]:
        """(channel id, message id) of every card of it, the oldest first."""
        async with self._database.read() as session:
            return list(await self._outbox.messages_of(session, subject_of_held(held_id), CARD))

    # -- the clock, an erasure -----------------------------------------------------------------------------------------

    async def remind(self, held_id: int, now: datetime) -> None:
        """Put the card up anew: it has waited for long. Whose author has left the group waits no more."""
        async with self._database.read() as session:
            row = await records.held(session, held_id)
        if row is None:
            return
        room, within, is_there = await self._steps.room(row.guild_id), await self._steps.within(row.guild_id), True
        if (await self._members.standing(row.guild_id, row.user_id)).is_known:
            is_there = await self._is_in_group(row)
        async with self._database.write() as session:
            row = await records.locked_held(session, held_id)
            if row is None or row.remind_at is None or row.remind_at > now:
                return
            if not is_there:
                end(row, HeldState.LAPSED, None, now)
                await self._steps.show_on_cards(session, row, now)
                return
            row.remind_at = next_reminder(row.remind_at, now, within)
            if room is not None:
                await self._steps.card(session, row, room, now, reminder=True)
            else:
                log.error("moderation.no_queue", held=held_id)

    async def take_back(self, session: AsyncSession, user_id: int) -> list[int]:
        """Before somebody's rows go: have what was posted in their name taken down, and their cards emptied.

        The row numbers of what was held of them.
        """
        now, found = self._clock.now(), await records.held_by(session, user_id)
        for row in found:
            await self._steps.take_down(session, row, now)
            for kind in (CARD, LINE):  # both carry the name they chose
                cards = await self._outbox.messages_of(session, subject_of_held(row.id), kind)
                await self._outbox.put(session, deliveries.cards_gone(row.guild_id, cards, now))
            await self._outbox.cancel(session, subject_of_held(row.id))
        return [row.id for row in found]

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _allowed(self, held_id: int, staff_id: int) -> HeldRow:
        async with self._database.read() as session:
            row = await records.held(session, held_id)
        if row is None:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.MODERATE)
        return row

    async def _is_in_group(self, row: HeldRow) -> bool:
        return row.group_key in (await self._members.standing(row.guild_id, row.user_id)).groups

    async def _seen(self, row: HeldRow) -> Held:
        return await held_of(row, self._programmes, self._members, self._oncall)
