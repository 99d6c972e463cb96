"""The programme: which one a server runs, where its rooms are, and bringing the server in line with its file.

What other parts of the bot need of this package they import from here: ``__all__`` below.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.errors import DatabaseError, DiscordSetupError
from bot.observe.logs import get_logger
from bot.program import records
from bot.program.actions import Action, Adopt, ObjectRef
from bot.program.file import digest_of, load_programme
from bot.program.layout import (
    MOD_QUEUE,
    ON_CALL,
    STAFF,
    STAFF_ROOM,
    WELCOME,
    Layout,
    ObjectKey,
    ObjectKind,
    Topics,
    check_in_key,
    coping_key,
    desired_layout,
    group_key,
)
from bot.program.mending import mend
from bot.program.restraint_service import Restraint, Restraints, spared_of
from bot.program.restraints import SLOWEST, RestraintCause, RestraintKind
from bot.program.rules import Known, obstacles, plan
from bot.program.schema import EVERY_LANGUAGE, Group, Notified, OnCall, Programme, Session, Track
from bot.program.server import GuildPort, Overwrite, ServerSnapshot
from bot.program.work import Work
from bot.timing import Clock

__all__ = [
    "EVERY_LANGUAGE",
    "MOD_QUEUE",
    "ON_CALL",
    "SLOWEST",
    "STAFF",
    "STAFF_ROOM",
    "WELCOME",
    "ApplyReport",
    "Group",
    "Notified",
    "ObjectKey",
    "ObjectKind",
    "ObjectRef",
    "OnCall",
    "Programme",
    "ProgrammeService",
    "Restraint",
    "RestraintCause",
    "RestraintKind",
    "Restraints",
    "Running",
    "Session",
    "Topics",
    "Track",
    "check_in_key",
    "coping_key",
    "group_key",
    "load_programme",
    "spared_of",
]

log = get_logger(__name__)

NO_TOPICS: Final = Topics()


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What was done, or with ``done`` False would be done, and what stands in the way, all of it in words."""

    actions: tuple[Action, ...]
    done: bool
    obstacles: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Action, ...]:
        """The steps that change something at Discord."""
        return tuple(action for action in self.actions if not isinstance(action, Adopt))

    def lines(self) -> tuple[str, ...]:
        """A sentence a step, for a terminal."""
        return tuple(action.describe() for action in self.actions)


@dataclass(frozen=True, slots=True)
class Running:
    """A programme and the server that runs it."""

    guild_id: int
    programme: Programme


class ProgrammeService:
    """The programmes of this installation. ``topics`` are the lines under the channels' names."""

    def __init__(self, database: Database, clock: Clock, topics: Topics = NO_TOPICS) -> None:
        self._database = database
        self._clock = clock
        self._topics = topics
        self._one_at_a_time = asyncio.Lock()
        self.restraints = Restraints(database)
        """Which channels are locked or slowed."""
        # By digest: a copy is used only while the database still holds the same content.
        self._read: dict[str, Programme] = {}
        # By server: the last one that could be read, for when what is stored cannot be.
        self._last: dict[int, Programme] = {}

    async def adopt(self, programme: Programme, guild_id: int) -> None:
        """Make ``programme`` the one that a server runs; writes nothing where it does already."""
        digest = digest_of(programme)
        async with self._database.write() as session:
            await records.write_programme(session, guild_id, programme, digest, self._clock.now())

    async def current(self, guild_id: int) -> Programme | None:
        """The programme that a server runs; None where none was applied."""
        return next((running.programme for running in await self.all() if running.guild_id == guild_id), None)

    async def all(self) -> tuple[Running, ...]:
        """Every server's programme, in the order in which they came."""
        running: list[Running] = []
        read: dict[str, Programme] = {}
        async with self._database.read() as session:
            for row in await records.adopted(session):
                programme = self._read.get(row.digest) or await self._stored(session, row)
                if programme is not None:
                    read[row.digest] = programme
                    running.append(Running(row.guild_id, programme))
        self._read = read
        self._last |= {one.guild_id: one.programme for one in running}
        return tuple(running)

    async def _stored(self, session: AsyncSession, row: records.Adopted) -> Programme | None:
        """A programme as it is stored. One that cannot be read keeps no other from being served.

        It is served itself, too: as it was when it last could be read, else what is left of it.
        """
        try:
            content = await records.read_content(session, row.guild_id)
        except DatabaseError:
            log.exception("programme.unreadable", guild=row.guild_id, has_earlier=row.guild_id in self._last)
            return self._last.get(row.guild_id)
        if content is None:
            log.error("programme.empty", guild=row.guild_id, has_earlier=row.guild_id in self._last)
            return self._last.get(row.guild_id)
        try:
            return Programme.from_stored(content)
        except ValidationError:
            if (earlier := self._last.get(row.guild_id)) is not None:
                log.error("programme.not_valid", guild=row.guild_id, serving="the one before")  # noqa: TRY400  # values
                return earlier
            programme, left_out = mend(content)
            log.error("programme.not_valid", guild=row.guild_id, serving="what is left", left_out=left_out)  # noqa: TRY400
            return programme

    async def object_id(self, guild_id: int, kind: ObjectKind, key: ObjectKey) -> int | None:
        """The Discord id of one of the programme's objects, by the keys of ``layout``; None before it was made."""
        return (await self.object_ids(guild_id)).get(ObjectRef(kind, key))

    async def object_ids(self, guild_id: int) -> dict[ObjectRef, int]:
        """The Discord ids of all the programme's objects, those of groups that left the file among them."""
        async with self._database.read() as session:
            return dict(await records.server_objects(session, guild_id))

    async def apply(self, programme: Programme, guild: GuildPort, *, dry_run: bool = False) -> ApplyReport:
        """Bring a server in line with ``programme``, and make that the one it runs. Safe to repeat, also after a crash.

        With ``dry_run`` nothing is written, neither at Discord nor in the database.

        :raises DiscordSetupError: the file is for another server, or the bot may not do what is needed; then nothing
            was changed. Or Discord refused a step on the way: what was done before is remembered, and a second run
            goes on from there.
        """
        if programme.guild is not None and programme.guild != guild.guild_id:
            raise DiscordSetupError(
                f"The programme file is for server {programme.guild}, not for {guild.guild_id}; correct `guild` in it."
            )
        async with self._one_at_a_time:
            layout = desired_layout(programme, self._topics)
            known = await self._known(guild.guild_id)
            actual = await guild.snapshot(layout.staff | known.granted)
            # A lock is no drift: what is locked is held against the programme as it will be when the lock is lifted.
            planned = plan(layout, await self.restraints.as_without(actual), known)
            in_the_way = obstacles(actual, planned)
            if dry_run:
                return ApplyReport(planned.actions, done=False, obstacles=in_the_way)
            if planned.writes and in_the_way:
                raise DiscordSetupError(" ".join(in_the_way))
            memory = _StoredMemory(self._database, self.restraints, actual)
            await Work(guild, actual, planned, memory).carry_out()
            await self._forget_former_staff(guild.guild_id, layout, known)
            await self.adopt(programme, guild.guild_id)
            return ApplyReport(planned.actions, done=True, obstacles=in_the_way)

    async def _known(self, guild_id: int) -> Known:
        async with self._database.read() as session:
            return Known(
                ids=await records.server_objects(session, guild_id),
                granted=await records.staff_grants(session, guild_id),
            )

    async def _forget_former_staff(self, guild_id: int, layout: Layout, known: Known) -> None:
        if former := known.granted - layout.staff:
            async with self._database.write() as session:
                await records.forget_grants(session, guild_id, former)


class _StoredMemory:
    """Remembers in the database, each thing in a unit of work of its own: at once."""

    def __init__(self, database: Database, restraints: Restraints, actual: ServerSnapshot) -> None:
        self._database, self._restraints = database, restraints
        self._guild_id, self._bot_id = actual.guild_id, actual.bot_id

    async def restrained(self, channel_id: int, wanted: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
        async with self._database.read() as session:
            ids = await records.server_objects(session, self._guild_id)
        return await self._restraints.set_anew(self._guild_id, channel_id, wanted, spared_of(ids, self._bot_id))

    async def remember_object(self, ref: ObjectRef, discord_id: int) -> None:
        async with self._database.write() as session:
            await records.remember_object(session, self._guild_id, ref, discord_id)

    async def remember_grant(self, person: int) -> None:
        async with self._database.write() as session:
            await records.remember_grant(session, self._guild_id, person)
