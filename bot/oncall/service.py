"""Incidents, and the pages that climb the ladder until somebody acknowledges."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.db import Database
from bot.delivery.service import Outbox, Outcome
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.incident import Alarm, Incident, Judged, incident_of, policy_of
from bot.oncall.paging import CARD, DM, Paging, subject
from bot.oncall.records import IncidentEventRow, IncidentRow, RotaAnchorRow
from bot.oncall.rules import (
    NOTIFY_BECOMES_PAGE_AFTER,
    EventKind,
    IncidentState,
    Policy,
    ResolvedAs,
    Shift,
    is_covered,
    people_of,
    shift_at,
)
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["Alarm", "EventKind", "Incident", "IncidentState", "Judged", "OnCallService", "ResolvedAs", "Shift"]

FalseAlarmTold = Callable[[AsyncSession, Incident, Sequence[Judged], int], Awaitable[None]]

log = get_logger(__name__)

_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class OnCallService:
    """The use cases of on call; also what the heart asks for due escalations."""

    name = "escalation"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, members: MemberService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members = programmes, members
        self._paging = Paging(outbox, programmes)
        self.on_false_alarm: FalseAlarmTold = _tell_nobody
        """Called in the transaction that resolves an incident as a false alarm, with why each of its words alarmed."""

    # -- who is on call ------------------------------------------------------------------------------------------------

    async def shift(self, guild_id: int) -> Shift:
        """Who is on call now, and until when."""
        programme = await self._programmes.current(guild_id)
        if programme is None or not programme.oncall.rota.people:
            return Shift(None, None)
        rota, now = programme.oncall.rota, self._clock.now()
        anchor = await self._anchor(guild_id, rota.people, now)
        return shift_at(rota.people, rota.handoff, programme.zone, anchor, now)

    async def _anchor(self, guild_id: int, people: Sequence[int], now: datetime) -> datetime:
        """From when the turns are counted: the first on the list has the week in which the list came to be."""
        async with self._database.read() as session:
            row = await session.get(RotaAnchorRow, guild_id)
        if row is not None and row.people == list(people):
            return row.anchor
        async with self._database.write() as session:
            await session.merge(RotaAnchorRow(guild_id=guild_id, people=list(people), anchor=now))
        return now

    # -- opening, raising, joining -------------------------------------------------------------------------------------

    async def is_heard(self, session: AsyncSession, source_key: str, tier: Tier) -> bool:
        """Whether words of this source were taken note of already, at this tier or a graver one."""
        return any(heard >= tier for heard in await records.tiers_heard(session, source_key))

    async def is_followed(self, guild_id: int, user_id: int) -> bool:
        """Whether this person has an incident that is not resolved: then they are nobody's stranger."""
        async with self._database.read() as session:
            return await records.is_followed(session, guild_id, user_id)

    async def record_only(self, session: AsyncSession, alarm: Alarm) -> None:
        """Tier `log`: the record, and nothing else."""
        session.add(self._event(alarm, None, EventKind.JOINED))

    async def raise_alarm(self, session: AsyncSession, alarm: Alarm, shift: Shift) -> Incident:
        """Open an incident, raise the open one, or join its timeline; whatever must page is in this transaction.

        ``shift`` is who is on call, looked up before the transaction began.
        """
        now = self._clock.now()
        row = await records.unresolved_of(session, alarm.guild_id, alarm.user_id)
        if row is None:
            row = await self._open(session, alarm, now)
            await self._page_or_wait(session, row, shift, now)
        elif alarm.tier > row.tier or self._must_reopen(row, alarm, now):
            row.tier = alarm.tier if self._must_reopen(row, alarm, now) else max(row.tier, alarm.tier)
            row.state = IncidentState.OPEN
            row.categories = sorted({*(row.categories or []), *alarm.categories})
            row.channel_id, row.message_id = alarm.channel_id or row.channel_id, alarm.message_id or row.message_id
            row.acknowledged_by = row.acknowledged_at = None
            session.add(self._event(alarm, row.id, EventKind.RAISED))
            await self._page_or_wait(session, row, shift, now)
        else:
            session.add(self._event(alarm, row.id, alarm.kind))
            if row.state is IncidentState.ACKNOWLEDGED and alarm.tier is Tier.PAGE:
                await self._paging.tell(session, row, "still_in_danger", [row.acknowledged_by], now, alarm.source_key)
        return incident_of(row)

    def _must_reopen(self, row: IncidentRow, alarm: Alarm, now: datetime) -> bool:
        """Whether whoever took it is taken to be gone, so that new danger is not theirs alone to see."""
        taken = row.state is IncidentState.ACKNOWLEDGED
        return taken and alarm.tier >= Tier.NOTIFY and not is_covered(row.state, row.acknowledged_at, now)

    async def _open(self, session: AsyncSession, alarm: Alarm, now: datetime) -> IncidentRow:
        programme = await self._programmes.current(alarm.guild_id)
        row = IncidentRow(
            code="".join(secrets.choice(_CODE_LETTERS) for _ in range(6)),
            guild_id=alarm.guild_id,
            user_id=alarm.user_id,
            channel_id=alarm.channel_id,
            message_id=alarm.message_id,
            tier=alarm.tier,
            state=IncidentState.OPEN,
            categories=list(alarm.categories),
            opened_at=now,
            paging_since=now,
            policy=policy_of(programme).to_json(),
            next_step=0,
        )
        session.add(row)
        await session.flush()
        session.add(self._event(alarm, row.id, EventKind.OPENED))
        return row

    async def _page_or_wait(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        if row.tier is Tier.PAGE:
            row.paging_since, row.next_step, row.next_escalation_at = now, 0, now
            await self._climb(session, row, shift, now)
        else:
            row.paging_since, row.next_step = now, 0
            row.next_escalation_at = now + NOTIFY_BECOMES_PAGE_AFTER
            await self._paging.card(session, row, "notify", (), now)

    # -- climbing ------------------------------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """When the next step of any incident is due (UTC), or none."""
        async with self._database.read() as session:
            return await records.next_escalation(session)

    async def run_due(self, now: datetime) -> None:
        """Take every step that is due at ``now`` (UTC)."""
        async with self._database.read() as session:
            due = await records.due(session, now)
        shifts = {guild_id: await self.shift(guild_id) for guild_id in {guild_id for _, guild_id in due}}
        for incident_id, guild_id in due:
            try:
                async with self._database.write() as session:
                    await self._take_step(session, incident_id, shifts[guild_id], now)
            except Exception:
                # One that cannot climb keeps no other from its turn; the next beat tries it again.
                log.exception("oncall.step_failed", incident=incident_id)

    async def _take_step(self, session: AsyncSession, incident_id: int, shift: Shift, now: datetime) -> None:
        row = await records.climbing(session, incident_id, now)
        if row is None:
            return
        if row.tier is not Tier.PAGE:
            row.tier, row.paging_since, row.next_step = Tier.PAGE, now, 0
            session.add(self._note(row, EventKind.BECAME_PAGE))
        await self._climb(session, row, shift, now)

    async def _climb(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Take what is due, and set when the next step is.

        Steps that fell due together, after an outage, are one; and a step that reaches nobody is passed at once.
        """
        policy = Policy.from_json(row.policy)
        programme = await self._programmes.current(row.guild_id)
        backup = programme.oncall.backup if programme else ()
        staff = programme.staff if programme else ()
        wanted: list[int] = []
        number = row.next_step
        took = False
        while policy.due(row.paging_since, row.next_step) <= now or (
            took and not wanted and row.next_step < len(policy.steps)
        ):
            took, number = True, row.next_step
            step = policy.step(number)
            people = [one for one in people_of(step.notify, shift.person, backup, staff) if one != row.user_id]
            wanted += [one for one in people if one not in wanted]
            kind = EventKind.STEP if people else EventKind.STEP_EMPTY
            session.add(self._note(row, kind, detail={"step": number, "people": people, "notify": step.notify}))
            row.next_step += 1
        row.next_escalation_at = policy.due(row.paging_since, row.next_step)
        if not took:
            return
        if not wanted:
            log.warning("oncall.nobody_to_page", incident=row.id, step=number)
        everybody = [
            one
            for passed in range(min(number + 1, len(policy.steps)))
            for one in people_of(policy.step(passed).notify, shift.person, backup, staff)
            if one != row.user_id
        ]
        await self._paging.page(session, row, number, wanted, everybody, now)

    async def unreachable(self, session: AsyncSession, incident_id: int, now: datetime) -> None:
        """A DM of the step under way has come to its end: where none is left, the next step is due at once."""
        row = await records.incident(session, incident_id)
        if row is None or row.state is not IncidentState.OPEN or row.next_escalation_at is None:
            return
        # Only up the ladder: once all of it was climbed, it repeats in its own time and never in a rush.
        climbed = row.next_step >= len(Policy.from_json(row.policy).steps)
        if not climbed and not await self._outbox.has_any_left(session, subject(row.id), DM):
            row.paging_since -= max(row.next_escalation_at - now, timedelta(0))
            row.next_escalation_at = now

    # -- what people press ---------------------------------------------------------------------------------------------

    async def acknowledge(self, incident_id: int, staff_id: int) -> tuple[Incident, bool]:
        """Take the incident: the ladder stops, every card says who has it. False where somebody else was first.

        Raises:
            NotFoundError: where there is no such incident.
            NotAllowedError: where this person may not.
        """
        await self._members.allow((await self.find(incident_id)).guild_id, staff_id, Action.HANDLE_INCIDENT)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await self._row(session, incident_id)
            if row.state is not IncidentState.OPEN:
                return incident_of(row), False
            row.state, row.acknowledged_by, row.acknowledged_at = IncidentState.ACKNOWLEDGED, staff_id, now
            row.next_escalation_at = None
            session.add(self._note(row, EventKind.ACKNOWLEDGED, actor=staff_id))
            await self._outbox.cancel(session, subject(row.id), Outcome.ACKNOWLEDGED, (CARD, DM))
            await self._paging.edit_cards(session, row, now)
            await self._paging.tell_member(session, row, now)
            return incident_of(row), True

    async def resolve(self, incident_id: int, staff_id: int, outcome: ResolvedAs) -> Incident:
        """Close the incident with its outcome; one that nobody acknowledged stops paging, too.

        Raises:
            NotFoundError, NotAllowedError: as ``acknowledge``.
        """
        await self._members.allow((await self.find(incident_id)).guild_id, staff_id, Action.HANDLE_INCIDENT)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await self._row(session, incident_id)
            if row.state is not IncidentState.RESOLVED:
                row.state, row.resolved_by, row.resolved_at = IncidentState.RESOLVED, staff_id, now
                row.outcome, row.next_escalation_at = outcome.value, None
                session.add(self._note(row, EventKind.RESOLVED, actor=staff_id, detail={"outcome": outcome.value}))
                await self._outbox.cancel(session, subject(row.id), Outcome.ACKNOWLEDGED, (CARD, DM))
                await self._paging.edit_cards(session, row, now)
                if outcome is ResolvedAs.FALSE_ALARM:
                    await self._tell_false_alarm(session, row, staff_id)
            return incident_of(row)

    async def _tell_false_alarm(self, session: AsyncSession, row: IncidentRow, staff_id: int) -> None:
        try:
            async with session.begin_nested():
                kept = await records.verdicts(session, row.id)
                judged = [one for detail in kept if (one := Judged.from_json(detail)) is not None]
                await self.on_false_alarm(session, incident_of(row), judged, staff_id)
        except Exception:
            # Whether or not the detector is mended: what staff have resolved pages nobody any more.
            log.exception("oncall.false_alarm_not_listed", incident=row.id)

    async def edit_late_card(self, session: AsyncSession, incident_id: int, message: tuple[int, int]) -> None:
        """A card or DM that was on its way when the incident was taken: have it say so, too."""
        row = await records.incident(session, incident_id)
        if row is not None and row.state is not IncidentState.OPEN:
            await self._outbox.put(session, [self._paging.edit(row, message, self._clock.now())])

    async def member_says(self, incident_id: int, user_id: int, kind: EventKind, source_key: str) -> Incident:
        """The person themselves pressed `Ask staff to contact me` or `I'm safe for now`. Neither closes anything.

        Raises:
            NotFoundError: where the incident is not this person's.
        """
        incident = await self.find(incident_id)
        if incident.user_id != user_id:
            raise NotFoundError("This button belongs to somebody else.")
        now = self._clock.now()
        key = "contact_requested" if kind is EventKind.ASKED_CONTACT else "safe_pressed"
        shift = await self.shift(incident.guild_id)
        async with self._database.write() as session:
            row = await self._row(session, incident_id)
            is_paging = row.state is IncidentState.OPEN and row.tier is Tier.PAGE
            covered = is_covered(row.state, row.acknowledged_at, now)
            if kind is EventKind.ASKED_CONTACT and not is_paging and not covered:
                alarm = Alarm(row.guild_id, user_id, Tier.PAGE, source_key, kind=kind)
                return await self.raise_alarm(session, alarm, shift)
            session.add(self._note(row, kind, actor=user_id))
            wanted = [row.acknowledged_by or shift.person] if kind is EventKind.ASKED_CONTACT else []
            await self._paging.tell(session, row, key, wanted, now, source_key)
            return incident_of(row)

    # -- looking -------------------------------------------------------------------------------------------------------

    async def find(self, incident_id: int) -> Incident:
        """The incident.

        Raises:
            NotFoundError: where there is none.
        """
        async with self._database.read() as session:
            row = await records.read_incident(session, incident_id)
        if row is None:
            raise NotFoundError("There is no such incident.")
        return incident_of(row)

    async def unresolved(self, guild_id: int) -> list[Incident]:
        """Every incident of a server that is not resolved, oldest first."""
        async with self._database.read() as session:
            return [incident_of(row) for row in await records.unresolved(session, guild_id)]

    async def note_reply(self, session: AsyncSession, alarm: Alarm, incident_id: int | None) -> int:
        """Record that the person is being answered; how many answers they had before this one."""
        before = await records.replies_given(session, alarm.guild_id, alarm.user_id)
        event = self._event(alarm, incident_id, EventKind.REPLIED)
        event.source_key = event.tier = event.words = None
        event.detail = {"categories": list(alarm.categories)}
        session.add(event)
        return before

    async def _row(self, session: AsyncSession, incident_id: int) -> IncidentRow:
        row = await records.incident(session, incident_id)
        if row is None:
            raise NotFoundError("There is no such incident.")
        return row

    def _event(self, alarm: Alarm, incident_id: int | None, kind: EventKind) -> IncidentEventRow:
        return IncidentEventRow(
            incident_id=incident_id,
            guild_id=alarm.guild_id,
            user_id=alarm.user_id,
            at=self._clock.now(),
            kind=kind,
            source_key=alarm.source_key,
            tier=alarm.tier,
            words=alarm.words,
            detail={"categories": list(alarm.categories)} | (alarm.judged.to_json() if alarm.judged else {}),
        )

    def _note(
        self,
        row: IncidentRow,
        kind: EventKind,
        *,
        actor: int | None = None,
        detail: dict[str, int | str | list[int]] | None = None,
    ) -> IncidentEventRow:
        return IncidentEventRow(
            incident_id=row.id,
            guild_id=row.guild_id,
            user_id=row.user_id,
            at=self._clock.now(),
            kind=kind,
            actor_id=actor,
            detail=detail,
        )


async def _tell_nobody(_session: AsyncSession, _incident: Incident, _judged: Sequence[Judged], _staff_id: int) -> None:
    """Nobody keeps a list."""
