"""What staff decide about shares, and what they and the cards see of them: everything but whose they are."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.moderation.service import ModerationService
from bot.observe.logs import get_logger
from bot.shares import deliveries, records
from bot.shares.deliveries import News
from bot.shares.records import ShareRow
from bot.shares.rules import Decided, ShareState
from bot.shares.share import Share
from bot.shares.steps import Steps, end
from bot.timing import Clock, next_reminder

log = get_logger(__name__)


class Deciding:
    """The use cases of deciding and of looking; ``ShareService`` is their door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        steps: Steps,
        members: MemberService,
        moderation: ModerationService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox, self._steps = database, clock, outbox, steps
        self._members, self._moderation, self._audit = members, moderation, audit

    async def decide(self, share_id: int, staff_id: int, state: ShareState) -> tuple[Share, Decided]:
        """Approve, decline, or ask to word it anew: the first decision counts, and is told to its author.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        before = await self._allowed(share_id, staff_id)
        is_there = await self._steps.is_in_group(before)
        is_on = before.group_key in await self._steps.where_on(before.guild_id)
        home, now = await self._steps.home(before), self._clock.now()
        async with self._database.write() as session:
            row = await records.locked(session, share_id)
            if row is None:
                raise NotFoundError("That is no longer there.")
            if row.state is not ShareState.WAITING:
                decided = Decided.BEFORE
            elif row.author == staff_id:
                decided = Decided.NOT_YOU
            elif not is_there:
                decided = Decided.GONE
                end(row, ShareState.LAPSED, None, now)
                await self._steps.show_on_cards(session, row, now)
            elif state is ShareState.APPROVED and not is_on:
                decided = Decided.OFF
            else:
                decided = Decided.DONE
                end(row, state, staff_id, now)
                await self._carry_out(session, row, home, now)
                await self._steps.show_on_cards(session, row, now)
        log.info("shares.decided", share=share_id, state=row.state.value, decided=decided.value)
        return await self._steps.seen(row), decided

    async def _carry_out(self, session: AsyncSession, row: ShareRow, home: int | None, now: datetime) -> None:
        if row.state is not ShareState.APPROVED:
            await self._steps.tell(session, row, News.DECIDED, now)
        elif home is None:
            await self._steps.tell_staff(session, row, "not_posted", now)
        else:
            await self._outbox.put(session, [deliveries.post(row, home, now)])

    async def may_be_posted(self, share_id: int) -> str | None:
        """The words of what was approved, where it is still to be posted: not taken back, its author still there."""
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None or row.state is not ShareState.APPROVED:
            return None
        return row.words if await self._steps.is_in_group(row) else None

    async def posted(self, session: AsyncSession, share_id: int, guild_id: int, message: tuple[int, int]) -> None:
        """It stands in the group: its author is told. What was taken back in this very moment goes again."""
        now, row = self._clock.now(), await records.locked(session, share_id)
        if row is None or row.state is not ShareState.APPROVED:
            await self._outbox.put(session, deliveries.unposts(guild_id, [message], now))
            return
        row.posted_channel_id, row.posted_message_id = message
        await self._steps.tell(session, row, News.POSTED, now)
        await self._steps.show_on_cards(session, row, now, ":posted")

    async def not_posted(self, session: AsyncSession, share_id: int) -> None:
        """The group's channel takes it not: staff have to know. It is not tried elsewhere."""
        row = await records.locked(session, share_id)
        if row is not None and row.state is ShareState.APPROVED:
            await self._steps.tell_staff(session, row, "not_posted", self._clock.now())

    async def card_arrived(self, session: AsyncSession, share_id: int, occasion: int) -> None:
        """A card stands in #mod-queue. Where it was decided, taken back or erased meanwhile, have it say so."""
        row = await records.share(session, share_id)
        if row is not None and row.state is not ShareState.WAITING:
            await self._steps.show_on_cards(session, row, self._clock.now(), f":{occasion}")

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, share_id: int, staff_id: int) -> tuple[Share, str | None]:
        """A share with its words, for one staff member's eyes. That they looked is put on record first.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(share_id, staff_id)
        async with self._database.write() as session:
            # No person is named: the record is read by staff, and would open every seal.
            await self._audit.note(
                session, AuditAction.SHARE_VIEWED, "share", row.id, actor=staff_id, guild_id=row.guild_id
            )
        return await self._steps.seen(row), row.words

    async def find(self, share_id: int) -> Share | None:
        """A share without its words, for its card."""
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        return await self._steps.seen(row) if row is not None else None

    async def waiting(self, guild_id: int) -> list[Share]:
        """Everything that waits for a decision, the oldest first."""
        async with self._database.read() as session:
            rows = await records.waiting(session, guild_id)
        return [await self._steps.seen(row) for row in rows]

    async def language(self, guild_id: int) -> str:
        """In which language this programme's staff are spoken to."""
        return await self._steps.language_of_staff(guild_id)

    async def whom_to_remind(self, guild_id: int) -> list[int]:
        """Who is named where something has waited for long."""
        return await self._moderation.whom_to_remind(guild_id)

    async def remind(self, share_id: int, now: datetime) -> None:
        """Put the card up anew: it has waited for long. Whose author has left the group waits no more."""
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None:
            return
        within, is_there = await self._steps.within(row.guild_id), await self._steps.is_in_group(row)
        async with self._database.write() as session:
            row = await records.locked(session, share_id)
            if row is None or row.remind_at is None or row.remind_at > now:
                return
            if not is_there:
                end(row, ShareState.LAPSED, None, now)
                await self._steps.show_on_cards(session, row, now)
                return
            row.remind_at = next_reminder(row.remind_at, now, within)
            await self._steps.put_up(session, row, now, reminder=True)

    async def _allowed(self, share_id: int, staff_id: int) -> ShareRow:
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None or row.state in {ShareState.DRAFT, ShareState.ASIDE}:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.MODERATE)
        return row
