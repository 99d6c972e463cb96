"""Writes the rows of the reminders to come. The planner of the sessions' room, run by the heart."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.members.service import Member, MemberService
from bot.program.schema import Programme, Session
from bot.program.service import ProgrammeService
from bot.sessions import records, rules
from bot.sessions.records import OccurrenceRow
from bot.timing import Clock

REMINDER = "sessions.reminder"
STAFF_LINE = "sessions.staff-line"


class SessionPlanner:
    """One row for every member, occurrence and lead. Doing it again adds those who came meanwhile, and nothing else."""

    name = "sessions"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, members: MemberService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members = programmes, members

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the reminders that fall in [``start``, ``end``), both UTC, of the sessions that have not begun."""
        for running in await self._programmes.all():
            for session in running.programme.sessions:
                await self._plan_session(running.guild_id, running.programme, session, start, end)

    async def _plan_session(
        self, guild_id: int, programme: Programme, session: Session, start: datetime, end: datetime
    ) -> None:
        zone, now = programme.zone, self._clock.now()
        for reminded in rules.reminded_between(session.series(zone), session.reminders, start, end):
            if reminded.occurrence.instant > now:
                await self._plan_occurrence(guild_id, session, zone, reminded, now)

    async def _plan_occurrence(
        self, guild_id: int, session: Session, zone: ZoneInfo, reminded: rules.Reminded, now: datetime
    ) -> None:
        # A transaction an occurrence: a page that wants to be written never waits for a whole evening's reminders.
        starts_at = reminded.occurrence.instant
        async with self._database.write() as work:
            row = await records.keep_occurrence(
                work,
                guild_id,
                session.key,
                reminded.occurrence.local,
                starts_at=starts_at,
                ends_at=starts_at + session.duration,
            )
            leads = rules.still_to_plan(reminded.leads, starts_at, row.planned_at, now)
            if leads:
                members = await self._members.wanting_messages(work, guild_id, session.group)
                drafts = [
                    _draft(row, session, member, lead, zone) for lead in leads for member in members if member.reminders
                ]
                await self._outbox.put(work, drafts)
            row.planned_at = now


def _draft(row: OccurrenceRow, session: Session, member: Member, lead: timedelta, zone: ZoneInfo) -> Draft:
    seconds = int(lead.total_seconds())
    # The start is written with its offset: should the programme move to another zone, the same wall time is another
    # moment, and its reminders are new ones.
    start = row.starts_at.astimezone(zone).isoformat(timespec="seconds")
    return Draft(
        kind=REMINDER,
        lane=Lane.DIRECT if lead <= rules.SOON else Lane.BULK,
        dedupe_key=f"session:{row.guild_id}:{row.session_key}:{start}:{member.user_id}:{seconds}",
        guild_id=row.guild_id,
        user_id=member.user_id,
        due_at=row.starts_at - lead,
        expires_at=row.starts_at,
        subject=f"session:{row.id}",
        arguments={"occurrence": row.id, "group": session.group, "lead": seconds},
    )
