"""Whether those who would be paged are there, and whether the places are: what is lost is told at once.

The rota tells a week, a day and an hour ahead where nobody would answer. This is for what nobody could foresee: whoever
is on call leaves the server or is removed, #on-call or a role is deleted by mistake.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.db import Database
from bot.db.meta import Meta
from bot.delivery.service import Draft, Lane, Outbox
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.last_resort import LastResort, Standby
from bot.oncall.paging import Paging
from bot.oncall.rules import IncidentState, Shift
from bot.program.layout import ON_CALL, STAFF_ROOM, ObjectKey, ObjectKind
from bot.program.service import Programme, ProgrammeService
from bot.timing import Clock

log = get_logger(__name__)

LINE: Final = "watch.line"
COVER_LOST: Final = "handrail-cover"
"""The code of the message on outside roads: one occasion."""


class CoverWatch:
    """Asks once a minute, and looks whenever somebody has come or gone.

    ``is_there``: whether a person is in a server, as last heard from Discord; an outage is not a removal.
    ``shift``: who is on call in a server now.
    """

    name = "cover"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        last_resort: LastResort,
        *,
        shift: Callable[[int], Awaitable[Shift]],
        is_there: Callable[[int, int], bool],
    ) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes
        self._last_resort, self._shift, self._is_there = last_resort, shift, is_there
        self._paging = Paging(outbox, programmes)
        self.ask_anew: Callable[[int, Iterable[int]], None] = lambda _guild_id, _people: None
        """Has Discord asked about these people of a server; what it says comes by ``is_there``."""

    # -- people --------------------------------------------------------------------------------------------------------

    async def ask(self) -> None:
        """Have Discord asked who of those on call now is still there. Housekeeping, once a minute."""
        for running in await self._programmes.all():
            shift = await self._shift(running.guild_id)
            on_call = [one for one in (shift.person, *shift.backup) if one is not None]
            self.ask_anew(running.guild_id, on_call)

    async def plan(self, start: datetime, end: datetime) -> None:
        """Tell of whoever is lost and was not told of yet: with the planners, and when somebody has come or gone.

        Raises where the database does not answer; the next time tells it.
        """
        del start, end
        for running in await self._programmes.all():
            await self._look_at(running.guild_id, running.programme)

    async def _look_at(self, guild_id: int, programme: Programme) -> None:
        shift = await self._shift(guild_id)
        paged = {one for one in (shift.person, *shift.backup) if one is not None}
        people = dict.fromkeys((*paged, *programme.staff))
        absent = [person for person in people if not self._is_there(guild_id, person)]
        lost_shift = shift.person is not None and shift.person in absent
        now = self._clock.now()
        async with self._database.write() as session:
            noted = await _read_note(session, guild_id)
            # Being on call while absent is an occasion of its own, also for one whose absence was told before.
            note = {f"{one}:{'shift' if one == shift.person else 'listed'}" for one in absent}
            news = [one for one in absent if f"{one}:{'shift' if one == shift.person else 'listed'}" not in noted]
            here = set(people).difference(absent)
            for row in await records.unresolved(session, guild_id):
                if row.state is IncidentState.ACKNOWLEDGED and row.acknowledged_by not in here:
                    # Whoever has it is gone, or no longer of staff: the next beat lets it go, and it pages anew.
                    row.next_escalation_at = now
            if note == noted:
                return
            await session.merge(Meta(key=_note_key(guild_id), value=json.dumps(sorted(note))))
            for person in news:
                if person == shift.person:
                    await self._tell_shift_lost(session, guild_id, shift, now)
                else:
                    values = {"who": str(person)}
                    await self._tell(session, guild_id, (STAFF_ROOM,), "person_gone", f"gone:{person}", values, (), now)
        if news:
            log.warning("cover.lost", guild=guild_id, people=len(news), on_shift=lost_shift)
        if lost_shift and shift.person in news:
            await self._by_road(guild_id, shift)

    async def _tell_shift_lost(self, session: AsyncSession, guild_id: int, shift: Shift, now: datetime) -> None:
        backup = [one for one in shift.backup if one != shift.person]
        key = "person_gone_on_shift" if backup else "person_gone_on_shift_no_backup"
        values = {"who": str(shift.person), "backup": " ".join(map(str, backup))}
        places = (ON_CALL, STAFF_ROOM)
        await self._tell(session, guild_id, places, key, f"shift:{shift.person}", values, backup, now)

    async def _by_road(self, guild_id: int, shift: Shift) -> None:
        """Outside roads of the backup, or of everybody else; of the lost one, too: nobody else may know of it."""
        await self._last_resort.refresh()
        standby = self._last_resort.of(guild_id, 0)
        if standby is None:
            return
        people = _others(standby, shift)
        await self._last_resort.by_roads(standby, people, "watch.cover_lost", COVER_LOST)

    # -- places --------------------------------------------------------------------------------------------------------

    async def mended(self, guild_id: int, made: Sequence[str]) -> None:
        """Something of ours had been deleted and was ``made`` again: said where staff see it.

        Raises where the database does not take it.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            values = {"what": ", ".join(made)}
            await self._tell(session, guild_id, (ON_CALL, STAFF_ROOM), "place_mended", "mended", values, (), now)

    async def put_up_again(self, guild_id: int) -> None:
        """#on-call is a new channel: the cards of what nobody has taken yet went with the old one, and are put up anew.

        Raises where the database does not take it.
        """
        shift = await self._shift(guild_id)
        channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, ON_CALL)
        now = self._clock.now()
        async with self._database.write() as session:
            for row in await records.unresolved(session, guild_id):
                if row.state is not IncidentState.OPEN:
                    continue
                paged = (shift.person, *(shift.backup if row.next_step > 1 else ()))
                people = [one for one in dict.fromkeys(paged) if one is not None and one != row.user_id]
                quiet = row.tier is not Tier.PAGE
                await self._paging.card(session, row, f"again-{channel}", () if quiet else people, now)

    async def not_mended(self, guild_id: int, obstacle: str) -> None:
        """Something of ours is missing, and Discord does not let us make it again: said wherever there is a place, and
        on the outside roads of whoever is on call.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            noted = await session.get(Meta, _obstacle_key(guild_id))
            if noted is not None and noted.value == obstacle:
                return
            await session.merge(Meta(key=_obstacle_key(guild_id), value=obstacle))
            values = {"obstacle": obstacle}
            await self._tell(
                session, guild_id, (ON_CALL, STAFF_ROOM), "place_not_mended", "not-mended", values, (), now
            )
        standby = self._last_resort.of(guild_id, 0)
        if standby is not None:
            await self._last_resort.by_roads(standby, standby.people(0), "watch.cover_lost", COVER_LOST)

    async def mended_at_last(self, guild_id: int) -> None:
        """Everything of ours is there: a later obstacle is told anew."""
        async with self._database.write() as session:
            noted = await session.get(Meta, _obstacle_key(guild_id))
            if noted is not None:
                await session.delete(noted)

    async def _tell(
        self,
        session: AsyncSession,
        guild_id: int,
        places: Iterable[ObjectKey],
        key: str,
        cause: str,
        values: dict[str, str],
        mentioned: Sequence[int],
        now: datetime,
    ) -> None:
        drafts = []
        for place in places:
            channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, place)
            if channel is None:
                log.error("cover.no_channel", guild=guild_id, place=place)
                continue
            drafts.append(
                Draft(
                    kind=LINE,
                    lane=Lane.CRISIS,
                    dedupe_key=f"watch:{guild_id}:{place}:{cause}:{int(now.timestamp() * 1000)}",
                    guild_id=guild_id,
                    channel_id=channel,
                    due_at=now,
                    arguments={
                        "key": key,
                        "place": place,
                        "people": " ".join(map(str, mentioned)),
                        "values": json.dumps(values),
                    },
                )
            )
        await self._outbox.put(session, drafts)


def _others(standby: Standby, shift: Shift) -> tuple[int, ...]:
    backup = [one for one in shift.backup if one != shift.person]
    return (*(backup or standby.everybody), *(() if shift.person is None else (shift.person,)))


def _note_key(guild_id: int) -> str:
    return f"watch.absent.{guild_id}"


def _obstacle_key(guild_id: int) -> str:
    return f"watch.obstacle.{guild_id}"


async def _read_note(session: AsyncSession, guild_id: int) -> set[str]:
    row = await session.get(Meta, _note_key(guild_id))
    return set(json.loads(row.value)) if row is not None else set()
