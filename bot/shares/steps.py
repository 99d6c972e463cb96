"""The steps that everything about shares is made of: who may share where, an end, a word to the author, a card."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.delivery.service import Outbox
from bot.members.service import MemberService
from bot.moderation.service import ModerationService
from bot.observe.logs import get_logger
from bot.program.layout import MOD_QUEUE, ObjectKind, check_in_key
from bot.program.service import ProgrammeService
from bot.shares import deliveries, records
from bot.shares.deliveries import CARD, POST, SEAL, News, subject_of, subject_of_post, subject_of_seal
from bot.shares.records import ShareRow
from bot.shares.rules import ShareState, is_on
from bot.shares.share import Share, found_of, posted_of

log = get_logger(__name__)

WITHIN = timedelta(hours=4)
"""How long a share may wait before staff are reminded, where the programme says nothing."""


def end(row: ShareRow, state: ShareState, staff_id: int | None, now: datetime) -> None:
    """Nothing is left to decide about it (``now`` is UTC); ``staff_id`` is who decided, where somebody did."""
    row.state, row.decided_by, row.decided_at, row.remind_at = state, staff_id, now, None


class Steps:
    """Each that writes does so in the transaction of its cause."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        moderation: ModerationService,
    ) -> None:
        self._database, self._outbox, self._programmes = database, outbox, programmes
        self._members, self._moderation = members, moderation

    # -- looking -------------------------------------------------------------------------------------------------------

    async def where_on(self, guild_id: int) -> dict[str, str]:
        """The groups in which members may share, by key, with their names."""
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return {}
        async with self._database.read() as session:
            said = await records.by_staff(session, guild_id)
        minors = programme.program.minors
        return {
            group.key: group.name
            for group in programme.groups
            if is_on(minors=minors, in_file=group.shares, by_staff=said.get(group.key))
        }

    async def is_in_group(self, row: ShareRow) -> bool:
        """Whether its author is in the group it is for."""
        return row.group_key in (await self._members.standing(row.guild_id, row.author)).groups

    async def group_name(self, guild_id: int, group_key: str | None) -> str:
        """What the group is called."""
        programme = await self._programmes.current(guild_id)
        group = programme.group(group_key) if programme is not None and group_key is not None else None
        return group.name if group is not None else group_key or ""

    async def language_of_staff(self, guild_id: int) -> str:
        """In which language this programme's staff are spoken to."""
        return await self._moderation.language_of_staff(guild_id)

    async def seen(self, row: ShareRow) -> Share:
        """A share for staff."""
        async with self._database.read() as session:
            seal = await records.newest_seal(session, row.id)
        return Share(
            id=row.id,
            guild_id=row.guild_id,
            group_name=await self.group_name(row.guild_id, row.group_key),
            language=await self.language_of_staff(row.guild_id),
            state=row.state,
            found=found_of(row),
            sent_at=row.sent_at or row.made_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            posted=posted_of(row),
            is_unsealing=seal is not None and seal.decided_at is None,
        )

    async def room(self, guild_id: int) -> int | None:
        """The channel #mod-queue, or none."""
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, MOD_QUEUE)

    async def home(self, row: ShareRow) -> int | None:
        """The group's own channel, or none."""
        if row.group_key is None:
            return None
        return await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, check_in_key(row.group_key))

    async def within(self, guild_id: int) -> timedelta:
        """How long something may wait before staff are reminded."""
        programme = await self._programmes.current(guild_id)
        return programme.moderation.held_within if programme is not None else WITHIN

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def put_up(self, session: AsyncSession, row: ShareRow, now: datetime, *, reminder: bool = False) -> None:
        """A card in #mod-queue."""
        room = await self.room(row.guild_id)
        if room is None:
            log.error("shares.no_queue", share=row.id)
            return
        await self._outbox.put(session, [deliveries.card(row, room, now, reminder=reminder)])

    async def show_on_cards(self, session: AsyncSession, row: ShareRow, now: datetime, occasion: str = "") -> None:
        """Have every card say how it stands now; one that is still to be posted will say so by itself."""
        cards = await self._outbox.messages_of(session, subject_of(row.id), CARD)
        await self._outbox.put(session, deliveries.edits(row, cards, f"{row.state.value}{occasion}", now))

    async def tell(self, session: AsyncSession, row: ShareRow, what: News, now: datetime) -> None:
        """Tell its author that there is something to read."""
        room = await self.room(row.guild_id) or await self.home(row)
        if room is None:
            log.error("shares.not_told", share=row.id)
            return
        await self._outbox.put(session, [deliveries.news(row, what, room, now)])

    async def tell_staff(self, session: AsyncSession, row: ShareRow, key: str, now: datetime) -> None:
        """A line in #mod-queue: something did not go as it should."""
        room = await self.room(row.guild_id)
        if room is None:
            log.error("shares.no_queue", share=row.id)
            return
        await self._outbox.put(session, [deliveries.line(row, room, key, now)])

    async def take_down(self, session: AsyncSession, row: ShareRow, now: datetime) -> None:
        """Have what was posted taken out of the group, and what is still to be posted not posted."""
        posted = await self._outbox.messages_of(session, subject_of_post(row.id), POST)
        await self._outbox.cancel(session, subject_of_post(row.id))
        await self._outbox.put(session, deliveries.unposts(row.guild_id, posted, now))

    async def show_on_seals(self, session: AsyncSession, row: ShareRow, now: datetime, occasion: str) -> None:
        """Have the cards of every request to open its seal say how it is now."""
        for seal_id in await records.seals_of(session, row.id):
            cards = await self._outbox.messages_of(session, subject_of_seal(seal_id), SEAL)
            await self._outbox.put(session, deliveries.seal_edits(row.guild_id, seal_id, cards, occasion, now))
