"""Carries out a plan, step by step, and has each thing that it makes remembered before the next step."""

from typing import Protocol

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
from bot.program.layout import Grant, ObjectKey, ObjectKind
from bot.program.overwrites import resolved
from bot.program.rules import Plan
from bot.program.server import ChannelChange, GuildPort, Overwrite, RoleChange, ServerSnapshot


class Memory(Protocol):
    """What outlasts a run that is cut short, and what holds whatever a run does."""

    async def restrained(self, channel_id: int, wanted: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
        """What a channel's overwrites are to be: ``wanted``, or less where it is locked. Noted before it is done."""
        ...

    async def remember_object(self, ref: ObjectRef, discord_id: int) -> None:
        """``ref`` is this object of Discord's from now on."""
        ...

    async def remember_grant(self, person: int) -> None:
        """The programme gives somebody the role Staff."""
        ...


class Work:
    """One plan for one server, as it was seen in ``actual``. Ids become known as things are created."""

    def __init__(self, guild: GuildPort, actual: ServerSnapshot, planned: Plan, memory: Memory) -> None:
        self._guild = guild
        self._actual = actual
        self._actions = planned.actions
        self._ids = dict(planned.ids)
        self._memory = memory

    async def carry_out(self) -> None:
        """Every step, in order. Raises what the port and the memory raise; what was done till then is remembered."""
        for action in self._actions:
            await self._do(action)

    async def _do(self, action: Action) -> None:
        guild = self._guild
        match action:
            case Adopt(ref, discord_id):
                await self._remember(ref, discord_id)
            case CreateRole(role):
                created = await guild.create_role(role.name, role.permissions)
                await self._remember(ObjectRef(ObjectKind.ROLE, role.key), created)
            case EditRole(role_id=role_id, name=name, permissions=permissions, mentionable=mentionable):
                await guild.edit_role(role_id, RoleChange(name, permissions, mentionable))
            case CreateCategory(category):
                created = await guild.create_category(category.name, self._overwrites(category.grants))
                await self._remember(ObjectRef(ObjectKind.CATEGORY, category.key), created)
            case CreateChannel(channel):
                parent = self._category(channel.category)
                overwrites = self._overwrites(channel.grants)
                created = await guild.create_channel(channel.name, parent, channel.topic, overwrites)
                await self._remember(ObjectRef(ObjectKind.CHANNEL, channel.key), created)
            case EditChannel():
                await guild.edit_channel(action.channel_id, await self._change(action))
            case GiveStaffRole(person):
                # Remembered first: a row without the role does no harm, a role without the row would stay for good.
                await self._memory.remember_grant(person)
                await guild.give_role(person, self._ids[STAFF_ROLE])
            case TakeStaffRole(person):
                await guild.take_role(person, self._ids[STAFF_ROLE])

    async def _change(self, action: EditChannel) -> ChannelChange:
        overwrites = None if action.grants is None else (*self._overwrites(action.grants), *action.kept)
        if overwrites is not None:
            overwrites = await self._memory.restrained(action.channel_id, overwrites)
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
        self._ids[ref] = discord_id
        await self._memory.remember_object(ref, discord_id)
