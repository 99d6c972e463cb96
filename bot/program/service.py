"""The programme: which one a server runs, where its rooms are, and bringing the server in line with its file."""

import asyncio
from dataclasses import dataclass
from typing import Final

from bot.db import Database
from bot.errors import DiscordSetupError
from bot.program import records
from bot.program.actions import (
    STAFF_ROLE,
    Action,
    Adopt,
    CreateCategory,
    CreateChannel,
    CreateRole,
    EditChannel,
    EditRole,
    GiveStaffRole,
    ObjectRef,
    TakeStaffRole,
)
from bot.program.file import digest_of
from bot.program.layout import Grant, Layout, ObjectKey, ObjectKind, Topics, desired_layout
from bot.program.overwrites import resolved
from bot.program.rules import Known, Plan, obstacles, plan
from bot.program.schema import Programme
from bot.program.server import ChannelChange, GuildPort, Overwrite, RoleChange, ServerSnapshot
from bot.timing import Clock

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
        # By digest: a copy is used only while the database still holds the same content.
        self._read: dict[str, Programme] = {}

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
                programme = self._read.get(row.digest) or await records.read_programme(session, row.guild_id)
                if programme is not None:
                    read[row.digest] = programme
                    running.append(Running(row.guild_id, programme))
        self._read = read
        return tuple(running)

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
            planned = plan(layout, actual, known)
            in_the_way = obstacles(actual, planned)
            if dry_run:
                return ApplyReport(planned.actions, done=False, obstacles=in_the_way)
            if planned.writes and in_the_way:
                raise DiscordSetupError(" ".join(in_the_way))
            await _Work(self._database, guild, actual, planned).carry_out()
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


class _Work:
    """One plan being carried out; ids become known as things are created."""

    def __init__(self, database: Database, guild: GuildPort, actual: ServerSnapshot, planned: Plan) -> None:
        self._database = database
        self._guild = guild
        self._actual = actual
        self._actions = planned.actions
        self._ids = dict(planned.ids)

    async def carry_out(self) -> None:
        for action in self._actions:
            await self._do(action)

    async def _do(self, action: Action) -> None:
        guild = self._guild
        match action:
            case Adopt(ref, discord_id):
                await self._remember(ref, discord_id)
            case CreateRole(role):
                ref = ObjectRef(ObjectKind.ROLE, role.key)
                await self._remember(ref, await guild.create_role(role.name, role.permissions))
            case EditRole(role_id=role_id, name=name, permissions=permissions, mentionable=mentionable):
                await guild.edit_role(role_id, RoleChange(name, permissions, mentionable))
            case CreateCategory(category):
                ref = ObjectRef(ObjectKind.CATEGORY, category.key)
                await self._remember(ref, await guild.create_category(category.name, self._overwrites(category.grants)))
            case CreateChannel(channel):
                parent = self._category(channel.category)
                overwrites = self._overwrites(channel.grants)
                created = await guild.create_channel(channel.name, parent, channel.topic, overwrites)
                await self._remember(ObjectRef(ObjectKind.CHANNEL, channel.key), created)
            case EditChannel():
                await guild.edit_channel(action.channel_id, self._change(action))
            case GiveStaffRole(person):
                # Remembered first: a row without the role does no harm, a role without the row would stay for good.
                async with self._database.write() as session:
                    await records.remember_grant(session, guild.guild_id, person)
                await guild.give_role(person, self._ids[STAFF_ROLE])
            case TakeStaffRole(person):
                await guild.take_role(person, self._ids[STAFF_ROLE])

    def _change(self, action: EditChannel) -> ChannelChange:
        overwrites = None if action.grants is None else (*self._overwrites(action.grants), *action.kept)
        return ChannelChange(
            name=action.name,
            topic=action.topic,
            move=action.move,
            parent=self._category(action.category) if action.move else None,
            overwrites=overwrites,
        )

    def _category(self, key: ObjectKey | None) -> int | None:
        return None if key is None else self._ids[ObjectRef(ObjectKind.CATEGORY, key)]

    def _overwrites(self, grants: tuple[Grant, ...]) -> tuple[Overwrite, ...]:
        return resolved(grants, self._actual.guild_id, self._actual.bot_id, self._ids)

    async def _remember(self, ref: ObjectRef, discord_id: int) -> None:
        """At once, so that a run that is cut short knows what it made."""
        self._ids[ref] = discord_id
        async with self._database.write() as session:
            await records.remember_object(session, self._guild.guild_id, ref, discord_id)
