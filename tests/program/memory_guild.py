"""A Discord server in memory, behind the same port as the real one, with its rules that matter to a plan.

Kept as Discord keeps it: an overwrite is gone with its role, a category's new permissions reach the channels that were
in step with it, and a deleted category leaves its channels outside of any.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.program.permissions import BOT_PERMISSIONS, NOTHING, Permission
from bot.program.server import (
    ChannelChange,
    ChannelKind,
    ChannelState,
    Overwrite,
    RoleChange,
    RoleState,
    ServerSnapshot,
)

GUILD = 1000
BOT = 1001
BOT_ROLE = 1002


class CutShortError(Exception):
    """The process died at this request."""


class MemoryGuild:
    """The server. ``writes`` counts changes; with ``patience`` set, the change after so many fails."""

    def __init__(self, members: Collection[int] = ()) -> None:
        self.roles = {
            GUILD: RoleState(GUILD, "@everyone", Permission.VIEW_CHANNEL, position=0),
            BOT_ROLE: RoleState(BOT_ROLE, "Handrail", BOT_PERMISSIONS, position=1, managed=True),
        }
        self.channels: dict[int, ChannelState] = {}
        self.members: dict[int, set[int]] = {person: {GUILD} for person in members}
        self.members[BOT] = {GUILD, BOT_ROLE}
        self.writes = 0
        self.patience: int | None = None
        self.dies_after_the_deed = False
        self._last_id = 2000

    @property
    def guild_id(self) -> int:
        return GUILD

    async def snapshot(self, people: Collection[int]) -> ServerSnapshot:
        return self.seen(people)

    def seen(self, people: Collection[int] = ()) -> ServerSnapshot:
        return ServerSnapshot(
            guild_id=GUILD,
            bot_id=BOT,
            bot_roles=frozenset(self.members[BOT]),
            roles=tuple(self.roles.values()),
            channels=tuple(self.channels.values()),
            members={person: frozenset(self.members[person]) for person in people if person in self.members},
        )

    async def create_role(self, name: str, permissions: Permission) -> int:
        self._before()
        role = self.add_role(name, permissions)
        self._after()
        return role

    async def edit_role(self, role_id: int, change: RoleChange) -> None:
        self._before()
        role = self.roles[role_id]
        self.roles[role_id] = replace(
            role,
            name=role.name if change.name is None else change.name,
            permissions=role.permissions if change.permissions is None else change.permissions,
            mentionable=role.mentionable if change.mentionable is None else change.mentionable,
        )
        self._after()

    async def create_category(self, name: str, overwrites: Sequence[Overwrite]) -> int:
        self._before()
        category = self.add_channel(name, ChannelKind.CATEGORY, overwrites=overwrites)
        self._after()
        return category

    async def create_channel(
        self, name: str, parent: int | None, topic: str | None, overwrites: Sequence[Overwrite]
    ) -> int:
        self._before()
        channel = self.add_channel(name, ChannelKind.TEXT, parent=parent, topic=topic or "", overwrites=overwrites)
        self._after()
        return channel

    async def edit_channel(self, channel_id: int, change: ChannelChange) -> None:
        self._before()
        there = self.channels[channel_id]
        self.channels[channel_id] = replace(
            there,
            name=there.name if change.name is None else change.name,
            topic=there.topic if change.topic is None else change.topic,
            parent=change.parent if change.move else there.parent,
        )
        if change.overwrites is not None:
            self.set_overwrites(channel_id, change.overwrites)
        self._after()

    async def give_role(self, person: int, role_id: int) -> None:
        self._before()
        self.members[person].add(role_id)
        self._after()

    async def take_role(self, person: int, role_id: int) -> None:
        self._before()
        self.members[person].discard(role_id)
        self._after()

    # What people do by hand.

    def add_role(self, name: str, permissions: Permission = NOTHING, position: int = 1) -> int:
        role = RoleState(self._new_id(), name, permissions, position)
        self.roles[role.id] = role
        return role.id

    def delete_role(self, role_id: int) -> None:
        del self.roles[role_id]
        for member in self.members.values():
            member.discard(role_id)
        for channel in self.channels.values():
            kept = tuple(each for each in channel.overwrites if each.target != role_id)
            self.channels[channel.id] = replace(channel, overwrites=kept)

    def add_channel(
        self,
        name: str,
        kind: ChannelKind = ChannelKind.TEXT,
        *,
        parent: int | None = None,
        topic: str = "",
        overwrites: Sequence[Overwrite] = (),
    ) -> int:
        channel = ChannelState(self._new_id(), kind, name, parent, topic, tuple(overwrites))
        assert len({each.who for each in overwrites}) == len(overwrites), "one overwrite a target"
        self.channels[channel.id] = channel
        return channel.id

    def delete_channel(self, channel_id: int) -> None:
        del self.channels[channel_id]
        for channel in self.channels.values():
            if channel.parent == channel_id:
                self.channels[channel.id] = replace(channel, parent=None)

    def set_overwrites(self, channel_id: int, overwrites: Sequence[Overwrite]) -> None:
        assert len({each.who for each in overwrites}) == len(overwrites), "one overwrite a target"
        before = set(self.channels[channel_id].overwrites)
        in_step = [
            each.id for each in self.channels.values() if each.parent == channel_id and set(each.overwrites) == before
        ]
        for each in (channel_id, *in_step):
            self.channels[each] = replace(self.channels[each], overwrites=tuple(overwrites))

    def channel_named(self, name: str) -> ChannelState:
        [found] = [channel for channel in self.channels.values() if channel.name == name]
        return found

    def role_named(self, name: str) -> RoleState:
        [found] = [role for role in self.roles.values() if role.name == name]
        return found

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _before(self) -> None:
        self.writes += 1
        if self._is_last() and not self.dies_after_the_deed:
            raise CutShortError

    def _after(self) -> None:
        if self._is_last() and self.dies_after_the_deed:
            raise CutShortError

    def _is_last(self) -> bool:
        return self.patience is not None and self.writes > self.patience
