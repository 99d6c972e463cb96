"""Guilds with their roles and members."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.permissions import Overwrite, Permission
from sandbox.snowflakes import Ref, id_of
from sandbox.wire.channels import channel_json
from sandbox.wire.guilds import guild_json, role_json
from sandbox.wire.users import member_json, user_json
from sandbox.world.channels import Channel, Thread
from sandbox.world.events import Event
from sandbox.world.kinds import ChannelType

if TYPE_CHECKING:
    from sandbox.world.automod import AutoModRule
    from sandbox.world.state import World
    from sandbox.world.users import User

EVERYONE: Final = int(
    Permission.VIEW_CHANNEL
    | Permission.CREATE_INSTANT_INVITE
    | Permission.CHANGE_NICKNAME
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.MENTION_EVERYONE
    | Permission.READ_MESSAGE_HISTORY
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.STREAM
    | Permission.USE_VAD
    | Permission.USE_SOUNDBOARD
    | Permission.USE_EXTERNAL_SOUNDS
    | Permission.REQUEST_TO_SPEAK
    | Permission.USE_EMBEDDED_ACTIVITIES
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.USE_EXTERNAL_APPS
)
"""What @everyone may do in a guild that nobody has configured."""


@dataclass(slots=True, eq=False, kw_only=True)
class Role:
    """A role. `permissions` is a bit set; `bot_id` names the bot whose own, managed role this is."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1
    colour: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    bot_id: int | None = None

    @property
    def mention(self) -> str:
        """What one writes to mention everybody who has it."""
        return f"<@&{self.id}>"


@dataclass(slots=True, eq=False, repr=False)
class Member:
    """A user in a guild. `role_ids` leaves @everyone out; both times are in UTC."""

    guild: "Guild"
    user: "User"
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    timeout_until: datetime | None = None

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.id

    @property
    def display_name(self) -> str:
        """What the guild calls them."""
        return self.nick or self.user.display_name

    @property
    def is_timed_out(self) -> bool:
        """Whether a timeout holds them at the sandbox's present time."""
        return self.timeout_until is not None and self.timeout_until > self.guild.world.clock.now()

    def set_roles(self, role_ids: Iterable[int]) -> None:
        """Give exactly these roles."""
        with self.guild.world.watching_visibility(self.guild):
            self.role_ids = list(dict.fromkeys(each for each in role_ids if each != self.guild.id))
            self.tell_updated()

    def add_role(self, role: Ref) -> None:
        """Give one more role."""
        if id_of(role) not in self.role_ids:
            self.set_roles([*self.role_ids, id_of(role)])

    def remove_role(self, role: Ref) -> None:
        """Take a role away."""
        if id_of(role) in self.role_ids:
            self.set_roles([each for each in self.role_ids if each != id_of(role)])

    def tell_updated(self) -> None:
        """Announce what changed about them."""
        data = member_json(self) | {"guild_id": str(self.guild.id)}
        self.guild.world.publish(Event("GUILD_MEMBER_UPDATE", data, guild_id=self.guild.id, about=self.user.id))


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Guild:
    """A server. `roles` holds @everyone too, under the guild's own id."""

    world: "World"
    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    automod: "dict[int, AutoModRule]" = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return self.roles[self.id]

    @property
    def owner(self) -> "User":
        """Who owns the guild."""
        return self.world.users[self.owner_id]

    def edit(self, *, name: str) -> None:
        """Rename the guild."""
        self.name = name
        self.world.publish(Event("GUILD_UPDATE", guild_json(self), guild_id=self.id))

    def member(self, user: Ref) -> Member:
        """The member of this id.

        Raises:
            KeyError: no member.
        """
        return self.members[id_of(user)]

    def role_named(self, name: str) -> Role:
        """The first role of this name.

        Raises:
            LookupError: none.
        """
        for role in self.roles.values():
            if role.name == name:
                return role
        raise LookupError(f"The guild has no role of the name {name!r}.")

    def channel_named(self, name: str) -> Channel:
        """The first channel, thread or category of this name.

        Raises:
            LookupError: none.
        """
        for channel in (*self.channels.values(), *self.threads.values()):
            if channel.name == name:
                return channel
        raise LookupError(f"The guild has no channel of the name {name!r}.")

    def add_member(self, user: Ref, roles: Iterable[Ref] = ()) -> Member:
        """Let somebody join, with these roles."""
        who = self.world.user(user)
        if who.id in self.members:
            return self.members[who.id]
        member = Member(self, who, self.world.clock.now(), [id_of(role) for role in roles])
        self.members[who.id] = member
        data = member_json(member) | {"guild_id": str(self.id)}
        self.world.publish(Event("GUILD_MEMBER_ADD", data, guild_id=self.id))
        return member

    def remove_member(self, user: Ref) -> None:
        """Let somebody leave, or be removed; the bot, too."""
        member = self.members[id_of(user)]
        for thread in self.threads.values():
            thread.leave(member.id)
        if member.user is self.world.bot:
            data = {"id": str(self.id)}
            self.world.publish(Event("GUILD_DELETE", data, guild_id=self.id))
            self._remove_bot_roles()
            del self.members[member.id]
            return
        del self.members[member.id]
        data_removed = {"guild_id": str(self.id), "user": user_json(member.user)}
        self.world.publish(Event("GUILD_MEMBER_REMOVE", data_removed, guild_id=self.id))

    def ban(self, user: Ref, reason: str | None = None) -> None:
        """Remove somebody, and keep them out."""
        who = self.world.user(user)
        self.bans[who.id] = reason
        if who.id in self.members:
            self.remove_member(who)
        data = {"guild_id": str(self.id), "user": user_json(who)}
        self.world.publish(Event("GUILD_BAN_ADD", data, guild_id=self.id))

    def unban(self, user: Ref) -> None:
        """Let somebody come back."""
        who = self.world.user(user)
        del self.bans[who.id]
        data = {"guild_id": str(self.id), "user": user_json(who)}
        self.world.publish(Event("GUILD_BAN_REMOVE", data, guild_id=self.id))

    def add_role(
        self,
        name: str,
        permissions: int = 0,
        *,
        colour: int = 0,
        hoist: bool = False,
        mentionable: bool = False,
        managed_by: int | None = None,
    ) -> Role:
        """Make a role at the foot of the hierarchy, where Discord puts a new one."""
        role = Role(
            id=self.world.snowflakes.next(),
            name=name,
            permissions=int(permissions),
            colour=colour,
            hoist=hoist,
            mentionable=mentionable,
            managed=managed_by is not None,
            bot_id=managed_by,
        )
        self.roles[role.id] = role
        self._tell_role("GUILD_ROLE_CREATE", role)
        return role

    def edit_role(self, role: Ref, **changes: object) -> None:
        """Set the given fields of a role, by their names here."""
        which = self.roles[id_of(role)]
        with self.world.watching_visibility(self):
            for name, value in changes.items():
                setattr(which, name, value)
            self._tell_role("GUILD_ROLE_UPDATE", which)

    def move_roles(self, positions: dict[int, int]) -> None:
        """Put roles at these positions; all are then counted anew from 1, as Discord does."""
        before = {role.id: role.position for role in self.roles.values()}
        for role_id, position in positions.items():
            self.roles[role_id].position = position
        movable = [each for each in self.roles.values() if each is not self.everyone]
        # A role that was moved onto another's place goes below it; of two that stayed the older is the higher.
        movable.sort(key=lambda each: (each.position, each.id not in positions, -each.id))
        for position, role in enumerate(movable, start=1):
            role.position = position
        for role in movable:
            if role.position != before[role.id]:
                self._tell_role("GUILD_ROLE_UPDATE", role)

    def remove_role(self, role: Ref) -> None:
        """Delete a role, from its members and from every overwrite, too."""
        gone = self.roles[id_of(role)]
        with self.world.watching_visibility(self):
            for member in self.members.values():
                if gone.id in member.role_ids:
                    member.role_ids.remove(gone.id)
                    member.tell_updated()
            for channel in self.channels.values():
                channel.overwrites.pop(gone.id, None)
            del self.roles[gone.id]
            data = {"guild_id": str(self.id), "role_id": str(gone.id)}
            self.world.publish(Event("GUILD_ROLE_DELETE", data, guild_id=self.id))

    def add_channel(
        self,
        name: str,
        type: ChannelType = ChannelType.TEXT,  # noqa: A002 - Discord's own name for it
        *,
        parent: Ref | None = None,
        overwrites: Iterable[Overwrite] | None = None,
        topic: str | None = None,
        position: int | None = None,
        nsfw: bool = False,
        slowmode: int = 0,
    ) -> Channel:
        """Make a channel or category; without overwrites of its own it takes those of its category."""
        parent_id = None if parent is None else id_of(parent)
        if overwrites is None:
            overwrites = self.channels[parent_id].overwrites.values() if parent_id is not None else ()
        same_kind = [each.position for each in self.channels.values() if (each.type == type)]
        channel = Channel(
            world=self.world,
            id=self.world.snowflakes.next(),
            type=ChannelType(type),
            guild_id=self.id,
            name=name,
            position=max(same_kind, default=-1) + 1 if position is None else position,
            parent_id=parent_id,
            topic=topic,
            nsfw=nsfw,
            slowmode=slowmode,
            overwrites={each.id: each for each in overwrites},
        )
        self.channels[channel.id] = channel
        self.world.channels[channel.id] = channel
        self.world.publish(Event("CHANNEL_CREATE", channel_json(channel), guild_id=self.id))
        return channel

    def _remove_bot_roles(self) -> None:
        for role_id in [role.id for role in self.roles.values() if role.bot_id == self.world.bot.id]:
            del self.roles[role_id]

    def _tell_role(self, name: str, role: Role) -> None:
        data = {"guild_id": str(self.id), "role": role_json(role)}
        self.world.publish(Event(name, data, guild_id=self.id))
