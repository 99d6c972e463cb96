"""Drills: a marked test down every road of everybody who may be paged, and the weekly word that one is due.

All datetimes are UTC unless they are called wall times.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.reach import DRILL_DM, ROAD_UPDATE, Reach
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import Programme, ProgrammeService
from bot.roads.service import DISCORD_DM, Attempt, DrillReport, RoadType
from bot.timing import Clock, Weekday, to_instant, to_local

DRILL_ROAD: Final = "oncall.drill-road"
DRILL_CARD: Final = "oncall.drill-card"
DRILL_EDIT: Final = "oncall.drill-edit"
DRILL_REPORT: Final = "oncall.drill-report"
DRILL_REMINDER: Final = "oncall.drill-reminder"

REPORTED_AFTER: Final = timedelta(minutes=2)
EDITED_EVERY: Final = timedelta(seconds=3)
REMINDED_ON: Final = Weekday.MON
REMINDED_AT: Final = time(10, 0)
"""Wall time of the programme's zone."""

DrillLinks = Callable[[int, int], Awaitable[str | None]]
"""Makes a one-time link by which (attempt, person) says that it arrived, or none where there are no private pages."""


class Drills:
    """The use cases of drills."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        reach: Reach,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members, self._reach = programmes, members, reach
        self.links: DrillLinks | None = None
        """Set where there are private pages; they call ``confirm``."""

    async def start(self, guild_id: int, by: int) -> DrillReport | None:
        """Send a marked test down every road of everybody on the rota, backup and staff.

        None where the last drill has not reported yet.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where no programme runs here.
        """
        await self._members.allow(guild_id, by, Action.HANDLE_INCIDENT)
        programme = await self._programmes.current(guild_id)
        if programme is None:
            raise NotFoundError("No programme runs here yet: apply a programme file first.")
        now = self._clock.now()
        last = await self._reach.book.last_drill(guild_id)
        if last is not None and now - last < REPORTED_AFTER:
            return None
        roads: list[tuple[int, str, str]] = []
        for person in people_of(programme):
            roads.append((person, DISCORD_DM, DISCORD_DM))
            roads += [(person, road.key, road.type.value) for road in await self._reach.of(guild_id, person)]
        channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, ON_CALL)
        async with self._database.write() as session:
            drill = await self._reach.book.begin_drill(session, guild_id, by, roads, now)
            drafts = [_try(drill, attempt, now) for attempt in drill.attempts]
            drafts += _ends(drill, now)
            if channel is not None:
                drafts.append(_told(drill, DRILL_CARD, channel, now))
                drafts.append(_told(drill, DRILL_REPORT, channel, now + REPORTED_AFTER))
            await self._outbox.put(session, drafts)
        return drill

    async def find(self, drill_id: int) -> DrillReport:
        """How a drill stands.

        Raises:
            NotFoundError: where there is none.
        """
        found = await self._reach.book.drill(drill_id)
        if found is None:
            raise NotFoundError("There is no such drill.")
        return found

    async def ended(self, session: AsyncSession, attempt_id: int, outcome: str, now: datetime) -> None:
        """Something has come of an attempt; the card says so soon."""
        attempt = await self._reach.book.end_attempt(session, attempt_id, outcome, now)
        if attempt is not None:
            await self._edit_soon(session, attempt, now)

    async def confirm(self, attempt_id: int, person: int) -> Attempt:
        """Its person says that it arrived: from now on the road counts as verified.

        Raises:
            NotFoundError: where the attempt is not theirs.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            attempt = await self._reach.book.confirm(session, attempt_id, person, now)
            if attempt is None:
                raise NotFoundError("That test went to somebody else.")
            await self._edit_soon(session, attempt, now)
            return attempt

    async def edit_card(self, session: AsyncSession, drill_id: int, guild_id: int, now: datetime) -> None:
        """Have the card say how the drill stands, with whatever else has come in within a few seconds."""
        channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            return
        number = int(now.timestamp() // EDITED_EVERY.total_seconds()) + 1
        draft = Draft(
            kind=DRILL_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"drill:{drill_id}:edit:{number}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=datetime.fromtimestamp(number * EDITED_EVERY.total_seconds(), tz=now.tzinfo),
            arguments={"drill": drill_id},
        )
        await self._outbox.put(session, [draft])

    async def card_of(self, drill_id: int) -> tuple[int, int] | None:
        """(channel id, message id) of the drill's card, once it is there."""
        async with self._database.read() as session:
            found = await self._outbox.messages_of(session, subject(drill_id), DRILL_CARD)
        return found[-1] if found else None

    async def _edit_soon(self, session: AsyncSession, attempt: Attempt, now: datetime) -> None:
        await self.edit_card(session, attempt.drill_id, attempt.guild_id, now)


class DrillReminder:
    """A line in #on-call, every Monday at ten on the programme's own clock."""

    name = "drills"

    def __init__(self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the line of every Monday whose moment is in [start, end), and whose day is not over."""
        now = self._clock.now()
        for running in await self._programmes.all():
            zone = running.programme.zone
            channel = await self._programmes.object_id(running.guild_id, ObjectKind.CHANNEL, ON_CALL)
            day = to_local(start, zone).date()
            while channel is not None and day <= to_local(end, zone).date():
                due_at = to_instant(datetime.combine(day, REMINDED_AT), zone)
                over = to_instant(datetime.combine(day + timedelta(days=1), time()), zone)
                if Weekday.of(day) is REMINDED_ON and start <= due_at < end and now < over:
                    draft = Draft(
                        kind=DRILL_REMINDER,
                        lane=Lane.BULK,
                        dedupe_key=f"drill-reminder:{running.guild_id}:{day.isoformat()}",
                        guild_id=running.guild_id,
                        channel_id=channel,
                        due_at=due_at,
                        expires_at=over,
                    )
                    async with self._database.write() as session:
                        await self._outbox.put(session, [draft])
                day += timedelta(days=1)


def people_of(programme: Programme) -> tuple[int, ...]:
    """Everybody whom a page may reach, each once: rota, backup, all staff."""
    oncall = programme.oncall
    named = (*oncall.rota.people, *oncall.backup_rota.people, *oncall.backup, *programme.staff)
    return tuple(dict.fromkeys(named))


def code_of(drill_id: int) -> str:
    """What a drill is called outside. No incident's code has a hyphen."""
    return f"DRILL-{drill_id}"


def subject(drill_id: int) -> str:
    """How the deliveries of a drill are found together."""
    return f"drill:{drill_id}"


def _try(drill: DrillReport, attempt: Attempt, now: datetime) -> Draft:
    is_dm = attempt.road_key == DISCORD_DM
    return Draft(
        kind=DRILL_DM if is_dm else DRILL_ROAD,
        lane=Lane.DIRECT if is_dm else Lane.ROADS,
        dedupe_key=f"drill:{drill.id}:{attempt.id}",
        guild_id=drill.guild_id,
        user_id=attempt.person,
        due_at=now,
        subject=subject(drill.id),
        expires_at=now + REPORTED_AFTER,
        arguments={"drill": drill.id, "attempt": attempt.id, "road": attempt.road_key},
    )


def _told(drill: DrillReport, kind: str, channel: int, due_at: datetime) -> Draft:
    return Draft(
        kind=kind,
        lane=Lane.DIRECT,
        dedupe_key=f"drill:{drill.id}:{kind}",
        guild_id=drill.guild_id,
        channel_id=channel,
        due_at=due_at,
        subject=subject(drill.id),
        arguments={"drill": drill.id},
    )


def _ends(drill: DrillReport, now: datetime) -> list[Draft]:
    """An alert that a drill opened at PagerDuty is closed again when the drill is over."""
    return [
        Draft(
            kind=ROAD_UPDATE,
            lane=Lane.ROADS,
            dedupe_key=f"drill:{drill.id}:{attempt.id}:over",
            guild_id=drill.guild_id,
            user_id=attempt.person,
            due_at=now + REPORTED_AFTER,
            arguments={"code": code_of(drill.id), "road": attempt.road_key},
        )
        for attempt in drill.attempts
        if attempt.type == RoadType.PAGERDUTY
    ]
