"""What staff do with an incident: take it, hand it over, ask for more, note, resolve, reopen. All datetimes are UTC.

Each use case asks first whether this person may, and raises NotFoundError where there is no such incident and
NotAllowedError where they may not.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.db import Database
from bot.delivery.service import Outbox, Outcome
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.follow_ups import FollowUps
from bot.oncall.incident import Incident, Judged, incident_of
from bot.oncall.ladder import Ladder
from bot.oncall.paging import HANDED, ROADS, Paging, subject
from bot.oncall.raising import Opened, open_to_nobody, tell_opened
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Policy, ResolvedAs, Shift
from bot.oncall.timeline import Timeline
from bot.oncall.unread import Unread
from bot.timing import Clock

FalseAlarmTold = Callable[[AsyncSession, Incident, Sequence[Judged], int], Awaitable[None]]
ShiftOf = Callable[[int], Awaitable[Shift]]

log = get_logger(__name__)


async def tell_nobody(_session: AsyncSession, _incident: Incident, _judged: Sequence[Judged], _staff_id: int) -> None:
    """Nobody keeps a list."""


class Handling:
    """The use cases of staff; ``OnCallService`` is their door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        members: MemberService,
        ladder: Ladder,
        paging: Paging,
        timeline: Timeline,
        unread: Unread,
        follow_ups: FollowUps,
        shift_of: ShiftOf,
    ) -> None:
        self._database, self._clock, self._outbox, self._members = database, clock, outbox, members
        self._ladder, self._paging, self._timeline = ladder, paging, timeline
        self._unread, self._follow_ups, self._shift_of = unread, follow_ups, shift_of
        self.on_false_alarm: FalseAlarmTold = tell_nobody
        self.on_opened: Opened = open_to_nobody

    async def allowed(self, incident_id: int, staff_id: int) -> IncidentRow:
        """The incident, to look at, where this person may handle it."""
        async with self._database.read() as session:
            row = await records.read_incident(session, incident_id)
        if row is None:
            raise NotFoundError("There is no such incident.")
        await self._members.allow(row.guild_id, staff_id, Action.HANDLE_INCIDENT)
        return row

    # -- taking and giving ---------------------------------------------------------------------------------------------

    async def acknowledge(self, incident_id: int, staff_id: int) -> tuple[Incident, bool]:
        """Take the incident: no new attempt starts on any road, every card says who has it. False where it was taken.

        It holds for the time the policy says; where nothing more is heard of whoever took it, it is let go again.
        """
        await self.allowed(incident_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            await _refuse_ones_own(session, row, staff_id)
            if row.state is not IncidentState.OPEN:
                if row.acknowledged_by == staff_id:
                    await self._is_there(session, row)
                return incident_of(row), False
            before = await records.times_noted(session, row.guild_id, row.user_id, EventKind.ACKNOWLEDGED)
            row.state, row.acknowledged_by, row.acknowledged_at = IncidentState.ACKNOWLEDGED, staff_id, now
            row.next_escalation_at = now + Policy.from_json(row.policy).let_go_after
            self._unread.leave(row)
            session.add(self._timeline.note(row, EventKind.ACKNOWLEDGED, actor=staff_id))
            await self._call_off(session, row)
            await self._paging.edit_cards(session, row, now)
            await self._paging.tell_member(session, row, before, now)
            return incident_of(row), True

    async def hand_over(self, incident_id: int, staff_id: int, to: int) -> tuple[Incident, bool]:
        """Give an incident that somebody has to a colleague, who is mentioned and has a DM. False where nobody has it.

        What nobody has yet goes on paging: it is for whoever takes it, and cannot be put on somebody who may be asleep.
        """
        guild_id = (await self.allowed(incident_id, staff_id)).guild_id
        if not (await self._members.standing(guild_id, to)).may(Action.HANDLE_INCIDENT):
            raise NotAllowedError("Only staff can have an incident. Choose somebody from staff.")
        if not self._ladder.is_there(guild_id, to):
            raise NotAllowedError("They are not in this server any more. Choose somebody else.")
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            if to == row.user_id:
                raise NotAllowedError("This incident is about them. Choose somebody else.")
            if row.state is not IncidentState.ACKNOWLEDGED or row.acknowledged_by == to:
                return incident_of(row), False
            row.acknowledged_by, row.acknowledged_at = to, now
            row.next_escalation_at = now + Policy.from_json(row.policy).let_go_after
            session.add(self._timeline.note(row, EventKind.HANDED_OVER, actor=staff_id, detail={"person": to}))
            await self._paging.hand(session, row, staff_id, to, now)
            await self._paging.edit_cards(session, row, now)
            return incident_of(row), True

    async def escalate(self, incident_id: int, staff_id: int) -> tuple[Incident, bool]:
        """`Escalate now`: the next step at once. Whoever had the incident asks for others so. False once resolved."""
        shift = await self._shift_of((await self.allowed(incident_id, staff_id)).guild_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            if row.state is IncidentState.RESOLVED:
                return incident_of(row), False
            session.add(self._timeline.note(row, EventKind.ESCALATED, actor=staff_id))
            was_taken = self._free(row)
            row.round += was_taken  # it was called off: what pages now is another occasion, here and for any service
            self._unread.leave(row)
            await self._ladder.hurry(session, row, shift, now)
            if was_taken:
                await self._paging.edit_cards(session, row, now)
            return incident_of(row), True

    async def let_go(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Whoever took it has not been heard of in time: it is nobody's again, and begins anew."""
        session.add(self._timeline.note(row, EventKind.LET_GO, detail={"person": row.acknowledged_by}))
        log.warning("oncall.let_go", incident=row.id)
        self._free(row)
        await self._ladder.begin(session, row, shift, now)
        await self._paging.edit_cards(session, row, now)

    # -- signs of life -------------------------------------------------------------------------------------------------

    async def note(self, incident_id: int, staff_id: int, text: str) -> Incident:
        """Write a note into the timeline. Notes are clinical: their door is the private page."""
        await self.allowed(incident_id, staff_id)
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            if text.strip():
                session.add(self._timeline.note(row, EventKind.NOTED, actor=staff_id, text=text.strip()))
                await self._heard_of(session, row)
            return incident_of(row)

    async def note_in(self, session: AsyncSession, incident_id: int, staff_id: int, text: str) -> None:
        """The same in the unit of work of what it is about, by somebody who may."""
        row = await _locked(session, incident_id)
        session.add(self._timeline.note(row, EventKind.NOTED, actor=staff_id, text=text.strip()))
        await self._heard_of(session, row)

    async def press(self, incident_id: int, staff_id: int) -> Incident:
        """Somebody pressed a button of this incident: whoever has it is still there."""
        await self.allowed(incident_id, staff_id)
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            if row.acknowledged_by == staff_id:
                await self._is_there(session, row)
            return incident_of(row)

    async def _is_there(self, session: AsyncSession, row: IncidentRow) -> None:
        if row.state is IncidentState.ACKNOWLEDGED and row.next_escalation_at is not None:
            session.add(self._timeline.note(row, EventKind.PRESSED, actor=row.acknowledged_by))
            await self._heard_of(session, row)

    async def _heard_of(self, session: AsyncSession, row: IncidentRow) -> None:
        """Something was noted: it is in hand. What nobody has read yet is not, and is asked for again in time."""
        if row.state is not IncidentState.ACKNOWLEDGED:
            return
        row.next_escalation_at = None
        if row.unread and await self._unread.holds(session, row):
            row.next_escalation_at = self._clock.now() + Policy.from_json(row.policy).let_go_after

    # -- the end, and after it -----------------------------------------------------------------------------------------

    async def resolve(
        self, incident_id: int, staff_id: int, outcome: ResolvedAs, told_up_to: int | None = None
    ) -> Incident:
        """Close the incident with its outcome; one that nobody acknowledged stops paging, too.

        ``told_up_to`` is the newest danger they knew of when they began (``OnCallService.told_up_to``): where more was
        told meanwhile, NotAllowedError says so, and nothing is closed.
        """
        shift = await self._shift_of((await self.allowed(incident_id, staff_id)).guild_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            if row.state is not IncidentState.RESOLVED:
                await _refuse_ones_own(session, row, staff_id)
                if told_up_to is not None and await records.newest_danger(session, incident_id) > told_up_to:
                    raise NotAllowedError(
                        "More was heard of this person since you opened this, and it is not closed. Please look first."
                    )
                await self._close(session, row, staff_id, outcome, now)
                if outcome is ResolvedAs.FALSE_ALARM:
                    await self._tell_false_alarm(session, row, staff_id)
                await self._unread.pass_on(session, row, shift, now)
            return incident_of(row)

    async def read_unread(self, alarm_id: int, staff_id: int, last: int, up_to: int) -> int:
        """A human has read everything on a list of unread messages, and nothing was urgent; how many they were."""
        await self.allowed(alarm_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            rows = await self._unread.read(session, alarm_id, last, up_to)
            for row in rows:
                await self._close(session, row, staff_id, ResolvedAs.READ_NOT_URGENT, now)
            alarm = await _locked(session, alarm_id)
            if alarm.acknowledged_by == staff_id:
                await self._is_there(session, alarm)
            return len(rows)

    async def reopen(self, incident_id: int, staff_id: int) -> tuple[Incident, bool]:
        """Open a resolved incident again, and page anew. Else false, with the one of this person that is under way."""
        shift = await self._shift_of((await self.allowed(incident_id, staff_id)).guild_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            under_way = await records.unresolved_of(session, row.guild_id, row.user_id)
            if under_way is not None:
                return incident_of(under_way), False
            self._free(row)
            row.resolved_by = row.resolved_at = row.outcome = None
            row.tier, row.unread = Tier.PAGE, False
            await session.flush()
            session.add(self._timeline.note(row, EventKind.REOPENED, actor=staff_id))
            await self._follow_ups.call_off(session, row)
            await self._ladder.begin(session, row, shift, now)
            await self._paging.edit_cards(session, row, now)
            await tell_opened(self.on_opened, session, row, now)
            return incident_of(row), True

    async def followed_up(self, incident_id: int, staff_id: int, message: tuple[int, int]) -> tuple[Incident, bool]:
        """Somebody has looked in on the person; ``message`` is the card they pressed. False where that was said."""
        await self.allowed(incident_id, staff_id)
        async with self._database.write() as session:
            row = await _locked(session, incident_id)
            is_first = await self._follow_ups.done(session, row, staff_id, message, self._clock.now())
            return incident_of(row), is_first

    async def _close(
        self, session: AsyncSession, row: IncidentRow, staff_id: int, outcome: ResolvedAs, now: datetime
    ) -> None:
        row.state, row.resolved_by, row.resolved_at = IncidentState.RESOLVED, staff_id, now
        row.outcome, row.next_escalation_at = outcome.value, None
        self._unread.leave(row)
        session.add(self._timeline.note(row, EventKind.RESOLVED, actor=staff_id, detail={"outcome": outcome.value}))
        await self._call_off(session, row)
        await self._paging.edit_cards(session, row, now)
        await self._follow_ups.plan(session, row, outcome, now)

    async def _call_off(self, session: AsyncSession, row: IncidentRow) -> None:
        """From here on no new attempt starts, on any road."""
        await self._outbox.cancel(session, subject(row.id), Outcome.ACKNOWLEDGED, (*ROADS, HANDED))

    def _free(self, row: IncidentRow) -> bool:
        """Have the incident be nobody's; whether it was somebody's."""
        was_taken = row.acknowledged_by is not None
        row.state, row.acknowledged_by, row.acknowledged_at = IncidentState.OPEN, None, None
        return was_taken

    async def _tell_false_alarm(self, session: AsyncSession, row: IncidentRow, staff_id: int) -> None:
        try:
            async with session.begin_nested():
                kept = await records.verdicts(session, row.id)
                judged = [one for detail in kept if (one := Judged.from_json(detail)) is not None]
                await self.on_false_alarm(session, incident_of(row), judged, staff_id)
        except Exception:
            # Whether or not the detector is mended: what staff have resolved pages nobody any more.
            log.exception("oncall.false_alarm_not_listed", incident=row.id)


async def _refuse_ones_own(session: AsyncSession, row: IncidentRow, staff_id: int) -> None:
    """Whoever is in danger does not end the search for somebody. A page by hand is in the name of whoever sent it."""
    if staff_id == row.user_id and not await records.is_only_by_hand(session, row.id, staff_id):
        raise NotAllowedError("This one is about you. Please let somebody else take it: they are being told.")


async def _locked(session: AsyncSession, incident_id: int) -> IncidentRow:
    row = await records.incident(session, incident_id)
    if row is None:
        raise NotFoundError("There is no such incident.")
    return row
