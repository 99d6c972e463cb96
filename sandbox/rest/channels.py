"""Channels: read, make, edit, move, delete, and whom they let in."""

from typing import Any, Final

from sandbox import validate
from sandbox.errors import (
    MISSING_PERMISSIONS,
    TOO_MANY_CHANNELS,
    UNKNOWN_CHANNEL,
    UNKNOWN_OVERWRITE,
    ApiError,
    invalid_field,
)
from sandbox.jsontypes import Json
from sandbox.permissions import MEMBER, Overwrite, Permission, parse
from sandbox.rest.call import Call, snowflake
from sandbox.rest.routes import Reply, RouteTable
from sandbox.rest.threads import edit_thread
from sandbox.wire.channels import channel_json
from sandbox.world.access import base_permissions, permissions_in
from sandbox.world.channels import Channel
from sandbox.world.guilds import Guild
from sandbox.world.kinds import ChannelType

table = RouteTable()

MOST_CHANNELS: Final = 500

_FIELDS: Final = {
    "name": "name",
    "topic": "topic",
    "nsfw": "nsfw",
    "rate_limit_per_user": "slowmode",
    "position": "position",
    "parent_id": "parent_id",
    "default_auto_archive_duration": "default_auto_archive_minutes",
}
"""Discord's names of what an edit sets, and ours."""


@table.get("/channels/{channel_id}")
def read(call: Call) -> Json:
    """One channel, thread or DM."""
    return channel_json(call.channel(), for_member=call.bot.id)


@table.get("/guilds/{guild_id}/channels")
def read_all(call: Call) -> list[Json]:
    """Every channel of a guild, also those the bot cannot look into; no threads."""
    return [channel_json(channel) for channel in call.guild().channels.values()]


@table.post("/guilds/{guild_id}/channels")
def create(call: Call) -> Reply:
    """Make a channel or category."""
    guild = call.guild()
    validate.channel_create(call.json)
    call.require_guild(guild, Permission.MANAGE_CHANNELS)
    if len(guild.channels) >= MOST_CHANNELS:
        raise ApiError(TOO_MANY_CHANNELS)
    body = call.json
    kind = ChannelType(body.get("type") or 0)
    parent = _parent(guild, body.get("parent_id"))
    overwrites: list[Overwrite] | None = None
    # An empty list, which discord.py sends where none were asked for, is as good as none: the category's apply.
    if body.get("permission_overwrites"):
        overwrites = _overwrites(guild, body["permission_overwrites"])
        _require_own(call, guild, overwrites)
    channel = guild.add_channel(
        _settled_name(body["name"], kind),
        kind,
        parent=None if parent is None else parent.id,
        overwrites=overwrites,
        topic=body.get("topic"),
        position=body.get("position"),
        nsfw=bool(body.get("nsfw")),
        slowmode=body.get("rate_limit_per_user") or 0,
    )
    return Reply(201, channel_json(channel))


@table.patch("/channels/{channel_id}")
def update(call: Call) -> Json:
    """Edit a channel or thread."""
    channel = call.guild_channel()
    validate.channel_edit(call.json)
    thread = channel.as_thread
    if thread is not None:
        edit_thread(call, thread)
        return channel_json(thread, for_member=call.bot.id)
    call.require_in(channel, Permission.MANAGE_CHANNELS)
    body = call.json
    changes: dict[str, Any] = {ours: body[name] for name, ours in _FIELDS.items() if name in body}
    if "name" in changes:
        changes["name"] = _settled_name(changes["name"], channel.type)
    if "parent_id" in changes:
        parent = _parent(channel.guild, changes["parent_id"])
        changes["parent_id"] = None if parent is None else parent.id
    if body.get("permission_overwrites") is not None:
        call.require_in(channel, Permission.MANAGE_ROLES)
        overwrites = _overwrites(channel.guild, body["permission_overwrites"])
        changed = [each for each in overwrites if channel.overwrites.get(each.id) != each]
        _require_own(call, channel.guild, changed, channel)
        channel.replace_overwrites(overwrites)
    if changes:
        channel.edit(**changes)
    return channel_json(channel)


@table.patch("/guilds/{guild_id}/channels")
def move(call: Call) -> None:
    """Move channels about."""
    guild = call.guild()
    call.require_guild(guild, Permission.MANAGE_CHANNELS)
    for entry in call.body if isinstance(call.body, list) else []:
        channel = guild.channels.get(snowflake(entry.get("id"), "id"))
        if channel is None:
            raise ApiError(UNKNOWN_CHANNEL)
        changes: dict[str, Any] = {}
        if entry.get("position") is not None:
            changes["position"] = int(entry["position"])
        if "parent_id" in entry:
            parent = _parent(guild, entry["parent_id"])
            changes["parent_id"] = None if parent is None else parent.id
            if entry.get("lock_permissions") and parent is not None:
                channel.replace_overwrites(parent.overwrites.values())
        channel.edit(**changes)


@table.delete("/channels/{channel_id}")
def remove(call: Call) -> Json:
    """Delete a channel or thread; a DM is only closed, and stays as it is."""
    channel = call.channel()
    if channel.is_dm:
        return channel_json(channel)
    call.require_in(channel, Permission.MANAGE_CHANNELS if channel.as_thread is None else Permission.MANAGE_THREADS)
    found = channel_json(channel)
    channel.delete()
    return found


@table.put("/channels/{channel_id}/permissions/{overwrite_id}")
def put_overwrite(call: Call) -> None:
    """Set what a channel allows and denies one role or member."""
    channel = call.guild_channel(Permission.MANAGE_ROLES)
    validate.overwrite(call.json)
    (overwrite,) = _overwrites(channel.guild, [call.json | {"id": call.id("overwrite_id")}])
    _require_own(call, channel.guild, [overwrite], channel)
    channel.replace_overwrites([*(each for each in channel.overwrites.values() if each.id != overwrite.id), overwrite])


@table.delete("/channels/{channel_id}/permissions/{overwrite_id}")
def delete_overwrite(call: Call) -> None:
    """Take an overwrite away."""
    channel = call.guild_channel(Permission.MANAGE_ROLES)
    target = call.id("overwrite_id")
    if target not in channel.overwrites:
        raise ApiError(UNKNOWN_OVERWRITE)
    _require_own(call, channel.guild, [channel.overwrites[target]], channel)
    channel.remove_overwrite(target)


def _overwrites(guild: Guild, entries: list[Json]) -> list[Overwrite]:
    found: list[Overwrite] = []
    for entry in entries:
        target = snowflake(entry["id"], "permission_overwrites")
        kind = entry.get("type")
        if kind is None:
            kind = 0 if target in guild.roles else MEMBER
        if (kind == MEMBER and target not in guild.world.users) or (kind != MEMBER and target not in guild.roles):
            raise ApiError(UNKNOWN_OVERWRITE)
        found.append(Overwrite(target, kind, parse(entry.get("allow") or 0), parse(entry.get("deny") or 0)))
    return found


def _require_own(call: Call, guild: Guild, overwrites: list[Overwrite], channel: Channel | None = None) -> None:
    """Nobody allows or denies what they do not have; and MANAGE_ROLES in a channel only administrators hand on.

    In an existing channel whoever an overwrite lets manage its permissions is free of the first rule.
    """
    base = base_permissions(guild, call.bot.id)
    if base & Permission.ADMINISTRATOR:
        return
    held = base
    if channel is not None:
        held |= permissions_in(channel, call.bot.id)
        me = guild.members[call.bot.id]
        own = (channel.overwrites.get(each) for each in (call.bot.id, *me.role_ids))
        if any(each is not None and each.allow & Permission.MANAGE_ROLES for each in own):
            return
    for overwrite in overwrites:
        touched = overwrite.allow | overwrite.deny
        if touched & ~held or touched & Permission.MANAGE_ROLES:
            raise ApiError(MISSING_PERMISSIONS)


def _parent(guild: Guild, parent_id: object) -> Channel | None:
    if parent_id is None:
        return None
    parent = guild.channels.get(snowflake(parent_id, "parent_id"))
    if parent is None or parent.type is not ChannelType.CATEGORY:
        raise invalid_field("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    return parent


def _settled_name(name: str, kind: ChannelType) -> str:
    """Discord writes the names of text channels small and with hyphens."""
    stripped = name.strip()
    if kind in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM}:
        return "-".join(stripped.lower().split())
    return stripped
