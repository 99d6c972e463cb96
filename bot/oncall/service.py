"""Incidents, and the pages that climb the ladder until somebody acknowledges."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.crisis.rules import ASKED_CONTACT
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.follow_ups import FOLLOW_UP, FOLLOW_UP_DONE, FollowUps
from bot.oncall.handling import FalseAlarmTold, Handling
from bot.oncall.incident import Alarm, Disclosure, Incident, Judged, incident_of
from bot.oncall.ladder import Ladder
from bot.oncall.paging import CARD, HANDED, ROAD, ROADS, UNREAD, Outside, Paging, subject
from bot.oncall.raising import Opened, Raising
from bot.oncall.reading import IncidentPage, Reading
from bot.oncall.role import OnCallRole
from bot.oncall.rota_service import RotaService
from bot.oncall.rules import EventKind, IncidentState, ResolvedAs, Shift, is_covered
from bot.oncall.timeline import Entry, Timeline
from bot.oncall.unread import Unread, UnreadList, ask_for_a_sign
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = [
    "FOLLOW_UP",
    "FOLLOW_UP_DONE",
    "HANDED",
    "ROAD",
    "ROADS",
    "UNREAD",
    "Alarm",
    "Disclosure",
    "Entry",
    "EventKind",
    "Incident",
    "IncidentPage",
    "IncidentState",
    "Judged",
    "Links",
    "OnCallService",
    "ResolvedAs",
    "Shift",
    "UnreadList",
]

Links = Callable[[int, int, str], Awaitable[str | None]]
"""Makes a one-time link for (server, person, path of a private page), or none where there are no private pages."""

log = get_logger(__name__)


class OnCallService:
    """The use cases of on call; also what the heart asks for due escalations."""

    name = "escalation"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, members: MemberService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self.rota = RotaService(database, clock, outbox, programmes, members)
        self.role = OnCallRole(database, clock, outbox, programmes, self.rota)
        self._paging = Paging(outbox, programmes)
        self._timeline = Timeline(clock)
        self._ladder = Ladder(outbox, programmes, self._paging, self._timeline)
        self._ladder.is_there = lambda guild_id, person: self.rota.is_there(guild_id, person)  # noqa: PLW0108  # set later
        unread = Unread(self._ladder, self._paging, self._timeline)
        self._raising = Raising(programmes, self._ladder, self._paging, self._timeline, unread)
        self._handling = Handling(
            database,
            clock,
            outbox,
            members,
            self._ladder,
            self._paging,
            self._timeline,
            unread,
            FollowUps(outbox, programmes, self._timeline),
            self.shift,
        )
        self._reading = Reading(database, clock, self._timeline, self._handling)
        self.links: Links | None = None
        """Set where there are private pages: an incident's is at ``/incident/<id>``."""

        # What staff do, and the looking: their own modules, and this is their door.
        self.acknowledge, self.hand_over = self._handling.acknowledge, self._handling.hand_over
        self.escalate, self.note, self.press = self._handling.escalate, self._handling.note, self._handling.press
        self.resolve, self.reopen = self._handling.resolve, self._handling.reopen
        self.read_unread, self.followed_up = self._handling.read_unread, self._handling.followed_up
        self.timeline, self.incident_page = self._reading.timeline, self._reading.page
        self.disclose, self.unread_list = self._reading.disclose, self._reading.unread_list
        self.told_up_to, self.note_in = self._reading.told_up_to, self._handling.note_in

    def open_outside(self, outside: Outside) -> None:
        """From now on pages go by outside roads, too."""
        self._paging.outside = outside

    @property
    def on_false_alarm(self) -> FalseAlarmTold:
        """Called in the transaction that resolves an incident as a false alarm, with why each of its words alarmed."""
        return self._handling.on_false_alarm

    @on_false_alarm.setter
    def on_false_alarm(self, told: FalseAlarmTold) -> None:
        self._handling.on_false_alarm = told

    def hear_of_opened(self, opened: Opened) -> None:
        """Have ``opened`` hear of every incident that opens, or opens again, in the transaction that does it."""
        self._raising.on_opened = self._handling.on_opened = opened

    # -- who is on call ------------------------------------------------------------------------------------------------

    async def shift(self, guild_id: int) -> Shift:
        """Who is on call now, and until when."""
        return await self.rota.shift(guild_id)

    # -- opening, raising, joining -------------------------------------------------------------------------------------

    async def is_heard(self, session: AsyncSession, source_key: str, tier: Tier) -> bool:
        """Whether words of this source were taken note of already, at this tier or a graver one."""
        return any(heard >= tier for heard in await records.tiers_heard(session, source_key))

    async def is_followed(self, guild_id: int, user_id: int) -> bool:
        """Whether this person has an incident that is not resolved: then they are nobody's stranger."""
        async with self._database.read() as session:
            return await records.is_followed(session, guild_id, user_id)

    async def open_incident(self, session: AsyncSession, guild_id: int, user_id: int) -> int | None:
        """The number of this person's incident that is not resolved, or none."""
        return await records.unresolved_id(session, guild_id, user_id)

    async def card_of(self, incident_id: int) -> tuple[int, int] | None:
        """Where the newest card of an incident stands: (channel, message); None where none has gone out."""
        async with self._database.read() as session:
            cards = await self._outbox.messages_of(session, subject(incident_id), CARD)
        return cards[-1] if cards else None

    async def record_only(self, session: AsyncSession, alarm: Alarm) -> None:
        """Tier `log`: the record, and nothing else."""
        session.add(self._timeline.heard(alarm, None, EventKind.JOINED))

    async def raise_alarm(self, session: AsyncSession, alarm: Alarm, shift: Shift) -> Incident:
        """Open an incident, raise the open one, or join its timeline; whatever must page is in this transaction.

        ``shift`` is who is on call, looked up before the transaction began.
        """
        return incident_of(await self._raising.hear(session, alarm, shift, self._clock.now()))

    async def member_says(self, incident_id: int, user_id: int, kind: EventKind, source_key: str) -> int:
        """The person themselves pressed `Ask staff to contact me` or `I'm safe for now`. Neither closes anything.

        Returns how many answers they were given before this one.

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
            row = await records.incident(session, incident_id)
            if row is None:
                raise NotFoundError("There is no such incident.")
            is_paging = row.state is IncidentState.OPEN and row.tier is Tier.PAGE and row.joined_to is None
            covered = is_covered(row.state, row.acknowledged_at, now)
            alarm = Alarm(row.guild_id, user_id, Tier.PAGE, source_key, (ASKED_CONTACT,), kind=kind)
            if kind is EventKind.ASKED_CONTACT and not is_paging and not covered:
                incident = await self.raise_alarm(session, alarm, shift)
            else:
                session.add(self._timeline.note(row, kind, actor=user_id))
                if kind is EventKind.ASKED_CONTACT:
                    ask_for_a_sign(row, now)
                wanted = [row.acknowledged_by or shift.person] if kind is EventKind.ASKED_CONTACT else []
                await self._paging.tell(session, row, key, wanted, now, source_key)
            return await self.note_reply(session, alarm, incident.id)

    async def note_reply(self, session: AsyncSession, alarm: Alarm, incident_id: int | None, times: int = 1) -> int:
        """Record that the person is being answered, ``times`` over; how many answers they had before."""
        before = await records.replies_given(session, alarm.guild_id, alarm.user_id)
        for _ in range(times):
            event = self._timeline.heard(alarm, incident_id, EventKind.REPLIED)
            event.source_key = event.tier = event.words = event.actor_id = None
            event.detail = {"categories": list(alarm.categories)}
            session.add(event)
        return before

    # -- the ladder ----------------------------------------------------------------------------------------------------

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
                    await self._go_on(session, incident_id, shifts[guild_id], now)
            except Exception:
                # One that cannot climb keeps no other from its turn; the next beat tries it again.
                log.exception("oncall.step_failed", incident=incident_id)

    async def _go_on(self, session: AsyncSession, incident_id: int, shift: Shift, now: datetime) -> None:
        row = await records.climbing(session, incident_id, now)
        if row is None:
            return
        if row.state is IncidentState.ACKNOWLEDGED:
            await self._handling.let_go(session, row, shift, now)
        elif row.tier is not Tier.PAGE:
            await self._ladder.become_page(session, row, shift, now)
        else:
            await self._ladder.climb(session, row, shift, now)

    async def unreachable(self, session: AsyncSession, incident_id: int, now: datetime) -> None:
        """A DM of the step under way has come to its end: where none is left, the next step is due at once."""
        await self._ladder.unreachable(session, incident_id, now)

    async def road_ended(
        self,
        session: AsyncSession,
        incident_id: int,
        road: str,
        person: int | None,
        delivered: bool,  # read aloud: road, person, delivered
        outcome: str | None = None,
        occasion: str | None = None,
    ) -> None:
        """An attempt to reach ``person`` by ``road`` (``card``, ``dm``, ``sms`` …) has come to its end: note how.

        ``outcome`` names why not. An attempt that is repeated and ends the same way gives the same ``occasion``, and is
        noted once.
        """
        row = await records.read_incident(session, incident_id)
        kind = EventKind.DELIVERED if delivered else EventKind.NOT_DELIVERED
        if row is None or (occasion and await records.is_noted(session, incident_id, kind, occasion)):
            return
        detail = {"road": road, "person": person, "outcome": outcome}
        session.add(self._timeline.note(row, kind, detail=detail, occasion=occasion))

    async def edit_late_card(self, session: AsyncSession, incident_id: int, message: tuple[int, int]) -> None:
        """A card or DM that was on its way when the incident was taken: have it say so, too."""
        row = await records.incident(session, incident_id)
        if row is not None and row.state is not IncidentState.OPEN:
            await self._paging.edit_late(session, row, message, self._clock.now())

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

    async def by_code(self, guild_id: int, code: str) -> Incident | None:
        """The incident of this code, resolved or not, or none."""
        async with self._database.read() as session:
            row = await records.by_code(session, guild_id, code.strip().upper())
        return incident_of(row) if row is not None else None

    async def unresolved(self, guild_id: int) -> list[Incident]:
        """Every incident of a server that is not resolved, oldest first."""
        async with self._database.read() as session:
            return [incident_of(row) for row in await records.unresolved(session, guild_id)]

    async def link(self, incident_id: int, staff_id: int) -> str | None:
        """A one-time link to an incident's private page for this person; None where there are no private pages.

        Raises:
            NotFoundError, NotAllowedError: where there is no such incident, or they may not.
        """
        incident = await self.press(incident_id, staff_id)
        return await self.links(incident.guild_id, staff_id, f"/incident/{incident.id}") if self.links else None
