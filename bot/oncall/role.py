"""The role `On call`: whoever is on call now carries it, and nobody else.

It is a sign and opens #on-call; no page asks for it, so it goes by the lane of reminders, and an outage of Discord only
delays it. The rota says who is to carry it. Who may carry it is noted before Discord is asked, so that a process that
dies in between forgets nobody.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.db.meta import Meta
from bot.delivery.service import Draft, Lane, Outbox
from bot.observe.logs import get_logger
from bot.oncall.rota import Layer
from bot.oncall.rota_service import RotaService
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ObjectRef, ProgrammeService, Running
from bot.timing import Clock

log = get_logger(__name__)

ROLE: Final = "oncall.role"
TRIED_ANEW: Final = timedelta(minutes=10)
"""How soon a change that Discord refused for good, for want of a permission perhaps, is tried again."""


@dataclass(frozen=True)
class Carriers:
    """Who carries the role of this id, as far as we gave and took it. ``may``: those with whom it is not certain, too.

    ``changes`` counts how often that was settled; it tells one occasion from the next.
    """

    role_id: int
    certain: frozenset[int] = frozenset()
    may: frozenset[int] = frozenset()
    changes: int = 0


@dataclass(frozen=True)
class RoleChange:
    """To whom the role is to be given, and from whom it is to be taken."""

    guild_id: int
    role_id: int
    give: frozenset[int]
    take: frozenset[int]


class OnCallRole:
    """Plans the role's changes, and says what is to be done when one is carried out."""

    name = "on-call role"

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService, rota: RotaService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._rota = programmes, rota

    async def plan(self, start: datetime, end: datetime) -> None:
        """Have the role put right now where it is not, and whenever somebody else's shift begins before ``end`` (UTC).

        Raises where the rota cannot be read: then whoever carries the role keeps it.
        """
        del start
        for running in await self._programmes.all():
            drafts = await self._drafts(running, end)
            if drafts:
                async with self._database.write() as session:
                    await self._outbox.put(session, drafts)

    async def _drafts(self, running: Running, end: datetime) -> list[Draft]:
        guild_id, now = running.guild_id, self._clock.now()
        channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("oncall.role_without_channel", guild=guild_id)
            return []
        outlook = await self._rota.outlook(guild_id, running.programme, now)
        people = [(one.starts_at, one.person) for one in outlook.rotas[Layer.PRIMARY].stretches(now, end)]
        moments = [at for (_, before), (at, person) in pairwise(people) if person != before]
        drafts = [_draft(guild_id, channel, f"{int(at.timestamp())}", at) for at in moments]
        change = await self.change(guild_id)
        if change is not None:
            async with self._database.read() as session:
                noted = await _noted(session, guild_id, change.role_id)
            to = ",".join(map(str, sorted(change.give)))
            span = int(now.timestamp() // TRIED_ANEW.total_seconds())
            drafts.append(_draft(guild_id, channel, f"{change.role_id}:{noted.changes}:{to}:{span}", now))
        return drafts

    async def change(self, guild_id: int) -> RoleChange | None:
        """What is to be done for the role to be where the rota says it belongs now; None where it is there.

        Raises where the rota cannot be read.
        """
        role_id = (await self._programmes.object_ids(guild_id)).get(ObjectRef(ObjectKind.ROLE, ON_CALL))
        programme = await self._programmes.current(guild_id)
        if role_id is None or programme is None:
            return None
        now = self._clock.now()
        person = (await self._rota.outlook(guild_id, programme, now)).rotas[Layer.PRIMARY].shift_at(now).person
        # Who left the server has no roles; it is given anew when they are back.
        wanted = {person} if person is not None and self._rota.is_there(guild_id, person) else set[int]()
        async with self._database.read() as session:
            noted = await _noted(session, guild_id, role_id)
        if noted.certain == noted.may == wanted:
            return None
        return RoleChange(guild_id, role_id, frozenset(wanted), noted.may - wanted)

    async def begins(self, change: RoleChange) -> None:
        """Note that ``change`` is about to be carried out: from here on nothing is certain."""
        async with self._database.write() as session:
            noted = await _noted(session, change.guild_id, change.role_id)
            may = noted.may | change.give | change.take
            await _note(session, change.guild_id, Carriers(change.role_id, frozenset(), may, noted.changes))

    async def done(self, change: RoleChange) -> None:
        """Note that ``change`` was carried out."""
        async with self._database.write() as session:
            noted = await _noted(session, change.guild_id, change.role_id)
            carriers = Carriers(change.role_id, change.give, noted.may - change.take, noted.changes + 1)
            await _note(session, change.guild_id, carriers)
        log.info("oncall.role_changed", guild=change.guild_id, given=len(change.give), taken=len(change.take))


def _draft(guild_id: int, channel_id: int, occasion: str, due_at: datetime) -> Draft:
    return Draft(
        kind=ROLE,
        lane=Lane.DIRECT,
        dedupe_key=f"oncall-role:{guild_id}:{occasion}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=due_at,
    )


def _key(guild_id: int) -> str:
    return f"oncall.role.{guild_id}"


async def _noted(session: AsyncSession, guild_id: int, role_id: int) -> Carriers:
    """What is noted of this role. One that was deleted and made again is another role, and nobody carries it."""
    row = await session.get(Meta, _key(guild_id))
    known = json.loads(row.value) if row is not None else None
    if known is None or known["role"] != role_id:
        return Carriers(role_id)
    return Carriers(role_id, frozenset(known["certain"]), frozenset(known["may"]), known["changes"])


async def _note(session: AsyncSession, guild_id: int, carriers: Carriers) -> None:
    value = {
        "role": carriers.role_id,
        "certain": sorted(carriers.certain),
        "may": sorted(carriers.may),
        "changes": carriers.changes,
    }
    await session.merge(Meta(key=_key(guild_id), value=json.dumps(value)))
