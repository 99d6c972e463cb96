"""Channels, threads and DMs as JSON."""

from typing import TYPE_CHECKING

from sandbox.jsontypes import Json
from sandbox.wire import iso, iso_or_none
from sandbox.wire.users import member_json, user_json
from sandbox.world.kinds import ChannelType

if TYPE_CHECKING:
    from sandbox.world.channels import Channel, Thread


def _id_or_none(value: int | None) -> str | None:
    return None if value is None else str(value)


def channel_json(channel: "Channel", *, for_member: int | None = None) -> Json:
    """A channel object of whatever type. `for_member` adds a thread's ``member`` where that user has joined it."""
    if channel.type is ChannelType.DM:
        return _dm_json(channel)
    thread = channel.as_thread
    return _guild_channel_json(channel) if thread is None else _thread_json(thread, for_member)


def _dm_json(channel: "Channel") -> Json:
    return {
        "id": str(channel.id),
        "type": int(channel.type),
        "flags": 0,
        "last_message_id": _id_or_none(channel.last_message_id),
        "last_pin_timestamp": iso_or_none(channel.last_pin_at),
        "recipients": [user_json(user) for user in channel.recipients],
    }


def _guild_channel_json(channel: "Channel") -> Json:
    found: Json = {
        "id": str(channel.id),
        "type": int(channel.type),
        "flags": 0,
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": _id_or_none(channel.parent_id),
        "position": channel.position,
        "permission_overwrites": [
            {"id": str(each.id), "type": each.type, "allow": str(each.allow), "deny": str(each.deny)}
            for each in channel.overwrites.values()
        ],
        "nsfw": channel.nsfw,
    }
    if channel.type is ChannelType.CATEGORY:
        return found
    return found | {
        "topic": channel.topic,
        "rate_limit_per_user": channel.slowmode,
        "last_message_id": _id_or_none(channel.last_message_id),
        "last_pin_timestamp": iso_or_none(channel.last_pin_at),
        "default_auto_archive_duration": channel.default_auto_archive_minutes,
        "default_thread_rate_limit_per_user": 0,
        **({"bitrate": 64_000, "user_limit": 0, "rtc_region": None} if channel.type is ChannelType.VOICE else {}),
        **({"available_tags": [], "default_reaction_emoji": None} if channel.type is ChannelType.FORUM else {}),
    }


def _thread_json(thread: "Thread", for_member: int | None) -> Json:
    metadata: Json = {
        "archived": thread.archived,
        "archive_timestamp": iso(thread.archive_changed_at),
        "auto_archive_duration": thread.auto_archive_minutes,
        "locked": thread.locked,
        "create_timestamp": iso(thread.created_at),
    }
    if thread.type is ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = thread.invitable
    found: Json = {
        "id": str(thread.id),
        "type": int(thread.type),
        "flags": 0,
        "guild_id": str(thread.guild.id),
        "parent_id": _id_or_none(thread.parent_id),
        "owner_id": str(thread.owner_id),
        "name": thread.name,
        "last_message_id": _id_or_none(thread.last_message_id),
        "last_pin_timestamp": iso_or_none(thread.last_pin_at),
        "rate_limit_per_user": thread.slowmode,
        "message_count": thread.message_count,
        "total_message_sent": thread.total_sent,
        # Discord stops counting a thread's members at 50.
        "member_count": min(len(thread.joined), 50),
        "thread_metadata": metadata,
    }
    if for_member is not None and for_member in thread.joined:
        found["member"] = thread_member_json(thread, for_member)
    return found


def thread_member_json(thread: "Thread", user_id: int, *, with_member: bool = False) -> Json:
    """The membership of one user in a thread they joined."""
    found: Json = {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": iso(thread.joined[user_id]),
        "flags": 0,
    }
    if with_member and user_id in thread.guild.members:
        found["member"] = member_json(thread.guild.members[user_id])
    return found
