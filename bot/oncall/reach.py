"""Which outside roads somebody has, when each opens, and whether any road leads to them at all.

All datetimes are UTC. An address is never stored beyond the programme: rows name a road by its key.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox, Standing, State
from bot.oncall.paging import CARD, DM, HANDED, ROAD, subject
from bot.oncall.records import IncidentRow
from bot.oncall.rules import IncidentState
from bot.program.service import ProgrammeService
from bot.roads.service import HANDED_OVER, Message, Road, RoadBook, RoadService, RoadType

AckLinks = Callable[[int, int], Awaitable[str | None]]
"""Makes a one-time link by which (incident, person) acknowledges, or none where there are no private pages."""

ROAD_UPDATE: Final = "oncall.road-update"
DRILL_DM: Final = "oncall.drill-dm"
LOOKS: Final = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=60))
"""When it is looked whether Discord has reached somebody; at the last, whether they have answered."""
ONCE_MORE: Final = timedelta(seconds=20)
"""When PagerDuty is told a second time that somebody has it: an attempt may have been under way."""


class Reached(StrEnum):
    """What Discord has done with the card and the DM of a step."""

    ARRIVED = "arrived"
    WAITING = "waiting"
    FAILED = "failed"


def reached_by(standings: Sequence[Standing], person: int, step_at: datetime) -> Reached:
    """How the step of ``step_at``, or one that followed it, reached ``person`` over Discord."""
    of_step = [one for one in standings if one.due_at >= step_at and one.state is not State.CANCELLED]
    cards = [one for one in of_step if one.kind == CARD]
    dms = [one for one in of_step if one.kind == DM and one.user_id == person]
    if not cards or not dms or any(one.state in {State.DEAD, State.EXPIRED} for one in (*cards, *dms)):
        return Reached.FAILED
    return Reached.ARRIVED if all(one.state is State.SENT for one in (*cards, *dms)) else Reached.WAITING


def opens_later(step_at: datetime, now: datetime, reached: Reached, *, discord_is_failing: bool) -> datetime | None:
    """When to look again whether an outside road opens; None where it opens now.

    At once where Discord is failing or could not carry the step; after 15 s where it has not carried it yet; else after
    a minute without an answer.
    """
    waited = now - step_at
    slow = reached is Reached.WAITING and waited >= LOOKS[1]
    if discord_is_failing or reached is Reached.FAILED or slow or waited >= LOOKS[-1]:
        return None
    return step_at + next(look for look in LOOKS if look > waited)


class Reach:
    """The outside roads of a programme's people."""

    def __init__(
        self, database: Database, outbox: Outbox, programmes: ProgrammeService, roads: RoadService, book: RoadBook
    ) -> None:
        self._database, self._outbox, self._programmes = database, outbox, programmes
        self.roads, self.book = roads, book
        self.discord_is_failing: Callable[[], bool] = lambda: False
        """Whether Discord cannot be relied upon at this moment."""
        self.is_there: Callable[[int, int], bool] = lambda _guild_id, _person: True
        """Whether somebody is in a server, as far as is known."""
        self.ack_links: AckLinks | None = None
        """Set where there are private pages."""

    async def of(self, guild_id: int, person: int) -> tuple[Road, ...]:
        """The outside roads that lead to somebody, as the programme has them now."""
        programme = await self._programmes.current(guild_id)
        return self.roads.roads_of(programme.oncall.contacts_of(person)) if programme is not None else ()

    async def find(self, guild_id: int, person: int, key: str) -> Road | None:
        """One road of somebody's; None where it left the programme."""
        return next((road for road in await self.of(guild_id, person) if road.key == key), None)

    async def send(self, road: Road, message: Message) -> None:
        """Hand ``message`` over at the end of ``road``. Raises as ``RoadService.send``."""
        await self.roads.send(road, message)

    # -- in the transactions of an incident ----------------------------------------------------------------------------

    async def open(self, session: AsyncSession, row: IncidentRow, people: Sequence[int], now: datetime) -> None:
        """Make out a row for every outside road of ``people``, in the transaction of the step that pages them.

        One that is still being tried goes on being tried, and gets no second row beside it.
        """
        before = await self._outbox.standings(session, subject(row.id), (ROAD,))
        under_way = {_road_of(one) for one in before if one.is_live}
        first_look = now if self.discord_is_failing() else now + LOOKS[0]
        drafts = [
            Draft(
                kind=ROAD,
                lane=Lane.ROADS,
                dedupe_key=f"road:{row.id}:{row.round}:{int(now.timestamp() * 1000)}:{person}:{road.key}",
                guild_id=row.guild_id,
                user_id=person,
                due_at=first_look,
                subject=subject(row.id),
                arguments={"incident": row.id, "road": road.key, "step": now.isoformat()},
            )
            for person in people
            for road in await self.of(row.guild_id, person)
            if (person, road.key) not in under_way
        ]
        await self._outbox.put(session, drafts)

    async def follow(self, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
        """The incident was taken or resolved: tell those services that keep an alert of their own open for it."""
        if row.state is IncidentState.OPEN:
            return
        standings = await self._outbox.standings(session, subject(row.id), (ROAD,))
        tried = {(*_road_of(one), _round_of(one)): one for one in standings}
        drafts: dict[str, Draft] = {}
        for (person, key, round_), standing in tried.items():
            if row.state is IncidentState.ACKNOWLEDGED and round_ != row.round:
                continue  # an earlier alert was acknowledged in its time; when all is over it ends, too
            road = await self.find(row.guild_id, person, key)
            if road is None or road.type is not RoadType.PAGERDUTY or not standing.set_out:
                continue
            waits = [timedelta(0)] if standing.state is State.SENT else [timedelta(0), ONCE_MORE]
            for wait in waits:
                name = f"road-update:{row.id}:{row.round}:{row.state.value}:{key}:{int(wait.total_seconds())}:{round_}"
                drafts[name] = Draft(
                    kind=ROAD_UPDATE,
                    lane=Lane.ROADS,
                    dedupe_key=name,
                    guild_id=row.guild_id,
                    user_id=person,
                    due_at=now + wait,
                    arguments={"incident": row.id, "road": key, "round": round_},
                )
        await self._outbox.put(session, drafts.values())

    async def opens_later(self, incident_id: int, person: int, step_at: datetime, now: datetime) -> datetime | None:
        """When to look again whether a road of the step of ``step_at`` opens; None where it opens now."""
        async with self._database.read() as session:
            standings = await self._outbox.standings(session, subject(incident_id), (CARD, DM))
        reached = reached_by(standings, person, step_at)
        return opens_later(step_at, now, reached, discord_is_failing=self.discord_is_failing())

    async def ended(
        self, session: AsyncSession, guild_id: int, person: int, key: str, outcome: str, now: datetime
    ) -> Road | None:
        """An attempt has come to ``outcome``: note it with the road, which is returned where it is known still."""
        road = await self.find(guild_id, person, key)
        if road is not None:
            await self.book.note(session, guild_id, person, key, road.type, outcome, now)
        return road

    # -- looking -------------------------------------------------------------------------------------------------------

    async def reaches(self, guild_id: int, person: int) -> bool:
        """Whether a verified outside road, or a DM, reaches somebody.

        A road counts from the drill that its person confirmed, until an attempt on it fails. A DM counts for whoever is
        in the server, until one is refused: Discord does not say beforehand whether it would take one.
        """
        known = await self.book.known(guild_id, person)
        for road in await self.of(guild_id, person):
            found = known.get(road.key)
            if found is not None and found.verified_at is not None and found.last_outcome in {None, HANDED_OVER}:
                return True
        if not self.is_there(guild_id, person):
            return False
        async with self._database.read() as session:
            last = await self._outbox.last_to(session, person, (DM, HANDED, DRILL_DM))
        return last is None or last.state is State.SENT


def _road_of(standing: Standing) -> tuple[int, str]:
    """(person, road key) of a row, from the end of its dedupe key."""
    return standing.user_id or 0, standing.dedupe_key.rpartition(":")[2]


def _round_of(standing: Standing) -> int:
    """In which round of its incident's paging a row was made out, from its dedupe key."""
    return int(standing.dedupe_key.split(":")[2])
