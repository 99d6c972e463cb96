"""Writes what the rota says unasked: hand-overs, gaps a week, a day and an hour ahead, and ids that nobody has."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from bot.db import Database
from bot.delivery.service import Draft, Outbox
from bot.observe.logs import get_logger
from bot.oncall import rota_drafts as drafts
from bot.oncall.rota import Gap, notices
from bot.oncall.rota_service import Outlook, RotaService
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock, local_date

log = get_logger(__name__)

AHEAD: Final = timedelta(days=14)
"""How far ahead gaps are looked for."""
BEHIND: Final = timedelta(days=15)
"""How far back, so that a gap under way has its true beginning and is not told anew at every look."""


class RotaPlanner:
    """Everything has a dedupe key, so that planning again adds only what is new. It asks nothing of Discord."""

    name = "rota"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, rota: RotaService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._rota = programmes, rota

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the posts of the hand-overs in [``start``, ``end``), and the notices due before ``end`` (UTC)."""
        for running in await self._programmes.all():
            channel = await self._programmes.object_id(running.guild_id, ObjectKind.CHANNEL, ON_CALL)
            if channel is None:
                log.error("rota.no_channel", guild=running.guild_id)
                continue
            now = self._clock.now()
            outlook = await self._rota.outlook(running.guild_id, running.programme, now - BEHIND)
            gaps = await self._gaps(outlook, channel, end, now)
            told = {draft.arguments["person"] for draft in gaps}
            worth = max(start, now - drafts.HAND_OVER_WORTH)
            found = [
                *(drafts.hand_over(running.guild_id, channel, at) for at in outlook.handovers(worth, end)),
                *gaps,
                *await self._absentees(outlook, channel, told, now),
            ]
            if found:
                async with self._database.write() as session:
                    await self._outbox.put(session, found)

    async def _gaps(self, outlook: Outlook, channel: int, end: datetime, now: datetime) -> list[Draft]:
        since, horizon = now - BEHIND, now + AHEAD
        found: list[Draft] = []
        for gap in await self._rota.gaps_of(outlook, since, horizon):
            if gap.ends_at <= now:
                continue
            occasion, open_ended = _occasion(gap, since, outlook, now), gap.ends_at >= horizon
            found += [
                drafts.gap(outlook.guild_id, channel, gap, occasion, lead, due_at, open_ended=open_ended)
                for lead, due_at in notices(gap, now)
                if due_at < end
            ]
        return found

    async def _absentees(self, outlook: Outlook, channel: int, told: Collection[object], now: datetime) -> list[Draft]:
        """Of whoever is told of by a gap there is nothing to add."""
        day = local_date(now, outlook.programme.zone).isoformat()
        return [
            drafts.absentee(outlook.guild_id, channel, person, problem, day, now)
            for person, problem in (await self._rota.absentees_of(outlook)).items()
            if person not in told
        ]


def _occasion(gap: Gap, since: datetime, outlook: Outlook, now: datetime) -> str:
    """What tells this gap from another: when it began, and how often staff changed that time (it may open again).

    One that has been there for longer than we look back is told once a week.
    """
    touching = [one for one in outlook.changes if one.starts_at < gap.ends_at and one.ends_at > gap.starts_at]
    touched = len(touching) + sum(one.cancelled_at is not None for one in touching)
    if gap.starts_at > since:
        return f"{int(gap.starts_at.timestamp())}:{touched}"
    year, week, _ = local_date(now, outlook.programme.zone).isocalendar()
    return f"{year}-W{week}:{touched}"
