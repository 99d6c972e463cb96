"""What a broken detector leaves unread: one alarm that pages for many people, and loses none of them.

The first person whose message could not be read has an incident that pages; it is the alarm. While it is under way,
others' incidents join it: they are open, they are listed, and they do not page beside it. See
docs/decisions/0011-a-broken-detector.md. All datetimes are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.oncall import records
from bot.oncall.incident import Incident
from bot.oncall.ladder import Ladder
from bot.oncall.paging import Paging
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Policy, Shift, is_covered, told_of_unread_at
from bot.oncall.timeline import Timeline


def ask_for_a_sign(row: IncidentRow, now: datetime) -> None:
    """There is more than what was in hand: where whoever has it shows no sign of life, it is let go as at first."""
    if row.state is IncidentState.ACKNOWLEDGED and row.next_escalation_at is None:
        row.next_escalation_at = now + Policy.from_json(row.policy).let_go_after


@dataclass(frozen=True)
class UnreadList:
    """Those whose messages nobody has read yet, as staff are told of them at one moment.

    ``waiting`` are the first of ``count``. ``up_to`` is the newest entry of any of their timelines then: what came
    later was not on the list.
    """

    alarm: Incident
    waiting: tuple[Incident, ...]
    up_to: int
    count: int


class Unread:
    """Joins, tells, and passes the alarm on, each in the transaction of its cause."""

    def __init__(self, ladder: Ladder, paging: Paging, timeline: Timeline) -> None:
        self._ladder, self._paging, self._timeline = ladder, paging, timeline

    async def alarm_under_way(self, session: AsyncSession, guild_id: int, now: datetime) -> IncidentRow | None:
        """The incident that pages for the detector, or whose page somebody has taken a short while ago; or none."""
        for row in await records.unread_alarms(session, guild_id):
            is_paging = row.state is IncidentState.OPEN and row.tier is Tier.PAGE
            if is_paging or is_covered(row.state, row.acknowledged_at, now):
                return row
        return None

    async def join(self, session: AsyncSession, row: IncidentRow, alarm: IncidentRow, now: datetime) -> None:
        """Have ``alarm`` page for this one, too; staff are told of it with the next list."""
        row.joined_to, row.next_escalation_at = alarm.id, None
        session.add(self._timeline.note(row, EventKind.JOINED_OTHERS))
        ask_for_a_sign(alarm, now)
        await self.tell(session, alarm, now)

    async def tell(self, session: AsyncSession, alarm: IncidentRow, now: datetime) -> None:
        """Put the list up, the next time that it is due."""
        await self._paging.tell_unread(session, alarm, told_of_unread_at(alarm.opened_at, now))

    async def holds(self, session: AsyncSession, alarm: IncidentRow) -> bool:
        """Whether any message is still unread for which this incident pages."""
        return bool(await records.read_joined(session, alarm.id))

    async def pass_on(self, session: AsyncSession, alarm: IncidentRow, shift: Shift, now: datetime) -> None:
        """The alarm is over, or about something else now: the longest waiting takes its place, and pages."""
        waiting = await records.joined(session, alarm.id)
        if not waiting:
            return
        heir, *others = waiting
        heir.joined_to = None
        for row in others:
            row.joined_to = heir.id
        session.add(self._timeline.note(heir, EventKind.ON_ITS_OWN))
        await self._ladder.begin(session, heir, shift, now)
        if others:
            await self.tell(session, heir, now)

    def leave(self, row: IncidentRow) -> None:
        """This one goes its own way: it was taken, or there is more to it than a message nobody could read."""
        row.joined_to = None

    async def read(self, session: AsyncSession, alarm_id: int, last: int, up_to: int) -> Sequence[IncidentRow]:
        """Those of the list that ended with incident ``last`` of whom nothing new has come since entry ``up_to``."""
        return [
            row
            for row in await records.joined(session, alarm_id)
            if row.id <= last
            and row.state is IncidentState.OPEN
            and await records.newest_event(session, row.id) <= up_to
        ]
