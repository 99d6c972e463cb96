"""Writes the cards of the coming days into the outbox."""

from datetime import datetime

from bot.checkins import deliveries, records
from bot.checkins.rules import CardTime, card_times
from bot.db import Database
from bot.delivery.service import Outbox
from bot.program.layout import ObjectKind, check_in_key
from bot.program.service import ProgrammeService
from bot.timing import Clock


class CheckinPlanner:
    """A card a group and occurrence. Its day is stored in the same transaction, for its button names that row."""

    name = "checkins"

    def __init__(self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the cards of every occurrence in [start, end), both UTC, whose window has not ended yet."""
        now = self._clock.now()
        for running in await self._programmes.all():
            cards = [card for card in card_times(running.programme, start, end) if card.closes_at > now]
            await self._write(running.guild_id, await self._new_ones(running.guild_id, cards, start))

    async def _new_ones(self, guild_id: int, cards: list[CardTime], since: datetime) -> list[CardTime]:
        """Planning happens every few minutes and mostly finds everything there: then it should write nothing."""
        async with self._database.read() as session:
            days = await records.days_since(session, guild_id, since)
        known = {(day.group_key, day.opens_at) for day in days if day.asked}
        return [card for card in cards if (card.group_key, card.opens_at) not in known]

    async def _write(self, guild_id: int, cards: list[CardTime]) -> None:
        for card in cards:
            channel_id = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, check_in_key(card.group_key))
            if channel_id is None:
                continue  # the channel is not made yet; the next pass looks again
            async with self._database.write() as session:
                day = await records.keep_day(session, guild_id, card, channel_id, asked=True)
                await self._outbox.put(session, [deliveries.card(day, channel_id)])
