"""Quiet hours of the groups' channels: slowed or locked by the clock on the wall, and open again in the morning.

They are for sleep, and silence nobody who is in danger. What is written meanwhile is read as at any hour; messages to
the bot and everything about safety go on; and while anybody in a group has an open incident, its channels are slowed
at most, and opened that far where they were locked.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import deliveries
from bot.cases.channels import DEEDS, Channels, case_row
from bot.db import Database
from bot.delivery.service import Draft, Outbox
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program.service import Programme, ProgrammeService, RestraintCause, RestraintKind
from bot.timing import Clock, QuietHours, to_instant, to_local

SLOWED_TO: Final = 60
"""Seconds between two messages of one person while the hours are quiet."""
KEPT_EVERY: Final = timedelta(minutes=10)
"""How often a channel that is restrained is looked at, for what others changed of it."""


class QuietHoursPlanner:
    """Plans the moments at which the hours begin and end, and puts right what is not as it should be now."""

    name = "quiet hours"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        channels: Channels,
    ) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes
        self._members, self._oncall, self._channels = members, oncall, channels

    async def plan(self, start: datetime, end: datetime) -> None:
        """Have each beginning and end until ``end`` (UTC) carried out in its moment, and this moment put right."""
        del start
        now = self._clock.now()
        for running in await self._programmes.all():
            await self.settle(running.guild_id)
            hours, zone = running.programme.moderation.quiet_hours, running.programme.zone
            target = next(iter(await self._channels.of_groups(running.guild_id)), None)
            turns = turns_of(hours, zone, now, end) if hours is not None else ()
            drafts = [
                deliveries.quiet_turn(running.guild_id, target, at, str(int(at.timestamp())))
                for at in turns
                if target is not None
            ]
            drafts += await self._kept(running.guild_id, now)
            if drafts:
                async with self._database.write() as session:
                    await self._outbox.put(session, drafts)

    async def settle(self, guild_id: int) -> None:
        """Begin or end the quiet hours of every group's channel, as the clock says now."""
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return
        now = self._clock.now()
        hours = programme.moderation.quiet_hours
        night = night_of(hours, now, programme.zone) if hours is not None else None
        channels = await self._channels.of_groups(guild_id)
        restrained = {one.channel_id for one in await self._channels.restraints.unfinished(guild_id)}
        if night is None and not restrained:
            return
        in_danger = await self._groups_in_danger(guild_id)
        for channel_id, group_key in channels.items():
            async with self._database.write() as session:
                if night is None:
                    await self._end(session, channel_id, tuple(RestraintKind), now)
                    continue
                kind = _kind(programme, is_danger=group_key in in_danger)
                await self._end(session, channel_id, tuple(one for one in RestraintKind if one is not kind), now)
                await self._begin(session, guild_id, channel_id, group_key, kind, night, now)

    async def _begin(
        self,
        session: AsyncSession,
        guild_id: int,
        channel_id: int,
        group_key: str,
        kind: RestraintKind,
        night: str,
        now: datetime,
    ) -> None:
        restraints, occasion = self._channels.restraints, f"quiet:{channel_id}:{night}:{kind.value}"
        if await restraints.had(session, occasion):
            return  # it holds, or staff have lifted it tonight
        seconds = SLOWED_TO if kind is RestraintKind.SLOW else 0
        one, changed = await restraints.hold(
            session, guild_id, channel_id, kind, RestraintCause.QUIET_HOURS, now, seconds=seconds, occasion=occasion
        )
        if changed:
            session.add(case_row(one, group_key, DEEDS[kind, True], now))
            await self._outbox.put(session, [deliveries.restraint(one, "quiet:begin", now)])

    async def _end(
        self, session: AsyncSession, channel_id: int, kinds: tuple[RestraintKind, ...], now: datetime
    ) -> None:
        for kind in kinds:
            one = await self._channels.restraints.lift(session, channel_id, kind, now, only=RestraintCause.QUIET_HOURS)
            if one is not None:
                await self._outbox.put(session, [deliveries.restraint(one, "quiet:end", now)])

    async def _groups_in_danger(self, guild_id: int) -> frozenset[str]:
        found: set[str] = set()
        for incident in await self._oncall.unresolved(guild_id):
            found |= set((await self._members.standing(guild_id, incident.user_id)).groups)
        return frozenset(found)

    async def _kept(self, guild_id: int, now: datetime) -> list[Draft]:
        """Have every restraint looked at once more: a set-up may have put the channel right in its own way."""
        span = int(now.timestamp() // KEPT_EVERY.total_seconds())
        unfinished = await self._channels.restraints.unfinished(guild_id)
        return [deliveries.restraint(one, f"keep:{span}", now) for one in unfinished]


def _kind(programme: Programme, *, is_danger: bool) -> RestraintKind:
    return RestraintKind.SLOW if is_danger else programme.moderation.quiet_by


def night_of(hours: QuietHours, now: datetime, zone: ZoneInfo) -> str | None:
    """The date on which the quiet hours of this moment began, or None where it is not quiet at ``now`` (aware).

    They run from the instant of their beginning to that of their end: a time that the clock shows twice in autumn
    begins or ends them once.
    """
    today = to_local(now, zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if hours.end > hours.start else day + timedelta(days=1)
        begins, ends = (to_instant(datetime.combine(*at), zone) for at in ((day, hours.start), (last, hours.end)))
        if begins <= now < ends:
            return day.isoformat()
    return None


def turns_of(hours: QuietHours, zone: ZoneInfo, now: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant (UTC) after ``now`` and up to ``end`` at which the clock in ``zone`` begins or ends quiet hours."""
    day = to_local(now, zone).date()
    while to_instant(datetime.combine(day, time.min), zone) <= end:
        for at in (hours.start, hours.end):
            moment = to_instant(datetime.combine(day, at), zone)
            if now < moment <= end:
                yield moment
        day += timedelta(days=1)
