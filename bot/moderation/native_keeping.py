"""Keeps Discord's own rules in step: says what a server is to have, and has it looked at there, by the outbox."""

from datetime import datetime
from typing import Final

from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.moderation.changing import FilterChanges
from bot.moderation.native import NativeRule, NativeState, digest, native_rules
from bot.moderation.shape_words import ShapeWords
from bot.program.layout import MOD_QUEUE, STAFF, ObjectKind, check_in_key, coping_key
from bot.program.schema import Programme
from bot.program.service import ObjectRef, ProgrammeService
from bot.timing import Clock

__all__ = ["NATIVE", "NativeRules"]

NATIVE: Final = "moderation.native"
"""The kind of delivery that looks at a server's rules and puts them right."""


class NativeRules:
    """The use cases. A look is a delivery: it outlasts a restart, is tried again, and its end has a name.

    There is one where the rules that are wanted changed, and one an hour besides, for what was changed by hand.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        changes: FilterChanges,
        shapes: ShapeWords,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._changes, self._shapes = programmes, changes, shapes
        self._began = clock.now()
        self._version = 0
        self._last: dict[int, str] = {}
        self.states: dict[int, NativeState] = {}
        """How it stood in each server at the last look; a server that is missing was not looked at yet."""

    async def plan(self) -> None:
        """Have every server looked at whose rules changed, or were not looked at in this hour."""
        now = self._clock.now()
        for running in await self._programmes.all():
            await self._look_soon(running.guild_id, running.programme, now)

    async def wanted(self, guild_id: int) -> tuple[NativeRule, ...]:
        """The rules that a server is to have."""
        programme = await self._programmes.current(guild_id)
        return await self._wanted(guild_id, programme) if programme is not None else ()

    async def is_asked_for(self, guild_id: int) -> bool:
        """Whether the programme file asks for Discord's own rules at all."""
        programme = await self._programmes.current(guild_id)
        return programme is not None and programme.moderation.native

    async def _wanted(self, guild_id: int, programme: Programme) -> tuple[NativeRule, ...]:
        ids = await self._programmes.object_ids(guild_id)
        alert = ids.get(ObjectRef(ObjectKind.CHANNEL, MOD_QUEUE))
        if not programme.moderation.native or alert is None:
            return ()
        places = {
            group.key: [
                found
                for key in (check_in_key(group.key), coping_key(group.key))
                if (found := ids.get(ObjectRef(ObjectKind.CHANNEL, key))) is not None
            ]
            for group in programme.groups
        }
        groups = await self._changes.of(guild_id, programme)
        staff = ids.get(ObjectRef(ObjectKind.ROLE, STAFF))
        return native_rules(groups, dict(places), alert, staff, self._shapes.invites)

    async def _look_soon(self, guild_id: int, programme: Programme, now: datetime) -> None:
        subject = f"native:{guild_id}"
        rules = await self._wanted(guild_id, programme)
        if not programme.moderation.native:
            async with self._database.read() as session:
                if not await self._outbox.standings(session, subject, [NATIVE]):
                    return  # there never were any
        room = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        if room is None:
            return
        mark = digest(rules)
        if self._last.get(guild_id) != mark:
            self._last[guild_id] = mark
            self._version += 1  # what is as it was an hour ago was something else meanwhile
        hour = f":{now:%Y%m%d%H}" if programme.moderation.native else ""
        draft = Draft(
            kind=NATIVE,
            lane=Lane.BULK,
            dedupe_key=f"{subject}:{mark}:{self._began.timestamp():.6f}:{self._version}{hour}",
            guild_id=guild_id,
            channel_id=room,
            subject=subject,
            due_at=now,
        )
        async with self._database.write() as session:
            await self._outbox.put(session, [draft])
