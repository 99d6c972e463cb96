"""Taking a message out of its channel: stored first, then taken away at once; and what its author does meanwhile.

Every step is a row before it is done, and the row says what comes next; so a restart between any two loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database, out_of_sight
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.moderation import deliveries, records
from bot.moderation.deliveries import FILES, subject_of_held, subject_of_hiding
from bot.moderation.files import HungFiles
from bot.moderation.held_message import Seen
from bot.moderation.held_rules import Fault, Found, HeldState
from bot.moderation.held_steps import Steps, end, told
from bot.moderation.records import HeldRow
from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

AT_ONCE_WITHIN: Final = 5.0
"""Seconds for which whoever stored a message tries to take it away; then the outbox goes on with that."""


class Hidden(StrEnum):
    """What came of taking a message away."""

    DONE = "done"
    GONE = "gone"
    """It was not there any more."""
    NOT_ALLOWED = "not_allowed"
    LATER = "later"
    """Discord did not answer, or could not: the outbox tries again."""


Hide = Callable[[int, int], Awaitable[Hidden]]
"""Takes a message (channel id, message id) away at once, before any reminder's turn; it raises nothing."""


async def _no_road(channel_id: int, message_id: int) -> Hidden:
    del channel_id, message_id
    return Hidden.LATER


class Holding:
    """The use cases of what leaves a channel; ``ModerationService`` is their door."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox, steps: Steps) -> None:
        self._database, self._clock, self._outbox, self._steps = database, clock, outbox, steps
        self.hide: Hide = _no_road
        self.files = HungFiles()

    # -- a message that is to leave its channel ------------------------------------------------------------------------

    async def hold(self, seen: Seen, found: Sequence[Found], *, removed: bool) -> None:
        """Store a message with its words, and take it away. Heard again, or in an older version, it changes nothing."""
        room = await self._steps.room(seen.guild_id)
        within = await self._steps.within(seen.guild_id)
        now = self._clock.now()
        with out_of_sight():
            async with self._database.write() as session:
                row = await records.held_of(session, seen.message_id, for_change=True)
                if row is not None and not _is_newer(seen, row):
                    return
                is_new = row is None
                if row is None:
                    row = HeldRow(guild_id=seen.guild_id, user_id=seen.user_id, group_key=seen.group_key, revision=0)
                    row.channel_id, row.message_id, row.reply_to = seen.channel_id, seen.message_id, seen.reply_to
                    session.add(row)
                row.state = HeldState.REMOVED if removed else HeldState.HELD
                row.words, row.edited_at, row.attachments = seen.words, seen.edited_at, seen.attachments
                row.found = [[one.filter.value, one.rule] for one in found]
                row.revision += 1
                row.held_at, row.hidden_at, row.fault = now, None, None
                row.decided_by, row.decided_at = None, now if removed else None
                row.remind_at = None if removed else now + within
                await session.flush()
                if not is_new:
                    await self._outbox.cancel(session, subject_of_held(row.id))
                    await self._outbox.cancel(session, subject_of_hiding(row.id))
                    await self._steps.show_on_cards(session, row, now)
                await self._outbox.put(session, [deliveries.hide(row, now + deliveries.CARRIED_ON_AFTER)])
                if room is not None:
                    await self._steps.card(session, row, room, now, reminder=False)
                else:  # they have one with the first reminder after the room is there again
                    log.error("moderation.no_queue", message=seen.message_id)
        log.info("moderation.held", held=row.id, deed=row.state.value, revision=row.revision)
        # The files are fetched meanwhile: it is not certain that Discord still has them when the message is gone.
        await asyncio.gather(self.files.save(row.id, seen.files), self._hide_now(row))

    async def keep_stopped(self, seen: Seen, found: Sequence[Found], *, removed: bool) -> None:
        """Store a message that Discord itself kept out of its channel; its author is told, and staff see a card.

        ``seen.message_id`` is the alert's, by which it is known again: heard twice, it is kept once.
        """
        room, within, now = (
            await self._steps.room(seen.guild_id),
            await self._steps.within(seen.guild_id),
            self._clock.now(),
        )
        async with self._database.write() as session:
            if await records.held_of(session, seen.message_id, for_change=True) is not None:
                return
            row = HeldRow(guild_id=seen.guild_id, user_id=seen.user_id, group_key=seen.group_key, revision=1)
            row.channel_id, row.message_id, row.words, row.attachments = seen.channel_id, seen.message_id, seen.words, 0
            row.state = HeldState.REMOVED if removed else HeldState.HELD
            row.found = [[one.filter.value, one.rule] for one in found]
            row.held_at = row.hidden_at = now
            row.decided_at, row.remind_at = (now, None) if removed else (None, now + within)
            session.add(row)
            await session.flush()
            if room is not None:
                await self._steps.card(session, row, room, now, reminder=False)
            await self._outbox.put(session, told(row, "told_removed" if removed else "told_held", now))
        log.info("moderation.stopped", held=row.id, deed=row.state.value)

    async def _hide_now(self, row: HeldRow) -> None:
        """Take it away without waiting for anybody's turn. What is not done here, the outbox does by its row."""
        try:
            async with asyncio.timeout(AT_ONCE_WITHIN):
                came = await self.hide(row.channel_id, row.message_id)
        except TimeoutError:
            came = Hidden.LATER
        if came is Hidden.LATER:
            log.warning("moderation.not_hidden_at_once", held=row.id)
            async with self._database.write() as session:
                await self._outbox.put(session, [deliveries.hide(row, self._clock.now(), ":again")])
            return
        async with self._database.write() as session:
            await self._outbox.cancel(session, subject_of_hiding(row.id))
            await self.hidden(session, row.id, row.revision, came)

    async def hidden(self, session: AsyncSession, held_id: int, revision: int, came: Hidden) -> None:
        """Note what came of taking a message away, and tell its author; staff, where it did not go as it should."""
        row = await records.locked_held(session, held_id)
        if row is None or row.revision != revision or row.hidden_at is not None or row.fault is not None:
            return
        now = self._clock.now()
        key = "told_removed" if row.state is HeldState.REMOVED else "told_held"
        if came is Hidden.DONE:
            row.hidden_at = now
        elif came is Hidden.GONE:
            # Not by our hand: whoever wrote it has taken it back, so it is not for staff to post it.
            row.fault, key = Fault.GONE, "told_gone"
            if row.state is HeldState.HELD:
                end(row, HeldState.WITHDRAWN, None, now)
        else:
            row.fault, key = Fault.NOT_ALLOWED, "told_standing"
            await self._steps.tell_staff(session, row, "not_hidden", now)
        if row.fault is not None:
            await self._steps.show_on_cards(session, row, now)
        await self._outbox.put(session, told(row, key, now))
        if row.attachments and key != "told_standing":
            await self._outbox.put(session, [deliveries.told(row, FILES, now)])

    async def needs_hiding(self, held_id: int, revision: int) -> bool:
        """Whether a message is still to be taken away; also where its row was erased meanwhile."""
        async with self._database.read() as session:
            row = await records.held(session, held_id)
        if row is None:
            return True
        waits = row.hidden_at is None and row.fault is None
        return waits and row.revision == revision and row.state in {HeldState.HELD, HeldState.REMOVED}

    # -- what its author does ------------------------------------------------------------------------------------------

    async def changed(self, seen: Seen) -> None:
        """A message was edited, and nothing in it is to be held now. If it is held, that has a right answer."""
        async with self._database.read() as session:
            if await records.held_of(session, seen.message_id) is None:
                return
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.held_of(session, seen.message_id, for_change=True)
            if row is None or not _is_newer(seen, row) or row.state not in {HeldState.HELD, HeldState.REMOVED}:
                return
            row.words, row.edited_at, row.attachments = seen.words, seen.edited_at, seen.attachments
            row.revision += 1
            if row.fault is Fault.NOT_ALLOWED:  # it stands in the channel, and may
                end(row, HeldState.CLEARED, None, now)
            elif row.hidden_at is None:  # it was changed while it was on its way out: that goes on
                await self._outbox.put(session, [deliveries.hide(row, now + deliveries.CARRIED_ON_AFTER)])
            await self._steps.show_on_cards(session, row, now)

    async def deleted(self, message_id: int) -> None:
        """Somebody took a message away. Where we could not, that ends the hold: it is its author's to take back."""
        async with self._database.read() as session:
            row = await records.held_of(session, message_id)
        if row is None or row.fault is not Fault.NOT_ALLOWED or row.state is not HeldState.HELD:
            return
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.held_of(session, message_id, for_change=True)
            if row is not None and row.state is HeldState.HELD:
                end(row, HeldState.WITHDRAWN, None, now)
                await self._steps.show_on_cards(session, row, now)

    async def withdraw(self, held_id: int, user_id: int) -> HeldState:
        """Its author takes it back: staff decide no more, and what was posted goes. How it stands then.

        Raises:
            NotFoundError: where it is not this person's, or was erased.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked_held(session, held_id)
            if row is None or row.user_id != user_id:
                raise NotFoundError("That one belongs to somebody else, or is no longer there.")
            if row.state is HeldState.APPROVED:
                await self._steps.take_down(session, row, now)
            if row.state in {HeldState.HELD, HeldState.APPROVED}:
                end(row, HeldState.WITHDRAWN, row.decided_by, now)
                await self._steps.show_on_cards(session, row, now)
            return row.state


def _is_newer(seen: Seen, row: HeldRow) -> bool:
    return seen.edited_at is not None and (row.edited_at is None or seen.edited_at > row.edited_at)
