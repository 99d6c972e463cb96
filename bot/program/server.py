"""A Discord server as it is found, and the port through which it is changed.

Plain values of our own, so that the rules can be read, and tested, without Discord. ``discord_guild.DiscordGuild`` is
the port to the real thing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.program.permissions import Permission


class TargetKind(StrEnum):
    """Whom a channel's overwrite is for."""

    ROLE = "role"
    MEMBER = "member"


class ChannelKind(StrEnum):
    """What sort of channel; the programme knows two, the rest is the server's own."""

    CATEGORY = "category"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies one role or member. The role @everyone has the server's id."""

    kind: TargetKind
    target: int
    allow: Permission
    deny: Permission

    @property
    def who(self) -> tuple[TargetKind, int]:
        """Whom it is for; a channel has one overwrite for each."""
        return self.kind, self.target


@dataclass(frozen=True, slots=True)
class RoleState:
    """A role. ``managed``: an integration's own. ``position``: higher ones rule lower ones."""

    id: int
    name: str
    permissions: Permission
    position: int
    managed: bool = False
    mentionable: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """For comparing roles as Discord does: by position, and of two at one position the older is above."""
        return self.position, -self.id


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel or category. ``topic`` is empty where none is set."""

    id: int
    kind: ChannelKind
    name: str
    parent: int | None
    topic: str
    overwrites: tuple[Overwrite, ...]


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """A server at one moment."""

    guild_id: int
    bot_id: int
    bot_roles: frozenset[int]
    roles: tuple[RoleState, ...]
    channels: tuple[ChannelState, ...]
    members: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """The roles of those people asked about who are members."""

    @property
    def bot_permissions(self) -> Permission:
        """What the bot may do in the server as a whole, channels aside."""
        held = Permission(0)
        for role in self.roles:
            if role.id == self.guild_id or role.id in self.bot_roles:
                held |= role.permissions
        return held

    @property
    def bot_rank(self) -> tuple[int, int]:
        """The rank of the bot's highest role: it can change, give and take only roles below."""
        return max((role.rank for role in self.roles if role.id in self.bot_roles), default=(0, -self.guild_id))


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What to change of a role; None leaves alone."""

    name: str | None = None
    permissions: Permission | None = None
    mentionable: bool | None = None


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What to change of a channel or category; None leaves alone. ``move`` puts it under ``parent``, or none."""

    name: str | None = None
    topic: str | None = None
    move: bool = False
    parent: int | None = None
    overwrites: tuple[Overwrite, ...] | None = None
    """All the overwrites that the channel has afterwards: one request, so that it is never half open."""


class GuildPort(Protocol):
    """One Discord server: looked at, and changed one thing at a time.

    Each method raises ``DiscordSetupError`` where Discord refuses, with a sentence that says what to do.
    """

    @property
    def guild_id(self) -> int:
        """The server's id."""
        ...

    async def snapshot(self, people: Collection[int]) -> ServerSnapshot:
        """The server as it is now, with the roles of those of ``people`` who are members. Changes nothing."""
        ...

    async def create_role(self, name: str, permissions: Permission) -> int:
        """Create a role that nobody can mention; returns its id."""
        ...

    async def edit_role(self, role_id: int, change: RoleChange) -> None:
        """Change a role."""
        ...

    async def create_category(self, name: str, overwrites: Sequence[Overwrite]) -> int:
        """Create a category; returns its id."""
        ...

    async def create_channel(
        self, name: str, parent: int | None, topic: str | None, overwrites: Sequence[Overwrite]
    ) -> int:
        """Create a text channel; returns its id."""
        ...

    async def edit_channel(self, channel_id: int, change: ChannelChange) -> None:
        """Change a channel or category."""
        ...

    async def give_role(self, person: int, role_id: int) -> None:
        """Give a member a role."""
        ...

    async def take_role(self, person: int, role_id: int) -> None:
        """Take a role from a member."""
        ...
