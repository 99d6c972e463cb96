"""The ladder: beginning a page, taking what is due of it, and hurrying it on. All of it is in the incident's row."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.delivery.service import Outbox, State
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.paging import DM, Paging, subject
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Policy, Shift, people_of
from bot.oncall.timeline import Timeline
from bot.program.service import ProgrammeService

log = get_logger(__name__)


class Ladder:
    """Takes steps, each in the transaction of its cause. All datetimes are UTC; ``shift`` is who is on call now."""

    def __init__(self, outbox: Outbox, programmes: ProgrammeService, paging: Paging, timeline: Timeline) -> None:
        self._outbox, self._programmes, self._paging, self._timeline = outbox, programmes, paging, timeline
        self.is_there: Callable[[int, int], bool] = lambda _guild_id, _person: True
        """Whether a person is in a server, as last heard: whoever left is passed over, and their step with them."""

    async def begin(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Page anew from the first step, or put up the quiet card that becomes a page in time.

        Each time is a round of its own: nothing that an earlier one said can be taken for this one's.
        """
        row.round += 1
        row.paging_since, row.next_step = now, 0
        if row.tier is Tier.PAGE:
            row.next_escalation_at = now
            await self.climb(session, row, shift, now)
        else:
            row.next_escalation_at = now + Policy.from_json(row.policy).notify_within
            await self._paging.card(session, row, "notify", (), now)

    async def become_page(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Nobody took the quiet card in time, or somebody asked for more: from now on it is a page."""
        row.tier = Tier.PAGE
        session.add(self._timeline.note(row, EventKind.BECAME_PAGE))
        await self.begin(session, row, shift, now)

    async def climb(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Take what is due, and set when the next step is.

        Steps that fell due together, after an outage, are one; and a step that reaches nobody is passed at once.
        """
        policy = Policy.from_json(row.policy)
        programme = await self._programmes.current(row.guild_id)
        backup = shift.backup
        staff = programme.staff if programme else ()
        wanted: list[int] = []
        number = row.next_step
        took = False
        while policy.due(row.paging_since, row.next_step) <= now or (
            took and not wanted and row.next_step < len(policy.steps)
        ):
            took, number = True, row.next_step
            step = policy.step(number)
            people = self._there(row, people_of(step.notify, shift.person, backup, staff))
            wanted += [one for one in people if one not in wanted]
            kind = EventKind.STEP if people else EventKind.STEP_EMPTY
            session.add(
                self._timeline.note(row, kind, detail={"step": number, "people": [*people], "notify": step.notify})
            )
            row.next_step += 1
        row.next_escalation_at = policy.due(row.paging_since, row.next_step)
        if not took:
            return
        if not wanted:
            log.warning("oncall.nobody_to_page", incident=row.id, step=number)
        everybody = [
            one
            for passed in range(min(number + 1, len(policy.steps)))
            for one in self._there(row, people_of(policy.step(passed).notify, shift.person, backup, staff))
        ]
        await self._paging.page(session, row, number, wanted, everybody, now)

    def _there(self, row: IncidentRow, people: Iterable[int]) -> list[int]:
        """Without whoever is in danger themselves, and without those who have left the server."""
        return [one for one in people if one != row.user_id and self.is_there(row.guild_id, one)]

    async def hurry(self, session: AsyncSession, row: IncidentRow, shift: Shift, now: datetime) -> None:
        """Take the next step at once; those after it follow from here in their own time."""
        if row.tier is not Tier.PAGE:
            await self.become_page(session, row, shift, now)
            return
        self._bring_forward(row, now)
        await self.climb(session, row, shift, now)

    async def unreachable(self, session: AsyncSession, incident_id: int, now: datetime) -> None:
        """A DM of the step under way has come to its end: where none is left, the next step is due at once."""
        row = await records.incident(session, incident_id)
        if row is None or row.state is not IncidentState.OPEN or row.next_escalation_at is None:
            return
        # Only up the ladder: once all of it was climbed, it repeats in its own time and never in a rush.
        climbed = row.next_step >= len(Policy.from_json(row.policy).steps)
        if not climbed and not await self._reaches_anybody(session, row):
            self._bring_forward(row, now)

    async def _reaches_anybody(self, session: AsyncSession, row: IncidentRow) -> bool:
        """Whether a DM of the newest step has arrived or may still; those before it had their time."""
        dms = await self._outbox.standings(session, subject(row.id), (DM,))
        newest = max((one.due_at for one in dms), default=None)
        return any(one.is_live or one.state is State.SENT for one in dms if one.due_at == newest)

    def _bring_forward(self, row: IncidentRow, now: datetime) -> None:
        """Have the next step be due now, and all that follows as much earlier."""
        due = Policy.from_json(row.policy).due(row.paging_since, row.next_step)
        row.paging_since -= max(due - now, timedelta(0))
        row.next_escalation_at = now
