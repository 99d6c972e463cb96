"""Looking in on somebody a day and three days after their incident was resolved. All datetimes are UTC."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Draft, Lane, Outbox, Outcome
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.paging import subject
from bot.oncall.records import IncidentRow
from bot.oncall.rules import FOLLOW_UPS_AFTER, EventKind, ResolvedAs, wants_follow_up
from bot.oncall.timeline import Timeline
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService

log = get_logger(__name__)

FOLLOW_UP, FOLLOW_UP_DONE = "oncall.follow-up", "oncall.follow-up-done"


class FollowUps:
    """Plans quiet cards as outbox rows, each in the transaction of its cause. Whom one mentions is looked up when it
    goes out: it is whoever is on call then.
    """

    def __init__(self, outbox: Outbox, programmes: ProgrammeService, timeline: Timeline) -> None:
        self._outbox, self._programmes, self._timeline = outbox, programmes, timeline

    async def plan(self, session: AsyncSession, row: IncidentRow, outcome: ResolvedAs, now: datetime) -> None:
        """Plan both for an incident that has just been resolved, unless there was no danger."""
        if not wants_follow_up(outcome):
            return
        channel = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("oncall.no_channel", incident=row.id)
            return
        cause = await records.newest_event(session, row.id)
        drafts = [
            Draft(
                kind=FOLLOW_UP,
                lane=Lane.DIRECT,
                dedupe_key=f"follow-up:{row.id}:{cause}:{_hours(number)}",
                guild_id=row.guild_id,
                channel_id=channel,
                due_at=now + after,
                subject=subject(row.id),
                arguments={"incident": row.id, "hours": _hours(number)},
            )
            for number, after in enumerate(FOLLOW_UPS_AFTER)
        ]
        await self._outbox.put(session, drafts)

    async def call_off(self, session: AsyncSession, row: IncidentRow) -> None:
        """The incident is open again: there is more to do than to look in."""
        await self._outbox.cancel(session, subject(row.id), Outcome.NOT_WANTED, (FOLLOW_UP,))

    async def done(
        self, session: AsyncSession, row: IncidentRow, staff_id: int, message: tuple[int, int], now: datetime
    ) -> bool:
        """Somebody has looked in: note it, and have the card at ``message`` (channel, message) say so. Only once."""
        occasion = f"follow-up:{message[1]}"
        if await records.is_noted(session, row.id, EventKind.FOLLOWED_UP, occasion):
            return False
        session.add(self._timeline.note(row, EventKind.FOLLOWED_UP, actor=staff_id, occasion=occasion))
        edit = Draft(
            kind=FOLLOW_UP_DONE,
            lane=Lane.DIRECT,
            dedupe_key=f"follow-up-done:{row.id}:{message[1]}",
            guild_id=row.guild_id,
            channel_id=message[0],
            due_at=now,
            arguments={"incident": row.id, "message": message[1], "by": staff_id, "at": int(now.timestamp())},
        )
        await self._outbox.put(session, [edit])
        return True


def _hours(number: int) -> int:
    return int(FOLLOW_UPS_AFTER[number].total_seconds() // 3600)
