"""Threads: start, join, add, leave, archive, list."""

from typing import Any, Final

from sandbox import validate
from sandbox.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    THREAD_ARCHIVED,
    THREAD_EXISTS,
    UNKNOWN_MEMBER,
    ApiError,
    invalid_field,
)
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call
from sandbox.rest.routes import Reply, RouteTable
from sandbox.wire import iso
from sandbox.wire.channels import channel_json, thread_member_json
from sandbox.world.access import can_see, permissions_in
from sandbox.world.channels import Channel, Thread
from sandbox.world.kinds import ChannelType
from sandbox.world.threads import add_to_thread, remove_from_thread, start_thread

table = RouteTable()

_FIELDS: Final = {
    "name": "name",
    "archived": "archived",
    "locked": "locked",
    "invitable": "invitable",
    "auto_archive_duration": "auto_archive_minutes",
    "rate_limit_per_user": "slowmode",
}
_OWNERS_MAY: Final = frozenset({"name", "archived", "invitable", "auto_archive_duration"})


@table.post("/channels/{channel_id}/messages/{message_id}/threads")
def create_from_message(call: Call) -> Reply:
    """Start a public thread from a message."""
    channel = call.guild_channel(Permission.READ_MESSAGE_HISTORY)
    validate.thread_create(call.json)
    _require_parent(channel)
    message = call.message(channel=channel)
    call.require_in(channel, Permission.CREATE_PUBLIC_THREADS)
    if message.thread_id is not None:
        raise ApiError(THREAD_EXISTS)
    thread = start_thread(
        channel,
        call.bot.id,
        call.json["name"],
        auto_archive_minutes=call.json.get("auto_archive_duration"),
        slowmode=call.json.get("rate_limit_per_user") or 0,
        from_message=message,
    )
    return Reply(201, channel_json(thread, for_member=call.bot.id))


@table.post("/channels/{channel_id}/threads")
def create(call: Call) -> Reply:
    """Start a thread beside all messages. Without a type it is a private one, as with Discord."""
    channel = call.guild_channel()
    validate.thread_create(call.json)
    _require_parent(channel)
    private = call.json.get("type", ChannelType.PRIVATE_THREAD) == ChannelType.PRIVATE_THREAD
    call.require_in(channel, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    thread = start_thread(
        channel,
        call.bot.id,
        call.json["name"],
        private=private,
        invitable=call.json.get("invitable", True),
        auto_archive_minutes=call.json.get("auto_archive_duration"),
        slowmode=call.json.get("rate_limit_per_user") or 0,
    )
    return Reply(201, channel_json(thread, for_member=call.bot.id))


def edit_thread(call: Call, thread: Thread) -> None:
    """Edit a thread: its owner may a little, who manages threads everything.

    Raises:
        ApiError: neither, or it is archived and stays so.
    """
    body = call.json
    changes: dict[str, Any] = {ours: body[name] for name, ours in _FIELDS.items() if body.get(name) is not None}
    held = permissions_in(thread, call.bot.id)
    manages = bool(held & Permission.MANAGE_THREADS)
    by_owner = thread.owner_id == call.bot.id and set(body) <= _OWNERS_MAY and not thread.locked
    waking = set(body) == {"archived"} and body["archived"] is False and not thread.locked
    if not (manages or by_owner or (waking and held & Permission.SEND_MESSAGES_IN_THREADS)):
        raise ApiError(MISSING_PERMISSIONS)
    if thread.archived and body.get("archived") is not False:
        raise ApiError(THREAD_ARCHIVED)
    if changes:
        thread.edit(**changes)


@table.put("/channels/{channel_id}/thread-members/@me")
def join(call: Call) -> None:
    """Join a thread."""
    thread = call.thread()
    _require_awake(thread)
    thread.join(call.bot.id)


@table.put("/channels/{channel_id}/thread-members/{user_id}")
def add(call: Call) -> None:
    """Add somebody who can see the channel that the thread hangs from."""
    thread = call.thread(Permission.SEND_MESSAGES_IN_THREADS)
    _require_awake(thread)
    member = call.member(thread.guild, call.id("user_id"))
    may_invite = thread.invitable or thread.owner_id == call.bot.id or call.may(thread, Permission.MANAGE_THREADS)
    if thread.type is ChannelType.PRIVATE_THREAD and not may_invite:
        raise ApiError(MISSING_PERMISSIONS)
    if not can_see(thread.parent, member.id):
        raise ApiError(MISSING_ACCESS)
    add_to_thread(thread, call.bot.id, member.id)


@table.delete("/channels/{channel_id}/thread-members/@me")
def leave(call: Call) -> None:
    """Leave a thread."""
    thread = call.thread()
    _require_awake(thread)
    thread.leave(call.bot.id)


@table.delete("/channels/{channel_id}/thread-members/{user_id}")
def remove(call: Call) -> None:
    """Take somebody out of a thread."""
    thread = call.thread()
    _require_awake(thread)
    owns_private = thread.type is ChannelType.PRIVATE_THREAD and thread.owner_id == call.bot.id
    if not owns_private:
        call.require_in(thread, Permission.MANAGE_THREADS)
    remove_from_thread(thread, call.bot.id, call.id("user_id"))


@table.get("/channels/{channel_id}/thread-members/{user_id}")
def read_member(call: Call) -> Json:
    """One membership; ``@me`` is the bot's own."""
    thread = call.thread()
    given = call.params["user_id"]
    user_id = call.bot.id if given == "@me" else call.id("user_id")
    if user_id not in thread.joined:
        raise ApiError(UNKNOWN_MEMBER)
    return thread_member_json(thread, user_id, with_member=call.query.get("with_member") == "true")


@table.get("/channels/{channel_id}/thread-members")
def read_members(call: Call) -> list[Json]:
    """Every membership."""
    thread = call.thread()
    with_member = call.query.get("with_member") == "true"
    return [thread_member_json(thread, each, with_member=with_member) for each in sorted(thread.joined)]


@table.get("/guilds/{guild_id}/threads/active")
def read_active(call: Call) -> Json:
    """Every thread of a guild that is not archived and that the bot may see."""
    guild = call.guild()
    found = [each for each in guild.threads.values() if not each.archived and can_see(each, call.bot.id)]
    return _listed(call, sorted(found, key=lambda each: each.id, reverse=True))


@table.get("/channels/{channel_id}/threads/archived/public")
def read_archived_public(call: Call) -> Json:
    """A channel's archived public threads, latest archived first."""
    channel = call.guild_channel(Permission.READ_MESSAGE_HISTORY)
    return _archived(call, channel, private=False)


@table.get("/channels/{channel_id}/threads/archived/private")
def read_archived_private(call: Call) -> Json:
    """A channel's archived private threads; to see them all one must manage threads."""
    channel = call.guild_channel(Permission.READ_MESSAGE_HISTORY, Permission.MANAGE_THREADS)
    return _archived(call, channel, private=True)


@table.get("/channels/{channel_id}/users/@me/threads/archived/private")
def read_archived_joined(call: Call) -> Json:
    """A channel's archived private threads that the bot is in."""
    channel = call.guild_channel(Permission.READ_MESSAGE_HISTORY)
    return _archived(call, channel, private=True, joined=True)


def _archived(call: Call, channel: Channel, *, private: bool, joined: bool = False) -> Json:
    limit = call.number("limit", 50, 1, 100)
    before = call.query.get("before")
    found = [
        each
        for each in channel.guild.threads.values()
        if each.parent_id == channel.id
        and each.archived
        and (each.type is ChannelType.PRIVATE_THREAD) == private
        and (not joined or call.bot.id in each.joined)
        and (before is None or _precedes(each, before))
    ]
    found.sort(key=lambda each: each.id if joined else each.archive_changed_at, reverse=True)
    return _listed(call, found[:limit]) | {"has_more": len(found) > limit}


def _precedes(thread: Thread, before: str) -> bool:
    """Whether a thread comes after the point a page ends at: an id, or the time it was archived."""
    return thread.id < int(before) if before.isdigit() else iso(thread.archive_changed_at) < before


def _listed(call: Call, threads: list[Thread]) -> Json:
    return {
        "threads": [channel_json(each, for_member=call.bot.id) for each in threads],
        "members": [thread_member_json(each, call.bot.id) for each in threads if call.bot.id in each.joined],
        "has_more": False,
    }


def _require_parent(channel: Channel) -> None:
    if channel.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM}:
        raise invalid_field("channel_id", "CHANNEL_TYPE_INVALID", "Threads hang from text channels")


def _require_awake(thread: Thread) -> None:
    if thread.archived:
        raise ApiError(THREAD_ARCHIVED)
