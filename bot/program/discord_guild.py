"""The real server: ``GuildPort`` by Discord's REST interface, through a discord.py client that is logged in.

No gateway is needed, so that ``python -m bot apply FILE`` works beside a running bot, and before there is one. Looking
takes three GET requests and one more a person asked about; whatever changes something carries a reason for the
server's audit log.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import discord

from bot.errors import DiscordSetupError
from bot.program.permissions import Permission, invite_url
from bot.program.schema import Programme
from bot.program.server import (
    ChannelChange,
    ChannelKind,
    ChannelState,
    Overwrite,
    RoleChange,
    RoleState,
    ServerSnapshot,
    TargetKind,
)

AUDIT_REASON: Final = "Handrail: programme set-up"

# Discord's JSON error codes ("Opcodes and Status Codes" of its developer documentation).
UNKNOWN_GUILD: Final = 10004
UNKNOWN_MEMBER: Final = 10007
UNKNOWN_USER: Final = 10013
MOST_ROLES: Final = 30005
MOST_CHANNELS: Final = 30013
MISSING_ACCESS: Final = 50001
MISSING_PERMISSIONS: Final = 50013
SECOND_FACTOR: Final = 60003

_REMEDIES: Final = {
    MOST_ROLES: "the server has as many roles as Discord allows; delete some that nobody needs",
    MOST_CHANNELS: "the server has as many channels as Discord allows; delete some that nobody needs",
    MISSING_ACCESS: "it cannot see that channel; add it under the channel's Permissions, with View Channel",
    SECOND_FACTOR: (
        "the server asks its moderators for two-factor authentication; the account that owns the bot must switch it on"
    ),
}

_Channel = discord.TextChannel | discord.CategoryChannel


class DiscordGuild:
    """One server of the bot's. Take a ``snapshot`` first: changes are made to what was seen in it, or created since."""

    def __init__(self, client: discord.Client, guild_id: int) -> None:
        self._client = client
        self._guild_id = guild_id
        self._guild: discord.Guild | None = None
        self._roles: dict[int, discord.Role] = {}
        self._channels: dict[int, _Channel] = {}
        self._members: dict[int, discord.Member] = {}

    @property
    def guild_id(self) -> int:
        """The server's id."""
        return self._guild_id

    async def snapshot(self, people: Collection[int]) -> ServerSnapshot:
        """The server as it is now, with the roles of those of ``people`` who are members."""
        async with self._asking("look at the server", "View Channels"):
            guild = await fetch_guild(self._client, self._guild_id)
            channels = await guild.fetch_channels()
            me = await guild.fetch_member(_bot_id(self._client))
            members = [member for person in sorted(people) if (member := await _member(guild, person)) is not None]
        self._guild = guild
        self._roles = {role.id: role for role in guild.roles}
        self._channels = {each.id: each for each in channels if isinstance(each, _Channel)}
        self._members = {member.id: member for member in members}
        return ServerSnapshot(
            guild_id=guild.id,
            bot_id=me.id,
            bot_roles=_role_ids(me),
            roles=tuple(_role_state(role) for role in guild.roles),
            channels=tuple(_channel_state(channel) for channel in channels),
            members={member.id: _role_ids(member) for member in members},
        )

    async def create_role(self, name: str, permissions: Permission) -> int:
        """Create a role that nobody can mention; returns its id."""
        async with self._asking(f"create the role {name}", "Manage Roles"):
            role = await self._seen().create_role(
                name=name, permissions=discord.Permissions(int(permissions)), mentionable=False, reason=AUDIT_REASON
            )
        self._roles[role.id] = role
        return role.id

    async def edit_role(self, role_id: int, change: RoleChange) -> None:
        """Change a role."""
        role = self._roles[role_id]
        options: dict[str, Any] = {}
        if change.name is not None:
            options["name"] = change.name
        if change.permissions is not None:
            options["permissions"] = discord.Permissions(int(change.permissions))
        if change.mentionable is not None:
            options["mentionable"] = change.mentionable
        async with self._asking(f"change the role {role.name}", "Manage Roles"):
            await role.edit(**options, reason=AUDIT_REASON)

    async def create_category(self, name: str, overwrites: Sequence[Overwrite]) -> int:
        """Create a category; returns its id."""
        async with self._asking(f"create the category {name}", "Manage Channels and Manage Roles"):
            category = await self._seen().create_category(
                name, overwrites=self._as_discord_has_it(overwrites), reason=AUDIT_REASON
            )
        self._channels[category.id] = category
        return category.id

    async def create_channel(
        self, name: str, parent: int | None, topic: str | None, overwrites: Sequence[Overwrite]
    ) -> int:
        """Create a text channel; returns its id."""
        options: dict[str, Any] = {} if topic is None else {"topic": topic}
        async with self._asking(f"create the channel #{name}", "Manage Channels and Manage Roles"):
            channel = await self._seen().create_text_channel(
                name,
                category=self._category(parent),
                overwrites=self._as_discord_has_it(overwrites),
                reason=AUDIT_REASON,
                **options,
            )
        self._channels[channel.id] = channel
        return channel.id

    async def edit_channel(self, channel_id: int, change: ChannelChange) -> None:
        """Change a channel or category."""
        channel = self._channels[channel_id]
        options: dict[str, Any] = {}
        if change.name is not None:
            options["name"] = change.name
        if change.topic is not None:
            options["topic"] = change.topic
        if change.move:
            options["category"] = self._category(change.parent)
        if change.overwrites is not None:
            options["overwrites"] = self._as_discord_has_it(change.overwrites)
        async with self._asking(f"change {channel.name}", "Manage Channels and Manage Roles"):
            await channel.edit(**options, reason=AUDIT_REASON)

    async def give_role(self, person: int, role_id: int) -> None:
        """Give a member a role."""
        role = self._roles[role_id]
        async with self._asking(f"give the role {role.name}", "Manage Roles, and its own role above that one,"):
            await self._members[person].add_roles(role, reason=AUDIT_REASON)

    async def take_role(self, person: int, role_id: int) -> None:
        """Take a role from a member."""
        role = self._roles[role_id]
        async with self._asking(f"take the role {role.name}", "Manage Roles, and its own role above that one,"):
            await self._members[person].remove_roles(role, reason=AUDIT_REASON)

    def _seen(self) -> discord.Guild:
        if self._guild is None:
            raise RuntimeError("take a snapshot before changing anything")
        return self._guild

    def _category(self, category_id: int | None) -> discord.CategoryChannel | None:
        category = self._channels.get(category_id) if category_id is not None else None
        return category if isinstance(category, discord.CategoryChannel) else None

    def _as_discord_has_it(self, overwrites: Iterable[Overwrite]) -> dict[Any, discord.PermissionOverwrite]:
        written: dict[Any, discord.PermissionOverwrite] = {}
        for each in overwrites:
            target: discord.Role | discord.Object
            if each.kind is TargetKind.ROLE:
                # A role object, and not its id alone: discord.py takes anything else for a member when it creates.
                target = self._roles.get(each.target) or discord.Object(each.target, type=discord.Role)
            else:
                target = discord.Object(each.target, type=discord.Member)
            written[target] = discord.PermissionOverwrite.from_pair(
                discord.Permissions(int(each.allow)), discord.Permissions(int(each.deny))
            )
        return written

    @asynccontextmanager
    async def _asking(self, doing: str, needed: str) -> AsyncIterator[None]:
        """Turn what Discord answers to a refused request into a sentence for the operator."""
        try:
            yield
        except discord.DiscordServerError as error:
            raise DiscordSetupError(_no_answer(doing, f"HTTP {error.status}")) from error
        except discord.HTTPException as error:
            if error.code == MISSING_PERMISSIONS:
                remedy = (
                    f"it needs {needed} and every permission of its invite link; under Server Settings > Roles check "
                    "them, and drag the bot's role above the programme's roles"
                )
            else:
                remedy = _REMEDIES.get(error.code, f"HTTP {error.status}, code {error.code}")
            raise DiscordSetupError(f"Discord did not let the bot {doing}: {remedy}.") from error
        except discord.RateLimited as error:
            raise DiscordSetupError(_no_answer(doing, f"asked to wait {error.retry_after:.0f} s")) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise DiscordSetupError(_no_answer(doing, type(error).__name__)) from error


async def pick_guild(client: discord.Client, programme: Programme) -> int:
    """The server that a programme is for: the one it names, else the only one that the bot is in.

    :raises DiscordSetupError: the bot is not in that server, or in none, or in several and the file names none.
    """
    if programme.guild is not None:
        return (await fetch_guild(client, programme.guild)).id
    ids = [guild.id async for guild in client.fetch_guilds(limit=200, with_counts=False)]
    if not ids:
        raise DiscordSetupError(f"The bot is in no server yet; {_invite(client)}.")
    if len(ids) > 1:
        raise DiscordSetupError(
            "The bot is in several servers; name the programme's in its file, as `guild`: "
            f"{' or '.join(str(each) for each in sorted(ids))}."
        )
    return ids[0]


async def fetch_guild(client: discord.Client, guild_id: int) -> discord.Guild:
    """The server with its roles, asked for and not from a cache.

    :raises DiscordSetupError: the bot is not in it.
    """
    try:
        return await client.fetch_guild(guild_id, with_counts=False)
    except discord.HTTPException as error:
        if error.code in {UNKNOWN_GUILD, MISSING_ACCESS}:
            raise DiscordSetupError(f"The bot is not in the server {guild_id}; {_invite(client)}.") from error
        raise


async def _member(guild: discord.Guild, person: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(person)
    except discord.NotFound as error:
        if error.code in {UNKNOWN_MEMBER, UNKNOWN_USER}:
            return None
        raise


def _bot_id(client: discord.Client) -> int:
    if client.user is None:
        raise RuntimeError("the client is not logged in")
    return client.user.id


def _invite(client: discord.Client) -> str:
    if client.application_id is None:
        return "invite it"
    return f"invite it: {invite_url(client.application_id)}"


def _no_answer(doing: str, why: str) -> str:
    return f"Discord did not answer when the bot was to {doing} ({why}); what was done is kept, so run it again."


def _role_ids(member: discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in member.roles)


def _role_state(role: discord.Role) -> RoleState:
    return RoleState(
        id=role.id,
        name=role.name,
        permissions=Permission(role.permissions.value),
        position=role.position,
        managed=role.managed,
        mentionable=role.mentionable,
    )


_KINDS: Final = {discord.ChannelType.category: ChannelKind.CATEGORY, discord.ChannelType.text: ChannelKind.TEXT}


def _channel_state(channel: discord.abc.GuildChannel) -> ChannelState:
    topic = channel.topic if isinstance(channel, discord.TextChannel) else None
    return ChannelState(
        id=channel.id,
        kind=_KINDS.get(channel.type, ChannelKind.OTHER),
        name=channel.name,
        parent=channel.category_id,
        topic=topic or "",
        overwrites=tuple(_overwrite(target, pair) for target, pair in channel.overwrites.items()),
    )


def _overwrite(target: discord.abc.Snowflake, pair: discord.PermissionOverwrite) -> Overwrite:
    allow, deny = pair.pair()
    # What discord.py does not have in its cache it stands an Object for, which says of what type it is.
    of_role = isinstance(target, discord.Role) or (isinstance(target, discord.Object) and target.type is discord.Role)
    return Overwrite(
        kind=TargetKind.ROLE if of_role else TargetKind.MEMBER,
        target=target.id,
        allow=Permission(allow.value),
        deny=Permission(deny.value),
    )
