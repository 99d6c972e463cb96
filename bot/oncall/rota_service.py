"""The rota at work: who is on call, who changed it, and where nobody would answer.

All datetimes in and out are UTC; the programme's wall time is inside, in ``bot.oncall.rota``.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall import rota_drafts as drafts
from bot.oncall import rota_records as records
from bot.oncall.rota import Gap, Layer, Problem, Shift, Stretch, backup_of, gaps_in
from bot.oncall.rota_records import ChangeKind, RotaChangeRow
from bot.oncall.rota_sources import Change, Outlook, Sources, change_of, people_paged
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = [
    "Change",
    "ChangeKind",
    "Gap",
    "Layer",
    "Outlook",
    "Problem",
    "Reaches",
    "Refusal",
    "RotaService",
    "Shift",
    "Stretch",
]

log = get_logger(__name__)

Reaches = Callable[[int, int], Awaitable[bool]]
"""Whether any road leads from this server to this person."""

LONGEST: Final = timedelta(days=366)
"""How long an override or a time off lasts at most: beyond that it is a change of the rota itself."""


class Refusal(StrEnum):
    """Why a change was not made."""

    NOT_STAFF = "not_staff"
    ENDS_FIRST = "ends_first"
    TOO_LONG = "too_long"
    OVER = "over"
    NO_ROTA = "no_rota"
    YOURS_ALREADY = "yours_already"


class RotaService:
    """Who is on call: the programme's rota, and what staff changed of it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        *,
        reaches: Reaches | None = None,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members = programmes, members
        self._sources = Sources(database, clock)
        self.is_there: Callable[[int, int], bool] = lambda _guild_id, _person: True
        """Whether somebody is in a server, as far as is known; at hand at once, for it is asked often."""
        self.reaches: Reaches = reaches or self._reaches_whoever_is_there
        self.on_changed: Callable[[], None] = lambda: None
        """Called when staff changed the rota: there may be a gap to tell of, or one less."""

    # -- who is on call ------------------------------------------------------------------------------------------------

    async def shift(self, guild_id: int, at: datetime | None = None) -> Shift:
        """Who is on call at ``at``, or now, until when, and the backup then.

        Where the rota itself cannot be read nobody is on shift and all of the backup list is, so that a page goes on to
        them at once.
        """
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return Shift(None, None)
        instant = at or self._clock.now()
        listed = programme.oncall.backup
        try:
            outlook = await self.outlook(guild_id, programme, instant)
            shift = outlook.rotas[Layer.PRIMARY].shift_at(instant)
            backup = outlook.rotas[Layer.BACKUP].with_away(shift.person)
            in_turn = backup.shift_at(instant).person
            return Shift(shift.person, shift.ends_at, backup_of(shift, in_turn, listed, backup.away(instant)))
        except Exception:
            log.exception("rota.unreadable", guild=guild_id)
            return Shift(None, None, listed)

    async def backup(self, guild_id: int, at: datetime | None = None) -> tuple[int, ...]:
        """Whom the step ``backup`` reaches at ``at``, or now: whose turn it is, then the programme's list."""
        return (await self.shift(guild_id, at)).backup

    async def schedule(
        self, guild_id: int, start: datetime, end: datetime, layer: Layer = Layer.PRIMARY
    ) -> list[Stretch]:
        """Who is on call in each stretch of time from ``start`` until ``end``, and why; no gap and no overlap."""
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return []
        return list((await self.outlook(guild_id, programme, start)).rotas[layer].stretches(start, end))

    async def turns_of(self, guild_id: int, person: int, end: datetime) -> list[tuple[Layer, Stretch]]:
        """Each stretch from now until ``end`` in which somebody is on call, or backup, in the order of time."""
        now = self._clock.now()
        theirs = [
            (layer, stretch)
            for layer in Layer
            for stretch in await self.schedule(guild_id, now, end, layer)
            if stretch.person == person
        ]
        return sorted(theirs, key=lambda one: one[1].starts_at)

    async def handovers(self, guild_id: int, start: datetime, end: datetime) -> list[datetime]:
        """The rota's hand-overs at ``start`` or later and before ``end``, since it is as it is now."""
        programme = await self._programmes.current(guild_id)
        return (await self.outlook(guild_id, programme, start)).handovers(start, end) if programme is not None else []

    async def outlook(self, guild_id: int, programme: Programme, since: datetime) -> Outlook:
        """Everything that the rota says of a server from ``since`` on, read at once."""
        return await self._sources.outlook(guild_id, programme, since)

    # -- where nobody would answer -------------------------------------------------------------------------------------

    async def gaps(self, guild_id: int, start: datetime, end: datetime) -> list[Gap]:
        """Every stretch with nobody on call, or somebody who is not there, no staff any more, or not reached."""
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return []
        return await self.gaps_of(await self.outlook(guild_id, programme, start), start, end)

    async def gaps_of(self, outlook: Outlook, start: datetime, end: datetime) -> list[Gap]:
        """As ``gaps``, of what was read before."""
        stretches = list(outlook.rotas[Layer.PRIMARY].stretches(start, end))
        people = {one.person for one in stretches if one.person is not None}
        return gaps_in(stretches, await self._problems(outlook.guild_id, outlook.programme, people))

    async def absentees(self, guild_id: int) -> dict[int, Problem]:
        """Whoever is on a rota or the backup list and not in the server, or not among the staff."""
        programme = await self._programmes.current(guild_id)
        return await self._absentees(guild_id, programme) if programme is not None else {}

    async def absentees_of(self, outlook: Outlook) -> dict[int, Problem]:
        """As ``absentees``, of what was read before."""
        return await self._absentees(outlook.guild_id, outlook.programme)

    async def _absentees(self, guild_id: int, programme: Programme) -> dict[int, Problem]:
        problems = await self._problems(guild_id, programme, people_paged(programme))
        return {person: one for person, one in problems.items() if one is not Problem.NOT_REACHED}

    async def _problems(self, guild_id: int, programme: Programme, people: Iterable[int]) -> dict[int, Problem]:
        staff = frozenset(programme.staff)
        found: dict[int, Problem] = {}
        for person in people:
            if not self.is_there(guild_id, person):
                found[person] = Problem.NOT_THERE
            elif person not in staff:
                found[person] = Problem.NOT_STAFF
            elif not await self.is_reached(guild_id, person):
                found[person] = Problem.NOT_REACHED
        return found

    async def is_reached(self, guild_id: int, person: int) -> bool:
        """Whether any road leads to somebody. Where that cannot be told, none does."""
        try:
            return await self.reaches(guild_id, person)
        except Exception:
            # Whoever we cannot tell about counts as not reached: one notice too many is the lesser fault.
            log.exception("rota.reach_unknown", guild=guild_id)
            return False

    async def _reaches_whoever_is_there(self, guild_id: int, person: int) -> bool:
        return self.is_there(guild_id, person)

    # -- what staff change ---------------------------------------------------------------------------------------------

    async def override(self, guild_id: int, by: int, user: int, hours: float) -> Change | Refusal:
        """Have ``user`` on call from now on for so many hours.

        Raises:
            NotAllowedError: where ``by`` may not change the rota.
        """
        now = self._clock.now()
        return await self._set(guild_id, by, user, ChangeKind.OVERRIDE, now, now + timedelta(hours=hours))

    async def take(
        self, guild_id: int, by: int, starts_at: datetime | None = None, ends_at: datetime | None = None
    ) -> Change | Refusal:
        """`Take this shift`: ``by`` is on call until the end of the shift under way, or in the stretch that is named.

        Raises:
            NotAllowedError: where ``by`` may not change the rota.
        """
        now = self._clock.now()
        shift = await self.shift(guild_id, max(now, starts_at or now))
        until = ends_at or shift.ends_at
        if until is None:
            return Refusal.NO_ROTA
        if until <= now:
            return Refusal.OVER
        if shift.person == by and shift.ends_at is not None and shift.ends_at >= until:
            return Refusal.YOURS_ALREADY
        return await self._set(guild_id, by, by, ChangeKind.TAKEN, max(now, starts_at or now), until)

    async def time_off(self, guild_id: int, by: int, user: int, start: datetime, end: datetime) -> Change | Refusal:
        """``user`` takes no turn from ``start`` until ``end``; the next in turn stands in.

        Raises:
            NotAllowedError: where ``by`` may not change the rota.
        """
        return await self._set(guild_id, by, user, ChangeKind.TIME_OFF, start, end)

    async def cancel(self, change_id: int, by: int) -> tuple[Change, bool]:
        """Take an override or a time off back; False where somebody did before, or it is over.

        Raises:
            NotFoundError: where there is no such change.
            NotAllowedError: where ``by`` may not change the rota.
        """
        await self._members.allow((await self.change(change_id)).guild_id, by, Action.CHANGE_ROTA)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.change(session, change_id)
            if row is None:
                raise NotFoundError("There is no such change of the rota.")
            if row.cancelled_at is not None or row.ends_at <= now:
                return change_of(row), False
            row.cancelled_by, row.cancelled_at = by, now
            await self._tell(session, row, "cancelled")
            changed = change_of(row)
        log.info("rota.change_cancelled", change=change_id, by=by)
        self.on_changed()
        return changed, True

    async def _set(
        self, guild_id: int, by: int, person: int, kind: ChangeKind, start: datetime, end: datetime
    ) -> Change | Refusal:
        await self._members.allow(guild_id, by, Action.CHANGE_ROTA)
        programme = await self._programmes.current(guild_id)
        now = self._clock.now()
        if programme is None or person not in programme.staff:
            return Refusal.NOT_STAFF
        if end <= start:
            return Refusal.ENDS_FIRST
        if end <= now:
            return Refusal.OVER
        if end - start > LONGEST:
            return Refusal.TOO_LONG
        row = RotaChangeRow(
            guild_id=guild_id, kind=kind, person_id=person, starts_at=start, ends_at=end, set_by=by, set_at=now
        )
        async with self._database.write() as session:
            session.add(row)
            await session.flush()
            await self._tell(session, row, "set")
            made = change_of(row)
        log.info("rota.changed", change=made.id, kind=kind.value, by=by)
        self.on_changed()
        return made

    async def _tell(self, session: AsyncSession, row: RotaChangeRow, state: str) -> None:
        channel = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("rota.no_channel", change=row.id)
            return
        await self._outbox.put(session, [drafts.change(row.guild_id, channel, row.id, state, self._clock.now())])

    # -- looking -------------------------------------------------------------------------------------------------------

    async def change(self, change_id: int) -> Change:
        """One override or time off.

        Raises:
            NotFoundError: where there is none.
        """
        async with self._database.read() as session:
            row = await session.get(RotaChangeRow, change_id)
        if row is None:
            raise NotFoundError("There is no such change of the rota.")
        return change_of(row)

    async def changes(self, guild_id: int, since: datetime) -> list[Change]:
        """Every override and time off that ends after ``since``, cancelled ones too, in the order they were set."""
        async with self._database.read() as session:
            return [change_of(row) for row in await records.changes(session, guild_id, since)]
